"""Deadlines of many regions are escalated in one transaction."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"
DROPPED = "DROP FUNCTION escalation_take(text[], integer[], timestamptz[], timestamptz[], integer), "
DROPPED += "escalation_fire(bytea[], jsonb);"
# From here on the file of 0065 has what this migration replaces.
REPLACED = "-- escalation_take v1:"


def create(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute((SQL / "escalation_chunks_v1.sql").read_text(encoding="utf-8"))


def drop(apps, schema_editor):
    _, replaced = (SQL / "escalation_v1.sql").read_text(encoding="utf-8").split(REPLACED)
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(f"{DROPPED} {REPLACED}{replaced}")


class Migration(migrations.Migration):
    dependencies = [("cases", "0063_calendar")]

    operations = [migrations.RunPython(create, drop)]

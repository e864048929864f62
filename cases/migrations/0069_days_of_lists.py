"""The day by which a list has to be answered follows the calendar, with an event."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


def create(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute((SQL / "list_due_v1.sql").read_text(encoding="utf-8"))


def drop(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute((SQL / "list_due_rollback_v1.sql").read_text(encoding="utf-8"))


class Migration(migrations.Migration):
    dependencies = [("cases", "0068_escalation_chunks")]

    operations = [migrations.RunPython(create, drop)]

"""What the dashboard counts of each case, kept beside it by the database."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


def create(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute((SQL / "case_figures_v1.sql").read_text(encoding="utf-8"))


def drop(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute((SQL / "case_figures_rollback_v1.sql").read_text(encoding="utf-8"))


class Migration(migrations.Migration):
    dependencies = [("cases", "0072_case_list")]
    operations = [migrations.RunPython(create, drop)]

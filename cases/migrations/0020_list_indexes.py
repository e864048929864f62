"""Folding of the task counters, the search by number and title, and the indexes of the lists."""

from pathlib import Path

from django.db import migrations

from audit import grants

SQL = Path(__file__).resolve().parent.parent / "sql"
FUNCTIONS = ("fold_task_counters()", "cases_grams(text)")


def create(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute((SQL / "lists_v1.sql").read_text(encoding="utf-8"))
    grants.restrict_table(schema_editor, "cases_casesearch", "SELECT")
    grants.grant_execute(schema_editor, FUNCTIONS)


def drop(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute((SQL / "lists_rollback_v1.sql").read_text(encoding="utf-8"))


class Migration(migrations.Migration):
    dependencies = [("cases", "0002_functions"), ("audit", "0001_events")]

    operations = [migrations.RunPython(create, drop)]

"""The functions through which cases are read for a decision and written, and the constraints that hold them to it."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"
FILES = ("case_load_v1.sql", "case_commit_v1.sql", "case_constraints_v1.sql", "case_agencies_v1.sql")


def create(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("CREATE SEQUENCE cases_case_number_seq")
        for name in FILES:
            # No parameters are given: the driver then leaves the % of RAISE alone.
            cursor.execute((SQL / name).read_text(encoding="utf-8"))


def drop(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute((SQL / "case_rollback_v1.sql").read_text(encoding="utf-8"))


class Migration(migrations.Migration):
    dependencies = [("cases", "0001_schema"), ("audit", "0001_events"), ("agencies", "0002_posts_function_and_stamp")]

    operations = [migrations.RunPython(create, drop)]

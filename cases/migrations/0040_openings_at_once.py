"""The first events of many cases are written at once, one statement a table: what a list brings is mostly new cases."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


def _run(schema_editor, *names):
    with schema_editor.connection.cursor() as cursor:
        for name in names:
            # No parameters are given: the driver then leaves the % of RAISE alone.
            cursor.execute((SQL / name).read_text(encoding="utf-8"))


def create(apps, schema_editor):
    _run(schema_editor, "whole_statements_v1.sql", "case_open_many_v1.sql", "case_commit_v3.sql")


def drop(apps, schema_editor):
    _run(schema_editor, "case_commit_v2.sql", "whole_statements_rollback_v1.sql")
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("DROP FUNCTION case_open_many(bytea[], jsonb)")


class Migration(migrations.Migration):
    dependencies = [("cases", "0038_rows_without_a_case")]

    operations = [migrations.RunPython(create, drop)]

"""The columns that the list of cases filters and sorts by, kept by the database, and the doors that read them."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


def create(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        for name in ("case_list_v1", "case_list_door_v1"):
            cursor.execute((SQL / f"{name}.sql").read_text(encoding="utf-8"))
        cursor.execute("SELECT sight_removal('cases_caselist'::regclass)")


def drop(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute((SQL / "case_list_rollback_v1.sql").read_text(encoding="utf-8"))
        # Its first line takes away the version before, which is not there.
        cursor.execute((SQL / "case_search_v2.sql").read_text(encoding="utf-8").partition("\n")[2])


class Migration(migrations.Migration):
    dependencies = [("cases", "0081_desk")]

    operations = [migrations.RunPython(create, drop)]

"""Rows of lists that led to no case go after a period of their own."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql" / "list_erase_v1.sql"


class Migration(migrations.Migration):
    dependencies = [("cases", "0037_wall_of_erasures")]

    operations = [
        migrations.RunSQL(SQL.read_text(encoding="utf-8"), "DROP FUNCTION list_erase(bytea, bigint[], bytea[])")
    ]

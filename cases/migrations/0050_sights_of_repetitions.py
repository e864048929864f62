"""A row that takes the place of a withdrawn one stays known by its own sight."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


def create(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute((SQL / "list_withdraw_v3.sql").read_text(encoding="utf-8"))


def drop(apps, schema_editor):
    ledger = (SQL / "ledger_v2.sql").read_text(encoding="utf-8")
    begin = ledger.index("CREATE OR REPLACE FUNCTION list_withdraw(")
    end = ledger.index("END $$;", begin) + len("END $$;")
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(ledger[begin:end])


class Migration(migrations.Migration):
    dependencies = [("cases", "0049_preview_estimate")]

    operations = [migrations.RunPython(create, drop)]

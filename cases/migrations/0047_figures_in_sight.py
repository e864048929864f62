"""Figures of lists over the cases that their reader may know of; pushes and tips are no list that has to be answered.

And a merge that is undone leaves the case in its stage since when it was before.
"""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"
FORMER = ("list_sites", "list_withdraw")
# Which batches were requests of a feed or gatherings of tips is known by what led to them, not by the name of a file.
NOBODY_ISSUED = """
    UPDATE cases_listbatch SET due_at = NULL, due_rule = 'not_issued', due_provisional = false
    WHERE id IN (SELECT batch_id FROM cases_signalrequest WHERE batch_id IS NOT NULL
                 UNION SELECT batch_id FROM cases_tip WHERE batch_id IS NOT NULL)
"""


def create(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        for name in ("ledger_v2.sql", "case_commit_v4.sql"):
            cursor.execute((SQL / name).read_text(encoding="utf-8"))


def drop(apps, schema_editor):
    ledger = (SQL / "ledger_v1.sql").read_text(encoding="utf-8")
    with schema_editor.connection.cursor() as cursor:
        for name in FORMER:
            begin = ledger.index(f"CREATE FUNCTION {name}(")
            end = ledger.find("\n-- ", begin)
            cursor.execute(ledger[begin:end].replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION"))
        for name in ("list_delta_v2.sql", "case_commit_v3.sql"):
            cursor.execute((SQL / name).read_text(encoding="utf-8"))
        cursor.execute("DROP FUNCTION case_as_of(uuid, timestamptz)")


class Migration(migrations.Migration):
    dependencies = [("cases", "0046_tips_and_signals")]

    operations = [
        migrations.RunPython(create, drop),
        migrations.RunSQL(NOBODY_ISSUED, migrations.RunSQL.noop),
    ]

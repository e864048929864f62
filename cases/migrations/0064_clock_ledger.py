"""The ledger of intervals says whose a task was, unit and person, and its deadline at every moment."""

from pathlib import Path

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

SQL = Path(__file__).resolve().parent.parent / "sql"


def _run(schema_editor, *texts):
    with schema_editor.connection.cursor() as cursor:
        for text in texts:
            # No parameters are given: the driver then leaves the % of RAISE alone.
            cursor.execute(text)


def _read(name):
    return (SQL / f"{name}.sql").read_text(encoding="utf-8")


def create(apps, schema_editor):
    names = ("case_clock_v1", "case_commit_v6", "case_open_many_v2", "case_clock_rebuild_v1")
    _run(schema_editor, *map(_read, names))


def drop(apps, schema_editor):
    before = _read("case_open_many_v1").replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")
    _run(schema_editor, _read("case_clock_rollback_v1"), _read("case_commit_v5"), before)
    _run(schema_editor, "DROP FUNCTION case_clock(uuid, integer, timestamptz, jsonb)")


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0062_notices"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            "clockinterval",
            "unit",
            models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="agencies.agency",
            ),
        ),
        migrations.AddField(
            "clockinterval",
            "person",
            models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField("clockinterval", "due_at", models.DateTimeField(null=True, verbose_name="期限")),
        migrations.AddField("clockinterval", "seq", models.PositiveIntegerField(null=True, verbose_name="起始事件")),
        migrations.RunPython(create, drop),
        migrations.AlterField("clockinterval", "due_at", models.DateTimeField(verbose_name="期限")),
        migrations.AlterField("clockinterval", "seq", models.PositiveIntegerField(verbose_name="起始事件")),
    ]

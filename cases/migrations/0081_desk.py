"""The desk: who sent a task stands with it, and what the figures of the workbench ask is answered by an index alone."""

from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models

SQL = Path(__file__).resolve().parent.parent / "sql"
OPEN = models.Q(state="open")
# What the figures ask of a task, and the case, which the wall asks for.
ASKED = ["rank", "case", "kind", "roles", "unit", "assignee", "accepted_at", "sender"]


def due_index(include):
    return models.Index(fields=["agency", "due_at", "id"], name="task_due_idx", condition=OPEN, include=include)


def create(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute((SQL / "task_sender_v1.sql").read_text(encoding="utf-8"))


def drop(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute((SQL / "task_sender_rollback_v1.sql").read_text(encoding="utf-8"))


class Migration(migrations.Migration):
    dependencies = [("cases", "0075_place_beside_a_picture"), ("agencies", "0035_scope_of_the_feed")]

    operations = [
        migrations.AddField(
            "task",
            "sender",
            models.ForeignKey(
                null=True,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="agencies.agency",
                verbose_name="交办单位",
            ),
        ),
        migrations.RemoveIndex("task", "task_due_idx"),
        migrations.AddIndex("task", due_index(ASKED)),
        migrations.AddIndex(
            "task",
            models.Index(
                fields=["agency"],
                name="task_again_idx",
                condition=models.Q(
                    ("state", "open"), models.Q(("returns__gt", 0), ("data__has_key", "rework"), _connector="OR")
                ),
            ),
        ),
        migrations.RunPython(create, drop),
    ]

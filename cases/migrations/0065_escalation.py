"""催办 → 督办 → 通报: the ledger of the steps that have fired, and how far each open deadline has come."""

from pathlib import Path

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

SQL = Path(__file__).resolve().parent.parent / "sql"
SEEN = """EXISTS (SELECT FROM cases_caseagency ca WHERE ca.case_id = cases_escalation.case_id
    AND ca.agency_id * 4 + ca.rank = ANY((SELECT sight_keys())::bigint[]) OFFSET 0)"""


def create(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT sight_wall('cases_escalation', %s), sight_wall('cases_deadlinewatch', 'false')", [SEEN])
        cursor.execute((SQL / "escalation_v1.sql").read_text(encoding="utf-8"))


def drop(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute((SQL / "escalation_rollback_v1.sql").read_text(encoding="utf-8"))
        cursor.execute("SELECT sight_open('cases_escalation'), sight_open('cases_deadlinewatch')")


class Migration(migrations.Migration):
    dependencies = [("agencies", "0035_scope_of_the_feed"), ("cases", "0066_reports")]

    operations = [
        migrations.CreateModel(
            name="DeadlineWatch",
            fields=[
                (
                    "task",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        primary_key=True,
                        related_name="watch",
                        serialize=False,
                        to="cases.task",
                    ),
                ),
                ("region_code", models.CharField(max_length=6)),
                ("due_at", models.DateTimeField()),
                ("since", models.DateTimeField()),
                ("done", models.PositiveSmallIntegerField(default=0)),
                ("paused", models.BooleanField(default=False)),
            ],
            options={
                "verbose_name": "期限跟踪",
                "verbose_name_plural": "期限跟踪",
                "indexes": [
                    models.Index(
                        condition=models.Q(("done__lt", 5), ("paused", False)),
                        fields=["region_code", "done", "due_at"],
                        name="deadlinewatch_due_idx",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Escalation",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("region_code", models.CharField(max_length=6, verbose_name="属地")),
                ("step", models.CharField(max_length=10, verbose_name="步骤")),
                ("due_at", models.DateTimeField(verbose_name="期限")),
                ("fell_at", models.DateTimeField(verbose_name="应发时间")),
                ("fired_at", models.DateTimeField(verbose_name="发出时间")),
                ("late", models.BooleanField(verbose_name="迟发")),
                ("outcome", models.CharField(max_length=10, verbose_name="处理")),
                ("whom", models.CharField(max_length=12, verbose_name="告知对象")),
                (
                    "roles",
                    django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=16), size=None),
                ),
                ("rule", models.CharField(max_length=60, verbose_name="规则")),
                ("event_seq", models.PositiveIntegerField(verbose_name="事件")),
                (
                    "agency",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="agencies.agency",
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="cases.case",
                    ),
                ),
                (
                    "task",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="escalations",
                        to="cases.task",
                    ),
                ),
            ],
            options={
                "verbose_name": "催办记录",
                "verbose_name_plural": "催办记录",
                "indexes": [
                    models.Index(fields=["case"], name="escalation_case_idx"),
                    models.Index(fields=["region_code", "event_seq", "id"], name="escalation_event_idx"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("task", "due_at", "step"), name="escalation_step_once"),
                    models.CheckConstraint(
                        condition=models.Q(("step__in", ["tomorrow", "today", "overdue", "pressed", "reported"])),
                        name="escalation_step_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("outcome__in", ["told", "overtaken", "needless", "nobody"])),
                        name="escalation_outcome_known",
                    ),
                ],
            },
        ),
        migrations.AddIndex(
            "task",
            models.Index(
                condition=models.Q(("closed_at__gt", models.F("due_at"))),
                fields=["closed_at"],
                name="task_done_late_idx",
            ),
        ),
        migrations.AddIndex(
            "task",
            models.Index(condition=models.Q(("kind", "answer_urge")), fields=["opened_at", "id"], name="task_urge_idx"),
        ),
        migrations.RunPython(create, drop),
    ]

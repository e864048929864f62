"""Erasing the personal data of closed cases, and what stands about it: proposals and what was erased when."""

from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models

import audit.ids

SQL = Path(__file__).resolve().parent.parent / "sql"


def create(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute((SQL / "erasure_v1.sql").read_text(encoding="utf-8"))


def drop(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute((SQL / "erasure_rollback_v1.sql").read_text(encoding="utf-8"))


class Migration(migrations.Migration):
    dependencies = [("cases", "0032_wall"), ("audit", "0003_access_log"), ("agencies", "0030_ceilings")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunPython(create, drop)],
            state_operations=[
                migrations.AddField("listrow", "erased_at", models.DateTimeField("清除时间", null=True)),
                migrations.AddField(
                    "attachment",
                    "erased_at",
                    models.DateTimeField("清除时间", null=True),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Erasure",
            fields=[
                ("id", models.UUIDField(default=audit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ("scope", models.CharField(max_length=12, verbose_name="范围")),
                ("rule", models.CharField(max_length=16, verbose_name="规则")),
                ("due_on", models.DateField(verbose_name="到期日")),
                ("state", models.CharField(max_length=10, verbose_name="状态")),
                ("hold", models.CharField(blank=True, default="", max_length=16, verbose_name="暂缓原因")),
                ("proposed_at", models.DateTimeField(verbose_name="提出时间")),
                ("confirmed_at", models.DateTimeField(null=True, verbose_name="确认时间")),
                ("erased_at", models.DateTimeField(null=True, verbose_name="清除时间")),
                ("gone", models.JSONField(default=dict, verbose_name="清除内容")),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="erasures", to="cases.case"
                    ),
                ),
                (
                    "confirmed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="agencies.user",
                        verbose_name="确认人",
                    ),
                ),
            ],
            options={"verbose_name": "个人信息清除", "verbose_name_plural": "个人信息清除"},
        ),
        migrations.AddConstraint(
            "erasure",
            models.UniqueConstraint(
                fields=["case", "scope"], condition=~models.Q(state="erased"), name="erasure_one_open"
            ),
        ),
        migrations.AddConstraint(
            "erasure",
            models.CheckConstraint(
                condition=models.Q(state__in=["proposed", "held", "confirmed", "erased"]), name="erasure_state_known"
            ),
        ),
        migrations.AddConstraint(
            "erasure",
            models.CheckConstraint(
                condition=models.Q(scope__in=["everything", "reporter"]), name="erasure_scope_known"
            ),
        ),
    ]

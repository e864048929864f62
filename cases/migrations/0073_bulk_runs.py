"""One act on many cases: runs, their rows, what was typed for them, and the walls around them."""

from pathlib import Path

import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models

import audit.ids

SQL = Path(__file__).resolve().parent.parent / "sql"
# Read by whoever chose the rows and by nobody else; written by the system actor for that person.
RUN = "owner_id = (SELECT sight_user())"
ROW = """(SELECT sight_user()) IS NOT NULL
    AND EXISTS (SELECT FROM cases_bulkrun r WHERE r.id = cases_bulkrow.run_id)"""
WALLS = (("cases_bulkrun", RUN), ("cases_bulkrow", ROW), ("cases_bulkinput", "false"))


def create(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        for table, read in WALLS:
            cursor.execute("SELECT sight_wall(%s::regclass, %s)", [table, read])
        # What was typed goes when the run has ended.
        cursor.execute("SELECT sight_removal('cases_bulkinput'::regclass)")
        cursor.execute((SQL / "bulk_runs_v1.sql").read_text(encoding="utf-8"))


def drop(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute((SQL / "bulk_runs_rollback_v1.sql").read_text(encoding="utf-8"))
        cursor.execute("DROP POLICY removed ON cases_bulkinput")
        for table, _ in WALLS:
            cursor.execute("SELECT sight_open(%s::regclass)", [table])


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0074_drafts_and_codes"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="BulkRun",
            fields=[
                ("id", models.UUIDField(default=audit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ("key", models.CharField(max_length=40, verbose_name="表单键")),
                ("act", models.CharField(max_length=40, verbose_name="事项")),
                ("source", models.CharField(max_length=8, verbose_name="列表")),
                ("chosen_all", models.BooleanField(default=False, verbose_name="全部结果")),
                ("conditions", models.JSONField(default=dict, verbose_name="条件")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "待填写"),
                            ("checking", "核对中"),
                            ("ready", "待确认"),
                            ("working", "办理中"),
                            ("done", "已办完"),
                            ("cancelled", "已取消"),
                            ("stopped", "已中止"),
                            ("dropped", "未办理"),
                        ],
                        default="draft",
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("problem", models.CharField(blank=True, default="", max_length=24, verbose_name="原因")),
                ("rows_total", models.PositiveIntegerField(default=0, verbose_name="行数")),
                ("not_found", models.PositiveIntegerField(default=0, verbose_name="未列入")),
                ("rows_seen", models.PositiveIntegerField(default=0, verbose_name="已核对到")),
                ("rows_done", models.PositiveIntegerField(default=0, verbose_name="已办理到")),
                ("counts", models.JSONField(default=dict, verbose_name="统计")),
                ("created_at", models.DateTimeField(verbose_name="选择时间")),
                ("moved_at", models.DateTimeField(verbose_name="最近进展")),
                ("confirmed_at", models.DateTimeField(null=True, verbose_name="确认时间")),
                ("ended_at", models.DateTimeField(null=True, verbose_name="结束时间")),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="办理人",
                    ),
                ),
            ],
            options={
                "verbose_name": "批量办理",
                "verbose_name_plural": "批量办理",
            },
        ),
        migrations.CreateModel(
            name="BulkInput",
            fields=[
                (
                    "run",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="cases.bulkrun",
                    ),
                ),
                ("sealed", models.BinaryField(verbose_name="密封内容")),
            ],
            options={
                "verbose_name": "批量办理填写内容",
                "verbose_name_plural": "批量办理填写内容",
            },
        ),
        migrations.CreateModel(
            name="BulkRow",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "run_id", "number", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("number", models.PositiveIntegerField(verbose_name="行")),
                ("task", models.UUIDField(null=True, verbose_name="待办事项")),
                ("version", models.PositiveIntegerField(default=0, verbose_name="所依据的版本")),
                ("fate", models.CharField(default="listed", max_length=12, verbose_name="结果")),
                ("reason", models.CharField(blank=True, default="", max_length=40, verbose_name="原因")),
                ("says", models.JSONField(default=dict, verbose_name="说明")),
                ("done_version", models.PositiveIntegerField(null=True, verbose_name="办理后版本")),
                ("leaf", models.CharField(blank=True, default="", max_length=64, verbose_name="回执")),
                (
                    "case",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="cases.case"
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rows",
                        to="cases.bulkrun",
                    ),
                ),
            ],
            options={
                "verbose_name": "批量办理行",
                "verbose_name_plural": "批量办理行",
            },
        ),
        migrations.AddIndex(
            model_name="bulkrun",
            index=models.Index(fields=["owner", "-created_at"], name="bulkrun_owner_idx"),
        ),
        migrations.AddIndex(
            model_name="bulkrun",
            index=models.Index(
                condition=models.Q(("state__in", ["draft", "checking", "ready", "working"])),
                fields=["moved_at"],
                name="bulkrun_open_idx",
            ),
        ),
        migrations.AddConstraint(
            model_name="bulkrun",
            constraint=models.UniqueConstraint(fields=("owner", "key"), name="bulkrun_key_once"),
        ),
        migrations.AddConstraint(
            model_name="bulkrun",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("rows_done__lte", models.F("rows_total")), ("rows_seen__lte", models.F("rows_total"))
                ),
                name="bulkrun_no_more_than_rows",
            ),
        ),
        migrations.AddIndex(
            model_name="bulkrow",
            index=models.Index(fields=["run", "fate", "number"], name="bulkrow_fate_idx"),
        ),
        migrations.AddIndex(
            model_name="bulkrow",
            index=models.Index(fields=["run", "case"], name="bulkrow_case_idx"),
        ),
        migrations.RunPython(create, drop),
    ]

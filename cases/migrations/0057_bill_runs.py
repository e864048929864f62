"""A month's run of bills: the readings that were sent, what became of each, and the wall around them."""

from pathlib import Path

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import audit.ids

SQL = Path(__file__).resolve().parent.parent / "sql"
# Read by the people of the company itself; written by the system actor for whoever it has checked.
RUN = "(SELECT sight_user()) IS NOT NULL AND agency_id * 4 = ANY((SELECT sight_keys())::bigint[])"
ROW = """(SELECT sight_user()) IS NOT NULL
    AND EXISTS (SELECT FROM cases_billrun r WHERE r.id = cases_billrunrow.run_id)"""
WALLS = (("cases_billrun", RUN), ("cases_billrunrow", ROW))


def create(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        for table, read in WALLS:
            cursor.execute("SELECT sight_wall(%s::regclass, %s)", [table, read])
        cursor.execute((SQL / "bill_runs_v1.sql").read_text(encoding="utf-8"))


def drop(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute((SQL / "bill_runs_rollback_v1.sql").read_text(encoding="utf-8"))
        for table, _ in WALLS:
            cursor.execute("SELECT sight_open(%s::regclass)", [table])


class Migration(migrations.Migration):
    dependencies = [
        ("agencies", "0035_scope_of_the_feed"),
        ("cases", "0052_entered_rules"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="BillRun",
            fields=[
                ("id", models.UUIDField(default=audit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ("month", models.CharField(max_length=7, verbose_name="电费月份")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("ready", "待开始"),
                            ("billing", "出账中"),
                            ("billed", "待复核"),
                            ("reviewing", "复核中"),
                            ("reviewed", "已复核"),
                            ("stopped", "已中止"),
                            ("discarded", "已作废"),
                        ],
                        default="ready",
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("filename", models.CharField(max_length=200, verbose_name="文件名")),
                ("sha256", models.CharField(max_length=64)),
                ("size", models.PositiveIntegerField(verbose_name="字节数")),
                ("due_on", models.DateField(null=True, verbose_name="缴费期限")),
                (
                    "energy_price",
                    models.DecimalField(decimal_places=4, max_digits=8, null=True, verbose_name="当月代理购电价格"),
                ),
                ("uploaded_at", models.DateTimeField(verbose_name="上传时间")),
                ("started_at", models.DateTimeField(null=True, verbose_name="开始时间")),
                ("billed_at", models.DateTimeField(null=True, verbose_name="出账完成时间")),
                ("review_started_at", models.DateTimeField(null=True, verbose_name="复核开始时间")),
                ("reviewed_at", models.DateTimeField(null=True, verbose_name="复核完成时间")),
                ("moved_at", models.DateTimeField(verbose_name="最近进展")),
                ("problem", models.CharField(blank=True, default="", max_length=24, verbose_name="原因")),
                ("rows_total", models.PositiveIntegerField(default=0, verbose_name="行数")),
                ("rows_done", models.PositiveIntegerField(default=0, verbose_name="已处理")),
                ("reviews_done", models.PositiveIntegerField(default=0, verbose_name="已复核到")),
                ("counts", models.JSONField(default=dict, verbose_name="统计")),
                (
                    "agency",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="agencies.agency",
                        verbose_name="供电企业",
                    ),
                ),
                (
                    "reviewed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="复核人",
                    ),
                ),
                (
                    "started_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="出账人",
                    ),
                ),
                (
                    "uploaded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="上传人",
                    ),
                ),
            ],
            options={
                "verbose_name": "批量出账",
                "verbose_name_plural": "批量出账",
            },
        ),
        migrations.CreateModel(
            name="BillRunRow",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "run_id", "number", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("number", models.PositiveIntegerField(verbose_name="行")),
                ("account", models.CharField(blank=True, default="", max_length=40, verbose_name="户号（遮盖）")),
                ("cycle_from", models.DateField(null=True, verbose_name="抄表周期起")),
                ("cycle_to", models.DateField(null=True, verbose_name="抄表周期止")),
                ("reading", models.JSONField(default=dict, verbose_name="抄表")),
                ("fate", models.CharField(max_length=10, verbose_name="处理")),
                ("reason", models.CharField(blank=True, default="", max_length=32, verbose_name="原因")),
                ("says", models.JSONField(default=dict, verbose_name="说明")),
                ("bill", models.CharField(blank=True, default="", max_length=32, verbose_name="账单")),
                ("amount", models.DecimalField(decimal_places=2, max_digits=14, null=True, verbose_name="应收")),
                ("surcharge", models.DecimalField(decimal_places=2, max_digits=14, null=True, verbose_name="其中加价")),
                ("review", models.CharField(blank=True, default="", max_length=12, verbose_name="复核")),
                ("review_says", models.JSONField(default=dict, verbose_name="复核说明")),
                (
                    "case",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="cases.case",
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rows",
                        to="cases.billrun",
                    ),
                ),
            ],
            options={
                "verbose_name": "批量出账行",
                "verbose_name_plural": "批量出账行",
            },
        ),
        migrations.AddIndex(
            model_name="billrun",
            index=models.Index(
                condition=models.Q(("state__in", ["billing", "reviewing"])),
                fields=["moved_at"],
                name="billrun_unfinished_idx",
            ),
        ),
        migrations.AddConstraint(
            model_name="billrun",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "discarded"), _negated=True),
                fields=("agency", "sha256"),
                name="billrun_file_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="billrun",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("reviews_done__lte", models.F("rows_total")), ("rows_done__lte", models.F("rows_total"))
                ),
                name="billrun_no_more_than_rows",
            ),
        ),
        migrations.AddConstraint(
            model_name="billrun",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("reviewed_by__isnull", True),
                    models.Q(("reviewed_by", models.F("started_by")), _negated=True),
                    _connector="OR",
                ),
                name="billrun_reviewed_by_another",
            ),
        ),
        migrations.AddIndex(
            model_name="billrunrow",
            index=models.Index(fields=["run", "fate", "number"], name="billrunrow_fate_idx"),
        ),
        migrations.AddIndex(
            model_name="billrunrow",
            index=models.Index(
                condition=models.Q(("case__isnull", False)), fields=["case"], name="billrunrow_case_idx"
            ),
        ),
        migrations.AddConstraint(
            model_name="billrunrow",
            constraint=models.UniqueConstraint(
                condition=models.Q(("bill", ""), _negated=True),
                fields=("run", "case", "cycle_from", "cycle_to"),
                name="billrunrow_cycle_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="billrunrow",
            constraint=models.UniqueConstraint(
                condition=models.Q(("bill", ""), _negated=True), fields=("bill",), name="billrunrow_bill_once"
            ),
        ),
        migrations.RunPython(create, drop),
    ]

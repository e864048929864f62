"""Weekly ledgers and overdue bulletins: numbered, in versions that stay, behind a wall of their own."""

from pathlib import Path

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import audit.ids

SQL = Path(__file__).resolve().parent.parent / "sql"
# Who watches over the region reads its reports whole; an agency the bulletins in which it has an excerpt, and that.
WATCHES = """(SELECT sight_user()) IS NOT NULL
    AND EXISTS (SELECT FROM unnest((SELECT sight_watches())) AS w(code) WHERE starts_with(region_id, w.code))"""
OWN = (
    """(SELECT sight_user()) IS NOT NULL AND EXISTS (SELECT FROM unnest((SELECT sight_keys())) AS k(key) WHERE {key})"""
)
REPORT = f"({WATCHES}) OR ({OWN.format(key='k.key / 4 = ANY(readers)')})"
FILE = f"({WATCHES}) OR ({OWN.format(key='k.key / 4 = agency_id')})"
VERSION = "EXISTS (SELECT FROM cases_report r WHERE r.id = cases_reportversion.report_id)"
PART = "EXISTS (SELECT FROM cases_reportfile f WHERE f.id = cases_reportpart.file_id)"
WALLS = (
    ("cases_report", REPORT),
    ("cases_reportversion", VERSION),
    ("cases_reportfile", FILE),
    ("cases_reportpart", PART),
)


def create(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        for table, read in WALLS:
            cursor.execute("SELECT sight_wall(%s::regclass, %s)", [table, read])
        cursor.execute((SQL / "reports_v1.sql").read_text(encoding="utf-8"))


def drop(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute((SQL / "reports_rollback_v1.sql").read_text(encoding="utf-8"))
        for table, _ in WALLS:
            cursor.execute("SELECT sight_open(%s::regclass)", [table])


class Migration(migrations.Migration):
    dependencies = [
        ("agencies", "0035_scope_of_the_feed"),
        ("cases", "0064_clock_ledger"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Report",
            fields=[
                ("id", models.UUIDField(default=audit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                (
                    "kind",
                    models.CharField(
                        choices=[("ledger", "工作台账"), ("overdue", "逾期通报")], max_length=8, verbose_name="种类"
                    ),
                ),
                ("first_day", models.DateField(verbose_name="周期起")),
                ("last_day", models.DateField(verbose_name="周期止")),
                ("year", models.PositiveSmallIntegerField(verbose_name="年")),
                ("serial", models.PositiveIntegerField(verbose_name="序号")),
                ("number", models.CharField(max_length=40, verbose_name="编号")),
                (
                    "readers",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), default=list, size=None
                    ),
                ),
                ("created_at", models.DateTimeField(verbose_name="编号时间")),
                (
                    "agency",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="agencies.agency",
                    ),
                ),
                (
                    "region",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="agencies.region",
                    ),
                ),
            ],
            options={
                "verbose_name": "定期报告",
                "verbose_name_plural": "定期报告",
            },
        ),
        migrations.CreateModel(
            name="ReportFile",
            fields=[
                ("id", models.UUIDField(default=audit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ("audience", models.CharField(max_length=10, verbose_name="读者")),
                ("form", models.CharField(max_length=4, verbose_name="格式")),
                ("size", models.PositiveBigIntegerField(verbose_name="字节数")),
                ("rows", models.PositiveIntegerField(default=0, verbose_name="行数")),
                ("sha256", models.CharField(max_length=64)),
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
                    "region",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="agencies.region",
                    ),
                ),
            ],
            options={
                "verbose_name": "定期报告文件",
                "verbose_name_plural": "定期报告文件",
            },
        ),
        migrations.CreateModel(
            name="ReportPart",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "file_id", "number", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("content", models.BinaryField()),
                (
                    "file",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="parts",
                        to="cases.reportfile",
                    ),
                ),
            ],
            options={
                "verbose_name": "定期报告内容",
                "verbose_name_plural": "定期报告内容",
            },
        ),
        migrations.CreateModel(
            name="ReportVersion",
            fields=[
                ("id", models.UUIDField(default=audit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ("version", models.PositiveSmallIntegerField(verbose_name="版次")),
                (
                    "state",
                    models.CharField(
                        choices=[("drawing", "生成中"), ("drawn", "已生成"), ("failed", "未能生成")],
                        default="drawing",
                        max_length=8,
                        verbose_name="状态",
                    ),
                ),
                ("asked_at", models.DateTimeField(verbose_name="要求时间")),
                ("due_at", models.DateTimeField(verbose_name="应生成时间")),
                ("late", models.BooleanField(default=False, verbose_name="迟延")),
                ("drawn_at", models.DateTimeField(null=True, verbose_name="生成时间")),
                ("problem", models.CharField(blank=True, default="", max_length=80, verbose_name="原因")),
                ("cases", models.PositiveIntegerField(default=0, verbose_name="案件数")),
                ("figures", models.JSONField(default=dict, verbose_name="统计")),
                ("changes", models.JSONField(default=list, verbose_name="与上一版差异")),
                (
                    "asked_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="生成人",
                    ),
                ),
                (
                    "report",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="versions",
                        to="cases.report",
                    ),
                ),
            ],
            options={
                "verbose_name": "定期报告版本",
                "verbose_name_plural": "定期报告版本",
            },
        ),
        migrations.AddField(
            model_name="reportfile",
            name="version",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="files",
                to="cases.reportversion",
            ),
        ),
        migrations.AddConstraint(
            model_name="report",
            constraint=models.UniqueConstraint(fields=("region", "kind", "first_day"), name="report_one_a_week"),
        ),
        migrations.AddConstraint(
            model_name="report",
            constraint=models.UniqueConstraint(fields=("region", "kind", "year", "serial"), name="report_number_once"),
        ),
        migrations.AddConstraint(
            model_name="report",
            constraint=models.CheckConstraint(
                condition=models.Q(("first_day__iso_week_day", 1)), name="report_begins_on_monday"
            ),
        ),
        migrations.AddIndex(
            model_name="reportversion",
            index=models.Index(
                condition=models.Q(("state", "drawing")), fields=["asked_at"], name="reportversion_drawing_idx"
            ),
        ),
        migrations.AddConstraint(
            model_name="reportversion",
            constraint=models.UniqueConstraint(fields=("report", "version"), name="reportversion_once"),
        ),
        migrations.AddConstraint(
            model_name="reportversion",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "drawing")), fields=("report",), name="reportversion_one_at_a_time"
            ),
        ),
        migrations.AddConstraint(
            model_name="reportfile",
            constraint=models.UniqueConstraint(
                fields=("version", "audience", "agency", "form"), name="reportfile_once", nulls_distinct=False
            ),
        ),
        migrations.AddConstraint(
            model_name="reportfile",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("agency__isnull", True), ("audience__in", ["commission", "watch"])),
                    models.Q(("agency__isnull", False), ("audience", "agency")),
                    _connector="OR",
                ),
                name="reportfile_for_somebody",
            ),
        ),
        migrations.RunPython(create, drop),
    ]

"""What a grid company really billed beside the bills here, and the wall around it: only added to."""

from pathlib import Path

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import audit.ids

SQL = Path(__file__).resolve().parent.parent / "sql"
# Read by the people of the company itself; written by the system actor for whoever it has checked.
FILE = "(SELECT sight_user()) IS NOT NULL AND agency_id * 4 = ANY((SELECT sight_keys())::bigint[])"
ROW = """(SELECT sight_user()) IS NOT NULL
    AND EXISTS (SELECT FROM cases_billedfile f WHERE f.id = cases_billedrow.file_id)"""
WALLS = (("cases_billedfile", FILE), ("cases_billedrow", ROW))


def create(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        for table, read in WALLS:
            cursor.execute("SELECT sight_wall(%s::regclass, %s)", [table, read])
        cursor.execute((SQL / "billed_files_v1.sql").read_text(encoding="utf-8"))


def drop(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute((SQL / "billed_files_rollback_v1.sql").read_text(encoding="utf-8"))
        for table, _ in WALLS:
            cursor.execute("SELECT sight_open(%s::regclass)", [table])


class Migration(migrations.Migration):
    dependencies = [
        ("agencies", "0035_scope_of_the_feed"),
        ("cases", "0057_bill_runs"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="BilledFile",
            fields=[
                ("id", models.UUIDField(default=audit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ("filename", models.CharField(max_length=200, verbose_name="文件名")),
                ("sha256", models.CharField(max_length=64)),
                ("size", models.PositiveIntegerField(verbose_name="字节数")),
                (
                    "months",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=7), default=list, size=None, verbose_name="月份"
                    ),
                ),
                ("uploaded_at", models.DateTimeField(verbose_name="上传时间")),
                ("rows_total", models.PositiveIntegerField(default=0, verbose_name="行数")),
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
                "verbose_name": "电费核对",
                "verbose_name_plural": "电费核对",
            },
        ),
        migrations.CreateModel(
            name="BilledRow",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "file_id", "number", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("number", models.PositiveIntegerField(verbose_name="序号")),
                ("line", models.PositiveIntegerField(null=True, verbose_name="文件行")),
                ("account", models.CharField(blank=True, default="", max_length=40, verbose_name="户号（遮盖）")),
                ("month", models.CharField(blank=True, default="", max_length=7, verbose_name="月份")),
                ("bill", models.CharField(blank=True, default="", max_length=32, verbose_name="账单")),
                ("our_kwh", models.DecimalField(decimal_places=6, max_digits=16, null=True, verbose_name="账单电量")),
                (
                    "our_amount",
                    models.DecimalField(decimal_places=2, max_digits=14, null=True, verbose_name="账单金额"),
                ),
                ("their_kwh", models.DecimalField(decimal_places=6, max_digits=16, null=True, verbose_name="实收电量")),
                (
                    "their_amount",
                    models.DecimalField(decimal_places=2, max_digits=14, null=True, verbose_name="实收金额"),
                ),
                (
                    "differences",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=16), default=list, size=None, verbose_name="差异"
                    ),
                ),
                ("reason", models.CharField(blank=True, default="", max_length=32, verbose_name="不能核对的原因")),
                ("figures", models.JSONField(default=dict, verbose_name="原因数据")),
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
                    "file",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rows",
                        to="cases.billedfile",
                    ),
                ),
            ],
            options={
                "verbose_name": "电费核对行",
                "verbose_name_plural": "电费核对行",
            },
        ),
        migrations.AddIndex(
            model_name="billedfile",
            index=models.Index(fields=["agency", "-uploaded_at"], name="billedfile_agency_idx"),
        ),
        migrations.RunPython(create, drop),
    ]

"""Lists led in step by step: the mapping of a source, a reading on trial, cells set right; and the wall around them."""

from pathlib import Path

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

SQL = Path(__file__).resolve().parent.parent / "sql"
# Through the wall of the list they belong to, and for people only.
OF_A_LIST = "(SELECT sight_user()) IS NOT NULL AND EXISTS (SELECT FROM cases_listbatch b WHERE b.id = {table}.batch_id)"


def create(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        for table in ("cases_previewrow", "cases_listmend"):
            cursor.execute(
                "SELECT sight_wall(%s::regclass, %s, 'false', 'false')", [table, OF_A_LIST.format(table=table)]
            )
        # A reading on trial is taken away by whoever made it.
        cursor.execute("SELECT sight_removal('cases_previewrow'::regclass)")
        cursor.execute("SELECT sight_wall('cases_sourcemapping', 'false', 'false', 'false')")
        for name in ("list_steps_v1.sql", "list_erase_v2.sql"):
            cursor.execute((SQL / name).read_text(encoding="utf-8"))


def drop(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute((SQL / "list_steps_rollback_v1.sql").read_text(encoding="utf-8"))
        former = (SQL / "list_erase_v1.sql").read_text(encoding="utf-8")
        cursor.execute(former.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION"))
        cursor.execute("DROP POLICY removed ON cases_previewrow")
        for table in ("cases_previewrow", "cases_listmend", "cases_sourcemapping"):
            cursor.execute("SELECT sight_open(%s::regclass)", [table])


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0043_site_suggestions"),
        ("agencies", "0034_wall"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="listbatch",
            name="preview",
            field=models.JSONField(default=dict, verbose_name="预览"),
        ),
        migrations.AlterField(
            model_name="listbatch",
            name="state",
            field=models.CharField(
                choices=[
                    ("received", "已接收"),
                    ("mapping", "待匹配列"),
                    ("preview", "校验预览"),
                    ("importing", "导入中"),
                    ("cancelled", "已取消"),
                    ("done", "已导入"),
                    ("refused", "不能识别"),
                ],
                default="received",
                max_length=10,
                verbose_name="状态",
            ),
        ),
        migrations.CreateModel(
            name="ListMend",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("number", models.PositiveIntegerField(verbose_name="行")),
                ("cell", models.PositiveSmallIntegerField(verbose_name="列")),
                ("sealed", models.BinaryField(verbose_name="更正后的值")),
                ("mended_at", models.DateTimeField(verbose_name="更正时间")),
                (
                    "batch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="mends", to="cases.listbatch"
                    ),
                ),
                (
                    "mended_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="更正人",
                    ),
                ),
            ],
            options={
                "verbose_name": "更正",
                "verbose_name_plural": "更正",
                "indexes": [models.Index(fields=["batch", "number", "cell", "id"], name="listmend_cell_idx")],
            },
        ),
        migrations.CreateModel(
            name="PreviewRow",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "batch_id", "number", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("number", models.PositiveIntegerField(verbose_name="行")),
                ("sheet", models.PositiveSmallIntegerField(default=0, verbose_name="工作表")),
                ("sealed", models.BinaryField(verbose_name="原始单元格")),
                ("fate", models.CharField(max_length=24, verbose_name="处理")),
                ("reason", models.CharField(max_length=24, verbose_name="原因")),
                ("figures", models.JSONField(default=dict, verbose_name="原因数据")),
                ("notes", models.JSONField(default=list, verbose_name="提示")),
                ("identity", models.BinaryField(max_length=16, null=True)),
                ("problem", models.BooleanField(default=False)),
                (
                    "batch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="preview_rows", to="cases.listbatch"
                    ),
                ),
            ],
            options={
                "verbose_name": "预览行",
                "verbose_name_plural": "预览行",
                "indexes": [
                    models.Index(fields=["batch", "fate", "number"], name="previewrow_fate_idx"),
                    models.Index(
                        condition=models.Q(("problem", True)), fields=["batch", "number"], name="previewrow_problem_idx"
                    ),
                    models.Index(
                        condition=models.Q(("identity__isnull", False)),
                        fields=["batch", "identity"],
                        name="previewrow_identity_idx",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SourceMapping",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("telecom", "监测名单"),
                            ("trace", "溯源反馈"),
                            ("grid", "用电异常名单"),
                            ("tips", "举报清单"),
                        ],
                        max_length=8,
                        verbose_name="名单类型",
                    ),
                ),
                ("signature", models.CharField(max_length=64, verbose_name="表头特征")),
                ("columns", models.JSONField(verbose_name="列对应")),
                ("orders", models.JSONField(default=dict, verbose_name="日期顺序")),
                ("saved_at", models.DateTimeField(verbose_name="保存时间")),
                (
                    "agency",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="agencies.agency",
                        verbose_name="报送单位",
                    ),
                ),
                (
                    "saved_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="保存人",
                    ),
                ),
            ],
            options={
                "verbose_name": "来源列对应",
                "verbose_name_plural": "来源列对应",
                "constraints": [
                    models.UniqueConstraint(fields=("agency", "kind", "signature"), name="sourcemapping_header_once")
                ],
            },
        ),
        migrations.RunPython(create, drop),
    ]

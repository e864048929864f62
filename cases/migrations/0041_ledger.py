"""The ledger of batches: issuer, level, feedback due, withdrawal; how far a list is answered and what changed since."""

from pathlib import Path

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

SQL = Path(__file__).resolve().parent.parent / "sql"
UNSIGNED = {"withdrawn_at__isnull": True, "withdrawn_by__isnull": True}
SIGNED = {"withdrawn_at__isnull": False, "withdrawn_by__isnull": False}
# Lists that came before had no issuer of their own: whoever sent them had issued them, as far as is known.
ISSUED_BY_SENDER = """
    UPDATE cases_listbatch b SET issuer = left(a.name, 80) FROM agencies_agency a WHERE a.id = b.agency_id AND b.issuer = ''
"""


def create(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute((SQL / "ledger_v1.sql").read_text(encoding="utf-8"))


def drop(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute((SQL / "ledger_rollback_v1.sql").read_text(encoding="utf-8"))


class Migration(migrations.Migration):
    dependencies = [
        ("agencies", "0034_wall"),
        ("cases", "0044_list_steps"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="listbatch", name="listbatch_name_once"),
        migrations.RemoveConstraint(model_name="listbatch", name="listbatch_file_once"),
        migrations.AddField("listbatch", "due_at", models.DateTimeField(null=True, verbose_name="反馈期限")),
        migrations.AddField(
            "listbatch", "due_provisional", models.BooleanField(default=False, verbose_name="期限暂定")
        ),
        migrations.AddField(
            "listbatch", "due_rule", models.CharField(default="", max_length=40, verbose_name="期限依据")
        ),
        migrations.AddField(
            "listbatch", "issuer", models.CharField(default="", max_length=80, verbose_name="下发单位")
        ),
        migrations.AddField(
            "listbatch",
            "level",
            models.CharField(
                choices=[("full", "全量"), ("priority", "重点")],
                default="full",
                max_length=8,
                verbose_name="名单级别",
            ),
        ),
        migrations.AddField("listbatch", "withdrawn_at", models.DateTimeField(null=True, verbose_name="撤回时间")),
        migrations.AddField(
            "listbatch",
            "withdrawn_by",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="撤回人",
            ),
        ),
        migrations.AddField(
            "listbatch", "withdrawn_why", models.CharField(default="", max_length=16, verbose_name="撤回原因")
        ),
        migrations.AlterField(
            "listbatch",
            "state",
            models.CharField(
                choices=[
                    ("received", "已接收"),
                    ("mapping", "待匹配列"),
                    ("preview", "校验预览"),
                    ("importing", "导入中"),
                    ("cancelled", "已取消"),
                    ("done", "已导入"),
                    ("refused", "不能识别"),
                    ("withdrawn", "已撤回"),
                ],
                default="received",
                max_length=10,
                verbose_name="状态",
            ),
        ),
        migrations.AddIndex(
            "listbatch",
            models.Index(fields=["issuer", "kind", "level", "received_at"], name="listbatch_issuer_idx"),
        ),
        migrations.AddConstraint(
            "listbatch",
            models.UniqueConstraint(
                condition=~models.Q(state__in=["refused", "withdrawn"]), fields=("name",), name="listbatch_name_once"
            ),
        ),
        migrations.AddConstraint(
            "listbatch",
            models.UniqueConstraint(
                condition=~models.Q(state="withdrawn"), fields=("agency", "kind", "sha256"), name="listbatch_file_once"
            ),
        ),
        migrations.AddConstraint(
            "listbatch",
            models.CheckConstraint(
                condition=models.Q(state="withdrawn", **SIGNED) | (~models.Q(state="withdrawn") & models.Q(**UNSIGNED)),
                name="listbatch_withdrawal_is_signed",
            ),
        ),
        migrations.RunSQL(ISSUED_BY_SENDER, migrations.RunSQL.noop),
        migrations.RunPython(create, drop),
    ]

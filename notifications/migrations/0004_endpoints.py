"""Where an agency as a whole is told: its robots and webhooks, sealed, behind the wall of its administrators."""

from pathlib import Path

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

import audit.ids

SQL = Path(__file__).resolve().parent.parent / "sql"
ADMINISTERED = (
    "(SELECT sight_user()) IS NOT NULL AND agency_id IN (SELECT a.id FROM agencies_agency a"
    " WHERE a.id = ANY((SELECT sight_administers())::bigint[])"
    " OR a.parent_id = ANY((SELECT sight_administers())::bigint[]))"
)


def create(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(
            "SELECT sight_wall('notifications_endpoint', %s, %s, %s)", [ADMINISTERED, ADMINISTERED, ADMINISTERED]
        )
        cursor.execute((SQL / "endpoints_v1.sql").read_text(encoding="utf-8"))


def drop(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute((SQL / "endpoints_rollback_v1.sql").read_text(encoding="utf-8"))
        cursor.execute("SELECT sight_open('notifications_endpoint')")


class Migration(migrations.Migration):
    dependencies = [
        ("agencies", "0035_scope_of_the_feed"),
        ("audit", "0004_wall"),
        ("notifications", "0005_choices"),
    ]

    operations = [
        migrations.CreateModel(
            name="Endpoint",
            fields=[
                ("id", models.UUIDField(default=audit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ("channel", models.CharField(max_length=8, verbose_name="渠道")),
                ("name", models.CharField(max_length=40, verbose_name="名称")),
                ("host", models.CharField(max_length=255, verbose_name="主机")),
                ("blind", models.BinaryField(max_length=16, verbose_name="盲索引")),
                ("sealed", models.BinaryField(verbose_name="密文")),
                (
                    "topics",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=16), size=None, verbose_name="事项"
                    ),
                ),
                ("language", models.CharField(default="zh", max_length=2, verbose_name="语言")),
                ("active", models.BooleanField(default=True, verbose_name="启用")),
                ("off", models.CharField(blank=True, default="", max_length=8, verbose_name="停用原因")),
                ("secret_version", models.PositiveSmallIntegerField(default=0, verbose_name="密钥版本")),
                ("former_until", models.DateTimeField(null=True, verbose_name="旧密钥有效至")),
                ("failures", models.PositiveIntegerField(default=0, verbose_name="连续失败")),
                ("failed_at", models.DateTimeField(null=True, verbose_name="最近失败")),
                ("problem", models.CharField(blank=True, default="", max_length=200, verbose_name="失败原因")),
                ("answered_at", models.DateTimeField(null=True, verbose_name="最近成功")),
                ("created_at", models.DateTimeField(verbose_name="添加时间")),
                (
                    "agency",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="agencies.agency"
                    ),
                ),
            ],
            options={
                "verbose_name": "单位通知渠道",
                "verbose_name_plural": "单位通知渠道",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("channel__in", ("wecom", "dingtalk", "feishu", "webhook"))),
                        name="endpoint_channel_known",
                    ),
                    models.CheckConstraint(condition=models.Q(("topics__len__gt", 0)), name="endpoint_has_a_topic"),
                    models.CheckConstraint(
                        condition=models.Q(("language__in", ("zh", "en"))), name="endpoint_language_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("active", True), ("off", "")),
                            models.Q(("active", False), ("off__in", ("by_hand", "gone"))),
                            _connector="OR",
                        ),
                        name="endpoint_off_has_a_reason",
                    ),
                    models.UniqueConstraint(fields=("agency", "blind"), name="endpoint_once_an_agency"),
                ],
            },
        ),
        migrations.RunPython(create, drop),
    ]

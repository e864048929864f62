"""What people choose about being told and where they are reached, each their own behind the wall."""

from pathlib import Path

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import audit.ids

SQL = Path(__file__).resolve().parent.parent / "sql"
OWN = "user_id = (SELECT sight_user())"
TABLES = ("notifications_preference", "notifications_contact")


def create(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute("SELECT sight_wall(%s::regclass, %s, %s, %s)", [table, OWN, OWN, OWN])
        cursor.execute("SELECT sight_removal('notifications_contact')")
        cursor.execute((SQL / "contacts_v1.sql").read_text(encoding="utf-8"))


def drop(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute((SQL / "contacts_rollback_v1.sql").read_text(encoding="utf-8"))
        cursor.execute("DROP POLICY removed ON notifications_contact")
        for table in TABLES:
            cursor.execute("SELECT sight_open(%s::regclass)", [table])


class Migration(migrations.Migration):
    dependencies = [
        ("agencies", "0035_scope_of_the_feed"),
        ("notifications", "0003_deliveries"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Preference",
            fields=[
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("groups", models.JSONField(default=dict, verbose_name="类别")),
                ("quiet_from", models.TimeField(null=True, verbose_name="免打扰开始")),
                ("quiet_to", models.TimeField(null=True, verbose_name="免打扰结束")),
                ("digest_at", models.TimeField(verbose_name="汇总时间")),
                ("changed_at", models.DateTimeField(verbose_name="时间")),
            ],
            options={
                "verbose_name": "提醒设置",
                "verbose_name_plural": "提醒设置",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("quiet_from__isnull", True), ("quiet_to__isnull", True)),
                            models.Q(("quiet_from__isnull", False), ("quiet_to__isnull", False)),
                            _connector="OR",
                        ),
                        name="preference_quiet_has_two_ends",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Contact",
            fields=[
                ("id", models.UUIDField(default=audit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ("channel", models.CharField(max_length=16, verbose_name="渠道")),
                ("sealed", models.BinaryField(verbose_name="联系方式")),
                ("nonce", models.BinaryField(max_length=16)),
                ("wanted_at", models.DateTimeField(verbose_name="申请时间")),
                ("sent_at", models.DateTimeField(null=True, verbose_name="发送时间")),
                ("expires_at", models.DateTimeField(verbose_name="有效期")),
                ("tries", models.PositiveSmallIntegerField(default=0, verbose_name="已试次数")),
                ("problem", models.CharField(default="", max_length=200, verbose_name="原因")),
                ("confirmed_at", models.DateTimeField(null=True, verbose_name="确认时间")),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "联系方式",
                "verbose_name_plural": "联系方式",
                "indexes": [
                    models.Index(
                        condition=models.Q(("confirmed_at__isnull", True), ("sent_at__isnull", True)),
                        fields=["wanted_at"],
                        name="contact_unsent_idx",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("confirmed_at__isnull", False)),
                        fields=("user", "channel"),
                        name="contact_in_use",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("confirmed_at__isnull", True)),
                        fields=("user", "channel"),
                        name="contact_to_come",
                    ),
                ],
            },
        ),
        migrations.RunPython(create, drop),
    ]

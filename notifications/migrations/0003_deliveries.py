"""Messages without a case, and what goes out beside the inbox: one row for each message and channel."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import audit.ids

# Of a case: its reader, while they see it through the agency. Of none: while they are in the agency, as whatever.
SEEN = (
    "agency_id * 4 = ANY((SELECT sight_keys())::bigint[]) AND EXISTS ("
    "SELECT FROM cases_caseagency ca WHERE ca.case_id = notifications_message.case_id"
    " AND ca.agency_id * 4 + ca.rank = ANY((SELECT sight_keys())::bigint[]) OFFSET 0)"
)
WITHOUT_A_CASE = (
    "case_id IS NULL AND (agency_id * 4 = ANY((SELECT sight_keys())::bigint[]) OR EXISTS ("
    "SELECT FROM agencies_membership m WHERE m.user_id = notifications_message.user_id"
    " AND m.agency_id = notifications_message.agency_id AND m.active OFFSET 0))"
)
MINE = f"user_id = (SELECT sight_user()) AND (({SEEN}) OR ({WITHOUT_A_CASE}))"
MINE_BEFORE = f"user_id = (SELECT sight_user()) AND {SEEN}"
# For the people who keep them they are read and changed by a system actor that has looked at who asks.
FOR_NOBODY = ("notifications_delivery", "notifications_dailyrun")


def create(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT sight_open('notifications_message')")
        cursor.execute("SELECT sight_wall('notifications_message', %s, 'false', %s)", [MINE, MINE])
        for table in FOR_NOBODY:
            cursor.execute("SELECT sight_wall(%s::regclass, 'false')", [table])


def drop(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        for table in FOR_NOBODY:
            cursor.execute("SELECT sight_open(%s::regclass)", [table])
        cursor.execute("SELECT sight_open('notifications_message')")
        cursor.execute("SELECT sight_wall('notifications_message', %s, 'false', %s)", [MINE_BEFORE, MINE_BEFORE])
        # What is about no case cannot stay where every message has one; nor what goes out with it.
        cursor.execute("DELETE FROM notifications_delivery")
        cursor.execute("DELETE FROM notifications_message WHERE case_id IS NULL")
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


class Migration(migrations.Migration):
    dependencies = [
        ("agencies", "0035_scope_of_the_feed"),
        ("cases", "0062_notices"),
        ("notifications", "0002_wall"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="DailyRun",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "name", "day", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("name", models.CharField(max_length=32)),
                ("day", models.DateField(verbose_name="日期")),
                ("at", models.DateTimeField(verbose_name="时间")),
            ],
            options={
                "verbose_name": "每日任务",
                "verbose_name_plural": "每日任务",
            },
        ),
        migrations.AlterField(
            model_name="message",
            name="case",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="cases.case",
            ),
        ),
        migrations.CreateModel(
            name="Delivery",
            fields=[
                ("id", models.UUIDField(default=audit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ("endpoint", models.UUIDField(null=True, verbose_name="接收端")),
                ("topic", models.CharField(max_length=32, verbose_name="事项")),
                ("channel", models.CharField(max_length=16, verbose_name="渠道")),
                ("digest", models.BooleanField(default=False, verbose_name="汇总")),
                ("content", models.JSONField(null=True, verbose_name="内容")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "待投递"),
                            ("sent", "已投递"),
                            ("dead", "已停止"),
                            ("withdrawn", "已撤回"),
                        ],
                        default="waiting",
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("attempts", models.PositiveSmallIntegerField(default=0, verbose_name="已试次数")),
                ("not_before", models.DateTimeField(verbose_name="下次尝试")),
                ("leased_until", models.DateTimeField(null=True, verbose_name="占用至")),
                ("leased_by", models.UUIDField(null=True, verbose_name="占用者")),
                ("first_tried_at", models.DateTimeField(null=True, verbose_name="首次尝试")),
                ("tried_at", models.DateTimeField(null=True, verbose_name="上次尝试")),
                ("sent_at", models.DateTimeField(null=True, verbose_name="投递时间")),
                ("problem", models.CharField(default="", max_length=200, verbose_name="原因")),
                ("created_at", models.DateTimeField(verbose_name="时间")),
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
                    "message",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="notifications.message",
                    ),
                ),
                (
                    "outbox",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="cases.outbox"
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "投递",
                "verbose_name_plural": "投递",
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "waiting")), fields=["not_before"], name="delivery_waiting_idx"
                    ),
                    models.Index(
                        condition=models.Q(("state", "waiting")), fields=["case", "outbox"], name="delivery_order_idx"
                    ),
                    models.Index(
                        condition=models.Q(("state", "sent"), _negated=True),
                        fields=["agency"],
                        name="delivery_agency_idx",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("user__isnull", False)),
                        fields=("outbox", "user", "channel"),
                        name="delivery_once_a_person",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("user__isnull", True)),
                        fields=("outbox", "endpoint"),
                        name="delivery_once_an_endpoint",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("endpoint__isnull", True), ("message__isnull", False), ("user__isnull", False)),
                            models.Q(("endpoint__isnull", False), ("message__isnull", True), ("user__isnull", True)),
                            _connector="OR",
                        ),
                        name="delivery_has_one_addressee",
                    ),
                ],
            },
        ),
        migrations.RunPython(create, drop),
    ]

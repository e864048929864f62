"""The working calendar as entries with their events, and by which calendar each region was counted last."""

from pathlib import Path

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import audit.ids

SQL = Path(__file__).resolve().parent.parent / "sql"


def create(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute((SQL / "calendar_v1.sql").read_text(encoding="utf-8"))


def drop(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute((SQL / "calendar_rollback_v1.sql").read_text(encoding="utf-8"))


class Migration(migrations.Migration):
    dependencies = [
        ("agencies", "0035_scope_of_the_feed"),
        ("cases", "0067_closed_tasks_index"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="CalendarCount",
            fields=[
                ("region_code", models.CharField(max_length=6, primary_key=True, serialize=False, verbose_name="地区")),
                ("version", models.CharField(max_length=12, verbose_name="日历版本")),
                ("counted_at", models.DateTimeField(verbose_name="重算时间")),
                ("settled", models.BooleanField(default=True, verbose_name="已复查")),
            ],
            options={
                "verbose_name": "日历重算",
                "verbose_name_plural": "日历重算",
            },
        ),
        migrations.CreateModel(
            name="CalendarEntry",
            fields=[
                ("id", models.UUIDField(default=audit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("plan", "全国放假安排"),
                            ("holiday", "本地放假"),
                            ("disaster", "灾害停工日"),
                            ("workday", "调休上班"),
                            ("national", "按全国安排"),
                        ],
                        max_length=8,
                        verbose_name="种类",
                    ),
                ),
                ("first_day", models.DateField(verbose_name="首日")),
                ("last_day", models.DateField(verbose_name="末日")),
                ("days", models.JSONField(null=True, verbose_name="放假与上班日")),
                ("reason", models.CharField(max_length=200, verbose_name="事由")),
                ("source", models.CharField(max_length=200, verbose_name="依据文件")),
                ("digest", models.CharField(max_length=64, verbose_name="内容哈希")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("proposed", "待核对"),
                            ("in_force", "有效"),
                            ("rejected", "未通过"),
                            ("taken_back", "已收回"),
                            ("superseded", "已更正"),
                            ("withdrawn", "已撤销"),
                        ],
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("entered_at", models.DateTimeField(verbose_name="录入时间")),
                ("decided_at", models.DateTimeField(null=True, verbose_name="核对时间")),
                ("ended_at", models.DateTimeField(null=True, verbose_name="终止时间")),
                ("ended_reason", models.CharField(blank=True, default="", max_length=200, verbose_name="终止事由")),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="核对人",
                    ),
                ),
                (
                    "ended_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="终止人",
                    ),
                ),
                (
                    "entered_agency",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="agencies.agency",
                        verbose_name="录入单位",
                    ),
                ),
                (
                    "entered_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="录入人",
                    ),
                ),
                (
                    "region",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="agencies.region",
                        verbose_name="地区",
                    ),
                ),
                (
                    "supersedes",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="followers",
                        to="cases.calendarentry",
                        verbose_name="更正",
                    ),
                ),
            ],
            options={
                "verbose_name": "日历条目",
                "verbose_name_plural": "日历条目",
                "indexes": [
                    models.Index(fields=["first_day", "last_day"], name="calendarentry_days_idx"),
                    models.Index(fields=["region", "first_day"], name="calendarentry_region_idx"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("days__isnull", False), ("kind", "plan"), ("region__isnull", True)),
                            models.Q(
                                ("days__isnull", True),
                                ("kind__in", ["holiday", "disaster", "workday", "national"]),
                                ("region__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="calendarentry_plan_or_region",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("last_day__gte", models.F("first_day"))),
                        name="calendarentry_days_not_empty",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("reason", ""), _negated=True), models.Q(("source", ""), _negated=True)
                        ),
                        name="calendarentry_says_why",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decided_at", None), ("decided_by", None), ("status", "proposed")),
                            models.Q(
                                ("decided_at__isnull", False),
                                ("decided_by", models.F("entered_by")),
                                ("status", "taken_back"),
                            ),
                            models.Q(
                                ("decided_at__isnull", False), ("decided_by__isnull", False), ("status", "rejected")
                            ),
                            models.Q(
                                ("status__in", ["in_force", "superseded", "withdrawn"]),
                                models.Q(("decided_by", models.F("entered_by")), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="calendarentry_four_eyes",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("ended_at__isnull", False),
                                ("ended_by__isnull", False),
                                ("status__in", ["superseded", "withdrawn"]),
                            ),
                            models.Q(
                                ("ended_at__isnull", True),
                                ("ended_by__isnull", True),
                                ("status__in", ["proposed", "in_force", "rejected", "taken_back"]),
                            ),
                            _connector="OR",
                        ),
                        name="calendarentry_ends_by_somebody",
                    ),
                ],
            },
        ),
        migrations.RunPython(create, drop),
    ]

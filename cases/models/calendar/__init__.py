"""The working calendar: what was said of days and by whom, and by which calendar a region was counted."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from audit.ids import new_id

PEOPLE = "agencies.User"


class CalendarEntry(models.Model):
    """The national plan of one year, or what one region says about some days of its own.

    What an entry says never changes and no entry goes: a correction supersedes it, a withdrawal ends it. Of one region
    only one entry in force speaks of a day; the nearest region goes before those around it, the national plan comes
    last. A plan that people enter counts once a second person has compared it with the notice.
    """

    class Kind(models.TextChoices):
        PLAN = "plan", "全国放假安排"
        HOLIDAY = "holiday", "本地放假"
        DISASTER = "disaster", "灾害停工日"
        WORKDAY = "workday", "调休上班"
        NATIONAL = "national", "按全国安排"

    class Status(models.TextChoices):
        PROPOSED = "proposed", "待核对"
        IN_FORCE = "in_force", "有效"
        REJECTED = "rejected", "未通过"
        TAKEN_BACK = "taken_back", "已收回"
        SUPERSEDED = "superseded", "已更正"
        WITHDRAWN = "withdrawn", "已撤销"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField("种类", max_length=8, choices=Kind.choices)
    region = models.ForeignKey("agencies.Region", models.PROTECT, null=True, related_name="+", verbose_name="地区")
    first_day = models.DateField("首日")
    last_day = models.DateField("末日")
    # Of a plan: {"holidays": [...], "workdays": [...]}, ISO dates in order.
    days = models.JSONField("放假与上班日", null=True)
    reason = models.CharField("事由", max_length=200)
    source = models.CharField("依据文件", max_length=200)
    digest = models.CharField("内容哈希", max_length=64)
    status = models.CharField("状态", max_length=10, choices=Status.choices)
    supersedes = models.ForeignKey("self", models.PROTECT, null=True, related_name="followers", verbose_name="更正")
    entered_by = models.ForeignKey(PEOPLE, models.PROTECT, related_name="+", verbose_name="录入人")
    # None: the system, which takes plans from the release, or the operator on the command line.
    entered_agency = models.ForeignKey(
        "agencies.Agency", models.PROTECT, null=True, related_name="+", verbose_name="录入单位"
    )
    entered_at = models.DateTimeField("录入时间")
    decided_by = models.ForeignKey(PEOPLE, models.PROTECT, null=True, related_name="+", verbose_name="核对人")
    decided_at = models.DateTimeField("核对时间", null=True)
    ended_by = models.ForeignKey(PEOPLE, models.PROTECT, null=True, related_name="+", verbose_name="终止人")
    ended_at = models.DateTimeField("终止时间", null=True)
    ended_reason = models.CharField("终止事由", max_length=200, blank=True, default="")

    class Meta:
        verbose_name = "日历条目"
        verbose_name_plural = "日历条目"
        indexes: ClassVar = [
            models.Index(fields=["first_day", "last_day"], name="calendarentry_days_idx"),
            models.Index(fields=["region", "first_day"], name="calendarentry_region_idx"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(kind="plan", region__isnull=True, days__isnull=False)
                | Q(kind__in=["holiday", "disaster", "workday", "national"], region__isnull=False, days__isnull=True),
                name="calendarentry_plan_or_region",
            ),
            models.CheckConstraint(condition=Q(last_day__gte=F("first_day")), name="calendarentry_days_not_empty"),
            models.CheckConstraint(condition=~Q(reason="") & ~Q(source=""), name="calendarentry_says_why"),
            # Two people for a plan that somebody entered; what a region says of its own days is its approver's.
            models.CheckConstraint(
                condition=Q(status="proposed", decided_by=None, decided_at=None)
                | Q(status="taken_back", decided_by=F("entered_by"), decided_at__isnull=False)
                | Q(status="rejected", decided_by__isnull=False, decided_at__isnull=False)
                | Q(status__in=["in_force", "superseded", "withdrawn"]) & ~Q(decided_by=F("entered_by")),
                name="calendarentry_four_eyes",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["superseded", "withdrawn"], ended_by__isnull=False, ended_at__isnull=False)
                | Q(
                    status__in=["proposed", "in_force", "rejected", "taken_back"],
                    ended_by__isnull=True,
                    ended_at__isnull=True,
                ),
                name="calendarentry_ends_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.region_id or '全国'} {self.first_day} – {self.last_day}"


class CalendarCount(models.Model):
    """By which calendar the open deadlines of a region were counted last, so that a change is found whoever made it.

    `settled` is false until those that were opened while the calendar changed have been looked at once more.
    """

    region_code = models.CharField("地区", primary_key=True, max_length=6)
    version = models.CharField("日历版本", max_length=12)
    counted_at = models.DateTimeField("重算时间")
    settled = models.BooleanField("已复查", default=True)

    class Meta:
        verbose_name = "日历重算"
        verbose_name_plural = "日历重算"

    def __str__(self) -> str:
        return f"{self.region_code} {self.version}"

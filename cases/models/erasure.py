"""The personal data of a closed case on their way out: proposed, confirmed by one person, erased by another."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from audit.ids import new_id
from cases.models.case import Case


class Erasure(models.Model):
    """One erasure of one scope of one case. Every step is an event of the stream `erasure/<case>`.

    `gone` counts what went: {"vault", "keys", "rows", "parts", "files", "sealed"}.
    """

    class Scope(models.TextChoices):
        EVERYTHING = "everything", "全部个人信息"
        REPORTER = "reporter", "举报人信息"

    class State(models.TextChoices):
        PROPOSED = "proposed", "待确认"
        HELD = "held", "暂缓"
        CONFIRMED = "confirmed", "待复核清除"
        ERASED = "erased", "已清除"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="erasures")
    scope = models.CharField("范围", max_length=12)
    rule = models.CharField("规则", max_length=16)
    due_on = models.DateField("到期日")
    state = models.CharField("状态", max_length=10)
    hold = models.CharField("暂缓原因", max_length=16, default="", blank=True)
    proposed_at = models.DateTimeField("提出时间")
    confirmed_by = models.ForeignKey(
        "agencies.User", models.PROTECT, null=True, related_name="+", verbose_name="确认人"
    )
    confirmed_at = models.DateTimeField("确认时间", null=True)
    erased_at = models.DateTimeField("清除时间", null=True)
    gone = models.JSONField("清除内容", default=dict)

    class Meta:
        verbose_name = "个人信息清除"
        verbose_name_plural = "个人信息清除"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["case", "scope"], condition=~models.Q(state="erased"), name="erasure_one_open"
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["proposed", "held", "confirmed", "erased"]), name="erasure_state_known"
            ),
            models.CheckConstraint(
                condition=models.Q(scope__in=["everything", "reporter"]), name="erasure_scope_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.scope} {self.state}"

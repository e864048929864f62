"""Two cases that may be one site, for an officer to say."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from audit.ids import new_id
from cases.models.case import Case


class SiteSuggestion(models.Model):
    """A pair of cases with the score and the reasons (codes of `cases.policy.matching`), and what was said of it.

    It is accepted by merging the two and rejected by an officer or by undoing a merge; a rejected pair is neither
    suggested nor merged by rule again. `one` is the case with the smaller id, so that a pair stands here once.
    """

    class State(models.TextChoices):
        OPEN = "open", "待核对"
        ACCEPTED = "accepted", "已并案"
        REJECTED = "rejected", "不是同一场所"

    class Why(models.TextChoices):
        OTHER_HOUSEHOLD = "other_household", "不同住户"
        OTHER_TENANT = "other_tenant", "同一处所的不同租户"
        SHARED_ADDRESS = "shared_address", "共用网络地址"
        COMMON_CONTACT = "common_contact", "联系人为房东、物业或代办人"
        MERGED = "merged", "并案"
        MERGE_UNDONE = "merge_undone", "撤销并案"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    one = models.ForeignKey(Case, models.PROTECT, related_name="+", verbose_name="案件甲")
    other = models.ForeignKey(Case, models.PROTECT, related_name="+", verbose_name="案件乙")
    # In bits; None for a pair that no list suggested, of which a merge was undone.
    score = models.FloatField("分值", null=True)
    reasons = models.JSONField("依据", default=list)
    since = models.DateTimeField("提示时间")
    state = models.CharField("状态", max_length=8, choices=State.choices, default=State.OPEN)
    why = models.CharField("理由", max_length=16, choices=Why.choices, blank=True, default="")
    decided_by = models.ForeignKey("agencies.User", models.PROTECT, null=True, related_name="+", verbose_name="处理人")
    decided_at = models.DateTimeField("处理时间", null=True)

    class Meta:
        verbose_name = "疑似同一场所"
        verbose_name_plural = "疑似同一场所"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["one", "other"], name="sitesuggestion_pair_once"),
            models.CheckConstraint(condition=models.Q(one__lt=models.F("other")), name="sitesuggestion_in_order"),
            models.CheckConstraint(
                condition=models.Q(state="open", why="", decided_by=None, decided_at=None)
                | models.Q(state="accepted", why="merged", decided_by__isnull=False, decided_at__isnull=False)
                | models.Q(state="rejected", decided_by__isnull=False, decided_at__isnull=False)
                & ~models.Q(why__in=["", "merged"]),
                name="sitesuggestion_decided_by_somebody",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["-score", "-id"], name="sitesuggestion_open_idx", condition=models.Q(state="open")),
        ]

    def __str__(self) -> str:
        return f"{self.one_id} {self.other_id}"

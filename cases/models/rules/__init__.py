"""Rules that people enter: versions proposed by one and decided by another, and the papers they rest on."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from audit.ids import new_id
from cases.policy.dated import CERTAINTY

PEOPLE = "agencies.User"


class RuleFile(models.Model):
    """A scanned paper that a version rests on; it is never changed or deleted."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    filename = models.CharField("文件名", max_length=200)
    content_type = models.CharField("媒体类型", max_length=100)
    size = models.PositiveIntegerField("大小")
    sha256 = models.CharField("SHA-256", max_length=64)
    content = models.BinaryField("内容")
    uploaded_by = models.ForeignKey(PEOPLE, models.PROTECT, related_name="+", verbose_name="上传人")
    at = models.DateTimeField("上传时间")

    class Meta:
        verbose_name = "规则文件"
        verbose_name_plural = "规则文件"

    def __str__(self) -> str:
        return f"{self.filename} {self.sha256[:12]}"


class RuleVersion(models.Model):
    """One version of one rule. What it says never changes; a correction or a repeal is a version that follows it.

    `key` is what the versions of one rule have in common. `holds_to` is the last day on which an approved one holds:
    first `effective_to`, later the day before the version that follows it. One that holds on no day any more is
    `withdrawn`. A `repeal` says nothing but that the rule ends the day before `effective_from`.
    """

    class Status(models.TextChoices):
        PROPOSED = "proposed", "待审核"
        APPROVED = "approved", "已批准"
        REJECTED = "rejected", "未批准"
        TAKEN_BACK = "taken_back", "已撤回"
        WITHDRAWN = "withdrawn", "已被取代"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField("种类", max_length=24)
    key = models.CharField("规则", max_length=120)
    region = models.ForeignKey("agencies.Region", models.PROTECT, related_name="+", verbose_name="地区")
    repeal = models.BooleanField("废止", default=False)
    body = models.JSONField("内容")
    effective_from = models.DateField("施行日期")
    effective_to = models.DateField("失效日期", null=True)
    holds_to = models.DateField("适用至", null=True)
    source = models.CharField("来源", max_length=200)
    article = models.CharField("条款", max_length=200)
    certainty = models.CharField("核实程度", max_length=6)
    digest = models.CharField("内容哈希", max_length=64)
    status = models.CharField("状态", max_length=10, default=Status.PROPOSED)
    supersedes = models.ForeignKey("self", models.PROTECT, null=True, related_name="followers", verbose_name="取代")
    file = models.ForeignKey(RuleFile, models.PROTECT, null=True, related_name="+", verbose_name="文件")
    proposed_by = models.ForeignKey(PEOPLE, models.PROTECT, related_name="+", verbose_name="提出人")
    proposed_agency = models.ForeignKey("agencies.Agency", models.PROTECT, related_name="+", verbose_name="提出单位")
    proposed_at = models.DateTimeField("提出时间")
    decided_by = models.ForeignKey(PEOPLE, models.PROTECT, null=True, related_name="+", verbose_name="审核人")
    decided_at = models.DateTimeField("审核时间", null=True)
    reason = models.CharField("理由", max_length=300, blank=True, default="")

    class Meta:
        verbose_name = "规则版本"
        verbose_name_plural = "规则版本"
        indexes: ClassVar = [
            models.Index(fields=["kind", "region", "-effective_from"], name="ruleversion_listed_idx"),
            models.Index(fields=["status"], name="ruleversion_status_idx"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(certainty__in=sorted(CERTAINTY)), name="ruleversion_certainty_known"),
            models.CheckConstraint(
                condition=Q(effective_to__isnull=True) | Q(effective_to__gte=F("effective_from")),
                name="ruleversion_period_not_empty",
            ),
            models.CheckConstraint(
                condition=~Q(source="") & ~Q(article="") & ~Q(key=""), name="ruleversion_says_whence"
            ),
            models.CheckConstraint(
                condition=Q(status="proposed", decided_by=None, decided_at=None)
                | Q(status="taken_back", decided_by=F("proposed_by"), decided_at__isnull=False)
                | Q(
                    status__in=["approved", "rejected", "withdrawn"], decided_by__isnull=False, decided_at__isnull=False
                )
                & ~Q(decided_by=F("proposed_by")),
                name="ruleversion_four_eyes",
            ),
            models.CheckConstraint(
                condition=Q(repeal=False) | Q(supersedes__isnull=False), name="ruleversion_repeals_something"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.region_id} {self.key} {self.effective_from}"

"""The case: one suspected site on its way through the five stages."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from audit.ids import new_id


class Stage(models.TextChoices):
    """The five stages, in their order; the codes are those of the workflow table."""

    MONITORING = "monitoring", "监测名单"
    VERIFICATION = "verification", "核查"
    SUSPENSION = "suspension", "暂停供电"
    PENALTY_TARIFF = "penalty_tariff", "惩罚性电价"
    CLOSED = "closed", "办结"


class CaseOutcome(models.TextChoices):
    """How a closed case ended."""

    HANDLED = "handled", "已处置"
    FALSE_POSITIVE = "false_positive", "误报"
    COMPROMISED_VICTIM = "compromised_victim", "被入侵利用"
    SELF_STOPPED = "self_stopped", "已自行停止"
    NOT_FOUND = "not_found", "查无"
    TRANSFERRED = "transferred", "已移交"
    MERGED = "merged", "已并案"


class Level(models.TextChoices):
    NORMAL = "normal", "全量"
    PRIORITY = "priority", "重点"


class Confidentiality(models.TextChoices):
    ORDINARY = "ordinary", "普通"
    SENSITIVE = "sensitive", "敏感"
    INTERNAL = "internal", "内部"


class Case(models.Model):
    """The projection of the case's audit events; only `case_commit` in the database writes it.

    `facts` holds codes and numbers, never personal data; `head` is the leaf hash of the last event;
    `version` is the number of events.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    number = models.CharField("编号", max_length=24, unique=True)
    stage = models.CharField("阶段", max_length=16, choices=Stage.choices)
    version = models.PositiveIntegerField("版本")
    region_code = models.CharField("属地", max_length=6)
    level = models.CharField("级别", max_length=10, choices=Level.choices, default=Level.NORMAL)
    source = models.CharField("来源", max_length=32)
    title = models.CharField("名称", max_length=120)
    outcome = models.CharField("结果", max_length=24, choices=CaseOutcome.choices, null=True)  # noqa: DJ001
    review_on = models.DateField("复核日期", null=True)
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, related_name="absorbed", verbose_name="并入")
    lead_agency = models.ForeignKey(
        "agencies.Agency", models.PROTECT, related_name="+", db_index=False, verbose_name="牵头单位"
    )
    confidentiality = models.CharField(
        "密级", max_length=12, choices=Confidentiality.choices, default=Confidentiality.ORDINARY
    )
    facts = models.JSONField("事实", default=dict)
    head = models.BinaryField("链头")
    opened_at = models.DateTimeField("立案时间")
    updated_at = models.DateTimeField("更新时间")
    stage_since = models.DateTimeField("进入阶段时间")
    closed_at = models.DateTimeField("办结时间", null=True)

    class Meta:
        verbose_name = "案件"
        verbose_name_plural = "案件"
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(stage__in=Stage.values), name="case_stage_known"),
            # A closed case says how it ended, an open one does not.
            models.CheckConstraint(
                condition=models.Q(stage="closed", outcome__isnull=False, outcome__in=CaseOutcome.values)
                | (~models.Q(stage="closed") & models.Q(outcome__isnull=True)),
                name="case_outcome_only_when_closed",
            ),
            models.CheckConstraint(
                condition=models.Q(closed_at__isnull=False, stage="closed")
                | (models.Q(closed_at__isnull=True) & ~models.Q(stage="closed")),
                name="case_closed_at_only_when_closed",
            ),
            models.CheckConstraint(
                condition=models.Q(merged_into__isnull=True) | models.Q(outcome="merged"),
                name="case_merged_into_only_when_merged",
            ),
            models.CheckConstraint(condition=models.Q(version__gte=1), name="case_version_positive"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["region_code", "stage", "-id"], name="case_region_stage_idx"),
            models.Index(fields=["id"], name="case_reassigned_idx", condition=models.Q(facts__has_key="reassigned")),
            models.Index(fields=["review_on"], name="case_review_idx", condition=models.Q(review_on__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.number


class CaseAgency(models.Model):
    """Which agency sees which case; lists are driven from here."""

    pk = models.CompositePrimaryKey("agency_id", "case_id")
    case = models.ForeignKey(Case, models.PROTECT, related_name="participants")
    agency = models.ForeignKey("agencies.Agency", models.PROTECT, related_name="+", db_index=False)
    relation = models.CharField("关系", max_length=12)
    since = models.DateTimeField("自")
    # How confidential the case is: 0 ordinary, 1 sensitive, 2 internal. The database writes it (see case_rank_v1.sql).
    rank = models.PositiveSmallIntegerField("密级", default=0, db_default=0)

    class Meta:
        verbose_name = "参与单位"
        verbose_name_plural = "参与单位"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(relation__in=["lead", "supervisor", "task", "referral", "unit"]),
                name="caseagency_relation_known",
            ),
            models.CheckConstraint(condition=models.Q(rank__in=[0, 1, 2]), name="caseagency_rank_known"),
        ]

    def __str__(self) -> str:
        return f"{self.agency_id} · {self.case_id}"

"""Samples of closed cases: a population that was fixed, a draw that anybody can do again, and what was found."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from audit.ids import new_id


class Sample(models.Model):
    """One sampling. The plan stands before anything is drawn; what was drawn and with which seed never changes."""

    class By(models.TextChoices):
        AGENCY = "agency", "牵头单位"
        COUNTY = "county", "区县"
        OUTCOME = "outcome", "办结结果"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    region = models.ForeignKey("agencies.Region", models.PROTECT, related_name="+", db_index=False)
    agency = models.ForeignKey("agencies.Agency", models.PROTECT, related_name="+", db_index=False)
    year = models.PositiveSmallIntegerField("年")
    serial = models.PositiveIntegerField("序号")
    number = models.CharField("编号", max_length=40)
    closed_from = models.DateField("办结起")
    closed_to = models.DateField("办结止")
    by = models.CharField("分层", max_length=8, choices=By.choices)
    size = models.PositiveIntegerField("抽取件数")
    planned_by = models.ForeignKey("agencies.User", models.PROTECT, related_name="+")
    as_of = models.DateTimeField("总体截至")
    population = models.PositiveIntegerField("总体件数")
    population_sha256 = models.CharField(max_length=64)
    # The hash of the event that tells of the plan; what was drawn after it; and the seed made of both.
    plan = models.CharField(max_length=64)
    drawn = models.CharField(max_length=64, default="", blank=True)
    seed = models.CharField(max_length=64, default="", blank=True)
    drawn_at = models.DateTimeField("抽取时间", null=True)

    class Meta:
        verbose_name = "抽查"
        verbose_name_plural = "抽查"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["agency", "year", "serial"], name="sample_number_once"),
            models.CheckConstraint(condition=models.Q(size__gte=1), name="sample_takes_some"),
            models.CheckConstraint(
                condition=models.Q(seed="", drawn="", drawn_at__isnull=True)
                | (~models.Q(seed="") & ~models.Q(drawn="") & models.Q(drawn_at__isnull=False)),
                name="sample_seed_with_its_draw",
            ),
        ]

    def __str__(self) -> str:
        return self.number


class SampleUnit(models.Model):
    """One case of the population; `position` is its place in the draw, `reviewer` who is asked to look at it."""

    id = models.BigAutoField(primary_key=True)
    sample = models.ForeignKey(Sample, models.PROTECT, related_name="units", db_index=False)
    case = models.ForeignKey("cases.Case", models.PROTECT, related_name="+", db_index=False)
    number = models.CharField("案件编号", max_length=20)
    stratum = models.CharField("层", max_length=40)
    lead = models.ForeignKey("agencies.Agency", models.PROTECT, related_name="+", db_index=False)
    position = models.PositiveIntegerField("抽取序号", null=True)
    reviewer = models.ForeignKey("agencies.User", models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta:
        verbose_name = "抽查总体"
        verbose_name_plural = "抽查总体"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["sample", "case"], name="sampleunit_once"),
            models.UniqueConstraint(fields=["sample", "position"], name="sampleunit_place_once"),
        ]

    def __str__(self) -> str:
        return f"{self.sample_id} {self.number}"


class SampleFinding(models.Model):
    """What a reviewer found in one drawn case. The words stand sealed in the case, here their codes and place."""

    class Result(models.TextChoices):
        PASS = "pass", "合格"
        PROBLEM = "problem", "问题"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    sample = models.ForeignKey(Sample, models.PROTECT, related_name="findings", db_index=False)
    case = models.ForeignKey("cases.Case", models.PROTECT, related_name="+", db_index=False)
    position = models.PositiveIntegerField("抽取序号")
    reviewer = models.ForeignKey("agencies.User", models.PROTECT, related_name="+", db_index=False)
    result = models.CharField("结论", max_length=8, choices=Result.choices)
    kind = models.CharField("问题种类", max_length=16, default="", blank=True)
    severity = models.CharField("严重程度", max_length=8, default="", blank=True)
    correct_by = models.DateField("整改期限", null=True)
    # The event of the case that holds the opinion, and the task by which the agency answers.
    event_seq = models.PositiveIntegerField("案件记录号")
    task_id = models.UUIDField("整改督办", null=True)
    found_at = models.DateTimeField("评查时间")
    accepted_by = models.ForeignKey("agencies.User", models.PROTECT, null=True, related_name="+", db_index=False)
    accepted_at = models.DateTimeField("整改销号时间", null=True)

    class Meta:
        verbose_name = "抽查发现"
        verbose_name_plural = "抽查发现"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["sample", "position"], name="samplefinding_once"),
            models.CheckConstraint(
                condition=models.Q(result="pass", kind="", severity="", correct_by__isnull=True, task_id__isnull=True)
                | (models.Q(result="problem") & ~models.Q(kind="") & ~models.Q(severity="")),
                name="samplefinding_problem_is_named",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sample_id} {self.position}"

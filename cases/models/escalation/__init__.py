"""Which steps of 催办 → 督办 → 通报 have fired, and how far each open deadline has come."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from cases.models.case import Case
from cases.models.task import Task


class Escalation(models.Model):
    """A step that a deadline has taken: written with its event and its message, and never changed."""

    id = models.BigAutoField(primary_key=True)
    task = models.ForeignKey(Task, models.PROTECT, related_name="escalations", db_index=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="+", db_index=False)
    region_code = models.CharField("属地", max_length=6)
    step = models.CharField("步骤", max_length=10)
    due_at = models.DateTimeField("期限")
    fell_at = models.DateTimeField("应发时间")
    fired_at = models.DateTimeField("发出时间")
    late = models.BooleanField("迟发")
    outcome = models.CharField("处理", max_length=10)
    whom = models.CharField("告知对象", max_length=12)
    agency = models.ForeignKey("agencies.Agency", models.PROTECT, null=True, related_name="+", db_index=False)
    roles = ArrayField(models.CharField(max_length=16))
    rule = models.CharField("规则", max_length=60)
    # The event in the stream `escalation/<region>` that names it.
    event_seq = models.PositiveIntegerField("事件")

    class Meta:
        verbose_name = "催办记录"
        verbose_name_plural = "催办记录"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["task", "due_at", "step"], name="escalation_step_once"),
            models.CheckConstraint(
                condition=models.Q(step__in=["tomorrow", "today", "overdue", "pressed", "reported"]),
                name="escalation_step_known",
            ),
            models.CheckConstraint(
                condition=models.Q(outcome__in=["told", "overtaken", "needless", "nobody"]),
                name="escalation_outcome_known",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["case"], name="escalation_case_idx"),
            models.Index(fields=["region_code", "event_seq", "id"], name="escalation_event_idx"),
        ]

    def __str__(self) -> str:
        return f"{self.step} {self.task_id}"


class DeadlineWatch(models.Model):
    """How many steps the deadline of an open task has taken. Kept by triggers; the sweep reads nothing else."""

    # No key in the database: a row comes and goes with its task in the same transaction.
    task = models.OneToOneField(Task, models.DO_NOTHING, primary_key=True, related_name="watch", db_constraint=False)
    region_code = models.CharField(max_length=6)
    due_at = models.DateTimeField()
    since = models.DateTimeField()
    done = models.PositiveSmallIntegerField(default=0)
    paused = models.BooleanField(default=False)

    class Meta:
        verbose_name = "期限跟踪"
        verbose_name_plural = "期限跟踪"
        indexes: ClassVar = [
            models.Index(
                fields=["region_code", "done", "due_at"],
                name="deadlinewatch_due_idx",
                condition=models.Q(paused=False, done__lt=5),
            )
        ]

    def __str__(self) -> str:
        return f"{self.task_id} {self.done}"

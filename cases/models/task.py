"""Tasks are the hand-offs: this agency owes this piece of work by this time."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from audit.ids import new_id
from cases.models.case import Case


class TaskState(models.TextChoices):
    OPEN = "open", "待办"
    DONE = "done", "已完成"
    CANCELLED = "cancelled", "已取消"
    RETURNED = "returned", "已退回"


class Task(models.Model):
    """Opened, moved and closed only by events of its case; stage, region and rank repeat the case's for the lists."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="tasks", db_index=False)
    kind = models.CharField("事项", max_length=32)
    agency = models.ForeignKey(
        "agencies.Agency", models.PROTECT, related_name="+", db_index=False, verbose_name="承办单位"
    )
    unit = models.ForeignKey(
        "agencies.Agency", models.PROTECT, null=True, related_name="+", db_index=False, verbose_name="下属单位"
    )
    roles = ArrayField(models.CharField(max_length=16), verbose_name="所需角色")
    assignee = models.ForeignKey("agencies.User", models.PROTECT, null=True, related_name="+", verbose_name="承办人")
    state = models.CharField("状态", max_length=10, choices=TaskState.choices, default=TaskState.OPEN)
    stage = models.CharField("阶段", max_length=16)
    region_code = models.CharField("属地", max_length=6)
    # Whose act opened it; none: the system. Kept by the database from the event (see task_sender_v1.sql).
    sender = models.ForeignKey(
        "agencies.Agency", models.PROTECT, null=True, related_name="+", db_index=False, verbose_name="交办单位"
    )
    # How confidential the case is: 0 ordinary, 1 sensitive, 2 internal. Kept by the database (see task_rank_v1.sql).
    rank = models.PositiveSmallIntegerField("密级", default=0, db_default=0)
    opened_at = models.DateTimeField("交办时间")
    due_at = models.DateTimeField("期限")
    due_rule = models.CharField("期限依据", max_length=64)
    provisional = models.BooleanField("暂定", default=False)
    accepted_at = models.DateTimeField("签收时间", null=True)
    closed_at = models.DateTimeField("完成时间", null=True)
    returns = models.PositiveSmallIntegerField("退回次数", default=0)
    data = models.JSONField("附加", default=dict)
    opened_seq = models.PositiveIntegerField("开启事件")
    closed_seq = models.PositiveIntegerField("关闭事件", null=True)

    class Meta:
        verbose_name = "待办"
        verbose_name_plural = "待办"
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(state__in=TaskState.values), name="task_state_known"),
            models.CheckConstraint(
                condition=models.Q(state="open", closed_at__isnull=True, closed_seq__isnull=True)
                | (~models.Q(state="open") & models.Q(closed_at__isnull=False, closed_seq__isnull=False)),
                name="task_closed_with_its_event",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["case", "opened_seq"], name="task_case_idx"),
            # My agency's open work by due date; and the same inside one stage and district.
            models.Index(
                fields=["agency", "due_at", "id"],
                name="task_due_idx",
                condition=models.Q(state="open"),
                # What the figures of the workbench ask of a task, and the case, which the wall asks for.
                include=["rank", "case", "kind", "roles", "unit", "assignee", "accepted_at", "sender"],
            ),
            # What came back to be done again: few among many.
            models.Index(
                fields=["agency"],
                name="task_again_idx",
                condition=models.Q(state="open") & (models.Q(returns__gt=0) | models.Q(data__has_key="rework")),
            ),
            models.Index(
                fields=["agency", "stage", "region_code", "due_at", "id"],
                name="task_stage_region_due_idx",
                condition=models.Q(state="open"),
                include=["rank"],
            ),
            # What ended in a period, for the figures of who held work how long.
            models.Index(fields=["closed_at"], name="task_closed_idx", condition=models.Q(closed_at__isnull=False)),
            models.Index(
                fields=["unit", "due_at", "id"],
                name="task_unit_due_idx",
                condition=models.Q(state="open", unit__isnull=False),
                include=["rank"],
            ),
            # What was done after its deadline, and the questions of supervision: few among many.
            models.Index(
                fields=["closed_at"], name="task_done_late_idx", condition=models.Q(closed_at__gt=models.F("due_at"))
            ),
            models.Index(fields=["opened_at", "id"], name="task_urge_idx", condition=models.Q(kind="answer_urge")),
        ]

    def __str__(self) -> str:
        return f"{self.kind} · {self.case_id}"


class ClockInterval(models.Model):
    """One stretch of a task's time: who held it, running or paused, and why. Elapsed time is derived from these.

    It lasts until an event changes any of it; `seq` is the event that began it, `due_at` the deadline meanwhile,
    `person` whoever the task was assigned to, else whoever accepted it.
    """

    id = models.BigAutoField(primary_key=True)
    case = models.ForeignKey(Case, models.PROTECT, related_name="+", db_index=False)
    task = models.ForeignKey(Task, models.PROTECT, related_name="intervals")
    agency = models.ForeignKey("agencies.Agency", models.PROTECT, related_name="+", db_index=False)
    unit = models.ForeignKey("agencies.Agency", models.PROTECT, null=True, related_name="+", db_index=False)
    person = models.ForeignKey("agencies.User", models.PROTECT, null=True, related_name="+", db_index=False)
    state = models.CharField("状态", max_length=8)
    reason = models.CharField("原因", max_length=64)
    due_at = models.DateTimeField("期限")
    seq = models.PositiveIntegerField("起始事件")
    started_at = models.DateTimeField("自")
    ended_at = models.DateTimeField("至", null=True)

    class Meta:
        verbose_name = "计时区间"
        verbose_name_plural = "计时区间"
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(state__in=["running", "paused"]), name="clock_state_known"),
            # A task's time runs or stands still, never both.
            models.UniqueConstraint(
                fields=["task"], condition=models.Q(ended_at__isnull=True), name="clock_one_open_interval_a_task"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["case"], name="clock_case_idx"),
            # Few stand still among all that are open: the group 暂停计时 begins with these.
            models.Index(
                fields=["task"], name="clock_paused_idx", condition=models.Q(ended_at__isnull=True, state="paused")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.task_id} {self.state}"


class TaskCounter(models.Model):
    """Open tasks per agency, district, stage and rank of confidentiality, as last folded."""

    pk = models.CompositePrimaryKey("agency_id", "region_code", "stage", "rank")
    agency_id = models.BigIntegerField()
    region_code = models.CharField(max_length=6)
    stage = models.CharField(max_length=16)
    rank = models.PositiveSmallIntegerField("密级", default=0, db_default=0)
    n = models.BigIntegerField()

    class Meta:
        verbose_name = "待办计数"
        verbose_name_plural = "待办计数"

    def __str__(self) -> str:
        return f"{self.agency_id} {self.region_code} {self.stage}: {self.n}"


class TaskCounterDelta(models.Model):
    """Changes since the last fold: appended, so that no counter row becomes hot."""

    id = models.BigAutoField(primary_key=True)
    agency_id = models.BigIntegerField()
    region_code = models.CharField(max_length=6)
    stage = models.CharField(max_length=16)
    rank = models.PositiveSmallIntegerField("密级", default=0, db_default=0)
    n = models.SmallIntegerField()

    class Meta:
        verbose_name = "待办计数变动"
        verbose_name_plural = "待办计数变动"
        indexes: ClassVar = [models.Index(fields=["agency_id"], name="taskdelta_agency_idx")]

    def __str__(self) -> str:
        return f"{self.agency_id} {self.n:+d}"

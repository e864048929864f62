"""One act on many cases: what was chosen, what the preview said of each row, and what became of it."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from audit.ids import new_id
from cases.models.case import Case


class BulkRun(models.Model):
    """One act of one person on many cases, from the choice to the last row.

    `rows_seen` and `rows_done` are the numbers of the last rows that were looked at for the preview and acted on: a
    worker that is killed leaves whole chunks behind, and the next one goes on after them.
    """

    class State(models.TextChoices):
        DRAFT = "draft", "待填写"
        CHECKING = "checking", "核对中"
        READY = "ready", "待确认"
        WORKING = "working", "办理中"
        DONE = "done", "已办完"
        CANCELLED = "cancelled", "已取消"
        STOPPED = "stopped", "已中止"
        DROPPED = "dropped", "未办理"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    owner = models.ForeignKey("agencies.User", models.PROTECT, related_name="+", verbose_name="办理人")
    # Of the page on which the rows were chosen: sent twice, it is still one run.
    key = models.CharField("表单键", max_length=40)
    act = models.CharField("事项", max_length=40)
    # From which list; the conditions of its filters but for what was typed, which may hold personal data.
    source = models.CharField("列表", max_length=8)
    chosen_all = models.BooleanField("全部结果", default=False)
    conditions = models.JSONField("条件", default=dict)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.DRAFT)
    problem = models.CharField("原因", max_length=24, default="", blank=True)
    rows_total = models.PositiveIntegerField("行数", default=0)
    # What was chosen and is not among the rows: gone meanwhile, or not this person's to see.
    not_found = models.PositiveIntegerField("未列入", default=0)
    rows_seen = models.PositiveIntegerField("已核对到", default=0)
    rows_done = models.PositiveIntegerField("已办理到", default=0)
    counts = models.JSONField("统计", default=dict)
    created_at = models.DateTimeField("选择时间")
    moved_at = models.DateTimeField("最近进展")
    confirmed_at = models.DateTimeField("确认时间", null=True)
    ended_at = models.DateTimeField("结束时间", null=True)

    class Meta:
        verbose_name = "批量办理"
        verbose_name_plural = "批量办理"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["owner", "key"], name="bulkrun_key_once"),
            models.CheckConstraint(
                condition=models.Q(rows_seen__lte=models.F("rows_total"), rows_done__lte=models.F("rows_total")),
                name="bulkrun_no_more_than_rows",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["owner", "-created_at"], name="bulkrun_owner_idx"),
            models.Index(
                fields=["moved_at"],
                name="bulkrun_open_idx",
                condition=models.Q(state__in=["draft", "checking", "ready", "working"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.act} {self.created_at:%Y-%m-%d}"


class BulkInput(models.Model):
    """What was typed for all rows, sealed; it goes when the run has ended: the events hold it from then on."""

    run = models.OneToOneField(BulkRun, models.PROTECT, primary_key=True, related_name="+")
    sealed = models.BinaryField("密封内容")

    class Meta:
        verbose_name = "批量办理填写内容"
        verbose_name_plural = "批量办理填写内容"

    def __str__(self) -> str:
        return str(self.run_id)


class BulkRow(models.Model):
    """One case, or one task of it, on the version that the preview looked at.

    `fate`: listed (not looked at yet), fits, unfit (the preview's reason), and after the confirmation done, refused,
    changed (the case has moved on since the preview), not_allowed, left (the run was cancelled before).
    """

    pk = models.CompositePrimaryKey("run_id", "number")
    run = models.ForeignKey(BulkRun, models.PROTECT, related_name="rows", db_index=False)
    number = models.PositiveIntegerField("行")
    case = models.ForeignKey(Case, models.PROTECT, related_name="+", db_index=False)
    task = models.UUIDField("待办事项", null=True)
    # The version that was previewed; of a case with several rows all of them rest on the same one.
    version = models.PositiveIntegerField("所依据的版本", default=0)
    fate = models.CharField("结果", max_length=12, default="listed")
    reason = models.CharField("原因", max_length=40, default="", blank=True)
    # The sentence of the guard in both languages, and its article.
    says = models.JSONField("说明", default=dict)
    # The version and the receipt that the act left.
    done_version = models.PositiveIntegerField("办理后版本", null=True)
    leaf = models.CharField("回执", max_length=64, default="", blank=True)

    class Meta:
        verbose_name = "批量办理行"
        verbose_name_plural = "批量办理行"
        indexes: ClassVar = [
            models.Index(fields=["run", "fate", "number"], name="bulkrow_fate_idx"),
            models.Index(fields=["run", "case"], name="bulkrow_case_idx"),
        ]

    def __str__(self) -> str:
        return f"{self.run_id} {self.number}"

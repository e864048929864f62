"""A month's readings of a grid company, and what became of each: billed, reviewed, or refused with a sentence."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from audit.ids import new_id
from cases.models.case import Case


class BillRun(models.Model):
    """One file of readings on its way to bills. Its rows are the work; the counts here follow them chunk by chunk.

    `rows_done` is the number of the last row that was looked at while billing, `reviews_done` while reviewing: a worker
    that is killed leaves whole chunks behind, and the next one goes on after them.
    """

    class State(models.TextChoices):
        READY = "ready", "待开始"
        BILLING = "billing", "出账中"
        BILLED = "billed", "待复核"
        REVIEWING = "reviewing", "复核中"
        REVIEWED = "reviewed", "已复核"
        STOPPED = "stopped", "已中止"
        DISCARDED = "discarded", "已作废"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    agency = models.ForeignKey("agencies.Agency", models.PROTECT, related_name="+", verbose_name="供电企业")
    month = models.CharField("电费月份", max_length=7)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.READY)
    filename = models.CharField("文件名", max_length=200)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField("字节数")
    due_on = models.DateField("缴费期限", null=True)
    # For commercial accounts whose row names none: the proxy price of the month.
    energy_price = models.DecimalField("当月代理购电价格", max_digits=8, decimal_places=4, null=True)
    uploaded_by = models.ForeignKey("agencies.User", models.PROTECT, related_name="+", verbose_name="上传人")
    uploaded_at = models.DateTimeField("上传时间")
    started_by = models.ForeignKey("agencies.User", models.PROTECT, null=True, related_name="+", verbose_name="出账人")
    started_at = models.DateTimeField("开始时间", null=True)
    billed_at = models.DateTimeField("出账完成时间", null=True)
    reviewed_by = models.ForeignKey("agencies.User", models.PROTECT, null=True, related_name="+", verbose_name="复核人")
    review_started_at = models.DateTimeField("复核开始时间", null=True)
    reviewed_at = models.DateTimeField("复核完成时间", null=True)
    moved_at = models.DateTimeField("最近进展")
    problem = models.CharField("原因", max_length=24, default="", blank=True)
    rows_total = models.PositiveIntegerField("行数", default=0)
    rows_done = models.PositiveIntegerField("已处理", default=0)
    reviews_done = models.PositiveIntegerField("已复核到", default=0)
    # How many rows are unusable, billed, refused, approved, sent back, not reviewed.
    counts = models.JSONField("统计", default=dict)

    class Meta:
        verbose_name = "批量出账"
        verbose_name_plural = "批量出账"
        constraints: ClassVar = [
            # The same file again is the run that it was the first time, unless that was thrown away.
            models.UniqueConstraint(
                fields=["agency", "sha256"], name="billrun_file_once", condition=~models.Q(state="discarded")
            ),
            models.CheckConstraint(
                condition=models.Q(rows_done__lte=models.F("rows_total"), reviews_done__lte=models.F("rows_total")),
                name="billrun_no_more_than_rows",
            ),
            models.CheckConstraint(
                condition=models.Q(reviewed_by__isnull=True) | ~models.Q(reviewed_by=models.F("started_by")),
                name="billrun_reviewed_by_another",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["moved_at"],
                name="billrun_unfinished_idx",
                condition=models.Q(state__in=["billing", "reviewing"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agency_id} {self.month}"


class BillRunRow(models.Model):
    """One row of the file. The account stands masked: the file itself stays with whoever sent it.

    `fate`: ready, unusable (never tried), billed, refused (the engine turned it down). A bill once made stays named
    here, and no two rows of a run name the same case and cycle.
    """

    pk = models.CompositePrimaryKey("run_id", "number")
    run = models.ForeignKey(BillRun, models.PROTECT, related_name="rows", db_index=False)
    number = models.PositiveIntegerField("行")
    account = models.CharField("户号（遮盖）", max_length=40, default="", blank=True)
    case = models.ForeignKey(Case, models.PROTECT, null=True, related_name="+", db_index=False)
    cycle_from = models.DateField("抄表周期起", null=True)
    cycle_to = models.DateField("抄表周期止", null=True)
    # What the act is asked with, as text: month, kwh, parts of the day, demand_kw, used_before, energy_price.
    reading = models.JSONField("抄表", default=dict)
    fate = models.CharField("处理", max_length=10)
    reason = models.CharField("原因", max_length=32, default="", blank=True)
    # A sentence of the engine in both languages; of reasons of our own the words stand in the code.
    says = models.JSONField("说明", default=dict)
    bill = models.CharField("账单", max_length=32, default="", blank=True)
    amount = models.DecimalField("应收", max_digits=14, decimal_places=2, null=True)
    surcharge = models.DecimalField("其中加价", max_digits=14, decimal_places=2, null=True)
    review = models.CharField("复核", max_length=12, default="", blank=True)
    review_says = models.JSONField("复核说明", default=dict)

    class Meta:
        verbose_name = "批量出账行"
        verbose_name_plural = "批量出账行"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["run", "case", "cycle_from", "cycle_to"],
                name="billrunrow_cycle_once",
                condition=~models.Q(bill=""),
            ),
            models.UniqueConstraint(fields=["bill"], name="billrunrow_bill_once", condition=~models.Q(bill="")),
        ]
        indexes: ClassVar = [
            models.Index(fields=["run", "fate", "number"], name="billrunrow_fate_idx"),
            models.Index(fields=["case"], name="billrunrow_case_idx", condition=models.Q(case__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.run_id} {self.number}"

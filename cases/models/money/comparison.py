"""What a grid company really billed, put beside the bills here. Records only: nothing follows from a row by itself."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from audit.ids import new_id
from cases.models.case import Case


class BilledFile(models.Model):
    """One file of what was billed; its rows are never changed: a later state of affairs is another file."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    agency = models.ForeignKey("agencies.Agency", models.PROTECT, related_name="+", verbose_name="供电企业")
    filename = models.CharField("文件名", max_length=200)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField("字节数")
    months = ArrayField(models.CharField(max_length=7), verbose_name="月份", default=list)
    uploaded_by = models.ForeignKey("agencies.User", models.PROTECT, related_name="+", verbose_name="上传人")
    uploaded_at = models.DateTimeField("上传时间")
    rows_total = models.PositiveIntegerField("行数", default=0)
    # How many rows agree, have a difference of each kind, or are unusable.
    counts = models.JSONField("统计", default=dict)

    class Meta:
        verbose_name = "电费核对"
        verbose_name_plural = "电费核对"
        indexes: ClassVar = [models.Index(fields=["agency", "-uploaded_at"], name="billedfile_agency_idx")]

    def __str__(self) -> str:
        return f"{self.agency_id} {self.uploaded_at:%Y-%m-%d}"


class BilledRow(models.Model):
    """One account and month on either side. The account stands masked."""

    pk = models.CompositePrimaryKey("file_id", "number")
    file = models.ForeignKey(BilledFile, models.PROTECT, related_name="rows", db_index=False)
    number = models.PositiveIntegerField("序号")
    # The row of the file; None for what stands here only.
    line = models.PositiveIntegerField("文件行", null=True)
    account = models.CharField("户号（遮盖）", max_length=40, default="", blank=True)
    case = models.ForeignKey(Case, models.PROTECT, null=True, related_name="+", db_index=False)
    month = models.CharField("月份", max_length=7, default="", blank=True)
    bill = models.CharField("账单", max_length=32, default="", blank=True)
    our_kwh = models.DecimalField("账单电量", max_digits=16, decimal_places=6, null=True)
    our_amount = models.DecimalField("账单金额", max_digits=14, decimal_places=2, null=True)
    their_kwh = models.DecimalField("实收电量", max_digits=16, decimal_places=6, null=True)
    their_amount = models.DecimalField("实收金额", max_digits=14, decimal_places=2, null=True)
    differences = ArrayField(models.CharField(max_length=16), verbose_name="差异", default=list)
    reason = models.CharField("不能核对的原因", max_length=32, default="", blank=True)
    figures = models.JSONField("原因数据", default=dict)

    class Meta:
        verbose_name = "电费核对行"
        verbose_name_plural = "电费核对行"

    def __str__(self) -> str:
        return f"{self.file_id} {self.number}"

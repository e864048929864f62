"""Weekly ledgers and overdue bulletins: each numbered once, in versions that stay, with their files."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from audit.ids import new_id


class Report(models.Model):
    """One report on one week of one region. It has its number from the first moment on and keeps it.

    `readers` are the agencies that have an excerpt of their own in one of the versions.
    """

    class Kind(models.TextChoices):
        LEDGER = "ledger", "工作台账"
        OVERDUE = "overdue", "逾期通报"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField("种类", max_length=8, choices=Kind.choices)
    region = models.ForeignKey("agencies.Region", models.PROTECT, related_name="+", db_index=False)
    agency = models.ForeignKey("agencies.Agency", models.PROTECT, related_name="+", db_index=False)
    first_day = models.DateField("周期起")
    last_day = models.DateField("周期止")
    year = models.PositiveSmallIntegerField("年")
    serial = models.PositiveIntegerField("序号")
    number = models.CharField("编号", max_length=40)
    readers = ArrayField(models.BigIntegerField(), default=list)
    created_at = models.DateTimeField("编号时间")

    class Meta:
        verbose_name = "定期报告"
        verbose_name_plural = "定期报告"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["region", "kind", "first_day"], name="report_one_a_week"),
            models.UniqueConstraint(fields=["region", "kind", "year", "serial"], name="report_number_once"),
            models.CheckConstraint(condition=models.Q(first_day__iso_week_day=1), name="report_begins_on_monday"),
        ]

    def __str__(self) -> str:
        return self.number


class ReportVersion(models.Model):
    """One drawing of a report. What was drawn up never changes; a later drawing is a further version.

    `figures` are those of the end of the week and of the end of the week before; `changes` what they say otherwise than
    the version before.
    """

    class State(models.TextChoices):
        DRAWING = "drawing", "生成中"
        DRAWN = "drawn", "已生成"
        FAILED = "failed", "未能生成"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    report = models.ForeignKey(Report, models.PROTECT, related_name="versions", db_index=False)
    version = models.PositiveSmallIntegerField("版次")
    state = models.CharField("状态", max_length=8, choices=State.choices, default=State.DRAWING)
    # Nobody: it was drawn up by the plan of the region.
    asked_by = models.ForeignKey("agencies.User", models.PROTECT, null=True, related_name="+", verbose_name="生成人")
    asked_at = models.DateTimeField("要求时间")
    due_at = models.DateTimeField("应生成时间")
    late = models.BooleanField("迟延", default=False)
    drawn_at = models.DateTimeField("生成时间", null=True)
    problem = models.CharField("原因", max_length=80, default="", blank=True)
    cases = models.PositiveIntegerField("案件数", default=0)
    figures = models.JSONField("统计", default=dict)
    changes = models.JSONField("与上一版差异", default=list)

    class Meta:
        verbose_name = "定期报告版本"
        verbose_name_plural = "定期报告版本"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["report", "version"], name="reportversion_once"),
            models.UniqueConstraint(
                fields=["report"], condition=models.Q(state="drawing"), name="reportversion_one_at_a_time"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["asked_at"], name="reportversion_drawing_idx", condition=models.Q(state="drawing"))
        ]

    def __str__(self) -> str:
        return f"{self.report_id} v{self.version}"


class ReportFile(models.Model):
    """One file of a version: for whom it was made, and the hash of what is kept.

    `commission` is for the commission whose report it is, `watch` for those who watch over the region, `agency` the
    excerpt of one agency's own work.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    version = models.ForeignKey(ReportVersion, models.PROTECT, related_name="files", db_index=False)
    region = models.ForeignKey("agencies.Region", models.PROTECT, related_name="+", db_index=False)
    audience = models.CharField("读者", max_length=10)
    agency = models.ForeignKey("agencies.Agency", models.PROTECT, null=True, related_name="+", db_index=False)
    form = models.CharField("格式", max_length=4)
    size = models.PositiveBigIntegerField("字节数")
    rows = models.PositiveIntegerField("行数", default=0)
    sha256 = models.CharField(max_length=64)

    class Meta:
        verbose_name = "定期报告文件"
        verbose_name_plural = "定期报告文件"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["version", "audience", "agency", "form"], name="reportfile_once", nulls_distinct=False
            ),
            models.CheckConstraint(
                condition=models.Q(audience__in=["commission", "watch"], agency__isnull=True)
                | models.Q(audience="agency", agency__isnull=False),
                name="reportfile_for_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version_id} {self.audience}.{self.form}"


class ReportPart(models.Model):
    """A piece of a file."""

    pk = models.CompositePrimaryKey("file_id", "number")
    file = models.ForeignKey(ReportFile, models.PROTECT, related_name="parts", db_index=False)
    number = models.PositiveIntegerField()
    content = models.BinaryField()

    class Meta:
        verbose_name = "定期报告内容"
        verbose_name_plural = "定期报告内容"

    def __str__(self) -> str:
        return f"{self.file_id} {self.number}"

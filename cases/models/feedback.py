"""What the issuer of a list is told: versions of the feedback, one answer a row, and the workbook in sealed pieces."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import connection, models

from audit.ids import new_id
from cases.models.intake import ListBatch


class Feedback(models.Model):
    """One version. Of a batch at most one is being worked on; what was sent never changes (see feedback_v1.sql).

    `counts` holds {"cross": {finding: {subject: n}}, "disposals", "progress", "cases", "changes", "other_sheets"};
    `sha256` is the hash of the workbook as it was drawn up, without the sheet that says who took it out.
    """

    class State(models.TextChoices):
        DRAWING = "drawing", "生成中"
        FAILED = "failed", "未能生成"
        DRAWN = "drawn", "已拟制"
        CHECKED = "checked", "已核对"
        SENT = "sent", "已报送"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    batch = models.ForeignKey(ListBatch, models.PROTECT, related_name="feedbacks", verbose_name="名单批次")
    number = models.PositiveIntegerField("版次")
    agency = models.ForeignKey("agencies.Agency", models.PROTECT, related_name="+", verbose_name="反馈单位")
    state = models.CharField("状态", max_length=8, choices=State.choices, default=State.DRAWING)
    problem = models.CharField("原因", max_length=24, default="", blank=True)
    started_at = models.DateTimeField("开始时间")
    drawn_by = models.ForeignKey("agencies.User", models.PROTECT, related_name="+", verbose_name="拟制人")
    drawn_at = models.DateTimeField("拟制时间", null=True)
    checked_by = models.ForeignKey("agencies.User", models.PROTECT, null=True, related_name="+", verbose_name="核对人")
    checked_at = models.DateTimeField("核对时间", null=True)
    sent_by = models.ForeignKey("agencies.User", models.PROTECT, null=True, related_name="+", verbose_name="报送人")
    sent_at = models.DateTimeField("登记报送时间", null=True)
    sent_on = models.DateField("报送日期", null=True)
    document_number = models.CharField("文号", max_length=60, default="", blank=True)
    due_on = models.DateField("反馈期限", null=True)
    # The version sent before, with which this one is compared.
    previous = models.ForeignKey("self", models.PROTECT, null=True, related_name="+", verbose_name="上一版")
    rows = models.PositiveIntegerField("行数", default=0)
    answered = models.PositiveIntegerField("已答复", default=0)
    unanswered = models.PositiveIntegerField("未答复", default=0)
    overdue = models.PositiveIntegerField("逾期", default=0)
    counts = models.JSONField("统计", default=dict)
    sha256 = models.CharField(max_length=64, default="", blank=True)
    size = models.PositiveBigIntegerField("字节数", default=0)
    # Personal data of a row of the list went; the workbook, which holds all rows, went with them.
    erased_at = models.DateTimeField("清除时间", null=True)

    class Meta:
        verbose_name = "批次反馈"
        verbose_name_plural = "批次反馈"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["batch", "number"], name="feedback_number_once"),
            models.UniqueConstraint(fields=["batch"], condition=~models.Q(state="sent"), name="feedback_one_open"),
            models.CheckConstraint(
                condition=models.Q(state__in=["drawing", "failed", "drawn", "checked", "sent"]),
                name="feedback_state_known",
            ),
            # What is sent was checked, by whom and under which number is known, and every row has its place in it.
            models.CheckConstraint(
                condition=~models.Q(state="sent")
                | models.Q(
                    checked_at__isnull=False, sent_at__isnull=False, sent_by__isnull=False, sent_on__isnull=False
                )
                & ~models.Q(document_number="")
                & models.Q(rows=models.F("answered") + models.F("unanswered")),
                name="feedback_sent_is_whole",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["started_at"], name="feedback_drawing_idx", condition=models.Q(state="drawing"))
        ]

    def __str__(self) -> str:
        return f"{self.batch_id} v{self.number}"


class FeedbackRow(models.Model):
    """The answer to one row in one version, as codes: nothing in it names anybody."""

    pk = models.CompositePrimaryKey("version_id", "number")
    version = models.ForeignKey(Feedback, models.PROTECT, related_name="answers", db_index=False)
    number = models.PositiveIntegerField("行")
    answered = models.BooleanField("已答复")
    finding = models.CharField("核查结果", max_length=24, default="", blank=True)
    subject = models.CharField("主体性质", max_length=16, default="", blank=True)
    disposals = ArrayField(models.CharField(max_length=20), verbose_name="处置措施", default=list)
    progress = models.CharField("办理进度", max_length=16)
    # When this was due, where it is not answered although that day is over.
    overdue_since = models.DateField("逾期自", null=True)

    class Meta:
        verbose_name = "批次反馈行"
        verbose_name_plural = "批次反馈行"
        indexes: ClassVar = [
            models.Index(fields=["version", "number"], name="feedbackrow_open_idx", condition=models.Q(answered=False))
        ]

    def __str__(self) -> str:
        return f"{self.version_id} {self.number}"


class FeedbackPart(models.Model):
    """A sealed piece of the workbook."""

    pk = models.CompositePrimaryKey("version_id", "number")
    version = models.ForeignKey(Feedback, models.PROTECT, related_name="parts", db_index=False)
    number = models.PositiveIntegerField()
    sealed = models.BinaryField()

    class Meta:
        verbose_name = "批次反馈文件"
        verbose_name_plural = "批次反馈文件"

    def __str__(self) -> str:
        return f"{self.version_id} {self.number}"


def lock_answers(batch_id: UUID) -> None:
    """Until this transaction ends nobody else begins, checks or sends an answer to this list, or takes it back."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"feedback/{batch_id}"])

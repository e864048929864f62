"""What a transition leaves beside the case: papers, the outbox, and the memory of answered requests."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.db import connection, models

from audit.ids import new_id
from cases.models.case import Case


class Attachment(models.Model):
    """An uploaded file; content and hash never change. `sha256` (hex) goes into the event that uses it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="attachments", db_index=False)
    kind = models.CharField("类别", max_length=32)
    filename = models.CharField("文件名", max_length=200)
    content_type = models.CharField("类型", max_length=100)
    size = models.PositiveIntegerField("字节数")
    sha256 = models.CharField(max_length=64)
    content = models.BinaryField("内容")
    uploaded_by = models.ForeignKey(
        "agencies.User", models.PROTECT, related_name="+", db_index=False, verbose_name="上传人"
    )
    agency = models.ForeignKey(
        "agencies.Agency", models.PROTECT, related_name="+", db_index=False, verbose_name="上传单位"
    )
    at = models.DateTimeField("上传时间")
    # Of a picture: whether the telephone stood at the site when it was taken, where it said so beside the picture. The
    # place itself is compared and forgotten.
    near = models.BooleanField("拍摄时在现场", null=True)
    # From then on the content and the name are empty; the hash stays, as in the event that used the file.
    erased_at = models.DateTimeField("清除时间", null=True)

    class Meta:
        verbose_name = "材料"
        verbose_name_plural = "材料"
        indexes: ClassVar = [models.Index(fields=["case", "at"], name="attachment_case_idx")]

    def __str__(self) -> str:
        return self.filename


class DocumentSeries(models.Model):
    """The last number used in one agency's series of one kind and year; the row lock keeps it gapless."""

    pk = models.CompositePrimaryKey("agency_id", "kind", "year")
    agency = models.ForeignKey("agencies.Agency", models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=32)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField()

    class Meta:
        verbose_name = "文号序列"
        verbose_name_plural = "文号序列"

    def __str__(self) -> str:
        return f"{self.agency_id} {self.kind} {self.year}: {self.last}"


class Document(models.Model):
    """A numbered paper issued by an act, such as 徐发改停〔2026〕31号."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="documents", db_index=False)
    kind = models.CharField("文种", max_length=32)
    agency = models.ForeignKey(
        "agencies.Agency", models.PROTECT, related_name="+", db_index=False, verbose_name="发文单位"
    )
    year = models.PositiveSmallIntegerField("年")
    serial = models.PositiveIntegerField("序号")
    number = models.CharField("文号", max_length=40)
    attachment = models.ForeignKey(
        Attachment, models.PROTECT, null=True, related_name="+", db_index=False, verbose_name="正文"
    )
    event_seq = models.PositiveIntegerField("事件")
    at = models.DateTimeField("签发时间")
    # Of the text as it was issued and of its template; empty of what was issued before there were texts.
    sha256 = models.CharField(max_length=64, null=True)  # noqa: DJ001
    template = models.CharField("模板", max_length=60, null=True)  # noqa: DJ001
    template_sha256 = models.CharField(max_length=64, null=True)  # noqa: DJ001

    class Meta:
        verbose_name = "文书"
        verbose_name_plural = "文书"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["agency", "kind", "year", "serial"], name="document_number_once")
        ]
        indexes: ClassVar = [
            models.Index(fields=["case"], name="document_case_idx"),
            models.Index(fields=["number"], name="document_number_idx"),
        ]

    def __str__(self) -> str:
        return self.number


class DocumentVersion(models.Model):
    """The text of a document as it was issued (1), or as it was corrected: never changed, each names the one before.

    `content` is what is hashed and printed (`cases.documents.papers.text`); `earlier` the hash of the version before.
    """

    id = models.BigAutoField(primary_key=True)
    document = models.ForeignKey(Document, models.PROTECT, related_name="versions", db_index=False)
    version = models.PositiveSmallIntegerField("版次")
    content = models.BinaryField("正文")
    sha256 = models.CharField(max_length=64)
    earlier = models.CharField("前一版", max_length=64, blank=True, default="")
    template = models.CharField("模板", max_length=60)
    template_sha256 = models.CharField(max_length=64)
    reason = models.CharField("更正理由", max_length=400, blank=True, default="")
    made_by = models.ForeignKey(
        "agencies.User", models.PROTECT, null=True, related_name="+", db_index=False, verbose_name="签发人"
    )
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "文书版本"
        verbose_name_plural = "文书版本"
        constraints: ClassVar = [models.UniqueConstraint(fields=["document", "version"], name="documentversion_once")]

    def __str__(self) -> str:
        return f"{self.document_id} {self.version}"


class DocumentVoid(models.Model):
    """That a document counts no more: its number stays in the register, its text readable and marked."""

    document = models.OneToOneField(Document, models.PROTECT, primary_key=True, related_name="void")
    reason = models.CharField("作废原因", max_length=32)
    explanation = models.CharField("说明", max_length=400)
    voided_by = models.ForeignKey(
        "agencies.User", models.PROTECT, related_name="+", db_index=False, verbose_name="作废人"
    )
    at = models.DateTimeField("作废时间")

    class Meta:
        verbose_name = "作废文书"
        verbose_name_plural = "作废文书"

    def __str__(self) -> str:
        return str(self.document_id)


class Outbox(models.Model):
    """Who has to be told what; written with the event, delivered by a worker afterwards.

    Without a case: what administrators have to hear. A `key` makes a notice one, however often it is written.
    """

    id = models.BigAutoField(primary_key=True)
    case = models.ForeignKey(Case, models.PROTECT, null=True, related_name="+", db_index=False)
    seq = models.PositiveIntegerField("事件", null=True)
    key = models.CharField("唯一键", max_length=200, null=True)  # noqa: DJ001 — none is no key
    topic = models.CharField("事项", max_length=32)
    agency = models.ForeignKey("agencies.Agency", models.PROTECT, null=True, related_name="+", db_index=False)
    payload = models.JSONField("内容", default=dict)
    created_at = models.DateTimeField("时间")
    delivered_at = models.DateTimeField("送达", null=True)
    # A row that cannot be delivered is set aside, so that it does not hold up the others; tried again later and later.
    failed_at = models.DateTimeField("未能送达", null=True)
    problem = models.CharField("原因", max_length=200, db_default="")
    attempts = models.PositiveSmallIntegerField("已试次数", db_default=0)
    not_before = models.DateTimeField("下次尝试", null=True)
    dead_at = models.DateTimeField("停止尝试", null=True)
    withdrawn_at = models.DateTimeField("撤回", null=True)

    class Meta:
        verbose_name = "待发消息"
        verbose_name_plural = "待发消息"
        indexes: ClassVar = [
            models.Index(fields=["id"], name="outbox_undelivered_idx", condition=models.Q(delivered_at__isnull=True)),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["key"], name="outbox_key_once", condition=models.Q(key__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.topic} {self.case_id}#{self.seq}" if self.case_id else f"{self.topic} {self.key}"


class IdempotencyKey(models.Model):
    """The answer given to a request, so that the same request again gets the same answer and changes nothing."""

    pk = models.CompositePrimaryKey("actor_id", "key")
    actor = models.ForeignKey("agencies.User", models.PROTECT, related_name="+", db_index=False)
    key = models.CharField(max_length=200)
    request_hash = models.CharField(max_length=64)
    response = models.JSONField()
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = "幂等键"
        verbose_name_plural = "幂等键"

    def __str__(self) -> str:
        return self.key


class SignalRequest(models.Model):
    """Under which key somebody pushed which signals: the same key again leads to the same batch.

    `digest` is over kind, agency and the bytes that were sent.
    """

    pk = models.CompositePrimaryKey("user_id", "key")
    user = models.ForeignKey("agencies.User", models.PROTECT, related_name="+", db_index=False)
    key = models.CharField(max_length=200)
    digest = models.BinaryField(max_length=32)
    batch = models.ForeignKey("cases.ListBatch", models.PROTECT, null=True, related_name="+", db_index=False)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = "线索推送"
        verbose_name_plural = "线索推送"

    def __str__(self) -> str:
        return self.key

    @classmethod
    def reserve(cls, user_id: int, key: str, digest: bytes, now: datetime) -> bool:
        """Take the key for this request, unless it is taken; waits for whoever takes it at this moment."""
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO cases_signalrequest (user_id, key, digest, created_at) VALUES (%s, %s, %s, %s)"
                " ON CONFLICT DO NOTHING",
                [user_id, key, digest, now],
            )
            return bool(cursor.rowcount)

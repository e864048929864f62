"""What is kept while a list comes in.

Parts of a file that is still being sent; how a source names its columns, a reading on trial, cells set right.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from audit.ids import new_id
from cases.models.intake import ListBatch


class ListUpload(models.Model):
    """A list that is being sent in parts: what was said of it, and how many of its bytes are here.

    It is the account's that began it, and is thrown away at `expires_at`. Once it is a batch it has no parts any more.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey("agencies.User", models.PROTECT, related_name="+", verbose_name="上传人")
    agency = models.ForeignKey("agencies.Agency", models.PROTECT, related_name="+", verbose_name="报送单位")
    kind = models.CharField("名单类型", max_length=8, choices=ListBatch.Kind.choices)
    batch_name = models.CharField("批次名称", max_length=80)
    filename = models.CharField("文件名", max_length=200)
    size = models.PositiveIntegerField("字节数")
    sha256 = models.CharField(max_length=64, default="")
    # Stated about the list, as it was typed.
    issuer = models.CharField("下发单位", max_length=80, default="")
    level = models.CharField("名单级别", max_length=8, default="")
    due = models.CharField("反馈期限", max_length=40, default="")
    steps = models.BooleanField("逐步导入", default=False)
    received = models.PositiveIntegerField("已收字节数", default=0)
    begun_at = models.DateTimeField("开始时间")
    expires_at = models.DateTimeField("清除时间")
    batch = models.ForeignKey(ListBatch, models.PROTECT, null=True, related_name="+", verbose_name="名单批次")

    class Meta:
        verbose_name = "分片上传"
        verbose_name_plural = "分片上传"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(received__lte=models.F("size")), name="listupload_not_more_than_said"
            ),
            models.CheckConstraint(
                condition=models.Q(batch__isnull=True) | models.Q(received=models.F("size")),
                name="listupload_batch_of_the_whole",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["expires_at"], name="listupload_expires_idx")]

    def __str__(self) -> str:
        return str(self.id)


class ListUploadPart(models.Model):
    """One part as it was sent, sealed; `start` is where it lies in the file."""

    pk = models.CompositePrimaryKey("upload_id", "start")
    upload = models.ForeignKey(ListUpload, models.CASCADE, related_name="parts")
    start = models.PositiveIntegerField("起点")
    size = models.PositiveIntegerField("字节数")
    sealed = models.BinaryField("密文")

    class Meta:
        verbose_name = "上传分片"
        verbose_name_plural = "上传分片"

    def __str__(self) -> str:
        return f"{self.upload_id} {self.start}"


class SourceMapping(models.Model):
    """How a person mapped the header of a source, for the next list with the same header.

    `columns` is {field: column}; `orders` holds what the person answered about dates whose day and month can be
    swapped, {field: "dmy" or "mdy"}.
    """

    id = models.BigAutoField(primary_key=True)
    agency = models.ForeignKey("agencies.Agency", models.PROTECT, related_name="+", verbose_name="报送单位")
    kind = models.CharField("名单类型", max_length=8, choices=ListBatch.Kind.choices)
    signature = models.CharField("表头特征", max_length=64)
    columns = models.JSONField("列对应")
    orders = models.JSONField("日期顺序", default=dict)
    saved_by = models.ForeignKey("agencies.User", models.PROTECT, related_name="+", verbose_name="保存人")
    saved_at = models.DateTimeField("保存时间")

    class Meta:
        verbose_name = "来源列对应"
        verbose_name_plural = "来源列对应"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["agency", "kind", "signature"], name="sourcemapping_header_once"),
        ]

    def __str__(self) -> str:
        return f"{self.agency_id} {self.kind}"


class PreviewRow(models.Model):
    """One row as a dry reading found it; gone once the list is imported or given up. The cells are sealed.

    `identity` is what makes the row the same as another one of the list, also where it is the later of the two.
    """

    pk = models.CompositePrimaryKey("batch_id", "number")
    batch = models.ForeignKey(ListBatch, models.CASCADE, related_name="preview_rows")
    number = models.PositiveIntegerField("行")
    sheet = models.PositiveSmallIntegerField("工作表", default=0)
    sealed = models.BinaryField("原始单元格")
    fate = models.CharField("处理", max_length=24)
    reason = models.CharField("原因", max_length=24)
    figures = models.JSONField("原因数据", default=dict)
    notes = models.JSONField("提示", default=list)
    identity = models.BinaryField(max_length=16, null=True)
    # It asks for a look: refused, weak, or with a note beside its fate.
    problem = models.BooleanField(default=False)
    # What it would do by the cases of now, and the site it would go to: a stored one, or one that the list would open.
    effect = models.CharField("预计作用", max_length=8, default="")
    site = models.UUIDField("预计点位", null=True)

    class Meta:
        verbose_name = "预览行"
        verbose_name_plural = "预览行"
        indexes: ClassVar = [
            models.Index(fields=["batch", "fate", "number"], name="previewrow_fate_idx"),
            models.Index(fields=["batch", "number"], name="previewrow_problem_idx", condition=models.Q(problem=True)),
            models.Index(
                fields=["batch", "identity"],
                name="previewrow_identity_idx",
                condition=models.Q(identity__isnull=False),
            ),
            models.Index(fields=["batch", "site"], name="previewrow_site_idx", condition=models.Q(site__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.batch_id} {self.number}"


class PreviewKey(models.Model):
    """What a site would be known by once the rows so far were imported: keyed hashes, gone with the preview.

    Beside `SiteKey` for the time of a dry reading, so that later rows of a list find the sites that earlier ones open.
    """

    id = models.BigAutoField(primary_key=True)
    batch = models.ForeignKey(ListBatch, models.CASCADE, related_name="preview_keys")
    site = models.UUIDField("预计点位")
    kind = models.CharField("类别", max_length=10)
    value = models.BinaryField(max_length=16)
    township = models.BinaryField(max_length=16, null=True)
    holder = models.BinaryField(max_length=16, null=True)
    flat = models.BooleanField(default=False)
    seen_on = models.DateField(null=True)

    class Meta:
        verbose_name = "预览点位标识"
        verbose_name_plural = "预览点位标识"
        indexes: ClassVar = [
            models.Index(fields=["batch", "value"], name="previewkey_value_idx"),
            models.Index(fields=["batch", "site"], name="previewkey_site_idx"),
        ]

    def __str__(self) -> str:
        return f"{self.batch_id} {self.site} {self.kind}"


class ListMend(models.Model):
    """A cell set right by a person before the import. The raw cell stays in its row; the latest mend of a cell counts.

    Goes with the cells of its row when those are erased.
    """

    id = models.BigAutoField(primary_key=True)
    batch = models.ForeignKey(ListBatch, models.PROTECT, related_name="mends")
    number = models.PositiveIntegerField("行")
    cell = models.PositiveSmallIntegerField("列")
    sealed = models.BinaryField("更正后的值")
    mended_by = models.ForeignKey("agencies.User", models.PROTECT, related_name="+", verbose_name="更正人")
    mended_at = models.DateTimeField("更正时间")

    class Meta:
        verbose_name = "更正"
        verbose_name_plural = "更正"
        indexes: ClassVar = [models.Index(fields=["batch", "number", "cell", "id"], name="listmend_cell_idx")]

    def __str__(self) -> str:
        return f"{self.batch_id} {self.number}/{self.cell}"

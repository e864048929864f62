"""Tips of residents: what was reported until it becomes a row of a list, and, apart from it, who reported it."""

from __future__ import annotations

from typing import Any, ClassVar

import orjson
from django.db import models

from audit.ids import new_id
from cases.models.intake import ListBatch
from cases.models.sealing import key_ring

#: The place of the reporter among the parts of a tip; the pictures follow.
REPORTER = 0


class Tip(models.Model):
    """One tip that came through the public form.

    `receipt` is a keyed hash of the number that the reporter was given. `sealed` holds the words of the tip until they
    are a row (`batch`, `number`); then it holds nothing. Who reported stands in `TipPart` alone.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    agency = models.ForeignKey("agencies.Agency", models.PROTECT, related_name="+", verbose_name="受理单位")
    region_code = models.CharField("属地", max_length=6)
    receipt = models.BinaryField("查询编号", max_length=16, unique=True)
    received_at = models.DateTimeField("收到时间")
    sealed = models.BinaryField("密文")
    batch = models.ForeignKey(ListBatch, models.PROTECT, null=True, related_name="tips", verbose_name="名单批次")
    number = models.PositiveIntegerField("行", null=True)
    # From then on there are no parts any more.
    erased_at = models.DateTimeField("清除时间", null=True)

    class Meta:
        verbose_name = "群众举报"
        verbose_name_plural = "群众举报"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["batch", "number"], name="tip_row_once"),
            models.CheckConstraint(
                condition=models.Q(batch__isnull=True, number__isnull=True)
                | models.Q(batch__isnull=False, number__isnull=False),
                name="tip_batch_with_number",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["received_at"], name="tip_waiting_idx", condition=models.Q(batch__isnull=True)),
            models.Index(fields=["received_at"], name="tip_kept_idx", condition=models.Q(erased_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return str(self.id)

    def words(self) -> dict[str, Any]:
        """What was reported, as the members of a signal. Personal data: for placing it only."""
        words: dict[str, Any] = orjson.loads(key_ring().open(self.sealed, tip_place(self.id.bytes)))
        return words


class TipPart(models.Model):
    """What a tip holds beside its words: its reporter (number 0) and pictures, each sealed by itself.

    Read by the one act that opens a reporter, and by nothing else.
    """

    pk = models.CompositePrimaryKey("tip_id", "number")
    tip = models.ForeignKey(Tip, models.PROTECT, related_name="parts")
    number = models.PositiveSmallIntegerField("序号")
    content_type = models.CharField("类型", max_length=40)
    sealed = models.BinaryField("密文")

    class Meta:
        verbose_name = "举报附件"
        verbose_name_plural = "举报附件"
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(number__lte=9), name="tippart_number_small"),
        ]

    def __str__(self) -> str:
        return f"{self.tip_id} {self.number}"

    def content(self) -> bytes:
        """In clear. Only an opening that was recorded may lead here."""
        return key_ring().open(self.sealed, tip_part_place(self.tip_id.bytes, self.number))


def tip_place(tip: bytes) -> bytes:
    """What the words of a tip are bound to."""
    return b"tip" + tip


def tip_part_place(tip: bytes, number: int) -> bytes:
    """What a part of a tip is bound to: the tip and its place in it."""
    return b"tip-part" + tip + number.to_bytes(2, "big")

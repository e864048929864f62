"""What lies on somebody's desk between two requests: acts that are not finished, and codes for the second person."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from audit.ids import new_id
from cases.models.case import Case


class Draft(models.Model):
    """What a person has typed for one act on one case and not yet done; sealed, since it may name people.

    `version` is that of the case on which it rests. A shared draft is read by colleagues in the same role, who go on
    with it in a draft of their own.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    # The constraint below is the index.
    user = models.ForeignKey("agencies.User", models.PROTECT, db_index=False, related_name="+", verbose_name="填写人")
    agency = models.ForeignKey(
        "agencies.Agency", models.PROTECT, null=True, db_index=False, related_name="+", verbose_name="单位"
    )
    case = models.ForeignKey(Case, models.PROTECT, null=True, db_index=False, related_name="+", verbose_name="案件")
    action = models.CharField("事项", max_length=40)
    version = models.PositiveIntegerField("所依据的案件版本", null=True)
    shared = models.BooleanField("同岗位可继续", default=False)
    sealed = models.BinaryField("密文")
    saved_at = models.DateTimeField("保存时间")
    expires_at = models.DateTimeField("清除时间")

    class Meta:
        verbose_name = "草稿"
        verbose_name_plural = "草稿"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "case", "action"], name="draft_one_an_act", nulls_distinct=False)
        ]
        indexes: ClassVar = [
            models.Index(fields=["case", "action"], condition=models.Q(shared=True), name="draft_shared_idx"),
            models.Index(fields=["expires_at"], name="draft_expires_idx"),
        ]

    def __str__(self) -> str:
        return str(self.id)


class SecondCode(models.Model):
    """A code by which a second person finds the act that waits for them: six digits, ten minutes, once.

    The code stands nowhere: it follows from `nonce` with a key of the server, and is found by a keyed hash.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, db_index=False, related_name="+", verbose_name="案件")
    action = models.CharField("事项", max_length=40)
    minted_by = models.ForeignKey(
        "agencies.User", models.PROTECT, db_index=False, related_name="+", verbose_name="出示人"
    )
    minted_at = models.DateTimeField("出示时间")
    expires_at = models.DateTimeField("失效时间")
    nonce = models.BinaryField(max_length=16)
    hashed = models.BinaryField(max_length=16)
    # Another code took its place.
    ended_at = models.DateTimeField("换码时间", null=True)
    used_by = models.ForeignKey(
        "agencies.User", models.PROTECT, null=True, db_index=False, related_name="+", verbose_name="使用人"
    )
    used_at = models.DateTimeField("使用时间", null=True)

    class Meta:
        verbose_name = "双人确认码"
        verbose_name_plural = "双人确认码"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["hashed"],
                condition=models.Q(used_at__isnull=True, ended_at__isnull=True),
                name="secondcode_one_open",
            ),
            models.CheckConstraint(
                condition=models.Q(used_at__isnull=True, used_by__isnull=True)
                | models.Q(used_at__isnull=False, used_by__isnull=False),
                name="secondcode_used_by_somebody",
            ),
            models.CheckConstraint(
                condition=models.Q(used_by__isnull=True) | ~models.Q(used_by=models.F("minted_by")),
                name="secondcode_used_by_another",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["minted_by", "case", "action", "-minted_at"], name="secondcode_own_idx"),
            models.Index(fields=["hashed"], name="secondcode_hashed_idx"),
            models.Index(fields=["expires_at"], name="secondcode_expires_idx"),
        ]

    def __str__(self) -> str:
        return str(self.id)

"""The one place for personal data: names, phones, addresses and accounts, each sealed, found only by keyed hash."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from audit.ids import new_id
from cases.models.case import Case
from cases.models.sealing import key_ring


class PersonalRecord(models.Model):
    """One personal value known to a case, as one source gave it.

    A case that absorbed others reads the records of all of them. `protected` values (the reporter of a tip) are not
    part of the case's data: opening one is an act of its own. `blind` finds equal values; with it the same value from
    the same field is kept once per case.
    """

    class Field(models.TextChoices):
        HOLDER = "holder", "用户名称"
        PHONE = "phone", "联系电话"
        ADDRESS = "address", "地址"
        BROADBAND = "broadband", "宽带账号"
        METER = "meter", "户号"
        CONTENT = "content", "举报内容"
        REPORTER = "reporter", "举报人"
        REPORTER_PHONE = "reporter_phone", "举报人电话"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="personal_records")
    field = models.CharField("项目", max_length=16, choices=Field.choices)
    source = models.CharField("来源", max_length=12)
    sealed = models.BinaryField("密文")
    key_id = models.CharField("密钥", max_length=32)
    blind = models.BinaryField("盲索引", max_length=16)
    protected = models.BooleanField("受保护", default=False)
    created_at = models.DateTimeField("登记时间")

    class Meta:
        verbose_name = "个人信息"
        verbose_name_plural = "个人信息"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["case", "field", "blind"], name="personalrecord_value_once"),
            # Who reported is never part of what the case's participants can reveal.
            models.CheckConstraint(
                condition=~models.Q(field__in=["reporter", "reporter_phone"]) | models.Q(protected=True),
                name="personalrecord_reporter_protected",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["blind"], name="personalrecord_blind_idx")]

    def __str__(self) -> str:
        return f"{self.get_field_display()} {self.id}"

    @property
    def value(self) -> str:
        """The value in clear. Only a reason that was recorded as an act may lead here."""
        return key_ring().open(self.sealed, record_place(self.id.bytes, self.field)).decode()


def record_place(record_id: bytes, field: str) -> bytes:
    """What a sealed value is bound to: its own record and field."""
    return b"person" + record_id + field.encode()

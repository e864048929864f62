"""One place where something is run, and what it is known by."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from audit.ids import new_id
from cases.models.case import Case


class Site(models.Model):
    """One place where something is run: one household, one firm's premises. A case follows one site.

    A site keeps the case it was opened with; after a merge the case leads to the survivor, so undoing the merge
    restores both sites without touching them.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="sites")
    previous_case = models.ForeignKey(Case, models.PROTECT, null=True, related_name="+", verbose_name="前一案件")
    region_code = models.CharField("属地", max_length=6)
    subject = models.CharField("主体推断", max_length=16, default="unknown")
    # A subscriber, a meter or a door is known; before that the site is only an address and a pool.
    located = models.BooleanField("已定位", default=False)
    created_at = models.DateTimeField("建立时间")

    class Meta:
        verbose_name = "点位"
        verbose_name_plural = "点位"
        indexes: ClassVar = [models.Index(fields=["case"], name="site_case_idx")]

    def __str__(self) -> str:
        return str(self.id)


class SiteKey(models.Model):
    """What a site is known by; every value is a keyed hash, so that the table tells nothing by itself.

    Accounts (`broadband`, `meter`) belong to one site for good; a `lead` (address and pool) to the site seen with it at
    about that time (`seen_on`); a `door` may be shared, and is told apart by township and holder; a `phone` and a
    `spot` (a cell of coordinates) only speak for a site.
    """

    class Kind(models.TextChoices):
        BROADBAND = "broadband", "宽带账号"
        METER = "meter", "户号"
        LEAD = "lead", "地址与矿池"
        DOOR = "door", "门牌"
        PHONE = "phone", "联系电话"
        SPOT = "spot", "坐标"

    id = models.BigAutoField(primary_key=True)
    site = models.ForeignKey(Site, models.PROTECT, related_name="keys")
    kind = models.CharField("种类", max_length=10, choices=Kind.choices)
    value = models.BinaryField(max_length=16)
    township = models.BinaryField(max_length=16, null=True)
    holder = models.BinaryField(max_length=16, null=True)
    # Building, unit and room are all named: the door of one household.
    flat = models.BooleanField(default=False)
    seen_on = models.DateField("发现日期", null=True)
    created_at = models.DateTimeField("登记时间")

    class Meta:
        verbose_name = "点位标识"
        verbose_name_plural = "点位标识"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["value"],
                condition=models.Q(kind__in=["broadband", "meter"]),
                name="sitekey_account_has_one_site",
            ),
            models.UniqueConstraint(
                fields=["value", "site", "township", "holder", "seen_on"],
                condition=~models.Q(kind__in=["broadband", "meter"]),
                nulls_distinct=False,
                name="sitekey_hint_once",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["site"], name="sitekey_site_idx")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.site_id}"


class RowAnswer(models.Model):
    """What a carrier's reply did for a list row: since when it stands where the reply led it, and why.

    The row itself keeps why it had gone to its first case; nobody changes that. The latest answer holds.
    """

    id = models.BigAutoField(primary_key=True)
    row = models.ForeignKey("cases.ListRow", models.PROTECT, related_name="answers", verbose_name="名单行")
    reply = models.ForeignKey("cases.ListRow", models.PROTECT, related_name="+", verbose_name="答复行")
    # The row went to another dossier; otherwise its own became the subscriber's.
    moved = models.BooleanField("已改归")
    matched = models.JSONField("依据", default=list)
    score = models.FloatField("分值", null=True)
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "线索答复"
        verbose_name_plural = "线索答复"

    def __str__(self) -> str:
        return f"{self.row_id} {self.reply_id}"

"""Views that people keep of the list of cases, and how they like its rows."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from audit.ids import new_id


class SavedView(models.Model):
    """Conditions and an order under a name. `params`: codes as they stand in an address, never words that were typed.

    A view is its owner's; `shared` lets the agency's other people use it, each with the cases they see themselves.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    owner = models.ForeignKey("agencies.User", models.PROTECT, related_name="+", verbose_name="所有人")
    agency = models.ForeignKey(
        "agencies.Agency", models.PROTECT, related_name="+", db_index=False, verbose_name="所在机构"
    )
    name = models.CharField("名称", max_length=20)
    params = models.JSONField("条件", default=dict)
    position = models.PositiveSmallIntegerField("次序", default=0)
    shared = models.BooleanField("本机构共用", default=False)
    saved_at = models.DateTimeField("保存时间")
    # Rows are not taken away; a view that was given up is not read any more.
    removed_at = models.DateTimeField("删除时间", null=True)

    class Meta:
        verbose_name = "案件视图"
        verbose_name_plural = "案件视图"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["owner", "name"], condition=models.Q(removed_at__isnull=True), name="savedview_name_once"
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["agency"],
                condition=models.Q(removed_at__isnull=True, shared=True),
                name="savedview_shared_idx",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ListSetting(models.Model):
    """How somebody likes the list of cases: the height of its rows, and the view it opens with."""

    class Density(models.TextChoices):
        COMPACT = "compact", "紧凑"
        STANDARD = "standard", "标准"
        ROOMY = "roomy", "宽松"

    user = models.OneToOneField("agencies.User", models.PROTECT, primary_key=True, related_name="+")
    density = models.CharField("行高", max_length=8, choices=Density.choices, default=Density.STANDARD)
    # The name of a built-in view, or the id of a saved one; empty for 在办.
    view = models.CharField("默认视图", max_length=36, blank=True, default="")

    class Meta:
        verbose_name = "列表偏好"
        verbose_name_plural = "列表偏好"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(density__in=["compact", "standard", "roomy"]), name="listsetting_density_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.density}"

"""An endpoint: a group's robot or a webhook of an agency."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from agencies.vocabulary import Label
from audit.ids import new_id

CHANNELS = {
    "wecom": Label("企业微信群机器人", "WeCom group robot"),
    "dingtalk": Label("钉钉群机器人", "DingTalk group robot"),
    "feishu": Label("飞书群机器人", "Feishu group robot"),
    "webhook": Label("业务系统推送（Webhook）", "Webhook of a system"),
}


# How long the secret before a new one signs, too.
BOTH_SIGN = timedelta(days=7)


class Endpoint(models.Model):
    """Where an agency as a whole is told. Its address and secrets lie sealed; what is shown of it is its host.

    `sealed` holds url, secret and, until `former_until`, the secret before it. `failures` counts those since the last
    success. An endpoint is switched off, never deleted.
    """

    class Off(models.TextChoices):
        BY_HAND = "by_hand", "单位停用"
        GONE = "gone", "对方已停用"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    agency = models.ForeignKey("agencies.Agency", models.PROTECT, related_name="+")
    channel = models.CharField("渠道", max_length=8)
    name = models.CharField("名称", max_length=40)
    host = models.CharField("主机", max_length=255)
    blind = models.BinaryField("盲索引", max_length=16)
    sealed = models.BinaryField("密文")
    topics = ArrayField(models.CharField(max_length=16), verbose_name="事项")
    language = models.CharField("语言", max_length=2, default="zh")
    active = models.BooleanField("启用", default=True)
    off = models.CharField("停用原因", max_length=8, blank=True, default="")
    secret_version = models.PositiveSmallIntegerField("密钥版本", default=0)
    former_until = models.DateTimeField("旧密钥有效至", null=True)
    failures = models.PositiveIntegerField("连续失败", default=0)
    failed_at = models.DateTimeField("最近失败", null=True)
    problem = models.CharField("失败原因", max_length=200, blank=True, default="")
    answered_at = models.DateTimeField("最近成功", null=True)
    created_at = models.DateTimeField("添加时间")

    class Meta:
        app_label = "notifications"
        verbose_name = "单位通知渠道"
        verbose_name_plural = "单位通知渠道"
        constraints = [
            models.CheckConstraint(condition=Q(channel__in=tuple(CHANNELS)), name="endpoint_channel_known"),
            models.CheckConstraint(condition=Q(topics__len__gt=0), name="endpoint_has_a_topic"),
            models.CheckConstraint(condition=Q(language__in=("zh", "en")), name="endpoint_language_known"),
            models.CheckConstraint(
                condition=Q(active=True, off="") | Q(active=False, off__in=("by_hand", "gone")),
                name="endpoint_off_has_a_reason",
            ),
            # A group that is entered twice would read everything twice.
            models.UniqueConstraint(fields=["agency", "blind"], name="endpoint_once_an_agency"),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.name}"

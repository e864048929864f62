"""The inbox, and what goes out beside it."""

from __future__ import annotations

from django.db import models

from audit.ids import new_id
from notifications.channels.endpoints.model import Endpoint
from notifications.choices.models import Contact, Preference

__all__ = ["Contact", "DailyRun", "Delivery", "Endpoint", "Message", "Preference"]


class Message(models.Model):
    """One person is told of one outbox row. It holds codes, numbers and dates, never personal data of a case."""

    # The indexes below serve every question; one more for each key would only make hand-offs slower.
    outbox = models.ForeignKey("cases.Outbox", models.PROTECT, related_name="+", db_index=False)
    user = models.ForeignKey("agencies.User", models.PROTECT, related_name="+", db_index=False)
    # The agency through which the person is told: who leaves it no longer reads its messages.
    agency = models.ForeignKey("agencies.Agency", models.PROTECT, related_name="+", db_index=False)
    case = models.ForeignKey("cases.Case", models.PROTECT, null=True, related_name="+", db_index=False)
    topic = models.CharField("事项", max_length=32)
    payload = models.JSONField("内容")
    created_at = models.DateTimeField("时间")
    read_at = models.DateTimeField("已读", null=True)

    class Meta:
        verbose_name = "消息"
        verbose_name_plural = "消息"
        constraints = [
            # A row that is delivered again after a crash reaches nobody twice.
            models.UniqueConstraint(fields=["outbox", "user"], name="message_once_a_person"),
        ]
        indexes = [
            models.Index(fields=["user", "-id"], name="message_user_idx"),
            models.Index(fields=["user", "-id"], name="message_unread_idx", condition=models.Q(read_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"{self.topic} → {self.user_id}"


class Delivery(models.Model):
    """One message goes out to its reader over one channel, or one outbox row to an endpoint of an agency.

    `id` is what receivers deduplicate by: the same at every attempt. Never an address, never a text: both are made when
    it is sent. `outbox` is also its place in the order of its case.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "待投递"
        SENT = "sent", "已投递"
        DEAD = "dead", "已停止"
        WITHDRAWN = "withdrawn", "已撤回"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    outbox = models.ForeignKey("cases.Outbox", models.PROTECT, related_name="+", db_index=False)
    message = models.ForeignKey(Message, models.PROTECT, null=True, related_name="+", db_index=False)
    user = models.ForeignKey("agencies.User", models.PROTECT, null=True, related_name="+", db_index=False)
    endpoint = models.UUIDField("接收端", null=True)
    # Whose administrators keep an eye on it.
    agency = models.ForeignKey("agencies.Agency", models.PROTECT, related_name="+", db_index=False)
    case = models.ForeignKey("cases.Case", models.PROTECT, null=True, related_name="+", db_index=False)
    topic = models.CharField("事项", max_length=32)
    channel = models.CharField("渠道", max_length=16)
    digest = models.BooleanField("汇总", default=False)
    # What an endpoint is told, as far as a message would keep it; a person is told what stands in the message.
    content = models.JSONField("内容", null=True)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField("已试次数", default=0)
    not_before = models.DateTimeField("下次尝试")
    leased_until = models.DateTimeField("占用至", null=True)
    leased_by = models.UUIDField("占用者", null=True)
    first_tried_at = models.DateTimeField("首次尝试", null=True)
    tried_at = models.DateTimeField("上次尝试", null=True)
    sent_at = models.DateTimeField("投递时间", null=True)
    problem = models.CharField("原因", max_length=200, default="")
    created_at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "投递"
        verbose_name_plural = "投递"
        constraints = [
            models.UniqueConstraint(
                fields=["outbox", "user", "channel"],
                name="delivery_once_a_person",
                condition=models.Q(user__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["outbox", "endpoint"], name="delivery_once_an_endpoint", condition=models.Q(user__isnull=True)
            ),
            # To a person, or to an endpoint; to a person always what stands in the inbox, too.
            models.CheckConstraint(
                condition=models.Q(user__isnull=False, message__isnull=False, endpoint__isnull=True)
                | models.Q(user__isnull=True, message__isnull=True, endpoint__isnull=False),
                name="delivery_has_one_addressee",
            ),
        ]
        indexes = [
            models.Index(fields=["not_before"], name="delivery_waiting_idx", condition=models.Q(state="waiting")),
            models.Index(fields=["case", "outbox"], name="delivery_order_idx", condition=models.Q(state="waiting")),
            models.Index(
                fields=["leased_until"],
                name="delivery_leased_idx",
                condition=models.Q(state="waiting", leased_until__isnull=False),
            ),
            models.Index(fields=["agency"], name="delivery_agency_idx", condition=~models.Q(state="sent")),
        ]

    def __str__(self) -> str:
        return f"{self.topic} {self.channel} {self.state}"


class DailyRun(models.Model):
    """That something which happens once a day has happened on this day, though it had nothing to say."""

    pk = models.CompositePrimaryKey("name", "day")
    name = models.CharField(max_length=32)
    day = models.DateField("日期")
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "每日任务"
        verbose_name_plural = "每日任务"

    def __str__(self) -> str:
        return f"{self.name} {self.day}"

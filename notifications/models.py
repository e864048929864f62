"""The inbox."""

from __future__ import annotations

from django.db import models


class Message(models.Model):
    """One person is told of one outbox row. It holds codes, numbers and dates, never personal data of a case."""

    # The indexes below serve every question; one more for each key would only make hand-offs slower.
    outbox = models.ForeignKey("cases.Outbox", models.PROTECT, related_name="+", db_index=False)
    user = models.ForeignKey("agencies.User", models.PROTECT, related_name="+", db_index=False)
    # The agency through which the person is told: who leaves it no longer reads its messages.
    agency = models.ForeignKey("agencies.Agency", models.PROTECT, related_name="+", db_index=False)
    case = models.ForeignKey("cases.Case", models.PROTECT, related_name="+", db_index=False)
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

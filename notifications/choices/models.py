"""What a person chose about being told, and where they are reached."""

from __future__ import annotations

from django.db import models

from audit.ids import new_id


class Preference(models.Model):
    """One person's choices; who has none gets the defaults (`planning.Chosen`). Times are those of China."""

    user = models.OneToOneField("agencies.User", models.PROTECT, primary_key=True, related_name="+")
    # Group of kinds → {"mode": …, "channels": […]}; a group that is not named has its default.
    groups = models.JSONField("类别", default=dict)
    quiet_from = models.TimeField("免打扰开始", null=True)
    quiet_to = models.TimeField("免打扰结束", null=True)
    digest_at = models.TimeField("汇总时间")
    changed_at = models.DateTimeField("时间")

    class Meta:
        app_label = "notifications"
        verbose_name = "提醒设置"
        verbose_name_plural = "提醒设置"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(quiet_from__isnull=True, quiet_to__isnull=True)
                | models.Q(quiet_from__isnull=False, quiet_to__isnull=False),
                name="preference_quiet_has_two_ends",
            )
        ]

    def __str__(self) -> str:
        return str(self.user_id)


class Contact(models.Model):
    """A mail address or mobile number, sealed. In use once it is confirmed by the code that was sent to it.

    The code is no column: it follows from `nonce` and the installation's key, and is void after `expires_at`, after
    five wrong tries, or when another one is asked for.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey("agencies.User", models.PROTECT, related_name="+", db_index=False)
    channel = models.CharField("渠道", max_length=16)
    sealed = models.BinaryField("联系方式")
    nonce = models.BinaryField(max_length=16)
    # When the code was asked for, when it went out, until when it counts, how often a wrong one was typed.
    wanted_at = models.DateTimeField("申请时间")
    sent_at = models.DateTimeField("发送时间", null=True)
    expires_at = models.DateTimeField("有效期")
    tries = models.PositiveSmallIntegerField("已试次数", default=0)
    problem = models.CharField("原因", max_length=200, default="")
    confirmed_at = models.DateTimeField("确认时间", null=True)

    class Meta:
        app_label = "notifications"
        verbose_name = "联系方式"
        verbose_name_plural = "联系方式"
        constraints = [
            # One in use, and beside it one that is to take its place.
            models.UniqueConstraint(
                fields=["user", "channel"], name="contact_in_use", condition=models.Q(confirmed_at__isnull=False)
            ),
            models.UniqueConstraint(
                fields=["user", "channel"], name="contact_to_come", condition=models.Q(confirmed_at__isnull=True)
            ),
        ]
        indexes = [
            models.Index(
                fields=["wanted_at"],
                name="contact_unsent_idx",
                condition=models.Q(confirmed_at__isnull=True, sent_at__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.user_id}"

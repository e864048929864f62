from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "notifications"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "消息"

    def ready(self) -> None:
        from notifications.channels.senders import register

        register()

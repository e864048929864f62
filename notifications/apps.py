from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "notifications"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "消息"

    def ready(self) -> None:
        from agencies.replay import Of, verify_beside
        from notifications.channels.endpoints.replay import Endpoints
        from notifications.channels.senders import register
        from notifications.choices.replay import Choices

        register()
        verify_beside(Of.ACCOUNTS, Choices)
        verify_beside(Of.AGENCIES, Endpoints)

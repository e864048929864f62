from django.apps import AppConfig


class AgenciesConfig(AppConfig):
    name = "agencies"
    verbose_name = "机构与人员"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Login and logout happen inside Django; its signals are the only place where they can be recorded.
        from agencies import logins

        logins.connect()

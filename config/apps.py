from django.apps import AppConfig


class ConfigConfig(AppConfig):
    name = "config"
    verbose_name = "配置"

    def ready(self) -> None:
        # `shared_task` finds its broker only in a process where the application has been made.
        from config import celery  # noqa: F401  (imported for that effect)

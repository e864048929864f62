"""The audit app: the lowest layer. It knows events and chains, and no case."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "audit"
    verbose_name = "审计"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from audit.access.checking import verify_access
        from audit.verification import projections

        projections.register("access/", verify_access)

from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "cases"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "案件"

    def ready(self) -> None:
        from audit.verification import projections
        from cases.retention.checking import verify_erasures
        from cases.workflow.reference import checks  # noqa: F401 - importing registers the checks
        from cases.workflow.reference.parameters import declare_parameters
        from cases.workflow.replay import verify_cases

        projections.register("case/", verify_cases)
        projections.register("erasure/", verify_erasures)
        declare_parameters()

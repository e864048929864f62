from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "cases"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "案件"

    def ready(self) -> None:
        from audit.verification import projections
        from cases.calendar.checking import verify_calendar
        from cases.calendar.telling import PREFIX as CALENDAR
        from cases.oversight.sampling.checking import verify_samples
        from cases.oversight.sampling.planning import PREFIX as SAMPLES
        from cases.reporting.checking import verify_reports
        from cases.reporting.drawing import PREFIX as REPORTS
        from cases.retention.checking import LIST_PREFIX, PREFIX, verify_erasures, verify_lists
        from cases.retention.tips import PREFIX as TIPS
        from cases.retention.tips import verify_tips
        from cases.rules.checking import verify_rules
        from cases.rules.telling import PREFIX as RULES
        from cases.workflow.reference import checks  # noqa: F401 - importing registers the checks
        from cases.workflow.reference.parameters import declare_parameters
        from cases.workflow.replay import verify_cases
        from cases.workflow.replay.escalations import PREFIX as ESCALATIONS
        from cases.workflow.replay.escalations import verify_escalations

        projections.register("case/", verify_cases)
        projections.register(PREFIX, verify_erasures)
        projections.register(LIST_PREFIX, verify_lists)
        projections.register(TIPS, verify_tips)
        projections.register(RULES, verify_rules)
        projections.register(ESCALATIONS, verify_escalations)
        projections.register(REPORTS, verify_reports)
        projections.register(CALENDAR, verify_calendar)
        projections.register(SAMPLES, verify_samples)
        declare_parameters()

from django.apps import AppConfig


class AgenciesConfig(AppConfig):
    name = "agencies"
    verbose_name = "机构与人员"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Login and logout happen inside Django; its signals are the only place where they can be recorded.
        from agencies import replay
        from agencies.access import logins
        from agencies.registers.checking import verify_registers
        from audit.verification import projections

        logins.connect()
        projections.register("account/", replay.verify_accounts)
        projections.register("agency/", replay.verify_agencies)
        projections.register("config/", replay.verify_parameters)
        projections.register("register/", verify_registers)

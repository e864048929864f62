"""`migrate`, run as the owner of the database without a flag, followed by the rights of the application role."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.core.management.commands.migrate import Command as DjangoMigrate

from config.database import grants
from config.database.routers import OWNER, migrating
from config.env import SettingError


class Command(DjangoMigrate):
    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.set_defaults(database=OWNER)

    def execute(self, *args: Any, **options: Any) -> str | None:
        """Before Django's own checks, which connect, and would tell a wrong address by a traceback."""
        try:
            grants.prepare()
        except SettingError as error:
            raise CommandError(str(error)) from error
        return super().execute(*args, **options)

    def handle(self, *args: Any, **options: Any) -> None:
        only_looking = options["plan"] or options["check_unapplied"]
        with migrating():
            super().handle(*args, **options)
            if not only_looking:
                grants.apply()

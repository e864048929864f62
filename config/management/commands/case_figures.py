"""Compare what the dashboard counts of cases with the cases themselves, or write all of it anew."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError
from django.db import connections, transaction

from audit.management.system import SystemCommand
from config.database.routers import OWNER


class Command(SystemCommand):
    help = (
        "Say how many cases have other figures beside them than they should; --rebuild writes all anew. Needed only"
        " after the database was filled past its triggers, such as by a restore of single tables."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--rebuild", action="store_true", help="write the figures of all cases anew")

    def handle(self, *args: Any, rebuild: bool = False, **options: Any) -> None:
        if OWNER not in connections:
            raise CommandError("DATABASE_OWNER_URL is not set, and the figures are kept by the owner of the database.")
        name = "case_figures_rebuild" if rebuild else "case_figures_wrong"
        with transaction.atomic(using=OWNER), connections[OWNER].cursor() as cursor:
            cursor.execute(f"SELECT {name}()")
            wrong = cursor.fetchone()[0]
        self.stdout.write(f"figures that were wrong: {wrong}{', all written anew' if rebuild and wrong else ''}")
        if wrong and not rebuild:
            raise CommandError("run it again with --rebuild", returncode=1)

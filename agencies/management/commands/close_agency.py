"""Close an agency or a sub-unit that nobody works in and that owes nothing any more."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from agencies.actors import system_actor
from agencies.commands import OperatorCommand, agency_by_code
from agencies.services import close_agency
from audit import clock


class Command(OperatorCommand):
    help = "停用单位或下属单位；其经办过的案件不变。Close an agency; what it did stays."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("code")

    def handle(self, *args: Any, **options: Any) -> None:
        agency = agency_by_code(options["code"])
        close_agency(actor=system_actor(), agency=agency, now=clock.now())
        self.stdout.write(f"已停用 {agency.code} {agency.name}")

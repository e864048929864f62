"""Set up an agency, or a sub-unit of one."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from agencies.actors import system_actor
from agencies.commands import OperatorCommand, agency_by_code
from agencies.services import create_agency
from agencies.vocabulary import Duty, Kind, PartnerSort, codes
from audit import clock


class Command(OperatorCommand):
    help = "新设单位或下属单位。Set up an agency; with --parent a sub-unit of another."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("code", help="such as 320300-drc: six digits of the region, a hyphen, a short word")
        parser.add_argument("name", help="the full name, such as 徐州市发展和改革委员会")
        parser.add_argument("--kind", required=True, choices=codes(Kind))
        parser.add_argument("--short", required=True, help="the name in lists, such as 市发改委")
        parser.add_argument("--monogram", required=True, help="one character that stands for it, such as 发")
        parser.add_argument("--region", help="code or name; left out: the first six digits of the code")
        parser.add_argument("--parent", help="code of the agency that this is a sub-unit of")
        parser.add_argument("--duty", action="append", default=[], choices=codes(Duty))
        parser.add_argument("--sort", default="", choices=codes(PartnerSort), help="only for partners")

    def handle(self, *args: Any, **options: Any) -> None:
        agency = create_agency(
            actor=system_actor(),
            code=options["code"],
            kind=options["kind"],
            region=options["region"] or options["code"][:6],
            name=options["name"],
            short_name=options["short"],
            monogram=options["monogram"],
            parent=agency_by_code(options["parent"]) if options["parent"] else None,
            duties=options["duty"],
            partner_sort=options["sort"],
            now=clock.now(),
        )
        self.stdout.write(f"已新设 {agency.code} {agency.name}")

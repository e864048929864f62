"""Set a regional parameter, or list the known ones."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import CommandError

from agencies.actors import system_actor
from agencies.commands import OperatorCommand
from agencies.services import set_parameter
from agencies.services.parameters import declared
from audit import clock


class Command(OperatorCommand):
    help = "设置地区参数（自某日起生效）；不带参数时列出全部可设的参数。Set a regional parameter; alone, list them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("region", nargs="?", help="code or name")
        parser.add_argument("key", nargs="?")
        parser.add_argument("value", nargs="?", help='JSON, such as {"working_days": 2}')
        parser.add_argument("--from", dest="start", help="the day it takes effect, such as 2026-12-01")
        parser.add_argument("--source", default="", help="the paper it rests on, such as 徐发改〔2026〕12号")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["region"] is None:
            for key, label in declared().items():
                self.stdout.write(f"{key}  {label.zh}")
            return
        parameter = set_parameter(
            actor=system_actor(),
            region=options["region"],
            key=options["key"] or "",
            value=_read(json.loads, options["value"], "值须为 JSON the value is JSON"),
            effective_from=_read(date.fromisoformat, options["start"], "--from 须为日期（如 2026-12-01）a date"),
            source=options["source"],
            now=clock.now(),
        )
        self.stdout.write(f"{parameter.region_id} 自 {parameter.effective_from} 起 {parameter.key} = {parameter.value}")


def _read(parse: Any, text: str | None, wanted: str) -> Any:
    try:
        return parse(text or "")
    except ValueError as error:
        raise CommandError(f"{wanted}: {text}") from error

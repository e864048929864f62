"""`manage.py demo_clock set 2026-11-20T09:00+08:00 | advance 3d | clear | show`: the clock of a demonstration."""

import re
from argparse import ArgumentParser
from datetime import datetime, timedelta
from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone

from audit import clock
from audit.management.system import SystemCommand

_UNITS = {"w": "weeks", "d": "days", "h": "hours", "m": "minutes", "s": "seconds"}
_DURATION = re.compile(r"(?:\d+[wdhms])+")


class Command(SystemCommand):
    help = (
        "演示时钟：set 时间 | advance 时长（如 3d、2h30m）| clear | show。The demo's clock; refused outside the demo."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        commands = parser.add_subparsers(dest="what", required=True)
        at = commands.add_parser("set", help="2026-11-20T09:00+08:00")
        at.add_argument("at", type=_instant)
        at.add_argument("--frozen", action="store_true", help="时钟停在该时刻 stand still there instead of running on")
        commands.add_parser("advance", help="3d, 2h30m").add_argument("by", type=_duration)
        commands.add_parser("clear", help="恢复真实时间 back to real time")
        commands.add_parser("show", help="显示当前时间 print the time")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            if options["what"] != "show":
                self._change(options)
        except (clock.DemoClockRefusedError, clock.BeyondClockError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(timezone.localtime(clock.now()).isoformat(timespec="seconds"))

    def _change(self, options: dict[str, Any]) -> None:
        if options["what"] == "set":
            clock.set_clock(options["at"], frozen=options["frozen"])
        elif options["what"] == "advance":
            clock.advance(options["by"])
        else:
            clock.clear()


def _instant(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    try:
        return at if at.tzinfo else timezone.make_aware(at)
    except OverflowError:
        raise ValueError(text) from None


def _duration(text: str) -> timedelta:
    if not _DURATION.fullmatch(text):
        raise ValueError(text)
    parts = re.findall(r"(\d+)([wdhms])", text)
    try:
        return sum((timedelta(**{_UNITS[unit]: int(count)}) for count, unit in parts), timedelta(0))
    except OverflowError:
        raise ValueError(text) from None

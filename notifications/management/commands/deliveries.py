"""What is not delivered, for the operator; and resending or withdrawing it, with an event."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from dataclasses import asdict, replace
from typing import Any

from agencies.actors import system_actor
from agencies.commands import agency_by_code
from audit import clock
from audit.management.system import SystemCommand
from notifications.channels.problems import in_one
from notifications.delivery import fate, keeping


class Command(SystemCommand):
    works_as = "deliveries"
    help = (
        "列出未送达的消息，或重新投递、撤回。"
        "List what is not delivered; with --resend try it again, with --withdraw no more."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--state", choices=keeping.STATES, default="", help="only these; without it all but withdrawn"
        )
        parser.add_argument("--channel", default="", help="only this one; inbox: what could not become a message")
        parser.add_argument("--topic", default="", help="only this one")
        parser.add_argument("--agency", metavar="CODE", help="only this agency's")
        parser.add_argument("--id", action="append", metavar="ID", help="only this one; may be repeated")
        parser.add_argument("--limit", type=int, default=keeping.SHOWN, help="how many are listed")
        parser.add_argument("--json", action="store_true", help="one object a line")
        what = parser.add_mutually_exclusive_group()
        what.add_argument("--resend", action="store_true", help="try all of them again from the beginning")
        what.add_argument("--withdraw", action="store_true", help="try none of them any more")

    def handle(self, *args: Any, **options: Any) -> None:
        wanted = keeping.Wanted(
            state=options["state"],
            channel=options["channel"],
            topic=options["topic"],
            agency=agency_by_code(options["agency"]).pk if options["agency"] else None,
            ids=tuple(options["id"]) if options["id"] else None,
        )
        if options["resend"] or options["withdraw"]:
            do = fate.resend if options["resend"] else fate.withdraw
            n = do(actor=system_actor(), wanted=wanted, now=clock.now())
            done = ("已重新投递", "resent") if options["resend"] else ("已撤回", "withdrawn")
            self.stdout.write(f"{done[0]} {n} 条 {done[1]} {n}")
            return
        scope = keeping.Scope(None, strays=True)
        for kept in keeping.undelivered(scope, wanted, limit=options["limit"]):
            line = replace(kept, problem=in_one(kept.problem))
            self.stdout.write(
                json.dumps(asdict(line), ensure_ascii=False, default=str) if options["json"] else _line(line)
            )


def _line(kept: keeping.Kept) -> str:
    about = f"{kept.id} {kept.state} {kept.channel} {kept.topic} {kept.number or '-'}"
    return f"{about} {kept.attempts} {kept.not_before:%Y-%m-%dT%H:%M:%SZ} {kept.problem}".rstrip()

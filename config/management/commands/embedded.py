"""`manage.py embedded start|stop|status`: the embedded PostgreSQL and Redis of this machine."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import CommandError, CommandParser

from audit.management.system import SystemCommand
from config import embedded


class Command(SystemCommand):
    help = "Start, stop or show the embedded PostgreSQL and Redis (used when DATABASE_URL is not set)."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("do", choices=["start", "stop", "status"])
        parser.add_argument("--json", action="store_true", help="one JSON object instead of a sentence")

    def handle(self, *args: Any, do: str, **options: Any) -> None:
        if not embedded.is_wanted():
            raise CommandError("DATABASE_URL is set, so no embedded servers are used here; unset it to use them.")
        home = embedded.Home.from_env()
        try:
            if do == "start":
                embedded.ensure()
            elif do == "stop":
                embedded.stop(home)
        except embedded.EmbeddedError as error:
            raise CommandError(str(error)) from error
        self._say(home, as_json=options["json"])

    def _say(self, home: embedded.Home, *, as_json: bool) -> None:
        state, pid = embedded.status(home), embedded.supervisor_pid(home)
        if as_json:
            addresses = {"database_url": home.database_url(), "redis_url": home.redis_url()}
            self.stdout.write(json.dumps({"state": state, "pid": pid, "home": str(home.root), **addresses}))
        elif pid is None:
            self.stdout.write(f"{state} ({home.root})")
        else:
            self.stdout.write(f"{state}, supervisor {pid}, sockets in {home.sockets} ({home.root})")

"""Take an account out of use, or put it back."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from agencies.actors import system_actor
from agencies.commands import OperatorCommand, user_by_name
from agencies.services import disable_user, enable_user
from audit import clock

CHANGES = {"disable": (disable_user, "已停用"), "enable": (enable_user, "已启用")}


class Command(OperatorCommand):
    help = "停用或启用账号，下一次请求即生效。Disable or enable an account; it counts from the next request on."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("change", choices=list(CHANGES))
        parser.add_argument("username")

    def handle(self, *args: Any, **options: Any) -> None:
        change, done = CHANGES[options["change"]]
        user = user_by_name(options["username"])
        change(actor=system_actor(), user=user, now=clock.now())
        self.stdout.write(f"{done} {user.username}")

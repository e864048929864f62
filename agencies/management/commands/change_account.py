"""Take an account out of use, or put it back."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from agencies.actors import system_actor
from agencies.commands import OperatorCommand, user_by_name
from agencies.services import disable_user, enable_user
from audit import clock

CHANGES = {"disable": "已停用", "enable": "已启用"}


class Command(OperatorCommand):
    help = "停用或启用账号，下一次请求即生效。Disable or enable an account; it counts from the next request on."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("change", choices=list(CHANGES))
        parser.add_argument("username")
        parser.add_argument(
            "--last", action="store_true", help="也停用最后一名系统、安全或审计管理员 even the last one"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        user, actor, now = user_by_name(options["username"]), system_actor(), clock.now()
        if options["change"] == "disable":
            disable_user(actor=actor, user=user, now=now, last=options["last"])
        else:
            enable_user(actor=actor, user=user, now=now)
        self.stdout.write(f"{CHANGES[options['change']]} {user.username}")

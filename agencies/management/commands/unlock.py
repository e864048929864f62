"""Let somebody log in before the lock after too many wrong tries is over."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from agencies.actors import system_actor
from agencies.commands import OperatorCommand, user_by_name
from agencies.services import unlock
from audit import clock


class Command(OperatorCommand):
    help = "解除账号的登录锁定。Open an account that too many wrong tries have closed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")

    def handle(self, *args: Any, **options: Any) -> None:
        user = user_by_name(options["username"])
        unlock(actor=system_actor(), user=user, now=clock.now())
        self.stdout.write(f"已解除 {user.username} 的登录锁定")

"""Take the second factors of somebody who has lost them, where no other administrator can."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from agencies.actors import system_actor
from agencies.commands import OperatorCommand, user_by_name
from agencies.services import reset_factors
from audit import clock


class Command(OperatorCommand):
    help = "重置账号的双因素，本人下次登录后重新设置。Take all second factors of an account."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")

    def handle(self, *args: Any, **options: Any) -> None:
        user = user_by_name(options["username"])
        count = reset_factors(actor=system_actor(), user=user, now=clock.now())
        self.stdout.write(f"已重置 {user.username} 的双因素（{count} 个），其登录会话已全部结束")

"""Set a new password for an account: in place of Django's own command, which would leave no event."""

from __future__ import annotations

import secrets
from argparse import ArgumentParser
from typing import Any

from agencies.actors import system_actor
from agencies.commands import OperatorCommand, user_by_name
from agencies.services import change_password
from audit import clock


class Command(OperatorCommand):
    help = "重设账号密码；随机密码只显示这一次。Set a new password; it is random and printed once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")

    def handle(self, *args: Any, **options: Any) -> None:
        user, password = user_by_name(options["username"]), secrets.token_urlsafe(12)
        change_password(actor=system_actor(), user=user, new=password, now=clock.now())
        self.stdout.write(f"已重设 {user.username} 的密码：{password}（只显示这一次，请本人登录后修改）")

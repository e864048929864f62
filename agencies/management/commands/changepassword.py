"""Set a new password for an account: in place of Django's own command, which would leave no event."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from agencies.access.passwords.rules import one_time_password
from agencies.actors import system_actor
from agencies.commands import OperatorCommand, user_by_name
from agencies.services import change_password
from audit import clock


class Command(OperatorCommand):
    help = "重设账号密码；一次性密码只显示这一次，24 小时内有效。Set a one-time password; it is printed once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")

    def handle(self, *args: Any, **options: Any) -> None:
        user, password = user_by_name(options["username"]), one_time_password()
        change_password(actor=system_actor(), user=user, new=password, now=clock.now())
        self.stdout.write(f"已重设 {user.username} 的密码：{password}（只显示这一次，24 小时内有效，登录后须先修改）")

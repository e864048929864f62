"""Make an account with its first roles; the first administrator of an agency is made here."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from agencies.access.passwords.rules import one_time_password
from agencies.actors import system_actor
from agencies.commands import OperatorCommand, agency_by_code
from agencies.services import create_user
from agencies.vocabulary import Role, codes
from audit import clock


class Command(OperatorCommand):
    help = "新建账号并授予首个角色；一次性密码只显示一次。Make an account; its one-time password is printed once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")
        parser.add_argument("name", help="the person's name")
        parser.add_argument("--agency", required=True, help="code of the agency")
        parser.add_argument("--role", required=True, action="append", choices=codes(Role))
        parser.add_argument("--staff-no", default="", help="工号")
        parser.add_argument("--language", default="zh", choices=["zh", "en"])

    def handle(self, *args: Any, **options: Any) -> None:
        # Not asked for on the command line, where the shell's history and the list of processes would keep it.
        password = one_time_password()
        user = create_user(
            actor=system_actor(),
            agency=agency_by_code(options["agency"]),
            roles=options["role"],
            username=options["username"],
            display_name=options["name"],
            staff_no=options["staff_no"],
            language=options["language"],
            password=password,
            now=clock.now(),
        )
        self.stdout.write(
            f"已新建账号 {user.username}，初始密码 {password}（只显示这一次，24 小时内有效，登录后须先修改）"
        )

"""Load the demo city and print its logins."""

from __future__ import annotations

import json
import unicodedata
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError

from agencies.demo_city import Login, OutsideDemo, load
from agencies.vocabulary import LABELS, Role
from audit import clock
from audit.management.system import SystemCommand


class Command(SystemCommand):
    help = (
        "装入演示城市（徐州）的机构与人员；重复执行不会改变已有内容。Load the demo city; a second run changes nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print the logins as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            logins = load(now=clock.now())
        except OutsideDemo as error:
            raise CommandError(str(error)) from error
        if options["json"]:
            content = {"password": settings.DEMO_PASSWORD, "logins": [asdict(login) for login in logins]}
            self.stdout.write(json.dumps(content, ensure_ascii=False, indent=1))
        elif options["verbosity"] > 0:
            self.stdout.write(table(logins))


def table(logins: list[Login]) -> str:
    """The logins in columns that line up although Chinese characters are two columns wide."""
    lines = [
        _pad(login.username, 20)
        + _pad(login.display_name, 10)
        + _pad(LABELS[Role(login.role)].zh, 12)
        + login.agency_name
        for login in logins
    ]
    head = _pad("用户名", 20) + _pad("姓名", 10) + _pad("角色", 12) + "单位"
    return "\n".join(
        [head, *lines, f"密码均为 {settings.DEMO_PASSWORD}（见 config/settings/base.py 的 DEMO_PASSWORD）"]
    )


def _pad(text: str, width: int) -> str:
    columns = sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)
    return text + " " * max(1, width - columns)

"""Let a system of an agency call the API."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from agencies.actors import system_actor
from agencies.commands import OperatorCommand, agency_by_code
from agencies.services import create_client
from agencies.vocabulary import Scope, codes
from audit import clock


class Command(OperatorCommand):
    works_as = "clients"
    help = "新建外部系统账号；密钥只显示这一次。Make a system's account; its secret is printed once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")
        parser.add_argument("name", help="what the system is called")
        parser.add_argument("--agency", required=True, help="code of the agency")
        parser.add_argument("--scope", required=True, action="append", choices=codes(Scope))

    def handle(self, *args: Any, **options: Any) -> None:
        client, secret = create_client(
            actor=system_actor(),
            agency=agency_by_code(options["agency"]),
            username=options["username"],
            display_name=options["name"],
            scopes=options["scope"],
            now=clock.now(),
        )
        self.stdout.write(f"已新建系统账号 {options['username']}（{client.agency.code}）")
        self.stdout.write(f"client_id {client.application.client_id}")
        self.stdout.write(f"client_secret {secret}（只显示这一次）")

"""Give a system a new secret; the old one and its tokens end at once."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from agencies.actors import system_actor
from agencies.commands import OperatorCommand, client_by_name
from agencies.services import rotate_client_secret
from audit import clock


class Command(OperatorCommand):
    works_as = "clients"
    help = "更换外部系统的密钥，旧密钥与令牌立即失效。Give a system a new secret; the old one ends at once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")

    def handle(self, *args: Any, **options: Any) -> None:
        client = client_by_name(options["username"])
        secret = rotate_client_secret(actor=system_actor(), client=client, now=clock.now())
        self.stdout.write(f"client_id {client.application.client_id}")
        self.stdout.write(f"client_secret {secret}（只显示这一次）")

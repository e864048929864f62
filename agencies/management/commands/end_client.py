"""End a system: its tokens, its role and its account."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from agencies.actors import system_actor
from agencies.commands import OperatorCommand, client_by_name
from agencies.services import end_client
from audit import clock


class Command(OperatorCommand):
    works_as = "clients"
    help = "终止外部系统，下一次请求即生效。End a system; it counts from the next request on."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")

    def handle(self, *args: Any, **options: Any) -> None:
        end_client(actor=system_actor(), client=client_by_name(options["username"]), now=clock.now())
        self.stdout.write(f"已终止 {options['username']}")

"""Deliver messages without Celery: once, or until stopped."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from notifications.relay import deliver_all

PAUSE = 10.0  # seconds between two looks, as the sweep of the worker


class Command(BaseCommand):
    help = "投递待发消息（无需 Celery）；--once 只投递一次。Deliver what is undelivered; with --once stop afterwards."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="deliver what is there and stop")

    def handle(self, *args: Any, **options: Any) -> None:
        while True:
            done = deliver_all()
            if options["verbosity"] > 0 and (done or options["once"]):
                self.stdout.write(f"已投递 {done} 条 delivered {done}")
                self.stdout.flush()
            if options["once"]:
                return
            time.sleep(PAUSE)

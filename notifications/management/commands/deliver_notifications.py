"""Deliver messages without Celery: once, or until stopped."""

from __future__ import annotations

import logging
import signal
from argparse import ArgumentParser
from threading import Event, Thread
from typing import Any

from django.db import DatabaseError, connection

from audit.management.system import SystemCommand
from audit.sight import working_as
from notifications.delivery.sending import send_all
from notifications.relay import deliver_all, try_again
from notifications.selectors import set_aside

logger = logging.getLogger(__name__)

PAUSE = 10.0  # seconds between two looks, as the sweep of the worker


class Command(SystemCommand):
    works_as = "relay"
    help = (
        "投递待发消息（无需 Celery）；--once 只投递一次，并列出未能投递的消息。"
        "Deliver what is undelivered; with --once stop afterwards and name what cannot be delivered."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="deliver what is there and stop")
        parser.add_argument("--retry", action="store_true", help="try at once again what was set aside")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["retry"]:
            try_again()
        stopped = Event()
        if not options["once"]:
            # What is being delivered is delivered to its end: an interrupt in the middle of it could be lost.
            for each in (signal.SIGINT, signal.SIGTERM):
                signal.signal(each, lambda *_: stopped.set())
        sending = Thread(target=_send, args=[stopped], daemon=True)
        if not options["once"]:
            sending.start()
        while not stopped.is_set():
            done = deliver_all()
            if options["verbosity"] > 0 and (done or options["once"]):
                self.stdout.write(f"已投递 {done} 条 delivered {done}")
                self.stdout.flush()
            if options["once"]:
                self._once(send_all())
                return
            stopped.wait(PAUSE)

    def _once(self, sent: int) -> None:
        if sent:
            self.stdout.write(f"已向外发送 {sent} 条 sent {sent}")
        for row in set_aside():
            self.stderr.write(f"未能投递 cannot be delivered: {row.id} {row.number} {row.topic} {row.problem}")


def _send(stopped: Event) -> None:
    """A slow mail server must not hold up the inboxes."""
    with working_as(Command.works_as):
        while not stopped.is_set():
            try:
                send_all()
            except DatabaseError:
                logger.exception("sending broke off and goes on in a while")
            connection.close()
            stopped.wait(PAUSE)

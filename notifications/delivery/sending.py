"""The sending loop: takes up what is due, hands it to the senders in threads, and writes down what became of it.

Some lanes for each channel, so that a slow mail server delays no webhook and neither delays the inbox, which another
task writes. An addressee that failed three times in a row rests for the remainder of the run: its deliveries wait, the
others go on. What is due again stands in the rows, so whatever dies here loses nothing; what went out and was not
written down goes out again with the same id.
"""

from __future__ import annotations

import logging
import random
import time
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from typing import Final

from django.db import connections

from agencies.vocabulary import Label
from audit import clock
from notifications.channels import base
from notifications.channels.base import Outgoing, Permanent, Temporary
from notifications.channels.endpoints import relaying
from notifications.channels.problems import problem_of
from notifications.delivery import leases, picking
from notifications.delivery.backoff import FOR, next_try
from notifications.delivery.leases import Taken
from notifications.delivery.outgoing import outgoing
from notifications.delivery.picking import Run

logger = logging.getLogger(__name__)

RUN: Final = 45.0  # seconds after which a run takes up nothing more, and the next one does
PATIENCE: Final = 100.0  # seconds that it waits then for what is on its way
RENEW: Final = 10.0  # seconds; a third of a lease
NO_SENDER: Final = Label("渠道未启用", "this channel is not set up")


def send_all(*, seconds: float = RUN) -> int:
    """Send what is due, for about so long. Returns how many calls went through; 0 while another process sends."""
    run, began, renewed = Run(), time.monotonic(), time.monotonic()
    pool = ThreadPoolExecutor(picking.LANES * len(base.CHANNELS), thread_name_prefix="sending")
    try:
        while True:
            went_on = time.monotonic() - began < seconds and _take_up(run, pool)
            if time.monotonic() - began > seconds + PATIENCE:
                logger.warning("%d deliveries are not finished; they are tried again", len(run.flying))
            if not (run.flying or went_on) or time.monotonic() - began > seconds + PATIENCE:
                return run.sent
            done, _ = wait(run.flying, timeout=picking.LOOK, return_when=FIRST_COMPLETED)
            for future in done:
                _settle(run, run.ended(future), future.exception())
            if time.monotonic() - renewed > RENEW and run.flying:
                leases.renew(run.me, list(run.flying.values()))
                renewed = time.monotonic()
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _take_up(run: Run, pool: ThreadPoolExecutor) -> bool:
    """Whether there was anything; also where none of it can be sent, what comes after it may be."""
    found = run.take_up()
    for taken in found:
        try:
            call = outgoing(taken)
        except Exception as fault:  # noqa: BLE001 — one that cannot be made must not stop the others
            _settle(run, taken, fault, called=False)
        else:
            run.started(pool.submit(_send, call), taken)
    return bool(found)


def _send(call: Outgoing) -> None:
    """In a thread, outside of any transaction; what a sender asks of the database it asks by itself."""
    try:
        sender = base.SENDERS.get(call.channel)
        if sender is None:
            raise Permanent(*NO_SENDER)
        sender(call)
    finally:
        connections.close_all()


def _settle(run: Run, taken: Taken, fault: BaseException | None, *, called: bool = True) -> None:
    _judge(run, taken, fault)
    if taken.endpoint is not None and called:
        # For the page of its agency; what is the delivery's stands in its row by now.
        relaying.answered(taken.endpoint, now=clock.now(), problem=problem_of(fault) if fault is not None else "")
        if isinstance(fault, Permanent) and fault.gone:
            relaying.gone(taken.endpoint, clock.now())


def _judge(run: Run, taken: Taken, fault: BaseException | None) -> None:
    if fault is None:
        leases.sent(taken)
        run.failures.pop(taken.addressee, None)
        run.sent += 1
        return
    now = clock.now()
    if isinstance(fault, Permanent):
        leases.failed(run.me, taken, problem_of(fault), again=None)
        logger.warning("delivery %s (%s) is refused for good: %s", taken.id, taken.channel, fault)
        return
    run.failures[taken.addressee] += 1
    again = next_try(first=taken.first_tried_at, attempts=taken.attempts, now=now, dice=random.random())  # noqa: S311
    if isinstance(fault, Temporary) and fault.retry_after is not None:
        run.leave_alone(taken.addressee, fault.retry_after)
        again = again and max(again, min(now + fault.retry_after, taken.first_tried_at + FOR))
    leases.failed(run.me, taken, problem_of(fault), again=again)
    if not isinstance(fault, Temporary):
        logger.error("a sender broke down: %s", problem_of(fault))
    log = logger.info if again else logger.error
    log("delivery %s (%s) failed %d times, %s", taken.id, taken.channel, taken.attempts, "again" if again else "dead")

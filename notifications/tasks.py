"""The worker's side: rung after every commit, and swept every ten seconds for whatever nobody rang for."""

from __future__ import annotations

import logging
from contextlib import suppress
from typing import Final

from celery import shared_task
from django.core.cache import cache
from redis.exceptions import RedisError

from audit import clock
from audit.sight import working_as
from notifications.choices import codes
from notifications.delivery import pruning, stuck
from notifications.delivery.leases import anything_due
from notifications.delivery.sending import send_all
from notifications.relay import deliver_all

logger = logging.getLogger(__name__)
_CODES: Final = "notifications/send_codes"


@shared_task(name="notifications.deliver", ignore_result=True)
@working_as("relay")
def deliver() -> int:
    """Deliver what is undelivered. Running it twice, or twice at once, changes nothing."""
    done = deliver_all()
    if anything_due():
        try:
            send.apply_async(expires=10, retry=False)
        except Exception:
            # Whatever the broker's client raises: the sweep will find it.
            logger.warning("the senders could not be called", exc_info=True)
    return done


@shared_task(name="notifications.send", ignore_result=True)
@working_as("relay")
def send() -> int:
    """Send what is due over the channels, a minute at most; one process at a time, another call finds nothing to do."""
    return send_all()


@shared_task(name="notifications.send_codes", ignore_result=True)
@working_as("contacts")
def send_codes() -> int:
    """Send the codes that wait. Running it twice, or twice at once, sends none twice; one lane at a time is enough.

    A mail server that does not answer would otherwise take the lanes of the inboxes, too.
    """
    if not _first(_CODES, codes.LONGEST):
        return 0
    try:
        return codes.send_codes(clock.now())
    finally:
        with suppress(RedisError):
            cache.delete(_CODES)


def _first(name: str, seconds: float) -> bool:
    """Whether nobody else is at it; without Redis nobody can say, and work goes on."""
    try:
        return bool(cache.add(name, 1, seconds))
    except RedisError:
        return True


@shared_task(name="notifications.tell_stuck", ignore_result=True)
@working_as("relay")
def tell_stuck() -> int:
    """Once a day what is stuck; asked often, so that a day on which the machine was down is told as soon as it runs."""
    return stuck.tell_stuck(now=clock.now())


@shared_task(name="notifications.prune_deliveries", ignore_result=True)
@working_as("relay")
def prune_deliveries() -> int:
    """Once a night; what it leaves undone, the next night finds."""
    return pruning.prune(clock.now())

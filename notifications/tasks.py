"""The worker's side: rung after every commit, and swept every ten seconds for whatever nobody rang for."""

from __future__ import annotations

from celery import shared_task

from audit.sight import working_as
from notifications.relay import deliver_all


@shared_task(name="notifications.deliver", ignore_result=True)
@working_as("relay")
def deliver() -> int:
    """Deliver what is undelivered. Running it twice, or twice at once, changes nothing."""
    return deliver_all()

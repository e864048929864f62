"""Roles whose last day is over are ended on record."""

from celery import shared_task

from agencies.services import end_past
from audit import clock
from audit.sight import working_as


@shared_task(name="agencies.end_roles")
@working_as("posts")
def end_roles() -> None:
    """They count no more since midnight; what else asks whether a role is held asks the row."""
    end_past(clock.now())

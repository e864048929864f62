"""Work for the Celery workers: the access log is sealed every hour, and its retention runs every night."""

from celery import shared_task

from audit.access.sections import prune, seal_section
from audit.sight import working_as


@shared_task(name="audit.seal_access_log")
@working_as("access_log")
def seal_access_log() -> None:
    """Seal the lines that came since the last time; from then on a change of one is found out."""
    seal_section()


@shared_task(name="audit.prune_access_log")
@working_as("access_log")
def prune_access_log() -> None:
    """Take away the lines that are older than the retention, on record."""
    prune()

"""Work for the Celery workers."""

from agencies.tasks.roles import end_roles

__all__ = ["end_roles"]

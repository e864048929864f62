"""The timetable of `celery beat`: Celery's own, but nothing on it is left out because a server was away.

Every job looks for itself what is due, so asking once too often changes nothing, and once too seldom may cost a day:

- What has an interval is asked for as soon as the timetable starts, not one interval later: after a standstill, and
  where its file is gone, whatever fell due meanwhile is found within a minute.
- What could not be handed to the broker is not ticked off; it is tried again every few seconds until there is one.
"""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Any

from celery.beat import PersistentScheduler, SchedulingError
from celery.schedules import crontab

AGAIN = 3.0  # seconds

logger = logging.getLogger(__name__)


class Timetable(PersistentScheduler):  # type: ignore[misc]
    """`CELERY_BEAT_SCHEDULER`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._unsent: dict[str, datetime] = {}
        super().__init__(*args, **kwargs)

    def setup_schedule(self) -> None:
        super().setup_schedule()
        for entry in self.schedule.values():
            # A time of day that passed meanwhile Celery knows from its file.
            if not isinstance(entry.schedule, crontab):
                entry.last_run_at -= entry.schedule.run_every

    def apply_entry(self, entry: Any, producer: Any = None) -> None:
        """Hand one job to the broker, or remember since when it is due."""
        logger.info("asking for %s", entry.task)
        try:
            self.apply_async(entry, producer=producer, advance=False)
        except SchedulingError as error:
            logger.warning("%s could not be asked for: %s", entry.task, error)
            self._unsent[entry.name] = entry.last_run_at

    def tick(self, *args: Any, **kwargs: Any) -> float:
        """One job, or none; the seconds until the next look."""
        pause: float = super().tick(*args, **kwargs)
        if not self._unsent:
            return pause
        for name, last_run_at in self._unsent.items():
            self.schedule[name].last_run_at = last_run_at
        self._unsent.clear()
        self._heap = None
        return AGAIN

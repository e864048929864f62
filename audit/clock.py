"""The one injected clock.

Everything that asks for the time asks `now()`. In production that is the machine's clock and costs no query. Where
settings.DEMO is true (the demo and the tests) the row of `audit_democlock` may move or freeze it, because notice
periods and monthly bills take days that a demonstration does not have. Whoever moves it leaves an event, at real time.
"""

import time
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db import transaction

from audit.actions import Action
from audit.log import EventActor, timestamp
from audit.models import DemoClock
from audit.services import record

# A web process, a worker and a shell share the row; a second is the longest that one of them may lag behind.
CACHE_SECONDS = 1.0
# Beyond them there are neither laws nor calendars, and counting days ends in an overflow.
YEARS = range(2000, 2101)


class DemoClockRefusedError(RuntimeError):
    """演示时钟只能在演示或测试环境中设置（settings.DEMO）。The clock can be set in the demo and in tests only."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


class BeyondClockError(ValueError):
    """演示时钟只能设在 2000 至 2100 年之间。The demo's clock shows the years 2000 to 2100 only."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


class _Cache:
    read_at = -CACHE_SECONDS
    setting: DemoClock | None = None


def real_now() -> datetime:
    """The machine's clock, UTC."""
    return datetime.now(UTC)


def now() -> datetime:
    """The time everything is decided by: aware, UTC."""
    setting = current()
    return real_now() if setting is None else setting.at(real_now())


def current() -> DemoClock | None:
    """The demo clock in force, None when time is real; pages show it for as long as it is set."""
    if not getattr(settings, "DEMO", False):
        return None
    if time.monotonic() - _Cache.read_at >= CACHE_SECONDS:
        _Cache.setting = DemoClock.objects.filter(pk=1).first()
        _Cache.read_at = time.monotonic()
    return _Cache.setting


def forget() -> None:
    """Drop the cached row, so that the next `now()` reads it (after a change, and between tests)."""
    _Cache.read_at = -CACHE_SECONDS
    _Cache.setting = None


def set_clock(at: datetime, *, frozen: bool = False) -> DemoClock:
    """Let the clock show `at` (aware) and run on from there, or stand still when frozen."""
    if at.tzinfo is None:
        raise ValueError(f"{at} has no time zone")
    _refuse_outside_demo()
    return _store(DemoClock(pk=1, frozen=at) if frozen else DemoClock(pk=1, offset=at - real_now()), "set")


@transaction.atomic
def advance(by: timedelta) -> DemoClock:
    """Move the clock, whatever it shows now, forward by `by` (backward when negative)."""
    _refuse_outside_demo()
    setting = DemoClock.objects.select_for_update().filter(pk=1).first() or DemoClock(pk=1, offset=timedelta(0))
    try:
        if setting.frozen is not None:
            setting.frozen += by
        else:
            setting.offset = (setting.offset or timedelta(0)) + by
    except OverflowError:
        raise BeyondClockError from None
    return _store(setting, "advance")


@transaction.atomic
def clear() -> None:
    """Back to real time."""
    _refuse_outside_demo()
    DemoClock.objects.filter(pk=1).delete()
    _record("clear", real_now())
    forget()


@transaction.atomic
def _store(setting: DemoClock, change: str) -> DemoClock:
    _refuse_beyond(setting)
    DemoClock.objects.update_or_create(pk=1, defaults={"frozen": setting.frozen, "offset": setting.offset})
    _record(change, setting.at(real_now()))
    forget()
    return setting


def _record(change: str, shows: datetime) -> None:
    record(
        stream="config/demo_clock",
        action=Action.DEMO_CLOCK_CHANGED,
        actor=EventActor(None, "system"),
        data={"change": change, "shows": timestamp(shows)},
        now=real_now(),
    )


def _refuse_beyond(setting: DemoClock) -> None:
    try:
        if setting.at(real_now()).year in YEARS:
            return
    except OverflowError:
        pass
    raise BeyondClockError


def _refuse_outside_demo() -> None:
    if not getattr(settings, "DEMO", False):
        raise DemoClockRefusedError

"""Over which channels a person is told of a message, and when: pure.

The inbox has every message and is not planned. Mail and SMS go only to what the person has confirmed. What may not be
switched off goes over the first confirmed channel where the chosen ones are not confirmed (any more).

Times are those of China. In quiet hours a message waits for their end, unless it is urgent or its deadline would then
be nearer than `MARGIN`; the same bounds a digest. Quiet hours last half a day at most, so nothing waits longer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Final, NamedTuple

from cases.policy.dated import CHINA
from notifications.choices.kinds import CHANNELS, DIGEST, EMAIL, GROUPS, OFF, Group

MARGIN: Final = timedelta(hours=4)  # so much is left to act when a message that waited arrives
LONGEST_QUIET: Final = timedelta(hours=12)
DIGEST_AT: Final = time(8, 30)


class Quiet(NamedTuple):
    """From one time of the day to another, the end not included; across midnight where it is earlier."""

    start: time
    end: time

    @property
    def length(self) -> timedelta:
        """How long they last; the whole day where both are the same."""
        minutes = (_minutes(self.end) - _minutes(self.start)) % (24 * 60)
        return timedelta(minutes=minutes or 24 * 60)


class Choice(NamedTuple):
    """What was chosen for one group: `at_once`, `digest` or `off`, and over which channels besides the inbox."""

    mode: str
    channels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Chosen:
    """One person's choices. `confirmed`: the channels over which they can be reached. Nothing chosen: the defaults."""

    confirmed: frozenset[str] = frozenset()
    groups: Mapping[str, Choice] = field(default_factory=dict)
    quiet: Quiet | None = None
    digest_at: time = DIGEST_AT
    language: str = "zh"

    def of(self, group: Group) -> Choice:
        """What was chosen for a group, or its default; one that cannot be switched off never is."""
        choice = self.groups.get(group.code)
        if choice is None or choice.mode not in group.modes:
            return Choice(group.mode, group.channels if choice is None else choice.channels)
        return choice


NOTHING_CHOSEN: Final = Chosen()


class Planned(NamedTuple):
    """A message goes over this channel, not before this instant; `digest`: as a line of the day's mail."""

    channel: str
    not_before: datetime
    digest: bool


def plan(
    *,
    topic: str,
    kind_group: str,
    user_id: int,
    chosen: Chosen,
    created_at: datetime,
    due_at: datetime | None = None,
    urgent: bool = False,
) -> list[Planned]:
    """What goes out for one message to one person: nothing where they confirmed no contact.

    `due_at` and `urgent` are those of the message (`kinds.due_of`, `kinds.urgent`).
    """
    group = GROUPS[kind_group]
    choice = chosen.of(group)
    channels = _channels(group, choice, chosen.confirmed)
    if not channels or choice.mode == OFF:
        return []
    if choice.mode == DIGEST and not urgent and EMAIL in channels:
        at = next_time(chosen.digest_at, created_at)
        if not too_late(at, created_at, due_at):
            return [Planned(EMAIL, at, digest=True)]
    at = created_at if urgent else after_quiet(chosen.quiet, created_at)
    if too_late(at, created_at, due_at):
        at = created_at
    return [Planned(channel, at, digest=False) for channel in channels]


def after_quiet(quiet: Quiet | None, at: datetime) -> datetime:
    """The instant itself or, within quiet hours, their end."""
    if quiet is None:
        return at
    start = at.astimezone(CHINA)
    since = (_minutes(start.time()) - _minutes(quiet.start)) % (24 * 60)
    if timedelta(minutes=since) >= quiet.length:
        return at
    return next_time(quiet.end, at)


def next_time(of_day: time, after: datetime) -> datetime:
    """The next instant after this one at which clocks in China show that time."""
    local = after.astimezone(CHINA)
    at = datetime.combine(local.date(), of_day, CHINA)
    return at if at > local else at + timedelta(days=1)


def too_late(at: datetime, created_at: datetime, due_at: datetime | None) -> bool:
    """Whether waiting would leave less than the margin before a deadline that is still to come."""
    return due_at is not None and at > created_at and created_at <= due_at < at + MARGIN


def _channels(group: Group, choice: Choice, confirmed: frozenset[str]) -> tuple[str, ...]:
    # The digest is a mail, whatever is chosen for what cannot wait for it.
    wanted = {*choice.channels, *([EMAIL] if choice.mode == DIGEST else [])} & confirmed
    found = tuple(channel for channel in CHANNELS if channel in wanted)
    if found or not group.must:
        return found
    return tuple(channel for channel in CHANNELS if channel in confirmed)[:1]


def _minutes(of_day: time) -> int:
    return of_day.hour * 60 + of_day.minute

"""When a notified suspension may be carried out (gate 3), and the checklist before the cut (gate 4).

Windows are instants: notice + minimum to notice + maximum, both included.  Night, holidays and the second notice are
judged by the clock of Asia/Shanghai.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import NamedTuple

from cases.policy.calendar import WorkingCalendar
from cases.policy.dated import CHINA, load, most_specific, region_prefix
from cases.policy.obstacle import Obstacle, obstacle

USER_CLASSES = ("residential", "ordinary", "important")


class Window(NamedTuple):
    """The first and the last instant at which the cut may be made."""

    earliest: datetime
    latest: datetime


@dataclass(frozen=True, slots=True)
class NoticeRule:
    """The notice periods of one region and class of user."""

    user_class: str
    region: str
    minimum: timedelta
    maximum: timedelta
    second_notice: timedelta
    effective_from: date
    effective_to: date | None
    source: str
    certainty: str


def notice_rule(user_class: str, region: str, day: date, override: Mapping[str, int] | None = None) -> NoticeRule:
    """Return the periods for this class of user, region and day; KeyError for an unknown class.

    ``override`` (a region's own parameter) may hold minimum_hours, maximum_hours and second_notice_minutes.
    """
    rule = most_specific((r for r in _rules() if r.user_class == user_class), region, day)
    if rule is None:
        raise KeyError(f"no notice period is recorded for {user_class!r} on {day}")
    if not override:
        return rule
    hours, minutes = timedelta(hours=1), timedelta(minutes=1)
    own = NoticeRule(
        user_class,
        region,
        hours * override["minimum_hours"] if "minimum_hours" in override else rule.minimum,
        hours * override["maximum_hours"] if "maximum_hours" in override else rule.maximum,
        minutes * override["second_notice_minutes"] if "second_notice_minutes" in override else rule.second_notice,
        rule.effective_from,
        rule.effective_to,
        "regional parameter",
        rule.certainty,
    )
    least = next(row for row in load("notice_rules")["floor"] if row["user_class"] == user_class)
    if not hours * least["minimum_hours"] <= own.minimum < own.maximum:
        raise ValueError("the minimum notice is no shorter than any law on record and shorter than the maximum")
    if own.second_notice < minutes * least["second_notice_minutes"]:
        raise ValueError("the second notice comes no later than any law on record has it")
    return own


def notice_variants() -> dict[str, tuple[str, dict[str, int]]]:
    """Return texts that a region may adopt: the class of user and the parameter `notice.<class>` as they have it."""
    names = ("minimum_hours", "second_notice_minutes")
    rows = load("notice_rules")["variant"]
    return {row["key"]: (row["user_class"], {name: row[name] for name in names}) for row in rows}


def notice_rule_changes(region: str, day: date) -> set[tuple[str, date]]:
    """Return where and when another rule than before may apply in this region: (region code, day), from ``day`` on."""
    inside = {rule.region for rule in _rules() if region_prefix(rule.region).startswith(region_prefix(region))}
    days = {day, *(rule.effective_from for rule in _rules() if rule.effective_from > day)}
    return {(place, when) for place in (region, *inside) for when in days}


def execution_window(
    served_at: datetime,
    user_class: str,
    region: str = "",
    override: Mapping[str, int] | None = None,
    *,
    recorded_at: datetime | None = None,
) -> Window:
    """Return the window that a notice served at this instant opens.

    With ``recorded_at`` it opens no sooner than a full day after the service was written down (the post brings its
    receipt late); it closes when the service says so.
    """
    if served_at.tzinfo is None:
        raise ValueError("a window needs an aware time of service")
    rule = notice_rule(user_class, region, served_at.astimezone(CHINA).date(), override)
    earliest = served_at + rule.minimum
    if recorded_at is not None:
        earliest = max(earliest, recorded_at + timedelta(hours=load("notice_rules")["record"]["hours"]))
    return Window(earliest, served_at + rule.maximum)


def window_obstacles(window: Window, cal: WorkingCalendar, region: str = "") -> list[Obstacle]:
    """Return why a notice with this window should not be served: provisional days in it, or no permitted hour."""
    if window.earliest > window.latest:
        day = window.latest.astimezone(CHINA).date()
        return [obstacle("recorded_too_late", day=day, region=region, latest=_clock(window.latest))]
    first, last = (at.astimezone(CHINA) for at in window)
    days = [first.date() + timedelta(days=n) for n in range((last.date() - first.date()).days + 1)]
    unsure = next((d for d in days if not cal.certain(d)), None)
    if unsure is not None:
        return [obstacle("provisional_day", day=unsure, region=region)]
    if next_permitted(first, cal) > last:
        return [obstacle("window_without_time", day=first.date(), region=region)]
    return []


def next_permitted(at: datetime, cal: WorkingCalendar) -> datetime:
    """Return the first instant from ``at`` on that is neither night nor a statutory holiday."""
    ends = _night()[1]
    local = at.astimezone(CHINA)
    while is_night(local) or cal.is_statutory_holiday(local.date()):
        day = local.date()
        if is_night(local) and local.time() < ends:
            local = datetime.combine(day, ends, CHINA)
        else:
            local = datetime.combine(day + timedelta(days=1), ends, CHINA)
    return local


def is_night(at: datetime) -> bool:
    """Say whether the instant lies in the night of Asia/Shanghai: from 22:00 on, before 06:00."""
    begins, ends = _night()
    clock = at.astimezone(CHINA).time()
    return clock >= begins or clock < ends


def execution_obstacles(
    now: datetime,
    window: Window | None,
    second_notice_at: datetime | None,
    stay: bool,  # noqa: FBT001 - the fourth of the four facts every caller names in this order
    cal: WorkingCalendar,
    *,
    region: str = "",
    second_notice: timedelta = timedelta(minutes=30),
) -> list[Obstacle]:
    """Return everything that forbids the cut at this instant; ``window`` None means that nothing was served."""
    local = now.astimezone(CHINA)
    day = local.date()
    found = [obstacle("stayed", day=day, region=region)] if stay else []
    if window is None:
        found.append(obstacle("not_served", day=day, region=region))
    elif now < window.earliest:
        found.append(obstacle("before_window", day=day, region=region, earliest=_clock(_next_minute(window.earliest))))
    elif now > window.latest:
        found.append(obstacle("after_window", day=day, region=region, latest=_clock(window.latest)))
    found += _second_notice(now, second_notice_at, second_notice, region)
    if is_night(now):
        found.append(obstacle("night", day=day, region=region))
    if cal.is_statutory_holiday(day):
        found.append(obstacle("statutory_holiday", day=day, region=region))
    if not cal.certain(day):
        found.append(obstacle("provisional_day", day=day, region=region))
    return found


def checklist_items() -> tuple[tuple[str, str, str], ...]:
    """Return the lines of the checklist as (item, Chinese, English)."""
    return tuple((row["item"], row["zh"], row["en"]) for row in load("suspension_grounds")["checklist"])


def checklist_obstacles(answers: Mapping[str, bool | None], day: date, region: str = "") -> list[Obstacle]:
    """Return what the checklist says against the cut: a line answered no, or not answered."""
    refused = [line for line in checklist_items() if answers.get(line[0]) is False]
    blank = [line for line in checklist_items() if answers.get(line[0]) is None]
    found = []
    for code, lines in (("checklist_failed", refused), ("checklist_incomplete", blank)):
        if lines:
            items, zh, en = zip(*lines, strict=True)
            found.append(
                obstacle(code, day=day, region=region, missing=items, items="、".join(zh), items_en="; ".join(en))
            )
    return found


def _second_notice(now: datetime, given: datetime | None, least: timedelta, region: str) -> list[Obstacle]:
    day = now.astimezone(CHINA).date()
    minutes = int(least.total_seconds() // 60)
    if given is None:
        return [obstacle("no_second_notice", day=day, region=region, minutes=minutes)]
    if given.astimezone(CHINA).date() != day:
        return [obstacle("second_notice_stale", day=day, region=region)]
    if now - given < least:
        earliest = _clock(_next_minute(given + least))
        return [obstacle("second_notice_too_late", day=day, region=region, minutes=minutes, earliest=earliest)]
    return []


def _clock(at: datetime) -> str:
    return at.astimezone(CHINA).strftime("%Y-%m-%d %H:%M")


def _next_minute(at: datetime) -> datetime:
    """The first full minute that is not before it: forms ask for no seconds, and the minute said has to be good."""
    whole = at.replace(second=0, microsecond=0)
    return whole if whole == at else whole + timedelta(minutes=1)


@cache
def _night() -> tuple[time, time]:
    night = load("notice_rules")["night"]
    return time.fromisoformat(night["begins"]), time.fromisoformat(night["ends"])


@cache
def _rules() -> tuple[NoticeRule, ...]:
    return tuple(
        NoticeRule(
            row["user_class"],
            row["region"],
            timedelta(hours=row["minimum_hours"]),
            timedelta(hours=row["maximum_hours"]),
            timedelta(minutes=row["second_notice_minutes"]),
            row["effective_from"],
            row.get("effective_to"),
            row["source"],
            row["certainty"],
        )
        for row in load("notice_rules")["rule"]
    )

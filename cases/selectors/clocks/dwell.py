"""Who held work how long: working time per agency, unit, person, stage or kind over a period, set by set.

What is told: of the cases that a commission leads or that it or a supervision watches over, the tasks of all agencies;
of any other case the tasks of one's own agency. Persons are named of one's own agency only. Working time is counted
in the database, from the days of each calendar in use: nothing is stored, so a corrected calendar corrects all.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import accumulate
from typing import Any, Final

from agencies import visibility
from agencies.actors import Actor
from agencies.directory import Directory, get_directory
from cases.policy.calendar import WorkingCalendar
from cases.policy.dated import CHINA
from cases.selectors import refs
from cases.selectors.clocks.statement import CALLED_OFF, FIRST, GROUPS, LONG, statement
from cases.selectors.law.blindspots import watching_keys
from cases.selectors.paging import Row, fetch

CalendarOf = Callable[[str, Directory], WorkingCalendar]
SORTS: Final = ("running", "tasks", "median", "p90", "longest", "paused", "waiting", "late")
OF: Final = ("ended", "open")


@dataclass(frozen=True, slots=True)
class DwellFilter:
    """The period is [since, until); None means any.

    `of`: work that ended in the period, or what is open at its end with the time up to then.
    """

    since: datetime
    until: datetime
    of: str = "ended"
    stage: str | None = None
    region: str | None = None
    kind: str | None = None
    agency_id: int | None = None


def dwell(
    actor: Actor, wanted: DwellFilter, groups: tuple[str, ...], calendar_of: CalendarOf, *, sort: str = "running"
) -> list[Row]:
    """One row a group that this person may see; lengths in seconds of working time, `late` a share from 0 to 1.

    `ended_here` counts the tasks of the group that were with it last: `late` is the share of these.
    """
    own = visibility.sight_keys(actor)
    if not set(groups) <= GROUPS.keys():
        return []
    directory = get_directory()
    parameters = _parameters(actor, wanted, own, directory, calendar_of)
    rows = fetch(statement(groups, ended=wanted.of == "ended"), parameters)
    names = _names([row["person"] for row in rows]) if "person" in groups else {}
    told = [_shown(row, groups, directory, names) for row in rows]
    return sorted(told, key=lambda row: (-(row[sort] or 0), str([row[group] for group in groups])))


def _parameters(
    actor: Actor, wanted: DwellFilter, own: list[int], directory: Directory, calendar_of: CalendarOf
) -> dict[str, Any]:
    last = wanted.until.astimezone(CHINA).date() + timedelta(days=1)
    places, offsets, before, long = _calendars(actor, directory, calendar_of, last)
    return {
        "own": own,
        "keys": watching_keys(actor),
        "agencies": sorted(visibility.ceilings(actor)),
        "since": wanted.since,
        "until": wanted.until,
        "stage": wanted.stage,
        "kind": wanted.kind,
        "region": wanted.region,
        "agency": wanted.agency_id,
        "called_off": list(CALLED_OFF),
        "places": places,
        "offsets": offsets,
        "before": before,
        "long": long,
    }


def _calendars(
    actor: Actor, directory: Directory, calendar_of: CalendarOf, last: date
) -> tuple[list[str], list[int], list[int], list[int]]:
    """Office time before and on each day, one calendar after the other, and where each region's begins.

    The first calendar is that of a region which is not named: a case may lie where none of the agencies is.
    """
    within = tuple({post.region_code for post in actor.posts})
    found: list[WorkingCalendar] = [calendar_of("", directory)]
    placed: dict[str, int] = {}
    for code in directory.regions:
        if not code.startswith(within):
            continue
        calendar = calendar_of(code, directory)
        number = next((n for n, known in enumerate(found) if known is calendar or known == calendar), len(found))
        if number == len(found):
            found.append(calendar)
        if number:
            placed[code] = number
    length = (last - FIRST).days + 2
    on = [[LONG if each.is_workday(FIRST + timedelta(days=n)) else 0 for n in range(length)] for each in found]
    before = [seconds for days in on for seconds in accumulate(days[:-1], initial=0)]
    return list(placed), [n * length for n in placed.values()], before, [seconds for days in on for seconds in days]


def _names(people: list[int | None]) -> dict[int, str]:
    known = [person for person in people if person is not None]
    rows = fetch("SELECT id, display_name FROM agencies_user WHERE id = ANY(%s)", [known])
    return {row["id"]: row["display_name"] for row in rows}


def _shown(row: Row, groups: tuple[str, ...], directory: Directory, names: dict[int, str]) -> Row:
    told: Row = {}
    for group in groups:
        value = row[group]
        if group in ("agency", "unit"):
            told[group] = refs.agency(directory, value)
        elif group == "person":
            told[group] = refs.person(value, names.get(value) if value else None)
        else:
            told[group] = refs.region(directory, value) if group == "region" else value
    whole = ("tasks", "median", "p90", "longest", "running", "paused", "waiting", "ended_here", "late_tasks")
    told |= {name: int(row[name]) for name in whole}
    told["late"] = row["late_tasks"] / row["ended_here"] if row["ended_here"] else None
    return told

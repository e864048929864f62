"""The clocks of one case at an instant, as this person may read them; None: there is no such case for them.

Of an own part of a case the own tasks and questions are told, not whose turn the whole case was, and persons of the own
agency only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any, Final

import orjson

from agencies.actors import Actor
from agencies.directory import Directory, get_directory
from cases.policy.calendar import WorkingCalendar
from cases.policy.clocks import (
    RUNNING,
    Clock,
    Holder,
    Interval,
    Segment,
    as_of,
    clock,
    segments,
    turns,
    waiting,
)
from cases.policy.deadlines import working_seconds
from cases.selectors import refs
from cases.selectors.case import find_case_id
from cases.selectors.paging import Row, fetch
from cases.selectors.reach.parts import Reading, reading

CalendarOf = Callable[[str, Directory], WorkingCalendar]
# Acts that set a deadline anew; any other change of one is that of a pause.
NAMING: Final = frozenset({"decide_extension", "recount_deadlines"})
SIDE: Final = "decide_extension"

_CLOCKS = """
SELECT jsonb_build_object(
  'stamp', (SELECT n FROM agencies_stamp),
  'case', jsonb_build_object('id', c.id, 'number', c.number, 'title', c.title, 'stage', c.stage,
      'outcome', c.outcome, 'confidentiality', c.confidentiality, 'region_code', c.region_code,
      'opened_at', c.opened_at, 'extensions', c.facts -> 'extensions'),
  'tasks', (SELECT jsonb_agg(jsonb_build_object('id', t.id, 'kind', t.kind, 'opened_at', t.opened_at,
        'closed_at', t.closed_at, 'state', t.state, 'due_at', t.due_at, 'due_rule', t.due_rule,
        'provisional', t.provisional, 'closed_seq', t.closed_seq, 'data', t.data, 'agency_id', t.agency_id)
        ORDER BY t.opened_seq, t.id) FROM cases_task t WHERE t.case_id = c.id AND t.opened_at <= %(at)s),
  'ledger', (SELECT jsonb_agg(jsonb_build_object('task', i.task_id, 'agency', i.agency_id, 'unit', i.unit_id,
        'person', i.person_id, 'state', i.state, 'reason', i.reason, 'begins', i.started_at, 'ends', i.ended_at,
        'due', i.due_at, 'seq', i.seq, 'action', e.action) ORDER BY i.started_at, i.id)
        FROM cases_clockinterval i LEFT JOIN audit_event e ON e.stream = 'case/' || c.id AND e.seq = i.seq
        WHERE i.case_id = c.id),
  'people', (SELECT jsonb_object_agg(u.id::text, u.display_name) FROM agencies_user u
        WHERE u.id IN (SELECT i.person_id FROM cases_clockinterval i WHERE i.case_id = c.id)),
  'closings', (SELECT jsonb_agg(jsonb_build_array(x.at, x.b ->> 'to' = 'closed') ORDER BY x.seq) FROM (
        SELECT e.at, e.seq, convert_from(e.body, 'UTF8')::jsonb AS b FROM audit_event e
        WHERE e.stream = 'case/' || c.id) x
        WHERE (x.b ->> 'to' = 'closed') <> (coalesce(x.b ->> 'from', '') = 'closed')))::text
FROM cases_case c WHERE c.id = %(case)s
"""


def case_clocks(actor: Actor, ref: str, at: datetime, calendar_of: CalendarOf) -> Row | None:
    """Every task's clock, whose turn the case was and its extensions, all as they stood at that instant."""
    case_id = find_case_id(actor, ref)
    read = reading(actor, case_id) if case_id else None
    return clocks_of(actor, str(case_id), read, at, calendar_of) if read else None


def clocks_of(actor: Actor, case_id: str, read: Reading, at: datetime, calendar_of: CalendarOf) -> Row:
    """The same where it has been asked already what this person reads of the case."""
    (row,) = fetch(_CLOCKS, {"case": case_id, "at": at})
    data = orjson.loads(next(iter(row.values())))
    directory = get_directory(stamp=data["stamp"])
    return _Told(data, read, directory, calendar_of(data["case"]["region_code"], directory), at).answer()


class _Told:
    """One answer in the making."""

    def __init__(
        self, data: dict[str, Any], read: Reading, directory: Directory, calendar: WorkingCalendar, at: datetime
    ) -> None:
        self.data, self.read, self.directory, self.calendar, self.at = data, read, directory, calendar, at
        self.people: dict[str, str] = data["people"] or {}
        whole: dict[str, list[Interval]] = {}
        for row in data["ledger"] or []:
            whole.setdefault(row["task"], []).append(_interval(row))
        self.ledgers = {task: ledger for task, rows in whole.items() if (ledger := as_of(rows, at))}
        known = data["tasks"] or []
        self.tasks = [t for t in known if t["id"] in self.ledgers and (read.whole or t["id"] in read.tasks)]

    def answer(self) -> Row:
        case = self.data["case"]
        stretches: list[Segment] = []
        told: list[Row] = []
        for task in self.tasks:
            row, own = self._task(task)
            told.append(row)
            stretches += own
        begins = datetime.fromisoformat(case["opened_at"])
        found = turns(stretches, begins, self.at, self._closed()) if self.read.whole else []
        return {
            "case": {name: case[name] for name in ("id", "number", "title", "stage", "outcome", "confidentiality")},
            "region": refs.region(self.directory, case["region_code"]),
            "opened_at": begins,
            "at": self.at.astimezone(UTC),
            "whole": self.read.whole,
            "calendar": self.calendar.version(),
            "tasks": told,
            "turns": [self._turn(turn.begins, turn.ends, turn.holders, turn.reasons) for turn in found],
            "held": self._held(found),
            "extensions": self._extensions(),
        }

    def _task(self, task: dict[str, Any]) -> tuple[Row, list[Segment]]:
        ledger = self.ledgers[task["id"]]
        wait = waiting(task["kind"], _moment((task["data"] or {}).get("window_from")), ledger[-1].due)
        now = clock(ledger, self.at, self.calendar, wait)
        stretches = segments(ledger, self.at, wait)
        ended = _moment(task["closed_at"])
        is_over = ended is not None and ended <= self.at
        # What is marked is the deadline of today; of another one nothing is known.
        sure = now.due is not None and datetime.fromisoformat(task["due_at"]) == now.due
        row = {
            "id": task["id"],
            "kind": task["kind"],
            **self._holder(ledger[-1].holder),
            "opened_at": datetime.fromisoformat(task["opened_at"]),
            "closed_at": ended if is_over else None,
            "ended_as": task["state"] if is_over else None,
            **_figures(now),
            "provisional": task["provisional"] and sure,
            "holders": [
                {
                    **self._holder(holder),
                    "running": each.running,
                    "paused": each.paused,
                    "waiting": each.waiting,
                }
                for holder, each in now.held.items()
            ],
            "segments": [self._segment(each) for each in stretches],
        }
        return row, stretches

    def _segment(self, each: Segment) -> Row:
        return {
            "begins": each.begins,
            "ends": each.ends,
            "state": each.state,
            "reason": each.reason,
            "seq": each.seq,
            "seconds": working_seconds(each.begins, each.ends, self.calendar),
            **self._holder(each.holder),
        }

    def _holder(self, holder: Holder) -> Row:
        named = self.read.whole or holder.agency in self.read.agencies or holder.unit in self.read.agencies
        person = holder.person if named else None
        return {
            "agency": refs.agency(self.directory, holder.agency),
            "unit": refs.agency(self.directory, holder.unit),
            "person": refs.person(person, self.people.get(str(person))),
        }

    def _turn(self, begins: datetime, ends: datetime, holders: Iterable[Holder], reasons: tuple[str, ...]) -> Row:
        agencies = dict.fromkeys(holder.agency for holder in holders)
        return {
            "begins": begins,
            "ends": ends,
            "agencies": [refs.agency(self.directory, agency) for agency in agencies],
            "reasons": list(reasons),
            "seconds": working_seconds(begins, ends, self.calendar),
        }

    def _held(self, found: Iterable[Any]) -> list[Row]:
        """How long it was each agency's turn, and nobody's for each reason; an hour of two agencies counts for both."""
        agencies: dict[int, int] = {}
        nobody: dict[str, int] = {}
        for turn in found:
            seconds = working_seconds(turn.begins, turn.ends, self.calendar)
            for agency in {holder.agency for holder in turn.holders}:
                agencies[agency] = agencies.get(agency, 0) + seconds
            if turn.reasons:
                why = "+".join(turn.reasons)
                nobody[why] = nobody.get(why, 0) + seconds
        by_length = sorted(agencies.items(), key=lambda pair: (-pair[1], pair[0]))
        told: list[Row] = [
            {"agency": refs.agency(self.directory, a), "reasons": [], "seconds": n} for a, n in by_length
        ]
        return told + [
            {"agency": None, "reasons": why.split("+"), "seconds": n}
            for why, n in sorted(nobody.items(), key=lambda pair: (-pair[1], pair[0]))
        ]

    def _closed(self) -> list[tuple[datetime, datetime | None]]:
        """From when to when the case was closed, as far as that was known then."""
        spans: list[tuple[datetime, datetime | None]] = []
        for moment, shut in self.data["closings"] or []:
            when = datetime.fromisoformat(moment)
            if shut:
                spans.append((when, None))
            elif spans and spans[-1][1] is None:
                spans[-1] = (spans[-1][0], when)
        return spans

    def _extensions(self) -> list[Row]:
        """Asked, granted or refused, with the deadline before and after; as of then, so a later ruling is pending."""
        ruled = {row["seq"]: row["granted"] for row in self.data["case"]["extensions"] or []}
        told = {task["id"] for task in self.tasks}
        found = []
        for task in self.data["tasks"] or []:
            asked = task["data"]
            if task["kind"] != SIDE or asked["task"] not in told:
                continue
            decided = _moment(task["closed_at"])
            open_then = decided is None or decided > self.at
            granted = None if open_then else ruled.get(task["closed_seq"])
            state = "asked" if open_then else "fell_away" if granted is None else "granted" if granted else "refused"
            # A ruling that moved the deadline began a stretch; one that came after the clock had moved it did not.
            after = [row.due for row in self.ledgers[asked["task"]] if row.seq == task["closed_seq"]]
            found.append(
                {
                    "task": asked["task"],
                    "kind": asked["kind"],
                    "agency": refs.agency(self.directory, asked.get("by_agency")),
                    "asked_at": datetime.fromisoformat(task["opened_at"]),
                    "decided_at": None if open_then else decided,
                    "decide_by": datetime.fromisoformat(task["due_at"]),
                    "state": state,
                    "from": _moment(asked["from"]),
                    "to": asked["to"],
                    "due_at": after[0] if after else None,
                }
            )
        return found


def _figures(now: Clock) -> Row:
    return {
        "state": now.state,
        "reason": now.reason,
        "due_at": now.due and now.due.astimezone(UTC),
        "elapsed": now.elapsed,
        "remaining": now.remaining,
        "late": now.late,
        "overdue": now.overdue,
        "paused": dict(now.paused),
    }


def _interval(row: dict[str, Any]) -> Interval:
    return Interval(
        Holder(row["agency"], row["unit"], row["person"]),
        row["state"],
        row["reason"],
        datetime.fromisoformat(row["begins"]),
        _moment(row["ends"]),
        datetime.fromisoformat(row["due"]),
        named=row["action"] in NAMING and row["state"] != RUNNING,
        seq=row["seq"],
    )


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None

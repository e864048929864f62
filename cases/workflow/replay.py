"""The case as its events tell it: the same fold as `case_commit` in SQL, written a second time in Python.

`manage.py verify_audit` rebuilds every case from its chain and compares it with the tables, so that a row changed
behind the product's back is found even where the chain itself is whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import orjson

from audit.projections import Event, Problem, Scope, Streams

# Columns that a body's "case" member may change, under the names of the member.
COLUMNS = (
    "number",
    "region_code",
    "level",
    "source",
    "title",
    "outcome",
    "review_on",
    "merged_into",
    "lead_agency_id",
    "confidentiality",
)
_TOUCHED = {"unit_id": "unit", "assignee_id": "assignee", "due_at": "due"}


@dataclass(slots=True)
class State:
    """A case rebuilt: its columns, its facts and every task it ever had."""

    version: int = 0
    stage: str = ""
    leaf: bytes = b""
    columns: dict[str, Any] = field(default_factory=lambda: dict.fromkeys(COLUMNS))
    facts: dict[str, Any] = field(default_factory=dict)
    tasks: dict[str, dict[str, Any]] = field(default_factory=dict)


def apply(state: State, event: Event) -> None:
    """Fold one event into the state."""
    body = event.body
    state.version = event.seq
    state.stage = body["to"]
    state.leaf = event.leaf
    if "case" in body:
        state.columns.update(body["case"])
    if "set" in body:
        state.facts.update(body["set"])
    for key in body.get("unset", ()):
        state.facts.pop(key, None)
    for row in body.get("close", ()):
        state.tasks[row["id"]]["state"] = row["state"]
    for row in body.get("open", ()):
        state.tasks[row["id"]] = {**row, "state": "open"}
    for row in body.get("touch", ()):
        _touch(state.tasks[row["id"]], row)


def _touch(task: dict[str, Any], row: dict[str, Any]) -> None:
    for key, value in row.items():
        if key == "data":
            task["data"] = {**task.get("data", {}), **value}
        elif key != "id":
            task[_TOUCHED.get(key, key)] = value


def fold(events: Iterable[Event]) -> State:
    state = State()
    for event in events:
        apply(state, event)
    return state


# Times are compared as text in the form that bodies use.
_STAMP = "to_char({} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"
_CASES = """
SELECT c.id::text, c.version, c.stage, c.head, json_build_array(c.number, c.region_code, c.level, c.source, c.title,
       c.outcome, c.review_on, c.merged_into_id, c.lead_agency_id, c.confidentiality)::text, c.facts::text
FROM cases_case c WHERE c.id BETWEEN %s::uuid AND %s::uuid ORDER BY c.id
"""
_TASKS = f"""
SELECT t.case_id::text, t.id::text, t.kind, t.agency_id, t.unit_id, t.assignee_id, t.state, t.stage,
       {_STAMP.format("t.due_at")}, {_STAMP.format("t.accepted_at")}, t.returns, t.roles, t.due_rule, t.provisional,
       t.data::text
FROM cases_task t WHERE t.case_id BETWEEN %s::uuid AND %s::uuid
ORDER BY t.case_id, t.id
"""


def verify_cases(scope: Scope, streams: Streams) -> Iterator[Problem]:
    """Compare every case with the replay of its events; both sides are walked once, in the order of the ids."""
    bounds = [_first_id(scope.first), _last_id(scope.last)]
    with scope.connection.cursor("replay_cases") as cases, scope.connection.cursor("replay_tasks") as tasks:
        cases.itersize = tasks.itersize = 5000
        cases.execute(_CASES, bounds)
        tasks.execute(_TASKS, bounds)
        rows, groups = iter(cases), _by_case(iter(tasks))
        row, group = next(rows, None), next(groups, None)
        for stream, events in streams:
            case_id = stream.removeprefix("case/")
            while row is not None and row[0] < case_id:
                yield _problem(f"case/{row[0]}", None, "no_events", "有案件而无事件", "a case without events")
                row = next(rows, None)
            state = fold(events)
            while group is not None and group[0] < case_id:
                group = next(groups, None)
            if row is None or row[0] != case_id:
                yield _problem(stream, state.version, "no_case", "有事件而无案件", "events without a case")
                continue
            found = group[1] if group is not None and group[0] == case_id else []
            yield from compare(stream, state, row, found)
            row = next(rows, None)
        while row is not None:
            yield _problem(f"case/{row[0]}", None, "no_events", "有案件而无事件", "a case without events")
            row = next(rows, None)


_UUID_TEXT = 36
_HIGHEST = (1 << 128) - 1


def _number(stream: str) -> int:
    """The id in a stream's name as a number; a name that was cut short is filled up with zeros."""
    digits = stream.removeprefix("case/")[:_UUID_TEXT].replace("-", "")
    return int((digits + "0" * 32)[:32], 16)


def _first_id(name: str) -> str:
    """The lowest id whose stream is not before this name. Ids as text are in the byte order of the ids."""
    return str(UUID(int=_number(name)))


def _last_id(name: str) -> str:
    """The highest id whose stream is before this name: none is cut off above the prefix's end."""
    if not name.startswith("case/"):
        return str(UUID(int=_HIGHEST))
    beyond = len(name.removeprefix("case/")) > _UUID_TEXT
    return str(UUID(int=_number(name) if beyond else max(_number(name) - 1, 0)))


def _by_case(rows: Iterator[Any]) -> Iterator[tuple[str, list[Any]]]:
    current: str | None = None
    group: list[Any] = []
    for row in rows:
        if row[0] != current:
            if current is not None:
                yield current, group
            current, group = row[0], []
        group.append(row)
    if current is not None:
        yield current, group


def compare(stream: str, state: State, row: tuple[Any, ...], tasks: list[Any]) -> Iterator[Problem]:
    """What differs between a case's row with its tasks and the state rebuilt from its events."""
    _, version, stage, head, columns, facts = row
    if version != state.version or bytes(head) != state.leaf:
        yield _differs(stream, state, "version", state.version, version)
    if stage != state.stage:
        yield _differs(stream, state, "stage", state.stage, stage)
    for name, value in zip(COLUMNS, orjson.loads(columns), strict=True):
        if state.columns[name] != value:
            yield _differs(stream, state, name, state.columns[name], value)
    if orjson.loads(facts) != state.facts:
        yield _differs(stream, state, "facts", "…", "…")
    if {t[1] for t in tasks} != state.tasks.keys():
        yield _differs(stream, state, "tasks", len(state.tasks), len(tasks))
        return
    for task in tasks:
        expected, found = _told(state.tasks[task[1]]), (*task[2:7], *task[8:14], orjson.loads(task[14]))
        if found != expected or (task[6] == "open" and task[7] != state.stage):
            yield _differs(stream, state, f"task {task[1]}", expected, found)


def _told(task: dict[str, Any]) -> tuple[Any, ...]:
    """A task as its events tell it, in the order of the columns."""
    return (
        task["kind"],
        task["agency"],
        task.get("unit"),
        task.get("assignee"),
        task["state"],
        task["due"],
        task.get("accepted_at"),
        task.get("returns", 0),
        task["roles"],
        task["due_rule"],
        task.get("provisional", False),
        task.get("data", {}),
    )


def _differs(stream: str, state: State, what: str, told: object, found: object) -> Problem:
    return _problem(
        stream,
        state.version,
        "projection",
        f"案件的“{what}”与事件重放不符：事件为 {told}，表中为 {found}",
        f"{what} differs from the replay of the events: told {told}, found {found}",
    )


def _problem(stream: str, seq: int | None, code: str, zh: str, en: str) -> Problem:
    return Problem(None, stream, seq, code, zh, en)

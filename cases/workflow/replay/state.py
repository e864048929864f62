"""One case rebuilt from its events: the case, every task it ever had, their clocks, who sees it, papers and files.

The same fold as `case_commit` in SQL. A row is kept as the texts of its columns, in their order, so that the line which
COPY should write is no more than their sum.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from audit.verification.projections import Event
from cases.workflow.replay.flaws import MOVES, Flaw, left_open, outlives, wrong_move
from cases.workflow.replay.lines import NULL, moment, shown

# The columns of a case in the order of its line; a body's "case" member names those from `number` on.
CASE_COLUMNS = (
    *("version", "stage", "head", "opened_at", "updated_at", "stage_since", "closed_at", "number", "region_code"),
    *("level", "source", "title", "outcome", "review_on", "merged_into_id", "lead_agency_id", "confidentiality"),
)
TASK_COLUMNS = (
    *("id", "kind", "agency_id", "unit_id", "roles", "assignee_id", "state", "stage", "region_code", "opened_at"),
    *(
        "sender_id",
        "opened_seq",
        "due_at",
        "due_rule",
        "provisional",
        "accepted_at",
        "closed_at",
        "closed_seq",
        "returns",
    ),
)
# What a line of the ledger of intervals says besides agency, state, reason and times.
CLOCK_COLUMNS = ("unit_id", "person_id", "due_at", "seq")
# What a body calls otherwise than the table.
_COLUMNS = {"merged_into": "merged_into_id"}
_NEW_CASE = dict.fromkeys(CASE_COLUMNS, NULL)
_NEW_TASK = {**dict.fromkeys(TASK_COLUMNS, NULL), "state": "open", "provisional": "f", "returns": "0"}
# id, kind, agency, roles, due and due_rule; a task with more members has a unit, an assignee, data …
_PLAIN_TASK = 6


class Interval:
    """One that is open; the texts of its columns."""

    __slots__ = ("agency", "due", "person", "reason", "seq", "since", "state", "unit")

    def __init__(self, agency: str, unit: str, person: str, due: str, since: str, seq: str) -> None:
        self.agency, self.unit, self.person, self.due = agency, unit, person, due
        self.state, self.reason, self.since, self.seq = "running", "opened", since, seq

    def line(self) -> str:
        how = f"{self.agency}\t{self.state}\t{self.reason}\t{self.since}"
        return f"{how}\t{self.unit}\t{self.person}\t{self.due}\t{self.seq}"


class State:
    """A case rebuilt.

    `clocks` are the lines of the ended intervals, `running` the open interval of each task that has one, `persons` who
    held each task whose last interval has ended; `seen_by` holds the line of each agency that sees the case, `files`
    the hash of every file that an act named, `regions` where the case has been, `flaws` what the workflow table would
    not have allowed.
    """

    __slots__ = (
        *("case_id", "version", "stage", "row", "facts", "tasks", "data", "clocks", "running", "persons"),
        *("seen_by", "documents", "files", "regions", "flaws"),
    )

    def __init__(self, case_id: str) -> None:
        self.case_id, self.version, self.stage = case_id, 0, ""
        self.row = _NEW_CASE.copy()
        self.facts: dict[str, Any] = {}
        self.tasks: dict[str, dict[str, str]] = {}
        self.data: dict[str, dict[str, Any]] = {}
        self.clocks: list[str] = []
        self.running: dict[str, Interval] = {}
        self.persons: dict[str, str] = {}
        self.seen_by: dict[int, str] = {}
        self.documents: list[str] = []
        self.files: dict[str, str] = {}
        self.regions: list[str] = []
        self.flaws: list[Flaw] = []


def fold(case_id: str, events: Iterable[Event]) -> State:
    """The case after these events. Raises what a changed body makes of a lookup."""
    state, event = State(case_id), None
    for event in events:
        _apply(state, event)
    if event is not None:
        state.version = event.seq
        state.row.update(version=str(event.seq), stage=state.stage, head=event.leaf.hex())
    return state


def _apply(state: State, event: Event) -> None:
    """Fold one event into the state, in the order of `case_commit`."""
    body, seq = event.body, event.seq
    at, before = moment(body["at"]), state.stage
    if body.get("from", "") != before or (body["action"], before, body["to"]) not in MOVES:
        state.flaws.append(wrong_move(event, before))
    _case(state, body, at)
    if "share" in body:
        for row in body["share"]:
            _share(state, row["agency"], row["relation"], at)
    if "close" in body:
        _close(state, body["close"], at, str(seq))
    if before and (before != state.stage or ("case" in body and "region_code" in body["case"])):
        _move(state, event, before)
    if "open" in body:
        _open(state, body, at, str(seq))
    if "touch" in body:
        _touch(state, body["touch"], at)
        _pass_on(state, body, at, str(seq))
    if "clock" in body:
        _turn(state, body["clock"], at, str(seq))
    if "document" in body or "files" in body:
        _file(state, body, at, str(seq))


def _case(state: State, body: dict[str, Any], at: str) -> None:
    row = state.row
    row["updated_at"] = at
    if body["to"] != state.stage:
        if not state.stage:
            row["opened_at"] = at
        state.stage = body["to"]
        row["stage_since"] = at
        row["closed_at"] = at if state.stage == "closed" else NULL
    if "case" in body:
        for name, value in body["case"].items():
            row[_COLUMNS.get(name, name)] = moment(value) if name == "stage_since" else shown(value)
            if name == "region_code":
                state.regions.append(value)
    if "set" in body:
        state.facts.update(body["set"])
    if "unset" in body:
        for key in body["unset"]:
            state.facts.pop(key, None)


def _close(state: State, rows: list[dict[str, Any]], at: str, seq: str) -> None:
    for row in rows:
        task = state.tasks[row["id"]]
        task["state"], task["closed_at"], task["closed_seq"] = row["state"], at, seq
        _stop(state, row["id"], at)


def _move(state: State, event: Event, before: str) -> None:
    """Tasks that outlive a change of stage or region stand where the case stands."""
    for task in state.tasks.values():
        if task["state"] == "open":
            task["stage"], task["region_code"] = state.stage, state.row["region_code"]
            if before != state.stage and not outlives(task["kind"], state.stage):
                state.flaws.append(left_open(event, task))


def _open(state: State, body: dict[str, Any], at: str, seq: str) -> None:
    rows, sender = body["open"], shown(body["actor"]["agency"])
    for row in rows:
        task = state.tasks.get(row["id"])
        if task is None:
            task = state.tasks[row["id"]] = _begun(state, row, at, seq)
            task["sender_id"] = sender
        else:
            # A merge had cancelled it, and its undoing brings it back as the one it was.
            task["state"], task["closed_at"], task["closed_seq"] = "open", NULL, NULL
            task["stage"], task["region_code"] = state.stage, state.row["region_code"]
            task["due_at"], task["provisional"] = moment(row["due"]), shown(row.get("provisional", False))
        person = shown(row.get("assignee"))
        person = state.persons.pop(row["id"], NULL) if person == NULL else person
        unit, due = shown(row.get("unit")), moment(row["due"])
        state.running[row["id"]] = Interval(str(row["agency"]), unit, person, due, at, seq)
        _see(state, row["agency"], "task", at)
    for row in rows:
        if "unit" in row:
            _see(state, row["unit"], "unit", at)


def _begun(state: State, row: dict[str, Any], at: str, seq: str) -> dict[str, str]:
    task = _NEW_TASK.copy()
    task["id"], task["kind"], task["agency_id"] = row["id"], row["kind"], str(row["agency"])
    task["roles"], task["stage"], task["region_code"] = _array(row["roles"]), state.stage, state.row["region_code"]
    task["opened_at"], task["opened_seq"] = at, seq
    task["due_at"], task["due_rule"] = moment(row["due"]), row["due_rule"]
    if len(row) > _PLAIN_TASK:
        task["unit_id"], task["assignee_id"] = shown(row.get("unit")), shown(row.get("assignee"))
        task["provisional"], task["returns"] = shown(row.get("provisional", False)), shown(row.get("returns", 0))
        task["accepted_at"] = moment(row["accepted_at"]) if "accepted_at" in row else NULL
        state.data[row["id"]] = row.get("data", {})
    return task


def _touch(state: State, rows: list[dict[str, Any]], at: str) -> None:
    for row in rows:
        task = state.tasks[row["id"]]
        for key, value in row.items():
            if key == "data":
                state.data[row["id"]] = {**state.data.get(row["id"], {}), **value}
            elif key in ("due_at", "accepted_at"):
                task[key] = moment(value) if value else NULL
            else:
                task[key] = shown(value)
        if task["unit_id"] != NULL:
            _see(state, int(task["unit_id"]), "unit", at)


def _pass_on(state: State, body: dict[str, Any], at: str, seq: str) -> None:
    """Another unit, person or deadline begins another interval, as `case_clock` says who the person is."""
    for row in body["touch"]:
        now = state.running.get(row["id"])
        if now is None:
            continue
        unit = shown(row["unit_id"]) if "unit_id" in row else now.unit
        due = (moment(row["due_at"]) if row["due_at"] else NULL) if "due_at" in row else now.due
        person = now.person
        if "assignee_id" in row:
            person = shown(row["assignee_id"])
        elif unit != now.unit:
            person = NULL
        elif person == NULL and row.get("accepted_at"):
            person = shown(body["actor"]["id"])
        if (unit, person, due) != (now.unit, now.person, now.due):
            how = now.state, now.reason
            _stop(state, row["id"], at)
            following = state.running[row["id"]] = Interval(now.agency, unit, person, due, at, seq)
            following.state, following.reason = how


def _turn(state: State, rows: list[dict[str, Any]], at: str, seq: str) -> None:
    """Clocks that stop or go on: the open interval ends and the next one begins, unless it began with this event."""
    for row in rows:
        now = state.running.get(row["task"])
        if now is None:
            continue
        if now.seq != seq:
            _stop(state, row["task"], at)
            now = state.running[row["task"]] = Interval(now.agency, now.unit, now.person, now.due, at, seq)
        now.state, now.reason = row["state"], shown(row["reason"])


def _stop(state: State, task_id: str, at: str) -> None:
    now = state.running.pop(task_id, None)
    if now is not None:
        state.clocks.append(f"{state.case_id}\t{task_id}\t{now.line()}\t{at}")
        if now.person != NULL:
            state.persons[task_id] = now.person


def _share(state: State, agency: int, relation: str, at: str) -> None:
    """Another relation than before begins no new time: what the agency saw, it goes on seeing."""
    since = state.seen_by[agency].rpartition("\t")[2] if agency in state.seen_by else at
    state.seen_by[agency] = f"{state.case_id}\t{agency}\t{relation}\t{since}"


def _see(state: State, agency: int, relation: str, at: str) -> None:
    if agency not in state.seen_by:
        state.seen_by[agency] = f"{state.case_id}\t{agency}\t{relation}\t{at}"


def _file(state: State, body: dict[str, Any], at: str, seq: str) -> None:
    """The document that was issued, and the files that the act named."""
    if "document" in body:
        names = ("id", "kind", "agency", "year", "serial", "number", "attachment", "sha256", "template")
        values = (shown(body["document"].get(name)) for name in (*names, "template_sha256"))
        state.documents.append("\t".join((state.case_id, *values, seq, at)))
    for row in body.get("files", ()):
        state.files[row["id"]] = row["sha256"]


def _array(codes: list[str]) -> str:
    return f"{{{','.join(codes)}}}"

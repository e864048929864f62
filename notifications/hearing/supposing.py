"""An act that nobody does, put to `cases.workflow.recording.messages`: every row that it could leave in the outbox.

What an act changes depends on what is decided in it, so each change that the table allows is supposed by itself: each
task it may open, each task it may end, each stage it may lead to. The rows, their topics, addressees and roles are made
by the code that makes them at work. Here stands only what an act may change, and a test compares that with what walks
through the whole workflow really leave. Nothing here reads the database.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any, Final, NamedTuple

from agencies.directory import Directory
from agencies.vocabulary import Kind
from cases.policy.cutting.zero_load import DRAWING
from cases.workflow.fields import Transition
from cases.workflow.recording.messages import messages, opened_messages
from cases.workflow.recording.senders import ENDS as ENDED_BY_LETTER
from cases.workflow.recording.senders import Doing
from cases.workflow.task_kinds import KINDS, STAGES
from cases.workflow.transitions import TRANSITIONS
from cases.workflow.view import Act, CaseView, TaskView

Row = dict[str, Any]

EXAMPLE: Final = "示例0000-0001"
# What the commission ends by a letter needs an act that began it.
SENT_BY_LETTER: Final = tuple(ENDED_BY_LETTER.values())
NOBODY: Final = 0  # who acts is not known; the page says that the person acting is told of nothing
_TASK: Final = "check_consumption"  # stands for all where it may be any
FINDINGS: Final = ("trace_subscriber", "check_consumption", "analyse_traffic", "inspect_site")
# Of a case that is led, these go to the commission that leads it; other kinds to the nearest agency of their sort.
_LEADS: Final = Kind.DEVELOPMENT_COMMISSION.value
# What a sign of the table stands for ("=ruling", "=disposal"), by act.
OPENS: Final[dict[str, tuple[str, ...]]] = {
    "decide_exclusion": ("triage", "follow_up"),
    "decide_determination": (
        *("determine", "sign_suspension_order", "plan_surcharge", "advise_owner", "review_monitoring", "follow_up"),
    ),
    "confirm_suspension": ("plan_surcharge", "determine", "close"),
    "confirm_restoration": ("close",),
    "decide_objection": ("determine", "restore_supply", "review_bill"),
    "decide_closure": ("close", "follow_up", "plan_surcharge"),
    "report_cessation": ("close", "end_surcharge"),
    "review_bill": ("issue_bill", "plan_surcharge", "close"),
    "receive_transfer": ("triage", "determine"),
    "rule_on_return": tuple(KINDS),
    # What was open in the merged case goes on: any task of the stages in which cases are merged.
    "undo_merge": (
        *("triage", "review_exclusion", "review_monitoring", "determine", "review_determination"),
        *("receive_transfer", "acknowledge_referral", "countersign_important_user", *FINDINGS),
    ),
}
# Tasks whose agency the act itself decides.
NAMES_AGENCY: Final = frozenset({"return_task", "rule_on_return", "receive_transfer"})
_SIGNS: Final = {"=finding": FINDINGS, "=last_finding": ("determine",)}


class Supposed(NamedTuple):
    """A row that the act could leave, and which change leaves it (`_changes`)."""

    row: Row
    change: str


def supposed(row: Transition, view: CaseView, agency_id: int, directory: Directory) -> list[Supposed]:
    """Every row that this act by somebody of this agency could leave for the case as it stands, each once."""
    found: dict[tuple[Any, ...], Supposed] = {}
    for change, members in _changes(row, view, agency_id, directory):
        doing = Doing(row.action.value, row.label, NOBODY, agency_id)
        for left in messages(doing.action, view, members, NOBODY, over=row.over, doing=doing):
            found.setdefault(key(left), Supposed(left, change))
    return list(found.values())


def supposed_opening(row: Transition, lead: int, number: str) -> list[Supposed]:
    """The same for the act that begins a case."""
    opened = [_opened(kind, lead) for kind in row.opens]
    left = opened_messages(row.action.value, number, opened, NOBODY, row.to_stages[0])
    return [Supposed(each, "opens") for each in left]


def key(row: Row) -> tuple[Any, ...]:
    """What tells two rows of one act apart: topic, agency, kind of task, and to whom there."""
    payload = row["payload"]
    return row["topic"], row["agency"], payload.get("kind"), payload.get("assignee"), tuple(payload["roles"])


def _changes(
    row: Transition, view: CaseView, agency_id: int, directory: Directory
) -> Iterator[tuple[str, dict[str, Any]]]:
    stages = _stages(row, view)
    for kind in kinds_opened(row):
        named = row.action.value in NAMES_AGENCY
        for agency in [None] if named else _addressees(kind, view, directory):
            yield "opens", {"to": view.stage, "open": [_opened(kind, agency)]}
    own = [task for task in view.tasks if agency_id in (task.agency_id, task.unit_id)]
    done = list(_ended(row, view, own))
    for task in done:
        state = "returned" if row.action == "return_task" else "done"
        yield "ends", {"to": view.stage, "close": [{"id": task.id, "state": state}]}
    for task in view.tasks:
        yield from _moved(row, view, task, own=task in own)
        # One task is done by the act; of several that it could do, the others may be called off.
        if task in done and (len(done) == 1 or view.number == EXAMPLE):
            continue
        if task.kind in ENDS.get(row.action.value, ()) or any(not KINDS[task.kind].survives(to) for to in stages):
            yield "ends", {"to": view.stage, "close": [{"id": task.id, "state": "cancelled"}]}
    for to in (*stages, view.stage):
        yield "leads", {"to": to}
    if row.action == "attach_document":
        yield "draws", _drawn(view, directory)


def kinds_opened(row: Transition) -> tuple[str, ...]:
    """The kinds of task that an act may open, as the table says or as its sign means."""
    named = [kind for word in row.opens for kind in _SIGNS.get(word, (word,)) if kind in KINDS]
    return tuple(dict.fromkeys((*named, *OPENS.get(row.action.value, ()))))


# What an effect ends beside what its row completes.
ENDS: Final[dict[str, frozenset[str]]] = {
    "propose_surcharge": frozenset({"close"}),
    "propose_closure": frozenset({"close", "plan_surcharge"}),
    "end_surcharge": frozenset({"plan_surcharge", "issue_bill"}),
    "decide_objection": frozenset({"review_bill", "issue_bill"}),
    "adjust_bill": frozenset({"review_bill"}),
}
# Acts that move the dates of tasks other than the one they complete, and those that stop or start their clocks.
MOVES: Final = frozenset({"decide_extension", "answer_assistance", "lift_stay", "decide_objection", "rule_on_return"})
HOLDS: Final = {"stay_execution": ("stay",), "lift_stay": ("stay_lifted",), "decide_objection": ("stay",)}


def _ended(row: Transition, view: CaseView, own: Iterable[TaskView]) -> Iterator[TaskView]:
    for word in row.completes:
        if word == "=task":
            yield from own
        else:
            yield from view.tasks_of(*_SIGNS.get(word, (word,)))


def _moved(row: Transition, view: CaseView, task: TaskView, *, own: bool) -> Iterator[tuple[str, dict[str, Any]]]:
    if row.action == "accept_task" and own:
        yield "ends", {"to": view.stage, "touch": [{"id": task.id, "accepted_at": ""}]}
    if row.action == "assign_task" and own:
        yield "moves", {"to": view.stage, "touch": [{"id": task.id, "assignee_id": task.assignee_id}]}
    if row.action.value in MOVES:
        yield "moves", {"to": view.stage, "touch": [{"id": task.id, "due_at": ""}]}
    for reason in HOLDS.get(row.action.value, ()):
        if KINDS[task.kind].adverse:
            yield "holds", {"to": view.stage, "clock": [{"task": task.id, "state": "", "reason": reason}]}


def _stages(row: Transition, view: CaseView) -> list[str]:
    return [to for to in row.to_stages if to in STAGES and to != view.stage]


def _addressees(kind: str, view: CaseView, directory: Directory) -> list[int | None]:
    """To whom such a task would go: whom the act names is not known before (None)."""
    addressee = KINDS[kind].addressee
    if addressee == _LEADS:
        return [view.lead_agency_id]
    found = directory.addressee(addressee, view.region_code)
    return [found.id if found else None]


def _opened(kind: str, agency: int | None) -> Row:
    return {"id": "", "kind": kind, "agency": agency, "roles": list(KINDS[kind].roles), "due": None}


def _drawn(view: CaseView, directory: Directory) -> dict[str, Any]:
    """A reading after a cut that shows a supply still drawn."""
    cut = view.facts.get("suspension") or {}
    grid = directory.addressee(Kind.GRID_COMPANY.value, view.region_code)
    reading = {"state": DRAWING, "agency": grid.id if grid else None}
    return {"to": view.stage, "set": {"suspension": {**cut, "zero_load": [*(cut.get("zero_load") or ()), reading]}}}


def example(row: Transition, lead: int, region: str, directory: Directory, now: datetime) -> CaseView:
    """A case of nobody, in which every task that the act may end is open, once from each agency that sends it."""
    blank = CaseView(
        id="", number=EXAMPLE, title="", stage=_stage(row), version=1, region_code=region, level="normal",
        source="telecom", outcome=None, review_on=None, merged_into=None, lead_agency_id=lead,
        facts={"suspension": {"power": "off"}}, tasks=(), acts=(), opened_at=now, stage_since=now,
    )  # fmt: skip
    began = {act: directory.addressee(TRANSITIONS[act].agency[0], region) for act, _ in SENT_BY_LETTER}
    acts = [Act(seq, act, None, ref.id, now) for seq, (act, ref) in enumerate(began.items(), 1) if ref is not None]
    tasks = []
    for kind in dict.fromkeys(_owed(row)):
        holder = _addressees(kind, blank, directory)[0]
        for sender in _senders(kind, blank, directory):
            acts.append(Act(len(acts) + 1, "", None, sender, now))
            task = TaskView(
                id=f"{kind}/{sender}", kind=kind, agency_id=holder or NOBODY, unit_id=None, roles=KINDS[kind].roles,
                assignee_id=None, opened_at=now, due_at=None, provisional=False, accepted_at=None, returns=0, data={},
                due_rule="", opened_seq=len(acts),
            )  # fmt: skip
            tasks.append(task)
    return replace(blank, tasks=tuple(tasks), acts=tuple(acts))


def _senders(kind: str, blank: CaseView, directory: Directory) -> list[int]:
    """The agencies whose acts open tasks of this kind, each once."""
    found: list[int] = []
    for row in TRANSITIONS.values():
        if kind in kinds_opened(row):
            for word in row.agency:
                ref = directory.addressee(KINDS[_TASK].addressee if word == "=task" else word, blank.region_code)
                found.append(ref.id if ref is not None and word != _LEADS else blank.lead_agency_id)
    return list(dict.fromkeys(found)) or [blank.lead_agency_id]


def doers(row: Transition, view: CaseView, directory: Directory) -> list[int]:
    """The agencies that could do it: those of the table for this case, or those that owe the task it works on."""
    found: list[int] = []
    for word in row.agency:
        if word == "=task":
            found += [task.unit_id or task.agency_id for task in view.tasks]
        elif word in ("any_participant", _LEADS):
            found.append(view.lead_agency_id)
        elif word == Kind.PARTNER:
            found += [task.agency_id for task in view.tasks if KINDS[task.kind].addressee == "named"]
        elif (ref := directory.addressee(word, view.region_code)) is not None:
            found.append(ref.id)
    return list(dict.fromkeys(found))


def _owed(row: Transition) -> Iterator[str]:
    """The kinds of task that an act may end or touch; one stands for all where it may be any."""
    for word in row.completes:
        yield from (kind for kind in _SIGNS.get(word, (word,)) if kind in KINDS)
    yield from ENDS.get(row.action.value, ())
    # An act that leaves the stage calls off whatever is open there.
    leaves = row.from_stages != ("-",) and any(to in STAGES for to in row.to_stages)
    if leaves or "=task" in (*row.completes, *row.agency) or row.action.value in (*MOVES, "rule_on_return"):
        yield _TASK
    if row.action.value in HOLDS:
        yield "execute_suspension"


def _stage(row: Transition) -> str:
    return next((stage for stage in row.from_stages if stage in STAGES), "verification")

"""Who hears how it went on, without having to do anything: whoever sent the work, and whoever leads the case.

1. A hand-off to another agency is acknowledged, returned, refused or done: the person whose act had sent it. An answer
   to a question is told already (`messages`), as is work that the sender's own agency called off.
2. Another agency moves the case to another stage, cuts or restores the supply, or has sampled the case: the commission
   that leads it, there the person who was last at work on it. Where the act gives the commission a task, that tells it.
3. The commission ends what another agency carries out by letter, and no task says so: that agency has to stop.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from cases.workflow.task_kinds import KINDS
from cases.workflow.view import Act, CaseView, TaskView, Text

Row = dict[str, Any]

RECEIVED: Final = "case.received"
RETURNED: Final = "case.returned"
DONE: Final = "case.done"
ACTED: Final = "case.acted"
ENDED: Final = "task.ended"
# Told to the commission in charge although the case stays in its stage.
TOLD_TO_LEAD: Final = frozenset(
    {"execute_suspension", "order_restoration", "restore_supply", "confirm_restoration", "sample_case"}
)
# What the act ends, as the act with which the other agency had taken it on; and the roles that carry it out there.
ENDS: Final = {"end_surcharge": ("acknowledge_surcharge", ("billing", "reviewer"))}


# What these complete was not done by the other agency: it sends it back.
REFUSES: Final = frozenset({"refuse_suspension", "refuse_surcharge", "report_infeasible", "report_failed_service"})


class Doing(NamedTuple):
    """An act as it is told: its name, the person and the agency for which it was done."""

    action: str
    label: Text
    user_id: int
    agency_id: int


def followed(doing: Doing, view: CaseView, members: Mapping[str, Any], rows: Sequence[Row]) -> list[Row]:
    """The rows of these rules; `rows` are those that the act leaves for other reasons."""
    return [*_to_senders(doing, view, members), *_to_lead(doing, view, members, rows), *_to_stop(doing, view, rows)]


def _to_senders(doing: Doing, view: CaseView, members: Mapping[str, Any]) -> Iterator[Row]:
    for topic, task in _gone_on(doing.action, view, members):
        sent = next((act for act in view.acts if act.seq == task.opened_seq), None)
        if sent is None or sent.agency_id in (None, task.agency_id, task.unit_id, doing.agency_id):
            continue  # the system's, or no hand-off from one agency to another
        label = KINDS[task.kind].label
        about = {"task": task.id, "kind": task.kind, "label_zh": label.zh, "label_en": label.en}
        yield _row(topic, sent, {**_about(doing, view, members), **about})


def _gone_on(action: str, view: CaseView, members: Mapping[str, Any]) -> Iterator[tuple[str, TaskView]]:
    for row in members.get("touch", ()):
        if "accepted_at" in row and (task := view.task(row["id"])) is not None:
            yield RECEIVED, task
    for row in members.get("close", ()):
        if (task := view.task(row["id"])) is None:
            continue
        if row["state"] == "returned":
            yield RETURNED, task
        elif row["state"] == "done" and not KINDS[task.kind].answers:
            yield RETURNED if action in REFUSES else DONE, task


def _to_lead(doing: Doing, view: CaseView, members: Mapping[str, Any], rows: Sequence[Row]) -> Iterator[Row]:
    lead = view.lead_agency_id
    moved = members["to"] != view.stage or doing.action in TOLD_TO_LEAD
    if not moved or doing.agency_id == lead or any(row["agency"] == lead for row in rows):
        return
    last = next((act for act in reversed(view.acts) if act.agency_id == lead), None)
    about = {**_about(doing, view, members), "label_zh": doing.label.zh, "label_en": doing.label.en}
    if last is None:
        yield {"topic": ACTED, "agency": lead, "payload": {**about, "roles": ["handler"]}}
    else:
        yield _row(ACTED, last, about)


def _to_stop(doing: Doing, view: CaseView, rows: Sequence[Row]) -> Iterator[Row]:
    began, roles = ENDS.get(doing.action, ("", ()))
    act = view.last(began) if began else None
    if act is None or act.agency_id is None or any(row["agency"] == act.agency_id for row in rows):
        return
    about = {"number": view.number, "stage": view.stage, "action": doing.action, "by": doing.user_id}
    yield {"topic": ENDED, "agency": act.agency_id, "payload": {**about, "roles": list(roles)}}


def _about(doing: Doing, view: CaseView, members: Mapping[str, Any]) -> Row:
    return {"number": view.number, "stage": members["to"], "action": doing.action, "by": doing.user_id}


def _row(topic: str, to: Act, payload: Row) -> Row:
    """To the person of an act while they work there, else to the agency's reviewers (`notifications.recipients`)."""
    return {"topic": topic, "agency": to.agency_id, "payload": {**payload, "roles": [], "assignee": to.user_id}}

"""Who has to be told of an act, as outbox rows.

1. A task begins, changes hands or gets another date: whoever can do it now.
2. A task is called off, or stands still under a stay: whoever was about to do it. A crew on its way must hear of it.
3. A question or a proposal has its answer: whoever asked.
4. A reading after a cut shows that the supply is still drawn: the commission in charge and the grid company.
5. How it went on: whoever sent the work, and whoever leads the case (`senders`).

Numbers, stages and dates only: a message never carries personal data.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from cases.policy.cutting.zero_load import DRAWING
from cases.workflow.recording.plain import plain
from cases.workflow.recording.senders import Doing, followed
from cases.workflow.task_kinds import KINDS
from cases.workflow.view import CaseView, TaskView

Row = dict[str, Any]
# What these complete was not done: whoever was about to go hears that it is called off.
_NOBODY_DID = frozenset({"lapse_notice"})
_STAY = {"stay": "task.paused", "stay_lifted": "task.resumed"}


def opened_messages(action: str, number: str, opened: list[Row], user_id: int, to: str) -> list[Row]:
    """The rows of the tasks that an act opens."""
    return [
        _row(
            "task.opened",
            task.get("unit") or task["agency"],
            {
                **_about(action, number, task["id"], task["kind"], user_id, to),
                "roles": task["roles"],
                "due_at": task["due"],
                **({"assignee": task["assignee"]} if "assignee" in task else {}),
            },
        )
        for task in opened
    ]


def messages(
    action: str,
    view: CaseView,
    members: Mapping[str, Any],
    user_id: int,
    *,
    over: bool = False,
    doing: Doing | None = None,
) -> list[Row]:
    """The rows of an act on an existing case, from the members of its event.

    `over`: the act ends a task that another agency may owe (a withdrawal, a waiver); `doing`: who did it for which
    agency, of an act of the table.
    """
    to = members["to"]
    rows = opened_messages(action, view.number, members.get("open", []), user_id, to)
    for topic, task_id, changes in _changed(members, over=over or action in _NOBODY_DID):
        if (task := view.task(task_id)) is not None:
            about = _about(action, view.number, task_id, task.kind, user_id, to)
            rows.append(_held(topic, task, changes, about))
    for closed in members.get("close", ()):
        task = view.task(closed["id"])
        if task is not None and closed["state"] == "done" and KINDS[task.kind].answers:
            rows += _answered(view, task, _about(action, view.number, task.id, task.kind, user_id, to))
    rows += _still_drawing(action, view, members, user_id)
    return [*rows, *(followed(doing, view, members, rows) if doing is not None else ())]


def _still_drawing(action: str, view: CaseView, members: Mapping[str, Any], user_id: int) -> list[Row]:
    """Of the comparison that this act made, while the supply is off: whoever urges, and whoever goes there."""
    cut = members.get("set", {}).get("suspension") or {}
    before = len((view.facts.get("suspension") or {}).get("zero_load") or ())
    made = (cut.get("zero_load") or ())[before:]
    if not made or made[-1]["state"] != DRAWING or cut.get("power") != "off":
        return []
    about = {"number": view.number, "stage": members["to"], "action": action, "by": user_id}
    commission = _row("case.still_drawing", view.lead_agency_id, {**about, "roles": ["handler"]})
    return [commission, _row("case.still_drawing", made[-1]["agency"], {**about, "roles": ["field_crew", "reviewer"]})]


def _changed(members: Mapping[str, Any], *, over: bool) -> Iterator[tuple[str, str, Row]]:
    """Topic, task and what changed about it, for tasks that somebody already has."""
    moved = {row["id"] for row in members.get("touch", ()) if "due_at" in row}
    for row in members.get("touch", ()):
        if "due_at" in row:
            yield "task.due_changed", row["id"], row
        elif {"unit_id", "assignee_id"} & row.keys():
            yield "task.assigned", row["id"], row
    for row in members.get("close", ()):
        if row["state"] == "cancelled" or over:
            yield "task.cancelled", row["id"], {}
    for row in members.get("clock", ()):
        # The new date says the same as "goes on".
        if row["reason"] in _STAY and row["task"] not in moved:
            yield _STAY[row["reason"]], row["task"], {}


def _held(topic: str, task: TaskView, changes: Row, about: Row) -> Row:
    """To whoever has the task, after these changes."""
    due = changes.get("due_at") or plain(task.due_at)
    assignee = changes.get("assignee_id", task.assignee_id)
    payload = {**about, "roles": list(task.roles), "due_at": due, **({"assignee": assignee} if assignee else {})}
    return _row(topic, changes.get("unit_id") or task.unit_id or task.agency_id, payload)


def _answered(view: CaseView, task: TaskView, about: Row) -> list[Row]:
    """To whoever asked: the person whose act opened the task, else the agency that stands in it."""
    seq = task.data.get("referral", task.opened_seq)
    act = next((act for act in view.acts if act.seq == seq), None)
    if act is None or act.agency_id is None:
        return []  # the system asked
    if act.action == "rule_on_return":
        asker = task.data.get("by_agency") or task.data.get("asked_by")
        return [_row("task.answered", asker, {**about, "roles": []})] if asker else []
    return [_row("task.answered", act.agency_id, {**about, "roles": [], "assignee": act.user_id})]


def _about(action: str, number: str, task_id: str, kind: str, user_id: int, to: str) -> Row:
    label = KINDS[kind].label
    return {
        "number": number,
        "task": task_id,
        "kind": kind,
        "label_zh": label.zh,
        "label_en": label.en,
        "stage": to,
        "action": action,
        "by": user_id,
    }


def _row(topic: str, agency_id: int, payload: Row) -> Row:
    return {"topic": topic, "agency": agency_id, "payload": payload}

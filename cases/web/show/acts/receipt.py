"""The receipt of an act: its number and place in the trail, what it led to, whose turn it is, and what comes next."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from agencies.actors import Actor
from cases.selectors.paging import Row
from cases.selectors.tasks import next_task
from cases.selectors.timeline import NEWEST_FIRST, timeline
from cases.web.show import case as case_page
from cases.web.show import tasks, words
from cases.workflow.engine import Result
from cases.workflow.task_kinds import KINDS
from cases.workflow.telling import label_of
from cases.workflow.transitions import TRANSITIONS


def event_of(actor: Actor, case: Row, seq: int) -> Row | None:
    """This event of the case as the person reads it; None where there is none for them."""
    if not 0 < seq <= case["version"]:
        return None
    history = timeline(
        actor, case["id"], size=1, newest_first=True, cursor=NEWEST_FIRST.encode({"seq": seq + 1}, backward=False)
    )
    found = history.rows[0] if history and history.rows else None
    return found if found and found["seq"] == seq else None


def number_of(case: Row, row: Row) -> str:
    """The number of a receipt: the case and the place in its record, which no other act has."""
    return f"{case['number']}-{row['seq']:04d}"


def build(actor: Actor, case: Row, row: Row, now: datetime) -> dict[str, Any]:
    """Everything on the receipt of this event."""
    moved = row["to_stage"] is not None and row["to_stage"] != row["from_stage"]
    region = case["region"]["code"]
    left = next((task["id"] for task in row["closed"]), None)
    own = row["actor"] is not None and row["actor"]["id"] == actor.user_id
    barred = for_another(row["action"], row["opened"]) if own else []
    return {
        "case": case_page.heading(case),
        "back": reverse("web:case", args=[case["number"]]),
        "receipt": {
            "number": number_of(case, row),
            "label": label_of(row["action"]),
            "at": row["at"],
            "who": words.who(row),
            "agency_id": row["agency"]["id"] if row["agency"] else None,
            "document": row["document"],
            "seq": row["seq"],
            "event_id": row["event_id"],
            "leaf": row["leaf"],
            "stage": row["to_stage"] if moved else "",
        },
        "follows": [_follows(task, now) for task in row["opened"]],
        "tasks": [case_page.task_row(task, now, region) for task in case["tasks"]],
        "second": _second(case, row) if own else None,
        "next": next_of(actor, left, now, barred=barred),
    }


def _follows(task: Row, now: datetime) -> dict[str, Any]:
    due = datetime.fromisoformat(task["due_at"]) if task["due_at"] else None
    return {
        "agency_id": task["agency"]["id"] if task["agency"] else None,
        "agency": task["agency"]["short_name"] if task["agency"] else "",
        "label": KINDS[task["kind"]].label,
        "due": f"{timezone.localtime(due):%m-%d %H:%M}" if due else "",
    }


def _second(case: Row, row: Row) -> dict[str, Any] | None:
    """The act that waits for a second person because of this one."""
    waiting = {task["kind"] for task in case["tasks"]}
    for transition in TRANSITIONS.values():
        if row["action"] in transition.must_differ_from and waiting & set(transition.completes):
            href = reverse("web:second", args=[case["number"], transition.action.value])
            return {"label": transition.label, "href": href}
    return None


def next_of(actor: Actor, left: str | None, now: datetime, *, barred: Collection[str] = ()) -> dict[str, Any] | None:
    """What this person does next, by the order of the workbench, with where its button leads.

    `left`: the task just done; `barred`: those that this very act has opened for another person.
    """
    after, seen = left, set()
    while (task := next_task(actor, now=now, after=after)) is not None and task["id"] in barred:
        if task["id"] in seen:
            return None  # nothing else is left, round and round
        seen.add(task["id"])
        after = task["id"]
    if task is None:
        return None
    row = tasks.shown(actor, task)
    return {
        "number": row["number"],
        "title": row["title"],
        "label": row["kind_label"],
        "href": row["act"]["href"],
        "due_at": task["due_at"],
        "region_code": row["region_code"],
        "provisional": task["provisional"],
    }


def for_another(action: str, opened: Iterable[Row]) -> list[str]:
    """Of the tasks that an act opened, those whose own act takes another person."""
    acts = TRANSITIONS.values()
    kinds = {kind for act in acts if action in act.must_differ_from for kind in act.completes}
    return [task["id"] for task in opened if task["kind"] in kinds]


def links(actor: Actor, result: Result, *, now: datetime) -> list[tuple[str, str]]:
    """Links of the message after an act: its receipt, and what comes next."""
    left = next((task["id"] for task in result.closed), None)
    found = next_of(actor, left, now, barred=for_another(result.action, result.opened))
    shown = [(gettext("查看回执"), reverse("web:act_receipt", args=[result.number, result.version]))]
    return [*shown, (gettext("办理下一件"), found["href"])] if found else shown

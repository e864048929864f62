"""A task as the workbench shows it: what it is called, and which act of the table it waits for."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from agencies.actors import Actor
from agencies.vocabulary import Role
from audit.ids import new_id
from cases.selectors.paging import Row
from cases.selectors.tasks import TaskFilter
from cases.workflow.task_kinds import KINDS
from cases.workflow.transitions import TRANSITIONS

# The spans of `spans`, in their order.
DUE = ("overdue", "today", "week", "later", "paused")
RECEIPT = ("accept_task", "return_task")
# What a crew does at the meter, step by step.
ON_SITE = ("execute_suspension", "confirm_suspension")


def completing(kind: str) -> list[str]:
    """The acts of the table that complete a task of this kind, in the order of the table."""
    return [t.action.value for t in TRANSITIONS.values() if kind in t.completes]


def cuts(now: datetime) -> tuple[datetime, datetime]:
    """The end of today and the end of this week (Sunday midnight), local time."""
    midnight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight + timedelta(days=1), midnight + timedelta(days=7 - midnight.weekday())


def spans(now: datetime) -> dict[str, TaskFilter]:
    """Overdue, due today, due this week (today included), later; and what is due at no day yet."""
    today_end, week_end = cuts(now)
    return {
        "overdue": TaskFilter(due_before=now, paused=False),
        "today": TaskFilter(due_from=now, due_before=today_end, paused=False),
        "week": TaskFilter(due_from=now, due_before=week_end, paused=False),
        "later": TaskFilter(due_from=week_end, paused=False),
        "paused": TaskFilter(paused=True),
    }


def shown(actor: Actor, task: Row, senders: dict[str, int | None] | None = None) -> dict[str, Any]:
    """One row of the workbench from a row of `list_tasks`."""
    number = task["case"]["number"]
    return {
        **task,
        "number": number,
        "title": task["case"]["title"],
        "version": task["case"]["version"],
        "priority": task["case"]["level"] == "priority",
        "region_code": task["region"]["code"],
        "kind_label": KINDS[task["kind"]].label,
        "assignee": task["assignee"]["name"] if task["assignee"] else "",
        "stood_for": bool(task["assignee"]) and task["assignee"]["id"] in actor.stood_for,
        "from_agency_id": (senders or {}).get(task["id"]),
        "act": _act(actor, task, number),
        "receipt": _receipt(actor, task, number),
    }


# Which of several acts is the ordinary one for a kind of task; a kind whose act has its name needs no line.
ORDINARY = {
    "triage": "dispatch_verification",
    "review_monitoring": "dispatch_verification",
    "determine": "propose_determination",
    "plan_surcharge": "propose_surcharge",
    "close": "propose_closure",
}


def ordinary(kind: str) -> str:
    """The act that a task of this kind ordinarily waits for; empty where no act of the table completes it."""
    acts = completing(kind)
    return ORDINARY.get(kind) or (kind if kind in acts else acts[0] if acts else "")


def is_for(actor: Actor, task: Row) -> bool:
    """Whether one of this person's roles in the agency, or in the unit it was given to, can do the task."""
    owner, unit = task["agency"]["id"], task["unit"]["id"] if task["unit"] else None
    wanted = set(task["roles"])
    return any(
        post.roles & wanted and (post.agency_id == unit if post.is_unit else post.agency_id == owner)
        for post in actor.posts
    )


def at_the_meter(actor: Actor, kind: str) -> bool:
    """Whether this person does it on site, step by step on a telephone."""
    return kind in ON_SITE and any(Role.FIELD_CREW in post.roles for post in actor.posts)


def _act(actor: Actor, task: Row, number: str) -> dict[str, Any]:
    """The button of a row: straight to the act where only one completes the task, else to the case."""
    if not is_for(actor, task):
        return {"mine": False, "label": gettext("查看"), "href": reverse("web:case", args=[number])}
    if at_the_meter(actor, task["kind"]):
        return {"mine": True, "label": gettext("办理"), "href": reverse("web:suspension", args=[number])}
    if len(completing(task["kind"])) == 1:
        return {"mine": True, "label": gettext("办理"), "href": _to(number, ordinary(task["kind"]), task["id"])}
    return {"mine": True, "label": gettext("办理"), "href": reverse("web:case", args=[number]) + "#h-act"}


def _receipt(actor: Actor, task: Row, number: str) -> list[dict[str, Any]]:
    if task["accepted_at"] is not None or not is_for(actor, task):
        return []
    return [
        {
            "label": TRANSITIONS[action].label,
            "href": _to(number, action, task["id"]),
            # An act without a question to answer is done at once; the others have a page of their own.
            "immediate": all(field.kind == "task" for field in TRANSITIONS[action].inputs),
            "key": str(new_id()),
        }
        for action in RECEIPT
    ]


def _to(number: str, action: str, task_id: str) -> str:
    return f"{reverse('web:action', args=[number, action])}?{urlencode({'task': task_id})}"

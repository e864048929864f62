"""What is answered to an act: the receipt, and who has to do what by when. A repeated request gets the same bytes."""

from __future__ import annotations

from typing import Any

from agencies.directory import Directory, held_directory
from cases.api.base import say
from cases.selectors import refs
from cases.workflow.engine import Result
from cases.workflow.task_kinds import KINDS


def done(result: Result) -> dict[str, Any]:
    """The result with agencies by name and code; the database keeps answers without an order of their members."""
    directory = held_directory()
    return {
        **result.as_dict(),
        "opened": [_handed_on(task, directory) for task in result.opened],
        "closed": [{"id": task["id"], "state": task["state"]} for task in result.closed],
    }


def _handed_on(task: dict[str, Any], directory: Directory) -> dict[str, Any]:
    return {
        "id": task["id"],
        "kind": task["kind"],
        "label": say(KINDS[task["kind"]].label),
        "agency": refs.agency(directory, task["agency"]),
        "unit": refs.agency(directory, task.get("unit")),
        "roles": task["roles"],
        "due_at": task["due"],
        "due_rule": task["due_rule"],
        "provisional": task.get("provisional", False),
    }

"""Who has to be told of an act: one outbox row for each task that begins, changes hands or gets another date.

Numbers, stages and dates only: a message never carries personal data.
"""

from __future__ import annotations

from typing import Any

from cases.workflow.recording.plain import plain
from cases.workflow.task_kinds import KINDS
from cases.workflow.view import CaseView, Outcome


def opened_messages(
    action: str, number: str, opened: list[dict[str, Any]], user_id: int, to: str
) -> list[dict[str, Any]]:
    rows = []
    for task in opened:
        label = KINDS[task["kind"]].label
        rows.append(
            {
                "topic": "task.opened",
                "agency": task.get("unit") or task["agency"],
                "payload": {
                    "number": number,
                    "task": task["id"],
                    "kind": task["kind"],
                    "roles": task["roles"],
                    "label_zh": label.zh,
                    "label_en": label.en,
                    "stage": to,
                    "due_at": task["due"],
                    "action": action,
                    "by": user_id,
                    **({"assignee": task["assignee"]} if "assignee" in task else {}),
                },
            }
        )
    return rows


def messages(
    action: str, view: CaseView, opened: list[dict[str, Any]], outcome: Outcome, user_id: int, to: str
) -> list[dict[str, Any]]:
    rows = opened_messages(action, view.number, opened, user_id, to)
    for task_id, changes in outcome.touch.items():
        task = view.task(task_id)
        topic = "task.assigned" if {"unit_id", "assignee_id"} & changes.keys() else ""
        topic = "task.due_changed" if "due_at" in changes else topic
        if task is None or not topic:
            continue
        label = KINDS[task.kind].label
        payload = {
            "number": view.number,
            "task": task_id,
            "kind": task.kind,
            "roles": list(task.roles),
            "label_zh": label.zh,
            "label_en": label.en,
            "stage": to,
            "due_at": plain(changes.get("due_at", task.due_at)),
            "action": action,
            "by": user_id,
        }
        assignee = changes.get("assignee_id", task.assignee_id)
        if assignee:
            payload["assignee"] = assignee
        rows.append({"topic": topic, "agency": changes.get("unit_id") or task.agency_id, "payload": payload})
    return rows

"""What a message says, made when it is read, in the language of the reader."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils import timezone

from agencies.vocabulary import Label


def wording(topic: str, payload: Mapping[str, Any]) -> Label:
    """One line: which case, what has to be done, by when."""
    number = str(payload.get("number", ""))
    task = Label(str(payload.get("label_zh", "")), str(payload.get("label_en", "")))
    if count := payload.get("count"):
        return Label(f"{count} 件新待办：{task.zh}", f"{count} new tasks: {task.en}")
    due = _due(payload.get("due_at"))
    if topic == "task.opened":
        return Label(f"{number} 待办：{task.zh}{_by_zh(due)}", f"{number} to do: {task.en}{_by_en(due)}")
    if topic == "task.assigned":
        return Label(f"{number} 已分派：{task.zh}{_by_zh(due)}", f"{number} assigned: {task.en}{_by_en(due)}")
    if topic == "task.due_changed":
        return Label(f"{number} 期限已改：{task.zh}{_by_zh(due)}", f"{number} new deadline: {task.en}{_by_en(due)}")
    return Label(
        f"{number} 有新进展{f'：{task.zh}' if task.zh else ''}",
        f"{number} has moved on{f': {task.en}' if task.en else ''}",
    )


def _due(at: object) -> str:
    return f"{timezone.localtime(datetime.fromisoformat(at)):%m-%d %H:%M}" if isinstance(at, str) and at else ""


def _by_zh(due: str) -> str:
    return f"，{due} 前" if due else ""


def _by_en(due: str) -> str:
    return f", by {due}" if due else ""

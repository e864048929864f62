"""The steps of a deadline as the pages say them: 已催办, 已督办, 已通报, and when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from agencies.actors import Actor
from agencies.vocabulary import Label
from cases.selectors.overdue.steps import fired
from cases.web.show.due import when_words

FIRED: Final = {
    "overdue": Label("已催办", "Reviewers reminded"),
    "pressed": Label("已督办", "With the commission"),
    "reported": Label("已通报", "With the supervision"),
}
NAMES: Final = {
    "tomorrow": Label("到期前提醒", "Reminder before"),
    "today": Label("到期日提醒", "Reminder on the day"),
    "overdue": Label("催办", "Reviewers"),
    "pressed": Label("督办", "Commission"),
    "reported": Label("通报", "Supervision"),
}
LATE: Final = Label("迟发", "late")


def with_steps(actor: Actor, tasks: Sequence[dict[str, Any]]) -> None:
    """Give each open task of a case the steps that its deadline has taken."""
    told = fired(actor, [task["id"] for task in tasks])
    for task in tasks:
        task["steps"] = tags(told.get(task["id"], []))


def tags(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The tags of one task; reminders are between the product and the holder."""
    return [
        {"text": FIRED[row["step"]], "at": when_words(row["fired_at"]), "late": LATE if row["late"] else None}
        for row in rows
        if row["step"] in FIRED
    ]

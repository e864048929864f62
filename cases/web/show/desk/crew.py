"""The workbench of a crew: the next thing to do first and large, each with its time, place and one button."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django.urls import reverse

from agencies.actors import Actor
from agencies.vocabulary import Label, Role
from cases.selectors.desk.lines import windows
from cases.web.show.desk import officer

# The five steps at the meter stand on pages of their own.
AT_THE_METER: Final = frozenset({"execute_suspension"})
WORDS: Final = {
    "title": Label("现场任务", "Work on site"),
    "first": Label("下一件", "Next"),
    "rest": Label("其余任务", "The others"),
    "none": Label("没有需要到现场办理的任务", "Nothing to do on site"),
    "none_text": Label("有新任务时，消息里会有提醒", "A message tells you of new work"),
    "go": Label("开始办理", "Begin"),
    "window": Label("可停电时间", "May be cut from"),
    "second": Label("监护人确认", "Second person's code"),
    "second_text": Label(
        "操作人给了你六位验证码时，从这里进入", "Enter here with the six digits the first person gave you"
    ),
    "all": Label("查看全部任务", "All tasks"),
}


def is_crew(actor: Actor) -> bool:
    """Whether this person works on site and nowhere else."""
    roles = {role for post in actor.posts for role in post.roles}
    return roles == {Role.FIELD_CREW.value}


def desk(actor: Actor, params: Mapping[str, str], now: datetime) -> dict[str, Any]:
    """The context of the page: the same figures and order as everybody's."""
    context = officer.desk(actor, params, now)
    rows = [{**row, "tone": group["tone"]} for group in context["groups"] for row in group["rows"]]
    opens = windows(actor, [row["id"] for row in rows])
    todo = [{**row, "opens": opens.get(row["id"]), "act": _act(row)} for row in rows]
    return {
        **context,
        "words": {**context["words"], **WORDS},
        "tiles": [tile for tile in context["tiles"] if tile["key"] != "out"],
        "first": todo[0] if todo else None,
        "rest": todo[1:],
    }


def _act(row: Mapping[str, Any]) -> dict[str, Any]:
    if row["act"]["mine"] and row["kind"] in AT_THE_METER:
        return {**row["act"], "href": reverse("web:suspension", args=[row["number"]])}
    return dict(row["act"])

"""What an event changed, in one line for the list and in full for its page."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext

from agencies.actors import Actor
from agencies.directory import held_directory
from agencies.selectors import display_names
from cases.selectors.pages import kinds_of
from cases.selectors.trail.contents import Content
from cases.web.show import words
from cases.web.show.changes import changes, moved_deadline, people_in
from cases.web.show.words import say
from cases.workflow.task_kinds import KINDS
from cases.workflow.view import Text

CLOSED: Final = {
    "done": Text("已完成", "Done"),
    "cancelled": Text("已取消", "Cancelled"),
    "returned": Text("已退回", "Returned"),
}
# A line of a list tells so many of the changes; the rest is counted.
TOLD: Final = 2
LONGEST: Final = 32
# The code of what another member names; and what somebody was given or lost.
CODES: Final = {"agency_code": "agency"}
CHIEF: Final = frozenset({"role", "roles", "last_day"})
MARK: Final = re.compile(r"[0-9a-f]{16,}|[0-9a-f]{8}…")


def lines(actor: Actor, content: Content, people: Mapping[int, str] | None = None) -> list[dict[str, Any]]:
    """Everything an event changed: members, deadlines, tasks opened and closed, the number drawn.

    Of one whose bytes were changed nothing is told in words: they are no longer what anybody did.
    """
    if not content.intact:
        return []
    return [*changes(actor, content.body, content.before, people), *_handed(actor, content)]


def summaries(actor: Actor, contents: Mapping[int, Content]) -> dict[int, str]:
    """What each of these events changed, in a line; a fixed number of statements for all."""
    named = {person for content in contents.values() for person in people_in(content.body, content.before)}
    people = display_names(actor, named)
    moved = {task["id"] for content in contents.values() for task in content.body.get("touch") or ()}
    kinds = kinds_of(actor, sorted(moved)) if moved else {}
    return {id_: _summary(actor, content, people, kinds) if content.intact else "" for id_, content in contents.items()}


def _summary(actor: Actor, content: Content, people: Mapping[int, str], kinds: Mapping[str, str]) -> str:
    found = [*_moved_dues(content, kinds), *changes(actor, content.body, content.before, people)]
    # Of a hash, or an id cut short, a line says nothing: these stand on the page of the event.
    found = [line for line in found if not MARK.fullmatch(line["value"])]
    # Nor of a code whose name stands beside it. First what had another value before, then what the event is about;
    # last what the reader may not see.
    members = {line.get("member", "") for line in found}
    found = [line for line in found if CODES.get(line.get("member", "")) not in members]
    found.sort(key=lambda line: (line.get("hidden", False), not line["old"], line.get("member") not in CHIEF))
    told = [_sentence(line) for line in found[:TOLD]]
    if stage := moved(content.body.get("from"), content.body.get("to")):
        told.insert(0, stage)
    if not told:
        told = [_opened(task) for task in (content.body.get("open") or ())[:TOLD]]
    if len(found) > TOLD:
        told.append(gettext("等 %(n)s 项") % {"n": len(found)})
    return words.clauses(told)


def _sentence(line: Mapping[str, Any]) -> str:
    value = gettext("按权限不显示") if line.get("hidden") else _short(line["value"])
    if line["old"] and not line.get("hidden"):
        value = gettext("%(old)s 改为 %(new)s") % {"old": _short(line["old"]), "new": value}
    return words.pair(line["name"], value)


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else text[:LONGEST] + "…"


def moved(old: str | None, new: str | None) -> str:
    """From which stage to which; empty where the case stays, and where there is no such stage."""
    if not new or old == new or new not in words.STAGES or (old and old not in words.STAGES):
        return ""
    return f"{say(words.STAGES[old].text) if old else gettext('新案')} → {say(words.STAGES[new].text)}"


def _handed(actor: Actor, content: Content) -> list[dict[str, Any]]:
    """The tasks that were opened, changed and closed, and the number that was drawn."""
    body = content.body
    found: list[dict[str, Any]] = [
        {"name": gettext("交办"), "value": _opened(task), "old": ""} for task in body.get("open", ())
    ]
    closed = {task["id"]: task["state"] for task in body.get("close", ())}
    touched = [task["id"] for task in body.get("touch", ())]
    kinds = kinds_of(actor, [*closed, *touched]) if closed or touched else {}
    found += _moved_dues(content, kinds)
    for task_id, state in closed.items():
        told = f"{_named(task_id, kinds)} {say(CLOSED.get(state, state))}"
        found.append({"name": gettext("关闭事项"), "value": told, "old": ""})
    if body.get("document"):
        found.append({"name": gettext("文号"), "value": body["document"].get("number", ""), "old": ""})
    return found


def _moved_dues(content: Content, kinds: Mapping[str, str]) -> list[dict[str, Any]]:
    """The deadlines that were moved, each with the one before."""
    return [
        moved_deadline(kinds.get(task["id"]), content.dues.get(task["id"], ""), task["due_at"])
        for task in content.body.get("touch") or ()
        if task.get("due_at") and task["due_at"] != content.dues.get(task["id"])
    ]


def _named(task_id: str, kinds: Mapping[str, str]) -> str:
    return say(KINDS[kinds[task_id]].label) if kinds.get(task_id) in KINDS else gettext("事项")


def _opened(task: Mapping[str, Any]) -> str:
    ref = held_directory().by_id.get(task.get("unit") or task["agency"])
    kind = KINDS.get(task["kind"])
    return f"{ref.short_name if ref else ''} {say(kind.label) if kind else task['kind']}"

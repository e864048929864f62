"""The third line of a row of the workbench: how things stand with the case, in a sentence, as far as it is read."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple

from agencies.vocabulary import Label
from cases.web.show.due import when_words
from cases.web.show.findings import AGAINST, AGENCIES, FOR, REPORTS
from cases.web.show.words import listed, say
from cases.workflow.forms import choices
from cases.workflow.task_kinds import FINDING_KINDS
from cases.workflow.transitions import TRANSITIONS

SUBJECTS: Final = dict(choices.SUBJECTS)
# Before the determination stands the question what was found.
_ASKS: Final = frozenset({"triage", "determine", "review_determination", "review_exclusion", "review_monitoring"})
_RESIDENT: Final = frozenset({"determine"})


class Said(NamedTuple):
    """A sentence, and the part of it that decides, which is set off."""

    text: str = ""
    strong: str = ""


def subject(state: Mapping[str, Any]) -> str:
    """The sort of user, where it is known."""
    label = SUBJECTS.get(state.get("subject") or "")
    return say(label) if label else ""


def findings(kind: str, state: Mapping[str, Any]) -> Said:
    """What was found so far and whether it agrees; nothing where nobody was asked yet."""
    results = {key: value for key, value in state.get("results", {}).items() if value and value != "waived"}
    waiting = [key for key in FINDING_KINDS if key in state.get("open", ())]
    if not results and not waiting:
        return Said()
    if waiting:
        return _awaited(results, waiting)
    sides = {key: _side(value) for key, value in results.items()}
    if {"for", "against"} <= set(sides.values()):
        told = [_told(key, results[key]) for key in REPORTS if sides.get(key) in ("for", "against")]
        return Said(listed(told), say(Label("意见不一致，需会商", "They disagree: consult")))
    supporting = sum(side == "for" for side in sides.values())
    n, of = supporting, len(results)
    said = Label(f"核查意见已齐：{n} / {of} 项指向“挖矿”", f"All findings are in: {n} of {of} point to mining")
    if state.get("subject") == "natural_person" and kind in _RESIDENT:
        return Said(say(said), say(Label("用电人为居民个人", "The user is a resident")))
    return Said(say(said))


def _awaited(results: Mapping[str, str], waiting: list[str]) -> Said:
    n, of = len(results), len(results) + len(waiting)
    names = listed(say(AGENCIES[key]) for key in waiting)
    text = Label(f"已反馈 {n} / {of} 项，待 {names}", f"{n} of {of} findings are in; awaited: {names}")
    return Said(say(text))


def _side(result: str) -> str:
    return "for" if result in FOR else "against" if result in AGAINST else ""


def _told(key: str, result: str) -> str:
    field = next(field for field in TRANSITIONS[REPORTS[key]].inputs if field.name == "result")
    who, quoted = say(AGENCIES[key]), say(dict(field.choices).get(result, result))
    return say(Label(f"{who}“{quoted}”", f"{who}: {quoted}"))


def line(task: Mapping[str, Any], state: Mapping[str, Any], sender: str) -> Said:
    """The sentence of a row. `sender`: the name of the agency that sent it, empty where it is the own one."""
    if task["returns"]:
        n = task["returns"]
        return Said(sent(task, sender), say(Label(f"已退回 {n} 次，重新办理", f"returned {n} times, to be done again")))
    if task["kind"] in _ASKS:
        found = findings(task["kind"], state)
        if found.text:
            return found
    return Said(sent(task, sender))


def sent(task: Mapping[str, Any], sender: str) -> str:
    """Who sent it and when."""
    at = task["opened_at"] if isinstance(task["opened_at"], datetime) else datetime.fromisoformat(task["opened_at"])
    when = when_words(at)
    return say(Label(f"{sender} {when} 移交", f"sent by {sender}, {when}")) if sender else ""

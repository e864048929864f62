"""What others did on a case since a form or a draft was read: which acts, by whom, and what each changed."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from django.utils.translation import gettext

from agencies.actors import Actor
from cases.selectors.casepage.differences import Change, differences
from cases.selectors.paging import Row
from cases.selectors.reach.parts import reading
from cases.selectors.timeline import timeline
from cases.web.show import words
from cases.web.show.casepage.history import event_row, lines_of
from cases.web.show.due import clock_words
from cases.web.show.words import say

LOOKED_AT: Final = 20
_LINES: Final = 12


def acts_since(actor: Actor, case: Row | None, version: int | None) -> list[Row]:
    """The events after this version that the person reads, the oldest first."""
    if case is None or version is None or version >= case["version"]:
        return []
    history = timeline(actor, case["id"], size=LOOKED_AT, newest_first=True)
    return [row for row in reversed(history.rows if history else []) if row["seq"] > version]


def changed_since(actor: Actor, case: Row | None, version: int | None) -> str:
    """The same in one line."""
    return named(acts_since(actor, case, version))


def named(rows: list[Row]) -> str:
    """Which acts, and by whom."""
    shown = [event_row(row) for row in rows]
    return words.clauses(
        [gettext("%(act)s（%(who)s）") % {"act": say(row["label"]), "who": row["who"]} for row in shown]
    )


def told_since(actor: Actor, case: Row | None, version: int | None, now: datetime) -> list[dict[str, Any]]:
    """Act by act: who, when, and what it changed with what stood there before, as the page of the case tells it.

    Of a case that is not read whole only the acts are told, not what they changed.
    """
    rows = acts_since(actor, case, version)
    read = reading(actor, case["id"]) if rows and case else None
    if case is None or read is None:
        return []
    changed = differences(actor, case["id"], [row["seq"] for row in rows], read)
    return [_act(actor, row, changed.get(row["seq"]), now) for row in rows]


def overtaken(rows: list[Row], user_id: int, now: datetime) -> str:
    """Who came before, and when: the last of the others."""
    others = [event_row(row) for row in rows if row["actor"] is None or row["actor"]["id"] != user_id]
    if not others:
        return ""
    said = {"who": others[-1]["who"] or gettext("系统"), "at": clock_words(others[-1]["at"], now)}
    return gettext("%(who)s %(at)s 修改了这件案件，你的内容还没有提交") % said


def _act(actor: Actor, row: Row, change: Change | None, now: datetime) -> dict[str, Any]:
    shown, lines = event_row(row), lines_of(actor, change)
    return {
        "label": shown["label"],
        "who": shown["who"],
        "at": clock_words(shown["at"], now),
        "line": shown["line"],
        "changes": lines[:_LINES],
        "more": max(0, len(lines) - _LINES),
    }

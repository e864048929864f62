"""What others did on a case since a form or a draft was read: which acts, by whom, and what each changed."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from django.utils.translation import gettext

from agencies.actors import Actor
from cases.selectors.paging import Row
from cases.selectors.precision.since import written_since
from cases.selectors.timeline import timeline
from cases.web.show import words
from cases.web.show.casepage.history import event_row
from cases.web.show.changes import changes
from cases.web.show.due import clock_words
from cases.web.show.words import say

LOOKED_AT: Final = 20
# What is kept beside the case by every act and tells a reader nothing.
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
    """Act by act: who, when, and each member that changed with what stood there before."""
    rows = acts_since(actor, case, version)
    if not rows or case is None or version is None:
        return []
    written = {event["seq"]: event for event in written_since(actor, case["id"], version)}
    return [_act(actor, row, written.get(row["seq"]), now) for row in rows]


def overtaken(rows: list[Row], user_id: int, now: datetime) -> str:
    """Who came before, and when: the last of the others."""
    others = [event_row(row) for row in rows if row["actor"] is None or row["actor"]["id"] != user_id]
    if not others:
        return ""
    said = {"who": others[-1]["who"] or gettext("系统"), "at": clock_words(others[-1]["at"], now)}
    return gettext("%(who)s %(at)s 修改了这件案件，你的内容还没有提交") % said


def _act(actor: Actor, row: Row, event: Row | None, now: datetime) -> dict[str, Any]:
    shown = event_row(row)
    lines = changes(actor, event["body"], event["before"]) if event else []
    return {
        "label": shown["label"],
        "who": shown["who"],
        "at": clock_words(shown["at"], now),
        "line": shown["line"],
        "changes": lines[:_LINES],
        "more": max(0, len(lines) - _LINES),
    }

"""What others did on a case since a form or a draft was read."""

from __future__ import annotations

from django.utils.translation import gettext

from agencies.actors import Actor
from cases.selectors.paging import Row
from cases.selectors.timeline import timeline
from cases.web.show import case as case_page
from cases.web.show import words
from cases.web.show.words import say

LOOKED_AT = 20


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
    shown = [case_page.event_row(row) for row in rows]
    return words.clauses(
        [gettext("%(act)s（%(who)s）") % {"act": say(row["label"]), "who": row["who"]} for row in shown]
    )

"""办理记录: one act a line with what followed, what it changed, and its place in the trail."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.urls import reverse
from django.utils.translation import gettext

from agencies.actors import Actor
from agencies.selectors import display_names
from cases.selectors.casepage.differences import Change, differences
from cases.selectors.events import readable_events
from cases.selectors.paging import Page, Row
from cases.selectors.reach.parts import Reading
from cases.selectors.timeline import timeline
from cases.web.show import words
from cases.web.show.changes import changes, moved_deadline, people_in
from cases.web.show.words import say
from cases.workflow.reference.facts import FACTS
from cases.workflow.task_kinds import KINDS
from cases.workflow.telling import free_texts, label_of

# On the page of the case; all of them, and every line of each, have a page of their own.
SHORT: Final = 8
LINES: Final = 6


def history(
    actor: Actor,
    case: Row,
    read: Reading | None,
    *,
    cursor: str | None = None,
    size: int = SHORT,
    most: int | None = LINES,
    upto: int | None = None,
) -> dict[str, Any]:
    """The latest acts on the case, or the page of them that was asked for. Raises InvalidCursor."""
    found = timeline(
        actor, case["id"], texts=free_texts, cursor=cursor, size=size, newest_first=True, read=read, upto=upto
    )
    return {
        "rows": with_changes(actor, case, found, read, most) if found and read else [],
        "total": found.total if found else 0,
        "all": reverse("web:case_history", args=[case["number"]]),
        "older": found.next if found else None,
        "newer": found.previous if found else None,
    }


def with_changes(actor: Actor, case: Row, found: Page, read: Reading, most: int | None = None) -> list[dict[str, Any]]:
    """The lines with what each changed (`most` of it; `more` says how much there is beside)."""
    changed = differences(actor, case["id"], [row["seq"] for row in found.rows], read)
    named = {person for each in changed.values() for person in people_in(each.body, each.before)}
    people = display_names(actor, named) if changed else {}
    opened = readable_events(actor, [row["event_id"] for row in found.rows])
    rows = []
    for row in found.rows:
        told = lines_of(actor, changed.get(row["seq"]), people)
        rows.append(
            {
                **event_row(row),
                "changes": told[:most],
                "changed": len(told),
                "more": max(0, len(told) - most) if most else 0,
                "trail": reverse("web:audit_event", args=[row["event_id"]]) if row["event_id"] in opened else "",
            }
        )
    return rows


def lines_of(actor: Actor, change: Change | None, people: Mapping[int, str] | None = None) -> list[dict[str, Any]]:
    """What an act changed, a line each: deadlines first, then members, then what it took away."""
    if change is None:
        return []
    gone = [
        {"name": say(FACTS[name].meaning) if name in FACTS else name, "old": gettext("有"), "value": gettext("已撤去")}
        for name in change.gone
    ]
    moved = [moved_deadline(*each) for each in change.moved]
    return [*moved, *changes(actor, change.body, change.before, people), *gone]


def event_row(row: Row) -> dict[str, Any]:
    """One act of the history: what, what followed, who, when, and its place in the chain."""
    moved = row["from_stage"] != row["to_stage"] and row["to_stage"] is not None
    said = [row["text"]] if row["text"] else []
    if row["document"]:
        said.append(row["document"])
    if moved and row["from_stage"]:
        said.append(gettext("进入 %(stage)s") % {"stage": say(words.STAGES[row["to_stage"]].text)})
    handed = [
        f"{task['agency']['short_name'] if task['agency'] else ''} {say(KINDS[task['kind']].label)}"
        for task in row["opened"]
    ]
    if handed:
        said.append(gettext("交办 %(tasks)s") % {"tasks": words.listed(handed)})
    return {
        "id": row["event_id"], "seq": row["seq"], "at": row["at"], "leaf": row["leaf"],
        "label": label_of(row["action"]), "line": words.clauses(said),
        "agency_id": row["agency"]["id"] if row["agency"] else None, "who": words.who(row),
    }  # fmt: skip

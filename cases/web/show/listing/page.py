"""The list of cases as its template draws it: tabs with their counts, heads that sort, rows, and the way on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from django.utils.translation import gettext

from agencies.actors import Actor
from cases.models.listing.saved import SavedView
from cases.selectors.cases import Sort, count_cases
from cases.selectors.paging import Page, Row
from cases.web import filters
from cases.web.show.case import SUBJECTS
from cases.web.show.listing.asked import VIEWS, Asked, label_of, of_view, wanted, without_each
from cases.web.show.listing.offered import IN_ROW, ORDERS
from cases.web.show.words import say
from cases.workflow.task_kinds import KINDS

# Own views, of which there are half as many at most, stand before those of colleagues.
MOST_TABS: Final = 24
# The heads that sort: the order of a first click, and that of a second.
HEADS: Final = {
    "due": ("due", "-due"),
    "kwh": ("-kwh", "kwh"),
    "updated": ("-updated", "updated"),
    "case": ("-opened", "opened"),
}


def context(
    actor: Actor, found: Asked, page: Page, now: datetime, *, saved: Sequence[SavedView] = (), current: str = ""
) -> dict[str, Any]:
    """What the template needs."""
    more, in_row = found.selects[IN_ROW:], _in_row(saved, current)
    views = tabs(actor, found, now, in_row, current)
    return {
        "page": {
            **filters.paged(page, [list_row(row) for row in page.rows]),
            "total": f"{page.total:,}",
            "first": f"{(page.before or 0) + 1:,}",
            "last": f"{(page.before or 0) + len(page.rows):,}",
        },
        "views": views,
        "views_left": len(saved) - len(in_row),
        "sums": {view["name"]: f"{view['count']:,}" for view in views if view["name"] in ("all", "open")},
        "asked": found,
        "typed": found.typed,
        "selects": found.selects[:IN_ROW],
        "more": more,
        "more_open": any(option["selected"] for select in more for option in select["options"])
        or any(found.applied.get(name) for name in ("due_from", "due_to")),
        "days": {name: found.applied.get(name, "") for name in ("due_from", "due_to")},
        "chips": found.chips,
        "unread": found.unread,
        "heads": heads(found),
        "order": say(ORDERS[found.sort].text),
        "jumps": ORDERS[found.sort].order.sort is Sort.DUE,
        "empty": _empty(actor, found, now) if not page.rows else None,
    }


def _in_row(saved: Sequence[SavedView], current: str) -> list[SavedView]:
    """The saved views that stand as tabs, each counted with the page: so many, and the one that is open."""
    return [view for n, view in enumerate(saved) if n < MOST_TABS or str(view.id) == current]


def tabs(actor: Actor, found: Asked, now: datetime, saved: Sequence[SavedView], current: str) -> list[dict[str, Any]]:
    """The views, each with how many cases it lists: all of them counted by one statement."""
    kept = [wanted(actor, asked, asked.get("view", "open"), "-opened", now) for asked in _readable(saved, found)]
    counts = count_cases(actor, [*(of_view(actor, view, now) for view in VIEWS), *kept])
    built_in = [
        {
            "name": view,
            "label": label_of(view),
            "href": f"?view={view}",
            "current": not current and view == found.view,
            "count": count,
            "tone": "bad" if view == "overdue" and count else "",
        }
        for view, count in zip(VIEWS, counts, strict=False)
    ]
    own = [
        {
            "name": str(view.id),
            "label": view.name,
            "href": f"?view={view.id}",
            "current": str(view.id) == current,
            "count": count,
            "saved": True,
            "title": gettext("%(who)s 共用") % {"who": view.owner.display_name}
            if view.owner_id != actor.user_id
            else "",
        }
        for view, count in zip(saved, counts[len(VIEWS) :], strict=True)
    ]
    return built_in + own


def _readable(saved: Sequence[SavedView], found: Asked) -> list[dict[str, str]]:
    """The conditions of saved views as the list will read them: without what it does not offer to this person."""
    offers = {each["name"]: {option["value"] for option in each["options"]} for each in found.selects}
    return [
        {name: value for name, value in view.params.items() if name not in offers or value in offers[name]}
        for view in saved
    ]


def heads(found: Asked) -> dict[str, dict[str, str]]:
    """For each head that sorts: its address, and `aria-sort` where the list stands in its order."""
    made = {}
    for head, (first, second) in HEADS.items():
        current = found.sort in (first, second)
        way = "descending" if found.sort.startswith("-") else "ascending"
        made[head] = {
            "href": found.with_(sort=second if found.sort == first else first),
            "aria": way if current else "",
        }
    return made


def list_row(row: Row) -> dict[str, Any]:
    """One line of the list."""
    next_task = row["next_task"]
    kwh = row["monthly_kwh"]
    return {
        **row,
        "watched": bool(row["review_on"]),
        "task_label": KINDS[next_task["kind"]].label if next_task else "",
        "open_tasks": row["open_tasks"] or 0,
        "subject": SUBJECTS.get(row["subject"] or ""),
        "kwh": "--" if kwh is None else f"{Decimal(kwh):,.0f}",
    }


def _empty(actor: Actor, found: Asked, now: datetime) -> dict[str, Any]:
    """The conditions that emptied the list: without which one alone there would be how many, the most first."""
    each = without_each(actor, found, now)
    counts = count_cases(actor, [lesser for _, lesser in each]) if each else []
    left = [{**chip, "count": count} for (chip, _), count in zip(each, counts, strict=True) if count]
    return {"chips": sorted(left, key=lambda chip: -int(chip["count"])), "any": bool(found.chips)}

"""What somebody asks of the trail: the conditions of its page, which its files take along."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext

from agencies.actors import Actor
from cases.oversight.trail.risks import NIGHT, RISKS
from cases.selectors.case import find_case_id
from cases.selectors.events import EventFilter
from cases.web import filters
from cases.web.filters import Select
from cases.web.show import audit as audit_page
from cases.web.show.words import pair, say

TYPED = ("from", "to", "case", "person")


@dataclass(slots=True)
class Asked:
    """The search; None and the reason where nothing can match. `said`: the conditions in words."""

    wanted: EventFilter | None
    why_empty: str
    typed: dict[str, str]
    given: dict[str, str]
    offered: list[Select] = field(default_factory=list)

    def said(self) -> dict[str, str]:
        chosen = {s.label: say(dict(s.choices)[self.given[s.name]]) for s in self.offered if s.name in self.given}
        names = {"from": gettext("自"), "to": gettext("至"), "case": gettext("案件"), "person": gettext("人员")}
        return {**{names[name]: value for name, value in self.typed.items() if value}, **chosen}

    def unread(self, params: QueryDict) -> list[dict[str, str]]:
        return filters.unread(params, self.offered, self.given, *typed_days(self.typed))


def asked(actor: Actor, params: QueryDict) -> Asked:
    """Read the conditions of an address."""
    offered = audit_page.offered(actor)
    given = filters.given(params, offered)
    typed = {name: params.get(name, "").strip() for name in TYPED}
    wanted, why = _wanted(actor, given, typed)
    return Asked(wanted, why, typed, given, offered)


def _wanted(actor: Actor, given: dict[str, str], typed: dict[str, str]) -> tuple[EventFilter | None, str]:
    case_id = find_case_id(actor, typed["case"]) if typed["case"] else None
    if typed["case"] and case_id is None:
        return None, gettext("没有编号为“%(n)s”的案件，或你所在机构不参与办理") % {"n": typed["case"]}
    person = audit_page.find_person(actor, typed["person"]) if typed["person"] else None
    if typed["person"] and person is None:
        return None, gettext("没有找到“%(n)s”这位人员") % {"n": typed["person"]}
    risk = given.get("risk")
    return EventFilter(
        actor_id=person,
        agency_id=int(given["agency"]) if "agency" in given else None,
        action=given.get("action"),
        case_id=case_id,
        since=day_of(typed["from"]),
        until=day_of(typed["to"], later=1),
        actions=RISKS[risk] if risk else None,
        at_night=True if risk == NIGHT else None,
    ), gettext("换一个条件再查")


def day_of(text: str, later: int = 0) -> datetime | None:
    """Midnight of a typed day or of some days later, local time; None for what is no day."""
    try:
        return timezone.make_aware(datetime.combine(date.fromisoformat(text) + timedelta(days=later), time()))
    except (ValueError, OverflowError):
        return None


def typed_days(typed: dict[str, str]) -> list[tuple[str, str, str]]:
    """The two days as `filters.unread` asks about them."""
    first = typed["from"] if day_of(typed["from"]) else ""
    last = typed["to"] if day_of(typed["to"], later=1) else ""
    return [("from", gettext("自"), first), ("to", gettext("至"), last)]


def periods(params: QueryDict, today: date) -> list[dict[str, Any]]:
    """Times that are asked for most, each a link that keeps the other conditions."""
    found = []
    for days, label in ((1, gettext("今天")), (7, gettext("近 7 天")), (30, gettext("近 30 天"))):
        first, last = (today - timedelta(days=days - 1)).isoformat(), today.isoformat()
        kept = params.copy()
        for name in ("after", "before", audit_page.PART):
            kept.pop(name, None)
        kept["from"], kept["to"] = first, last
        current = params.get("from") == first and params.get("to") == last
        found.append({"label": label, "href": "?" + kept.urlencode(), "current": current})
    return found


def chips(asked_for: Asked, params: QueryDict) -> list[dict[str, str]]:
    """One chip a condition; its address is this list without it."""
    names = {"case": gettext("案件"), "person": gettext("人员"), "from": gettext("自"), "to": gettext("至")}
    typed = [
        {"label": pair(names[name], asked_for.typed[name]), "href": filters.without(params, name)}
        for name in names
        if asked_for.typed[name]
    ]
    return [*typed, *filters.chips(params, asked_for.offered, asked_for.given)]

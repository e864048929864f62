"""What an address of the list of cases asks for: conditions, order, view; and the chips that take one condition away.

Pages, saved views, exports and bulk acts read the same parameters through here, so that "this result" is one thing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from django.http import QueryDict
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext

from agencies.actors import Actor
from cases.models.listing.saved import SavedView
from cases.selectors.cases import CaseFilter, Sort
from cases.web import filters
from cases.web.show.listing.offered import NOT_PERSONS, ORDERS, offered
from cases.web.show.listing.words import open_words
from cases.web.show.tasks import cuts
from cases.web.show.words import pair
from cases.workflow.forms import choices

# What a view says of itself; `None` of both open and closed.
VIEWS: Final = ("open", "ours", "overdue", "residents", "suspension", "closed", "all")
# Views that look at work: the next deadline first. The others: the newest first.
_BY_DUE: Final = ("open", "ours", "overdue", "residents", "suspension")
DATES: Final = ("due_from", "due_to")
# Everything that is a condition of a result, in the order of the page.
CONDITIONS: Final = (
    *(
        "q",
        "w",
        "stage",
        "holder",
        "district",
        "subject",
        "signal",
        "due",
        "due_from",
        "due_to",
        "kwh",
        "level",
        "list",
    ),
    *("listed", "outcome"),
)
# A result is made of these parameters and no others; positions and row heights are none of it.
KEPT: Final = ("view", *CONDITIONS, "sort")


@dataclass(frozen=True, slots=True)
class Asked:
    """One reading of an address. `applied`: the parameters that count, as they stand in an address."""

    wanted: CaseFilter
    view: str
    sort: str
    typed: str
    applied: Mapping[str, str]
    chips: Sequence[dict[str, str]]
    unread: Sequence[dict[str, str]]
    selects: Sequence[dict[str, Any]]

    @property
    def address(self) -> str:
        """This result without a position, as a query string."""
        return "?" + urlencode(self.applied)

    def without(self, *names: str) -> str:
        """The same result without these parameters, as an address."""
        return "?" + urlencode({k: v for k, v in self.applied.items() if k not in names})

    def with_(self, **more: str) -> str:
        """The same result with other values, as an address."""
        return "?" + urlencode({**self.applied, **more})


def asked(actor: Actor, params: QueryDict, now: datetime, saved: Sequence[SavedView] = ()) -> Asked:
    """Read an address. What is not offered to this person is not applied, and `unread` says so.

    `saved`: views whose lists are to be offered, too.
    """
    selects = offered(actor, [params.get("list", ""), *(view.params.get("list", "") for view in saved)])
    given = filters.given(params, selects)
    token = params.get("w", "")
    sealed = open_words(actor.user_id, token)
    # Words in the address itself are a number or a part of a title; what was typed into the form comes sealed.
    typed = sealed or params.get("q", "").strip()
    days = {name: day for name in DATES if (day := _day(params.get(name, ""))) is not None}
    view = params.get("view", "")
    # Whoever looks for a case by its name wants it, closed or not.
    view = view if view in VIEWS else ("all" if typed else "open")
    sort = params.get("sort", "")
    sort = sort if sort in ORDERS else ("due" if view in _BY_DUE else "-opened")
    conditions = {
        ("w" if sealed else "q"): token if sealed else typed,
        **given,
        **{name: day.isoformat() for name, day in days.items()},
    }
    applied = {name: conditions[name] for name in CONDITIONS if conditions.get(name)}
    if params.get("view", "") in VIEWS:
        applied = {"view": view, **applied}
    if params.get("sort", "") in ORDERS:
        applied["sort"] = sort
    found = Asked(
        wanted=wanted(actor, conditions, view, sort, now),
        view=view,
        sort=sort,
        typed=typed,
        applied=applied,
        chips=(),
        unread=[*filters.unread(params, selects, given, *_others(view, sort, days)), *_expired(params, sealed)],
        selects=filters.selects(selects, given),
    )
    return replace(found, chips=_chips(found, selects, given, days))


def _expired(params: QueryDict, sealed: str) -> list[dict[str, str]]:
    """Sealed words that are not this person's, or whose key is gone."""
    if sealed or not params.get("w"):
        return []
    return [{"said": gettext("搜索条件已失效，请重新输入"), "href": filters.without(params, "w")}]


def _others(view: str, sort: str, days: Mapping[str, date]) -> list[tuple[str, str, str]]:
    """Parameters beside the drop-downs: name, label, what was applied."""
    said = {name: day.isoformat() for name, day in days.items()}
    return [
        ("view", gettext("视图"), view),
        ("sort", gettext("排序"), sort),
        ("due_from", gettext("期限不早于"), said.get("due_from", "")),
        ("due_to", gettext("期限不晚于"), said.get("due_to", "")),
    ]


def _chips(
    found: Asked, selects: Sequence[filters.Select], given: Mapping[str, str], days: Mapping[str, date]
) -> list[dict[str, str]]:
    labels = {
        select.name: pair(select.label, dict(select.choices)[given[select.name]])
        for select in selects
        if select.name in given
    }
    labels |= {("w" if "w" in found.applied else "q"): found.typed} if found.typed else {}
    said = {"due_from": gettext("期限不早于"), "due_to": gettext("期限不晚于")}
    labels |= {name: pair(said[name], day.isoformat()) for name, day in days.items()}
    return [{"name": name, "label": labels[name], "href": found.without(name)} for name in CONDITIONS if name in labels]


def wanted(actor: Actor, conditions: Mapping[str, str], view: str, sort: str, now: datetime) -> CaseFilter:
    """Conditions that were read before, as they stand in `Asked.applied`. One of the view's kind takes its place."""
    family, _, strength = conditions.get("signal", "").partition("-")
    base = of_view(actor, view, now)
    since, until = _span(conditions, now)
    return replace(
        base,
        stage=conditions.get("stage") or base.stage,
        region=conditions.get("district"),
        level=conditions.get("level"),
        outcome=conditions.get("outcome"),
        holder_ids=(int(conditions["holder"]),) if conditions.get("holder") else base.holder_ids,
        q=open_words(actor.user_id, conditions.get("w", "")) or conditions.get("q") or None,
        personal=bool(conditions.get("w")),
        unlisted=True if conditions.get("listed") == "none" else None,
        subjects=_subjects(conditions["subject"]) if conditions.get("subject") else base.subjects,
        family=family or None,
        strength=int(strength or 1),
        kwh_from=Decimal(conditions["kwh"]) if conditions.get("kwh") else None,
        due_from=since,
        due_before=min(filter(None, (until, base.due_before)), default=None),
        list_id=UUID(conditions["list"]) if conditions.get("list") else None,
        order=ORDERS[sort].order,
    )


def without_each(actor: Actor, found: Asked, now: datetime) -> list[tuple[dict[str, str], CaseFilter]]:
    """Each chip, and what would be listed without it alone."""
    return [
        (
            chip,
            wanted(actor, {k: v for k, v in found.applied.items() if k != chip["name"]}, found.view, found.sort, now),
        )
        for chip in found.chips
    ]


def of_view(actor: Actor, view: str, now: datetime) -> CaseFilter:
    """The conditions of a view alone."""
    closed = {"closed": True, "all": None}.get(view, False)
    own = (actor.posts[0].principal_id,) if view == "ours" and actor.posts else ()
    return CaseFilter(
        closed=closed,
        holder_ids=own,
        due_before=now if view == "overdue" else None,
        subjects=("natural_person",) if view == "residents" else (),
        stage="suspension" if view == "suspension" else None,
    )


def label_of(view: str) -> str:
    """A view by its name."""
    labels = {
        "open": gettext("在办"),
        "ours": gettext("本机构办理"),
        "overdue": gettext("已超期"),
        "residents": gettext("居民个人"),
        "suspension": gettext("暂停供电"),
        "closed": gettext("已办结"),
        "all": gettext("全部"),
    }
    return labels[view]


def jump(found: Asked, day: str) -> str | None:
    """The position behind which the cases due on this day begin, in an order by deadline; None for no such day."""
    order, at = ORDERS[found.sort].order, _day(day)
    if at is None or order.sort is not Sort.DUE:
        return None
    # Downward the day itself comes first, hence the position is its end.
    edge = _midnight(at + timedelta(days=1) if order.descending else at)
    return order.keyset.encode({"key": edge.isoformat(), "id": UUID(int=0)}, backward=False)


def _subjects(chosen: str) -> tuple[str, ...]:
    if chosen == NOT_PERSONS:
        return tuple(code for code, _ in choices.SUBJECTS if code not in ("natural_person", "unknown"))
    return (chosen,)


def _span(conditions: Mapping[str, str], now: datetime) -> tuple[datetime | None, datetime | None]:
    """From when until when the next deadline lies; of a span and a day the narrower."""
    today_end, week_end = cuts(now)
    spans = {"overdue": (None, now), "today": (now, today_end), "week": (now, week_end), "later": (week_end, None)}
    since, until = spans.get(conditions.get("due", ""), (None, None))
    first, last = (_day(conditions.get(name, "")) for name in DATES)
    starts = [at for at in (since, _midnight(first) if first else None) if at is not None]
    ends = [at for at in (until, _midnight(last + timedelta(days=1)) if last else None) if at is not None]
    return max(starts, default=None), min(ends, default=None)


def _day(text: str) -> date | None:
    try:
        found = parse_date(text.strip())
    except ValueError:
        return None
    # A day at either end of the calendar has no neighbour.
    return found if found is not None and 2000 <= found.year <= 2100 else None


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))

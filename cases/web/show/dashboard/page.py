"""The page as the template draws it, and its tables as files."""

from __future__ import annotations

from typing import Any, Final

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext

from agencies.directory import get_directory
from cases.web.show.dashboard import money, places, rest, stages, work
from cases.web.show.dashboard.asked import PERIODS
from cases.web.show.dashboard.facts import Facts
from cases.web.show.dashboard.tiles import tiles
from cases.web.show.dashboard.words import definitions
from cases.web.show.words import say
from cases.workflow.view import Text

# The tables that can be taken as a file, by the name in the address.
TABLES: Final = {
    "places": Text("各地", "Places"),
    "stages": Text("各阶段", "Stages"),
    "steps": Text("停留时长", "Time with each agency"),
    "months": Text("用电与加价电费", "Energy and surcharges"),
    "batches": Text("名单清零率", "Clearance of lists"),
}


def context(facts: Facts, params: QueryDict) -> dict[str, Any]:
    rows = places.places(facts)
    drawn = places.map_of(facts, rows)
    return {
        **_period(facts),
        "scope": facts.scope,
        "home": home(facts),
        "at": facts.at,
        "work_at": facts.work.at,
        "tiles": tiles(facts),
        "steps": stages.steps(facts),
        "went": stages.went(facts),
        "subjects": stages.subjects(facts),
        "places": rows,
        "map": drawn,
        "map_view": _view(facts, params, "map", drawn=drawn is not None),
        "attention": places.attention(rows),
        "work": work.drawn(work.steps(facts)),
        "money": money.chart(facts),
        "money_view": _view(facts, params, "money", drawn=True),
        "batches": rest.batches(facts),
        "blind": rest.blind(facts),
        "urges": rest.urges(facts),
        "definitions": definitions(watching=facts.scope.watching),
        "files": [
            {"text": say(text), "xlsx": _file(facts, name, "xlsx"), "csv": _file(facts, name, "csv")}
            for name, text in TABLES.items()
            if name != "months" or facts.scope.billing
        ],
    }


def _period(facts: Facts) -> dict[str, Any]:
    """The period in words and as a choice, and what of the address could not be read."""
    asked = facts.asked
    return {
        "words": asked.words(),
        "before": asked.before_words(),
        "fresh": asked.page(fresh="1"),
        "periods": [
            {"text": say(text), "href": f"?period={code}", "current": code == asked.period}
            for code, text in PERIODS.items()
            if code != "own"
        ],
        "own": asked.period == "own",
        "first": asked.span.first.isoformat(),
        "last": asked.span.last.isoformat(),
        "typed": asked.typed,
        "problems": [{"field": name, "text": text} for name, text in asked.problems.items()],
    }


def home(facts: Facts) -> str:
    region = get_directory().regions.get(facts.scope.home)
    return region.name if region else facts.scope.home


def table(facts: Facts, name: str) -> list[list[str]] | None:
    """The cells of one table; None where there is no such table for this person."""
    if name == "places":
        return places.cells(places.places(facts))
    if name == "stages":
        return _stages(facts)
    if name == "steps":
        return work.cells(work.steps(facts))
    if name == "months" and facts.scope.billing:
        return money.cells(facts)
    return rest.batch_cells(facts) if name == "batches" else None


def _stages(facts: Facts) -> list[list[str]]:
    """Steps, then where the others went, then by user: one table with a column that says which."""
    totals, watching = facts.cases.totals, facts.scope.watching
    rows = [
        [gettext("各阶段转化"), say(text), str(totals[code])]
        for code, text, _, _ in stages.STEPS
        if watching or code in ("listed", "ended")
    ]
    rows += [[gettext("未停电未加价的去向"), row["text"], str(row["count"])] for row in stages.went(facts)]
    rows += [[gettext("按用电主体"), stages.subject(code), str(n)] for code, n in stages.by_subject(facts)]
    return [[gettext("类别"), gettext("项目"), gettext("件数")], *rows]


def _view(facts: Facts, params: QueryDict, name: str, *, drawn: bool) -> dict[str, Any]:
    """Drawing or table, each an address; a table alone where nothing can be drawn."""
    asked = params.get(name, "")
    as_table = asked == "table" or not drawn
    other = {"map": "money", "money": "map"}[name]
    kept = {other: "table"} if params.get(other) == "table" else {}
    anchor = f"h-{name}"
    return {
        "table": as_table,
        "drawing_href": facts.asked.page(anchor, **kept),
        "table_href": facts.asked.page(anchor, **kept, **{name: "table"}),
    }


def _file(facts: Facts, name: str, kind: str) -> str:
    address = reverse("web:dashboard_file", args=[name, kind])
    query = facts.asked.query()
    return f"{address}?{query}" if query else address

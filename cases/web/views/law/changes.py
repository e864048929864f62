"""规则变动: which open cases a change of the rules newly covers or uncovers."""

from __future__ import annotations

from datetime import timedelta

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext

from agencies.actors import Actor
from agencies.directory import get_directory
from audit import clock
from cases.policy.dated import CHINA, readable_day
from cases.policy.measures.changes import State, turning_days
from cases.selectors.law.blindspots import watches
from cases.selectors.rules.entered import entered_rules
from cases.web import filters
from cases.web.pages import PageRequest, page
from cases.workflow.errors import NotVisible
from cases.workflow.measures.comparing import MOST_COMPARED, compare, without
from cases.workflow.view import Text

MOST_DAYS = 40
MOST_SHOWN = 200


@page
def rule_changes(request: PageRequest) -> HttpResponse:
    """Two days compared, or one day with and without an entered version. Nothing is done by it."""
    actor = request.actor
    if not watches(actor):
        raise NotVisible
    rules, directory = entered_rules(), get_directory()
    today = clock.now().astimezone(CHINA).date()
    typed = {name: request.GET.get(name, "").strip() for name in ("from", "to", "version")}
    first, last = readable_day(typed["from"]), readable_day(typed["to"])
    wrong = [name for name, day in (("from", first), ("to", last)) if typed[name] and day is None]
    offered = [
        filters.Select("region", gettext("地区"), gettext("全部地区"), filters.districts(actor, directory)),
        filters.Select(
            "version",
            gettext("录入的规则"),
            gettext("不限"),
            [(v.id, str(v.body["number"])) for v in rules.versions if "number" in v.body],
        ),
    ]
    given = filters.given(request.GET, offered)
    found = None
    if not wrong and (typed["from"] or typed["to"] or "version" in given):
        after = State(last or today, rules)
        before = State(first or after.day, without(rules, given["version"]) if "version" in given else rules)
        found = compare(actor, directory, before, after, region=given.get("region"), most=MOST_COMPARED, seen=today)
    context = {
        "found": found,
        "typed": typed,
        "wrong": wrong,
        "today": today.isoformat(),
        "selects": filters.selects(offered, given),
        "rows": [_row(row) for row in found.rows[:MOST_SHOWN]] if found else [],
        "more": max(0, len(found.rows) - MOST_SHOWN) if found else 0,
        "days": [
            {"on": day.isoformat(), "before": (day - timedelta(days=1)).isoformat(), "name": name, "begins": begins}
            for day, name, begins in turning_days(_home(actor), rules)[:MOST_DAYS]
        ],
        "unread": filters.unread(request.GET, offered, given),
    }
    return render(request, "web/law/rule_changes.html", context, status=400 if wrong else 200)


def _home(actor: Actor) -> str:
    return min((post.region_code for post in actor.posts), key=len, default="")


def _row(row: dict[str, object]) -> dict[str, object]:
    because = row["because"] if isinstance(row["because"], list) else []
    return {
        **row,
        "name": Text(str(row["zh"]), str(row["en"])),
        "todo": Text(str(row["proposal_zh"]), str(row["proposal_en"])),
        "why": [{"text": Text(one["zh"], one["en"]), "article": one["article"]} for one in because],
    }

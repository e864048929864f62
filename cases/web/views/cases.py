"""案件: the list with its filters, and one case with everything about it."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from agencies.access.rates import SEARCHES, spend
from agencies.access.reads import note_read
from agencies.actors import Actor
from agencies.directory import get_directory
from audit import clock
from audit.access.writing import Way
from cases.selectors import pages
from cases.selectors.case import find_case_id, get_case
from cases.selectors.cases import CaseFilter, list_cases
from cases.web import filters
from cases.web.pages import PageRequest, page
from cases.web.show import case as case_page
from cases.web.show import words
from cases.web.show.privacy.watermark import watermark
from cases.web.show.starts import starts
from cases.web.show.supervision.steps import with_steps
from cases.web.show.tips.sealed import links_of_case
from cases.workflow.deciding.available import available_actions
from cases.workflow.errors import NotVisible
from cases.workflow.forms import choices

PAGE_SIZE = 25


@page
def case_list(request: PageRequest) -> HttpResponse:
    """The cases this person sees. An exact number goes straight to its case."""
    actor, typed = request.actor, request.GET.get("q", "").strip()
    if typed:
        spend(SEARCHES, str(actor.user_id))
    if typed and find_case_id(actor, typed):
        return redirect("web:case", number=typed.upper())
    selects = offered(actor)
    given = filters.given(request.GET, selects)
    asked = request.GET.get("view", "")
    # Whoever looks for a case by its name wants it, closed or not.
    view = asked if asked in VIEWS else ("all" if typed else "open")
    found = list_cases(actor, wanted_of(actor, given, typed, view), cursor=filters.cursor(request.GET), size=PAGE_SIZE)
    context = {
        "page": filters.paged(found, _rows(actor, found.rows)),
        "views": views_of(view, found.total_text, request.GET),
        "view": view,
        "typed": typed,
        "selects": filters.selects(selects, given),
        "chips": filters.chips(request.GET, selects, given, typed),
        "unread": filters.unread(request.GET, selects, given, ("view", gettext("视图"), view)),
        "starts": starts(actor),
    }
    return render(request, "web/case_list.html", context)


@page
def case_detail(request: PageRequest, number: str) -> HttpResponse:
    """One case: where it stands, what this person may do and why not the rest, evidence, findings, papers, history."""
    actor, now = request.actor, clock.now()
    case = get_case(actor, number)
    if case is None:
        raise NotVisible
    acts = available_actions(case_id=case["id"], actor=actor, now=now)
    context = case_page.build(actor, case, acts, now, request.GET)
    with_steps(actor, context["tasks"])
    context["tips"] = links_of_case(actor, case)
    if context["in_clear"]:
        _note_opened(request, case, context)
        context["watermark"] = watermark(request, now, case["number"])
    return render(request, "web/case_detail.html", context)


def _note_opened(request: PageRequest, case: dict[str, Any], context: dict[str, Any]) -> None:
    """For the access log: the items that stand in clear, and for what this person asked to see them.

    Before the page leaves: what cannot be logged is not shown.
    """
    note_read(
        actor=request.actor,
        way=Way.PAGE,
        case_id=case["id"],
        items=context["in_clear"],
        purpose=context["purpose"],
        rows=len(context["in_clear"]),
        request=request,
    )


# What a view says about being closed; None: both.
VIEWS = {"open": False, "ours": False, "closed": True, "all": None}


def offered(actor: Actor) -> list[filters.Select]:
    """The drop-downs of the list."""
    return [
        filters.Select("stage", gettext("阶段"), gettext("全部阶段"), [(k, v.text) for k, v in words.STAGES.items()]),
        filters.Select("holder", gettext("当前办理"), gettext("全部机构"), _holders(actor)),
        filters.Select("district", gettext("区县"), gettext("全部区县"), filters.districts(actor, get_directory())),
        filters.Select("level", gettext("名单级别"), gettext("全部级别"), choices.LEVELS),
        filters.Select("listed", gettext("名单线索"), gettext("不限"), [("none", gettext("已无名单线索支持"))]),
    ]


def _holders(actor: Actor) -> list[tuple[str, str]]:
    """The agencies that can owe something where this person works."""
    own = tuple({post.region_code for post in actor.posts})
    found = [
        a for a in get_directory().by_code.values() if a.active and not a.is_unit and a.region_code.startswith(own)
    ]
    return [(str(a.id), a.short_name) for a in found]


def wanted_of(actor: Actor, given: dict[str, str], typed: str, view: str) -> CaseFilter:
    """What the chosen values narrow the list to."""
    holder = int(given["holder"]) if "holder" in given else None
    if view == "ours" and holder is None and actor.posts:
        holder = actor.posts[0].principal_id
    return CaseFilter(
        stage=given.get("stage"),
        region=given.get("district"),
        level=given.get("level"),
        holder_ids=(holder,) if holder else (),
        q=typed or None,
        closed=VIEWS[view],
        unlisted=True if given.get("listed") == "none" else None,
    )


def views_of(current: str, total: str, params: QueryDict) -> list[dict[str, Any]]:
    """The tabs, which keep the conditions. Only the open one is counted: all four would cost as many lists."""
    labels = {
        "open": gettext("在办"),
        "ours": gettext("本机构办理"),
        "closed": gettext("已办结"),
        "all": gettext("全部"),
    }
    return [
        {
            "label": label,
            "href": filters.with_value(params, "view", key),
            "current": key == current,
            "count": total if key == current else "",
        }
        for key, label in labels.items()
    ]


def _rows(actor: Actor, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    extras = pages.list_extras(actor, [row["id"] for row in rows])
    return [case_page.list_row(row, extras.get(row["id"], {})) for row in rows]

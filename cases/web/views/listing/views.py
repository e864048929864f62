"""存为视图: the conditions of a list under a name, and the page on which views are kept in order."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse

from audit import clock
from cases.web.pages import PageRequest, inside, page, post_only
from cases.web.show.listing.asked import VIEWS, asked, label_of
from cases.web.show.listing.kept import storable
from cases.web.show.words import say
from cases.workflow.errors import InvalidInput
from cases.workflow.listing import keeping


@page
def views(request: PageRequest) -> HttpResponse:
    """The own views in their order, those of colleagues, and a form for the conditions that were brought along."""
    return _page(request, request.GET)


def _page(
    request: PageRequest, params: QueryDict, problem: str = "", name: str = "", status: int = 200
) -> HttpResponse:
    actor, now = request.actor, clock.now()
    found = asked(actor, params, now)
    saved, setting = keeping.views_of(actor), keeping.setting_of(actor)
    known = [view for view in saved if view.owner_id == actor.user_id]
    context = {
        "asked": found,
        "chips": [chip for chip in found.chips if chip["name"] not in ("q", "w")],
        "dropped": bool(found.typed),
        "base": label_of(found.view),
        "brought": bool(storable(found)) and bool(params),
        "query": found.address,
        "problem": problem,
        "name": name,
        "mine": [{"id": v.id, "name": v.name, "shared": v.shared, "opens": setting.view == str(v.id),
                  "href": f"{reverse('web:cases')}?view={v.id}"} for v in known],
        "others": [{"name": v.name, "who": v.owner.display_name, "href": f"{reverse('web:cases')}?view={v.id}"}
                   for v in saved if v.owner_id != actor.user_id],
        "built_in": [{"name": view, "label": label_of(view), "opens": (setting.view or "open") == view}
                     for view in VIEWS],
        "most": keeping.MOST_VIEWS,
    }  # fmt: skip
    return render(request, "web/listing/kept.html", context, status=status)


@post_only
@page
def save(request: PageRequest) -> HttpResponse:
    """Keep a view; a refusal brings back what was typed."""
    params, name = QueryDict(request.POST.get("query", "").lstrip("?")), request.POST.get("name", "")
    found = asked(request.actor, params, clock.now())
    try:
        view = keeping.save_view(request.actor, name, storable(found), clock.now())
    except InvalidInput as refused:
        return _page(request, params, say(refused.fields["name"]), name, status=422)
    return redirect(f"{reverse('web:cases')}?view={view.id}")


@post_only
@page
def change(request: PageRequest, view_id: UUID) -> HttpResponse:
    """One button of the page of views."""
    actor, act = request.actor, request.POST.get("do", "")
    if act == "rename":
        try:
            keeping.rename_view(actor, view_id, request.POST.get("name", ""))
        except InvalidInput as refused:
            return _page(request, QueryDict(), say(refused.fields["name"]), status=422)
    elif act in ("up", "down"):
        keeping.move_view(actor, view_id, up=act == "up")
    elif act in ("share", "unshare"):
        keeping.share_view(actor, view_id, shared=act == "share")
    elif act == "remove":
        keeping.remove_view(actor, view_id, clock.now())
    elif act == "open":
        keeping.open_with(actor, str(view_id))
    return redirect("web:case_views")


@post_only
@page
def first(request: PageRequest) -> HttpResponse:
    """The built-in view that the list opens with."""
    chosen = request.POST.get("view", "")
    if chosen in VIEWS:
        keeping.open_with(request.actor, chosen)
    return redirect("web:case_views")


@post_only
@page
def density(request: PageRequest) -> HttpResponse:
    """The height of the rows, kept for this person on every machine."""
    keeping.set_density(request.actor, request.POST.get("density", ""))
    return redirect(inside(request, reverse("web:cases")))

"""抽查: planning and drawing, one sample with its worklist and results, and its files."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from agencies.access.rates import EXPORTS, UPLOADS, spend
from agencies.vocabulary import Label
from audit import clock
from cases.models import Sample
from cases.oversight.sampling.access import check_may, find_sample, visible_samples
from cases.oversight.sampling.planning import draw_sample, plan_and_draw, read_plan
from cases.policy.dated import CHINA
from cases.selectors.sampling import UnitFilter, drawn_units, figures, population_of
from cases.web import filters
from cases.web.filters import Select
from cases.web.pages import PageRequest, page, post_only
from cases.web.show import sampling as shown
from cases.web.show.words import say
from cases.web.taking import taken
from cases.workflow.errors import InvalidInput, NotVisible

MOST_LISTED = 100
FIELDS = ("closed_from", "closed_to", "by", "size")


@page
def samples(request: PageRequest) -> HttpResponse:
    """The list; a POST fixes a population and draws from it."""
    check_may(request.actor)
    if request.method != "POST":
        return _list(request, None)
    spend(UPLOADS, str(request.actor.user_id))
    try:
        plan = read_plan({name: request.POST.get(name, "") for name in FIELDS}, clock.now())
        made = plan_and_draw(request.actor, plan, clock.now())
    except InvalidInput as wrong:
        return _list(request, wrong)
    return redirect("web:sample", sample_id=made.pk)


def _list(request: PageRequest, wrong: InvalidInput | None) -> HttpResponse:
    counted, today = figures(request.actor), _today()
    typed = {name: request.POST.get(name, "") for name in FIELDS}
    if request.method != "POST":
        typed |= {"closed_from": today.replace(day=1).isoformat(), "closed_to": today.isoformat(), "size": "20"}
    found = visible_samples(request.actor)[:MOST_LISTED]
    context = {
        "words": shown.WORDS,
        "rows": [shown.card(each, counted.get(str(each.pk))) for each in found],
        "typed": typed,
        "strata": [(code, text, typed["by"] == code) for code, text in shown.BY.items()],
        "errors": wrong.fields if wrong else {},
        "today": today.isoformat(),
    }
    return render(request, "web/sampling/list.html", context, status=400 if wrong else 200)


@page
def sample(request: PageRequest, sample_id: UUID) -> HttpResponse:
    """One sample: how it was drawn, who reviews what, and what was found of whom."""
    actor, today = request.actor, _today()
    found = find_sample(actor, sample_id)
    everything = drawn_units(actor, found.pk, UnitFilter())
    offered = _offered(everything)
    given = filters.given(request.GET, offered)
    wanted = UnitFilter(
        state=given.get("state"),
        reviewer=actor.user_id if "mine" in given else None,
        lead=int(given["lead"]) if "lead" in given else None,
    )
    units = drawn_units(actor, found.pk, wanted) if given else everything
    rows = population_of(actor, found.pk) if request.GET.get("again") and found.seed else None
    context: dict[str, Any] = {
        "words": shown.WORDS,
        "sample": found,
        "by": shown.BY[found.by],
        "page": {"total": str(len(units))},
        "units": [shown.unit(found, row, today) for row in units],
        "agencies": shown.by_agency(everything, today),
        "selects": filters.selects(offered, given),
        "chips": filters.chips(request.GET, offered, given),
        "unread": filters.unread(request.GET, offered, given),
        "again": shown.redrawn(found, rows) if rows is not None else None,
    }
    return render(request, "web/sampling/sample.html", context)


def _offered(units: list[dict[str, Any]]) -> list[Select]:
    everything = say(Label("全部", "All"))
    leads = {str(row["lead_id"]): row["lead"]["name"] for row in units}
    return [
        Select("state", say(shown.WORDS["state"]), everything, list(shown.STATES.items())),
        Select("mine", say(shown.WORDS["reviewer"]), everything, [("1", shown.WORDS["mine"])]),
        Select("lead", say(shown.WORDS["lead"]), everything, sorted(leads.items(), key=lambda pair: pair[1])),
    ]


@post_only
@page
def draw(request: PageRequest, sample_id: UUID) -> HttpResponse:
    """Draw from a plan that was fixed and not drawn from: the server was interrupted between the two."""
    found = find_sample(request.actor, sample_id)
    draw_sample(request.actor, found, clock.now())
    return redirect("web:sample", sample_id=found.pk)


@page
def results(request: PageRequest, sample_id: UUID, form: str) -> HttpResponse:
    """The drawn cases with what was found; taking it is on record."""
    found = _exported(request, sample_id, form)
    table = shown.table(found, drawn_units(request.actor, found.pk, UnitFilter()), _today())
    return taken(request, table, form, what="sample_results", name="sample")


@page
def population(request: PageRequest, sample_id: UUID, form: str) -> HttpResponse:
    """Population and seed, from which anybody draws the same again."""
    found = _exported(request, sample_id, form)
    table = shown.population_table(found, population_of(request.actor, found.pk))
    return taken(request, table, form, what="sample_population", name="population")


def _exported(request: PageRequest, sample_id: UUID, form: str) -> Sample:
    if form not in ("xlsx", "csv"):
        raise NotVisible
    found = find_sample(request.actor, sample_id)
    spend(EXPORTS, str(request.actor.user_id))
    return found


def _today() -> date:
    return timezone.localtime(clock.now(), CHINA).date()

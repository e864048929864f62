"""The task, the safety checks, cut and pictures, and the statement where the conditions are not met."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext

from agencies.access.rates import UPLOADS, spend
from agencies.access.reads import note_read
from audit.access.writing import Way
from audit.ids import new_id
from cases.selectors.attachments import list_attachments
from cases.selectors.reach.parts import reading
from cases.web.pages import PageRequest, page
from cases.web.show.phone import steps as shown
from cases.web.show.phone import task as about
from cases.web.show.privacy.personal import block
from cases.web.show.privacy.watermark import watermark
from cases.web.show.words import say
from cases.web.views.phone.entered import checks_in, photo_in, pictures_in, second_notice
from cases.web.views.phone.frame import Visit, answers_queues, own, queued, show, taken, token, visit
from cases.workflow.actions import Action
from cases.workflow.drafts import services as drafts
from cases.workflow.errors import WorkflowError, from_refusal
from cases.workflow.onsite import steps
from cases.workflow.onsite.steps import ASIDE, INFEASIBLE
from cases.workflow.view import Text


@page
def task(request: PageRequest, number: str) -> HttpResponse:
    """The account, what had to come before, and the three steps."""
    at = visit(request, number)
    personal = block(request.actor, at.case, at.now, reading(request.actor, at.case["id"]))
    reveal = at.act(Action.REVEAL_PERSONAL_DATA.value)
    context: dict[str, Any] = {
        **personal,
        "reveal": reverse("web:action", args=[at.case["number"], reveal.action]) if reveal.allowed else "",
        "supply": about.supply(at.case),
        "due": next(
            (row for row in at.case["tasks"] if row["kind"] in ("execute_suspension", "confirm_suspension")), None
        ),
        "points": about.points(request.actor, at.case, at.now),
        "stages": about.stages(at.case, at.steps),
        "onward": about.onward(at.case, at.steps),
        "mine": at.keeps
        or at.act(Action.CONFIRM_SUSPENSION.value).allowed
        or bool(about.cut_of(at.case).get("confirmed_at")),
        "why_not": at.act(steps.EXECUTE).refusal if not at.keeps else None,
        "can_warn": at.act(Action.GIVE_FINAL_NOTICE.value).allowed,
    }
    if context["in_clear"]:
        told = {"items": context["in_clear"], "purpose": context["purpose"], "rows": len(context["in_clear"])}
        note_read(actor=request.actor, way=Way.PAGE, case_id=at.case["id"], request=request, **told)
        context["watermark"] = watermark(request, at.now, at.case["number"])
    return show(at, "task", context)


@page
@answers_queues
def checks(request: PageRequest, number: str) -> HttpResponse:
    """The second notice and the lines of the checklist; one no leads to the statement."""
    at = _crew(request, number)
    if request.method == "POST":
        return _sent(at, _take_checks, lambda errors: _checks_page(at, errors))
    return _checks_page(at, {})


def _checks_page(at: Visit, errors: dict[str, Text]) -> HttpResponse:
    at.steps = steps.load(at.request.actor, at.case["id"], now=at.now)
    data = {**at.steps.data, "notice": at.steps.aside.get("notice")}
    form = shown.checks(at.case, data, at.now)
    said = about.counted(at.steps, warned=bool(form["given"]))
    context = {"form": form, "errors": _errors(errors), "progress": about.progress(1, 22, said), "token": str(new_id())}
    return show(at, "checks", context, status=422 if errors else 200)


def _take_checks(at: Visit) -> str | dict[str, Text]:
    """Keep what was answered, give the second notice, and say where it goes on or what is missing."""
    typed, step = checks_in(at.request.POST), at.request.POST.get("step", "next")

    def put(data: dict[str, Any]) -> None:
        data.update(typed["lines"])
        data[ASIDE]["notice"] = typed["notice"]

    at.steps = _change(at, put)
    if step == "next" or queued(at.request):
        second_notice(at, typed["notice"])
    if step == "save":
        messages.success(at.request, gettext("草稿已保存，同组人员可以继续"))
        return reverse("web:suspension", args=[at.case["number"]])
    if at.steps.refused:
        _hand_to_statement(at)
        return reverse("web:suspension_statement", args=[at.case["number"]])
    missing = [item for item in steps.ITEMS if item not in at.steps.answered]
    if missing:
        return {item: _answer(item) for item in missing}
    return reverse("web:suspension_photo", args=[at.case["number"]])


def _answer(item: str) -> Text:
    n = steps.ITEMS.index(item) + 2
    return Text(f"第 {n} 项：请选“是”或“否”", f"Line {n}: answer yes or no")


def _hand_to_statement(at: Visit) -> None:
    """The lines answered with no are where the statement begins."""
    kept = drafts.load_shared(at.request.actor, at.case["id"], INFEASIBLE, now=at.now)
    data = {**(kept.data if kept else {}), "items": at.steps.refused}
    drafts.save(at.request.actor, at.case["id"], INFEASIBLE, data, version=at.case["version"], now=at.now, shared=True)


@page
@answers_queues
def photo(request: PageRequest, number: str) -> HttpResponse:
    """Time and reading of the cut, its pictures, and the seal."""
    at = _crew(request, number)
    if request.method == "POST":
        return _sent(at, _take_photo, lambda errors: _photo_page(at, errors))
    return _photo_page(at, {})


def _photo_page(at: Visit, errors: dict[str, Text]) -> HttpResponse:
    at.steps = steps.load(at.request.actor, at.case["id"], now=at.now)
    files = {row["id"]: row for row in list_attachments(at.request.actor, at.case["id"])}
    form = shown.photo(at.case, at.steps, files, at.now)
    obstacles = (
        [] if at.steps.checked else [Text("安全检查尚未完成，不得停电。", "The safety checks are not done: no cut.")]
    )
    context = {
        "form": form,
        "errors": _errors(errors),
        "obstacles": [*obstacles, *about.obstacles(at.case, at.now)],
        "progress": about.progress(2, 55, form["count"]),
        "token": str(new_id()),
    }
    return show(at, "photo", context, status=422 if errors else 200)


def _take_photo(at: Visit) -> str | dict[str, Text]:
    """Keep readings and pictures; on, where nothing is missing."""
    typed, step = photo_in(at.request.POST), at.request.POST.get("step", "next")
    gone = step.partition("remove:")[2]

    def put(data: dict[str, Any]) -> None:
        data.update(typed["fields"])
        data[ASIDE]["dead"] = typed["dead"]
        data["photos"] = [one for one in data.get("photos") or [] if one != gone]

    at.steps = _change(at, put)
    if at.request.FILES:
        spend(UPLOADS, str(at.request.actor.user_id))
        if problems := pictures_in(at):
            return problems
        at.steps = steps.load(at.request.actor, at.case["id"], now=at.now)
    if step == "save":
        messages.success(at.request, gettext("草稿已保存，同组人员可以继续"))
        return reverse("web:suspension", args=[at.case["number"]])
    if step != "next":
        return reverse("web:suspension_photo", args=[at.case["number"]])
    lacking = {name: MISSING[name] for name in at.steps.lacking}
    return lacking or reverse("web:suspension_confirm", args=[at.case["number"]])


MISSING = {
    "executed_at": Text("请填写停电时间", "Fill in the time of the cut"),
    "reading": Text("请填写停电时表码", "Fill in the meter reading"),
    "seal_no": Text("请填写封印号", "Fill in the seal number"),
    "photos": Text("现场照片至少 2 张", "Two pictures at least"),
    "dead": Text("请确认已断开电源侧开关、验明无电", "Confirm that the breaker is open and no voltage was found"),
}


def _crew(request: PageRequest, number: str) -> Visit:
    """Raises the refusal of whoever may not fill in the steps."""
    at = visit(request, number)
    refusal = at.act(steps.EXECUTE).refusal
    if refusal is not None and not at.keeps:
        raise from_refusal(refusal)
    return at


def _change(at: Visit, how: Callable[[dict[str, Any]], None]) -> steps.Steps:
    return steps.change(at.request.actor, at.case["id"], token(at.request), how, version=at.case["version"], now=at.now)


def _sent(
    at: Visit,
    take: Callable[[Visit], str | dict[str, Text]],
    again: Callable[[dict[str, Text]], HttpResponse],
) -> HttpResponse:
    """A step that was sent, by a page or by a queue: on to the next page, or back with what is missing.

    What a queue brings is kept also where something is missing yet: the page says so when it is opened.
    """
    try:
        own(at.request)
        found = take(at)
    except WorkflowError as error:
        if queued(at.request) or error.status in (403, 404):
            raise
        return again(error.fields or {"": error.text})
    if queued(at.request):
        return taken(found) if isinstance(found, str) else taken(at.request.path, errors=_errors(found))
    return redirect(found) if isinstance(found, str) else again(found)


def _errors(errors: dict[str, Text]) -> list[dict[str, str]]:
    return [
        {"anchor": f"i-{name}" if name else "main", "name": name, "text": say(text)} for name, text in errors.items()
    ]

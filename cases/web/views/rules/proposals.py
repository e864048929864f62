"""Proposing a version: the form, a preview of what it changes, and the proposal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from agencies.access.rates import UPLOADS, spend
from audit import clock
from cases.policy.entered import KINDS
from cases.rules.authority import PROPOSED_ELSEWHERE, PROXY_PRICE, proposer, proposing_kinds
from cases.rules.fields import read_body
from cases.rules.proposing import Draft, checked, propose
from cases.rules.sample import compare, proposal
from cases.selectors.paging import Row
from cases.selectors.rules.entered import entered_rules
from cases.selectors.rules.reading import find_version
from cases.web.pages import PageRequest, page
from cases.web.show.rules import versions as shown
from cases.web.show.words import say
from cases.workflow.errors import InvalidInput, NotAllowed, WorkflowError

PLAIN = ("region", "source", "article", "certainty")


@page
def new_rule(request: PageRequest) -> HttpResponse:
    """The form of one kind; `from` names the version that is corrected, with `repeal=1` ended."""
    kinds = _kinds(request)
    source = _source(request)
    kind = source["kind"] if source else request.POST.get("kind") or request.GET.get("kind") or kinds[0]
    if kind not in kinds:
        raise NotAllowed(PROPOSED_ELSEWHERE, code="may_not_propose")
    draft = _draft(request, kind, source)
    refused: WorkflowError | None = None
    compared: list[dict[str, str]] = []
    if request.method == "POST":
        try:
            if request.POST.get("step") == "propose":
                return _propose(request, draft)
            compared = _preview(request, draft)
        except WorkflowError as error:
            refused = error
    status = refused.status if refused else 200
    return render(
        request, "web/rules/propose.html", _context(request, draft, kinds, source, refused, compared), status=status
    )


def _propose(request: PageRequest, draft: Draft) -> HttpResponse:
    upload = request.FILES.get("file")
    if upload is not None:
        spend(UPLOADS, str(request.actor.user_id))
    version = propose(actor=request.actor, draft=draft, now=clock.now(), upload=upload)
    messages.success(request, gettext("已提出，待另一人审核"))
    return redirect("web:rule", version_id=version.pk)


def _preview(request: PageRequest, draft: Draft) -> list[dict[str, str]]:
    """What it changes, if it may be proposed at all. Raises as `propose` would."""
    ready = checked(draft)
    proposer(request.actor, draft.kind, ready.region)
    asked = proposal(draft.kind, ready.region, ready.body, ready.first, ready.last, draft.certainty)
    return shown.shown(compare(entered_rules(), asked, draft.supersedes, repeal=draft.repeal))


def _kinds(request: PageRequest) -> list[str]:
    proposes, only_price = proposing_kinds(request.actor)
    if not proposes:
        raise NotAllowed(PROPOSED_ELSEWHERE, code="may_not_propose")
    return [PROXY_PRICE] if only_price else list(KINDS)


def _source(request: PageRequest) -> Row | None:
    asked = request.POST.get("supersedes") or request.GET.get("from") or ""
    try:
        return find_version(UUID(asked)) if asked else None
    except ValueError:
        return None


def _draft(request: PageRequest, kind: str, source: Row | None) -> Draft:
    """What was typed; on a fresh form what the version says that is corrected."""
    repeal = (request.POST.get("repeal") or request.GET.get("repeal")) == "1"
    if request.method != "POST":
        first = request.actor.posts[0].region_code[:2] if request.actor.posts else ""
        fresh = Draft(kind=kind, region=first.ljust(6, "0") if first else "", repeal=repeal)
        if source is None:
            return fresh
        known = {name: source[name] for name in ("source", "article", "certainty")}
        region, again = source["region"].ljust(6, "0"), str(source["id"])
        return replace(fresh, **known, region=region, body=source["body"], supersedes=again)
    post = request.POST
    return Draft(
        kind=kind,
        body={} if repeal else read_body(kind, lambda name: post.get(name, ""), post.getlist),
        effective_from=_day(post.get("effective_from", "")),
        effective_to=_day(post.get("effective_to", "")),
        supersedes=post.get("supersedes", ""),
        repeal=repeal,
        **{name: post.get(name, "").strip() for name in PLAIN},
    )


def _context(
    request: PageRequest,
    draft: Draft,
    kinds: list[str],
    source: Row | None,
    refused: WorkflowError | None,
    compared: list[dict[str, str]],
) -> dict[str, Any]:
    errors: Mapping[str, str] = {name: say(text) for name, text in refused.fields.items()} if refused else {}
    fields = [] if draft.repeal else shown.fields(draft.kind, draft.body, errors)
    known = {field["name"] for field in fields} | {f"b-{name}" for name in errors}
    return {
        "kinds": [(code, shown.KIND_LABELS[code], code == draft.kind) for code in kinds],
        "kind": draft.kind,
        "label": shown.KIND_LABELS[draft.kind],
        "fields": fields,
        "draft": draft,
        "first": request.POST.get("effective_from", ""),
        "last": request.POST.get("effective_to", ""),
        "monthly": KINDS[draft.kind].days is not None and not draft.repeal,
        "certainties": [(code, label, code == draft.certainty) for code, label in shown.CERTAINTY_LABELS.items()],
        "source": shown.row(source) if source else None,
        "errors": [{"anchor": _anchor(name, known), "text": text} for name, text in errors.items()],
        "wrong": errors,
        "refused": say(refused.text) if refused and not isinstance(refused, InvalidInput) else "",
        "compared": compared,
        "concerned": shown.concerned(request.actor, _known_region(draft)) if compared else "",
    }


def _anchor(name: str, known: set[str]) -> str:
    own = {*PLAIN, "effective_from", "effective_to", "file", "supersedes"}
    return f"i-{name}" if name in own else f"i-b-{name}"


def _known_region(draft: Draft) -> str:
    return checked(draft).region


def _day(typed: str) -> date | None:
    try:
        return date.fromisoformat(typed)
    except ValueError:
        return None

"""Versions of entered rules: the list, one, a proposal with its preview, and the decision about it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from agencies.access.rates import UPLOADS, spend
from agencies.directory import get_directory
from agencies.vocabulary import Scope
from audit import clock
from cases.api import shapes
from cases.api.base import ApiView, JsonParser, proven_in, say
from cases.api.params import Params, rendered
from cases.api.uploads import AROUND, read_form
from cases.models.rules import RuleVersion
from cases.policy.dated import CHINA
from cases.policy.entered import KINDS
from cases.policy.tariff.words import VERIFIED
from cases.rules.authority import proposer
from cases.rules.deciding import approve, reject
from cases.rules.proposing import LARGEST_FILE, Draft, NoSuchVersion, checked, propose, take_back
from cases.rules.sample import compare, proposal
from cases.selectors import refs
from cases.selectors.paging import Row
from cases.selectors.rules.entered import entered_rules
from cases.selectors.rules.reading import Wanted, find_version, list_versions
from cases.workflow.errors import InvalidInput
from cases.workflow.forms.body import read_object
from cases.workflow.step_up import StepUpRequired
from cases.workflow.view import Text

FILTERS = [
    OpenApiParameter("kind", enum=list(KINDS)),
    OpenApiParameter("region", description="Rules of this region, of those in it and of those around it."),
    OpenApiParameter("status", enum=RuleVersion.Status.values),
    OpenApiParameter("day", description="Only what holds on this day (2026-12-01)."),
]
_TEXTS = ("kind", "region", "source", "article", "certainty", "supersedes")


class RulesView(ApiView):
    scopes = {"GET": Scope.CASES_READ}
    parser_classes = [JsonParser, MultiPartParser]

    def _check_length(self, request: Request) -> None:
        """Only a form with the scanned paper may be longer than JSON is anywhere."""
        self.largest_body = LARGEST_FILE + AROUND if _is_form(request) else ApiView.largest_body
        super()._check_length(request)

    @extend_schema(
        tags=["rules"],
        operation_id="rules_list",
        parameters=[*FILTERS, *shapes.PAGING],
        responses={200: shapes.RulePage},
    )
    def get(self, request: Request) -> Response:
        """Versions of rules that people entered, the latest proposal first."""
        params = Params(request.query_params)
        wanted = Wanted(
            kind=params.choice("kind", KINDS) or "",
            region=params.region() or "",
            status=params.choice("status", RuleVersion.Status.values) or "",
            day=_filter_day(params),
        )
        paging = params.page()
        params.done()
        answer = rendered(list_versions(wanted, **paging))
        return Response({**answer, "results": [_shown(row) for row in answer["results"]]})

    @extend_schema(
        tags=["rules"],
        operation_id="rules_propose",
        request={"application/json": shapes.RuleProposal, "multipart/form-data": shapes.RulePaper},
        responses={201: shapes.RuleEntry},
    )
    def post(self, request: Request) -> Response:
        """Propose a version; another person decides about it. A form brings the scanned paper along."""
        if not _is_form(request):
            version = propose(actor=self.actor, draft=_draft(self.body()), now=clock.now())
            return Response(_found(version.pk), status=status.HTTP_201_CREATED)
        spend(UPLOADS, str(self.actor.user_id))
        upload, typed = read_form(request, "proposal")
        if upload is None:
            raise InvalidInput(fields={"file": Text("请选择要上传的文件", "choose a file")})
        draft = _draft(read_object(typed.get("proposal", "").encode()))
        version = propose(actor=self.actor, draft=draft, now=clock.now(), upload=upload)
        return Response(_found(version.pk), status=status.HTTP_201_CREATED)


class RulePreviewView(ApiView):
    @extend_schema(
        tags=["rules"],
        operation_id="rules_preview",
        request=shapes.RuleProposal,
        responses={200: shapes.RulePreview},
    )
    def post(self, request: Request) -> Response:
        """What a proposal would change; nothing is stored."""
        draft = _draft(self.body())
        ready = checked(draft)
        proposer(self.actor, draft.kind, ready.region)
        asked = proposal(draft.kind, ready.region, ready.body, ready.first, ready.last, draft.certainty)
        lines = compare(entered_rules(), asked, draft.supersedes, repeal=draft.repeal)
        changes = [{"label": say(x.label), "before": say(x.before), "after": say(x.after)} for x in lines]
        return Response(
            {"region": ready.region, "effective_from": ready.first, "effective_to": ready.last, "changes": changes}
        )


class RuleView(ApiView):
    scopes = {"GET": Scope.CASES_READ}

    @extend_schema(tags=["rules"], operation_id="rules_read", responses={200: shapes.RuleEntry})
    def get(self, request: Request, version_id: UUID) -> Response:
        """One version."""
        Params(request.query_params).done()
        return Response(_found(version_id))


class RuleApprovalView(ApiView):
    @extend_schema(
        tags=["rules"],
        operation_id="rules_approve",
        request=shapes.RuleApproval,
        responses={200: shapes.RuleEntry},
    )
    def post(self, request: Request, version_id: UUID) -> Response:
        """Approve a version that somebody else proposed. Prove anew who you are first (`session/step-up`)."""
        body = self.body()
        _only(body, "seen")
        if not proven_in(request):
            raise StepUpRequired
        approve(actor=self.actor, version_id=version_id, now=clock.now(), seen=body.get("seen") is True)
        return Response(_found(version_id))


class RuleRejectionView(ApiView):
    @extend_schema(
        tags=["rules"],
        operation_id="rules_reject",
        request=shapes.RuleRejection,
        responses={200: shapes.RuleEntry},
    )
    def post(self, request: Request, version_id: UUID) -> Response:
        """Say no to a version that somebody else proposed, and why."""
        body = self.body()
        _only(body, "reason")
        reason = body.get("reason")
        given = reason if isinstance(reason, str) else ""
        reject(actor=self.actor, version_id=version_id, reason=given, now=clock.now())
        return Response(_found(version_id))


class RuleWithdrawalView(ApiView):
    @extend_schema(tags=["rules"], operation_id="rules_take_back", request=None, responses={200: shapes.RuleEntry})
    def post(self, request: Request, version_id: UUID) -> Response:
        """Take your own proposal back while nobody has decided about it."""
        take_back(actor=self.actor, version_id=version_id, now=clock.now())
        return Response(_found(version_id))


def _is_form(request: Request) -> bool:
    return (request.content_type or "").startswith("multipart/form-data")


def _draft(body: Mapping[str, Any]) -> Draft:
    """The proposal out of the JSON; what is of the wrong sort is refused by its field."""
    _only(body, *_TEXTS, "body", "effective_from", "effective_to", "repeal")
    wrong: dict[str, Text] = {}
    texts = {name: body.get(name, "") for name in _TEXTS}
    wrong |= {n: Text("应为文字。", "This is a text.") for n, value in texts.items() if not isinstance(value, str)}
    said = body.get("body", {})
    if not isinstance(said, dict):
        wrong["body"] = Text("应为对象。", "This is an object.")
    first, last = (_day(body.get(name), name, wrong) for name in ("effective_from", "effective_to"))
    if not isinstance(body.get("repeal", False), bool):
        wrong["repeal"] = Text("应为 true 或 false。", "This is true or false.")
    if wrong:
        raise InvalidInput(fields=wrong)
    return Draft(body=said, repeal=body.get("repeal", False), effective_from=first, effective_to=last, **texts)


def _day(value: Any, name: str, wrong: dict[str, Text]) -> date | None:
    if value is None:
        return None
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        wrong[name] = Text("应为日期，如 2026-12-01。", "This is a day such as 2026-12-01.")
        return None


def _filter_day(params: Params) -> date | None:
    moment = params.moment("day")
    return None if moment is None else moment.astimezone(CHINA).date()


def _only(body: Mapping[str, Any], *known: str) -> None:
    if unknown := set(body) - set(known):
        raise InvalidInput(fields=dict.fromkeys(sorted(unknown), Text("没有这个字段", "there is no such field")))


def _found(version_id: UUID) -> dict[str, Any]:
    row = find_version(version_id)
    if row is None:
        raise NoSuchVersion
    return _shown(row)


def _shown(row: Row) -> dict[str, Any]:
    directory = get_directory()
    kept = ("id", "kind", "key", "repeal", "body", "effective_from", "effective_to", "holds_to", "source", "article")
    more = ("certainty", "status", "proposed_at", "decided_at", "reason")
    return {
        **{name: row[name] for name in (*kept, *more)},
        "region": refs.region(directory, row["region"]),
        "unverified": row["certainty"] != VERIFIED,
        "supersedes": row["supersedes_id"],
        "proposed_by": refs.person(row["proposed_by_id"], row["proposer"]),
        "proposed_agency": refs.agency(directory, row["proposed_agency_id"]),
        "decided_by": refs.person(row["decided_by_id"], row["decider"]),
        "file_sha256": row["sha256"],
    }

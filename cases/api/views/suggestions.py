"""Pairs of cases that may be one site: the list, one pair, and the answer that they are two."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from audit import clock
from cases.api import shapes
from cases.api.base import ApiView, say
from cases.api.params import Params, rendered
from cases.intake.suggestions.answering import reject
from cases.intake.suggestions.reading import Wanted, find_suggestion, list_suggestions
from cases.intake.suggestions.words import words_of
from cases.models.suggestion import SiteSuggestion
from cases.policy.matching.weights import comparisons
from cases.selectors.case import MAX_NUMBER
from cases.workflow.errors import InvalidInput, NotVisible
from cases.workflow.view import Text


class NoSuchSuggestion(NotVisible):
    """There is no such pair for this person."""

    default = Text(
        "没有这一对案件，或你不能查看其中的全部内容。", "There is no such pair, or you do not read both whole."
    )


class SuggestionsView(ApiView):
    @extend_schema(
        tags=["suggestions"],
        operation_id="suggestions_list",
        parameters=[*shapes.SUGGESTION_FILTERS, *shapes.PAGING],
        responses={200: shapes.SuggestionPage},
    )
    def get(self, request: Request) -> Response:
        """Pairs of cases that may be one site and that you read whole; open ones by score, answered ones by time."""
        params = Params(request.query_params)
        wanted = Wanted(
            state=params.choice("state", SiteSuggestion.State.values) or SiteSuggestion.State.OPEN.value,
            region=params.region() or "",
            case=params.text("case", MAX_NUMBER) or "",
            reason=params.choice("reason", comparisons()) or "",
        )
        paging = params.page()
        params.done()
        answer = rendered(list_suggestions(self.actor, wanted, **paging))
        return Response({**answer, "results": [_shown(row) for row in answer["results"]]})


class SuggestionView(ApiView):
    @extend_schema(tags=["suggestions"], operation_id="suggestions_read", responses={200: shapes.Suggestion})
    def get(self, request: Request, suggestion_id: UUID) -> Response:
        """One pair with its score and reasons. The two dossiers are read as cases."""
        Params(request.query_params).done()
        found = find_suggestion(self.actor, suggestion_id)
        if found is None:
            raise NoSuchSuggestion
        return Response(_shown(found))


class RejectionView(ApiView):
    @extend_schema(
        tags=["suggestions"],
        operation_id="suggestions_reject",
        request=shapes.Rejection,
        responses={200: shapes.Suggestion},
    )
    def post(self, request: Request, suggestion_id: UUID) -> Response:
        """Say that the two are two; they are not suggested or merged by rule again. One site: the act merge_case."""
        if find_suggestion(self.actor, suggestion_id) is None:
            raise NoSuchSuggestion
        body = dict(request.data)
        why = body.pop("why", "")
        if body:
            raise InvalidInput(fields=dict.fromkeys(body, Text("没有这个字段", "there is no such field")))
        answered = reject(
            actor=self.actor,
            suggestion_id=suggestion_id,
            why=why if isinstance(why, str) else "",
            now=clock.now(),
        )
        return Response(_shown(answered))


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    known = comparisons()
    reasons = [
        {"code": code, "label": say(words_of(code)), "bits": known[code].bits if code in known else 0.0}
        for code in row["reasons"]
    ]
    return {**row, "reasons": reasons}

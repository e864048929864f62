"""Feedback to the issuer of a list: asking for a version, checking and sending it, its answers, its workbook."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import FileResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from agencies.access.rates import EXPORTS, UPLOADS, spend
from agencies.vocabulary import Scope
from audit import clock
from cases.api import shapes
from cases.api.base import ApiView, language
from cases.api.params import Params
from cases.api.views.attachments import OneForm
from cases.api.views.imports import LAST_ROW, find_import
from cases.intake.feedback.access import get_version, visible_versions
from cases.intake.feedback.comparing import answers_of
from cases.intake.feedback.printing import REPORT_TYPE, report_file, report_name
from cases.intake.feedback.services import ask_for, check_version, ring, send_version
from cases.intake.feedback.summary import summarise
from cases.intake.feedback.taking import CONTENT_TYPE, filename, take_out
from cases.models import Feedback
from cases.workflow.errors import InvalidInput
from cases.workflow.view import Text


class FeedbacksView(ApiView):
    scopes = {"GET": Scope.SIGNALS_WRITE}

    @extend_schema(tags=["feedback"], operation_id="feedback_list", responses={200: shapes.FeedbackVersions})
    def get(self, request: Request, batch_id: UUID) -> Response:
        """The versions of a list's feedback, the latest first; until it is sent only for who answers the list."""
        Params(request.query_params).done()
        found = visible_versions(self.actor, find_import(self, batch_id))
        return Response({"results": [summarise(version, language()[:2]) for version in found]})

    @extend_schema(
        tags=["feedback"], operation_id="feedback_draw", request=None, responses={202: shapes.FeedbackVersion}
    )
    def post(self, request: Request, batch_id: UUID) -> Response:
        """Ask for the next version, or anew for the one that was not sent; a worker draws it up."""
        spend(UPLOADS, str(self.actor.user_id))
        version = ask_for(actor=self.actor, batch=find_import(self, batch_id), now=clock.now())
        if version.state == Feedback.State.DRAWING:
            ring(version)
        address = f"/api/v1/imports/{batch_id}/feedback/{version.number}"
        return Response(
            summarise(version, language()[:2]), status=status.HTTP_202_ACCEPTED, headers={"Location": address}
        )


class FeedbackView(ApiView):
    scopes = {"GET": Scope.SIGNALS_WRITE}

    @extend_schema(tags=["feedback"], operation_id="feedback_show", responses={200: shapes.FeedbackVersion})
    def get(self, request: Request, batch_id: UUID, edition: int) -> Response:
        """One version in figures; while it is drawn up, how far that is."""
        Params(request.query_params).done()
        return Response(summarise(get_version(self.actor, batch_id, edition), language()[:2]))


class FeedbackRowsView(ApiView):
    scopes = {"GET": Scope.SIGNALS_WRITE}

    @extend_schema(
        tags=["feedback"],
        operation_id="feedback_rows",
        parameters=[*shapes.ANSWER_FILTERS, *shapes.PAGING],
        responses={200: shapes.FeedbackAnswers},
    )
    def get(self, request: Request, batch_id: UUID, edition: int) -> Response:
        """The answer to each row as codes, in the order of the list."""
        params = Params(request.query_params)
        only, after = params.choice("only", ONLY) or "", params.whole("cursor", 0, LAST_ROW) or 0
        size = params.page_size()
        params.done()
        version = get_version(self.actor, batch_id, edition)
        rows = answers_of(version, after=after, most=size + 1, only=only)
        following = str(rows[size - 1]["row"]) if len(rows) > size else None
        return Response({"results": rows[:size], "next": following})


class FeedbackCheckView(ApiView):
    @extend_schema(
        tags=["feedback"], operation_id="feedback_check", request=None, responses={200: shapes.FeedbackVersion}
    )
    def post(self, request: Request, batch_id: UUID, edition: int) -> Response:
        """Check that every row of the list is in it, and that the workbook is the one that was drawn up."""
        version = get_version(self.actor, batch_id, edition)
        check_version(actor=self.actor, version=version, now=clock.now())
        return Response(summarise(get_version(self.actor, batch_id, edition), language()[:2]))


class FeedbackSendView(ApiView):
    @extend_schema(
        tags=["feedback"],
        operation_id="feedback_send",
        request=shapes.Letter,
        responses={200: shapes.FeedbackVersion},
    )
    def post(self, request: Request, batch_id: UUID, edition: int) -> Response:
        """Put down that it went to the issuer; from then on it stays as it is."""
        version = get_version(self.actor, batch_id, edition)
        typed = _letter(self.body())
        send_version(actor=self.actor, version=version, now=clock.now(), **typed)
        return Response(summarise(get_version(self.actor, batch_id, edition), language()[:2]))


class FeedbackWorkbookView(ApiView):
    content_negotiation_class = OneForm

    @extend_schema(
        tags=["feedback"],
        operation_id="feedback_workbook",
        responses={(200, CONTENT_TYPE): OpenApiTypes.BINARY},
    )
    def get(self, request: Request, batch_id: UUID, edition: int) -> FileResponse:
        """The workbook, in the issuer's own columns; that it was taken out is recorded and stands on its last sheet."""
        Params(request.query_params).done()
        spend(EXPORTS, str(self.actor.user_id))
        version = get_version(self.actor, batch_id, edition)
        staff = str(getattr(request.user, "staff_no", ""))
        file = take_out(actor=self.actor, version=version, staff_no=staff, now=clock.now(), request=request)
        return FileResponse(file, as_attachment=True, filename=filename(version), content_type=CONTENT_TYPE)


class FeedbackReportView(ApiView):
    content_negotiation_class = OneForm

    @extend_schema(
        tags=["feedback"],
        operation_id="feedback_report",
        responses={(200, REPORT_TYPE): OpenApiTypes.BINARY},
    )
    def get(self, request: Request, batch_id: UUID, edition: int) -> FileResponse:
        """The cover report: figures and row numbers, nothing personal."""
        Params(request.query_params).done()
        version = get_version(self.actor, batch_id, edition)
        return FileResponse(
            report_file(version), as_attachment=True, filename=report_name(version), content_type=REPORT_TYPE
        )


ONLY = ("answered", "unanswered", "overdue")


def _letter(body: dict[str, Any]) -> dict[str, str]:
    """The two members of the body. Raises InvalidInput."""
    wrong = {
        name: Text("没有这一项，请去掉", "there is no such member; leave it out")
        for name in body.keys() - {"document_number", "sent_on"}
    }
    for name in ("document_number", "sent_on"):
        if not isinstance(body.get(name, ""), str):
            wrong[name] = Text("应为文字", "write text")
    if wrong:
        raise InvalidInput(fields=wrong)
    return {name: body.get(name, "") for name in ("document_number", "sent_on")}

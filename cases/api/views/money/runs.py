"""A month's run of bills: its file, how far it is, what became of each row, and the steps that people take."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import orjson
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from agencies.access.rates import UPLOADS, spend
from audit import clock
from cases.api.base import ApiView, say
from cases.api.params import Params, rendered
from cases.api.shapes import money as shapes
from cases.api.shapes.params import PAGING
from cases.api.uploads import AROUND, read_form
from cases.billing.access import billing_post, company_people, find_run
from cases.billing.runs.acts import discard_run, open_steps, review_run, start_run
from cases.billing.runs.receiving import FIELDS, given, receive_readings
from cases.billing.runs.selecting import FATES, REVIEWS, list_runs, money, run_rows, told
from cases.billing.runs.words import PROBLEMS
from cases.intake.receiving import LARGEST_FILE
from cases.models.money import BillRun
from cases.selectors.paging import Row
from cases.workflow.errors import InvalidInput
from cases.workflow.view import Text

MOST_ROWS = 200_000
_LINE = (
    "number",
    "account",
    "case_number",
    "cycle_from",
    "cycle_to",
    "kwh",
    "fate",
    "reason",
    "article",
    "bill",
    "certainty",
    "review",
)


_STATE = ("id", "month", "state", "filename", "sha256", "due_on", "uploaded_at", "moved_at")


class BillRunsView(ApiView):
    parser_classes = [MultiPartParser]
    largest_body = LARGEST_FILE + AROUND

    @extend_schema(
        tags=["money"], operation_id="bill_runs_list", parameters=PAGING, responses={200: shapes.BillRunPage}
    )
    def get(self, request: Request) -> Response:
        """The runs of your grid company, the latest first."""
        params = Params(request.query_params)
        paging = params.page()
        params.done()
        company_people(self.actor)
        answer = rendered(list_runs(self.actor, **paging))
        return Response({**answer, "results": [_listed(row) for row in answer["results"]]})

    @extend_schema(
        tags=["money"],
        operation_id="bill_runs_upload",
        request={"multipart/form-data": shapes.Readings},
        responses={200: shapes.BillRunDetail, 201: shapes.BillRunDetail},
    )
    def post(self, request: Request) -> Response:
        """Take a month's readings in; nothing is billed yet. The same file again answers with its run (200)."""
        spend(UPLOADS, str(self.actor.user_id))
        billing_post(self.actor)
        upload, typed = read_form(request, *(field.name for field in FIELDS))
        data, content = given(typed, upload)
        name = (upload.name if upload else "") or ""
        run, fresh = receive_readings(actor=self.actor, content=content, filename=name, now=clock.now(), **data)
        code = status.HTTP_201_CREATED if fresh else status.HTTP_200_OK
        return Response(shown(run, self), status=code, headers={"Location": f"/api/v1/bill-runs/{run.id}"})


class BillRunView(ApiView):
    @extend_schema(tags=["money"], operation_id="bill_runs_read", responses={200: shapes.BillRunDetail})
    def get(self, request: Request, run_id: UUID) -> Response:
        """One run: how far it is, what it comes to, and what you may do with it."""
        Params(request.query_params).done()
        return Response(shown(find_run(self.actor, run_id), self))


class BillRunRowsView(ApiView):
    @extend_schema(
        tags=["money"],
        operation_id="bill_runs_rows",
        parameters=[*shapes.RUN_ROWS, *PAGING],
        responses={200: shapes.BillRunLines},
    )
    def get(self, request: Request, run_id: UUID) -> Response:
        """Its rows in the order of the file, each with its bill or with the sentence why there is none."""
        params = Params(request.query_params)
        fate, paging = params.choice("fate", (*FATES, *REVIEWS)), params.page()
        params.done()
        answer = rendered(run_rows(find_run(self.actor, run_id), fate=fate, **paging))
        return Response({**answer, "results": [_line(row) for row in answer["results"]]})


class BillRunStartView(ApiView):
    @extend_schema(tags=["money"], operation_id="bill_runs_start", request=None, responses={202: shapes.BillRunDetail})
    def post(self, request: Request, run_id: UUID) -> Response:
        """Bill its rows in the background, or go on where it stopped. The bills are yours."""
        run = start_run(actor=self.actor, run_id=run_id, now=clock.now())
        return Response(shown(run, self), status=status.HTTP_202_ACCEPTED)


class BillRunDiscardView(ApiView):
    @extend_schema(
        tags=["money"], operation_id="bill_runs_discard", request=None, responses={200: shapes.BillRunDetail}
    )
    def post(self, request: Request, run_id: UUID) -> Response:
        """Throw away a run that has made no bill."""
        return Response(shown(discard_run(actor=self.actor, run_id=run_id, now=clock.now()), self))


class BillRunReviewView(ApiView):
    @extend_schema(
        tags=["money"],
        operation_id="bill_runs_review",
        request=shapes.BillRunReview,
        responses={202: shapes.BillRunDetail},
    )
    def post(self, request: Request, run_id: UUID) -> Response:
        """Review its bills in the background: the rows named are sent back, the others approved. Not by who billed."""
        back, note = _asked(self.body())
        run = review_run(actor=self.actor, run_id=run_id, send_back=back, note_text=note, now=clock.now())
        return Response(shown(run, self), status=status.HTTP_202_ACCEPTED)


def _asked(body: Mapping[str, Any]) -> tuple[list[int], str]:
    """The rows to send back and why. Raises InvalidInput."""
    wrong = {
        name[:40]: Text("没有这一项", "there is no such field") for name in body if name not in ("send_back", "note")
    }
    back, note = body.get("send_back", []), body.get("note", "")
    if not isinstance(back, list) or any(type(row) is not int or not 0 < row <= MOST_ROWS for row in back):
        wrong["send_back"] = Text("应为行号的列表，如 [2, 7]", "a list of row numbers such as [2, 7]")
    if not isinstance(note, str) or len(note) > 400 or "\x00" in note:
        wrong["note"] = Text("应为不超过 400 个字符的文字", "a text of at most 400 characters")
    if wrong:
        raise InvalidInput(fields=wrong)
    return back, note


def shown(run: BillRun, view: ApiView) -> dict[str, Any]:
    sums, problem = money(run), PROBLEMS.get(run.problem)
    steps = [step for step in open_steps(run, view.actor) if step in ("start", "discard", "review")]
    return {
        **_state(vars(run), run.counts, run.uploaded_by.display_name),
        "bills": sums["bills"],
        "amount": f"{sums['amount']:f}",
        "surcharge": f"{sums['surcharge']:f}",
        "started_by": run.started_by.display_name if run.started_by else None,
        "started_at": run.started_at,
        "billed_at": run.billed_at,
        "reviewed_by": run.reviewed_by.display_name if run.reviewed_by else None,
        "reviewed_at": run.reviewed_at,
        "problem": say(problem) if problem else None,
        "steps": steps,
    }


def _listed(row: Row) -> dict[str, Any]:
    return _state(row, orjson.loads(row["counted"]), row["uploader"])


def _state(run: Row, counts: dict[str, int], uploader: str) -> dict[str, Any]:
    price = run["energy_price"]
    return {
        **{name: run[name] for name in _STATE},
        "energy_price": None if price is None else f"{price:f}",
        "rows": run["rows_total"],
        "done": run["rows_done"],
        "reviewed": run["reviews_done"],
        "counts": counts,
        "uploaded_by": uploader,
    }


def _line(found: Row) -> dict[str, Any]:
    row = told(found)
    return {
        **{name: row[name] for name in _LINE},
        "doubts": orjson.loads(row["doubts"] or "[]"),
        "said": say(row["said"]) if row["said"] else None,
        "review_said": say(row["review_said"]) if row["review_said"] else None,
        **{name: None if row[name] is None else f"{row[name]:f}" for name in ("amount", "surcharge")},
    }

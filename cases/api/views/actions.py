"""What this person may do on a case and why not the rest; and doing it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from agencies.access.rates import spend_act
from agencies.vocabulary import Scope
from audit import clock
from cases.api import shapes
from cases.api.answers import done
from cases.api.base import ApiView, proven_in, say
from cases.api.bearer import ACTS
from cases.api.headers import etag, expected_version, idempotency_key, outcome_headers
from cases.api.params import Params
from cases.selectors.case import find_case_id
from cases.workflow.deciding.available import Availability, case_and_actions
from cases.workflow.engine import perform
from cases.workflow.errors import InvalidInput, NotVisible
from cases.workflow.fields import Field
from cases.workflow.step_up import check_step_up
from cases.workflow.transitions import TRANSITIONS
from cases.workflow.view import Refusal, Text

OPEN_CASE = "open_case"


class ActionsView(ApiView):
    scopes = {"GET": Scope.CASES_READ}

    @extend_schema(tags=["actions"], operation_id="actions_list", responses={200: shapes.Actions})
    def get(self, request: Request, ref: str) -> Response:
        """Every act of the workflow on this case for you: possible now, or the reason why not and its legal basis.

        `in_stage` tells the acts of the case's present stage from the rest.
        """
        Params(request.query_params).done()
        view, available = case_and_actions(case_id=_case_id(self, ref), actor=self.actor, now=clock.now())
        answer = {
            "case": view.id,
            "number": view.number,
            "version": view.version,
            "stage": view.stage,
            "actions": [_shown(view.number, each) for each in available],
        }
        return Response(answer, headers={"ETag": etag(view.version)})


class ActionView(ApiView):
    def scope_needed(self, request: Request, **kwargs: Any) -> str | None:
        """A system may do what stands in the short list, and no other act of the table."""
        return ACTS.get(kwargs["action"])

    # Described act by act in cases.api.schema.
    @extend_schema(request=None, responses={200: shapes.Done})
    def post(self, request: Request, ref: str, action: str) -> Response:
        """Do one act. If-Match names the version it rests on; Idempotency-Key makes repeating it harmless."""
        if action == OPEN_CASE:
            raise InvalidInput(
                Text("立案请用 POST /api/v1/cases/。", "Open a case with POST /api/v1/cases/."), code="unknown_action"
            )
        case_id = _case_id(self, ref)
        check_step_up(action=action, case_id=case_id, actor=self.actor, proven=proven_in(request), now=clock.now())
        spend_act(action, self.asker.user_id)
        result = perform(
            case_id=case_id,
            action=action,
            actor=self.asker,
            data=self.body(),
            expected_version=expected_version(request),
            idempotency_key=idempotency_key(request),
            now=clock.now(),
        )
        return Response(done(result), headers=outcome_headers(result))


def _case_id(view: ApiView, ref: str) -> UUID:
    """The id as it stands in the address, or the visible case with that number. Raises NotVisible."""
    try:
        return UUID(ref)
    except ValueError:
        found = find_case_id(view.actor, ref)
        if found is None:
            raise NotVisible from None
        return found


def _shown(number: str, act: Availability) -> dict[str, Any]:
    return {
        "action": act.action,
        "label": say(act.label),
        "allowed": act.allowed,
        "in_stage": act.in_stage,
        "one_way": act.one_way,
        "step_up": TRANSITIONS[act.action].step_up,
        "href": f"/api/v1/cases/{number}/actions/{act.action}",
        "tasks": list(act.tasks),
        "refusal": None if act.refusal is None else _refusal(act.refusal),
        "inputs": [_field(field) for field in act.inputs] if act.allowed else [],
    }


def _refusal(refusal: Refusal) -> dict[str, Any]:
    return {
        "code": refusal.code,
        "detail": say(refusal.text),
        "article": refusal.article,
        "missing": list(refusal.missing),
        "figures": refusal.figures or {},
    }


def _field(field: Field) -> dict[str, Any]:
    return {
        "name": field.name,
        "kind": field.kind,
        "label": say(field.label),
        "required": field.required,
        "help": say(field.help) if field.help else "",
        "choices": [{"value": value, "label": say(text)} for value, text in field.choices],
        "minimum": None if field.minimum is None else str(field.minimum),
        "maximum": None if field.maximum is None else str(field.maximum),
        "fields": [_field(inner) for inner in field.fields],
    }

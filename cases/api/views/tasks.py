"""What my agency owes, by due date."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from agencies.vocabulary import Scope
from audit import clock
from cases.api import shapes
from cases.api.base import ApiView, say
from cases.api.params import Params, rendered
from cases.models.case import Stage
from cases.selectors.tasks import TaskFilter, list_tasks
from cases.workflow.task_kinds import KINDS


class TasksView(ApiView):
    scopes = {"GET": Scope.CASES_READ}

    @extend_schema(
        tags=["tasks"],
        operation_id="tasks_list",
        parameters=[*shapes.TASK_FILTERS, *shapes.PAGING],
        responses={200: shapes.TaskPage},
    )
    def get(self, request: Request) -> Response:
        """Open tasks of your agencies and sub-units, the earliest due first, with their exact number."""
        params = Params(request.query_params)
        agency = params.agency()
        wanted = TaskFilter(
            agency_id=agency.id if agency else None,
            stage=params.choice("stage", Stage.values),
            region=params.region(),
            kind=params.choice("kind", KINDS),
            assignee_id=self.actor.user_id if params.boolean("mine") else None,
            stood_for=self.actor.stood_for,
            accepted=params.boolean("accepted"),
            due_before=params.moment("due_before", end=True),
            paused=params.boolean("paused"),
        )
        paging = params.page()
        params.done()
        answer = rendered(list_tasks(self.actor, wanted, now=clock.now(), **paging))
        answer["results"] = [_labelled(task) for task in answer["results"]]
        return Response(answer)


def _labelled(task: dict[str, Any]) -> dict[str, Any]:
    return {**task, "label": say(KINDS[task["kind"]].label) if task["kind"] in KINDS else task["kind"]}

"""Acts before which whoever acts proves anew who it is (the column `step_up` of the table).

Both doors ask here, the page and the API; the operator's command does not, since whoever has the server's shell needs
no session. What refuses the act anyway is said first, so that nobody proves anything for nothing, and an act on a case
that cannot be seen is answered as ever.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from agencies.actors import Actor
from cases.workflow.deciding.available import case_and_actions
from cases.workflow.errors import NotAllowed, from_refusal
from cases.workflow.transitions import TRANSITIONS
from cases.workflow.view import Text


class StepUpRequired(NotAllowed):
    """Who acts has not proved within the last minutes who it is."""

    code = "step_up_required"
    default = Text(
        "此事项办理前须再次确认身份：先 POST /api/v1/session/step-up，带 code（有双因素的）或 password，"
        "再发同一请求。内容没有提交。",
        "Prove anew who you are before this act: POST /api/v1/session/step-up with code (or password where there is no "
        "second factor), then send the same request again. Nothing was done.",
    )


def check_step_up(*, action: str, case_id: UUID | str, actor: Actor, proven: bool, now: datetime) -> None:
    """Nothing where the act wants no proof or it was given. Raises StepUpRequired, or what refuses the act anyway."""
    row = TRANSITIONS.get(action)
    if proven or row is None or not row.step_up:
        return
    _view, available = case_and_actions(case_id=case_id, actor=actor, now=now)
    refusal = next(act.refusal for act in available if act.action == action)
    if refusal is not None:
        raise from_refusal(refusal)
    raise StepUpRequired

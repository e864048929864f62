"""Rows of the table: what any agency that takes part can do on every case."""

from __future__ import annotations

from typing import Final

from cases.workflow.actions import Action
from cases.workflow.effects import cooperation as effects
from cases.workflow.fields import Transition
from cases.workflow.forms import cooperation as forms
from cases.workflow.guards import cooperation as guards
from cases.workflow.guards.cutting import compensation, zero_load
from cases.workflow.transitions.columns import ANY, ANY_PARTICIPANT, ANY_WORKING_ROLE, NONE, SAME
from cases.workflow.view import Text

ROWS: Final = (
    Transition(
        action=Action.COMMENT,
        label=Text("备注", "Comment"),
        agency=ANY_PARTICIPANT,
        role=ANY_WORKING_ROLE,
        from_stages=ANY,
        to_stages=SAME,
        completes=NONE,
        opens=NONE,
        must_differ_from=NONE,
        inputs=forms.COMMENT,
        guards=(),
        effect=effects.comment,
        basis=("ndrc_1283.ledger",),
    ),
    Transition(
        action=Action.ATTACH_DOCUMENT,
        label=Text("上传材料", "Attach files"),
        agency=ANY_PARTICIPANT,
        role=ANY_WORKING_ROLE,
        from_stages=ANY,
        to_stages=SAME,
        completes=NONE,
        opens=NONE,
        must_differ_from=NONE,
        inputs=forms.ATTACH_DOCUMENT,
        guards=(zero_load.later_reading, compensation.claim_or_decision, guards.load_brought),
        effect=effects.attach_document,
        basis=("penalty_law.evidence",),
    ),
    Transition(
        action=Action.REVEAL_PERSONAL_DATA,
        label=Text("查看个人信息", "Reveal personal data"),
        agency=ANY_PARTICIPANT,
        role=ANY_WORKING_ROLE,
        from_stages=ANY,
        to_stages=SAME,
        completes=NONE,
        opens=NONE,
        must_differ_from=NONE,
        inputs=forms.REVEAL_PERSONAL_DATA,
        guards=(guards.may_reveal,),
        effect=effects.reveal_personal_data,
        basis=("pipl.duty", "pipl.minimum"),
    ),
)

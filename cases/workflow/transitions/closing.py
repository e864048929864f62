"""Rows of the table: closing, reopening, and afterwards."""

from __future__ import annotations

from typing import Final

from cases.workflow.actions import Action
from cases.workflow.effects import closing as effects
from cases.workflow.fields import Transition
from cases.workflow.forms import closing as forms
from cases.workflow.guards import closing as gates
from cases.workflow.guards.base import not_future
from cases.workflow.transitions.columns import (
    BY_RULING,
    CLOSED,
    COMMISSION,
    HANDLER,
    MONITORING,
    NONE,
    PENALTY_TARIFF,
    REVIEWER,
    SAME,
    SUSPENSION,
    VERIFICATION,
)
from cases.workflow.view import Text

ROWS: Final = (
    Transition(
        action=Action.PROPOSE_CLOSURE,
        label=Text("申请办结", "Propose closing"),
        agency=(COMMISSION,),
        role=(HANDLER,),
        from_stages=(SUSPENSION, PENALTY_TARIFF),
        to_stages=SAME,
        completes=("close", "plan_surcharge"),
        opens=("review_closure",),
        must_differ_from=NONE,
        inputs=forms.PROPOSE_CLOSURE,
        guards=(gates.closable, gates.outcome_fits),
        effect=effects.propose_closure,
        basis=("ndrc_1283.ledger",),
    ),
    Transition(
        action=Action.DECIDE_CLOSURE,
        label=Text("审核办结", "Decide the closing"),
        agency=(COMMISSION,),
        role=(REVIEWER,),
        from_stages=(SUSPENSION, PENALTY_TARIFF),
        to_stages=(CLOSED, *SAME),
        completes=("review_closure",),
        opens=BY_RULING,
        must_differ_from=("propose_closure",),
        inputs=forms.DECIDE_CLOSURE,
        guards=(gates.closed_by_review,),
        effect=effects.decide_closure,
        basis=("ndrc_1283.ledger",),
        one_way=True,
    ),
    Transition(
        action=Action.REOPEN_CASE,
        label=Text("重启案件", "Reopen the case"),
        agency=(COMMISSION,),
        role=(REVIEWER,),
        from_stages=(CLOSED,),
        to_stages=(MONITORING, VERIFICATION),
        completes=NONE,
        opens=("triage", "determine"),
        must_differ_from=NONE,
        inputs=forms.REOPEN_CASE,
        guards=(gates.not_merged,),
        effect=effects.reopen_case,
        basis=("ndrc_1283.ledger",),
        one_way=True,
    ),
    Transition(
        action=Action.RECORD_FOLLOW_UP,
        label=Text("登记回头看", "Record a follow-up visit"),
        agency=(COMMISSION,),
        role=(HANDLER,),
        from_stages=(CLOSED,),
        to_stages=SAME,
        completes=("follow_up",),
        opens=NONE,
        must_differ_from=NONE,
        inputs=forms.RECORD_FOLLOW_UP,
        guards=(
            not_future("visited_on", "查看日期", "The visit"),
            gates.visited_after_closing,
        ),
        effect=effects.record_follow_up,
        basis=("ndrc_1283.ledger",),
    ),
)

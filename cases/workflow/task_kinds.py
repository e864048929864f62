"""The kinds of task: who owes it, which roles can do it, by when, and whether it outlives its stage."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from cases.workflow.view import CaseView, Text

COMMISSION: Final = "development_commission"
GRID: Final = "grid_company"
CYBERSPACE: Final = "cyberspace_office"
TELECOM: Final = "telecom_bureau"
PARTNER: Final = "partner"
POWER: Final = "power_authority"
NAMED: Final = "named"

STAGES: Final = ("monitoring", "verification", "suspension", "penalty_tariff", "closed")
EVERYWHERE: Final = frozenset(STAGES)
OPEN_STAGES: Final = EVERYWHERE - {"closed"}
MEASURES: Final = frozenset({"suspension", "penalty_tariff"})
NOWHERE: Final = frozenset[str]()


@dataclass(frozen=True, slots=True)
class TaskKind:
    """One kind of hand-off.

    `addressee`: an agency kind, the duty `power_authority`, or `named` where the act names the agency.
    `roles`: who inside the agency can do it. `deadline`: the key of the default period (a region may override it).
    `lives_in`: the stages in which it stays open when the case enters them; elsewhere leaving its stage cancels it.
    `droppable`: a ruling on its return may let it fall away without leaving the case stuck.
    `adverse`: part of a step against the person concerned; a stay stops its clock.
    `answers`: a question or a proposal that waits for its answer; whoever asked is told when it is there.
    """

    code: str
    label: Text
    addressee: str
    roles: tuple[str, ...]
    lives_in: frozenset[str] = NOWHERE
    droppable: bool = False
    adverse: bool = False
    answers: bool = False

    @property
    def deadline(self) -> str:
        return self.code

    @property
    def allowed_in_closed(self) -> bool:
        """May still be open when a case is closed (gate 10)."""
        return "closed" in self.lives_in

    def survives(self, stage: str) -> bool:
        """Stays open when the case moves to this stage."""
        return stage in self.lives_in


def _kinds(*kinds: TaskKind) -> dict[str, TaskKind]:
    return {kind.code: kind for kind in kinds}


HANDLER: Final = ("handler",)
REVIEWER: Final = ("reviewer",)
APPROVER: Final = ("approver",)

_LEADS = _kinds(
    TaskKind("triage", Text("线索分办", "Triage"), COMMISSION, HANDLER),
    TaskKind("review_monitoring", Text("持续监测复核", "Review of monitoring"), COMMISSION, HANDLER),
    TaskKind("review_exclusion", Text("误报排除审核", "Review of exclusion"), COMMISSION, REVIEWER, answers=True),
)
_VERIFICATION = _kinds(
    TaskKind("trace_subscriber", Text("溯源核查", "Trace the subscriber"), TELECOM, HANDLER, droppable=True),
    TaskKind("check_consumption", Text("用电核查", "Check consumption"), GRID, HANDLER, droppable=True),
    TaskKind("analyse_traffic", Text("流量核查", "Analyse traffic"), CYBERSPACE, HANDLER, droppable=True),
    TaskKind("inspect_site", Text("现场核查", "Inspect the site"), COMMISSION, HANDLER, droppable=True),
    TaskKind("determine", Text("提出认定意见", "Propose a determination"), COMMISSION, ("handler", "reviewer")),
    TaskKind(
        "review_determination", Text("认定意见审核", "Review of determination"), COMMISSION, REVIEWER, answers=True
    ),
    TaskKind(
        "advise_owner",
        Text("出具处置建议", "Advise the owner"),
        CYBERSPACE,
        HANDLER,
        lives_in=EVERYWHERE,
        droppable=True,
    ),
)
_SUSPENSION = _kinds(
    TaskKind(
        "sign_suspension_order", Text("签发停电函", "Sign the suspension order"), COMMISSION, APPROVER, adverse=True
    ),
    TaskKind(
        "approve_suspension", Text("停电审批", "Approve the suspension"), GRID, ("approver", "reviewer"), adverse=True
    ),
    TaskKind(
        "countersign_important_user",
        Text("重要用户会签", "Countersign (important user)"),
        POWER,
        APPROVER,
        adverse=True,
    ),
    TaskKind("serve_notice", Text("送达停电通知", "Serve the notice"), GRID, ("field_crew",), adverse=True),
    TaskKind(
        "execute_suspension", Text("实施停电", "Execute the suspension"), GRID, ("field_crew", "reviewer"), adverse=True
    ),
    TaskKind("confirm_suspension", Text("停电复核", "Confirm the suspension"), GRID, ("field_crew", "reviewer")),
    TaskKind(
        "decide_objection",
        Text("答复异议", "Decide the objection"),
        COMMISSION,
        REVIEWER,
        lives_in=MEASURES,
        answers=True,
    ),
    TaskKind("restore_supply", Text("实施恢复供电", "Restore the supply"), GRID, ("field_crew",), lives_in=EVERYWHERE),
    TaskKind(
        "confirm_restoration",
        Text("恢复供电复核", "Confirm the restoration"),
        GRID,
        ("field_crew", "reviewer"),
        lives_in=EVERYWHERE,
    ),
)
_SURCHARGE = _kinds(
    TaskKind("plan_surcharge", Text("拟定惩罚性电价", "Plan the surcharge"), COMMISSION, HANDLER, adverse=True),
    TaskKind("issue_surcharge_list", Text("签发执行名单函", "Issue the list"), COMMISSION, APPROVER, adverse=True),
    TaskKind(
        "acknowledge_surcharge", Text("接收执行名单", "Accept the list"), GRID, ("billing", "reviewer"), adverse=True
    ),
    TaskKind("notify_subscriber", Text("告知用户", "Notify the user"), GRID, ("billing", "handler"), adverse=True),
    TaskKind("issue_bill", Text("出具账单", "Issue the bill"), GRID, ("billing",), adverse=True),
    TaskKind("review_bill", Text("复核账单", "Review the bill"), GRID, REVIEWER, lives_in=EVERYWHERE, answers=True),
    TaskKind("end_surcharge", Text("签发停止执行函", "End the surcharge"), COMMISSION, APPROVER),
)
_CLOSING = _kinds(
    TaskKind("close", Text("申请办结", "Propose closing"), COMMISSION, HANDLER),
    TaskKind("review_closure", Text("办结审核", "Review of closing"), COMMISSION, REVIEWER, answers=True),
    TaskKind("follow_up", Text("回头看", "Follow-up visit"), COMMISSION, HANDLER, lives_in=frozenset({"closed"})),
)
_ANSWERING = ("handler", "reviewer", "approver")
_COOPERATION = _kinds(
    TaskKind(
        "rule_on_return",
        Text("裁定退回", "Rule on the return"),
        COMMISSION,
        REVIEWER,
        lives_in=EVERYWHERE,
        answers=True,
    ),
    TaskKind(
        "decide_extension",
        Text("审批延期", "Decide the extension"),
        COMMISSION,
        REVIEWER,
        lives_in=EVERYWHERE,
        answers=True,
    ),
    TaskKind(
        "answer_assistance",
        Text("答复协查", "Answer the request for assistance"),
        NAMED,
        ("handler", "reviewer"),
        lives_in=EVERYWHERE,
        droppable=True,
        answers=True,
    ),
    TaskKind(
        "acknowledge_referral",
        Text("接收移送", "Acknowledge the referral"),
        NAMED,
        HANDLER,
        lives_in=OPEN_STAGES,
        droppable=True,
    ),
    TaskKind(
        "reply_referral",
        Text("答复移送", "Reply to the referral"),
        NAMED,
        HANDLER,
        lives_in=EVERYWHERE,
        droppable=True,
        answers=True,
    ),
    TaskKind(
        "receive_transfer", Text("接收移交", "Receive the transfer"), NAMED, REVIEWER, droppable=True, answers=True
    ),
    TaskKind(
        "answer_urge",
        Text("答复督办", "Answer the supervision"),
        NAMED,
        _ANSWERING,
        lives_in=EVERYWHERE,
        droppable=True,
        answers=True,
    ),
)

KINDS: Final[dict[str, TaskKind]] = {
    **_LEADS,
    **_VERIFICATION,
    **_SUSPENSION,
    **_SURCHARGE,
    **_CLOSING,
    **_COOPERATION,
}
FINDING_KINDS: Final = ("trace_subscriber", "check_consumption", "analyse_traffic", "inspect_site")
# Answers to somebody else's question: they cannot themselves be returned, put off or sent round again.
RULINGS: Final = frozenset({"rule_on_return", "decide_extension"})


def outlives_stage(kind: str) -> bool:
    """A task of this kind goes on in every stage, so it can also be done in every stage.

    Without this a restoration owed when an objection is upheld (the case is back in verification by then) could not
    be carried out before the next measure or the closing.
    """
    return KINDS[kind].lives_in == EVERYWHERE


def can_be_done_here(completes: tuple[str, ...], view: CaseView) -> bool:
    """An open task that outlives its stage is done where the case is now, whatever stages its act starts from."""
    return any(task.kind in completes and outlives_stage(task.kind) for task in view.tasks)

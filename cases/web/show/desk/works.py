"""The sorts of work that the to-do list can be narrowed to, and the button that each sort of row leads with."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final, NamedTuple

from agencies.actors import Actor
from agencies.vocabulary import Label
from cases.selectors.desk.counts import Cell
from cases.selectors.tasks import TaskFilter


class Work(NamedTuple):
    """A sort of work: its name on the tab, the button of its rows, and its kinds of task."""

    label: Label
    button: Label
    kinds: tuple[str, ...] = ()


_DO = Label("办理", "Proceed")
# Every kind of task is of one sort. Beside these two that go across: what waits for a receipt, what came back.
WORKS: Final[dict[str, Work]] = {
    "dispatch": Work(Label("待分办", "To dispatch"), _DO, ("triage", "review_monitoring", "receive_transfer")),
    "verify": Work(
        Label("待核查", "To verify"),
        _DO,
        (
            *("trace_subscriber", "check_consumption", "analyse_traffic", "inspect_site"),
            *("advise_owner", "answer_assistance"),
        ),
    ),
    "determine": Work(Label("待认定", "To determine"), _DO, ("determine",)),
    "review": Work(
        Label("待复核", "To review"),
        Label("复核", "Review"),
        (
            *("review_determination", "review_exclusion", "review_bill", "review_closure", "decide_objection"),
            *("rule_on_return", "decide_extension", "confirm_suspension", "confirm_restoration"),
        ),
    ),
    "sign": Work(
        Label("待签发", "To sign"),
        Label("审签", "Sign"),
        (
            *("sign_suspension_order", "approve_suspension", "countersign_important_user"),
            *("issue_surcharge_list", "end_surcharge"),
        ),
    ),
    "carry": Work(
        Label("待执行", "To carry out"),
        _DO,
        (
            *("serve_notice", "execute_suspension", "restore_supply", "plan_surcharge"),
            *("acknowledge_surcharge", "notify_subscriber", "issue_bill"),
        ),
    ),
    "close": Work(Label("待办结", "To close"), _DO, ("close", "follow_up")),
    "answer": Work(
        Label("待答复", "To answer"),
        Label("答复", "Answer"),
        ("acknowledge_referral", "reply_referral", "answer_urge"),
    ),
}
RECEIVE: Final = "receive"
AGAIN: Final = "again"
ACROSS: Final = {RECEIVE: Label("待签收", "To receive"), AGAIN: Label("待补正", "To redo")}
NAMES: Final = {**{key: work.label for key, work in WORKS.items()}, **ACROSS}
SORT_OF: Final = {kind: key for key, work in WORKS.items() for kind in work.kinds}
# Whose work is shown: what this person can do, what was given to them by name, everything of the agency.
WHOSE: Final = {
    "can": Label("我能办的", "Mine to do"),
    "mine": Label("分派给我", "Assigned to me"),
    "all": Label("本机构", "Our agency"),
}


def is_whose(cell: Cell, whose: str) -> bool:
    """Whether the tasks of a cell are among those of `WHOSE`."""
    return whose == "all" or (cell.mine if whose == "mine" else cell.doable)


def is_of(cell: Cell, work: str) -> bool:
    """Whether the tasks of a cell are of this sort; every cell is of none in particular."""
    if work == RECEIVE:
        return cell.incoming
    if work == AGAIN:
        return cell.again
    return not work or cell.kind in WORKS[work].kinds


def narrowed(actor: Actor, wanted: TaskFilter, *, whose: str, work: str) -> TaskFilter:
    """The same as a condition of the list."""
    if whose == "mine":
        wanted = replace(wanted, assignee_id=actor.user_id, stood_for=actor.stood_for)
    elif whose == "can":
        wanted = replace(wanted, doable=True)
    if work in ACROSS:
        return replace(wanted, incoming=work == RECEIVE, again=work == AGAIN)
    return replace(wanted, kinds=WORKS[work].kinds) if work else wanted


def button(task: dict[str, Any], *, again: bool = False) -> Label:
    """What the button of a row that this person can do says."""
    if again or task["returns"]:
        return Label("补正", "Redo")
    return WORKS[SORT_OF[task["kind"]]].button

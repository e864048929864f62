"""Guided walks in memory, many and fast: whatever people do, no case gets stuck and no gate is passed."""

from __future__ import annotations

import random
from collections import Counter
from datetime import datetime

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cases.workflow.deciding.four_eyes import OPPOSITE_SIDES
from cases.workflow.deciding.standing import in_stage
from cases.workflow.effects.base import still_owed
from cases.workflow.task_kinds import KINDS
from cases.workflow.transitions import TRANSITIONS
from tests.workflow.desk import Desk
from tests.workflow.office import Office
from tests.workflow.walking import Walk

STEPS = 60
# Of these several may be open at once: each question, ruling, answer, visit and bill has its own matter.
SEVERAL = {
    "answer_assistance",
    "answer_urge",
    "acknowledge_referral",
    "reply_referral",
    "rule_on_return",
    "decide_extension",
    "follow_up",
    "review_bill",
}
# Of each of these the case owes one at a time: the next step, the step before it sent back, or what takes its place.
ONE_OF = (
    {"triage", "review_monitoring", "review_exclusion"},
    {"determine", "review_determination"},
    {"sign_suspension_order", "approve_suspension", "countersign_important_user", "serve_notice", "execute_suspension"},
    {"restore_supply", "confirm_restoration"},
    {"plan_surcharge", "issue_surcharge_list", "acknowledge_surcharge", "notify_subscriber", "review_closure"},
    {"close", "review_closure"},
)


def walked(seed: int, wanted: frozenset[str] | None = None, *, desk: Desk | None = None, steps: int = STEPS) -> Walk:
    walk = Walk(random.Random(seed), desk, wanted)
    for _ in range(steps):
        before = walk.desk.view
        assert walk.step(), f"nobody could do anything: {before.stage} {walk.desk.tasks}"
        assert not walk.stuck, f"the main line is stuck: {before.stage} {walk.desk.tasks} after {walk.done[-5:]}"
        body = walk.desk.events[-1]
        assert in_stage(TRANSITIONS[body["action"]], before) or body["action"] == "give_final_notice"
        check_case(walk.desk)
    check_history(walk.desk)
    return walk


def check_case(desk: Desk | Office) -> None:
    """What holds after every act."""
    view = desk.view
    if view.stage == "closed":
        assert {t.kind for t in view.tasks} <= {k for k, kind in KINDS.items() if kind.allowed_in_closed}
        assert view.outcome
    else:
        assert view.outcome is None
    returned = [t.data["kind"] for t in view.tasks if t.kind == "rule_on_return" and still_owed(view, t)]
    owed = Counter([*(t.kind for t in view.tasks), *returned])
    assert not {kind for kind, times in owed.items() if times > 1} - SEVERAL, "the same work is owed twice"
    # Side work does not lead on; the review of a bill does: it brings the next bill, or what follows the last one.
    bills = [t for t in view.tasks if t.kind == "review_bill" and not t.data.get("adjustment")]
    main_line = [*bills, *(kind for kind in owed if not KINDS[kind].allowed_in_closed)]
    assert view.stage == "closed" or main_line, f"nobody owes anything: {view.stage} {desk.tasks}"
    for chain in ONE_OF:
        assert sum(owed[kind] for kind in chain) <= 1, f"{sorted(chain)}: more than one is owed"
    asked = Counter(t.agency_id for t in view.tasks if t.kind == "answer_urge")
    asked.update(t.data["agency"] for t in view.tasks if t.kind == "rule_on_return" and t.data["kind"] == "answer_urge")
    assert not {agency for agency, times in asked.items() if times > 1}, "the supervision asks one agency twice"
    for task in view.tasks:
        assert task.due_at is not None and task.roles and desk.directory.by_id[task.agency_id].active


def check_history(desk: Desk | Office) -> None:
    """What holds over the whole life of the case: four eyes, and no cut that a gate forbids."""
    by_person: dict[int, set[str]] = {}
    for act in desk.view.acts:
        by_person.setdefault(act.user_id or 0, set()).add(act.action)
    for actions in by_person.values():
        assert not any(actions & OPPOSITE_SIDES.get(a, frozenset()) for a in actions)
    for body in desk.events:
        if body["action"] == "execute_suspension":
            cut = body["set"]["suspension"]
            assert cut["order_file"] and cut["legal_document"] and all(cut["checklist"].values())
            window = (cut["notice"]["window_from"], cut["notice"]["window_to"])
            assert datetime.fromisoformat(window[0]) <= datetime.fromisoformat(cut["executed_at"])
            assert datetime.fromisoformat(cut["executed_at"]) <= datetime.fromisoformat(window[1])
            assert cut["user_class"] != "important" or cut["countersigned_at"]


@settings(max_examples=16, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(st.integers(min_value=0, max_value=10**6))
def test_a_walk_never_gets_stuck_and_never_passes_a_gate(seed: int) -> None:
    walked(seed)


def test_walks_that_are_out_for_a_cut_make_some() -> None:
    """Or nothing would be asked of what is said above of a cut."""
    walks = [walked(seed, frozenset({"execute_suspension"})) for seed in range(20, 35)]
    assert sum(walk.done.count("execute_suspension") for walk in walks) >= 3


def test_walks_that_are_out_for_bills_bring_lists_to_their_last_day() -> None:
    """Or nothing would be asked of a case whose list has run out."""
    out_for = frozenset({"propose_surcharge", "notify_subscriber", "issue_bill", "review_bill"})
    events = [body for seed in range(10) for body in walked(seed, out_for).desk.events]
    opened = [row["kind"] for body in events if body["action"] == "review_bill" for row in body.get("open", [])]
    assert "plan_surcharge" in opened


def test_short_walks_around_a_closing_that_takes_the_place_of_the_plan() -> None:
    """A long walk comes by here with work that was returned once in a hundred times."""
    wanted = frozenset({"return_task", "propose_closure", "rule_on_return"})
    for seed in range(12):
        desk = Desk("2026-03-02 10:00").verified().determined("surcharge", proven_from="2026-02-01")
        desk.act("drc-handler1", "report_cessation", stopped_on=desk.iso[:10], proof="site_visit")
        walked(seed, wanted, desk=desk, steps=6)

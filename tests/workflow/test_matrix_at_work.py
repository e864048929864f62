"""The permission matrix at work: at each act of the stories, who may do it and what it leaves, read from the CSV alone.

Nothing here is asked of the workflow table: the rows, signs and all, are read a second time from the signed-off file.
"""

from __future__ import annotations

import csv
from typing import Any

import pytest

from agencies.actors import Actor, Post
from agencies.models import User
from cases.workflow.deciding.loading import load_case
from cases.workflow.deciding.standing import is_visible
from cases.workflow.engine import Result
from cases.workflow.view import CaseView, TaskView
from tests.workflow.desk import asked
from tests.workflow.test_statements import STORIES, Counting, Story
from tests.workflow.test_table import MATRIX

pytestmark = pytest.mark.usefixtures("demo_city")

with MATRIX.open(encoding="utf-8", newline="") as file:
    ROWS = {row["action"]: {name: cell.split("|") for name, cell in row.items()} for row in csv.DictReader(file)}
FINDINGS = {"trace_subscriber", "check_consumption", "analyse_traffic", "inspect_site"}
# workflow.md, “the values with =”, for the column `opens`.
MEANING = {
    "=last_finding": {"determine"},
    "=finding": FINDINGS,
    "=disposal": {
        "sign_suspension_order",
        "plan_surcharge",
        "review_monitoring",
        "follow_up",
        "advise_owner",
        "determine",
        "close",
        "end_surcharge",
        # 0012 item 19: where the cut has lost its ground.
        "restore_supply",
    },
}
RULED = {
    "rule_on_return": None,  # the same task, whatever it was
    "decide_exclusion": {"triage", "restore_supply"},
    "decide_objection": {"restore_supply", "determine"},
    # One bill follows another while listed days are unbilled.
    "review_bill": {"issue_bill"},
    "confirm_restoration": {"close"},
    "decide_closure": {"follow_up", "close", "restore_supply"},
    "receive_transfer": {"triage", "determine"},
}
# workflow.md, gate 10: what may be open in a closed case and so outlives every stage; a visit belongs to the closed.
LIVES_ON = {
    "restore_supply",
    "confirm_restoration",
    "review_bill",
    "answer_urge",
    "advise_owner",
    "answer_assistance",
    "reply_referral",
    "rule_on_return",
    "decide_extension",
}
# Ends work of other agencies: who may is said by agency and role alone.
OVER = {"waive_finding", "withdraw_suspension"}


def wanted_kinds(row: dict[str, list[str]]) -> set[str] | None:
    """The kinds of task that the act completes; None where any will do, empty where it needs none."""
    cells = {cell for cell in row["completes"] if cell}
    if "=task" in cells or (not cells and "=task" in (*row["agency"], *row["role"])):
        return None
    return FINDINGS if cells == {"=finding"} else cells


def holds(post: Post, task: TaskView) -> bool:
    return task.agency_id == post.principal_id and (not post.is_unit or task.unit_id == post.agency_id)


def has_its_task(action: str, post: Post, view: CaseView) -> bool:
    row, kinds = ROWS[action], wanted_kinds(ROWS[action])
    for task in view.tasks:
        right_kind = kinds is None or task.kind in kinds
        right_role = row["role"] != ["=task"] or post.roles & set(task.roles)
        if right_kind and right_role and holds(post, task):
            return True
    return kinds == set()


def leads_or_answers(post: Post, view: CaseView) -> bool:
    """Without a task: the commission that leads, the supervision of the region, the agency that is addressed there."""
    if post.kind == "development_commission":
        return post.agency_id == view.lead_agency_id
    return view.region_code.startswith(post.region_code) and not post.is_unit


def both_sides(action: str, actor: Actor, view: CaseView) -> bool:
    pairs = {a: {other for other in row["must_differ_from"] if other} for a, row in ROWS.items()}
    against = pairs[action] | {a for a, others in pairs.items() if action in others}
    return any(act.user_id == actor.user_id and act.action in against for act in view.acts)


def in_charge(post: Post, view: CaseView) -> bool:
    """Of the participants only the commission that works on the case sees something that a reason opens."""
    owes = any(task.agency_id == post.principal_id for task in view.tasks)
    return post.kind == "development_commission" and (post.principal_id == view.lead_agency_id or owes)


def matrix_allows(action: str, actor: Actor, view: CaseView) -> bool:
    row = ROWS[action]
    for post in actor.posts:
        if action == "reveal_personal_data" and not in_charge(post, view):
            continue
        if row["agency"] == ["any participant"]:
            if post.roles - {"supervisor", "agency_admin", "system_admin", "security_admin", "audit_admin"}:
                return True
            continue
        right_agency = row["agency"] == ["=task"] or post.kind in row["agency"] or post.duties & set(row["agency"])
        right_role = row["role"] == ["=task"] or post.roles & set(row["role"])
        if not (right_agency and right_role) or both_sides(action, actor, view):
            continue
        needs_task = wanted_kinds(row) != set() and action not in OVER
        if has_its_task(action, post, view) if needs_task else leads_or_answers(post, view):
            return True
    return False


class Watched(Counting):
    """Before each act everybody in the city is asked; after it the row is compared with what happened."""

    def __init__(self) -> None:
        super().__init__()
        self.city = [self.person(name) for name in User.objects.values_list("username", flat=True).order_by("id")]
        self.city = [actor for actor in self.city if not actor.is_system]
        self.seen: set[str] = set()

    def act(self, case: str | None, username: str, action: str, **options: Any) -> Result:
        if case is None or not hasattr(self, "city"):
            return super().act(case, username, action, **options)
        before = self.view(case)
        self._ask_everybody(case, before, action)
        self._nobody_out_of_turn(case, before)
        result = super().act(case, username, action, **options)
        self._happened(action, before, self.view(case), result)
        self.seen.add(action)
        return result

    def _may(self, case: str, view: CaseView, action: str) -> set[str]:
        directory = load_case(case, self.city[0].user_id, lock=False).directory
        return {
            actor.username
            for actor in self.city
            if is_visible(view, actor) and asked(action, view, actor, directory, self.now) is None
        }

    def _ask_everybody(self, case: str, view: CaseView, action: str) -> None:
        seeing = [actor for actor in self.city if {p.agency_id for p in actor.posts} & view.participants]
        expected = {actor.username for actor in seeing if matrix_allows(action, actor, view)}
        assert self._may(case, view, action) == expected, action

    def _nobody_out_of_turn(self, case: str, view: CaseView) -> None:
        """No act in a stage that its row does not name, but the one that a task which lives on is waiting for."""
        open_kinds = {task.kind for task in view.tasks}
        for action, row in ROWS.items():
            kinds = wanted_kinds(row)
            alive = bool(kinds and kinds & open_kinds & LIVES_ON)
            if (
                view.stage not in row["from_stage"]
                and row["from_stage"] != ["any"]
                and not alive
                and action != "open_case"
            ):
                assert self._may(case, view, action) == set(), action

    def _happened(self, action: str, before: CaseView, after: CaseView, result: Result) -> None:
        row = ROWS[action]
        assert after.stage in row["to_stage"] or ("=" in row["to_stage"] and after.stage == before.stage)
        kinds = wanted_kinds(row)
        closed = {entry["id"]: entry["state"] for entry in result.closed}
        done = [task.kind for task in before.tasks if closed.get(task.id) in ("done", "returned")]
        if any(row["completes"]):
            assert len(done) == 1 and (kinds is None or done[0] in kinds), (action, done)
        else:
            assert done == [], action
        allowed: set[str] = set()
        for cell in filter(None, row["opens"]):
            ruled = RULED.get(action) if cell == "=ruling" else None
            allowed |= MEANING.get(cell, {cell}) if cell != "=ruling" else (ruled or set())
        opened = {task["kind"] for task in result.opened}
        if action == "rule_on_return":
            allowed |= {
                before_task.data["kind"] for before_task in before.tasks if before_task.kind == "rule_on_return"
            }
        elif action == "undo_merge":
            allowed |= opened  # the tasks of the merged case go on
        assert opened <= allowed, (action, opened)
        if after.stage != before.stage:
            left = {task.id for task in before.tasks if task.kind not in LIVES_ON} & {task.id for task in after.tasks}
            assert all(
                next(t for t in before.tasks if t.id == i).kind in ("decide_objection", "acknowledge_referral")
                for i in left
            )


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)
def test_whoever_the_matrix_names_may_act_and_nobody_else(story: Story) -> None:
    world = Watched()
    story(world)
    assert STORIES[story] - {"open_case"} <= world.seen


def test_every_row_is_watched() -> None:
    assert set().union(*STORIES.values()) == set(ROWS)

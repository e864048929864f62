"""A hand-over carried out: all in one transaction, or not at all.

The tasks are assigned through the engine, by the system actor: whoever keeps accounts acts on no case. Who decided it
stands in the event of the leaving person's account, which is the receipt.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from agencies.actors import Actor, system_actor
from agencies.authority import handing_over, manager_of
from agencies.errors import AgencyError, BadInput
from agencies.models import User
from agencies.services import disable_user, end_role, end_substitution, separation
from audit.actions import Action
from audit.log import EventActor
from audit.services import record
from audit.sight import working_as
from cases.workflow.bulk import Request, perform_many
from cases.workflow.errors import WorkflowError
from cases.workflow.handover.plan import Choice, Plan, draw_up

FATES = ("disable", "keep")


@dataclass(frozen=True, slots=True)
class Receipt:
    """What was done; `leaf` is the hash of the event."""

    handed: int
    left: int
    roles: int
    substitutions: int
    fate: str
    leaf: str


@transaction.atomic
def carry_out(*, actor: Actor, user: User, choice: Choice, seen: Collection[str], fate: str, now: datetime) -> Receipt:
    """Hand everything over as previewed. `seen` is that of the preview; `fate`: what becomes of the account.

    Raises AgencyError (`stale_preview` where something has changed since, with what) and changes nothing then.
    """
    if fate not in FATES:
        raise BadInput("请选择账号停用或保留。", "Choose whether the account is disabled or kept.", field="fate")
    if actor.user_id == user.pk:
        raise AgencyError(
            "不能为自己办理离岗交接。请由另一名管理员办理。",
            "Somebody else has to hand over your work; ask another administrator.",
            code="self_disable",
        )
    # Meanwhile the roles of the leaving person stand still: whoever gives or ends one waits here, too.
    separation.one_at_a_time()
    locked = User.objects.select_for_update().get(pk=user.pk)
    acting = manager_of(actor, locked, handing_over)
    plan = draw_up(actor, locked, choice)
    _refuse_stale(plan, frozenset(seen))
    _assign(plan, now)
    for substitution in plan.substitutions:
        end_substitution(actor=actor, substitution=substitution, now=now)
    for membership in plan.memberships:
        end_role(actor=actor, membership=membership, now=now)
    if fate == "disable":
        disable_user(actor=actor, user=locked, now=now)
    return _receipt(plan, fate, acting, now)


def _receipt(plan: Plan, fate: str, acting: EventActor, now: datetime) -> Receipt:
    """The event of the leaving person's account."""
    moved = [row for row in plan.rows if row.moves]
    left = len(plan.rows) - len(moved)
    tasks = [{"task": row.task_id, "assignee": _id_of(row.successor)} for row in moved]
    recorded = record(
        stream=f"account/{plan.user.username}",
        action=Action.WORK_HANDED_OVER,
        actor=acting,
        data={"user": plan.user.pk, "tasks": tasks, "left": left, "fate": fate},
        now=now,
    )
    return Receipt(
        handed=len(moved),
        left=left,
        roles=len(plan.memberships),
        substitutions=len(plan.substitutions),
        fate=fate,
        leaf=recorded.leaf,
    )


def _id_of(username: str) -> int:
    return int(User.objects.values_list("pk", flat=True).get(username=username))


@working_as("hand_over")
def _assign(plan: Plan, now: datetime) -> None:
    """Each task through the engine, on the version of the case that the preview showed."""
    taken: dict[str, int] = {}
    requests = []
    for row in plan.rows:
        if row.moves:
            version = row.version + taken.get(row.case_id, 0)
            taken[row.case_id] = taken.get(row.case_id, 0) + 1
            data = {"task": row.task_id, "assignee": row.successor}
            requests.append(Request("assign_task", data, row.case_id, version))
    for answer in perform_many(requests, actor=system_actor(), now=now) if requests else ():
        if isinstance(answer, WorkflowError):
            raise AgencyError(
                f"有一项待办不能移交，全部未改动：{answer.text.zh}",
                f"One task cannot be handed over, so nothing was changed: {answer.text.en}",
                code="stale_preview",
            )


def _refuse_stale(plan: Plan, seen: frozenset[str]) -> None:
    now = plan.seen
    if now == seen:
        return
    words = {"task": "待办", "successor": "接手人", "role": "角色", "substitution": "代理", "import": "名单导入"}
    changed = [key.split(":") for key in sorted(now ^ seen)]
    # A task that is new, gone or of another version says so itself.
    tasks = {rest[0] for kind, *rest in changed if kind == "task" and rest}
    changed = [key for key in changed if key[0] != "successor" or key[1] not in tasks]
    numbers = {row.task_id: f"{row.number} {row.label.zh}" for row in plan.rows}
    said = dict.fromkeys(
        words.get(kind, kind) + (f"（{numbers[rest[0]]}）" if rest and rest[0] in numbers else "")
        for kind, *rest in changed
    )
    raise AgencyError(
        f"预览之后有变化：{'、'.join(said)}。全部未改动，请核对新的预览后再确认。",
        f"Something has changed since the preview ({len(changed)}); nothing was done. Look at the new one and confirm.",
        code="stale_preview",
    )

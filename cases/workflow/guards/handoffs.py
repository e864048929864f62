"""Receipt, return, ruling, assignment, extension and assistance: what makes a hand-off honest."""

from __future__ import annotations

from typing import Any, Final

from agencies.directory import AgencyRef, Directory
from agencies.vocabulary import LABELS, Confidentiality, Kind
from cases.policy.dated import CHINA
from cases.workflow.clockwork.pauses import deadline_now
from cases.workflow.effects.base import common_superior, instant, question_pending, resolve_agency, still_owed
from cases.workflow.guards.base import Data, cite, correct, local, needs, refuse
from cases.workflow.task_kinds import KINDS, NAMED, PARTNER, RULINGS
from cases.workflow.texts import describe_agency, describe_roles, describe_stage
from cases.workflow.view import CaseView, Context, Refusal, TaskView

MOST_EXTENSIONS: Final = 2
# Looks on and asks; nobody there holds a role that does the work of a case.
SUPERVISION: Final = Kind.SUPERVISION.value
# Their times are set by the law or by the notice, not by whoever owes the work.
FIXED_TIMES: Final = frozenset({"restore_supply", "confirm_restoration", "execute_suspension"})


def not_accepted_yet(view: CaseView, data: Data, ctx: Context) -> Refusal | None:
    task = ctx.task
    if task is None or task.accepted_at is None:
        return None
    return refuse(
        "already_accepted",
        f"已于 {local(task.accepted_at)} 签收，无须再次签收。",
        f"Receipt was acknowledged at {local(task.accepted_at)}.",
    )


def returnable(view: CaseView, data: Data, ctx: Context) -> Refusal | None:
    """A ruling is answered, not returned; neither is a question to the agency that would rule on the return."""
    task = ctx.task
    if task is not None and task.kind == "answer_urge" and task.agency_id == view.lead_agency_id:
        return refuse(
            "answer_the_supervision",
            "督办须由本单位答复，不能退回由本单位自行裁定。办理“答复督办”，在答复中说明情况。",
            "The return would be ruled by your own agency. Answer the supervision instead.",
        )
    if task is not None and task.kind == "receive_transfer" and not disputable(view, task, ctx):
        return refuse(
            "no_common_superior",
            "双方没有登记共同的上级发展改革委，无处裁定。办理“接收移交”，接收或不接收。",
            "No commission above both regions is on record to rule on it. Receive the transfer, or decline it.",
            article=cite(view, ctx, "penalty_law.jurisdiction"),
        )
    if task is None or task.kind not in RULINGS:
        return None
    label = KINDS[task.kind].label
    return refuse(
        "ruling_cannot_be_returned",
        f"“{label.zh}”须作出裁定，不能退回。",
        f"“{label.en}” takes a decision; it cannot be returned.",
    )


def disputable(view: CaseView, task: TaskView, ctx: Context) -> bool:
    """There is a commission above both regions, which rules where they do not agree."""
    return common_superior(ctx.directory, view.lead_agency_id, task.agency_id) is not None


def ruling(view: CaseView, data: Data, ctx: Context) -> Refusal | None:
    """The returned work goes to somebody who can do it here, or falls away where the case can do without it."""
    if not data or ctx.task is None:
        return None
    returned = ctx.task.data
    kind = KINDS[returned["kind"]]
    gone = not still_owed(view, ctx.task)
    if data["decision"] == "none":
        if gone or kind.droppable:
            return None
        return refuse(
            "work_is_needed",
            f"“{kind.label.zh}”不能取消，否则案件无法继续。改为发给应承办的单位；不填单位即发回原单位。",
            f"The case cannot go on without “{kind.label.en}”. Give it to the right agency, or back to the same one.",
            missing=("decision",),
        )
    if gone:
        was = describe_stage(returned["stage"])
        return refuse(
            "stage_was_left",
            f"案件已离开“{was.zh}”阶段，“{kind.label.zh}”不再需要。裁定选“不再办理”。",
            f"The case has left {was.en}; “{kind.label.en}” is no longer needed. Let it fall away.",
            missing=("decision",),
        )
    if data["agency"] is None:
        return None
    agency = resolve_agency(ctx.directory, data["agency"])
    if agency is None or not agency.active:
        return correct("agency", "没有这个单位，从列表中选择承办单位", "There is no such agency")
    return _unfit(view, ctx, returned, agency)


def _unfit(view: CaseView, ctx: Context, returned: dict[str, Any], agency: AgencyRef) -> Refusal | None:
    """Why the returned work cannot go to this agency."""
    kind = KINDS[returned["kind"]]
    if not _can_do(returned, agency, view, ctx.directory):
        who = describe_agency(kind.addressee) if kind.addressee != NAMED else describe_agency(PARTNER)
        return correct(
            "agency",
            f"“{kind.label.zh}”由本地区的{who.zh}承办，所选单位不承办",
            f"“{kind.label.en}” is done by the {who.en} of this region",
        )
    if kind.code == "answer_urge" and question_pending(view, agency.principal_id, besides=ctx.task):
        return correct(
            "agency",
            f"{agency.name}已有一项督办尚未答复，改发其他单位；不填单位即发回原单位",
            f"{agency.name} has another question to answer; choose another agency, or give it back to the same one",
        )
    return None


def _can_do(returned: dict[str, Any], agency: AgencyRef, view: CaseView, directory: Directory) -> bool:
    kind, addressee = returned["kind"], KINDS[returned["kind"]].addressee
    if kind == "receive_transfer":
        # Back to the sender is the other ruling: the transfer falls away.
        return agency.kind == "development_commission" and not agency.is_unit and agency.id != view.lead_agency_id
    if kind in ("acknowledge_referral", "reply_referral"):
        return agency.kind == PARTNER
    if addressee == NAMED:
        return agency.kind != SUPERVISION and agency.principal_id != returned["of"].get("asked_by")
    principal = directory.by_id[agency.principal_id]
    fits = agency.kind == addressee or addressee in principal.duties
    return fits and principal.covers(view.region_code)


def assignment(view: CaseView, data: Data, ctx: Context) -> Refusal | None:
    """To a sub-unit of the agency that owes the task, or to a person there who holds one of its roles.

    A sub-unit passes work on inside itself; giving it to another unit is its principal's business.
    """
    task = ctx.task
    if not data or task is None:
        return None
    if not data["unit"] and not data["assignee"]:
        return needs("assignee", "下属单位或承办人", "a sub-unit or a person")
    unit = resolve_agency(ctx.directory, data["unit"])
    if data["unit"] and (unit is None or unit.parent_id != task.agency_id or not unit.active):
        return correct("unit", "不是本单位的下属单位，从列表中选择", "That is not one of the agency's sub-units")
    if unit is not None and ctx.post.is_unit and unit.id != ctx.post.agency_id:
        return correct(
            "unit",
            "下属单位之间的转派由上级单位办理。本单位办不了的，请退回并说明",
            "Giving it to another unit is the principal agency's business; return it with a reason",
        )
    if not data["assignee"]:
        return None
    person = ctx.people.get(data["assignee"])
    at: set[int | None]
    at = {ctx.post.agency_id} if ctx.post.is_unit else {task.agency_id, unit.id if unit else task.unit_id}
    roles = {role for agency_id, held, _ in person["posts"] if agency_id in at for role in held} if person else set()
    if not roles:
        return correct("assignee", "承办人不在本单位，从列表中选择", "That person does not belong to the agency")
    if not set(task.roles) & roles:
        need = describe_roles(task.roles)
        return correct("assignee", f"承办人须有“{need.zh}”角色", f"The person needs the role {need.en}")
    return _cleared(view, person, at)


def _cleared(view: CaseView, person: dict[str, Any] | None, at: set[int | None]) -> Refusal | None:
    """Work is given to nobody who could not open its case."""
    level = Confidentiality(view.confidentiality)
    if person and any(agency_id in at and ceiling >= level.rank for agency_id, _, ceiling in person["posts"]):
        return None
    return correct(
        "assignee",
        f"本案密级为“{LABELS[level].zh}”，高于该承办人的密级上限，请另选他人",
        f"The case is “{LABELS[level].en}”, above that person's ceiling; choose somebody else",
    )


def extension(view: CaseView, data: Data, ctx: Context) -> Refusal | None:
    """Asked before expiry, once at a time, twice at most; never against a time that protects the user."""
    task = ctx.task
    if task is None:
        return None
    label = KINDS[task.kind].label
    if task.kind in RULINGS or task.kind in FIXED_TIMES:
        return refuse(
            "time_is_fixed",
            f"“{label.zh}”的期限不能延长，须按期办理。",
            f"The time for “{label.en}” cannot be extended.",
        )
    deadline = deadline_now(view, ctx, task)
    if deadline is None or ctx.now > deadline:
        due = local(deadline) if deadline else "-"
        return refuse(
            "deadline_passed",
            f"期限已于 {due} 届满，延期须在届满前申请。尽快办理，并在意见中说明逾期原因。",
            f"The deadline passed at {due}; an extension is asked for before it.",
        )
    if any(t.kind == "decide_extension" and t.data.get("task") == task.id for t in view.tasks):
        return refuse("extension_pending", "延期申请正在审批，等待审批结果。", "An extension is already being decided.")
    granted = [r for r in view.facts.get("extensions") or [] if r["task"] == task.id and r["granted"]]
    if len(granted) >= MOST_EXTENSIONS:
        return refuse(
            "extended_twice",
            f"已延期 {MOST_EXTENSIONS} 次，不能再次申请。按期办理，或发出协查。",
            "It has been extended twice; no further extension.",
        )
    if data and data["due_on"] <= deadline.astimezone(CHINA).date():
        day = deadline.astimezone(CHINA).date()
        return correct("due_on", f"应晚于现有期限 {day}", f"It must lie after the present deadline, {day}")
    return None


def granted_until(view: CaseView, data: Data, ctx: Context) -> Refusal | None:
    """What is granted lies ahead of what there was."""
    if not data or ctx.task is None or data["decision"] != "grant" or data["due_on"] is None:
        return None
    before = instant(ctx.task.data["from"]).astimezone(CHINA).date()
    if data["due_on"] <= before:
        return correct("due_on", f"应晚于原期限 {before}", f"It must lie after the former deadline, {before}")
    return None


def assistance(view: CaseView, data: Data, ctx: Context) -> Refusal | None:
    """Another agency is asked, by whoever owes a piece of work that may wait."""
    task = ctx.task
    if task is not None and (task.kind in RULINGS or task.kind in FIXED_TIMES):
        label = KINDS[task.kind].label
        return refuse(
            "cannot_wait",
            f"“{label.zh}”不能因协查停止计时，直接办理。",
            f"“{label.en}” cannot wait for assistance.",
            article=cite(view, ctx, "penalty_law.assistance"),
        )
    if not data:
        return None
    agency = resolve_agency(ctx.directory, data["agency"])
    if agency is None or not agency.active:
        return correct("agency", "没有这个单位，从列表中选择协查单位", "There is no such agency")
    if agency.kind == SUPERVISION:
        return correct(
            "agency", "督查部门不承办协查，选择其他单位", "Supervision does no such work; ask another agency"
        )
    if agency.principal_id == ctx.post.principal_id:
        return correct(
            "agency", "协查对象应为其他单位，本单位内部请用分派", "Ask another agency; inside your own, assign"
        )
    return None

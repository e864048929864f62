"""May this person do this now? The same questions, in the same order, for the act and for the greyed button.

Order: visible → agency, its ceiling, role → four-eyes (from the events) → stage → task → gates. Each answer is a
reason, not a bool. Nothing is written here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from agencies.actors import Actor, Post
from agencies.directory import Directory
from agencies.visibility import ceilings, sees
from agencies.vocabulary import CASE_ROLES, LABELS, Confidentiality, Role
from cases.policy import law
from cases.policy.dated import CHINA
from cases.workflow.deciding.four_eyes import four_eyes
from cases.workflow.fields import Transition
from cases.workflow.task_kinds import FINDING_KINDS, can_be_done_here
from cases.workflow.texts import (
    describe_agencies,
    describe_roles,
    describe_stage,
    describe_tasks,
)
from cases.workflow.view import CaseView, Refusal, TaskView, Text

# The named system actor acts from no agency.
SYSTEM_POST = Post(
    agency_id=0,
    agency_code="system",
    agency_name="系统",
    kind="system",
    region_code="",
    principal_id=0,
    is_unit=False,
    duties=frozenset(),
    roles=frozenset({"system"}),
)
# What a list brings: a new case, more signals, two cases of one site. The tasks of somebody who leaves, which the
# agency's administrator hands over without reading the cases. And the end of a window that the law has closed already.
SYSTEM_ACTS = frozenset({"open_case", "attach_signal", "merge_case", "assign_task", "lapse_notice"})
# “Any role but supervisor and agency_admin”, said by those it means: no administrator works on cases.
WORKING_ROLES = CASE_ROLES - {Role.SUPERVISOR}


@dataclass(frozen=True, slots=True)
class Standing:
    """The post a person acts from, and the open tasks this act may complete or work on.

    Whoever has posts in two agencies acts on each task from the one that holds it (`holders`, by the task's id).
    """

    post: Post
    tasks: tuple[TaskView, ...]
    holders: Mapping[str, Post] = field(default_factory=dict)

    def post_for(self, task: TaskView | None) -> Post:
        return self.holders.get(task.id, self.post) if task is not None else self.post


def is_visible(view: CaseView, actor: Actor) -> bool:
    """The case was shared with one of the person's agencies, where a role works on cases and the ceiling reaches it."""
    return actor.is_system or sees(actor, view.participants, view.confidentiality)


def standing(transition: Transition, view: CaseView, actor: Actor, directory: Directory) -> Standing | Refusal:
    """From which post may this person do it: agency, role, then the task it stands on."""
    if actor.is_system:
        return _system_standing(transition, view, actor)
    posts = [p for p in actor.posts if _agency_fits(transition, p, view, directory)]
    if not posts:
        return _wrong_agency(transition)
    posts = [p for p in posts if _reaches(view, actor, p)]
    if not posts:
        return _below(transition, view)
    posts = [p for p in posts if _role_fits(transition, p)]
    if not posts:
        return _wrong_role(transition, actor)
    eyes = {post: four_eyes(transition, view, actor, post) for post in posts}
    posts = [post for post in posts if eyes[post] is None]
    if not posts:
        return next(refusal for refusal in eyes.values() if refusal is not None)
    if not in_stage(transition, view):
        return _wrong_stage(transition, view)
    return _on_task(transition, view, posts)


def _system_standing(transition: Transition, view: CaseView, actor: Actor) -> Standing | Refusal:
    """The named system actor does what a rule has decided, from no agency; it decides nothing (PIPL 24)."""
    if transition.action not in SYSTEM_ACTS:
        return _person_needed(transition, view)
    if not in_stage(transition, view):
        return _wrong_stage(transition, view)
    if transition.action == "assign_task":
        return Standing(SYSTEM_POST, view.tasks)
    tasks = view.tasks_of(*transition.completes)
    return Standing(SYSTEM_POST, tasks) if tasks or not transition.completes else _no_task(transition)


def in_stage(transition: Transition, view: CaseView) -> bool:
    """The row allows the case's stage, or the act completes an open task that outlives its stage."""
    if "any" in transition.from_stages or view.stage in transition.from_stages:
        return True
    return can_be_done_here(transition.completes, view)


def _agency_fits(transition: Transition, post: Post, view: CaseView, directory: Directory) -> bool:
    if "any_participant" in transition.agency:
        return post.agency_id in view.participants
    if "=task" in transition.agency:
        # Supervision urges and samples; work is addressed to whoever does it.
        return post.agency_id in view.participants and post.kind != "supervision"
    if post.kind not in transition.agency and not (post.duties & set(transition.agency)):
        return False
    if transition.completes and not transition.over:
        return True  # the task itself says whose it is; see _on_task
    return _answers_for(post, view, directory)


def _reaches(view: CaseView, actor: Actor, post: Post) -> bool:
    """Who sees a case through one agency does not work on it from another where the ceiling is below it."""
    return Confidentiality(view.confidentiality).rank <= ceilings(actor).get(post.agency_id, 0)


def _answers_for(post: Post, view: CaseView, directory: Directory) -> bool:
    """Without a task to stand on, an agency acts where it leads or where it is the one addressed in that region."""
    if post.is_unit and post.agency_id not in view.participants:
        return False
    if post.kind == "development_commission":
        return post.principal_id == view.lead_agency_id
    if post.kind == "supervision":
        return view.region_code.startswith(post.region_code)
    addressee = directory.addressee(post.kind, view.region_code)
    return addressee is not None and addressee.id == post.principal_id


def _role_fits(transition: Transition, post: Post) -> bool:
    if "=task" in transition.role:
        return not post.roles.isdisjoint(CASE_ROLES)
    if "any_but_supervisor_and_admin" in transition.role:
        return not post.roles.isdisjoint(WORKING_ROLES)
    return bool(post.roles & set(transition.role))


def _on_task(transition: Transition, view: CaseView, posts: Iterable[Post]) -> Standing | Refusal:
    posts = list(posts)
    if "=task" in (*transition.agency, *transition.role) or transition.completes in (("=task",), ("=finding",)):
        return _on_named_task(transition, view, posts)
    if not transition.completes:
        return Standing(posts[0], ())
    candidates = view.tasks_of(*transition.completes)
    if not candidates:
        return _no_task(transition)
    if transition.over:
        return Standing(posts[0], candidates)
    return _held(candidates, posts, holds) or _not_yours(transition)


def _held(tasks: Iterable[TaskView], posts: Sequence[Post], fits: Callable[[Post, TaskView], bool]) -> Standing | None:
    """The tasks that one of the posts fits, each with the first that does."""
    found = [(task, post) for task in tasks if (post := next((p for p in posts if fits(p, task)), None)) is not None]
    if not found:
        return None
    return Standing(found[0][1], tuple(task for task, _ in found), {task.id: post for task, post in found})


def _on_named_task(transition: Transition, view: CaseView, posts: list[Post]) -> Standing | Refusal:
    kinds = transition.completes
    tasks = view.tasks
    if kinds == ("=finding",):
        findings = tuple(t for t in tasks if t.kind in FINDING_KINDS)
        return Standing(posts[0], findings) if findings else _no_task(transition)
    if kinds and kinds != ("=task",):
        tasks = view.tasks_of(*kinds)
    if not tasks:
        return _no_task(transition)
    mine = _held(tasks, posts, lambda post, task: holds(post, task) and _role_serves(transition, post, task))
    if mine is not None:
        return mine
    if any(holds(post, t) for post in posts for t in tasks):
        return _task_role(tasks)
    return _not_yours(transition)


def _role_serves(transition: Transition, post: Post, task: TaskView) -> bool:
    """Where the row says "the role the task needs", the task's own roles decide; else the row's roles did."""
    return bool(post.roles & set(task.roles)) if "=task" in transition.role else bool(post.roles & set(transition.role))


def holds(post: Post, task: TaskView) -> bool:
    """A principal agency holds all its tasks, a sub-unit only those given to it."""
    if task.agency_id != post.principal_id:
        return False
    return not post.is_unit or task.unit_id == post.agency_id


def _person_needed(transition: Transition, view: CaseView) -> Refusal:
    return Refusal(
        "machine_decision",
        Text(
            f"“{transition.label.zh}”须由人办理，系统只登记名单带来的线索。",
            f"“{transition.label.en}” takes a person; the system only records what a list brought.",
        ),
        article=law.cite("pipl.automated", view.opened_at.astimezone(CHINA).date(), view.region_code),
        status=403,
    )


def _wrong_agency(transition: Transition) -> Refusal:
    who = describe_agencies(transition.agency)
    return Refusal(
        "wrong_agency",
        Text(
            f"“{transition.label.zh}”由{who.zh}办理，你所在单位不办理此事项。",
            f"“{transition.label.en}” is done by {who.en}, not by your agency.",
        ),
        status=403,
    )


def _below(transition: Transition, view: CaseView) -> Refusal:
    level = LABELS[Confidentiality(view.confidentiality)]
    return Refusal(
        "above_ceiling",
        Text(
            f"案件为“{level.zh}”，你在办理“{transition.label.zh}”的单位的密级上限不及。"
            "请由该单位密级上限足够的同事办理。",
            f"The case is “{level.en}”, above your ceiling at the agency that does “{transition.label.en}”. Ask a"
            " colleague there whose ceiling reaches it.",
        ),
        status=403,
    )


def _wrong_role(transition: Transition, actor: Actor) -> Refusal:
    need = describe_roles(transition.role)
    have = describe_roles(tuple(sorted({role for p in actor.posts for role in p.roles})))
    return Refusal(
        "wrong_role",
        Text(
            f"“{transition.label.zh}”需“{need.zh}”角色，你是“{have.zh}”。可提交给本单位{need.zh}办理。",
            f"“{transition.label.en}” needs the role {need.en}; yours is {have.en}.",
        ),
        status=403,
    )


def _wrong_stage(transition: Transition, view: CaseView) -> Refusal:
    here = describe_stage(view.stage)
    there = [describe_stage(s) for s in transition.from_stages if s not in ("any", "-")]
    return Refusal(
        "wrong_stage",
        Text(
            f"案件现处“{here.zh}”阶段，“{transition.label.zh}”须在“{'”或“'.join(t.zh for t in there)}”阶段办理。",
            f"The case is in {here.en}; “{transition.label.en}” belongs to {' or '.join(t.en for t in there)}.",
        ),
    )


def _no_task(transition: Transition) -> Refusal:
    what = describe_tasks(transition.completes)
    return Refusal(
        "no_open_task",
        Text(
            f"没有待办的“{what.zh}”事项，暂不能办理“{transition.label.zh}”。",
            f"There is no open task “{what.en}”, which “{transition.label.en}” would complete.",
        ),
    )


def _not_yours(transition: Transition) -> Refusal:
    return Refusal(
        "task_of_another",
        Text(
            f"“{transition.label.zh}”的待办事项不在你所在单位名下。",
            f"The task behind “{transition.label.en}” is addressed to another agency or unit.",
        ),
        status=403,
    )


def _task_role(tasks: Iterable[TaskView]) -> Refusal:
    need = describe_roles(tuple(dict.fromkeys(role for t in tasks for role in t.roles)))
    return Refusal(
        "wrong_role",
        Text(f"此待办事项需“{need.zh}”角色办理。", f"This task needs the role {need.en}."),
        status=403,
    )

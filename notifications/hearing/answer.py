"""The answer of the page: for an act, who would be told what, why, and who hears if nobody does anything."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from agencies.actors import Actor
from agencies.directory import Directory, get_directory
from agencies.models import User
from agencies.visibility import Part
from agencies.vocabulary import LABELS, Confidentiality, Kind, Label, Role
from cases.policy.dated import CHINA
from cases.policy.escalation import KEY, STEPS, Override, rule_on, whom
from cases.selectors.case import find_case_id
from cases.selectors.reach.parts import reading
from cases.workflow.deciding.loading import load_case
from cases.workflow.errors import NotVisible
from cases.workflow.fields import Transition
from cases.workflow.transitions import TRANSITIONS
from cases.workflow.view import CaseView
from notifications.choices import store
from notifications.choices.kinds import due_of, kind_group, urgent
from notifications.choices.planning import Planned, plan
from notifications.delivery.messages import Row, told_of
from notifications.hearing.supposing import EXAMPLE, Supposed, doers, example, key, supposed, supposed_opening
from notifications.recipients import Recipient
from notifications.wording import wording

WHY: Final = {
    "task.opened": Label("轮到该单位办理", "It is their turn"),
    "task.assigned": Label("事项分派给其", "The task is given to them"),
    "task.due_changed": Label("正在办理的事项改了期限", "The date of their task has changed"),
    "task.cancelled": Label("正在办理的事项不再办理", "Their task is called off"),
    "task.paused": Label("正在办理的事项中止", "Their task is on hold"),
    "task.resumed": Label("中止的事项恢复办理", "Their task goes on"),
    "task.answered": Label("问题或意见由其提出", "They had asked or proposed"),
    "task.ended": Label("正在执行，须停止", "They carry it out and have to stop"),
    "case.received": Label("事项由其移交", "They had sent the task"),
    "case.returned": Label("事项由其移交", "They had sent the task"),
    "case.done": Label("事项由其移交", "They had sent the task"),
    "case.acted": Label("牵头本案", "They lead the case"),
    "case.still_drawing": Label("牵头本案，或须到场核实", "They lead the case or have to look at the site"),
}
STEP_NAMES: Final = {
    "tomorrow": Label("提醒", "reminder"),
    "today": Label("提醒", "reminder"),
    "overdue": Label("催办", "reminder"),
    "pressed": Label("督办", "supervised handling"),
    "reported": Label("通报", "reported"),
}
_WHOSE: Final = {
    "holder": Label("承办人", "the holder"),
    "agency": Label("承办单位的审核", "the agency's reviewers"),
    "commission": Label("牵头的发展改革委", "the commission in charge"),
    "supervision": Label("督查单位", "the supervision"),
}


@dataclass(frozen=True, slots=True)
class Heard:
    """One row and its people. `agency_id` is None where the act itself names the agency."""

    topic: str
    text: Label
    why: Label
    agency_id: int | None
    roles: list[Label]
    person: bool  # addressed to one person, not to roles
    names: list[str] = field(default_factory=list)  # those of the reader's own agencies alone
    nobody: bool = False
    mine: tuple[Planned, ...] | None = None  # over which channels the reader hears, if the reader does
    escalates: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """`real`: asked for a case that the reader reads as a whole; else for an example."""

    action: str
    number: str
    real: bool
    heard: list[Heard]
    steps: list[Label]


def answer(actor: Actor, action: str, number: str, now: datetime) -> Answer:
    """Raises NotVisible for an act or a case that there is not (for this reader)."""
    row, directory = TRANSITIONS.get(action), get_directory()
    if row is None:
        raise NotVisible
    view = _view(actor, row, number, directory, now)
    if view is None:
        raise NotVisible
    if row.from_stages == ("-",):
        rows = supposed_opening(row, view.lead_agency_id, view.number)
    else:
        found = {
            key(s.row): s for agency in doers(row, view, directory) for s in supposed(row, view, agency, directory)
        }
        rows = list(found.values())
    rank = Confidentiality(view.confidentiality).rank
    told = [(s, _recipients(s, directory, rank)) for s in rows]
    names = _names(actor, [recipient for _, people in told for recipient in people])
    heard = [_heard(actor, s, people, names, now) for s, people in told]
    steps = _steps(view.region_code, directory, now) if any(each.escalates for each in heard) else []
    return Answer(action, view.number, view.number != EXAMPLE, heard, steps)


def _view(actor: Actor, row: Transition, number: str, directory: Directory, now: datetime) -> CaseView | None:
    """The case, where the reader reads the whole of it; without one an example where the reader works."""
    if number:
        case_id = find_case_id(actor, number)
        read = reading(actor, case_id) if case_id else None
        if read is None:
            return None
        if read.part is Part.WHOLE:
            return load_case(str(case_id), actor.user_id, lock=False).view
    region = actor.posts[0].region_code if actor.posts else ""
    lead = directory.addressee(Kind.DEVELOPMENT_COMMISSION.value, region)
    return example(row, lead.id, region, directory, now) if lead is not None else None


def _recipients(each: Supposed, directory: Directory, rank: int) -> list[Recipient]:
    """By the rules that tell at work: `notifications.delivery.messages`, `notifications.recipients`."""
    row = each.row
    if row["agency"] is None:
        return []
    asked = Row(0, row["topic"], row["agency"], row["payload"], "", rank, directory.stamp)
    return [recipient for _, recipient in told_of([asked])]


def _names(actor: Actor, people: Iterable[Recipient]) -> Mapping[int, str]:
    """The names of those who are told through agencies in which the reader works, too."""
    own = {agency for post in actor.posts for agency in (post.agency_id, post.principal_id)}
    known = {recipient.user_id for recipient in people if recipient.agency_id in own}
    return dict(User.objects.filter(pk__in=known).values_list("pk", "display_name"))


def _heard(actor: Actor, each: Supposed, people: Sequence[Recipient], names: Mapping[int, str], now: datetime) -> Heard:
    row, payload = each.row, each.row["payload"]
    mine = any(recipient.user_id == actor.user_id for recipient in people)
    return Heard(
        topic=row["topic"],
        text=wording(row["topic"], payload),
        why=WHY.get(row["topic"], WHY["case.acted"]),
        agency_id=row["agency"],
        roles=[LABELS[role] for role in Role if role.value in payload["roles"]],
        person=not payload["roles"] or "assignee" in payload,
        names=[names[recipient.user_id] for recipient in people if recipient.user_id in names],
        nobody=bool(row["agency"]) and not people,
        mine=tuple(_planned(actor, row["topic"], payload, now)) if mine else None,
        escalates=row["topic"] in ("task.opened", "task.assigned"),
    )


def _planned(actor: Actor, topic: str, payload: Mapping[str, Any], now: datetime) -> list[Planned]:
    return plan(
        topic=topic,
        kind_group=kind_group(topic),
        user_id=actor.user_id,
        chosen=store.of_oneself(actor.user_id),
        created_at=now,
        due_at=due_of(payload),
        urgent=urgent(topic, payload, now),
    )


def _steps(region: str, directory: Directory, now: datetime) -> list[Label]:
    """What follows while nobody does it: the rule of the region today, step by step."""
    own = [
        Override(p.region_code, p.effective_from, p.effective_to, p.value, p.source)
        for p in directory.parameters.get(KEY, ())
    ]
    rule = rule_on(now.astimezone(CHINA).date(), region, own)
    days = {"tomorrow": -rule.tomorrow, "today": 0, "overdue": rule.overdue, "pressed": rule.pressed}
    days["reported"] = rule.reported
    return [_step(step, days[step]) for step in STEPS]


def _step(step: str, days: int) -> Label:
    to, name = _WHOSE[whom(step).to], STEP_NAMES[step]
    if days < 0:
        return Label(f"到期前 {-days} 个工作日：{name.zh}，{to.zh}", f"{_days(-days)} before: {name.en}, {to.en}")
    if days == 0 and step == "overdue":
        return Label(f"到期未办：{name.zh}，{to.zh}", f"once it is overdue: {name.en}, {to.en}")
    if days == 0:
        return Label(f"到期当日：{name.zh}，{to.zh}", f"on the day: {name.en}, {to.en}")
    return Label(f"逾期 {days} 个工作日：{name.zh}，{to.zh}", f"{_days(days)} after: {name.en}, {to.en}")


def _days(number: int) -> str:
    return "1 working day" if number == 1 else f"{number} working days"

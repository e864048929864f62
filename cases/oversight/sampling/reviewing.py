"""Reviewing a drawn case: the opinion goes into the case as the act 抽查, a demand as 督办; here stand the codes.

One transaction: the act on the case, the question to the agency, the finding and its event, or none of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.db import transaction
from django.utils import timezone

from agencies.actors import Actor
from agencies.authority import event_actor
from agencies.vocabulary import Role
from audit.actions import Action
from audit.services import record
from cases.models import Sample, SampleFinding, SampleUnit, Task
from cases.oversight.sampling.access import check_may, find_unit
from cases.oversight.sampling.planning import PREFIX, handled_by
from cases.policy.dated import CHINA
from cases.workflow import engine
from cases.workflow.errors import GuardRefused, InvalidInput, NotAllowed
from cases.workflow.view import Text

KINDS: Final = {
    "procedure": Text("程序", "Procedure"),
    "evidence": Text("证据", "Evidence"),
    "basis": Text("适用依据", "Legal basis"),
    "deadline": Text("期限", "Deadlines"),
    "document": Text("文书", "Documents"),
    "amount": Text("金额计算", "Amounts"),
    "data": Text("个人信息保护", "Personal data"),
    "other": Text("其他", "Other"),
}
SEVERITIES: Final = {
    "minor": Text("轻微", "Minor"),
    "serious": Text("一般", "Serious"),
    "grave": Text("严重", "Grave"),
}
RESULTS: Final = {"pass": Text("合格", "Passed"), "problem": Text("问题", "Problem")}
# What the act on the case calls it.
ACT_RESULT: Final = {"": "pass", "minor": "minor", "serious": "fail", "grave": "fail"}
LONGEST: Final = 2000
CHOOSE: Final = Text("请选择。", "Choose one.")
WORDS_NEEDED: Final = Text("请写明问题。", "Say what the problem is.")
TOO_LONG: Final = Text(f"最多{LONGEST}个字。", f"At most {LONGEST} characters.")
DAY: Final = Text("请填写日期，如2026-12-10。", "Write a date, such as 2026-12-10.")
PAST: Final = Text("整改期限应在今天之后。", "The day has to lie ahead.")
CONFLICT: Final = Text(
    "你办理过这件案件，不能由你评查；请由本单位其他督查人员评查。",
    "You took part in handling this case; a colleague of yours has to review it.",
)
DONE: Final = Text("这件案件已经评查，结论不再更改。", "This case was reviewed; the finding stays.")
NOT_ANSWERED: Final = Text("承办单位尚未答复，答复后才能销号。", "The agency has not answered yet.")


@dataclass(frozen=True, slots=True)
class Review:
    """What a reviewer enters; `correct_by` demands a correction by that day."""

    result: str
    kind: str = ""
    severity: str = ""
    opinion: str = ""
    correct_by: date | None = None


def read_review(data: dict[str, str], now: datetime) -> Review:
    """Raises InvalidInput with a sentence at each field."""
    given = {name: data.get(name, "").strip() for name in ("result", "kind", "severity", "opinion", "correct_by")}
    wrong: dict[str, Text] = {} if given["result"] in RESULTS else {"result": CHOOSE}
    if len(given["opinion"]) > LONGEST:
        wrong["opinion"] = TOO_LONG
    correct_by = None
    if given["result"] == "problem":
        asked = (("kind", KINDS), ("severity", SEVERITIES))
        wrong |= {name: CHOOSE for name, known in asked if given[name] not in known}
        if not given["opinion"]:
            wrong["opinion"] = WORDS_NEEDED
        if given["correct_by"]:
            try:
                correct_by = date.fromisoformat(given["correct_by"])
            except ValueError:
                wrong["correct_by"] = DAY
            if correct_by is not None and correct_by <= timezone.localtime(now, CHINA).date():
                wrong["correct_by"] = PAST
    if wrong:
        raise InvalidInput(fields=wrong)
    if given["result"] == "pass":
        return Review("pass", opinion=given["opinion"])
    return Review("problem", given["kind"], given["severity"], given["opinion"], correct_by)


def check_reviewer(actor: Actor, unit: SampleUnit) -> None:
    """Raises NotAllowed for whoever handled the case."""
    if handled_by([str(unit.case_id)], [actor.user_id]):
        raise NotAllowed(CONFLICT, code="handled_it")


@transaction.atomic
def note_finding(
    actor: Actor, sample: Sample, position: int, review: Review, version: int | None, now: datetime
) -> SampleFinding:
    """Raises NotAllowed, GuardRefused for a second finding, and what the acts on the case raise."""
    post = check_may(actor)
    unit = find_unit(actor, sample, position)
    check_reviewer(actor, unit)
    # Two reviewers at once: the second waits here and is told.
    SampleUnit.objects.select_for_update(of=("self",)).get(pk=unit.pk)
    if SampleFinding.objects.filter(sample=sample, position=position).exists():
        raise GuardRefused(DONE, code="reviewed")
    done = engine.perform(
        case_id=unit.case_id,
        action="sample_case",
        actor=actor,
        data={"result": ACT_RESULT[review.severity], "opinion": review.opinion},
        expected_version=version,
        idempotency_key=None,
        now=now,
    )
    task = _demand(actor, unit, review, now) if review.correct_by else None
    finding = _finding(actor, unit, review, done.version, task, now)
    record(
        stream=f"{PREFIX}{sample.pk}",
        action=Action.SAMPLE_FOUND,
        actor=event_actor(actor, post, Role.SUPERVISOR.value),
        data=finding_data(finding),
        now=now,
    )
    finding.save(force_insert=True)
    return finding


def _finding(
    actor: Actor, unit: SampleUnit, review: Review, seq: int, task: str | None, now: datetime
) -> SampleFinding:
    return SampleFinding(
        sample=unit.sample,
        case_id=unit.case_id,
        position=unit.position or 0,
        reviewer_id=actor.user_id,
        result=review.result,
        kind=review.kind,
        severity=review.severity,
        correct_by=review.correct_by,
        event_seq=seq,
        task_id=task,
        found_at=now,
    )


def finding_data(finding: SampleFinding) -> dict[str, object]:
    """What the event says of a finding; the case itself is named by its place in the draw alone."""
    return {
        "position": finding.position,
        "result": finding.result,
        "problem_kind": finding.kind,
        "severity": finding.severity,
        "correct_by": finding.correct_by.isoformat() if finding.correct_by else "",
        "case_seq": finding.event_seq,
        "demanded": finding.task_id is not None,
    }


def _demand(actor: Actor, unit: SampleUnit, review: Review, now: datetime) -> str:
    day = review.correct_by
    # In words: digits and hyphens in a free text are masked as a long number is.
    until = f"{day.year}年{day.month}月{day.day}日" if day else ""
    said = f"抽查整改要求（整改期限{until}）：{review.opinion}"
    asked = engine.perform(
        case_id=unit.case_id,
        action="urge",
        actor=actor,
        data={"level": "supervise", "demand": said},
        expected_version=None,
        idempotency_key=None,
        now=now,
    )
    return str(asked.opened[0]["id"])


@transaction.atomic
def accept_correction(actor: Actor, sample: Sample, position: int, now: datetime) -> SampleFinding:
    """销号: the agency has answered and the reviewer is content. Raises GuardRefused before the answer."""
    post = check_may(actor)
    unit = find_unit(actor, sample, position)
    check_reviewer(actor, unit)
    finding = SampleFinding.objects.select_for_update(of=("self",)).get(sample=sample, position=position)
    if finding.accepted_at is not None:
        raise GuardRefused(DONE, code="reviewed")
    task = Task.objects.filter(pk=finding.task_id).first() if finding.task_id else None
    if task is None or task.state != "done":
        raise GuardRefused(NOT_ANSWERED, code="not_answered")
    record(
        stream=f"{PREFIX}{sample.pk}",
        action=Action.SAMPLE_CORRECTED,
        actor=event_actor(actor, post, Role.SUPERVISOR.value),
        data={"position": position},
        now=now,
    )
    finding.accepted_by_id, finding.accepted_at = actor.user_id, now
    finding.save(update_fields=["accepted_by", "accepted_at"])
    return finding

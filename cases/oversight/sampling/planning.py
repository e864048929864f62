"""Planning a sample: the population is read once and fixed on record; only then is anything drawn from it.

The seed is made of the hash of the plan's event and of 32 bytes that the operating system gives afterwards, in a second
transaction. Whoever could influence the population did so before these bytes were there, and nobody chooses or repeats
them: a plan is drawn from once, and one that was not drawn from stays in the list.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.db import connection, transaction
from django.utils import timezone

from agencies.actors import Actor, Post
from agencies.authority import event_actor
from agencies.directory import get_directory
from agencies.visibility import whole, whole_keys
from agencies.vocabulary import Role
from audit.actions import Action
from audit.services import record
from cases.models import Sample, SampleUnit
from cases.oversight.sampling.access import NOT_YOURS, check_may
from cases.policy.dated import CHINA
from cases.policy.sampling import Member, draw, drawn_hash, population_hash, seed_of
from cases.selectors.paging import escape_like, fetch
from cases.workflow.errors import GuardRefused, InvalidInput, NotAllowed
from cases.workflow.view import Text

PREFIX: Final = "sampling/"
MOST: Final = 500
# What the supervision itself does on a case is no handling of it.
NO_HANDLING: Final = ("urge", "sample_case", "reveal_personal_data")
DAY: Final = Text("请填写日期，如2026-11-16。", "Write a date, such as 2026-11-16.")
ORDER: Final = Text("办结起日不能晚于止日。", "The first day lies after the last.")
FUTURE: Final = Text("办结止日不能晚于今天。", "The last day lies after today.")
SIZE: Final = Text(f"抽取件数为1至{MOST}的整数。", f"Between 1 and {MOST} cases.")
BY: Final = Text("请选择分层方式。", "Choose the strata.")
EMPTY: Final = Text("这段时间没有办结的案件可抽，请改选日期。", "No case was closed in this time; choose other days.")
DRAWN: Final = Text(
    "这次抽查已经抽取，不能再抽；需要时另立一次抽查。", "This sample was drawn; plan another where needed."
)


@dataclass(frozen=True, slots=True)
class Plan:
    """What somebody asks for."""

    closed_from: date
    closed_to: date
    by: str
    size: int


def read_plan(data: dict[str, str], now: datetime) -> Plan:
    """Raises InvalidInput with a sentence at each field."""
    wrong: dict[str, Text] = {}
    days: dict[str, date] = {}
    for name in ("closed_from", "closed_to"):
        try:
            days[name] = date.fromisoformat(data.get(name, "").strip())
        except ValueError:
            wrong[name] = DAY
    if len(days) == 2 and days["closed_from"] > days["closed_to"]:
        wrong["closed_to"] = ORDER
    elif "closed_to" in days and days["closed_to"] > timezone.localtime(now, CHINA).date():
        wrong["closed_to"] = FUTURE
    size = data.get("size", "").strip()
    if not (size.isascii() and size.isdigit() and len(size) < 6 and 1 <= int(size) <= MOST):
        wrong["size"] = SIZE
    if data.get("by") not in Sample.By.values:
        wrong["by"] = BY
    if wrong:
        raise InvalidInput(fields=wrong)
    return Plan(days["closed_from"], days["closed_to"], data["by"], int(size))


def plan_and_draw(actor: Actor, plan: Plan, now: datetime) -> Sample:
    """Two transactions: the plan is on record before the first random byte is asked for."""
    sample = make_plan(actor, plan, now)
    return draw_sample(actor, sample, now)


@transaction.atomic
def make_plan(actor: Actor, plan: Plan, now: datetime) -> Sample:
    """Fix the population as it is at this moment. Raises NotAllowed, InvalidInput where there is none."""
    post = check_may(actor)
    rows = _population(actor, post, plan, now)
    if not rows:
        raise InvalidInput(fields={"closed_from": EMPTY})
    sample = _numbered(actor, post, plan, rows, now)
    told = record(
        stream=f"{PREFIX}{sample.pk}",
        action=Action.SAMPLE_PLANNED,
        actor=event_actor(actor, post, Role.SUPERVISOR.value),
        data=plan_data(sample),
        now=now,
    )
    sample.plan = told.leaf
    sample.save(force_insert=True)
    _fix(sample, rows)
    return sample


def _numbered(actor: Actor, post: Post, plan: Plan, rows: list[dict[str, Any]], now: datetime) -> Sample:
    """A plan with the next number of its agency and year, which nobody else takes meanwhile."""
    members = [Member(row["number"], row["stratum"]) for row in rows]
    year = timezone.localtime(now, CHINA).year
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"{PREFIX}{post.agency_id}"])
    last = Sample.objects.filter(agency_id=post.agency_id, year=year).order_by("-serial").first()
    serial = last.serial + 1 if last else 1
    return Sample(
        region_id=post.region_code,
        agency_id=post.agency_id,
        year=year,
        serial=serial,
        number=f"{get_directory().regions[post.region_code].name[0]}抽查〔{year}〕{serial}号",
        planned_by_id=actor.user_id,
        as_of=now,
        population=len(members),
        population_sha256=population_hash(members),
        closed_from=plan.closed_from,
        closed_to=plan.closed_to,
        by=plan.by,
        size=plan.size,
    )


def _fix(sample: Sample, rows: list[dict[str, Any]]) -> None:
    SampleUnit.objects.bulk_create(
        [
            SampleUnit(
                sample=sample,
                case_id=row["case_id"],
                number=row["number"],
                stratum=row["stratum"],
                lead_id=row["lead_id"],
            )
            for row in rows
        ],
        batch_size=2000,
    )


def plan_data(sample: Sample) -> dict[str, Any]:
    """What the event says of a plan."""
    return {
        "number": sample.number,
        "region": sample.region_id,
        "closed_from": sample.closed_from.isoformat(),
        "closed_to": sample.closed_to.isoformat(),
        "strata": sample.by,
        "size": sample.size,
        "population": sample.population,
        "population_sha256": sample.population_sha256,
    }


@transaction.atomic
def draw_sample(actor: Actor, sample: Sample, now: datetime) -> Sample:
    """Draw once. Raises NotAllowed for whoever did not plan it, GuardRefused the second time."""
    post = check_may(actor)
    held = Sample.objects.select_for_update().get(pk=sample.pk)
    if held.planned_by_id != actor.user_id and post.agency_id != held.agency_id:
        raise NotAllowed(NOT_YOURS, code="may_not_sample")
    if held.seed:
        raise GuardRefused(DRAWN, code="drawn")
    units = {unit.number: unit for unit in SampleUnit.objects.filter(sample=held)}
    members = [Member(unit.number, unit.stratum) for unit in units.values()]
    if population_hash(members) != held.population_sha256:
        # Whoever sees fewer cases than the planner would draw from another population.
        raise NotAllowed(
            Text("总体中有你无权查看的案件，请由立项人抽取。", "The population holds cases that you do not see."),
            code="unseen_cases",
        )
    held.drawn, held.drawn_at = secrets.token_hex(32), now
    held.seed = seed_of(held.plan, held.drawn)
    numbers = draw(members, held.size, held.seed)
    record(
        stream=f"{PREFIX}{held.pk}",
        action=Action.SAMPLE_DRAWN,
        actor=event_actor(actor, post, Role.SUPERVISOR.value),
        data={"plan": held.plan, "drawn": held.drawn, "seed": held.seed, "taken": len(numbers),
              "taken_sha256": drawn_hash(numbers)},
        now=now,
    )  # fmt: skip
    held.save(update_fields=["drawn", "seed", "drawn_at"])
    _seat(held, [units[number] for number in numbers])
    return held


def _seat(sample: Sample, chosen: list[SampleUnit]) -> None:
    """Give the drawn cases their places and their reviewers in turn, nobody a case that they handled."""
    reviewers = _reviewers(sample)
    handled = handled_by([str(unit.case_id) for unit in chosen], reviewers)
    for position, unit in enumerate(chosen, 1):
        unit.position = position
        turn = reviewers[position % len(reviewers) :] + reviewers[: position % len(reviewers)] if reviewers else []
        unit.reviewer_id = next((user for user in turn if (str(unit.case_id), user) not in handled), None)
    SampleUnit.objects.bulk_update(chosen, ["position", "reviewer"], batch_size=500)


_STRATA: Final = {
    "agency": "(SELECT a.code FROM agencies_agency a WHERE a.id = c.lead_agency_id)",
    "county": "c.region_code",
    "outcome": "c.outcome",
}


def _population(actor: Actor, post: Post, plan: Plan, now: datetime) -> list[dict[str, Any]]:
    """The cases of the region that this person reads whole and that stand closed at this moment."""
    first = datetime.combine(plan.closed_from, datetime.min.time(), CHINA)
    last = datetime.combine(plan.closed_to, datetime.max.time(), CHINA)
    return fetch(
        f"""SELECT c.id AS case_id, c.number, c.lead_agency_id AS lead_id, {_STRATA[plan.by]} AS stratum
        FROM cases_case c WHERE c.stage = 'closed' AND c.region_code LIKE %s AND c.closed_at >= %s
            AND c.closed_at <= %s AND c.outcome <> 'merged' AND {whole("c.id")} ORDER BY c.number""",
        [escape_like(post.region_code) + "%", first, min(last, now), whole_keys(actor)],
    )


def _reviewers(sample: Sample) -> list[int]:
    """The supervisors of the agency, as of now."""
    rows = fetch(
        """SELECT DISTINCT m.user_id AS id FROM agencies_membership m JOIN agencies_user u ON u.id = m.user_id
        WHERE m.agency_id = %s AND m.role = 'supervisor' AND m.active AND agencies_in_days(m.first_day, m.last_day)
            AND u.is_active ORDER BY 1""",
        [sample.agency_id],
    )
    return [row["id"] for row in rows]


def handled_by(case_ids: list[str], users: list[int]) -> set[tuple[str, int]]:
    """Which of these people did something on which of these cases, themselves or for an absent colleague."""
    rows = fetch(
        """SELECT DISTINCT substr(e.stream, 6) AS case_id, w.id FROM audit_event e
        CROSS JOIN LATERAL (VALUES (e.actor_id), (audit_on_behalf(e.body))) AS w(id)
        WHERE e.stream = ANY(%s) AND w.id = ANY(%s) AND e.action <> ALL(%s)""",
        [[f"case/{case}" for case in case_ids], users, list(NO_HANDLING)],
    )
    return {(row["case_id"], row["id"]) for row in rows}

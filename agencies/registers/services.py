"""Adding to the registers: a reviewer or approver of a commission puts down; an event holds the hash of the line."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import Any, Final

import orjson
from django.db import transaction
from django.utils import timezone

from agencies.access.oversight import DECIDING, decides
from agencies.actors import Actor, Post
from agencies.authority import event_actor
from agencies.digits import from_digits
from agencies.errors import BadInput, NotPermitted
from agencies.models import ImpactAssessment, Provision
from audit.actions import Action
from audit.log import EventActor
from audit.services import record

IMPACT_STREAM, PROVISION_STREAM = "register/impact", "register/provision"
OCCASIONS: Final = ("sensitive", "automated", "provision", "abroad", "other")
CONCLUSIONS: Final = ("proceed", "with_measures", "stop")
FIELDS: Final = ("holder", "phone", "address", "account", "network", "consumption", "case_file")
LONGEST = 2000
HASHED: Final = {
    IMPACT_STREAM: (
        "id", "agency_id", "activity", "occasion", "lawful", "impact", "measures", "conclusion", "assessed_on",
        "recorded_by_id", "recorded_at",
    ),
    PROVISION_STREAM: (
        "id", "agency_id", "recipient_id", "recipient_text", "case_id", "event_id", "purpose", "basis", "fields",
        "subjects", "provided_at", "recorded_by_id", "recorded_at",
    ),
}  # fmt: skip


@transaction.atomic
def add_assessment(*, actor: Actor, typed: Mapping[str, str], now: datetime) -> ImpactAssessment:
    """Put down an impact assessment. Raises NotPermitted, BadInput (its `field` names the place)."""
    post, acting = keeper(actor)
    row = ImpactAssessment.objects.create(
        agency_id=post.agency_id,
        activity=_text(typed, "activity", 120),
        occasion=_code(typed, "occasion", OCCASIONS),
        lawful=_text(typed, "lawful", LONGEST),
        impact=_text(typed, "impact", LONGEST),
        measures=_text(typed, "measures", LONGEST),
        conclusion=_code(typed, "conclusion", CONCLUSIONS),
        assessed_on=_day(typed, "assessed_on", now),
        recorded_by_id=actor.user_id,
        recorded_at=now,
    )
    _tell(IMPACT_STREAM, Action.IMPACT_ASSESSED, row, acting, now)
    return row


@transaction.atomic
def add_provision(*, actor: Actor, typed: Mapping[str, str], fields: list[str], now: datetime) -> Provision:
    """Put down a provision that was made outside the product. Raises NotPermitted, BadInput."""
    post, acting = keeper(actor)
    if not fields or set(fields) - set(FIELDS):
        raise BadInput("请选择提供了哪些项目。", "Choose which items were provided.", field="fields")
    day = _day(typed, "provided_on", now)
    row = Provision.objects.create(
        agency_id=post.agency_id,
        recipient_text=_text(typed, "recipient", 120),
        purpose=_text(typed, "purpose", 200),
        basis=_text(typed, "basis", 200),
        fields=sorted(set(fields)),
        subjects=_count(typed, "subjects"),
        provided_at=min(now, timezone.make_aware(datetime.combine(day, time(12)))),
        recorded_by_id=actor.user_id,
        recorded_at=now,
    )
    _tell(PROVISION_STREAM, Action.PROVISION_RECORDED, row, acting, now)
    return row


def add_own(rows: Sequence[Provision], now: datetime) -> None:
    """Put down what the product itself has provided; one event holds the hashes of all these lines."""
    if not rows:
        return
    Provision.objects.bulk_create(rows)
    lines = {str(row.pk): _digest(PROVISION_STREAM, row) for row in rows}
    actor = EventActor(None, "system")
    record(stream=PROVISION_STREAM, action=Action.PROVISION_RECORDED, actor=actor, data={"lines": lines}, now=now)


def keeper(actor: Actor) -> tuple[Post, EventActor]:
    """In which post this person keeps the registers. Raises NotPermitted."""
    for post in actor.posts:
        if decides(post):
            return post, event_actor(actor, post, min(post.roles & DECIDING))
    raise NotPermitted(
        "登记簿由发展改革委的审核、签发人员填写。",
        "The registers are kept by the reviewers and approvers of a commission.",
    )


def digest_of(stream: str, values: Mapping[str, Any]) -> str:
    """The hash of a line as its event holds it."""
    members = [_plain(values[name]) for name in HASHED[stream]]
    return hashlib.sha256(orjson.dumps(members)).hexdigest()


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.timestamp()
    return value if isinstance(value, int | list) or value is None else str(value)


def _tell(stream: str, action: Action, row: ImpactAssessment | Provision, acting: EventActor, now: datetime) -> None:
    data = {"lines": {str(row.pk): _digest(stream, row)}}
    record(stream=stream, action=action, actor=acting, data=data, now=now)


def _digest(stream: str, row: ImpactAssessment | Provision) -> str:
    return digest_of(stream, {name: getattr(row, name) for name in HASHED[stream]})


def _text(typed: Mapping[str, str], name: str, longest: int) -> str:
    value = typed.get(name, "").strip()
    if not value or len(value) > longest:
        raise BadInput(
            f"请填写此项，不超过 {longest} 字。", f"Fill this in, with at most {longest} characters.", field=name
        )
    return value


def _code(typed: Mapping[str, str], name: str, known: tuple[str, ...]) -> str:
    value = typed.get(name, "")
    if value not in known:
        raise BadInput("请选择一项。", "Choose one.", field=name)
    return value


def _count(typed: Mapping[str, str], name: str) -> int:
    value = from_digits(typed.get(name, "").strip(), 100_000_000)
    if not value:
        raise BadInput("请填写涉及的人数（正整数）。", "Say how many people are concerned.", field=name)
    return value


def _day(typed: Mapping[str, str], name: str, now: datetime) -> date:
    try:
        day = date.fromisoformat(typed.get(name, ""))
    except ValueError:
        day = date.max
    if not date(2016, 1, 1) <= day <= timezone.localtime(now).date():
        raise BadInput("请填写不晚于今天的日期。", "Give a day that is not in the future.", field=name)
    return day

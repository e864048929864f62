"""Drafts of acts: one a person, case and act, sealed, until the act is done or two weeks have passed.

A draft is no act: it changes no case and leaves no event. Whoever saves one has been found to see the case, by the page
that asks; the wall of the table asks again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import orjson
from django.db import connection

from agencies.actors import Actor, Post
from agencies.selectors import display_names
from audit.ids import new_id
from audit.sight import working_as
from cases.models import Draft, IdempotencyKey
from cases.models.sealing import CannotOpen, draft_place, key_ring
from cases.workflow.errors import InvalidInput
from cases.workflow.transitions import TRANSITIONS
from cases.workflow.view import Text

KEPT_FOR: Final = timedelta(days=14)
# Of JSON: far more than the longest form, and far less than a request may bring.
LARGEST: Final = 512 * 1024
# Chosen by the page, not by the person.
GIVEN: Final = frozenset({"task"})
Case = UUID | str | None

_SAVE: Final = """
INSERT INTO cases_draft (id, user_id, agency_id, case_id, action, version, shared, sealed, saved_at, expires_at)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (user_id, case_id, action) DO UPDATE SET agency_id = excluded.agency_id, version = excluded.version,
    shared = excluded.shared, sealed = excluded.sealed, saved_at = excluded.saved_at, expires_at = excluded.expires_at
"""


class TooLarge(InvalidInput):
    """More than a draft holds."""

    code = "draft_too_large"
    default = Text(
        "填写的内容过长，草稿没有保存；请把长篇材料作为附件上传。",
        "The text is too long to be kept as a draft; upload long material as a file.",
    )


@dataclass(frozen=True, slots=True)
class Kept:
    """A draft as it is offered: what was typed, the version of the case it rests on, when it was saved and by whom."""

    data: dict[str, Any]
    version: int | None
    saved_at: datetime
    user_id: int
    name: str = ""
    own: bool = True


def save(
    actor: Actor,
    case_id: Case,
    action: str,
    data: Mapping[str, Any],
    *,
    version: int | None,
    now: datetime,
    shared: bool = False,
) -> datetime | None:
    """Keep what was typed and return when; None where nothing was, and then no draft of it is left.

    `shared`: colleagues of the same agency who may do the act can go on with it. Raises TooLarge.
    """
    typed = {name: value for name, value in data.items() if value not in (None, "", [], {})}
    if typed.keys() <= GIVEN:
        _remove(_own(actor, case_id, action))
        return None
    content = orjson.dumps(typed, default=str)
    if len(content) > LARGEST:
        raise TooLarge
    case = UUID(str(case_id)) if case_id else None
    post = _post(actor, action)
    place = draft_place(actor.user_id, case.bytes if case else None, action)
    sealed = key_ring().seal(content, place)
    agency = post.agency_id if post else None
    row = [actor.user_id, agency, case, action, version, shared and post is not None, sealed, now, now + KEPT_FOR]
    with connection.cursor() as cursor:
        cursor.execute(_SAVE, [new_id(), *row])
    return now


def load(actor: Actor, case_id: Case, action: str, *, now: datetime) -> Kept | None:
    """The person's own draft of this act."""
    return _opened(_own(actor, case_id, action), now)


def load_shared(actor: Actor, case_id: UUID | str, action: str, *, now: datetime) -> Kept | None:
    """The newest draft of this act that is the person's own, or a colleague's who shares it."""
    found = _own(actor, case_id, action) | Draft.objects.filter(
        case_id=case_id, action=action, shared=True, agency_id__in=_acting(actor, action)
    )
    kept = _opened(found, now)
    if kept is None or kept.user_id == actor.user_id:
        return kept
    name = display_names(actor, {kept.user_id}).get(kept.user_id, "")
    return Kept(kept.data, kept.version, kept.saved_at, kept.user_id, name, own=False)


def is_done(actor: Actor, key: str) -> bool:
    """Whether the form with this key has been done: what its page still sends by itself is no draft any more."""
    return bool(key) and IdempotencyKey.objects.filter(actor_id=actor.user_id, key=key).exists()


def drop(actor: Actor, case_id: Case, action: str) -> None:
    """The act was done or given up: the own draft goes, and with it those that colleagues shared for it."""
    found = _own(actor, case_id, action)
    if case_id:
        shared = {"case_id": case_id, "action": action, "shared": True, "agency_id__in": _acting(actor, action)}
        found |= Draft.objects.filter(**shared)
    _remove(found)


def give_up(actor: Actor, case_id: Case, action: str) -> None:
    """The own draft goes; what colleagues share stays."""
    _remove(_own(actor, case_id, action))


@working_as("drafts")
def last_saved(user_id: int, *, since: datetime) -> datetime | None:
    """When somebody whose session has just ended last saved a draft; nothing of what it says."""
    found = Draft.objects.filter(user_id=user_id, saved_at__gte=since).order_by("-saved_at")
    return found.values_list("saved_at", flat=True).first()


@working_as("drafts")
def discard_expired(now: datetime) -> int:
    """Throw away drafts whose time is over; returns how many."""
    return Draft.objects.filter(expires_at__lte=now).delete()[0]


def _own(actor: Actor, case_id: Case, action: str) -> Any:
    case = {"case_id": case_id} if case_id else {"case__isnull": True}
    return Draft.objects.filter(user_id=actor.user_id, action=action, **case)


def _opened(found: Any, now: datetime) -> Kept | None:
    """The newest of these that still counts. One that does not open any more is as if it were not there."""
    for row in found.filter(expires_at__gt=now).order_by("-saved_at"):
        place = draft_place(row.user_id, row.case_id.bytes if row.case_id else None, row.action)
        try:
            data = orjson.loads(key_ring().open(row.sealed, place))
        except CannotOpen:
            continue
        return Kept(data, row.version, row.saved_at, row.user_id)
    return None


def _remove(found: Any) -> None:
    """Rows are found with the sight of the person, and taken away by the system, as every row is."""
    ids = list(found.values_list("id", flat=True))
    if ids:
        with working_as("drafts"):
            Draft.objects.filter(id__in=ids).delete()


def _post(actor: Actor, action: str) -> Post | None:
    """In whose name a draft is kept: the first post that holds a role of the act."""
    fitting = (post for post in actor.posts if _fits(post, action))
    return next(fitting, actor.posts[0] if actor.posts else None)


def _acting(actor: Actor, action: str) -> list[int]:
    """The agencies in which this person holds a role of the act."""
    return [post.agency_id for post in actor.posts if _fits(post, action)]


def _fits(post: Post, action: str) -> bool:
    row = TRANSITIONS.get(action)
    return row is not None and not post.roles.isdisjoint(row.role)

"""How somebody gets in, in words: password, second factors, sessions, lock, who helps."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext

from agencies.access import live, lockout
from agencies.access.addresses import UNKNOWN_DEVICE
from agencies.access.passwords import keeping
from agencies.access.second import factors
from agencies.access.standing import SET_UP, Standing
from agencies.actors import Actor
from agencies.authority import agencies_of
from agencies.models import LiveSession, Membership, User, counting
from agencies.vocabulary import Role
from audit import clock
from cases.web.show.own import told
from cases.web.show.words import say


def context(own: User, entry: str, now: Standing | None) -> dict[str, Any]:
    """The person's own page."""
    sessions = [_session(row, entry) for row in live.of(own)]
    return {
        **_way_in(own),
        "sessions": sorted(sessions, key=lambda row: not row["current"]),
        "owes_set_up": now is not None and now.owes == SET_UP,
        "events": told.recent(own),
        "helpers": _helpers(own),
    }


def context_of_other(actor: Actor, user: User) -> dict[str, Any]:
    """The page of somebody for who may help."""
    until = lockout.closed_until(user.username, None)
    return {
        **_way_in(user),
        "person": user,
        "self": user.pk == actor.user_id,
        "sessions": [_session(row, "") for row in live.of(user)],
        "locked_until": timezone.localtime(until).strftime("%H:%M") if until else "",
    }


def _way_in(user: User) -> dict[str, Any]:
    password, held = keeping.known(user), factors.held(user)
    return {
        "password_set_at": password.set_at if password else None,
        "password_given": bool(password and password.must_change),
        "password_days": told.days_left(user),
        "factors": [each for each in held if each.type != factors.Type.RECOVERY_CODES],
        "recovery": next((each for each in held if each.type == factors.Type.RECOVERY_CODES), None),
        "has_app": factors.has_app(user),
        "required": factors.required_of(user),
    }


def _session(row: LiveSession, entry: str) -> dict[str, Any]:
    return {
        "id": str(row.pk),
        "begun_at": row.begun_at,
        "seen_at": row.seen_at,
        "device": row.device or say(UNKNOWN_DEVICE),
        "address": row.address or gettext("未知地址"),
        "current": str(row.pk) == entry,
    }


def _helpers(own: User) -> list[dict[str, str]]:
    """The security administrators of the regions of the person's agencies."""
    regions = [agency.region_id for agency in agencies_of(own)]
    rows = (
        Membership.objects.filter(
            counting(timezone.localdate(clock.now())), role=Role.SECURITY_ADMIN, user__is_active=True
        )
        .exclude(user=own)
        .select_related("user", "agency")
    )
    return [
        {"name": row.user.display_name, "agency": row.agency.name}
        for row in rows
        if regions and all(region.startswith(row.agency.region_id) for region in regions)
    ]

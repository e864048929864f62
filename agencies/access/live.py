"""The open sessions of people, as rows: to list them, to end them from elsewhere, to have no more than so many."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest

from agencies.access import addresses
from agencies.access.standing import ENTRY
from agencies.models import LiveSession, User
from audit import clock
from audit.sight import working_as

# Seconds by which `seen_at` may be behind: it is not written on every request.
GRAIN = 60


@working_as("entry")
@transaction.atomic
def begin(user: User, request: HttpRequest) -> int:
    """Note a session that begins; returns how many older ones it ended."""
    User.objects.select_for_update().get(pk=user.pk)
    end(request.session.get(ENTRY))
    _sweep()
    now, own = clock.real_now(), uuid4()
    LiveSession.objects.create(
        id=own,
        user=user,
        begun_at=now,
        seen_at=now,
        device=addresses.device(request),
        address=addresses.client_address(request)[:45],
    )
    request.session[ENTRY] = str(own)
    open_ones = LiveSession.objects.filter(user=user).order_by("-begun_at", "-seen_at")
    surplus = [row for row in open_ones.values_list("id", flat=True)[settings.SESSION_LIMIT :] if row != own]
    LiveSession.objects.filter(pk__in=surplus).delete()
    return len(surplus)


@working_as("entry")
def seen(entry: str) -> None:
    LiveSession.objects.filter(pk=entry).update(seen_at=clock.real_now())


@working_as("entry")
def of(user: User) -> list[LiveSession]:
    """The open sessions of a person, the newest first."""
    _sweep()
    return list(LiveSession.objects.filter(user=user).order_by("-begun_at"))


@working_as("entry")
def end(entry: str | UUID | None) -> None:
    if entry:
        LiveSession.objects.filter(pk=entry).delete()


@working_as("entry")
def end_all(user: User, *, but: str | None = None) -> int:
    """End the sessions of a person, but for this one; returns how many."""
    rows = LiveSession.objects.filter(user=user)
    return (rows.exclude(pk=but) if but else rows).delete()[0]


@transaction.atomic
def _sweep() -> None:
    """Those that ended by themselves and whose browsers never came back; what another login sweeps is left to it."""
    now = clock.real_now()
    idle = now - timedelta(seconds=settings.SESSION_IDLE_SECONDS + 2 * GRAIN)
    old = now - timedelta(seconds=settings.SESSION_COOKIE_AGE)
    over = LiveSession.objects.filter(Q(seen_at__lt=idle) | Q(begun_at__lt=old)).select_for_update(skip_locked=True)
    LiveSession.objects.filter(pk__in=list(over.values_list("pk", flat=True))).delete()

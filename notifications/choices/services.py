"""Changing one's own choices and contacts: each with an event in the stream of the account, without the value.

A contact counts only once its code came back. Six digits, a quarter of an hour, five tries, one code a minute and five
an hour, counted by person and by where they go: who tries for a year meets one in some thousand.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Final

from django.db import transaction

from agencies.access import trail
from agencies.access.rates import Rate, spend
from agencies.actors import Actor
from agencies.authority import event_actor
from agencies.errors import AgencyError, BadInput
from agencies.models import User
from audit.actions import Action
from audit.ids import new_id
from audit.sight import working_as
from notifications.channels.senders import usable
from notifications.choices import checking
from notifications.choices.models import Contact, Preference
from notifications.choices.planning import Choice, Quiet
from notifications.choices.sealing import code_of, sealed

LIVES: Final = timedelta(minutes=15)
PAUSE: Final = timedelta(minutes=1)
TRIES: Final = 5
CODES = Rate("contact_codes", 5, 3600)
TYPED = Rate("contact_tries", 20, 3600)


@transaction.atomic
def choose(
    *, actor: Actor, groups: Mapping[str, Choice], quiet: Quiet | None, digest_at: time, now: datetime
) -> Preference:
    """Keep one's choices, which `checking` has judged."""
    own = User.objects.select_for_update().get(pk=actor.user_id)
    kept = Preference.objects.filter(user=own).first() or Preference(user=own)
    kept.groups = {code: {"mode": each.mode, "channels": list(each.channels)} for code, each in groups.items()}
    kept.quiet_from, kept.quiet_to = (quiet.start, quiet.end) if quiet else (None, None)
    kept.digest_at, kept.changed_at = digest_at, now
    kept.save()
    data = {
        "groups": kept.groups,
        "quiet": [f"{quiet.start:%H:%M}", f"{quiet.end:%H:%M}"] if quiet else None,
        "digest_at": f"{digest_at:%H:%M}",
    }
    trail.note(own, Action.NOTIFICATIONS_CHOSEN, data, by=event_actor(actor), now=now)
    return kept


@transaction.atomic
def enter_contact(*, actor: Actor, channel: str, typed: str, now: datetime) -> Contact:
    """Note an address or number that waits for its code; the one in use stays until then. Raises BadInput, TooOften."""
    if channel not in usable():
        raise BadInput(
            "本系统没有开通这个渠道。请联系系统运维人员。",
            "This installation has no such channel; ask its operator.",
            field="channel",
        )
    value = checking.contact(channel, typed)
    own = User.objects.select_for_update().get(pk=actor.user_id)
    waiting = Contact.objects.filter(user=own, channel=channel, confirmed_at__isnull=True).first()
    _not_so_fast(waiting, now)
    spend(CODES, f"{own.pk}/{channel}")
    # Whoever it belongs to is not to be flooded from many accounts.
    spend(CODES, f"to/{channel}/{value}")
    _forget(own, channel, used=False)
    key = new_id()
    made = Contact.objects.create(
        id=key,
        user=own,
        channel=channel,
        sealed=sealed(key, value),
        nonce=secrets.token_bytes(16),
        wanted_at=now,
        expires_at=now + LIVES,
    )
    trail.note(own, Action.CONTACT_ENTERED, {"channel": channel}, by=event_actor(actor), now=now)
    return made


def confirm_contact(*, actor: Actor, channel: str, code: str, now: datetime) -> None:
    """Put a contact into use, in place of the one before. Raises BadInput where the code is not the one sent."""
    spend(TYPED, f"{actor.user_id}/{channel}")
    # A wrong try has to stay counted, whatever is raised afterwards.
    problem = _tried(actor, channel, code, now)
    if problem is not None:
        raise problem


@transaction.atomic
def _tried(actor: Actor, channel: str, code: str, now: datetime) -> AgencyError | None:
    own = User.objects.select_for_update().get(pk=actor.user_id)
    waiting = Contact.objects.filter(user=own, channel=channel, confirmed_at__isnull=True).first()
    if waiting is None or now >= waiting.expires_at or waiting.tries >= TRIES:
        return BadInput(
            "验证码已失效，请重新获取。", "The code counts no more; ask for another one.", field=f"code_{channel}"
        )
    if not hmac.compare_digest(code_of(waiting).encode(), code.strip().encode()):
        waiting.tries += 1
        waiting.save(update_fields=["tries"])
        left = TRIES - waiting.tries
        return BadInput(
            f"验证码不正确，还可以试 {left} 次。",
            f"This is not the code; {left} tries are left.",
            field=f"code_{channel}",
        )
    _forget(own, channel, used=True)
    waiting.confirmed_at, waiting.nonce = now, b""
    waiting.save(update_fields=["confirmed_at", "nonce"])
    trail.note(own, Action.CONTACT_CONFIRMED, {"channel": channel}, by=event_actor(actor), now=now)
    return None


@transaction.atomic
def remove_contact(*, actor: Actor, channel: str, now: datetime) -> bool:
    """Forget the contact of a channel, confirmed or not. Nothing goes there any more."""
    own = User.objects.select_for_update().get(pk=actor.user_id)
    removed = _forget(own, channel)
    if removed:
        trail.note(own, Action.CONTACT_REMOVED, {"channel": channel}, by=event_actor(actor), now=now)
    return bool(removed)


@working_as("contacts")
def _forget(own: User, channel: str, *, used: bool | None = None) -> int:
    """Rows are deleted by system actors alone, for a person who has been checked."""
    rows = Contact.objects.filter(user=own, channel=channel)
    if used is not None:
        rows = rows.filter(confirmed_at__isnull=not used)
    return rows.delete()[0]


def _not_so_fast(waiting: Contact | None, now: datetime) -> None:
    if waiting is not None and now < waiting.wanted_at + PAUSE:
        wait = int((waiting.wanted_at + PAUSE - now).total_seconds()) + 1
        raise AgencyError(
            f"验证码刚发出，请在 {wait} 秒后再获取。",
            f"A code was sent just now; ask for another one in {wait} seconds.",
            field="channel",
            code="throttled",
        )

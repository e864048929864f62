"""How somebody likes the pages: no right, no record of consequence, hence no event."""

from __future__ import annotations

from agencies.actors import Actor
from agencies.models import User


def wants_keys(user_id: int) -> bool:
    """Whether single keys of the keyboard do anything on this person's pages."""
    return User.objects.filter(pk=user_id, keys=True).exists()


def switch_keys(*, actor: Actor, on: bool) -> None:
    """One's own, from the next page on, on every device."""
    User.objects.filter(pk=actor.user_id).update(keys=on)

"""An authenticator app in the hand of a test, and people who have one."""

from __future__ import annotations

import time

from allauth.mfa.totp.internal.auth import format_hotp_value, generate_totp_secret, hotp_value

from agencies.actors import find_actor
from agencies.errors import BadInput
from agencies.models import User
from agencies.services import add_app
from audit import clock


def code_of(secret: str, steps: int = 0) -> str:
    """What the app shows now, or so many steps of half a minute away."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + steps))


def with_app(username: str) -> tuple[str, list[str]]:
    """Give this person an authenticator app; the secret and the recovery codes. The code before this one is used up."""
    secret, user = generate_totp_secret(), User.objects.get(username=username)
    own = {"actor": find_actor(username), "user": user, "secret": secret, "now": clock.now(), "session": None}
    try:
        return secret, add_app(**own, code=code_of(secret, -1))
    except BadInput:  # half a minute ended just between
        return secret, add_app(**own, code=code_of(secret, -1))

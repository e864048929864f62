"""Single sign-on as events of the account."""

from __future__ import annotations

from django.http import HttpRequest

from agencies.access.addresses import client_address
from agencies.access.trail import digest, note
from agencies.models import User
from audit.actions import Action


def accepted(request: HttpRequest, user: User, subject: str, *, strong: bool) -> None:
    """Somebody came through the city's sign-on; the provider's own name for the person is sealed."""
    address, sealed = client_address(request), {"subject": subject[:255]}
    note(user, Action.SSO_ACCEPTED, {"second_factor": strong}, address=address, sealed=sealed)


def refused(request: HttpRequest, code: str, named: str) -> None:
    """Nobody came through; of a name that is no account's only a keyed digest is kept."""
    data = {"code": code, **({"name_digest": digest(named, "agencies.sso")} if named else {})}
    note(None, Action.SSO_REFUSED, data, address=client_address(request))

"""Systems of agencies: set up, given a new secret and ended by the operator of the system."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from oauth2_provider.generators import generate_client_secret
from oauth2_provider.models import AccessToken, Application

from agencies.access import trail
from agencies.actors import Actor
from agencies.authority import event_actor
from agencies.errors import BadInput, NotPermitted
from agencies.models import Agency, Client, Membership, User
from agencies.services.roles import end_role, grant_role
from agencies.vocabulary import Role, Scope, codes
from audit.actions import Action


@transaction.atomic
def create_client(
    *, actor: Actor, agency: Agency, username: str, display_name: str, scopes: Sequence[str], now: datetime
) -> tuple[Client, str]:
    """Make a system's account with its credentials; returns the client and its secret, which nobody sees again.

    Raises NotPermitted, BadInput, AgencyError.
    """
    _require_operator(actor)
    _check(username, display_name, scopes)
    user = User(username=username, display_name=display_name, agency=agency, created_at=now)
    user.set_unusable_password()
    user.save(force_insert=True)
    secret = generate_client_secret()
    application = Application.objects.create(
        name=username,
        client_type=Application.CLIENT_CONFIDENTIAL,
        authorization_grant_type=Application.GRANT_CLIENT_CREDENTIALS,
        client_secret=secret,
        hash_client_secret=True,
    )
    client = Client.objects.create(
        user=user, agency=agency, application=application, scopes=sorted(set(scopes)), created_at=now
    )
    acting, about = event_actor(actor), {"agency": agency.pk, "agency_code": agency.code}
    sealed = {"display_name": display_name, "staff_no": ""}
    trail.note(user, Action.ACCOUNT_CREATED, {**about, "language": user.language}, by=acting, sealed=sealed, now=now)
    told = {**about, "client": application.client_id, "scopes": client.scopes}
    trail.note(user, Action.CLIENT_CREATED, told, by=acting, now=now)
    grant_role(actor=actor, user=user, agency=agency, role=Role.HANDLER, now=now)
    return client, secret


@transaction.atomic
def rotate_client_secret(*, actor: Actor, client: Client, now: datetime) -> str:
    """A new secret; the old one and every token end at once. Raises NotPermitted, BadInput (ended)."""
    _require_operator(actor)
    locked = _locked(client)
    if not locked.active:
        raise BadInput("该系统账号已终止，请另行新建。", "This client has ended; create a new one.", field="client")
    secret = generate_client_secret()
    application = locked.application
    application.client_secret = secret
    application.save(update_fields=["client_secret", "updated"])
    _end_tokens(locked)
    _record(locked, Action.CLIENT_SECRET_CHANGED, actor, now)
    return secret


@transaction.atomic
def end_client(*, actor: Actor, client: Client, now: datetime) -> None:
    """End a system: its tokens, its role and its account, from the next request on. Raises NotPermitted."""
    _require_operator(actor)
    locked = _locked(client)
    if not locked.active:
        return
    _end_tokens(locked)
    for membership in Membership.objects.filter(user=locked.user, active=True):
        end_role(actor=actor, membership=membership, now=now)
    locked.active, locked.ended_at = False, now
    locked.save(update_fields=["active", "ended_at"])
    _record(locked, Action.CLIENT_ENDED, actor, now)
    if locked.user.is_active:
        locked.user.is_active = False
        locked.user.save(update_fields=["is_active"])
        _record(locked, Action.ACCOUNT_DISABLED, actor, now, client_id=False)


def _locked(client: Client) -> Client:
    return (
        Client.objects.select_for_update(of=("self",)).select_related("user", "application", "agency").get(pk=client.pk)
    )


def _end_tokens(client: Client) -> None:
    AccessToken.objects.filter(application=client.application).delete()


def _record(client: Client, action: Action, actor: Actor, now: datetime, *, client_id: bool = True) -> None:
    data = {"client": client.application.client_id} if client_id else {}
    trail.note(client.user, action, data, by=event_actor(actor), now=now)


def _require_operator(actor: Actor) -> None:
    if not actor.is_system:
        raise NotPermitted(
            "外部系统的接入由系统运维人员在服务器上设置。",
            "Clients are set up by the operator of the system, on the server.",
        )


def _check(username: str, display_name: str, scopes: Sequence[str]) -> None:
    if not re.fullmatch(r"[a-z0-9][a-z0-9._-]{1,63}", username) or User.objects.filter(username=username).exists():
        raise BadInput(
            f"“{username}”不能用作系统账号：须为 2 到 64 位小写字母、数字、点、横线或下划线，且未被使用。",
            f"{username} cannot be used: 2 to 64 lower-case letters, digits, dots or hyphens, and not taken.",
            field="username",
        )
    if not display_name.strip() or len(display_name) > 40 or not display_name.isprintable():
        raise BadInput(
            "请填写系统名称，不超过 40 个字。", "Name the system, in at most 40 characters.", field="display_name"
        )
    if not scopes or set(scopes) - set(codes(Scope)):
        known = "、".join(codes(Scope))
        raise BadInput(f"授权范围应为：{known}。", f"Scopes are: {', '.join(codes(Scope))}.", field="scopes")

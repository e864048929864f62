"""Endpoints of an agency: added, changed, switched, given a new secret and tried out by its own administrator."""

from __future__ import annotations

import base64
import secrets as chance
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from agencies.actors import Actor
from agencies.authority import acting_as
from agencies.errors import AgencyError, BadInput, NotPermitted
from agencies.models import Agency
from agencies.vocabulary import Label, Role
from audit.actions import Action
from audit.ids import new_id
from audit.log import EventActor
from notifications.channels.base import SENDERS, NotTaken, Outgoing
from notifications.channels.endpoints.checking import check_address_of, check_name, check_secret, check_topics
from notifications.channels.endpoints.model import BOTH_SIGN, Endpoint
from notifications.channels.endpoints.relaying import answered
from notifications.channels.endpoints.sealing import Kept, blind, opened, seal, secrets
from notifications.channels.endpoints.telling import tell
from notifications.channels.problems import as_kept
from notifications.channels.webhook import PREFIX

_TEST = Label("测试消息：单位通知渠道已接通", "A test: this channel works")


@dataclass(frozen=True, slots=True)
class Draft:
    """An endpoint as it was typed. The secret is a robot's; that of a webhook is made here."""

    channel: str
    name: str
    url: str = field(repr=False)
    secret: str = field(repr=False)
    topics: Sequence[str]
    language: str


@transaction.atomic
def add_endpoint(*, actor: Actor, agency: Agency, draft: Draft, now: datetime) -> tuple[Endpoint, str]:
    """A new endpoint, and the secret of a webhook, which nobody sees again.

    Raises NotPermitted, BadInput, AgencyError.
    """
    acting = keeper(actor, agency)
    hook = draft.channel == "webhook"
    endpoint = Endpoint(
        agency=agency,
        channel=draft.channel,
        name=check_name(draft.name),
        host=check_address_of(draft.channel, draft.url),
        blind=blind(draft.url),
        topics=check_topics(draft.topics),
        language=_language(draft.language),
        created_at=now,
    )
    own = new_secret() if hook else check_secret(draft.channel, draft.secret)
    endpoint.secret_version = 1 if own else 0
    if Endpoint.objects.filter(agency=agency, blind=endpoint.blind).exists():
        raise AgencyError(
            "这个地址已经添加过。请在列表中修改或启用原有的一条。",
            "This address is on the list already; change that one, or switch it on.",
            code="endpoint_twice",
        )
    seal(endpoint, Kept(draft.url, own))
    endpoint.save(force_insert=True)
    about = {"topics": endpoint.topics, "language": endpoint.language, "version": endpoint.secret_version}
    tell(endpoint, Action.ENDPOINT_ADDED, acting, now, about, named=True)
    return endpoint, own if hook else ""


@transaction.atomic
def change_endpoint(
    *, actor: Actor, endpoint: Endpoint, name: str, topics: Sequence[str], language: str, now: datetime
) -> None:
    """What it is called, what it hears and in which language. Raises NotPermitted, BadInput."""
    acting, row = _held(actor, endpoint)
    row.name, row.topics, row.language = check_name(name), check_topics(topics), _language(language)
    row.save(update_fields=["name", "topics", "language"])
    about = {"topics": row.topics, "language": row.language}
    tell(row, Action.ENDPOINT_CHANGED, acting, now, about, named=True)


@transaction.atomic
def switch_endpoint(*, actor: Actor, endpoint: Endpoint, active: bool, now: datetime) -> None:
    """On or off; what is as it was asked for stays without an event. Raises NotPermitted."""
    acting, row = _held(actor, endpoint)
    if row.active == active:
        return
    row.active, row.off = active, "" if active else Endpoint.Off.BY_HAND
    row.save(update_fields=["active", "off"])
    tell(row, Action.ENDPOINT_SWITCHED, acting, now, {"active": active})


@transaction.atomic
def change_secret(*, actor: Actor, endpoint: Endpoint, secret: str, at_once: bool, now: datetime) -> str:
    """A webhook gets a new secret, which is returned; the one before it signs for seven days more, unless `at_once`.

    Of a robot the secret is entered as its platform shows it. Raises NotPermitted, BadInput.
    """
    acting, row = _held(actor, endpoint)
    kept = opened(row)
    own = new_secret() if row.channel == "webhook" else check_secret(row.channel, secret)
    both = row.channel == "webhook" and not at_once
    row.secret_version += 1
    row.former_until = now + BOTH_SIGN if both else None
    seal(row, Kept(kept.url, own, kept.secret if both else ""))
    row.save(update_fields=["secret_version", "former_until", "sealed"])
    tell(row, Action.ENDPOINT_SECRET_CHANGED, acting, now, {"version": row.secret_version, "at_once": not both})
    return own if row.channel == "webhook" else ""


def try_endpoint(*, actor: Actor, endpoint: Endpoint, now: datetime) -> Label | None:
    """Send a message that says what it is; what went wrong, None where the other side took it. Raises NotPermitted.

    The call is made outside of any transaction, after the event: a call that nobody recorded is not made.
    """
    with transaction.atomic():
        acting, row = _held(actor, endpoint)
        tell(row, Action.ENDPOINT_TESTED, acting, now)
    sealed = opened(row)
    text = _TEST.en if row.language == "en" else _TEST.zh
    message = Outgoing(
        id=str(new_id()),
        channel=row.channel,
        address=sealed.url,
        language=row.language,
        topic="endpoint.test",
        subject=text,
        text=text,
        link=f"{settings.PUBLIC_URL}{reverse('channels:endpoint', args=[row.pk])}",
        created_at=now,
        payload={},
        secret=secrets(row, sealed, now),
    )
    try:
        SENDERS[row.channel](message)
    except NotTaken as refused:
        answered(row.pk, now=now, problem=as_kept(refused.said))
        return refused.said
    answered(row.pk, now=now)
    return None


def keeper(actor: Actor, agency: Agency) -> EventActor:
    """Who acts, if they may set up where this agency is told: its own administrator. Raises NotPermitted."""
    acting = acting_as(actor, agency, Role.AGENCY_ADMIN)
    if acting is None:
        raise NotPermitted(
            f"{agency.name}的通知渠道由该单位的单位管理员设置。",
            f"The channels of {agency.code} are set up by its own administrator.",
        )
    return acting


def new_secret() -> str:
    """256 bits, written as Standard Webhooks write them."""
    return PREFIX + base64.b64encode(chance.token_bytes(32)).decode()


def _held(actor: Actor, endpoint: Endpoint) -> tuple[EventActor, Endpoint]:
    row = Endpoint.objects.select_for_update(of=("self",)).select_related("agency").get(pk=endpoint.pk)
    return keeper(actor, row.agency), row


def _language(typed: str) -> str:
    if typed not in {"zh", "en"}:
        raise BadInput("请选择语言。", "Choose the language.", field="language")
    return typed

"""Sending the codes that confirm contacts: by a worker, so that no page waits for a gateway."""

from __future__ import annotations

import logging
import time
from datetime import datetime
from typing import Final

from celery import current_app
from django.conf import settings
from django.db import transaction
from django.db.models import Q

from agencies.vocabulary import Label
from cases.models.sealing import CannotOpen
from notifications.channels.base import SENDERS, NotTaken, Outgoing, Permanent, Temporary
from notifications.channels.problems import as_kept
from notifications.choices.models import Contact
from notifications.choices.sealing import code_of, opened

logger = logging.getLogger(__name__)

TASK: Final = "notifications.send_codes"
AT_ONCE: Final = 30.0  # seconds after which the rest is left to the next look
LONGEST: Final = AT_ONCE + 90  # that one look takes; no sender takes longer than a minute
SUBJECT = Label("联治：验证码", "Lianzhi: confirmation code")
TEXT = Label(
    "验证码 {code}，15 分钟内有效，用于确认消息提醒的联系方式。不是本人操作的，请忽略。",
    "Code {code}, good for 15 minutes, to confirm where notifications go. Ignore it if you did not ask for it.",
)
NOT_SENT = Label("没有发出（{kind}）", "not sent ({kind})")


def ring() -> None:
    """Tell the workers once this transaction has committed; the sweep finds what nobody rang for."""
    if settings.OUTBOX_TASK:
        transaction.on_commit(_ring)


def _ring() -> None:
    try:
        current_app.send_task(TASK, ignore_result=True, retry=False, expires=10)
    except Exception:
        logger.warning("the workers could not be told of a code", exc_info=True)


def send_codes(now: datetime) -> int:
    """Send every code that waits and still counts. Returns how many went out.

    One row at a time: it is marked before its sending begins, so that two workers send no code twice. What could not be
    sent is said on the page, and a worker that dies in between loses that one code: its person asks for another one.
    """
    sent, began = 0, time.monotonic()
    while time.monotonic() - began < AT_ONCE and (contact := _next(now)) is not None:
        sent += _send(contact)
    return sent


@transaction.atomic
def _next(now: datetime) -> Contact | None:
    waiting = Q(confirmed_at__isnull=True, sent_at__isnull=True, expires_at__gt=now, problem="")
    contact = Contact.objects.select_for_update(skip_locked=True).filter(waiting).order_by("wanted_at").first()
    if contact is not None:
        contact.sent_at = now
        contact.save(update_fields=["sent_at"])
    return contact


def _send(contact: Contact) -> bool:
    try:
        SENDERS[contact.channel](_outgoing(contact))
    except (Temporary, Permanent, CannotOpen, KeyError) as fault:
        return _failed(contact, fault)
    except Exception as fault:
        logger.exception("a code could not be sent over %s", contact.channel)
        return _failed(contact, fault)
    return True


def _failed(contact: Contact, fault: Exception) -> bool:
    """The person sees that it did not go out, and may ask for another one."""
    kind = type(fault).__name__
    said = fault.said if isinstance(fault, NotTaken) else Label(*(half.format(kind=kind) for half in NOT_SENT))
    Contact.objects.filter(pk=contact.pk).update(sent_at=None, problem=as_kept(said))
    return False


def _outgoing(contact: Contact) -> Outgoing:
    language = contact.user.language
    return Outgoing(
        id=str(contact.id),
        channel=contact.channel,
        address=opened(contact),
        language=language,
        topic="contact.code",
        subject=SUBJECT.get(language),
        text=TEXT.get(language).format(code=code_of(contact)),
        link="",
        created_at=contact.wanted_at,
        payload={},
    )

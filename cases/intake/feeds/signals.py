"""Signals pushed by a platform: a request becomes a batch, once for its key and once for its content.

The request is kept before anything is read from it. What follows is the way of every list: `receive_list`,
`process_list`, the sweep for what stands still.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from agencies.actors import Actor
from agencies.directory import AgencyRef, get_directory
from cases.intake.feeds.reading import fields_of, packed
from cases.intake.ledger.statement import NOT_ISSUED
from cases.intake.lists.synonyms import KINDS
from cases.intake.receiving import SENDERS, check_sender, find_agency, receive_list
from cases.intake.selectors import get_batch
from cases.models import ListBatch
from cases.models.records import SignalRequest
from cases.policy.dated import CHINA
from cases.policy.lists import due
from cases.workflow.errors import IdempotencyConflict, InvalidInput, NotAllowed
from cases.workflow.view import Text

MOST_SIGNALS: Final = 1000
FILENAME: Final = "signals.json"
MEMBERS: Final = frozenset({"kind", "agency", "signals"})


@dataclass(frozen=True, slots=True)
class Push:
    """A request that can be taken."""

    kind: str
    agency: AgencyRef
    signals: list[Any]


def read_push(actor: Actor, body: Mapping[str, Any]) -> Push:
    """What was sent. Raises InvalidInput with the members that cannot be used; a bad signal is no reason."""
    problems = {str(name)[:40]: Text("没有这一项", "there is no such member") for name in body.keys() - MEMBERS}
    kind, signals = body.get("kind"), body.get("signals")
    if kind not in KINDS:
        problems["kind"] = Text(f"应为：{'、'.join(KINDS)}", f"one of: {', '.join(KINDS)}")
    if not isinstance(signals, list) or not 1 <= len(signals) <= MOST_SIGNALS:
        problems["signals"] = Text(
            f"应为 1 至 {MOST_SIGNALS} 条线索的数组，更多的请分几次发送",
            f"an array of 1 to {MOST_SIGNALS} signals; send more in several requests",
        )
    if problems or not isinstance(kind, str) or not isinstance(signals, list):
        raise InvalidInput(fields=problems)
    return Push(kind, _agency(actor, kind, body.get("agency")), signals)


def _agency(actor: Actor, kind: str, named: Any) -> AgencyRef:
    """The agency that is named, or the one where this person or system sends such lists. Raises InvalidInput."""
    if isinstance(named, str) and named:
        return find_agency(named, get_directory())
    if named is None:
        by_id = get_directory().by_id
        own = {post.principal_id for post in actor.posts if "handler" in post.roles}
        found = [by_id[agency] for agency in sorted(own) if by_id[agency].kind in SENDERS[kind]]
        if len(found) == 1:
            return found[0]
    raise InvalidInput(
        fields={"agency": Text("请写单位代码，例如 320300-telecom", "the code of an agency, such as 320300-telecom")}
    )


def receive_push(*, actor: Actor, key: str, push: Push, raw: bytes, now: datetime) -> tuple[ListBatch, bool]:
    """Keep the request; returns its batch and whether it had been taken before under this key or as this content.

    Raises IdempotencyConflict where the key belongs to another request, NotAllowed, InvalidInput.
    """
    check_sender(actor, push.agency)
    digest = hashlib.sha256(b"\x00".join((push.kind.encode(), push.agency.code.encode(), raw))).digest()
    with transaction.atomic():
        # Of two at the same moment the second waits here for the first.
        new = SignalRequest.reserve(actor.user_id, key, digest, now)
        held = SignalRequest.objects.get(user_id=actor.user_id, key=key)
        if bytes(held.digest) != digest:
            raise IdempotencyConflict
        if not new and held.batch_id is not None:
            return _held(actor, held.batch_id), True
        batch, fresh = receive_list(
            actor=actor,
            content=packed(raw),
            filename=FILENAME,
            kind=push.kind,
            agency=push.agency,
            batch_name=_name(push, digest, now),
            now=now,
            stated=NOT_ISSUED,
        )
        SignalRequest.objects.filter(user_id=actor.user_id, key=key).update(batch_id=batch.id)
    return batch, not fresh


def _held(actor: Actor, batch_id: UUID) -> ListBatch:
    """The batch of an earlier request: whoever has lost the post since is not told any more. Raises NotAllowed."""
    found = get_batch(actor, batch_id)
    if found is None:
        raise NotAllowed(Text("这次推送已不由你所在单位查看。", "That request is no longer your agency's to see."))
    return found


def _name(push: Push, digest: bytes, now: datetime) -> str:
    """`推送 320300-telecom 2026-11-26 10:00 3fa9c1d2`."""
    return f"推送 {push.agency.code} {now.astimezone(CHINA):%Y-%m-%d %H:%M} {digest.hex()[:8]}"


def is_push(batch: ListBatch) -> bool:
    """Whether the batch came as a request of the feed; a list in a file of that name is a list like any other."""
    return batch.filename == FILENAME and batch.due_rule == due.NOT_ISSUED


def fields_by_kind() -> dict[str, tuple[str, ...]]:
    """For the description of the API."""
    return {kind: fields_of(kind) for kind in KINDS}

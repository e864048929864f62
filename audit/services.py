"""The only Python that writes events outside a case: in the caller's transaction, or not at all."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import Error, connections, transaction

from audit import errors
from audit.actions import Action
from audit.chain import NO_PREV, canonical, commitment, leaf
from audit.log import SAFE_INTEGER, EventActor, build_body, encode_body

SALT_BYTES = 16


@dataclass(frozen=True, slots=True)
class Recorded:
    """What was written: the row, its place in the stream and the leaf (hex), which is the receipt."""

    event_id: int
    stream: str
    seq: int
    leaf: str


def record(
    *,
    stream: str,
    action: Action,
    actor: EventActor | Mapping[str, Any],
    data: Mapping[str, Any],
    sealed: Mapping[str, Any] | None = None,
    now: datetime,
    using: str = "default",
) -> Recorded:
    """Append an event that is not about a case, inside the caller's transaction.

    Waits for other writers of the same stream. `data` goes into the body (no personal data), `sealed` into the erasable
    part. Raises TransactionManagementError outside a transaction, ValueError for an unknown action, BodyError for a
    body that breaks a rule.
    """
    salt = secrets.token_bytes(SALT_BYTES) if sealed else b""
    members = {"data": dict(data), "sealed": commitment(salt, _sealable(sealed)) if sealed else None}
    with _cursor(using) as cursor:
        seq, body = _next(cursor, stream, action, actor, members, now)
        event_id = _append(cursor, "SELECT audit_append(%s)", [body])
        if sealed:
            _append(cursor, "SELECT audit_seal(%s, %s, %s)", [event_id, salt, canonical(sealed)])
    return Recorded(event_id, stream, seq, leaf(body).hex())


def record_by(
    statement: str,
    values: Sequence[Any] = (),
    *,
    stream: str,
    action: Action,
    actor: EventActor | Mapping[str, Any],
    data: Mapping[str, Any],
    now: datetime,
    using: str = "default",
) -> int:
    """Append an event by a function of the database that in the same call does what the event tells; returns the id.

    `statement` takes the body and then `values`. Otherwise as `record`.
    """
    with _cursor(using) as cursor:
        _, body = _next(cursor, stream, action, actor, {"data": dict(data)}, now)
        return int(_append(cursor, statement, [body, *values]))


def record_many_by(
    statement: str,
    values: Sequence[Any] = (),
    *,
    data: Mapping[str, Mapping[str, Any]],
    action: Action,
    actor: EventActor | Mapping[str, Any],
    now: datetime,
    using: str = "default",
) -> list[int]:
    """As `record_by`, for an event in each of several streams (`data` by stream); `statement` takes all their bodies.

    The streams are held, and the bodies handed over, in the order of their names.
    """
    streams = sorted(data)
    with _cursor(using) as cursor:
        cursor.execute("SELECT h.seq, h.leaf FROM unnest(%s::text[]) AS s, LATERAL audit_head(s) AS h", [streams])
        bodies = [
            _body(stream, head, action, actor, {"data": dict(data[stream])}, now)
            for stream, head in zip(streams, cursor.fetchall(), strict=True)
        ]
        return list(_append(cursor, statement, [bodies, *values]))


def hold(stream: str, *, using: str = "default") -> None:
    """Let other writers of this stream wait until the end of the caller's transaction."""
    with _cursor(using) as cursor:
        cursor.execute("SELECT seq FROM audit_head(%s)", [stream])


def append_body(body: bytes, *, using: str = "default") -> int:
    """Append finished RFC 8785 bytes and return the id. Raises StaleHeadError when the stream has moved on."""
    with _cursor(using) as cursor:
        return int(_append(cursor, "SELECT audit_append(%s)", [body]))


def erase_sealed(
    *, event_id: int, reason: str, actor: EventActor | Mapping[str, Any], now: datetime, using: str = "default"
) -> Recorded:
    """Erase the sealed data of an event for a reason (a code), recording it; the event's proof stays valid."""
    stream = f"sealed/{event_id}"
    body = encode_body(
        build_body(
            stream=stream,
            seq=1,
            prev=NO_PREV,
            at=now,
            action=Action.SEALED_ERASED,
            actor=actor,
            members={"data": {"event": event_id, "reason": reason}},
        )
    )
    with _cursor(using) as cursor:
        new_id = _append(cursor, "SELECT audit_erase(%s, %s)", [event_id, body])
    return Recorded(new_id, stream, 1, leaf(body).hex())


def _next(
    cursor: Any,
    stream: str,
    action: Action,
    actor: EventActor | Mapping[str, Any],
    members: Mapping[str, Any],
    now: datetime,
) -> tuple[int, bytes]:
    """The number and the bytes of the next event of a stream, whose other writers wait from now on."""
    cursor.execute("SELECT seq, leaf FROM audit_head(%s)", [stream])
    head = cursor.fetchone()
    return head[0] + 1, _body(stream, head, action, actor, members, now)


def _body(
    stream: str,
    head: tuple[int, Any],
    action: Action,
    actor: EventActor | Mapping[str, Any],
    members: Mapping[str, Any],
    now: datetime,
) -> bytes:
    """The bytes of the event that follows this head of the stream."""
    return encode_body(
        build_body(
            stream=stream,
            seq=head[0] + 1,
            prev=bytes(head[1]),
            at=now,
            action=Action(action),
            actor=actor,
            members=members,
        )
    )


def _sealable(sealed: Mapping[str, Any]) -> dict[str, Any]:
    """Sealed data come back from jsonb to be verified: only what survives that unchanged may go in."""
    value = dict(sealed)
    _refuse_unsealable(value)
    return value


def _refuse_unsealable(value: Any) -> None:
    if isinstance(value, float):
        raise errors.BodyError(
            f"封存内容不能含浮点数，请写成字符串 sealed data hold no float ({value}); write a string"
        )
    if isinstance(value, int) and abs(value) > SAFE_INTEGER:
        raise errors.BodyError(
            f"封存内容的整数过大，请写成字符串 sealed data hold no integer beyond 2^53 ({value}); write a string"
        )
    if isinstance(value, str) and "\x00" in value:
        raise errors.BodyError("封存内容不能含 NUL 字符 sealed data hold no NUL character")
    if isinstance(value, Mapping):
        for key, item in value.items():
            _refuse_unsealable(key)
            _refuse_unsealable(item)
    elif isinstance(value, list | tuple):
        for item in value:
            _refuse_unsealable(item)


def _cursor(using: str) -> Any:
    connection = connections[using]
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError(
            "审计事件必须与业务变更同一事务 an event is recorded inside a transaction"
        )
    return connection.cursor()


def _append(cursor: Any, statement: str, parameters: list[Any]) -> Any:
    try:
        cursor.execute(statement, parameters)
    except Error as error:
        typed = errors.from_database(error)
        if typed is None:
            raise
        raise typed from error
    return cursor.fetchone()[0]

"""The check of every event: its hash, its place in the chain, and that its columns say what its body says.

This loop decides how many events a second are verified, so the good case is one condition over local names; what is
wrong with a bad one is found out afterwards, in `diagnose`.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

import orjson

from audit.actions import Action
from audit.chain import NO_PREV
from audit.log import timestamp
from audit.verification.projections import Event, Problem
from audit.verification.reading import FIXED, NULL_ID, PG_EPOCH, STREAM_START, Row, parse
from audit.verification.tally import Tally

_CANONICAL = orjson.OPT_SORT_KEYS | orjson.OPT_STRICT_INTEGER
_MICROSECOND = timedelta(microseconds=1)
_SECONDS_A_DAY = 86_400
CHECKPOINT_STREAM = "config/audit"


class Chains:
    """Checks rows in order of (stream, seq) and turns them into events; remembers the head it has reached."""

    def __init__(self, tally: Tally) -> None:
        self.tally = tally
        self._stream = b""
        self._name = ""
        self._seq = 0
        self._id = 0
        self._leaf = NO_PREV

    def check(self, rows: list[bytes]) -> Iterator[Event]:
        """The events of these rows; what is wrong with them goes to the tally. A body that is no JSON is left out."""
        tally, unpack, start = self.tally, FIXED.unpack_from, STREAM_START
        tally.events += len(rows)
        for data in rows:
            _, id_, seq, prev, leaf, at, actor, agency, stream_size, action_size = unpack(data)
            stream_end = start + stream_size
            action_end = stream_end + 4 + action_size
            stream, raw = data[start:stream_end], data[action_end + 4 :]
            if stream != self._stream:
                self._begin(stream)
            body = _load(raw)
            if not (
                body is not None
                and sha256(b"\0" + raw).digest() == leaf
                and prev == self._leaf
                and seq == self._seq + 1
                and id_ > self._id
                and says(body, self._name, (seq, prev, at, data[stream_end + 4 : action_end], actor, agency))
                and _is_canonical(body, raw)
            ):
                self._diagnose(parse(data), body)
            self._seq, self._leaf, self._id = seq, leaf, id_
            if id_ > tally.last_id:  # noqa: PLR1730  (max() would cost a call for every event)
                tally.last_id = id_
            if body is not None:
                if self._name == CHECKPOINT_STREAM:
                    self._note_checkpoint(body)
                yield Event(id_, self._name, seq, leaf, body)

    def _begin(self, stream: bytes) -> None:
        self.tally.streams += 1
        self._stream, self._name = stream, stream.decode()
        self._seq, self._id, self._leaf = 0, 0, NO_PREV

    def _note_checkpoint(self, body: dict[str, Any]) -> None:
        data = body.get("data")
        if body.get("action") == Action.AUDIT_VERIFIED and isinstance(data, dict):
            through, events = data.get("through_id"), data.get("events")
            if isinstance(through, int) and isinstance(events, int):
                self.tally.checkpoint = max(self.tally.checkpoint, (through, events))

    def _diagnose(self, row: Row, body: dict[str, Any] | None) -> None:
        found = list(self._findings(row, body))
        if not found:
            # Nothing that is there is wrong, so something is not there.
            found = [("body", "正文缺少规定的成员（如 actor）", "the body lacks a member it must have, such as actor")]
        for code, zh, en in found:
            self.tally.report(Problem(row.id, self._name, row.seq, code, zh, en))

    def _findings(self, row: Row, body: dict[str, Any] | None) -> Iterator[tuple[str, str, str]]:
        computed = sha256(b"\0" + row.body).digest()
        if computed != row.leaf:
            yield (
                "leaf",
                f"正文与哈希不符：按正文计算为 {computed.hex()}，库中为 {row.leaf.hex()}，正文或哈希已被改动",
                f"the body hashes to {computed.hex()} but the row holds {row.leaf.hex()}: one of them was changed",
            )
        if row.seq != self._seq + 1:
            yield (
                "gap",
                f"序号不连续：应为第 {self._seq + 1} 号，实为第 {row.seq} 号，其间的记录缺失",
                f"seq {row.seq} where {self._seq + 1} was due: the events between are missing",
            )
        elif row.prev != self._leaf:
            yield (
                "link",
                f"与上一条记录不衔接：prev 为 {row.prev.hex()}，上一条的哈希为 {self._leaf.hex()}",
                f"prev is {row.prev.hex()} but the leaf of the event before is {self._leaf.hex()}",
            )
        if row.id <= self._id:
            yield (
                "order",
                f"记录编号 {row.id} 不大于上一条的 {self._id}，该记录系事后写入",
                f"id {row.id} is not above {self._id} of the event before: it was written later",
            )
        if body is None:
            yield "json", "正文不是 JSON 对象", "the body is no JSON object"
            return
        for name, column, said in _disagreements(row, body, self._name):
            yield (
                "column",
                f"字段 {name} 与正文不符：字段为 {column}，正文为 {said}",
                f"the column {name} is {column} but the body says {said}",
            )
        if not _is_canonical(body, row.body):
            yield "canonical", "正文不是 RFC 8785 规范形式", "the body is not in RFC 8785 form"


def says(body: dict[str, Any], stream: str, columns: tuple[int, bytes, int, bytes, int, int]) -> bool:
    """Whether the body says what (seq, prev, at, action, actor_id, agency_id) say; False also when it lacks one."""
    seq, prev, at, action, actor, agency = columns
    try:
        who = body["actor"]
        return bool(
            body["stream"] == stream
            and body["seq"] == seq
            and body["prev"] == prev.hex()
            and body["action"].encode() == action
            and who["id"] == (None if actor == NULL_ID else actor)
            and who["agency"] == (None if agency == NULL_ID else agency)
            and microseconds(body["at"]) == at
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        return False


def microseconds(at: str) -> int:
    """A body's time as PostgreSQL stores it: microseconds since 2000-01-01 UTC."""
    since = datetime.fromisoformat(at) - PG_EPOCH
    return (since.days * _SECONDS_A_DAY + since.seconds) * 1_000_000 + since.microseconds


def _load(raw: bytes) -> dict[str, Any] | None:
    try:
        body = orjson.loads(raw)
    except orjson.JSONDecodeError:
        return None
    return body if isinstance(body, dict) else None


def _is_canonical(body: dict[str, Any], raw: bytes) -> bool:
    # Bodies have ASCII keys, no floats and no integer beyond 2^53 (audit.log), and there orjson writes RFC 8785.
    try:
        return orjson.dumps(body, option=_CANONICAL) == raw
    except orjson.JSONEncodeError:
        return False


def _disagreements(row: Row, body: dict[str, Any], stream: str) -> Iterator[tuple[str, object, object]]:
    actor = body.get("actor")
    who = actor if isinstance(actor, dict) else {}
    pairs = (
        ("stream", stream, body.get("stream")),
        ("seq", row.seq, body.get("seq")),
        ("prev", row.prev.hex(), body.get("prev")),
        ("at", _written(row.at), body.get("at")),
        ("action", row.action.decode(), body.get("action")),
        ("actor_id", None if row.actor_id == NULL_ID else row.actor_id, who.get("id")),
        ("agency_id", None if row.agency_id == NULL_ID else row.agency_id, who.get("agency")),
    )
    for name, column, said in pairs:
        if column != said:
            yield name, column, said


def _written(at: int) -> str:
    try:
        return timestamp(PG_EPOCH + at * _MICROSECOND)
    except OverflowError:
        return f"{at} µs"  # PostgreSQL knows times, infinity among them, that Python does not

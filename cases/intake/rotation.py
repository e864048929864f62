"""Moving every sealed value to the first key of the ring, so that an older key can be taken out of it.

Values are taken in pieces in the order of their keys, each piece in a transaction of its own: what has moved stays
moved when the process ends, and the next run goes on with the rest. Lists may come in meanwhile; they seal with the
first key. A value that does not open stays as it is, is counted and named.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection, transaction
from psycopg2.extras import execute_values

from agencies.actors import Actor
from agencies.authority import event_actor
from audit.actions import Action
from audit.services import record
from cases.models import factors
from cases.models.sealing import (
    CannotOpen,
    bulk_place,
    contact_place,
    draft_place,
    endpoint_place,
    key_ring,
    mend_place,
    part_place,
    preview_place,
    row_place,
    upload_place,
)
from cases.models.tips import tip_part_place, tip_place
from cases.models.vault import record_place

STREAM = "config/vault"
FACTORS = "mfa_authenticator"
# Names of values that did not open, kept for the answer.
SHOWN = 20


class _Table(NamedTuple):
    """Where sealed values lie: the key of a row, what its value is bound to, how many are taken at once."""

    name: str
    zh: str
    keys: tuple[tuple[str, str], ...]
    bound_to: tuple[str, ...]
    place: Callable[..., bytes]
    at_once: int
    # The column that names the key of a value, beside the value itself.
    key_column: str = ""


_TABLES = (
    _Table(
        "cases_personalrecord",
        "个人信息",
        (("id", "uuid"),),
        ("id", "field"),
        lambda key, kind: record_place(key.bytes, kind),
        1_000,
        "key_id",
    ),
    _Table(
        "cases_listrow",
        "名单行",
        (("id", "bigint"),),
        ("batch_id", "number"),
        lambda batch, number: row_place(batch.bytes, number),
        1_000,
    ),
    _Table(
        "cases_listpart",
        "名单原件",
        (("batch_id", "uuid"), ("number", "integer")),
        ("batch_id", "number"),
        lambda batch, number: part_place(batch.bytes, number),
        4,  # of up to a megabyte
    ),
    _Table(
        "cases_listuploadpart",
        "名单上传分片",
        (("upload_id", "uuid"), ("start", "integer")),
        ("upload_id", "start"),
        lambda upload, start: upload_place(upload.bytes, start),
        1,  # of up to eight megabytes
    ),
    _Table(
        "cases_listmend",
        "名单更正",
        (("id", "bigint"),),
        ("batch_id", "number", "cell"),
        lambda batch, number, cell: mend_place(batch.bytes, number, cell),
        1_000,
    ),
    _Table(
        "cases_previewrow",
        "名单预览行",
        (("batch_id", "uuid"), ("number", "integer")),
        ("batch_id", "number"),
        lambda batch, number: preview_place(batch.bytes, number),
        1_000,
    ),
    _Table(
        "cases_feedbackpart",
        "批次反馈文件",
        (("version_id", "uuid"), ("number", "integer")),
        ("version_id", "number"),
        lambda version, number: part_place(version.bytes, number),
        4,
    ),
    _Table(
        "cases_bulkinput",
        "批量办理填写内容",
        (("run_id", "uuid"),),
        ("run_id",),
        lambda run: bulk_place(run.bytes),
        1_000,
    ),
    _Table(
        "notifications_endpoint",
        "单位通知渠道",
        (("id", "uuid"),),
        ("id",),
        lambda endpoint: endpoint_place(endpoint.bytes),
        1_000,
    ),
    _Table("cases_tip", "群众举报", (("id", "uuid"),), ("id",), lambda key: tip_place(key.bytes), 1_000),
    _Table(
        "cases_tippart",
        "举报人与图片",
        (("tip_id", "uuid"), ("number", "integer")),
        ("tip_id", "number"),
        lambda tip, number: tip_part_place(tip.bytes, number),
        4,
    ),
    _Table(
        "cases_draft",
        "草稿",
        (("id", "uuid"),),
        ("user_id", "case_id", "action"),
        lambda user, case, action: draft_place(user, case.bytes if case else None, action),
        1_000,
    ),
    _Table(
        "notifications_contact", "联系方式", (("id", "uuid"),), ("id",), lambda key: contact_place(key.bytes), 1_000
    ),
)


@dataclass(slots=True)
class Rotation:
    """What was moved, by table, and what did not open."""

    key: str
    moved: dict[str, int] = field(default_factory=dict)
    unreadable: int = 0
    named: list[str] = field(default_factory=list)

    @property
    def total(self) -> int:
        return sum(self.moved.values())


def keys_in_use() -> dict[str, dict[str, int]]:
    """By table, how many values each key of the ring, or one that is no longer in it, has closed."""
    found: dict[str, dict[str, int]] = {}
    with connection.cursor() as cursor:
        for table in _TABLES:
            cursor.execute(
                "SELECT convert_from(substring(sealed FROM 3 FOR get_byte(sealed, 1)), 'UTF8') AS key, count(*)"
                f" FROM {table.name} GROUP BY 1 ORDER BY 1"
            )
            found[table.name] = dict(cursor.fetchall())
    return found | {FACTORS: factors.keys_in_use()}


def rotate(*, actor: Actor, now: datetime, progress: Callable[[str, int], None] | None = None) -> Rotation:
    """Seal every value again that another key than the first has closed; leaves an event when something was moved."""
    done = Rotation(key_ring().current)
    for table in _TABLES:
        done.moved[table.name] = 0
        for moved in _pieces(table, done):
            done.moved[table.name] += moved
            if progress is not None and moved:
                progress(table.zh, done.moved[table.name])
    done.moved[FACTORS], unreadable = factors.reseal()
    done.unreadable += len(unreadable)
    done.named += unreadable[: SHOWN - len(done.named)]
    if done.total or done.unreadable:
        data = {"vault_key": done.key, "moved": done.moved, "unreadable": done.unreadable}
        with transaction.atomic():
            record(stream=STREAM, action=Action.VAULT_KEY_ROTATED, actor=event_actor(actor), data=data, now=now)
    return done


def _pieces(table: _Table, done: Rotation) -> Iterator[int]:
    """Piece by piece, how many values moved; a piece that holds nothing but unreadable values moves none."""
    after: list[Any] | None = None
    while True:
        with transaction.atomic():
            rows = _closed_by_others(table, after)
            if not rows:
                return
            moved = _move(table, rows, done)
        after = list(rows[-1][: len(table.keys)])
        yield moved


def _closed_by_others(table: _Table, after: list[Any] | None) -> list[tuple[Any, ...]]:
    names = ", ".join(name for name, _ in table.keys)
    mark = key_ring().mark
    values: list[Any] = [len(mark), mark]
    behind = ""
    if after is not None:
        behind = f"AND ({names}) > ({', '.join(f'%s::{kind}' for _, kind in table.keys)})"
        values += [str(key) for key in after]
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {names}, {', '.join(table.bound_to)}, sealed FROM {table.name}"
            f" WHERE substring(sealed FROM 1 FOR %s) <> %s {behind} ORDER BY {names} LIMIT {table.at_once}",
            values,
        )
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


def _move(table: _Table, rows: list[tuple[Any, ...]], done: Rotation) -> int:
    ring, keys = key_ring(), len(table.keys)
    moved = []
    for row in rows:
        key, bound_to, sealed = row[:keys], row[keys:-1], row[-1]
        try:
            fresh = ring.reseal(sealed, table.place(*bound_to))
        except CannotOpen:
            done.unreadable += 1
            if len(done.named) < SHOWN:
                done.named.append(f"{table.name} {' '.join(map(str, key))}")
            continue
        moved.append((*map(str, key), sealed, fresh, ring.current))
    if not moved:
        return 0
    names = [name for name, _ in table.keys]
    same = " AND ".join(f"t.{name} = v.{name}::{kind}" for name, kind in table.keys)
    named = f", {table.key_column} = v.current" if table.key_column else ""
    with connection.cursor() as cursor:
        execute_values(
            cursor.cursor,
            f"UPDATE {table.name} t SET sealed = v.fresh{named}"
            f" FROM (VALUES %s) AS v ({', '.join(names)}, closed, fresh, current) WHERE {same} AND t.sealed = v.closed",
            moved,
            page_size=len(moved),
        )
        return int(cursor.rowcount)

"""What `verify_audit` asks of erasures: what an event says is gone is gone, and no row says more than its events."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from audit.verification.projections import Event, Problem, Scope, Streams

PREFIX, LIST_PREFIX = "erasure/", "list/"
_OF_LIST = """SELECT (SELECT count(*) FROM cases_listrow WHERE batch_id = %(batch)s::uuid AND erased_at IS NOT NULL
        AND identity IS NULL AND sight IS NULL),
    (SELECT count(*) FROM cases_listpart WHERE batch_id = %(batch)s::uuid)"""
# What has to be gone after an erasure of everything; a case that was reopened since may hold data again.
_LEFT = """SELECT (SELECT count(*) FROM cases_personalrecord p, family f WHERE p.case_id = f.case_id
        AND p.created_at <= %(at)s)
    + (SELECT count(*) FROM cases_sitekey k, cases_site s, family f WHERE k.site_id = s.id AND s.case_id = f.case_id
        AND k.created_at <= %(at)s)
    + (SELECT count(*) FROM audit_sealed x JOIN audit_event e ON e.id = x.event_id, family f
        WHERE e.stream = 'case/' || f.case_id AND e.at <= %(at)s)
    + (SELECT count(*) FROM cases_attachment a, family f WHERE a.case_id = f.case_id AND a.at <= %(at)s
        AND octet_length(a.content) > 0 AND a.id::text = ANY(%(files)s))"""
_SQL = f"WITH family AS MATERIALIZED (SELECT f.case_id FROM case_family(%(case)s::uuid) f) {_LEFT}"
_STATES = {
    "erasure_proposed": "proposed",
    "erasure_held": "held",
    "erasure_confirmed": "confirmed",
    "personal_data_erased": "erased",
}


def verify_erasures(scope: Scope, streams: Streams) -> Iterator[Problem]:
    """Compare each erasure with its events and with what is left of the data."""
    for stream, events in streams:
        case_id = stream.removeprefix(PREFIX)
        latest: dict[str, Event] = {}
        for event in events:
            latest[event.body["data"]["scope"]] = event
            if event.body["action"] == "personal_data_erased":
                yield from _left(scope.connection, case_id, event)
        yield from _states(scope.connection, case_id, stream, latest)


def verify_lists(scope: Scope, streams: Streams) -> Iterator[Problem]:
    """Compare what the events say is gone of the rows without a case with what is left of them and their file."""
    for stream, events in streams:
        told, last = 0, None
        for last in events:
            told += last.body["data"]["gone"]["rows"]
        with scope.connection.cursor() as cursor:
            cursor.execute(_OF_LIST, {"batch": stream.removeprefix(LIST_PREFIX)})
            blank, parts = cursor.fetchone()
        if last is not None and (blank < told or parts):
            yield Problem(
                last.id,
                stream,
                last.seq,
                "erasure",
                f"登记为已清除的名单行有 {told} 行，现有 {blank} 行为空，原件尚存 {parts} 块",
                f"{told} rows of a list were erased on record, {blank} are blank, {parts} pieces of the file are left",
            )


def _left(connection: Any, case_id: str, event: Event) -> Iterator[Problem]:
    data = event.body["data"]
    if data["scope"] != "everything":
        return
    with connection.cursor() as cursor:
        cursor.execute(_SQL, {"case": case_id, "at": event.body["at"], "files": data.get("files") or []})
        left = cursor.fetchone()[0]
    if left:
        yield Problem(
            event.id,
            event.stream,
            event.seq,
            "erasure",
            f"登记为已清除的个人信息仍有 {left} 件在库中",
            f"{left} pieces of personal data are still there, though their erasure is on record",
        )


def _states(connection: Any, case_id: str, stream: str, latest: dict[str, Event]) -> Iterator[Problem]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT ON (scope) scope, state FROM cases_erasure WHERE case_id = %s::uuid"
            " ORDER BY scope, proposed_at DESC, id DESC",
            [case_id],
        )
        found = dict(cursor.fetchall())
    told = {name: _STATES[event.body["action"]] for name, event in latest.items()}
    for name in sorted(found.keys() | told.keys()):
        if found.get(name) != told.get(name):
            event = latest.get(name)
            yield Problem(
                event.id if event else None,
                stream,
                event.seq if event else None,
                "erasure",
                f"清除事项（{name}）为 {found.get(name)}，事件所记为 {told.get(name)}",
                f"the erasure of {name} is {found.get(name)}, the events say {told.get(name)}",
            )

"""The same transactions as a careful person would write them by hand: psycopg2, one statement after the other.

What our run wrote is recorded (the bytes of each event and what went beside it) and written again, row for row, into
a clone of the database as it was before the run. By hand means: the case is locked and the version and chain head
checked; the key, the person's posts, the open tasks, the past acts and the participants are read, because a program
needs them to decide; then the event (SHA-256 in Python), the case, tasks, clocks, counters, visibility, outbox, sealed
data and key are written, many rows of one table in one statement. By hand does not mean: roles, gates, reading of
input, deadlines, building of the event; the values are there already. The clone has the same tables, keys and indexes,
but not the deferred constraints between a case and its events, and its role may write every table.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import orjson

KEY = "SELECT request_hash, response FROM cases_idempotencykey WHERE actor_id = %s AND key = %s"
CASE = """SELECT number, title, stage, version, region_code, level, source, outcome, review_on, merged_into_id,
    lead_agency_id, facts::text, head, opened_at, stage_since FROM cases_case WHERE id = %s FOR UPDATE"""
PERSON = """SELECT u.username, u.language, m.role, a.id, a.code, a.kind, a.region_id, a.parent_id, a.duties
    FROM agencies_user u JOIN agencies_membership m ON m.user_id = u.id AND m.active
    JOIN agencies_agency a ON a.id = m.agency_id AND a.active WHERE u.id = %s AND u.is_active"""
TASKS = """SELECT id, kind, agency_id, unit_id, roles, assignee_id, opened_at, due_at, provisional, accepted_at,
    returns, data::text, region_code, stage FROM cases_task WHERE case_id = %s AND state = 'open' ORDER BY opened_seq"""
ACTS = "SELECT seq, action, actor_id, agency_id, at FROM audit_event WHERE stream = %s ORDER BY seq"
PARTICIPANTS = "SELECT agency_id FROM cases_caseagency WHERE case_id = %s"

EVENT = """INSERT INTO audit_event (stream, seq, prev, body, leaf, at, action, actor_id, agency_id)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s) RETURNING id"""
UPDATE = """UPDATE cases_case SET stage = %s, version = %s, head = %s, facts = %s, review_on = %s, updated_at = %s,
    stage_since = %s WHERE id = %s"""
CLOSE = """UPDATE cases_task SET state = %s, closed_at = %s, closed_seq = %s
    WHERE id = ANY(%s::uuid[]) RETURNING agency_id, region_code, stage"""
STOP = "UPDATE cases_clockinterval SET ended_at = %s WHERE task_id = ANY(%s::uuid[]) AND ended_at IS NULL"
RECEIVE = "UPDATE cases_task SET accepted_at = %s, assignee_id = coalesce(%s, assignee_id) WHERE id = %s"
OPEN = """INSERT INTO cases_task (id, case_id, kind, agency_id, roles, state, stage, region_code, opened_at, due_at,
    due_rule, provisional, returns, data, opened_seq) VALUES """
RUN = """INSERT INTO cases_clockinterval (case_id, task_id, agency_id, unit_id, person_id, state, reason, due_at, seq,
    started_at) VALUES """
PASS_ON = """WITH ended AS (
        UPDATE cases_clockinterval SET ended_at = %(at)s WHERE task_id = %(task)s AND ended_at IS NULL
        AND person_id IS DISTINCT FROM coalesce(%(assignee)s, person_id, %(taker)s) RETURNING *)
    INSERT INTO cases_clockinterval (case_id, task_id, agency_id, unit_id, person_id, state, reason, due_at, seq,
        started_at)
    SELECT case_id, task_id, agency_id, unit_id, coalesce(%(assignee)s, person_id, %(taker)s), state, reason, due_at,
        %(seq)s, %(at)s FROM ended"""
COUNT = "INSERT INTO cases_taskcounterdelta (agency_id, region_code, stage, n) VALUES "
SHARE = "INSERT INTO cases_caseagency (agency_id, case_id, relation, since) VALUES "
TELL = "INSERT INTO cases_outbox (case_id, seq, topic, agency_id, payload, created_at) VALUES "
DRAW = """INSERT INTO cases_documentseries AS d (agency_id, kind, year, last) VALUES (%s, %s, %s, 1)
    ON CONFLICT (agency_id, kind, year) DO UPDATE SET last = d.last + 1 RETURNING last"""
ISSUE = """INSERT INTO cases_document (id, case_id, kind, agency_id, year, serial, number, event_seq, at, sha256,
    template, template_sha256) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"""
WORD = """INSERT INTO cases_documentversion (document_id, version, content, earlier, reason, made_by_id, at, sha256,
    template, template_sha256) VALUES (%s, 1, %s, '', '', %s, %s, %s, %s, %s)"""
SEAL = "INSERT INTO audit_sealed (event_id, salt, data) VALUES (%s, %s, %s)"
REMEMBER = """INSERT INTO cases_idempotencykey (actor_id, key, request_hash, response, created_at)
    VALUES (%s, %s, %s, %s, %s)"""
# A column that none of the recorded acts changes needs no place in the statements above.
KNOWN_CHANGES, KNOWN_TOUCHES = {"review_on"}, {"id", "accepted_at", "assignee_id"}


@dataclass
class Record:
    """One event of our run and what was written beside it."""

    body: bytes
    outbox: list[tuple[str, int | None, str]]
    salt: bytes
    sealed: str
    key: tuple[str, str, dict[str, Any]]
    paper: bytes = b""

    @classmethod
    def from_json(cls, text: bytes) -> Record:
        raw = orjson.loads(text)
        return cls(raw["body"].encode(), raw["outbox"], bytes.fromhex(raw["salt"]), raw["sealed"], tuple(raw["key"]))

    def as_json(self) -> bytes:
        raw = {"body": self.body.decode(), "outbox": self.outbox, "salt": self.salt.hex()}
        return orjson.dumps({**raw, "sealed": self.sealed, "key": self.key})


class _Case(NamedTuple):
    stage: str
    region: str
    facts: dict[str, Any]
    head: bytes
    review_on: Any
    since: Any


class Hand:
    """One connection; `statements` counts what was sent besides BEGIN and COMMIT."""

    def __init__(self, connection: Any) -> None:
        connection.autocommit = False
        self.connection = connection
        self.statements = 0

    def transact(self, record: Record) -> dict[str, Any]:
        """The whole transaction; returns the answer as our way gives it."""
        event = orjson.loads(record.body)
        try:
            with self.connection.cursor() as cursor:
                self._cursor = cursor
                answer = self._write(event, record, self._read(event, record))
        except BaseException:
            self.connection.rollback()
            raise
        self.connection.commit()
        return answer

    def _do(self, sql: str, values: Sequence[Any] | dict[str, Any]) -> None:
        self.statements += 1
        self._cursor.execute(sql, values)

    def _rows(self, sql: str, rows: Sequence[tuple[Any, ...]], end: str = "") -> None:
        one = f"({', '.join(['%s'] * len(rows[0]))})"
        self._do(sql + ", ".join([one] * len(rows)) + end, [value for row in rows for value in row])

    def _read(self, event: dict[str, Any], record: Record) -> _Case:
        case_id, actor = event["stream"][5:], event["actor"]["id"]
        self._do(CASE, [case_id])
        row = self._cursor.fetchone()
        case = _Case(row[2], row[4], orjson.loads(row[11]), bytes(row[12]), row[9], row[14])
        for sql, values in (
            (KEY, [actor, record.key[0]]),
            (PERSON, [actor]),
            (TASKS, [case_id]),
            (ACTS, [event["stream"]]),
            (PARTICIPANTS, [case_id]),
        ):
            self._do(sql, values)
            self._cursor.fetchall()
        if row[3] != event["seq"] - 1 or case.head.hex() != event["prev"]:
            raise RuntimeError("the case has moved on")
        return case

    def _write(self, event: dict[str, Any], record: Record, before: _Case) -> dict[str, Any]:
        case_id, seq, at, actor = event["stream"][5:], event["seq"], event["at"], event["actor"]
        leaf = hashlib.sha256(b"\x00" + record.body).digest()
        who = (event["action"], actor["id"], actor["agency"])
        self._do(EVENT, [event["stream"], seq, before.head, record.body, leaf, at, *who])
        event_id = self._cursor.fetchone()[0]
        facts = {**before.facts, **event.get("set", {})}
        for name in event.get("unset", ()):
            facts.pop(name, None)
        changes = event.get("case", {})
        if changes.keys() - KNOWN_CHANGES:
            raise RuntimeError(f"the statements by hand do not write {sorted(changes)}")
        since = before.since if before.stage == event["to"] else at
        review_on = changes.get("review_on", before.review_on)
        self._do(UPDATE, [event["to"], seq, leaf, orjson.dumps(facts).decode(), review_on, at, since, case_id])
        self._tasks(event, case_id, before.region)
        if paper := event.get("document"):
            series = [paper["agency"], paper["kind"], paper["year"]]
            self._do(DRAW, series)
            series = [paper["kind"], paper["agency"], paper["year"], self._cursor.fetchone()[0], paper["number"]]
            made = [paper["sha256"], paper["template"], paper["template_sha256"]]
            self._do(ISSUE, [paper["id"], case_id, *series, seq, at, *made])
            self._do(WORD, [paper["id"], record.paper, actor["id"], at, *made])
        if record.outbox:
            self._rows(TELL, [(case_id, seq, topic, agency, payload, at) for topic, agency, payload in record.outbox])
        if record.sealed:
            self._do(SEAL, [event_id, record.salt, record.sealed])
        key, digest, response = record.key
        answer = {**response, "event_id": event_id, "leaf": leaf.hex()}
        self._do(REMEMBER, [actor["id"], key, digest, orjson.dumps(answer).decode(), at])
        return answer

    def _tasks(self, event: dict[str, Any], case_id: str, region: str) -> None:
        seq, at, to = event["seq"], event["at"], event["to"]
        counts: list[tuple[Any, ...]] = []
        if closing := event.get("close"):
            for state in {task["state"] for task in closing}:
                ids = [task["id"] for task in closing if task["state"] == state]
                self._do(CLOSE, [state, at, seq, ids])
                counts += [(*row, -1) for row in self._cursor.fetchall()]
            self._do(STOP, [at, [task["id"] for task in closing]])
        for task in event.get("touch", ()):
            if task.keys() - KNOWN_TOUCHES:
                raise RuntimeError(f"the statements by hand do not write {sorted(task)}")
            self._do(RECEIVE, [task.get("accepted_at"), task.get("assignee_id"), task["id"]])
            taker = event["actor"]["id"] if task.get("accepted_at") else None
            given = {"assignee": task.get("assignee_id"), "taker": taker, "task": task["id"], "seq": seq, "at": at}
            self._do(PASS_ON, given)
        if opening := event.get("open"):
            self._rows(OPEN, [_task(task, case_id, region, event) for task in opening])
            self._rows(RUN, [_interval(task, case_id, event) for task in opening])
            self._rows(SHARE, [(t["agency"], case_id, "task", at) for t in opening], " ON CONFLICT DO NOTHING")
            counts += [(t["agency"], region, to, 1) for t in opening]
        if counts:
            self._rows(COUNT, counts)


def _interval(task: dict[str, Any], case_id: str, event: dict[str, Any]) -> tuple[Any, ...]:
    who = (case_id, task["id"], task["agency"], task.get("unit"), task.get("assignee"))
    return (*who, "running", "opened", task["due"], event["seq"], event["at"])


def _task(task: dict[str, Any], case_id: str, region: str, event: dict[str, Any]) -> tuple[Any, ...]:
    data, provisional = orjson.dumps(task.get("data", {})).decode(), task.get("provisional", False)
    when = (event["at"], task["due"], task["due_rule"], provisional)
    who = (task["id"], case_id, task["kind"], task["agency"], task["roles"])
    return (*who, "open", event["to"], region, *when, 0, data, event["seq"])

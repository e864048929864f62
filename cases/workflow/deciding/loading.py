"""Reading a case for a decision: lock first, then read, in one call to the database."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import orjson
from django.db import connection, transaction

from agencies.actors import Actor, actor_from_json
from agencies.directory import Directory, get_directory
from agencies.visibility import ceilings
from cases.policy.entered import NONE as NO_RULES
from cases.policy.entered import Entered
from cases.selectors.rules.entered import entered_rules
from cases.workflow.view import Act, CaseView, TaskView


@dataclass(frozen=True, slots=True)
class Loaded:
    """What one load brought: the case (None where there is none), its chain head, the person as of now."""

    view: CaseView | None
    head: str
    actor: Actor | None
    directory: Directory
    replay: dict[str, Any] | None
    rules: Entered = NO_RULES


def _moment(value: str | None) -> datetime | None:
    return datetime.fromisoformat(value) if value else None


def _task(row: list[Any]) -> TaskView:
    opened_at = datetime.fromisoformat(row[6])
    return TaskView(
        id=row[0],
        kind=row[1],
        agency_id=row[2],
        unit_id=row[3],
        roles=tuple(row[4]),
        assignee_id=row[5],
        opened_at=opened_at,
        due_at=_moment(row[7]),
        provisional=row[8],
        accepted_at=_moment(row[9]),
        returns=row[10],
        data=row[11],
        opened_seq=row[12],
        due_rule=row[13],
    )


def _view(raw: dict[str, Any]) -> CaseView | None:
    case = raw["case"]
    if case is None:
        return None
    return CaseView(
        id=case["id"],
        number=case["number"],
        title=case["title"],
        stage=case["stage"],
        version=case["version"],
        region_code=case["region_code"],
        level=case["level"],
        source=case["source"],
        outcome=case["outcome"],
        review_on=date.fromisoformat(case["review_on"]) if case["review_on"] else None,
        merged_into=case["merged_into"],
        lead_agency_id=case["lead_agency_id"],
        facts=case["facts"],
        tasks=tuple(_task(t) for t in raw["tasks"] or ()),
        acts=tuple(Act(a[0], a[1], a[2], a[3], datetime.fromisoformat(a[4]), a[5]) for a in raw["acts"] or ()),
        opened_at=datetime.fromisoformat(case["opened_at"]),
        stage_since=datetime.fromisoformat(case["stage_since"]),
        participants=frozenset(raw["agencies"] or ()),
        confidentiality=case["confidentiality"],
    )


def _loaded(text: str) -> Loaded:
    raw = orjson.loads(text)
    actor = actor_from_json(raw["actor"]) if raw["actor"] else None
    view = _view(raw)
    return Loaded(
        view=view,
        head=raw["case"]["head"] if view else "",
        actor=actor,
        directory=get_directory(stamp=raw["stamp"]),
        replay=raw["replay"],
        rules=entered_rules(stamp=raw["stamp"]),
    )


def load_case(case_id: str, user_id: int, key: str = "", *, lock: bool) -> Loaded:
    """Read case, open tasks, past acts and the acting person; with `lock` the case stays locked until commit."""
    if lock and not connection.in_atomic_block:
        raise transaction.TransactionManagementError("load_case(lock=True) needs a transaction")
    with connection.cursor() as cursor:
        cursor.execute("SELECT case_load(%s, %s, %s, %s)", [case_id, user_id, key, lock])
        return _loaded(cursor.fetchone()[0])


def load_cases(case_ids: Iterable[str], user_id: int, *, lock: bool = True) -> dict[str, Loaded]:
    """Lock and read many cases, in the order of their ids so that two batches cannot wait for each other."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT x.id::text, case_load(x.id, %s, '', %s)"
            " FROM unnest(%s::uuid[]) WITH ORDINALITY AS x(id, n) ORDER BY n",
            [user_id, lock, sorted(set(case_ids))],
        )
        return {row[0]: _loaded(row[1]) for row in cursor.fetchall()}


@dataclass(frozen=True, slots=True)
class Opening:
    """What opening cases needs: the person, an answer given before, and fresh serial numbers."""

    actor: Actor | None
    directory: Directory
    rules: Entered
    replay: dict[str, Any] | None
    serials: list[int]


def load_opening(user_id: int, key: str, count: int) -> Opening:
    with connection.cursor() as cursor:
        cursor.execute("SELECT case_open_load(%s, %s, %s)", [user_id, key, count])
        raw = orjson.loads(cursor.fetchone()[0])
    actor = actor_from_json(raw["actor"]) if raw["actor"] else None
    stamp = raw["stamp"]
    return Opening(actor, get_directory(stamp), entered_rules(stamp), raw["replay"], raw["numbers"] or [])


def load_attachments(case_id: str, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Attachments of this case by id; one that belongs to another case is not there."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id::text, kind, sha256, size, at, uploaded_by_id, agency_id FROM cases_attachment"
            " WHERE case_id = %s AND id = ANY(%s::uuid[])",
            [case_id, list(ids)],
        )
        return {
            r[0]: {"kind": r[1], "sha256": r[2], "size": r[3], "at": r[4], "uploaded_by": r[5], "agency": r[6]}
            for r in cursor.fetchall()
        }


def load_people(usernames: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Active people by username, with the agencies and roles they hold now."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT username, agencies_posts(id) FROM agencies_user WHERE username = ANY(%s)", [list(usernames)]
        )
        found = {}
        for username, posts in cursor.fetchall():
            actor = actor_from_json(orjson.loads(posts) if isinstance(posts, str) else posts) if posts else None
            if actor is not None:
                found[username] = {
                    "id": actor.user_id,
                    "name": actor.display_name,
                    "posts": [
                        (p.agency_id, sorted(p.roles), ceilings(actor).get(p.agency_id, -1)) for p in actor.posts
                    ],
                }
        return found


def find_case(reference: str) -> str | None:
    """The id behind a number such as XZ26-0117 or behind an id; None where there is no such case."""
    with connection.cursor() as cursor:
        try:
            cursor.execute("SELECT id::text FROM cases_case WHERE id = %s", [str(UUID(reference))])
        except ValueError:
            cursor.execute("SELECT id::text FROM cases_case WHERE number = %s", [reference.strip().upper()])
        row = cursor.fetchone()
    return row[0] if row else None

"""What `verify_audit` asks of entered rules: every version is what its events say, and no row has none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import orjson

from audit.verification.projections import Event, Problem, Scope, Streams
from cases.rules.telling import PREFIX, content_of, digest_of, reason_hash

_ROWS = """
    SELECT v.id::text AS id, v.kind, v.key, v.region_id, v.repeal, v.body::text AS body, v.effective_from,
        v.effective_to, v.holds_to, v.source, v.article, v.certainty, v.digest, v.status,
        v.supersedes_id::text AS supersedes_id, v.proposed_by_id, v.proposed_agency_id, v.proposed_at,
        v.decided_by_id, v.decided_at, v.reason, f.sha256 AS file_hash,
        encode(sha256(f.content), 'hex') AS file_found
    FROM cases_ruleversion v LEFT JOIN cases_rulefile f ON f.id = v.file_id
    WHERE 'rules/' || v.kind >= %s AND 'rules/' || v.kind < %s
"""


def verify_rules(scope: Scope, streams: Streams) -> Iterator[Problem]:
    """Build every version from its events and compare it with its row."""
    told: dict[str, dict[str, Any]] = {}
    last: dict[str, Event] = {}
    for _stream, events in streams:
        for one in events:
            last |= dict.fromkeys(_fold(told, one), one)
    found = {row["id"]: row for row in _read(scope)}
    event: Event | None
    for version in sorted(told.keys() | found.keys()):
        event = last.get(version)
        if version not in found:
            yield _problem(event, "", version, "已不在库中", "it is gone")
        elif version not in told or "digest" not in told[version]:
            yield _problem(event, found[version]["kind"], version, "没有事件记载", "no event tells of it")
        elif wrong := sorted(_differing(told[version], found[version])):
            names = ", ".join(wrong)
            kind = found[version]["kind"]
            yield _problem(event, kind, version, f"与事件不符：{names}", f"differs from its events: {names}")


def _fold(told: dict[str, dict[str, Any]], event: Event) -> Iterator[str]:
    """What a version is after this event, and the one that ends by it."""
    data, actor = event.body["data"], event.body["actor"]
    version: str = data["version"]
    state = told.setdefault(version, {})
    if "content" in data:
        state |= {
            "content": data["content"],
            "digest": data["digest"],
            "holds_to": data["content"]["effective_to"],
            "proposed_by": actor["id"],
            "proposed_at": _instant(event.body["at"]),
            "proposed_agency": actor["agency"],
            "decided_by": None,
            "decided_at": None,
        }
    else:
        state |= {"decided_by": actor["id"], "decided_at": _instant(event.body["at"])}
    state |= {"status": data["status"], "reason": data.get("reason")}
    yield version
    if "ended" in data:
        ended = data["ended"]
        told.setdefault(ended["version"], {}).update(status=ended["status"], holds_to=ended["holds_to"])
        yield ended["version"]


def _differing(told: Mapping[str, Any], row: Mapping[str, Any]) -> set[str]:
    content = content_of(row)
    now = {
        "digest": row["digest"],
        "holds_to": row["holds_to"].isoformat() if row["holds_to"] else None,
        "status": row["status"],
        "reason": reason_hash(row["reason"]),
        "proposed_by": row["proposed_by_id"],
        "proposed_at": row["proposed_at"],
        "proposed_agency": row["proposed_agency_id"],
        "decided_by": row["decided_by_id"],
        "decided_at": row["decided_at"],
    }
    wrong = {name for name, value in now.items() if told.get(name) != value}
    wrong |= {name for name, value in content.items() if told["content"].get(name) != value}
    if digest_of(content) != row["digest"]:
        wrong.add("digest")
    if row["file_hash"] != row["file_found"]:
        wrong.add("file")
    return wrong


def _read(scope: Scope) -> Iterator[dict[str, Any]]:
    with scope.connection.cursor() as cursor:
        cursor.execute(_ROWS, [scope.first, scope.last])
        names = [column[0] for column in cursor.description]
        for row in cursor.fetchall():
            values = dict(zip(names, row, strict=True))
            yield {**values, "body": orjson.loads(values["body"])}


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _problem(event: Event | None, kind: str, version: str, zh: str, en: str) -> Problem:
    return Problem(
        event.id if event else None,
        event.stream if event else f"{PREFIX}{kind}",
        event.seq if event else None,
        "rules",
        f"规则版本 {version} {zh}",
        f"the version {version} of a rule: {en}",
    )

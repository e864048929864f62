"""Which closed cases hold personal data, when these are due by which rule, and what holds them back."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import orjson

from agencies.actors import Actor
from agencies.directory import get_directory
from agencies.visibility import seen, sight_keys
from audit.sight import working_as
from cases.models.erasure import Erasure
from cases.policy.dated import CHINA
from cases.policy.privacy.retention import Verdict, rule_of, verdict
from cases.selectors.paging import Row, fetch

EVERYTHING, REPORTER = Erasure.Scope.EVERYTHING.value, Erasure.Scope.REPORTER.value
MOST_SHOWN = 100


@dataclass(frozen=True, slots=True)
class Going:
    """What an erasure takes away: ids, and the counts that its event tells."""

    vault: int
    keys: int
    rows: tuple[tuple[int, UUID, int, bytes], ...] = field(repr=False)
    parts: int
    files: tuple[str, ...]
    sealed: tuple[int, ...]

    @property
    def counts(self) -> dict[str, int]:
        return {
            "vault": self.vault,
            "keys": self.keys,
            "rows": len(self.rows),
            "parts": self.parts,
            "files": len(self.files),
            "sealed": len(self.sealed),
        }

    @property
    def total(self) -> int:
        return sum(self.counts.values())


@dataclass(frozen=True, slots=True)
class Candidate:
    """A closed case and one scope of its data, with the verdict."""

    case_id: str
    number: str
    lead_agency_id: int
    scope: str
    verdict: Verdict


# A case that lives on in another waits for that one.
_CLOSED = """SELECT c.id, c.number, c.region_code, c.outcome, c.closed_at, c.facts::text AS facts, c.lead_agency_id,
    EXISTS (SELECT 1 FROM cases_task t WHERE t.case_id = c.id AND t.state = 'open') AS tasks,
    EXISTS (SELECT 1 FROM cases_case o WHERE o.stage <> 'closed' AND o.facts -> 'relapse' ->> 'of' = c.number) AS again,
    EXISTS (SELECT 1 FROM case_family(c.id) f JOIN cases_site s ON s.case_id = f.case_id
            JOIN cases_listrow r ON r.site_id = s.id JOIN cases_listbatch b ON b.id = r.batch_id
            WHERE b.state IN ('received', 'importing')) AS importing,
    EXISTS (SELECT 1 FROM case_family(c.id) f JOIN cases_personalrecord p ON p.case_id = f.case_id
            WHERE p.protected) AS reporter
    FROM cases_case c WHERE c.stage = 'closed' AND c.merged_into_id IS NULL"""


@working_as("retention")
def candidates(now: datetime) -> list[Candidate]:
    """Every closed case whose data are not gone yet, by scope, the earliest due first."""
    done = set(Erasure.objects.filter(state=Erasure.State.ERASED).values_list("case_id", "scope"))
    found = [
        Candidate(str(row["id"]), row["number"], row["lead_agency_id"], scope, judged(row, scope, now))
        for row in fetch(_CLOSED, [])
        for scope in ((EVERYTHING, REPORTER) if row["reporter"] else (EVERYTHING,))
        if not _gone(row, scope, done)
    ]
    return sorted(found, key=lambda one: (one.verdict.due_on, one.number, one.scope))


@working_as("retention")
def candidate(case_id: UUID | str, scope: str, now: datetime) -> Candidate | None:
    """One case as of now; None where it is not closed or lives on in another."""
    rows = fetch(f"{_CLOSED} AND c.id = %s", [str(case_id)])
    if not rows:
        return None
    row = rows[0]
    return Candidate(str(row["id"]), row["number"], row["lead_agency_id"], scope, judged(row, scope, now))


def _gone(row: Row, scope: str, done: set[tuple[UUID, str]]) -> bool:
    """A case that was reopened after its erasure and closed again has new data, and is asked again."""
    if (row["id"], scope) not in done and (row["id"], EVERYTHING) not in done:
        return False
    return what_goes(row["id"], scope).total == 0


def judged(row: Row, scope: str, now: datetime) -> Verdict:
    key = "reporter" if scope == REPORTER else rule_of(row["outcome"])
    day = now.astimezone(CHINA).date()
    beside = {"tasks": row["tasks"], "relapse": row["again"], "import": row["importing"]}
    return verdict(
        key,
        closed_at=row["closed_at"],
        facts=orjson.loads(row["facts"]),
        also_held_by=tuple(code for code, holds in beside.items() if holds),
        override=get_directory().parameter(f"retention.{key}", row["region_code"], day),
    )


@working_as("retention")
def what_goes(case_id: UUID | str, scope: str) -> Going:
    """The preview, and the list by which the erasure works."""
    given = {"case": str(case_id), "all": scope == EVERYTHING}
    rows = fetch(_ROWS, given)
    counted = fetch(_COUNTS, {**given, "batches": [str(batch) for batch in {row["batch_id"] for row in rows}]})[0]
    return Going(
        vault=counted["vault"],
        keys=counted["keys"],
        rows=tuple((row["id"], row["batch_id"], row["number"], bytes(row["sealed"])) for row in rows),
        parts=counted["parts"],
        files=tuple(str(row["id"]) for row in fetch(_FILES, given)),
        sealed=tuple(row["event_id"] for row in fetch(_SEALED, given)),
    )


_FAMILY = "WITH family AS MATERIALIZED (SELECT f.case_id FROM case_family(%(case)s::uuid) f) "
# A later row that is equal to one of these holds the same data.
_ROWS = (
    _FAMILY
    + """, own AS (SELECT r.id FROM cases_listrow r JOIN cases_site s ON s.id = r.site_id
        WHERE s.case_id IN (SELECT case_id FROM family))
    SELECT r.id, r.batch_id, r.number, r.sealed FROM cases_listrow r JOIN cases_listbatch b ON b.id = r.batch_id
    WHERE (r.id IN (SELECT id FROM own) OR r.same_as_id IN (SELECT id FROM own)) AND (%(all)s OR b.kind = 'tips')
    AND r.erased_at IS NULL
    ORDER BY r.id"""
)
_COUNTS = (
    _FAMILY
    + """SELECT (SELECT count(*) FROM cases_personalrecord p WHERE p.case_id IN (SELECT case_id FROM family)
        AND (%(all)s OR p.protected)) AS vault,
    (SELECT count(*) FROM cases_sitekey k JOIN cases_site s ON s.id = k.site_id
        WHERE %(all)s AND s.case_id IN (SELECT case_id FROM family)) AS keys,
    (SELECT count(*) FROM cases_listpart l WHERE l.batch_id = ANY(%(batches)s::uuid[])) AS parts"""
)
_FILES = (
    _FAMILY
    + """SELECT a.id FROM cases_attachment a WHERE %(all)s AND a.case_id IN (SELECT case_id FROM family)
    AND a.erased_at IS NULL AND NOT EXISTS (SELECT 1 FROM cases_document d WHERE d.attachment_id = a.id)
    ORDER BY a.id"""
)
# A tip's words stand in the vault, so the sealed parts of the events are those of the officials.
_SEALED = (
    _FAMILY
    + """SELECT s.event_id FROM audit_sealed s JOIN audit_event e ON e.id = s.event_id
    WHERE %(all)s AND e.stream IN (SELECT 'case/' || case_id FROM family) ORDER BY s.event_id"""
)


def proposals(actor: Actor, agency_ids: list[int], states: list[str]) -> list[Erasure]:
    """The erasures of visible cases that these agencies lead, the earliest due first, at most MOST_SHOWN."""
    sql = f"""SELECT e.id FROM cases_erasure e JOIN cases_case c ON c.id = e.case_id
        WHERE c.lead_agency_id = ANY(%s::bigint[]) AND e.state = ANY(%s) AND {seen("c.id")}
        ORDER BY e.due_on, c.number, e.scope LIMIT %s"""
    found = [row["id"] for row in fetch(sql, [agency_ids, states, sight_keys(actor), MOST_SHOWN])]
    rows = Erasure.objects.filter(pk__in=found).select_related("case", "confirmed_by")
    return sorted(rows, key=lambda one: (one.due_on, one.case.number, one.scope))

"""How much of a case this person reads and at which precision: what is asked before anything of a case is told.

`agencies.visibility.part` decides how much, `cases.policy.privacy` in which form; here stands what a part means. Of
the events, to an agency's own part belong:

1. what the agency (or a sub-unit of it) did;
2. what others did that opened a task for it or changed one: a dispatch, a referral with its papers, an urging;
3. the answer to what it asked: assistance, an extension, the ruling on its return, the receipt of its transfer;
4. that a task of its own was called off, without the reasons, which belong to whoever decided.

A document or file belongs to it where it is the agency's own or an event of 1 to 3 names it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import orjson

from agencies import visibility
from agencies.actors import Actor
from agencies.directory import Directory, get_directory
from agencies.visibility import Part, Participation
from cases.selectors.paging import Row, fetch
from cases.selectors.precision.viewers import About, Viewpoint, viewpoint_of

# What one agency asks of another (or of the commission); the act that ends such a task is the answer to it.
QUESTIONS: Final = ("answer_assistance", "decide_extension", "rule_on_return", "receive_transfer")
# The members of a fact, or of one of its rows, that name the agency it belongs to.
OWNERS: Final = ("agency", "partner", "by_agency", "from_agency", "to_agency")


@dataclass(frozen=True, slots=True)
class Reading:
    """What somebody reads of one visible case, and in which form; the other fields matter for an own part only.

    `agencies` are those through which the case is read, with their sub-units; `events` the seqs of the own part,
    `called_off` those among them of which only the ended task is told; `tasks` the ids of the agencies' own tasks and
    questions; `files` the ids of the files that events name; `facts` what the events tell of the agencies.
    """

    part: Part
    viewpoint: Viewpoint
    agencies: list[int] = field(default_factory=list)
    events: list[int] = field(default_factory=list)
    called_off: frozenset[int] = frozenset()
    tasks: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def whole(self) -> bool:
        return self.part is Part.WHOLE


def reading(actor: Actor, case_id: UUID | str, *, until: datetime | None = None) -> Reading | None:
    """What this person reads of the case, of an own part what was on record until then; None: none for them.

    A page that shows several things of one case asks once and hands the answer on.
    """
    keys = visibility.sight_keys(actor)
    rows = fetch(PLACES, [[str(case_id)], keys]) if keys else []
    if not rows:
        return None
    places = [Participation(row["agency_id"], row["relation"], row["owes"]) for row in rows]
    found = visibility.part(actor, places, rows[0]["region_code"], rows[0]["confidentiality"])
    if found is None:
        return None
    directory = get_directory(stamp=rows[0]["stamp"])
    viewpoint = viewpoint_of(actor, about(rows), directory)
    if found is Part.WHOLE:
        return Reading(found, viewpoint)
    return _own(str(case_id), viewpoint, _with_units((place.agency_id for place in places), directory), until)


def about(rows: list[Row]) -> About:
    case = rows[0]
    return About(
        case["lead_agency_id"],
        [row["agency_id"] for row in rows],
        [(agency, kind) for agency, kind in orjson.loads(case["tasks"] or "[]")],
        {name: orjson.loads(case[name]) for name in ("suspension", "surcharge") if case[name]},
        case["confidentiality"],
    )


# The agencies through which each of some cases is visible, with what decides on how much is read.
PLACES: Final = """
SELECT ca.case_id::text AS case_id, ca.agency_id, ca.relation, c.region_code, c.confidentiality, EXISTS (
    SELECT 1 FROM cases_task t WHERE t.case_id = c.id AND t.state = 'open'
    AND ca.agency_id = ANY(ARRAY[t.agency_id, t.unit_id])) AS owes,
    c.lead_agency_id, (c.facts->'suspension')::text AS suspension, (c.facts->'surcharge')::text AS surcharge,
    (SELECT jsonb_agg(jsonb_build_array(t.agency_id, t.kind))::text FROM cases_task t
     WHERE t.case_id = c.id AND t.state = 'open') AS tasks,
    (SELECT n FROM agencies_stamp) AS stamp
FROM cases_caseagency ca JOIN cases_case c ON c.id = ca.case_id
WHERE ca.case_id = ANY(%s::uuid[]) AND ca.agency_id * 4 + ca.rank = ANY(%s)
"""

_EVENTS = """
WITH mine AS MATERIALIZED (
    SELECT t.id::text AS id, t.agency_id = ANY(%(own)s) OR t.unit_id = ANY(%(own)s) IS TRUE AS held
    FROM cases_task t LEFT JOIN audit_event q ON q.stream = %(stream)s AND q.seq = t.opened_seq
    WHERE t.case_id = %(case)s AND (t.agency_id = ANY(%(own)s) OR t.unit_id = ANY(%(own)s)
        OR (t.kind = ANY(%(questions)s) AND q.agency_id = ANY(%(own)s)))
), told AS (
    SELECT e.seq, e.agency_id = ANY(%(own)s) IS TRUE AS own, convert_from(e.body, 'UTF8')::jsonb AS body
    FROM audit_event e WHERE e.stream = %(stream)s AND (%(until)s::timestamptz IS NULL OR e.at < %(until)s)
), known AS (
    SELECT told.*,
        EXISTS (SELECT 1 FROM jsonb_array_elements(coalesce(body->'open', '[]') || coalesce(body->'touch', '[]')) x
                JOIN mine ON mine.id = x->>'id' AND mine.held) AS addressed,
        EXISTS (SELECT 1 FROM jsonb_array_elements(coalesce(body->'close', '[]')) x
                JOIN mine ON mine.id = x->>'id' AND NOT mine.held) AS answered,
        EXISTS (SELECT 1 FROM jsonb_array_elements(coalesce(body->'close', '[]')) x
                JOIN mine ON mine.id = x->>'id' AND mine.held) AS ended
    FROM told
)
SELECT seq, own, own OR addressed OR answered AS told,
       CASE WHEN own OR addressed OR answered THEN (body->'set')::text END AS facts,
       CASE WHEN own THEN (body->'unset')::text END AS gone,
       CASE WHEN own OR addressed OR answered THEN (body->'files')::text END AS files,
       (SELECT array_agg(id) FROM mine) AS tasks
FROM known WHERE own OR addressed OR answered OR ended ORDER BY seq
"""


def _own(case_id: str, viewpoint: Viewpoint, own: list[int], until: datetime | None) -> Reading:
    values = {"own": own, "stream": f"case/{case_id}", "case": case_id, "questions": list(QUESTIONS), "until": until}
    rows = fetch(_EVENTS, values)
    files = [file["id"] for row in rows for file in orjson.loads(row["files"] or "[]")]
    return Reading(
        Part.OWN,
        viewpoint,
        agencies=own,
        events=[row["seq"] for row in rows],
        called_off=frozenset(row["seq"] for row in rows if not row["told"]),
        tasks=(rows[0]["tasks"] or []) if rows else [],
        files=files,
        facts=_facts(rows, frozenset(own)),
    )


def _with_units(agency_ids: Iterable[int], directory: Directory) -> list[int]:
    """An agency's part is also what its sub-units did for it; a sub-unit's is its own alone."""
    found = set[int]()
    for agency_id in agency_ids:
        found |= {agency_id, *(unit.id for unit in directory.units(agency_id))}
    return sorted(found)


def _facts(rows: list[Row], own: frozenset[int]) -> dict[str, Any]:
    """The facts as the agency's own acts left them; of what others wrote, only the rows that name the agency."""
    facts: dict[str, Any] = {}
    for row in rows:
        for name, value in orjson.loads(row["facts"] or "{}").items():
            kept = _kept(value, own, acted=row["own"])
            if kept is not None:
                facts[name] = kept
        for name in orjson.loads(row["gone"] or "[]"):
            facts.pop(name, None)
    return facts


def _kept(value: Any, own: frozenset[int], *, acted: bool) -> Any:
    """A fact or what is left of it; None for nothing. `acted`: the agency wrote it itself, at that time."""
    if isinstance(value, list):
        rows = [kept for row in value if (kept := _kept(row, own, acted=acted)) is not None]
        return rows or None
    if not isinstance(value, Mapping):
        return value if acted else None
    owners = {value[name] for name in OWNERS if name in value}
    if owners:
        return value if owners & own else None
    if value and all(isinstance(each, Mapping) for each in value.values()):
        parts = {n: kept for n, each in value.items() if (kept := _kept(each, own, acted=acted)) is not None}
        return parts or None
    return value if acted else None

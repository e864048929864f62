"""Cases that have something in common with this one: the same account, telephone, door, or address and pool.

Equal values are found by their keyed hashes; nothing is opened. Told to whoever reads both cases whole, as with the
pairs that are suggested. An account is a key of one site for good, so that cases share it by their personal records.
"""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from agencies.actors import Actor
from agencies.visibility import seen, sight_keys, whole, whole_keys
from cases.selectors.paging import Row, fetch
from cases.selectors.reach.parts import Reading

# So many cases are named; and of one value that half a city shares so many are looked at.
MOST: Final = 8
MOST_OF_ONE: Final = 100

_SHARED = f"""
WITH RECURSIVE family(id) AS (
    SELECT c.id FROM cases_case c WHERE c.id = %(case)s AND {seen("c.id").replace("%s", "%(keys)s")}
    UNION SELECT m.id FROM cases_case m JOIN family f ON m.merged_into_id = f.id
), shared AS (
    SELECT o.case_id AS id, CASE WHEN k.flat THEN 'flat' ELSE k.kind END AS reason
    FROM (SELECT DISTINCT y.value FROM family f JOIN cases_site s ON s.case_id = f.id
          JOIN cases_sitekey y ON y.site_id = s.id WHERE y.kind NOT IN ('broadband', 'meter')) mine
    CROSS JOIN LATERAL (SELECT x.kind, x.flat, x.site_id FROM cases_sitekey x
          WHERE x.value = mine.value AND NOT (x.kind IN ('broadband', 'meter')) LIMIT {MOST_OF_ONE}) k
    JOIN cases_site o ON o.id = k.site_id
    UNION
    SELECT r.case_id, r.field FROM (SELECT DISTINCT p.field, p.blind FROM family f
          JOIN cases_personalrecord p ON p.case_id = f.id AND NOT p.protected AND p.field <> 'content') own
    CROSS JOIN LATERAL (SELECT q.case_id, q.field FROM cases_personalrecord q
          WHERE q.blind = own.blind AND q.field = own.field AND NOT q.protected LIMIT {MOST_OF_ONE}) r
), others AS (
    SELECT coalesce(c.merged_into_id, c.id) AS id, array_agg(DISTINCT s.reason) AS reasons
    FROM shared s JOIN cases_case c ON c.id = s.id
    WHERE coalesce(c.merged_into_id, c.id) NOT IN (SELECT id FROM family) GROUP BY 1
)
SELECT c.id::text AS id, c.number, c.title, c.stage, c.outcome, o.reasons
FROM others o JOIN cases_case c ON c.id = o.id WHERE {whole("c.id", "%(whole)s")}
ORDER BY cardinality(o.reasons) DESC, c.opened_at DESC, c.id LIMIT {MOST_OF_ONE}
"""
_NAMED = f"""SELECT c.number, c.title, c.stage, c.outcome FROM cases_case c
    WHERE c.number = ANY(%s) AND {seen("c.id")}"""


def sharing(actor: Actor, case_id: UUID | str, read: Reading) -> list[Row]:
    """The cases with what they share, those that share most first; none where the case is not read whole."""
    if not read.whole or read.viewpoint.only_referred:
        return []
    values: dict[str, Any] = {"case": str(case_id), "keys": sight_keys(actor), "whole": whole_keys(actor)}
    return fetch(_SHARED, values)


def named(actor: Actor, numbers: list[str]) -> dict[str, Row]:
    """Title and stage of those of these cases that this person sees."""
    return {row["number"]: row for row in fetch(_NAMED, [numbers, sight_keys(actor)])} if numbers else {}

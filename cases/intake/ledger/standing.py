"""The rows of a list as they stand now: what was read stays, what it led to may have been taken back or answered since.

Of a list that was withdrawn no row stands any more. Where the equal row of another list stands, it says which, and the
case is that row's; what had been decided when the list came in is told behind it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple

import orjson

from cases.intake.lists.sentences import row_sentence
from cases.intake.suggestions.words import grounds, grounds_of_answer, led_by_answer
from cases.policy.dated import CHINA
from cases.workflow.view import Text

_PAGE: Final = """
    WITH RECURSIVE page AS (
        SELECT r.id, r.number, r.fate, r.reason, r.figures, r.notes, r.effect, r.reading, r.matched, r.score, r.sealed,
               {site} AS site_id, {held_by} AS held_by
        FROM cases_listrow r {beside}
        WHERE r.batch_id = %(batch)s AND r.number > %(after)s AND (%(fate)s = '' OR r.fate LIKE %(fate)s)
        ORDER BY r.number LIMIT %(limit)s
    ), chain(id, case_id, next) AS (
        SELECT p.id, c.id, c.merged_into_id
        FROM page p JOIN cases_site s ON s.id = p.site_id JOIN cases_case c ON c.id = s.case_id
        UNION ALL
        SELECT h.id, c.id, c.merged_into_id FROM chain h JOIN cases_case c ON c.id = h.next
    )
    SELECT p.number, p.fate, p.reason, p.figures::text, p.notes::text, p.effect, p.reading::text, p.matched::text,
           p.sealed, p.score, c.number, c.id::text, p.site_id IS NOT NULL, p.held_by::text, a.told::text
    FROM page p LEFT JOIN chain h ON h.id = p.id AND h.next IS NULL LEFT JOIN cases_case c ON c.id = h.case_id
    LEFT JOIN LATERAL (
        SELECT jsonb_build_object('moved', a.moved, 'matched', a.matched, 'score', a.score, 'at', a.at,
                                  'row', t.number, 'batch', b.name) AS told
        FROM cases_rowanswer a LEFT JOIN cases_listrow t ON t.id = a.reply_id
        LEFT JOIN cases_listbatch b ON b.id = t.batch_id
        WHERE a.row_id = p.id ORDER BY a.id DESC LIMIT 1
    ) a ON true
    ORDER BY p.number
"""
ROWS: Final = _PAGE.format(
    site="coalesce(r.site_id, f.site_id)",
    held_by="NULL::jsonb",
    beside="LEFT JOIN cases_listrow f ON f.id = r.same_as_id",
)
# Equal rows name one another through the first of them; withdrawing a list leaves that written as it was.
ROWS_OF_WITHDRAWN: Final = _PAGE.format(
    site="h.site_id",
    held_by="CASE WHEN h.batch IS NOT NULL THEN jsonb_build_object('row', h.number, 'batch', h.batch) END",
    beside="""LEFT JOIN LATERAL (
            WITH RECURSIVE kin(id, same_as_id) AS (
                SELECT r.id, r.same_as_id
                UNION
                SELECT n.id, n.same_as_id FROM kin k CROSS JOIN LATERAL (
                    SELECT x.id, x.same_as_id FROM cases_listrow x WHERE x.id = k.same_as_id
                    UNION ALL SELECT x.id, x.same_as_id FROM cases_listrow x WHERE x.same_as_id = k.id) n
            )
            SELECT e.site_id, e.number, b.name AS batch FROM kin k JOIN cases_listrow e ON e.id = k.id
            JOIN cases_listbatch b ON b.id = e.batch_id AND b.state <> 'withdrawn'
            WHERE e.site_id IS NOT NULL ORDER BY e.id LIMIT 1
        ) h ON true""",
)


class StoredRow(NamedTuple):
    """One row as `ROWS` reads it. `site`: it leads to one, whether or not the reader knows the case there."""

    number: int
    fate: str
    code: str
    figures: str
    notes: str
    effect: str
    reading: str
    matched: str
    sealed: bytes
    score: float | None
    case: str | None
    case_id: str | None
    site: bool
    held_by: str | None
    answer: str | None

    @property
    def reason(self) -> str:
        """Why the row has its fate; a reply that waited for its list has found it once it has a case."""
        return "traced" if self.code == "trace_waiting" and self.site else self.code


def told_of(row: StoredRow, withdrawn_at: datetime | None, shown: Any, language: str) -> dict[str, Any]:
    """Effect, reason, notes, grounds and case as they hold now. `shown`: what of the figures may stand in sentences."""
    reason = row_sentence(row.reason, shown(orjson.loads(row.figures)))
    if withdrawn_at is not None:
        return _withdrawn(row, withdrawn_at, reason, language)
    matched, score = orjson.loads(row.matched), row.score
    why = grounds(matched, score)
    if row.answer:
        answer = orjson.loads(row.answer)
        led, why = led_by_answer(answer), grounds_of_answer(answer, before=matched)
        reason = Text(f"{reason.zh}{led.zh}", f"{reason.en} {led.en}")
        matched, score = answer["matched"], answer["score"]
    return {
        "effect": row.effect,
        "reason": reason.get(language),
        "notes": [row_sentence(code, shown(values)).get(language) for code, values in orjson.loads(row.notes)],
        "matched": matched,
        "score": score,
        "grounds": why.get(language),
        "case": row.case,
    }


def _withdrawn(row: StoredRow, at: datetime, reason: Text, language: str) -> dict[str, Any]:
    figures: Mapping[str, Any] = {"day": f"{at.astimezone(CHINA):%Y-%m-%d}"}
    code = "withdrawn"
    if row.held_by and row.case:
        code, figures = "withdrawn_held", {**figures, **orjson.loads(row.held_by)}
    now = row_sentence(code, figures)
    told = Text(f"{now.zh}导入时：{reason.zh}", f"{now.en} When it came in: {reason.en}")
    return {
        "effect": "none",
        "reason": told.get(language),
        "notes": [],
        "matched": [],
        "score": None,
        "grounds": "",
        "case": row.case,
    }

"""What became of every row of a list up to now: its answer, since when it is overdue, and a sentence beside it."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

import orjson
from django.db import connection

from cases.intake.feedback.answers import Answer, CaseState, of_case, of_fate
from cases.intake.lists.sentences import row_sentence
from cases.models import ListBatch
from cases.policy.dated import CHINA

AT_ONCE: Final = 2000
# Answers of cases that are kept while the list is gone through: rows of one case mostly stand near each other.
KEPT: Final = 100_000

# A case of a merged one is found through all that it was merged into.
_ROWS = """
    WITH RECURSIVE page AS (
        SELECT r.id, r.number, r.fate, r.reason, r.figures, r.notes, r.erased_at IS NOT NULL AS erased,
               coalesce(f.fate, r.fate) AS decisive, coalesce(r.site_id, f.site_id) AS site_id
        FROM cases_listrow r LEFT JOIN cases_listrow f ON f.id = r.same_as_id
        WHERE r.batch_id = %s AND r.number > %s ORDER BY r.number LIMIT %s
    ), chain(id, case_id, next) AS (
        SELECT p.id, c.id, c.merged_into_id
        FROM page p JOIN cases_site s ON s.id = p.site_id JOIN cases_case c ON c.id = s.case_id
        UNION ALL
        SELECT h.id, c.id, c.merged_into_id FROM chain h JOIN cases_case c ON c.id = h.next
    )
    SELECT p.number, p.fate, p.reason, p.figures::text, p.notes::text, p.erased, p.decisive, h.case_id
    FROM page p LEFT JOIN chain h ON h.id = p.id AND h.next IS NULL ORDER BY p.number
"""
_CASES = """
    SELECT c.id, c.stage, c.outcome, c.region_code, c.confidentiality = 'ordinary', c.facts::text,
           (SELECT min(t.due_at) FROM cases_task t WHERE t.case_id = c.id AND t.state = 'open')
    FROM cases_case c WHERE c.id = ANY(%s::uuid[])
"""


class Result(NamedTuple):
    """One row. `case_id` only tells rows of one case from those of another; `remark` names no case and nobody."""

    number: int
    answer: Answer
    overdue_since: date | None
    remark: str
    case_id: UUID | None


class _Told(NamedTuple):
    answer: Answer
    due: datetime | None


def feedback_due(batch: ListBatch) -> date | None:
    """By which day the issuer wants the answer; None while no day is known for the list."""
    return batch.due_at.astimezone(CHINA).date() if batch.due_at else None


def results_of(batch: ListBatch, home: str, now: datetime) -> Iterator[Result]:
    """Every row in the order of the file, told by the commission of the region `home`."""
    cases: OrderedDict[UUID, _Told] = OrderedDict()
    due, after = feedback_due(batch), 0
    while rows := _fetch(_ROWS, [str(batch.id), after, AT_ONCE]):
        _learn({row[7] for row in rows if row[7] is not None}, cases, home)
        for row in rows:
            told = cases[row[7]] if row[7] is not None else _Told(of_fate(row[6]), None)
            yield Result(row[0], told.answer, _overdue(told, due, now), _remark(row), row[7])
        while len(cases) > KEPT:
            cases.popitem(last=False)
        after = rows[-1][0]


def _fetch(sql: str, values: list[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


def _learn(wanted: Iterable[UUID], cases: OrderedDict[UUID, _Told], home: str) -> None:
    """The answers of these cases, those that are not known yet."""
    unknown = []
    for case_id in wanted:
        if case_id in cases:
            cases.move_to_end(case_id)
        else:
            unknown.append(str(case_id))
    if not unknown:
        return
    for case_id, stage, outcome, region, ordinary, facts, due in _fetch(_CASES, [unknown]):
        state = CaseState(stage, outcome, region, ordinary, orjson.loads(facts))
        answer = of_case(state, home)
        # When something is due on a case that is told of in no file is not told either.
        cases[case_id] = _Told(answer, due if ordinary and not answer.answered else None)


def _overdue(told: _Told, due: date | None, now: datetime) -> date | None:
    """Since when a row that is not answered is late: by the day of the list, or by what is owed on its case."""
    if told.answer.answered:
        return None
    today = now.astimezone(CHINA).date()
    days = [due] if due is not None and due < today else []
    if told.due is not None and told.due < now:
        days.append(told.due.astimezone(CHINA).date())
    return min(days, default=None)


def _remark(row: tuple[Any, ...]) -> str:
    """Why a row was repeated, weak or refused, and what was noticed; without what names a case."""
    _, _, reason, figures, notes, erased, _, case_id = row
    if reason == "trace_waiting" and case_id is not None:
        reason = "traced"
    parts = [] if reason == "accepted" else [row_sentence(reason, orjson.loads(figures)).zh]
    parts += [row_sentence(code, values).zh for code, values in orjson.loads(notes) if "case" not in values]
    if erased:
        parts.append("本行个人信息已按期清除。")
    return "".join(parts)

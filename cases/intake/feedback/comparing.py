"""Versions and the rows within them: what differs from the version sent before, and what is not answered yet."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from cases.intake.feedback.answers import Answer
from cases.models import Feedback
from cases.selectors.paging import fetch

AT_ONCE: Final = 5000
_NAMES: Final = ("answered", "finding", "subject", "disposals", "progress")
_BOTH: Final = ", ".join(f"o.{name} AS old_{name}, n.{name}" for name in _NAMES)
_DIFFERS: Final = " OR ".join(f"o.{name} IS DISTINCT FROM n.{name}" for name in _NAMES)
_CHANGES: Final = f"""SELECT n.number, {_BOTH} FROM cases_feedbackrow n
    JOIN cases_feedbackrow o ON o.version_id = %s AND o.number = n.number
    WHERE n.version_id = %s AND n.number > %s AND ({_DIFFERS}) ORDER BY n.number LIMIT %s"""
_OPEN: Final = """SELECT number, progress, overdue_since FROM cases_feedbackrow
    WHERE version_id = %s AND NOT answered AND number > %s ORDER BY number LIMIT %s"""


class Change(NamedTuple):
    """One row in two versions; `newly`: it was not answered in the earlier one."""

    number: int
    newly: bool
    before: Answer
    after: Answer


def changes_between(version: Feedback, *, after: int = 0, most: int | None = None) -> Iterator[Change]:
    """The rows that are told otherwise than in the version sent before, by their numbers."""
    if version.previous_id is None:
        return
    while rows := fetch(_CHANGES, [str(version.previous_id), str(version.id), after, most or AT_ONCE]):
        for row in rows:
            before, now = (Answer(*_answer(row, mark)) for mark in ("old_", ""))
            yield Change(row["number"], now.answered and not before.answered, before, now)
        after = rows[-1]["number"]
        if most is not None:
            return


def unanswered_rows(version: Feedback, *, after: int = 0, most: int | None = None) -> Iterator[dict[str, Any]]:
    """The rows without an answer, by their numbers: number, progress, overdue_since."""
    while rows := fetch(_OPEN, [str(version.id), after, most or AT_ONCE]):
        yield from rows
        after = rows[-1]["number"]
        if most is not None:
            return


_NARROWED: Final = {
    "": "true",
    "answered": "answered",
    "unanswered": "NOT answered",
    "overdue": "overdue_since IS NOT NULL",
}


def answers_of(version: Feedback, *, after: int, most: int, only: str = "") -> list[dict[str, Any]]:
    """Answers as codes, by the numbers of the rows; `only`: answered, unanswered or overdue ones."""
    sql = f"""SELECT number AS row, answered, finding, subject, disposals, progress, overdue_since
        FROM cases_feedbackrow WHERE version_id = %s AND number > %s AND {_NARROWED[only]} ORDER BY number LIMIT %s"""
    return fetch(sql, [str(version.id), after, most])


def _answer(row: dict[str, Any], mark: str) -> tuple[Any, ...]:
    values = {name: row[f"{mark}{name}"] for name in _NAMES}
    return tuple(tuple(values[name]) if name == "disposals" else values[name] for name in _NAMES)

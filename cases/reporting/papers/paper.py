"""The two papers as PDF: figures of the ledger, late tasks of the bulletin; landscape, 仿宋 where it is there."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from agencies.directory import get_directory
from cases.documents.papers.pdf import FONTS, HEADING_FONTS, families, let_go, printed
from cases.policy.dated import CHINA
from cases.reporting.papers import bulletin, words
from cases.reporting.papers.heads import Head
from cases.reporting.papers.summary import NOTES, tables

LAYOUT: Final = Path(__file__).resolve().parent / "table.typ"
# So many late tasks are printed; all of them stand in the workbook.
MOST_PRINTED: Final = 500
_WIDE: Final = 15
# A paper with more rows than this leaves much behind.
_LARGE: Final = 100
_Said = dict[str, Any]


def ledger_pdf(head: Head, home: str, figures: dict[str, Any], *, whole: bool) -> bytes:
    """The figures; the rows of the ledger are in the workbook."""
    found: list[_Said] = []
    for heading, names, rows in tables(figures, home, get_directory(), whole=whole):
        widths = [4, 3, 3, 3] if len(names) == 4 else [4.5, *(1.6 if len(names) > _WIDE else 2 for _ in names[1:])]
        found.append(_table(heading, names, rows, widths))
    return _printed(head, list(NOTES), found, "逐件台账见同一编号的电子表格。")


def bulletin_pdf(head: Head, rows: Sequence[bulletin.Late], figures: dict[str, Any] | None) -> bytes:
    """The late tasks, the latest first, and who is late with how many."""
    directory, found = get_directory(), []
    if figures is not None:
        names = list(bulletin.TOTAL_HEADS)
        found.append(_table("一、分单位统计", names, bulletin.totals(figures, directory), [6, *(2 for _ in names[1:])]))
    heading = "二、逾期事项" if figures is not None else "逾期事项"
    shown = [[n, *bulletin.cells_of(late, directory)] for n, late in enumerate(rows[:MOST_PRINTED], 1)]
    names = [*bulletin.HEADS, *bulletin.STEP_HEADS]
    details = _table(heading, names, shown, [1.4, 3.4, 5, 4, 5.5, 4.5, 4, 1.8, 1.8, 4, 4, 4], left=(1, 2, 3, 4, 5))
    cut = f"，以上为前{len(shown)}项，其余见同一编号的电子表格" if len(rows) > len(shown) else ""
    closing = f"共{len(rows)}项{cut}。" if rows else ""
    return _printed(head, list(bulletin.NOTES), [*found, details], closing)


def _table(
    heading: str,
    names: Sequence[str],
    rows: Iterable[Sequence[Any]],
    widths: Sequence[float],
    left: Sequence[int] = (0,),
) -> _Said:
    return {
        "heading": heading,
        "names": list(names),
        "rows": [[_text(cell) for cell in row] for row in rows],
        "widths": list(widths),
        "left": list(left),
    }


def _text(cell: Any) -> str:
    if isinstance(cell, datetime):
        return f"{cell.astimezone(CHINA):%Y-%m-%d %H:%M}"
    if isinstance(cell, date):
        return f"{cell:%Y-%m-%d}"
    if isinstance(cell, Decimal):
        return f"{cell.normalize():,f}"
    return f"{cell:,}" if isinstance(cell, int) else str(cell)


def _printed(head: Head, notes_said: list[str], tables_said: list[_Said], closing: str) -> bytes:
    """`closing` ends the last table."""
    day = head.at.astimezone(CHINA).date()
    said = {
        "title": head.title,
        "agency": head.agency,
        "number": head.number,
        "week": words.week_text(head.week.first, head.week.last),
        "lines": [list(pair) for pair in head.lines()],
        "notes": notes_said,
        "tables": tables_said,
        "closing": closing,
        "date": words.day_text(day),
        "day": [day.year, day.month, day.day],
        "fonts": families(FONTS),
        "headings": families(HEADING_FONTS),
    }
    content = printed(LAYOUT, json.dumps(said, ensure_ascii=False))
    if sum(len(table["rows"]) for table in tables_said) > _LARGE:
        let_go()
    return content

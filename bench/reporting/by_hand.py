"""The ledger as one would write it in an afternoon: one statement over today's rows, and a plain XlsxWriter.

It says what is so now, not what was so at the end of the week; it hashes nothing, keeps nothing and asks nobody.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import xlsxwriter  # type: ignore[import-untyped]
from django.db import connections

COUNTS = """
SELECT c.region_code, count(*), count(*) FILTER (WHERE c.stage = 'closed'), count(*) FILTER (WHERE c.stage <> 'closed'),
       count(*) FILTER (WHERE c.facts -> 'determination' ->> 'state' = 'decided'),
       count(*) FILTER (WHERE c.facts -> 'suspension' ->> 'power' = 'off'),
       count(*) FILTER (WHERE EXISTS (SELECT FROM cases_task t
                                      WHERE t.case_id = c.id AND t.state = 'open' AND t.due_at < %s))
FROM cases_case c WHERE c.region_code LIKE '3203%%' AND c.opened_at < %s GROUP BY 1 ORDER BY 1
"""
ROWS = """
SELECT c.number, r.name, c.source, c.level, c.opened_at::date, c.stage, c.facts -> 'determination' ->> 'subject',
       c.title, c.facts -> 'determination' ->> 'finding', c.facts #>> '{findings,inspect_site,devices}',
       c.facts #>> '{findings,check_consumption,capacity_kva}', c.facts #>> '{findings,analyse_traffic,hashrate}',
       c.facts #>> '{findings,check_consumption,monthly_kwh}', c.facts -> 'suspension' ->> 'power',
       c.facts -> 'surcharge' ->> 'state', c.outcome, c.closed_at::date,
       (SELECT count(*) FROM cases_task t WHERE t.case_id = c.id AND t.state = 'open' AND t.due_at < %s),
       (SELECT min(t.due_at)::date FROM cases_task t WHERE t.case_id = c.id AND t.state = 'open' AND t.due_at < %s)
FROM cases_case c JOIN agencies_region r ON r.code = c.region_code
WHERE c.region_code LIKE '3203%%' AND c.opened_at < %s ORDER BY c.id
"""


def draw(week: Any) -> dict[str, Any]:
    """Write both sheets into a file that goes again; how many rows, and how large it was."""
    with tempfile.TemporaryDirectory() as folder, connections["owner"].cursor() as cursor:
        file = Path(folder) / "ledger.xlsx"
        book = xlsxwriter.Workbook(file, {"constant_memory": True, "default_date_format": "yyyy-mm-dd"})
        summary, sheet = book.add_worksheet("汇总"), book.add_worksheet("台账")
        cursor.execute(COUNTS, [week.ends, week.ends])
        for n, row in enumerate(cursor.fetchall()):
            summary.write_row(n, 0, row)
        cursor.execute(ROWS, [week.ends, week.ends, week.ends])
        count = 0
        while rows := cursor.fetchmany(2000):
            for row in rows:
                sheet.write_row(count, 0, row)
                count += 1
        book.close()
        return {"cases": count, "xlsx_mb": round(file.stat().st_size / 1e6, 2)}

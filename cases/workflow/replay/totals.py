"""What only the tables as a whole can show: counters that add up, and document numbers without a gap."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg2

from audit.verification.projections import Problem

_COUNTERS = """
SELECT agency_id, region_code, stage, rank, sum(told), sum(found) FROM (
    SELECT agency_id, region_code, stage, rank, n AS told, 0 AS found FROM cases_taskcounter
    UNION ALL SELECT agency_id, region_code, stage, rank, n, 0 FROM cases_taskcounterdelta
    UNION ALL SELECT agency_id, region_code, stage, rank, 0, 1 FROM cases_task WHERE state = 'open') AS x
GROUP BY 1, 2, 3, 4 HAVING sum(told) <> sum(found) ORDER BY 1, 2, 3, 4 LIMIT 100
"""
_SERIES = """
SELECT agency_id, kind, year, coalesce(s.last, 0), coalesce(d.n, 0), coalesce(d.highest, 0)
FROM cases_documentseries s FULL JOIN (
    SELECT agency_id, kind, year, count(*) AS n, max(serial) AS highest FROM cases_document GROUP BY 1, 2, 3
) AS d USING (agency_id, kind, year)
WHERE (s.last, s.last) IS DISTINCT FROM (d.n, d.highest) ORDER BY 1, 2, 3 LIMIT 100
"""
_TEXTS = """
SELECT d.case_id, d.number, v.version FROM cases_document d
LEFT JOIN cases_documentversion v ON v.document_id = d.id
LEFT JOIN cases_documentversion b ON b.document_id = d.id AND b.version = v.version - 1
WHERE d.sha256 IS NOT NULL AND (v.id IS NULL OR encode(sha256(v.content), 'hex') <> v.sha256
    OR (v.version = 1 AND (v.sha256, v.template_sha256) IS DISTINCT FROM (d.sha256, d.template_sha256))
    OR (v.version > 1 AND v.earlier IS DISTINCT FROM b.sha256)) ORDER BY 2, 3 LIMIT 100
"""


def verify_totals(connection: Any) -> Iterator[Problem]:
    yield from _figures(connection)
    with connection.cursor() as cursor:
        cursor.execute(_COUNTERS)
        for agency, region, stage, rank, told, found in cursor.fetchall():
            where = f"{agency} {region} {stage}" + (f" 密级 {rank}" if rank else "")
            yield Problem(
                None,
                "case/",
                None,
                "counter",
                f"待办计数（单位 {where}）为 {told}，实有未结待办 {found} 件",
                f"the counter of open tasks ({where}) is {told}, there are {found}",
            )
        cursor.execute(_SERIES)
        for agency, kind, year, last, issued, highest in cursor.fetchall():
            where = f"{agency} {kind} {year}"
            yield Problem(
                None,
                "case/",
                None,
                "series",
                f"文号序列（{where}）发到第 {last} 号，库中有文书 {issued} 份，最大为第 {highest} 号",
                f"the series {where} was drawn up to {last}; there are {issued} documents, the highest {highest}",
            )
        cursor.execute(_TEXTS)
        for case_id, number, version in cursor.fetchall():
            yield Problem(
                None,
                f"case/{case_id}",
                None,
                "document",
                f"文书 {number} 第 {version or 1} 版的正文与其哈希或前一版不符",
                f"the text of document {number}, version {version or 1}, is not what its hashes say",
            )


def _figures(connection: Any) -> Iterator[Problem]:
    """What the dashboard counts stands beside each case, and follows from it."""
    with connection.cursor() as cursor:
        cursor.execute("SAVEPOINT figures")
        try:
            cursor.execute("SELECT case_figures_differing()")
            found = [str(case_id) for (case_id,) in cursor.fetchall()]
        except psycopg2.DataError:
            # Of facts that somebody changed behind the record no figures may follow at all.
            cursor.execute("ROLLBACK TO SAVEPOINT figures")
            found = [""]
    for case_id in found:
        yield Problem(
            None,
            f"case/{case_id}",
            None,
            "figures",
            "驾驶舱所用的数字与案件不符，须用 manage.py case_figures --rebuild 重写",
            "the figures of the dashboard are not those of the case; run manage.py case_figures --rebuild",
        )

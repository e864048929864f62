"""The reports that somebody reads, the latest first, each with its latest version; and what a preview counts."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from agencies.actors import Actor
from agencies.visibility import case_agencies
from audit.sight import working_as
from cases.intake.feedback.drawing import one_moment
from cases.models import Report, ReportVersion
from cases.policy.reports.figures import Tally
from cases.policy.reports.weeks import Week
from cases.reporting.access import watched_regions
from cases.reporting.papers.bulletin import find_late
from cases.reporting.state.past import cases_of
from cases.reporting.state.standing import standing_of
from cases.selectors.paging import DEFAULT_PAGE_SIZE, Keyset, Page, Row, capped, fetch

NEWEST_FIRST: Final = Keyset("reports", ("id",), (UUID,), descending=True)
_READ: Final = """(r.readers && %s::bigint[]
    OR EXISTS (SELECT FROM unnest(%s::text[]) AS w(code) WHERE starts_with(r.region_id, w.code)))"""
_NARROWED: Final = " AND (%s = '' OR r.kind = %s) AND (%s = '' OR starts_with(r.region_id, %s))"
_LIST: Final = """SELECT r.id, r.kind, r.number, r.region_id AS region, r.agency_id, r.first_day, r.last_day, r.readers,
    v.id AS version_id, v.version, v.state, v.late, v.problem, v.asked_at, v.drawn_at, v.cases,
    u.display_name AS asked_by
FROM cases_report r
JOIN LATERAL (SELECT * FROM cases_reportversion w WHERE w.report_id = r.id ORDER BY w.version DESC LIMIT 1) v ON true
LEFT JOIN agencies_user u ON u.id = v.asked_by_id
WHERE """


def list_reports(
    actor: Actor, *, kind: str = "", region: str = "", cursor: str | None = None, size: int = DEFAULT_PAGE_SIZE
) -> Page:
    """The reports that this person reads. Raises InvalidCursor."""
    at = NEWEST_FIRST.decode(cursor)
    values: list[Any] = [case_agencies(actor), watched_regions(actor), kind, kind, region, region]
    beyond, more = NEWEST_FIRST.beyond(at, "r.")
    where = _READ + _NARROWED
    order = NEWEST_FIRST.order(at, "r.")
    rows = fetch(f"{_LIST}{where}{beyond} ORDER BY {order} LIMIT %s", [*values, *more, size + 1])
    n = fetch(f"SELECT count(*) AS n FROM cases_report r WHERE {where}", values)[0]["n"]
    return NEWEST_FIRST.page(rows, at, size, capped(n))


def versions_of(report: Report) -> list[ReportVersion]:
    """Every version of a report that is visible, the latest first."""
    found = list(ReportVersion.objects.filter(report=report).select_related("asked_by").order_by("-version"))
    for version in found:
        version.report = report
    return found


@working_as("reports")
def preview(kind: str, agency_id: int, region: str, week: Week) -> Row:
    """The figures that a report on this week would have, without drawing one up."""
    with one_moment():
        if kind == Report.Kind.OVERDUE:
            report = Report(kind=kind, region_id=region, agency_id=agency_id, first_day=week.first)
            return find_late(ReportVersion(report=report), lambda _cases: None).figures()
        now, before, elsewhere = Tally(), Tally(), 0
        for pair in cases_of(agency_id, region, week):
            if pair.before is not None:
                before.add(standing_of(pair.before, region, week.begins))
            if pair.now is not None:
                now.add(standing_of(pair.now, region, week.ends))
                elsewhere += pair.now.lead_agency_id != agency_id
        return {"now": now.as_dict(), "before": before.as_dict(), "led_elsewhere": elsewhere}

"""The figures of a ledger beside counts that share nothing with them: SQL over the rows, written by hand."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection

from agencies.actors import find_actor, system_actor
from agencies.models import Agency
from agencies.services import create_agency, create_user
from audit import clock
from cases.policy.reports.weeks import Week, week_of
from cases.reporting.listing import list_reports
from tests.reporting import weeks
from tests.reporting.weeks import AFTER, BEFORE, DURING, WEEK, at
from tests.workflow.test_statements import Counting, cut_by_the_grid, leads, restored, whole_way, with_others

pytestmark = pytest.mark.usefixtures("demo_city")
# Decided to be mining, and not being looked at anew.
MINING = """c.facts -> 'determination' ->> 'state' = 'decided'
    AND c.facts -> 'determination' ->> 'finding' IN ('self_operated', 'hosted', 'rented_out')
    AND NOT (c.stage IN ('verification', 'monitoring')
             AND NOT c.facts #> '{determination,disposals}' @> '[{"kind": "continue_monitoring"}]')"""
COUNTS = f"""
SELECT c.region_code AS region, count(*) AS received,
    count(*) FILTER (WHERE c.outcome = 'merged') AS merged,
    count(*) FILTER (WHERE c.stage = 'closed' AND c.outcome <> 'merged') AS cleared,
    count(*) FILTER (WHERE c.stage <> 'closed') AS open,
    count(*) FILTER (WHERE f.cut ->> 'executed_at' IS NOT NULL) AS suspended,
    count(*) FILTER (WHERE f.cut ->> 'power' = 'off') AS power_off,
    count(*) FILTER (WHERE f.entry ->> 'state' IN ('accepted', 'notified', 'billing')) AS charging,
    count(*) FILTER (WHERE {MINING}) AS mining,
    coalesce(sum(l.late), 0) AS overdue_tasks, count(*) FILTER (WHERE l.late > 0) AS overdue_cases
FROM cases_case c
CROSS JOIN LATERAL (SELECT c.facts -> 'suspension' AS cut, c.facts -> 'surcharge' AS entry) f
CROSS JOIN LATERAL (SELECT count(*) AS late FROM cases_task t WHERE t.case_id = c.id AND t.state = 'open'
    AND t.due_at < %s AND NOT EXISTS (SELECT FROM cases_clockinterval i
                                      WHERE i.task_id = t.id AND i.ended_at IS NULL AND i.state = 'paused')) l
WHERE c.region_code LIKE %s AND c.confidentiality = 'ordinary' GROUP BY 1
"""
ENERGY = f"""
SELECT sum((facts #>> '{{findings,check_consumption,monthly_kwh}}')::numeric) FROM cases_case c
WHERE {MINING} AND coalesce(outcome, '') <> 'merged' AND region_code LIKE '3203%%' AND confidentiality = 'ordinary'
"""


def _rows(sql: str, values: list[Any]) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def test_every_count_is_that_of_a_statement_of_its_own() -> None:
    world = Counting()
    for story in (leads, whole_way, restored, cut_by_the_grid, with_others):
        world = Counting()
        story(world)
    weeks.excluded(DURING, weeks.opened(BEFORE))
    kept, twin = weeks.opened(BEFORE), weeks.opened(BEFORE)
    number = _rows("SELECT number FROM cases_case WHERE id = %s", [kept.case_id])[0]["number"]
    weeks.do(DURING, "drc-handler1", "merge_case", twin, survivor=number, reason_code="same_site")
    last = _rows("SELECT max(updated_at) AS at FROM cases_case", [])[0]["at"]
    # Nothing happens after the end of this week: the rows are what they were then.
    week = week_of((last + timedelta(days=1)).date())
    version = weeks.draw(week=week, now=f"{week.ends + timedelta(hours=8):%Y-%m-%d %H:%M}")
    counted = {row.pop("region"): row for row in _rows(COUNTS, [week.ends, "3203%"])}
    assert version.figures["now"]["regions"].keys() == counted.keys()
    for region, row in counted.items():
        told = version.figures["now"]["regions"][region]
        assert {name: told[name] for name in row} == row, region
    whole = {name: sum(row[name] for row in counted.values()) for name in next(iter(counted.values()))}
    # The story holds something of each, so that no column is nothing compared with nothing.
    assert {name for name, n in whole.items() if not n} <= {"charging"}, whole
    kwh = sum(Decimal(line["kwh"]) for line in version.figures["now"]["regions"].values())
    assert kwh == _rows(ENERGY, [])[0]["sum"] > 0
    outcomes = _rows(
        "SELECT outcome, count(*) AS n FROM cases_case WHERE stage = 'closed' AND outcome <> 'merged'"
        " AND region_code LIKE '3203%%' AND confidentiality = 'ordinary' GROUP BY 1",
        [],
    )
    assert version.figures["now"]["outcomes"] == {row["outcome"]: row["n"] for row in outcomes}


def test_the_last_minute_of_sunday_is_of_the_week_and_midnight_is_of_the_next() -> None:
    weeks.opened("2026-11-22 23:59:59.999999", "云龙区 周日夜里")
    weeks.opened("2026-11-23 00:00:00", "云龙区 周一零时")
    early, late = (weeks.opened(BEFORE, f"鼓楼区 {n}", region="320302") for n in ("甲", "乙"))
    weeks.excluded("2026-11-22 23:59:59.999999", early)
    weeks.excluded("2026-11-23 00:00:00", late)
    found = {week: weeks.draw(week=week, now="2026-12-01 09:00") for week in (WEEK, WEEK.after)}
    names = {week: _named(version) for week, version in found.items()}
    assert names == {WEEK: {"周日夜里"}, WEEK.after: {"周日夜里", "周一零时"}}
    assert [weeks.counts(found[week], when)["received"] for week in found for when in ("before", "now") if
            weeks.counts(found[week], when)] == [1, 1, 2]  # fmt: skip
    cleared = [[weeks.counts(found[week], when, "320302")["cleared"] for when in ("before", "now")] for week in found]
    assert cleared == [[0, 1], [1, 2]]


def _named(version: Any) -> set[str]:
    """The places of the workbook's rows that lie in 云龙区, by the cases they number."""
    numbers = {row[1] for row in weeks.sheets_of(weeks.file_of(version))["台账"][2:]}
    titles = _rows("SELECT number, title FROM cases_case WHERE region_code = '320303'", [])
    return {row["title"].split()[1] for row in titles if row["number"] in numbers}


def test_a_county_commission_has_a_ledger_of_its_county_and_reads_no_other() -> None:
    county = create_agency(
        actor=system_actor(), code="320303-drc", kind="development_commission", region="320303",
        name="云龙区发展和改革委员会", short_name="云龙发改", monogram="云", now=at(BEFORE),
    )  # fmt: skip
    create_user(
        actor=system_actor(), agency=county, roles=["handler"], username="yl-handler1", display_name="郑州桥",
        password="Lianzhi-Demo-2026", now=at(BEFORE), staff_no="YL0001",
    )  # fmt: skip
    for region in ("320303", "320302"):
        weeks.opened(DURING, f"{region} 一处", region=region)
    city, own = weeks.draw(), weeks.draw(code="320303-drc")
    assert own.report.number == "云整治台账〔2026〕1号"
    assert own.figures["now"]["regions"].keys() == {"320303"}
    assert city.figures["now"]["regions"].keys() == {"320303", "320302"}
    actor = find_actor("yl-handler1")
    assert [row["number"] for row in list_reports(actor).rows] == [own.report.number]
    # Those around it read it, too; another county's would not.
    assert {row["number"] for row in list_reports(find_actor("drc-handler1")).rows} == {
        city.report.number,
        own.report.number,
    }
    assert weeks.counts(own) == weeks.counts(city)
    assert Agency.objects.filter(pk=own.report.agency_id, region_id="320303").exists()
    assert Week(own.report.first_day) == WEEK
    assert at(AFTER) < clock.now() or own.drawn_at == at(AFTER)

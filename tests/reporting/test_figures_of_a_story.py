"""The ledger of a story, figure by figure as a person counts them, in time and late, and beside hand-written SQL."""

from __future__ import annotations

import pytest
from django.db import connection

from tests.reporting import weeks
from tests.reporting.weeks import AFTER, BEFORE, DURING

pytestmark = pytest.mark.usefixtures("demo_city")


def _story() -> None:
    old = weeks.opened(BEFORE, "云龙区 淮盛科技有限公司")
    weeks.verified(BEFORE, old, project="new")
    weeks.opened(BEFORE, "云龙区 居民用户 · XMR")
    closed = weeks.opened(BEFORE, "鼓楼区 某处", region="320302")
    weeks.excluded(DURING, closed)
    fresh = weeks.opened(DURING, "鼓楼区 彭城数据有限公司", region="320302")
    weeks.verified(
        DURING, fresh, kwh="1000.5", subject="data_centre", project="under_construction", production_on="2027-03-01"
    )
    twin = weeks.opened(DURING, "鼓楼区 彭城数据有限公司二", region="320302")
    number = _number(fresh.case_id)
    weeks.do(DURING, "drc-handler1", "merge_case", twin, survivor=number, reason_code="same_site")


def _number(case_id: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT number FROM cases_case WHERE id = %s", [case_id])
        return str(cursor.fetchone()[0])


def test_every_figure_is_what_a_person_counts() -> None:
    _story()
    version = weeks.draw()
    yunlong = {
        "received": 2, "merged": 0, "located": 1, "verified": 1, "mining": 1, "suspended": 0, "power_off": 0,
        "surcharged": 0, "charging": 0, "cleared": 0, "open": 2, "overdue_cases": 1, "overdue_tasks": 1,
        "kwh": "35000", "assessed": "70000", "with_kwh": 1, "new_projects": 1,
    }  # fmt: skip
    gulou = {
        "received": 3, "merged": 1, "located": 1, "verified": 2, "mining": 1, "suspended": 0, "power_off": 0,
        "surcharged": 0, "charging": 0, "cleared": 1, "open": 1, "overdue_cases": 0, "overdue_tasks": 0,
        "kwh": "1000.5", "assessed": "2001.0", "with_kwh": 1, "new_projects": 1,
    }  # fmt: skip
    assert weeks.counts(version, region="320303") == yunlong
    assert weeks.counts(version, region="320302") == gulou
    before = weeks.counts(version, "before", "320302")
    assert (before["received"], before["cleared"], before["open"], before["verified"]) == (1, 0, 1, 0)
    assert version.figures["now"]["subjects"] == {"": 1, "data_centre": 1, "enterprise": 1, "unknown": 1}
    assert version.figures["now"]["findings"] == {"": 1, "false_positive": 1, "self_operated": 2}
    assert version.figures["now"]["outcomes"] == {"false_positive": 1}
    for line in version.figures["now"]["regions"].values():
        assert line["received"] == line["merged"] + line["open"] + line["cleared"]


def test_a_report_drawn_late_says_what_one_drawn_in_time_said() -> None:
    _story()
    in_time = weeks.draw(now="2026-11-23 08:00")
    # Everything goes on: another case, one that is closed, one that is verified, one that goes to another region.
    weeks.opened(AFTER, "云龙区 后来的场所")
    moved = weeks.opened(AFTER, "云龙区 又一处")
    weeks.excluded(AFTER, moved)
    _close_one()
    late = weeks.draw(now="2026-12-09 08:00", by="drc-handler1")
    assert late.version == in_time.version + 1
    assert late.figures == in_time.figures
    assert late.changes == []
    assert weeks.sheets_of(weeks.file_of(late))["台账"] == weeks.sheets_of(weeks.file_of(in_time))["台账"]


def _close_one() -> None:
    """A case of the week before is excluded after the week: today's row says closed, the report may not."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id::text FROM cases_case WHERE title = '云龙区 居民用户 · XMR'")
        case = type("Known", (), {"case_id": cursor.fetchone()[0]})
    weeks.excluded(AFTER, case)

"""用时统计: the page with its filters and order, the file with its record, the API."""

from __future__ import annotations

import csv
import io
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from audit import clock
from audit.models import Access
from tests.api.conftest import Person
from tests.web import story

CHINA = timezone(timedelta(hours=8))


def at(text: str) -> None:
    clock.set_clock(datetime.fromisoformat(text).replace(tzinfo=CHINA), frozen=True)


@pytest.fixture
def november(demo_city: None) -> None:
    at("2026-11-02 10:00")
    case = story.opened()
    at("2026-11-03 10:00")
    story.do("drc-handler1", "dispatch_verification", case, findings=["analyse_traffic", "check_consumption"])
    at("2026-11-05 14:30")
    story.do("cac-handler1", "report_traffic", case, result="confirmed", pools="2", connections="40")
    at("2026-11-20 09:00")


def page(who: str, query: str = "") -> Any:
    return Person(who).client.get(f"/working-time/{query}")


def asked(who: str, query: str = "") -> Any:
    return Person(who).get(f"working-time/{query}")


@pytest.mark.usefixtures("november")
def test_the_page_shows_lengths_in_working_days() -> None:
    text = page("drc-handler1", "?by=kind").content.decode()
    assert 'data-row="流量核查"' in text
    row = text.split('data-row="流量核查"')[1].split("</tr>")[0]
    # From Tuesday ten to Thursday half past two: eight hours, a day, five and a half hours.
    assert row.count('<td class="num">2.50</td>') >= 3
    assert "0.0%" in row
    assert 'data-row="用电核查"' not in text, "it is open"
    assert 'data-total="2"' in text
    late = page("drc-handler1", "?by=kind&of=open").content.decode().split('data-row="用电核查"')[1]
    assert "100.0%" in late.split("</tr>")[0]


@pytest.mark.usefixtures("november")
def test_the_heads_sort_and_the_period_is_typed() -> None:
    text = page("drc-handler1", "?by=kind&order=tasks&from=2026-11-03&to=2026-11-03").content.decode()
    assert 'aria-sort="descending"' in text
    assert 'data-row="线索分办"' in text
    assert 'data-row="流量核查"' not in text
    assert "order=late" in text
    empty = page("drc-handler1", "?from=2026-01-01&to=2026-01-31").content.decode()
    assert "这一期间没有符合条件的事项" in empty


@pytest.mark.usefixtures("november")
@pytest.mark.parametrize("query", ["?from=soon", "?from=2026-11-10&to=2026-11-01"])
def test_a_period_that_is_none_is_said(query: str) -> None:
    answer = page("drc-handler1", query)
    assert answer.status_code == 400
    assert 'role="alert"' in answer.content.decode()


@pytest.mark.usefixtures("november")
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_file_says_the_same_and_taking_it_is_recorded(kind: str) -> None:
    answer = Person("drc-handler1").client.get(f"/working-time/working-time.{kind}?by=kind")
    if kind == "csv":
        rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    else:
        book = CalamineWorkbook.from_filelike(io.BytesIO(answer.content))
        rows = [[str(cell) for cell in row] for row in book.get_sheet_by_index(0).to_python()]
    assert rows[0][:3] == ["事项", "件数", "用时中位数（工作日）"]
    traffic = next(row for row in rows if row[0] == "流量核查")
    assert [float(cell) for cell in traffic[1:4]] == [1, 2.5, 2.5]
    assert Access.objects.filter(way="export").exists()
    assert Person("drc-handler1").client.get("/working-time/working-time.pdf").status_code == 404


@pytest.mark.usefixtures("november")
def test_the_api_answers_in_seconds() -> None:
    body = asked("drc-handler1", "?by=agency&since=2026-11-01").data
    (cac,) = [row for row in body["results"] if row["agency"]["code"] == "320300-cac"]
    assert (cac["tasks"], cac["median"], cac["late"]) == (1, int(2.5 * 9 * 3600), 0)
    assert body["by"] == "agency"
    assert asked("drc-handler1", "?by=nobody").status_code == 400
    assert [row["agency"]["code"] for row in asked("cac-handler1").data["results"]] == ["320300-cac"]


@pytest.mark.usefixtures("november")
def test_administrators_have_no_such_page() -> None:
    for address in ("/working-time/", "/working-time/working-time.csv"):
        assert Person("admin1").client.get(address).status_code == 404
    assert asked("admin1").data["results"] == []

"""驾驶舱 over HTTP: who has it, that each link leads to as many cases as it says, its periods, files and refusals."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from audit import clock
from audit.models import Access
from tests.api.conftest import Person
from tests.web import story
from tests.web.counting import statements

CHINA = timezone(timedelta(hours=8))
WORKING = ("sup-supervisor1", "drc-handler1", "grid-handler1", "telecom-handler1", "cac-handler1")


def at(text: str) -> None:
    clock.set_clock(datetime.fromisoformat(text).replace(tzinfo=CHINA), frozen=True)


@pytest.fixture
def november(demo_city: None) -> None:
    """Two cases in one county, one sent for verification and reported on, one in another county, one of October."""
    at("2026-10-20 10:00")
    story.opened("泉山区旧厂房", "320311")
    at("2026-11-02 10:00")
    case = story.opened()
    story.opened("云龙区冷库")
    at("2026-11-03 10:00")
    story.do("drc-handler1", "dispatch_verification", case, findings=["analyse_traffic", "check_consumption"])
    at("2026-11-05 14:30")
    story.do("cac-handler1", "report_traffic", case, result="confirmed", pools="2", connections="40")
    at("2026-11-20 09:00")


def page(who: str, query: str = "", **headers: Any) -> str:
    answer = Person(who, **headers).client.get(f"/dashboard/{query}", headers=Person(who, **headers).language)
    assert answer.status_code == 200, answer.content.decode()[:2000]
    text: str = answer.content.decode()
    return text


def total(who: str, href: str) -> int:
    text = Person(who).client.get(href.replace("&amp;", "&")).content.decode()
    found = re.search(r"共 ([0-9,]+) 件", text)
    if found is None:
        assert "没有这样的案件" in text, href
        return 0
    return int(found[1].replace(",", ""))


def tile(text: str, key: str) -> tuple[str, str]:
    part = text.split(f'data-tile="{key}"')[1].split("</li>", maxsplit=1)[0]
    found = re.search(r'<a href="([^"]+)"><b>([^<]*)</b>', part)
    assert found is not None
    return found[1], found[2]


@pytest.mark.usefixtures("november")
def test_each_link_leads_to_as_many_cases_as_it_says() -> None:
    for who in ("sup-supervisor1", "drc-handler1"):
        text = page(who, "?period=30d")
        href, value = tile(text, "open")
        assert (value, total(who, href)) == ("3", 3), "open at the end of the period, whenever opened"
        steps = re.findall(r'<a href="(/dashboard/cases/[^"]+)">[^<]*</a></span><svg.*?</svg><b>([0-9,]+)</b>', text)
        assert [int(n) for _, n in steps[:2]] == [2, 1], "one was opened before"
        assert len(steps) > 6, "steps and users"
        for href, value in steps:
            assert total(who, href) == int(value), href
        went = re.findall(r'<a href="(/dashboard/cases/[^"]+)"><span class="st[^>]*>[^<]*</span><b>([0-9,]+)</b>', text)
        assert sum(int(n) for _, n in went) == 2, "each case of the period went somewhere"
        for href, value in went:
            assert total(who, href) == int(value), href


@pytest.mark.usefixtures("november")
def test_the_map_and_its_table_name_every_place_with_the_count_of_its_list() -> None:
    text = page("drc-handler1")
    linked = re.findall(r'<a href="([^"]+)" aria-label="([^" ]+) ([0-9]+) 件在办，超期 ([0-9]+) 项">', text)
    assert len(linked) == 10, "the counties of 徐州 that have an outline"
    assert {name: int(n) for _, name, n, _ in linked if n != "0"} == {"云龙区": 2, "泉山区": 1}
    for href, _, n, _ in linked:
        assert total("drc-handler1", href) == int(n)
    assert "徐州经济技术开发区" in text.split('class="beside')[1].split("</ul>")[0], "it has no outline"
    assert "底图仅作示意" in text
    as_table = page("drc-handler1", "?map=table")
    assert "pmap" not in as_table
    row = as_table.split('data-place="320303"')[1].split("</tr>")[0]
    late = re.search(r'class="bad" href="([^"]+)">([0-9]+)<', row)
    assert late is not None
    listed = Person("drc-handler1").client.get(late[1]).content.decode()
    assert f"共 {late[2]} 件" in listed, "the list of overdue work counts the same"
    province = page("sup-supervisor1")
    names = re.findall(r'aria-label="([^" ]+) [0-9]+ 件在办', province)
    assert len(names) == 13
    assert "徐州" in names


@pytest.mark.usefixtures("november")
def test_working_time_is_kept_for_ten_minutes_and_says_of_when_it_is() -> None:
    assert "统计于 11-20 09:00" in page("drc-handler1")
    at("2026-11-20 09:05")
    later = page("drc-handler1")
    assert "统计于 11-20 09:00" in later
    assert "数据截至 11-20 09:05" in later, "all other figures are of this moment"
    fresh = re.search(r'href="([^"]*fresh=1)"', later)
    assert fresh is not None
    assert "统计于 11-20 09:05" in page("drc-handler1", fresh[1].split("/dashboard/")[1])
    href, value = tile(later, "in_time")
    assert value == "40.0", "three of the five that were due are not done"
    assert "of=missed" in href
    assert Person("drc-handler1").client.get(href.replace("&amp;", "&")).status_code == 200


@pytest.mark.usefixtures("november")
def test_the_period_is_chosen_or_typed() -> None:
    assert "2026-10-22 至 2026-11-20" in page("drc-handler1", "?period=30d")
    assert "2026-10-01 至 2026-11-20" in page("drc-handler1", "?period=quarter")
    text = page("drc-handler1", "?period=own&from=2026-11-01&to=2026-11-10")
    assert "2026-11-01 至 2026-11-10" in text
    assert "上期：2026-10-22 至 2026-10-31" in text
    assert [int(n) for n in re.findall(r"</svg><b>([0-9]+)</b>", text)[:1]] == [2]
    for query, why in (
        ("from=morgen", "应为日期"),
        ("from=2026-11-10&to=2026-11-01", "不能晚于"),
        ("from=2027-01-01&to=2027-02-01", "还没有到"),
        ("from=2001-01-01", "不能早于"),
    ):
        answer = Person("drc-handler1").client.get(f"/dashboard/?period=own&{query}")
        assert answer.status_code == 400
        assert why in answer.content.decode()
        assert 'href="#f-from"' in answer.content.decode()


@pytest.mark.usefixtures("november")
def test_an_agency_that_takes_part_reads_heads_and_its_own_work() -> None:
    for who in WORKING:
        text = page(who)
        assert "统计口径" in text
        for key in re.findall(r'href="#(def-[a-z_]+)"', text):
            assert f'id="{key}"' in text, "each figure leads to what it counts"
    grid, cyber = page("grid-handler1"), page("cac-handler1")
    for text in (grid, cyber):
        assert ">认定属实</a>" not in text
        assert "监管盲区</h2>" not in text
        assert 'data-tile="energy"' not in text
    assert 'data-tile="money"' in grid
    assert 'data-tile="money"' not in cyber
    client = Person("grid-handler1").client
    assert client.get("/dashboard/cases/?of=mining").status_code == 404
    assert client.get("/dashboard/cases/?of=open").status_code == 200
    assert client.get("/dashboard/cases/?of=open&region=999999").status_code == 404
    assert Person("cac-handler1").client.get("/dashboard/months.csv").status_code == 404
    assert Person("audit-admin1").client.get("/dashboard/").status_code == 404, "an administrator has no case"


@pytest.mark.usefixtures("november")
def test_a_table_is_taken_as_a_file_and_that_is_logged() -> None:
    client = Person("drc-handler1").client
    before = Access.objects.count()
    answer = client.get("/dashboard/places.csv?period=30d")
    assert answer["Content-Disposition"] == 'attachment; filename="dashboard-places.csv"'
    rows = [line.split(",") for line in answer.content.decode("utf-8-sig").splitlines()]
    assert rows[0][:3] == ["地区", "在办", "期内立案"]
    assert next(row for row in rows if row[0] == "云龙区")[1:3] == ["2", "2"]
    assert Access.objects.count() == before + 1
    for name in ("stages", "steps", "months", "batches"):
        assert client.get(f"/dashboard/{name}.xlsx").status_code == 200
    assert client.get("/dashboard/places.pdf").status_code == 404
    assert client.get("/dashboard/people.csv").status_code == 404


@pytest.mark.usefixtures("november")
def test_the_page_asks_as_often_whatever_there_is_to_count() -> None:
    def asked() -> int:
        return len(statements(Person("sup-supervisor1").client, "/dashboard/"))

    asked()
    before = asked()
    for n in range(5):
        story.opened(f"睢宁县{n}号机房", "320324")
    assert asked() == before <= 40


@pytest.mark.usefixtures("november")
def test_in_english_nothing_is_left_in_chinese_but_names() -> None:
    client = Person("drc-handler1").client
    client.cookies["django_language"] = "en"
    text = client.get("/dashboard/").content.decode()
    main = text.split('id="main"')[1].split("</main>")[0]
    assert "Needs attention" in main
    assert "What is counted" in main
    names = {
        "徐州",
        "区",
        "县",
        "市",
        "发改委",
        "公司",
        "网信办",
        "通管局",
        "督查",
        "开发",
        ">发<",
        ">网<",
        "邳州",
        "新沂",
    }
    left = {
        word for word in re.findall(r">[^<]*[\u4e00-\u9fff][^<]*<", main) if not any(name in word for name in names)
    }
    assert left == set()

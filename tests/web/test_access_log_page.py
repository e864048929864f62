"""查阅日志: who may look through whose readings, filters, what stands out, paging, the file."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from typing import Any

import pytest

from agencies.access.reads import note_read
from agencies.actors import find_actor
from audit import clock
from audit.access.writing import Way
from audit.models import Access, Event
from tests.web import story
from tests.web.test_reading import entered

PAGE = "/audit/access/"


def read_by(username: str | None, **changes: Any) -> int:
    reading: dict[str, Any] = {"way": Way.PAGE, "items": ["phone"], "purpose": "visit", "rows": 1, **changes}
    return note_read(actor=find_actor(username) if username else None, **reading)


def seen_by(username: str, query: str = "") -> list[int]:
    """The numbers of the lines on somebody's page."""
    text = entered(username).get(f"{PAGE}{query}").content.decode()
    return [int(part.split('"', 1)[0]) for part in text.split('data-line="')[1:]]


def test_a_supervisor_reads_the_subtree_of_the_own_region_and_nothing_above(demo_city: None) -> None:
    city, province, shell = read_by("grid-handler1"), read_by("js-drc-handler1"), read_by(None, way=Way.COMMAND)
    assert seen_by("sup-supervisor1") == [shell, province, city]
    assert seen_by("xzsup-supervisor1") == [city]


@pytest.mark.parametrize("decides", ["drc-reviewer1", "drc-approver1"])
def test_who_decides_in_a_commission_reads_the_own_agency_only(demo_city: None, decides: str) -> None:
    own = read_by("drc-handler1")
    read_by("grid-handler1")
    read_by("js-drc-handler1")
    read_by(None, way=Way.COMMAND)
    assert seen_by(decides) == [own]


@pytest.mark.parametrize(
    "other", ["drc-handler1", "grid-reviewer1", "cac-reviewer1", "telecom-handler1", "admin1", "culture-handler1"]
)
@pytest.mark.parametrize("path", [PAGE, "/audit/access/access-log.csv"])
def test_everybody_else_is_told_whom_to_ask(demo_city: None, other: str, path: str) -> None:
    line = read_by(other)
    answer = entered(other).get(path)
    assert answer.status_code == 403
    text = answer.content.decode()
    assert "查阅日志供督查人员以及牵头发展改革委的审核、签发人员查看" in text
    assert f'data-line="{line}"' not in text
    assert "查阅日志</a>" not in entered(other).get("/audit/").content.decode()


def test_a_case_is_named_only_to_whom_sees_it(demo_city: None) -> None:
    case = story.dispatched()
    read_by("drc-handler1", case_id=case.case_id)
    given = {"region_code": "320102", "title": "外市一案", "source": "telecom", "signals": story.SIGNALS}
    elsewhere = story.do("js-drc-handler1", "open_case", None, **given)
    hidden = read_by("drc-handler1", case_id=elsewhere.case_id)
    client = entered("drc-reviewer1")
    assert client.get(f"/cases/{elsewhere.number}/").status_code == 404
    text, taken = client.get(PAGE).content.decode(), client.get("/audit/access/access-log.csv").content.decode()
    assert f"/cases/{case.number}/" in text
    assert f'data-line="{hidden}"' in text
    for told in (text, taken):
        assert elsewhere.number not in told
        assert str(elsewhere.case_id) not in told
    assert elsewhere.number in entered("sup-supervisor1").get(PAGE).content.decode()


def test_each_filter_narrows_and_an_unknown_person_looks_like_one_who_read_nothing(demo_city: None) -> None:
    case = story.dispatched()
    old = read_by("grid-handler1", now=clock.now() - timedelta(days=20))
    mine = read_by("drc-handler1", case_id=case.case_id)
    taken = read_by("drc-handler1", way=Way.EXPORT)
    day = (clock.now() - timedelta(days=10)).strftime("%Y-%m-%d")
    agency = find_actor("grid-handler1").posts[0].agency_id
    reader = "sup-supervisor1"
    assert seen_by(reader, "?person=drc-handler1") == seen_by(reader, "?person=李明远") == [taken, mine]
    assert seen_by(reader, f"?agency={agency}") == [old]
    assert seen_by(reader, "?way=export") == [taken]
    assert seen_by(reader, f"?case={case.number}") == [mine]
    assert seen_by(reader, f"?from={day}") == [taken, mine]
    assert seen_by(reader, f"?to={day}") == [old]
    nobody = entered(reader).get(f"{PAGE}?person=nobody-at-all").content.decode()
    silent = entered(reader).get(f"{PAGE}?person=cac-handler2").content.decode()
    assert "没有符合条件的查阅记录" in nobody
    assert nobody.replace("nobody-at-all", "").count("没有") == silent.replace("cac-handler2", "").count("没有")
    assert "没有编号为“XZ99-1”的案件" in entered(reader).get(f"{PAGE}?case=XZ99-1").content.decode()
    assert "没有采用" in entered(reader).get(f"{PAGE}?from=2026-13-01").content.decode()


def test_what_one_person_reads_on_one_day_adds_up_and_much_of_it_stands_out(demo_city: None, settings: Any) -> None:
    settings.ACCESS_LOG_NOTABLE = 25
    read_by("grid-handler1", rows=25)
    for _ in range(2):
        read_by("drc-handler1", rows=13)
    read_by("drc-handler2", way=Way.LIST, rows=500)
    read_by("drc-reviewer1", way=Way.EXPORT, items=["registers"], rows=500)
    text = entered("sup-supervisor1").get(PAGE).content.decode()
    table = text.split('id="busiest"')[1].split("</table>")[0]
    assert [name for name in ("李明远", "赵一鸣", "陈洁") if name in table] == ["李明远", "赵一鸣"]
    assert table.count("tagx bad") == 1
    assert table.index("李明远") < table.index("tagx bad") < table.index("赵一鸣")


def test_pages_follow_by_keyset_and_new_lines_neither_double_nor_hide_others(demo_city: None) -> None:
    numbers = [read_by("drc-handler1") for _ in range(60)][::-1]
    first = entered("sup-supervisor1").get(PAGE)
    text = first.content.decode()
    following = text.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    read_by("drc-handler1")
    assert seen_by("sup-supervisor1", following) == numbers[50:]


def test_the_file_holds_the_filtered_lines_and_is_itself_logged(demo_city: None) -> None:
    read_by("grid-handler1")
    read_by("drc-handler1", purpose="=1+1")
    client = entered("sup-supervisor1")
    answer = client.get("/audit/access/access-log.csv?person=drc-handler1")
    assert answer["Content-Disposition"] == 'attachment; filename="access-log.csv"'
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows[0][:3] == ["时间", "人员", "账号"]
    assert [row[2] for row in rows[1:]] == ["drc-handler1"]
    assert rows[1][9] == "'=1+1"
    line = Access.objects.latest("id")
    assert (line.username, line.way, line.items, line.rows) == ("sup-supervisor1", "export", ["access_log"], 1)
    assert Event.objects.filter(stream="account/sup-supervisor1", action="export_made").exists()


def test_an_empty_log_says_so_and_the_page_reads_in_english_too(demo_city: None) -> None:
    client = entered("sup-supervisor1")
    assert "还没有人查看过个人信息原文" in client.get(PAGE).content.decode()
    client.post("/language/", {"language": "en", "next": PAGE})
    text = client.get(PAGE, headers={"Accept-Language": "en"}).content.decode()
    assert "Nobody has read personal data in clear yet" in text
    assert "查阅" not in text.split("<main")[1].split("</main>")[0]


def test_the_audit_page_leads_there(demo_city: None) -> None:
    assert f'href="{PAGE}"' in entered("drc-reviewer1").get("/audit/").content.decode()

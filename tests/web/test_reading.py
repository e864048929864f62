"""What holds for every page: who may open it, what its source may hold, what it costs, in which words it speaks."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from datetime import datetime, timedelta
from html import unescape
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from agencies import visibility
from agencies.actors import find_actor
from agencies.models import User
from audit import clock
from audit.models import Event
from audit.verification import Report
from audit.verification.projections import Problem
from cases.documents.attachments import store_attachment
from cases.web.show.listing.asked import VIEWS
from cases.web.show.trail import verdict as band
from tests.web import story
from tests.web.counting import statements

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = sorted((ROOT / "cases" / "templates").rglob("*.html"))
ADDRESSES = ("/", "/tasks/", "/cases/", "/cases/new/", "/imports/", "/audit/", "/inbox/", "/more/", "/password/")


def entered(username: str) -> Client:
    client = Client()
    client.force_login(User.objects.get(username=username))
    return client


def test_every_person_of_the_demo_can_open_every_page(demo_city: None) -> None:
    case = story.reported()
    for user in User.objects.filter(is_active=True, is_system=False):
        client = entered(user.username)
        for address in ADDRESSES:
            assert client.get(address).status_code == 200, (user.username, address)
        assert client.get(f"/cases/{case.number}/").status_code in (200, 404), user.username


def test_an_administrator_of_accounts_sees_no_case(demo_city: None) -> None:
    case = story.opened()
    client = entered("admin1")
    assert client.get(f"/cases/{case.number}/").status_code == 404
    assert case.number not in client.get("/cases/").content.decode()


def test_administrators_are_warned_of_a_year_without_a_holiday_plan(
    demo_city: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for now, warned in (("2026-09-30T12:00+08:00", False), ("2026-10-01T08:00+08:00", True)):
        monkeypatch.setattr("audit.clock.now", lambda now=now: datetime.fromisoformat(now))
        for username in ("admin1", "drc-handler1"):
            page = entered(username).get("/").content.decode()
            assert ("2027 年放假安排尚未载入" in page) is (warned and username == "admin1"), (now, username)


def test_a_branch_sees_what_it_was_given_and_nothing_else(demo_city: None) -> None:
    given, other = story.dispatched(region="320302"), story.dispatched(region="320302")
    story.do("grid-handler1", "assign_task", given, task=task_of(given.case_id), unit="320302-grid")
    client = entered("gulou-crew1")
    assert client.get(f"/cases/{given.number}/").status_code == 200
    assert client.get(f"/cases/{other.number}/").status_code == 404
    page = client.get("/tasks/").content.decode()
    assert given.number in page
    assert other.number not in page


def test_a_file_is_not_read_under_the_number_of_another_case(demo_city: None) -> None:
    case, other = story.opened(), story.opened(region="320302")
    upload = SimpleUploadedFile("函.pdf", b"%PDF-1.7")
    actor = find_actor("drc-handler1")
    file = store_attachment(actor=actor, case_id=case.case_id, kind="document", upload=upload, now=clock.now())
    client = entered("drc-handler1")
    read = Event.objects.filter(action="attachment_read")
    assert client.get(f"/cases/{other.number}/files/{file}/").status_code == 404
    assert not read.exists()
    assert client.get(f"/cases/{case.number}/files/{file}/").content == b"%PDF-1.7"
    assert read.count() == 1
    assert entered("nj-drc-handler1").get(f"/cases/{case.number}/files/{file}/").status_code == 404
    assert read.count() == 1


def task_of(case_id: str) -> str:
    from cases.models import Task

    return str(Task.objects.get(case_id=case_id, kind="check_consumption").pk)


def test_no_page_holds_script_or_style_of_its_own(demo_city: None) -> None:
    """A content security policy without exceptions has to be possible."""
    case = story.reported()
    client = entered("drc-handler1")
    acts = [f"/cases/{case.number}/", f"/cases/{case.number}/actions/record_inspection/"]
    for address in (*ADDRESSES, *acts, "/cases/XZ26-9999/"):
        page = client.get(address).content.decode()
        assert not re.search(r"<script(?![^>]*\ssrc=)", page), address
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=\"|javascript:", page), address
        assert not re.search(r"(?:src|href|action)=\"(?:https?:)?//", page), address


def test_every_page_keeps_its_language_and_its_words(demo_city: None) -> None:
    case = story.reported()
    client = entered("drc-handler1")
    client.post("/language/", {"language": "en", "next": "/"})
    page = client.get(f"/cases/{case.number}/").content.decode()
    assert '<html lang="en"' in page
    assert "You can do now" in page
    assert "你现在可以办理" not in page
    assert client.get("/cases/").content.decode().count("Monitoring list") > 0


def test_the_language_switch_leads_nowhere_outside(demo_city: None) -> None:
    answer = entered("drc-handler1").post("/language/", {"language": "en", "next": "https://elsewhere.example/"})
    assert answer["Location"] == "/"


def test_every_sentence_has_its_english() -> None:
    checked = subprocess.run(
        [sys.executable, "tools/messages.py", "--check"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_every_icon_of_a_template_is_in_the_icon_file() -> None:
    known = set(json.loads((ROOT / "cases" / "web" / "icons.json").read_text()))
    for template in TEMPLATES:
        named = set(re.findall(r"{% icon \"([a-z0-9-]+)\"", template.read_text()))
        assert named <= known, template.name


@pytest.mark.parametrize("address", ["/", "/cases/", "/tasks/"])
def test_a_list_costs_the_same_queries_however_long_it_is(demo_city: None, address: str) -> None:
    client = entered("drc-handler1")
    story.dispatched()
    story.opened()
    few = len(statements(client, address))
    for _ in range(6):
        story.opened()
        story.dispatched()
    assert len(statements(client, address)) == few


@pytest.mark.parametrize("username", ["drc-handler1", "telecom-handler1"])
def test_the_page_of_a_case_asks_twice_how_much_of_it_is_read(
    demo_city: None, monkeypatch: pytest.MonkeyPatch, username: str
) -> None:
    """Once for the case, once for all that stands beside it: for an own part each time is a look at every event."""
    case = story.reported()
    client = entered(username)
    part, asked = visibility.part, []
    monkeypatch.setattr(visibility, "part", lambda *about: asked.append(part(*about)) or asked[-1])
    assert client.get(f"/cases/{case.number}/").status_code == 200
    assert len(asked) == 2


def test_what_is_not_overdue_stands_on_the_workbench_however_much_is_overdue(demo_city: None) -> None:
    for _ in range(14):
        story.opened()
    clock.advance(timedelta(days=30))
    story.opened(title="新来的一案")
    client = entered("drc-handler1")
    page = client.get("/").content.decode()
    assert "新来的一案" in page
    tile = re.search(r'href="([^"]+)" data-tile="overdue".*?class="big">(\d+)<', page, re.DOTALL)
    assert tile
    listed = client.get(unescape(tile[1])).content.decode()
    assert f'data-total="{tile[2]}"' in listed
    assert "新来的一案" not in listed


def test_the_browser_keeps_no_page_of_a_case_but_what_is_being_typed(demo_city: None) -> None:
    case = story.opened()
    client = entered("drc-handler1")
    for address in ("/", "/cases/", f"/cases/{case.number}/", "/audit/", "/cases/XZ26-9999/"):
        assert "no-store" in client.get(address)["Cache-Control"], address
    assert "no-store" not in client.get(f"/cases/{case.number}/actions/comment/")["Cache-Control"]


def test_a_search_keeps_its_words_in_the_field(demo_city: None) -> None:
    story.opened(title="大庙街道机房")
    page = entered("drc-handler1").get("/cases/?q=大庙").content.decode()
    assert re.search(r'id="f-q"[^>]* value="大庙"', page)


def test_a_search_finds_what_is_closed_too(demo_city: None) -> None:
    closed, opened = story.opened(title="大庙街道机房"), story.opened(title="大庙街道网吧")
    story.do("drc-handler1", "propose_exclusion", closed, reason_code="node", explanation="区块链节点")
    story.do("drc-reviewer2", "decide_exclusion", closed, decision="approve")
    client = entered("drc-handler1")

    def found(address: str) -> set[str]:
        return set(re.findall(r'<tr data-number="([^"]+)"', client.get(address).content.decode()))

    assert found("/cases/?q=大庙") == {closed.number, opened.number}
    assert found("/cases/?q=大庙&view=open") == found("/cases/") == {opened.number}


def test_a_tab_says_how_many_cases_its_view_lists(demo_city: None) -> None:
    story.opened(title="大庙街道机房", region="320312")
    story.dispatched()
    client = entered("drc-handler1")
    tabs = re.findall(
        r'href="([^"]*view=\w+)"[^>]*>\s*[^<]+<b[^>]*>([\d,]+)</b>', client.get("/cases/?q=大庙").content.decode()
    )
    assert [href.partition("view=")[2] for href, _ in tabs] == list(VIEWS)
    for href, count in tabs:
        total = re.search(r'data-total="([\d,]+)"', client.get(href).content.decode())
        assert total
        assert total[1] == count, href


def test_whoever_may_not_send_for_an_agency_is_told_so_and_keeps_what_was_typed(demo_city: None) -> None:
    content = SimpleUploadedFile("名单.csv", "IP,端口\n58.218.10.22,1".encode())
    form = {"file": content, "kind": "grid", "batch": "他市批次", "agency": "320100-grid"}
    answer = entered("grid-handler1").post("/imports/", form)
    page = answer.content.decode()
    assert answer.status_code == 403
    assert "你没有该角色" in re.search(r'<div id="refused">.*?</div>', page, re.DOTALL)[0]  # type: ignore[index]
    assert re.search(r'name="batch" value="他市批次"', page)


def test_a_file_that_cannot_be_read_is_said_with_a_way_to_another(demo_city: None) -> None:
    file = SimpleUploadedFile("名单.csv", "早上好\n再见".encode())
    form = {"file": file, "kind": "telecom", "batch": "不是名单", "agency": "320300-telecom"}
    page = entered("telecom-handler1").post("/imports/", form, follow=True).content.decode()
    assert "这份文件不能作为名单导入" in page
    assert re.search(r'<a class="btn" href="/imports/">.*重新上传</a>', page)


def test_an_event_is_told_in_words(demo_city: None) -> None:
    case = story.reported()
    client = entered("sup-supervisor1")
    found = client.get(f"/audit/?case={case.number}&action=report_consumption").content.decode()
    event = re.search(r'data-event="(\d+)"', found)
    assert event
    page = client.get(f"/audit/{event[1]}/").content.decode()
    told = re.search(r'<table class="table diff.*?</table>', page, re.DOTALL)
    assert told
    words = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", told[0]))
    assert "用电核查 · 执行电价 一般工商业" in words
    assert "用电核查 · 有窃电 否" in words
    assert not re.search(r"[a-z]+_[a-z]+|[{}]", words)


def test_every_fact_of_a_whole_case_has_a_name(demo_city: None) -> None:
    """Whatever the acts of a long case write, no line of their events shows a code."""
    case = story.reported()
    client = entered("sup-supervisor1")
    for action in ("open_case", "dispatch_verification", "report_subscriber", "report_traffic", "record_inspection"):
        found = client.get(f"/audit/?case={case.number}&action={action}").content.decode()
        event = re.search(r'data-event="(\d+)"', found)
        assert event, action
        told = re.search(
            r'<table class="table diff.*?</table>', client.get(f"/audit/{event[1]}/").content.decode(), re.DOTALL
        )
        assert told, action
        assert not re.search(r"[a-z]+_[a-z]+|[{}]", re.sub(r"<[^>]+>", " ", told[0])), action


def test_a_view_parses_calls_and_renders() -> None:
    import ast

    long = {}
    for path in (ROOT / "cases" / "web" / "views").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef) and any("page" in ast.unparse(d) for d in node.decorator_list):
                length = (node.end_lineno or 0) - node.lineno + 1
                long |= {f"{path.name}:{node.name}": length} if length > 25 else {}
    assert not long


@pytest.mark.parametrize(
    ("username", "where"),
    [("drc-reviewer1", "case/{case}#3 "), ("nj-drc-reviewer1", "一件你所在机构不参与办理的案件， ")],
)
def test_a_verification_that_finds_a_changed_row_says_whose_it_is_to_those_who_see_it(
    demo_city: None, username: str, where: str
) -> None:
    case = story.opened().case_id
    problem = Problem(None, f"case/{case}", 3, "projection", "案件的“title”与事件重放不符", "title differs")
    counts = dict.fromkeys(("events", "streams", "last_id", "sealed", "erased"), 9)
    found = {"missing_sealed": (), "unused_ids": 0, "unsettled": 0, "projections": (), "problems": (problem,)}
    report = Report(seconds=0.1, problem_count=1, **counts, **found)
    kept = band.of_case(band.remember(find_actor(username), report, "", clock.now()))
    assert kept is not None
    said = kept["text"]
    place = where.format(case=case)
    assert f"发现 1 处问题，最早一处：{place}案件的“title”与事件重放不符" in said

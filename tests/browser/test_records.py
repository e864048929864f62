"""The pages of the registers in a browser: readable at every width, worked with and without scripts."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from agencies.access.reads import note_read
from agencies.actors import find_actor
from audit import clock
from audit.access.writing import Way
from cases.retention.acts import propose
from cases.retention.provisions import generate
from tests.browser.conftest import Enter
from tests.web import story

PAGES = ("access/", "erasures/", "registers/impact/", "registers/provision/", "")
TOO_WIDE = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


def something_to_show() -> None:
    case, items = story.dispatched(title="登记簿一案"), ["phone", "subscriber"]
    for who, rows in (("drc-handler1", 30), ("grid-handler2", 2)):
        actor = find_actor(who)
        note_read(actor=actor, way=Way.PAGE, case_id=case.case_id, items=items, purpose="visit", rows=rows)
    note_read(actor=find_actor("telecom-handler1"), way=Way.EXPORT, items=["refused_rows"], rows=9, file_hash="ab" * 32)
    closed = story.opened(title="已办结的误报")
    story.do("drc-handler1", "propose_exclusion", closed, reason_code="node", explanation="普通节点")
    story.do("drc-reviewer1", "decide_exclusion", closed, decision="approve")
    propose(clock.now() + timedelta(days=91))
    generate()


@pytest.mark.parametrize("width", [1440, 375])
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_no_page_is_wider_than_the_window(enter: Enter, width: int, language: str) -> None:
    something_to_show()
    page = enter("drc-reviewer1", width=width)
    page.context.add_cookies([{"name": "django_language", "value": language, "url": page.url}])
    for path in PAGES:
        page.goto(f"/audit/{path}")
        expect(page.locator("html")).to_have_attribute("lang", re.compile(language, re.IGNORECASE))
        expect(page.locator("h1")).to_be_visible()
        assert page.evaluate(TOO_WIDE) is False, path


@pytest.mark.parametrize("scripts", [True, False])
def test_a_line_is_added_to_each_register(enter: Enter, scripts: bool) -> None:
    page = enter("drc-reviewer1", scripts=scripts)
    page.goto("/audit/")
    page.get_by_role("link", name="影响评估").click()
    page.fill("#i-activity", f"名单比对{scripts}")
    page.fill("#i-assessed_on", "2026-01-15")
    page.select_option("#i-occasion", "sensitive")
    page.select_option("#i-conclusion", "with_measures")
    for name in ("lawful", "impact", "measures"):
        page.fill(f"#i-{name}", "依据实施方案，设人工复核")
    page.get_by_role("button", name="登记").click()
    expect(page.locator("main table")).to_contain_text(f"名单比对{scripts}")
    page.get_by_role("link", name="对外提供").click()
    page.fill("#p-recipient", f"徐州市公安局{scripts}")
    page.fill("#p-provided_on", "2026-01-20")
    page.fill("#p-subjects", "3")
    page.fill("#p-purpose", "协助查明经营者")
    page.fill("#p-basis", "行政处罚法第二十六条")
    page.get_by_label("用户名称").check()
    page.get_by_role("button", name="登记").click()
    # The list begins with the latest, which others may have added meanwhile; the file holds every line.
    page.wait_for_url("**/audit/registers/provision/")
    assert f"徐州市公安局{scripts}" in page.request.get("/audit/registers/provision.csv").text()


@pytest.mark.parametrize("scripts", [True, False])
def test_an_erasure_is_held_with_a_reason(enter: Enter, scripts: bool) -> None:
    something_to_show()
    page = enter("drc-reviewer1", scripts=scripts)
    page.goto("/audit/erasures/")
    waiting = page.locator("section[data-erasure]", has_text="待确认").first
    identity = waiting.get_attribute("data-erasure")
    waiting.locator("select[name=reason]").select_option("lawsuit")
    waiting.get_by_role("button", name="暂缓").click()
    expect(page.locator(f'section[data-erasure="{identity}"]')).to_contain_text("复议或诉讼")


def test_much_reading_on_one_day_is_marked(enter: Enter) -> None:
    something_to_show()
    page = enter("sup-supervisor1")
    page.goto("/audit/access/?person=drc-handler1")
    expect(page.locator("#busiest .tagx.bad")).to_have_count(1)
    expect(page.locator("#lines tbody tr").first).to_contain_text("李明远")
    page.goto("/audit/access/?person=grid-handler2")
    expect(page.locator("#busiest .tagx.bad")).to_have_count(0)

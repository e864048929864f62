"""The page of a case in a browser: read without scripts, taken along, looked at as of a past day, and printed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from audit import clock
from tests.browser.conftest import Enter
from tests.browser.printed import page_texts
from tests.conftest import SERVERS
from tests.web import story


@pytest.fixture(autouse=True)
def no_session_of_another_day() -> Iterator[None]:
    """The clock is set here; sessions begun under it would be younger or older than those of the next test."""
    yield
    SERVERS.flush_redis()


def test_a_case_is_read_through_without_scripts(enter: Enter) -> None:
    """Signals, what acts changed, everything that happened, the measures, a past day and back, the dossier."""
    case = story.reported(title="翻阅一案")
    opened = clock.now()
    clock.advance(timedelta(days=2))
    try:
        story.do("drc-handler1", "comment", case, comment="两日后走访")
        page = enter("sup-supervisor1", scripts=False)
        page.goto(f"/cases/{case.number}/")
        page.locator(".sigtabs a", has_text="能耗").click()
        page.wait_for_url(re.compile("signal=energy"))
        expect(page.locator(".sigtabs a[aria-current]")).to_contain_text("能耗")
        expect(page.locator(".sigtabs a", has_text="流量")).to_contain_text("强")
        changed = page.locator("#e-6 details.chg")
        changed.locator("summary").click()
        expect(changed).to_contain_text("现场核查")
        page.locator("a", has_text="全部 7 条").click()
        expect(page.locator(".tl li")).to_have_count(7)
        page.locator("#e-1 a.seq").click()
        expect(page.locator("#event .chain .me")).to_contain_text("一致")
        page.goto(f"/cases/{case.number}/")
        page.locator("a", has_text="逐项条件").click()
        expect(page.locator("details.msx[open] [data-code]").first).to_be_visible()
        page.goto(f"/cases/{case.number}/")
        page.fill("#i-on", opened.astimezone().date().isoformat())
        page.get_by_role("button", name="查看当日").click()
        expect(page.locator(".asof-note")).to_contain_text("只读")
        expect(page.locator(".tl")).not_to_contain_text("备注")
        expect(page.locator("[data-action]")).to_have_count(0)
        page.get_by_role("link", name="回到现在").click()
        expect(page.locator(".tl")).to_contain_text("备注")
        with page.expect_download() as waiting:
            page.get_by_role("link", name="导出卷宗").click()
        assert waiting.value.path().read_bytes().startswith(b"%PDF-")
    finally:
        clock.clear()


def test_a_printed_case_holds_what_was_found_and_its_place_in_the_trail_on_few_sheets(enter: Enter) -> None:
    case = story.reported(title="打印全案")
    page = enter("drc-handler1")
    page.goto(f"/cases/{case.number}/")
    sheets = page_texts(page.pdf(format="A4", prefer_css_page_size=True))
    text = "".join(sheets)
    assert len(sheets) <= 4
    for said in (case.number, "发改委", "供电公司", "网信办", "通信管理局", "打印时留痕至第6号", "打印:李明远"):
        assert said in text, said
    assert "你现在可以办理" not in text


def test_no_page_beside_a_case_is_wider_than_the_screen(enter: Enter) -> None:
    case = story.reported(title="很长的名称" * 12, region="320312")
    opened = clock.now().astimezone().date()
    clock.advance(timedelta(days=2))
    try:
        page = enter("drc-handler1")
        over = []
        for language in ("中文", "English"):
            if language == "English":
                page.goto("/")
                page.get_by_role("button", name="English").click()
            for part in ("", "history/", "measures/", f"past/?on={opened}"):
                page.goto(f"/cases/{case.number}/{part}")
                for width in (320, 375, 1440):
                    page.set_viewport_size({"width": width, "height": 800})
                    extra = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
                    over += [f"{part} {language} at {width}: {extra} px"] if extra > 0 else []
        assert not over
    finally:
        clock.clear()

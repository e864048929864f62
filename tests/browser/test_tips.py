"""A resident reports a site on a phone, with scripts and without, and follows it; the commission opens who reported."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from cases import tasks
from cases.models import Tip
from tests.browser.conftest import Enter
from tests.files import picture

# Where somebody who wants to look at the pages has them put.
SHOTS = os.environ.get("BROWSER_SHOTS")


def shot(page: Page, name: str) -> None:
    if SHOTS:
        page.screenshot(path=str(Path(SHOTS) / f"{name}.png"), full_page=True)


def fits(page: Page) -> None:
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, "nothing stands beyond the edge"


def filled(page: Page, site: str, words: str) -> None:
    page.goto(f"{site}/report/")
    page.select_option("#district", "320303")
    page.fill("#address", "和平路88号3号楼1单元201室")
    page.get_by_label("昼夜不停的风扇轰鸣声").check()
    page.fill("#content", words)
    page.set_input_files("#pictures", {"name": "窗外.png", "mimeType": "image/png", "buffer": picture("PNG")})
    page.fill("#name", "钱举报")
    page.fill("#phone", "13900001234")


@pytest.mark.parametrize(("width", "scripts"), [(375, False), (1440, True)])
def test_a_resident_reports_and_follows_it(site: str, browser: Browser, width: int, scripts: bool) -> None:
    context = browser.new_context(viewport={"width": width, "height": 800}, java_script_enabled=scripts, locale="zh-CN")
    page = context.new_page()
    filled(page, site, f"夜里更响{width}")
    if scripts:
        fits(page)
    shot(page, f"report-{width}")
    page.get_by_role("button", name="提交举报").click()
    # Faster than a person: said, and everything is still there.
    if page.locator(".esum").count():
        shot(page, f"report-again-{width}")
        assert page.input_value("#phone") == "13900001234"
        page.wait_for_timeout(3500)
        page.get_by_role("button", name="提交举报").click()
    number = page.locator("[data-receipt]").inner_text()
    assert re.fullmatch(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]", number)
    shot(page, f"done-{width}")
    page.get_by_role("link", name="凭编号查进展").click()
    page.fill("#number", number.lower())
    page.get_by_role("button", name="查询").click()
    expect(page.locator("[data-standing=received]")).to_be_visible()
    shot(page, f"follow-{width}")
    page.goto(f"{site}/report/")
    page.get_by_role("button", name="English").click()
    expect(page.locator("h1")).to_contain_text("Report a suspected")
    shot(page, f"report-en-{width}")
    context.close()


def test_the_commission_opens_who_reported_for_a_reason(site: str, browser: Browser, enter: Enter) -> None:
    context = browser.new_context(java_script_enabled=False, locale="zh-CN")
    page = context.new_page()
    filled(page, site, "第三处")
    page.wait_for_timeout(3500)
    page.get_by_role("button", name="提交举报").click()
    expect(page.locator("[data-receipt]")).to_be_visible()
    context.close()
    tasks.place_tips()
    tip = Tip.objects.order_by("-received_at").first()
    assert tip is not None
    official = enter("drc-handler1", scripts=False)
    official.goto(f"/imports/{tip.batch_id}/")
    shot(official, "batch")
    official.get_by_role("link", name="举报人").first.click()
    expect(official.locator("body")).not_to_contain_text("钱举报")
    shot(official, "tip-closed")
    official.select_option("#reason", "clarify")
    official.fill("#note", "核实噪声时段")
    official.get_by_role("button", name="打开举报人身份").click()
    expect(official.locator("body")).to_contain_text("钱举报")
    expect(official.locator("body")).to_contain_text("13900001234")
    shot(official, "tip-open")

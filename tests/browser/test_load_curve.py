"""The daily load in a browser: a file is brought through the form, and read as curve, heat map, columns and table."""

from __future__ import annotations

import os
import re
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from audit import clock
from cases.policy.energy.days import QUARTERS, Day, written
from tests.browser.conftest import Enter
from tests.browser.every import looking
from tests.web import story

GRID, COMMISSION = "grid-handler1", "drc-handler1"


def month(last: date) -> dict[date, Day]:
    """30 days of an even load: one with a gap, one not at all, and a short fall by night on the last."""
    days = {last - timedelta(n): [Decimal(f"{47 + (n * 7 + q) % 20 / 10}") for q in range(QUARTERS)] for n in range(30)}
    del days[last - timedelta(9)]
    kept: dict[date, Day] = {day: tuple(values) for day, values in days.items()}
    kept[last] = (*kept[last][:13], Decimal("9.6"), *kept[last][14:])
    gap = last - timedelta(4)
    kept[gap] = (*kept[gap][:20], *(None,) * 30, *kept[gap][50:])
    return kept


def shown(page: Page, name: str) -> None:
    """Keep what the page looks like where somebody asks for it."""
    if where := os.environ.get("LOAD_SHOTS"):
        page.locator("#load").screenshot(path=f"{where}/{name}.png")


def bring(page: Page, number: str, content: bytes) -> None:
    page.goto(f"/cases/{number}/?signal=energy")
    page.locator("#load a", has_text="导入负荷数据").click()
    page.set_input_files("#i-file", {"name": "负荷.csv", "mimeType": "text/csv", "buffer": content})
    page.locator("form button", has_text="导入").click()
    expect(page.locator("#i-file, #h-left")).to_have_count(0 if b",-" not in content else 1)


def test_a_file_is_brought_and_read_without_scripts(enter: Enter) -> None:
    """The form, the rows that were left out, and each view by its link."""
    case, last = story.dispatched(title="负荷一案"), timezone.localtime(clock.now()).date() - timedelta(1)
    bad = written(month(last)).decode("utf-8-sig").replace(",9.6,", ",-9.6,")
    page = enter(GRID, scripts=False)
    bring(page, case.number, bad.encode())
    expect(page.locator("main")).to_contain_text("的值为负数")
    page.get_by_role("link", name="再次导入").click()
    page.set_input_files("#i-file", {"name": "负荷.csv", "mimeType": "text/csv", "buffer": written(month(last))})
    page.locator("form button", has_text="导入").click()
    expect(page.locator("#h-load")).to_contain_text(f"日负荷，{last}")
    expect(page.locator("#load svg.chart")).to_have_attribute("aria-label", "".join(_said(page)))
    expect(page.locator("#load .note").last).to_contain_text("03:15 起低于")
    page.get_by_role("link", name="30 日热力图").click()
    expect(page.locator("#load svg.heat path.ht-gap")).to_have_count(1)
    expect(page.locator("#load tbody tr")).to_have_count(30)
    page.locator("#load tbody a", has_text=str(last - timedelta(4))).click()
    expect(page.locator("#h-load")).to_contain_text(str(last - timedelta(4)))
    expect(page.locator("#load")).to_contain_text("缺测 30 点")
    page.get_by_role("link", name="数据表").click()
    expect(page.locator("#load tbody tr")).to_have_count(QUARTERS)
    with page.expect_download() as waiting:
        page.get_by_role("link", name="全部各点（CSV）").click()
    assert waiting.value.path().read_bytes().count(b"\r\n") == 29 * QUARTERS + 1


def _said(page: Page) -> list[str]:
    label = page.locator("#load svg.chart").get_attribute("aria-label") or ""
    assert "最低 9.6 kW（03:15）" in label
    return [label]


@pytest.mark.parametrize("language", ["中文", "English"])
def test_every_view_is_accessible_and_no_wider_than_the_screen(enter: Enter, language: str) -> None:
    case, last = story.dispatched(title="负荷另一案"), timezone.localtime(clock.now()).date() - timedelta(1)
    grid, page = enter(GRID), enter(COMMISSION)
    bring(grid, case.number, written(month(last)))
    for each in (grid, page) if language == "English" else ():
        each.get_by_role("button", name="English").first.click()
    grid.goto(f"/cases/{case.number}/load/")
    expect(grid.locator("#i-file")).to_be_visible()
    assert looking.wrong_with(grid) == []
    for view in ("day", "heat", "month", "table"):
        page.goto(f"/cases/{case.number}/?signal=energy&show={view}")
        expect(page.locator("#load")).to_contain_text("Load factor" if language == "English" else "负荷率")
        assert looking.wrong_with(page) == [], view
        page.set_viewport_size({"width": 1440, "height": 900})
        shown(page, f"{view}-{language}-1440")
        page.set_viewport_size({"width": 375, "height": 900})
        shown(page, f"{view}-{language}-375")
    for each in (grid, page) if language == "English" else ():
        each.set_viewport_size({"width": 1440, "height": 900})
        each.get_by_role("button", name="中文").first.click()


def test_a_drawing_can_be_touched_and_read_by_keys_and_stays_where_that_fails(enter: Enter) -> None:
    """The script comes after the page, tells a point under the keys, obeys the policy, and leaves the drawing."""
    case, last = story.dispatched(title="负荷第三案"), timezone.localtime(clock.now()).date() - timedelta(1)
    bring(enter(GRID), case.number, written(month(last)))
    page = enter(COMMISSION)
    source = page.request.get(f"/cases/{case.number}/?signal=energy").text()
    assert "<script" in source and not re.search("<script[^>]*curves", source), "not with the first view"
    page.goto(f"/cases/{case.number}/?signal=energy")
    figure = page.locator("#load figure.live")
    # On a machine that does much else the script takes its time to be read.
    expect(figure.locator("canvas").first).to_be_visible(timeout=20_000)
    assert (page.locator("#load svg.chart").bounding_box() or {})["width"] == 1, "for readers of the page only"
    figure.focus()
    for _ in range(13):
        page.keyboard.press("ArrowRight")
    expect(figure.get_by_role("status")).to_have_text("03:15–03:30  本户 9.6 kW")
    shown(page, "touched-day")
    page.get_by_role("link", name="30 日热力图").click()
    expect(page.locator("#load svg.heat")).to_be_attached()
    expect(figure.locator("canvas").first).to_be_visible(timeout=20_000)
    figure.focus()
    for key in ("End", *["ArrowDown"] * 29):
        page.keyboard.press(key)
    expect(figure.get_by_role("status")).to_contain_text(f"{last} 23:45–24:00")
    for key in (*["ArrowUp"] * 4, "Home", *["ArrowRight"] * 20):
        page.keyboard.press(key)
    expect(figure.get_by_role("status")).to_contain_text("05:00–05:15  缺测")
    shown(page, "touched-heat")
    page.emulate_media(media="print")
    expect(page.locator("#load svg.heat")).to_be_visible()
    expect(page.locator("#load .livec")).to_be_hidden()
    page.emulate_media(media="screen")

    broken = page.context.new_page()
    broken.add_init_script("HTMLCanvasElement.prototype.getContext = () => null")
    broken.goto(f"/cases/{case.number}/?signal=energy")
    expect(broken.locator("script[data-curves]")).to_be_attached()
    broken.wait_for_load_state("networkidle")
    expect(broken.locator("#load svg.chart")).to_be_visible()
    expect(broken.locator("#load .livec")).to_have_count(0)

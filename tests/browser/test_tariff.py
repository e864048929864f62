"""The comparison of tariffs in a browser: worked out again as one types; the same by address and without scripts."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Enter
from tests.browser.every import looking

# The figures of the design's mockup 08: 35,120 kWh in three periods.
TYPED: Final = {"used_before": "351200", "from": "2026-11-06", "to": "2026-12-05", "rate": "0.50"}
TIMED: Final = {
    "peak": "11680", "flat": "11790", "valley": "11650", "price_peak": "1.1459", "price_flat": "0.6664",
    "price_valley": "0.2853",
}  # fmt: skip
CUT: Final = """[...document.querySelectorAll(".chart text")].filter((text) => {
    const [own, all] = [text, text.ownerSVGElement].map((one) => one.getBoundingClientRect());
    return own.width && (own.left < all.left - 1 || own.right > all.right + 1);
}).map((text) => text.textContent)"""
TOO_WIDE: Final = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


def plan(page: Page, name: str) -> Locator:
    return page.locator("[data-plan]").filter(has=page.get_by_text(name, exact=True)).locator(".v")


def fill(page: Page) -> None:
    page.locator("details summary", has_text="分时电量").click()
    for name, value in {**TYPED, **TIMED}.items():
        page.fill(f"#i-{name}", value)


@pytest.mark.parametrize("scripts", [True, False])
def test_the_figures_of_the_design_stand_there_by_the_form_and_by_the_address(enter: Enter, scripts: bool) -> None:
    page = enter("drc-handler1", scripts=scripts)
    page.goto("/tariff/")
    expect(page.locator("#answer")).to_contain_text("填写周期电量后测算")
    fill(page)
    page.get_by_role("button", name="测算", exact=True).click()
    expect(plan(page, "工商业分时")).to_have_text("¥24,564.72")
    expect(plan(page, "工商业分时 + 0.50")).to_have_text("¥42,124.72")
    # 16 of 30 days: 18,730.666667 kWh × 0.50; the mockup takes 18,731 and has 0.17 more.
    page.goto(f"/tariff/?{urlencode({**TYPED, **TIMED, 'on': '2026-11-20'})}")
    expect(plan(page, "工商业分时 + 0.50")).to_have_text("¥33,930.05")
    page.locator("#refs a", has_text="0.80").click()
    expect(page.locator("#i-rate")).to_have_value("0.80")
    expect(plan(page, "工商业分时 + 0.80")).to_be_visible()
    expect(page.locator("#i-on")).to_have_value("2026-11-20")


def test_it_is_worked_out_again_as_one_types_and_nothing_old_stands_beside_a_wrong_figure(enter: Enter) -> None:
    page = enter("drc-handler1")
    page.goto(f"/tariff/?{urlencode({**TYPED, **TIMED})}")
    page.fill("#i-rate", "1.00")
    page.locator("#i-kwh").focus()
    expect(plan(page, "工商业分时 + 1.00")).to_have_text("¥59,684.72")
    expect(page).to_have_url(re.compile("rate=1.00"))
    expect(page.locator("#tools a", has_text="CSV")).to_have_attribute("href", re.compile("rate=1.00"))
    expect(page.locator("#i-kwh")).to_be_focused()
    page.fill("#i-rate", "一元")
    page.locator("#i-kwh").focus()
    expect(page.locator("#problems .esum")).to_contain_text("有 1 处需要修改")
    expect(page.locator("[data-plan]")).to_have_count(0)
    expect(page.locator("#i-rate")).to_have_value("一元")
    expect(page.locator("#i-kwh")).to_be_focused()
    page.fill("#i-rate", "0.50")
    page.locator("#i-kwh").focus()
    expect(page.locator("#problems .esum")).to_have_count(0)
    expect(plan(page, "工商业分时 + 0.50")).to_have_text("¥42,124.72")
    page.reload()
    expect(plan(page, "工商业分时 + 0.50")).to_have_text("¥42,124.72")


@pytest.mark.parametrize("width", [1440, 375])
def test_a_comparison_is_readable_at_every_width(enter: Enter, width: int) -> None:
    page = enter("drc-handler1", width=width)
    for more in ({}, {"rate": ""}):
        page.goto(f"/tariff/?{urlencode({**TYPED, **TIMED, **more})}")
        assert looking.inaccessible(page) == []
        assert page.evaluate(TOO_WIDE) is False
        assert page.evaluate(CUT) == [], "figures of the scale that do not fit beside the drawing"

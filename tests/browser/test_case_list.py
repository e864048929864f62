"""A handler's way through the list of cases in a real browser, with script and without."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Enter
from tests.web import story


def numbers(page: Page) -> list[str]:
    return page.locator("tr[data-number]").evaluate_all("rows => rows.map(row => row.dataset.number)")


@pytest.mark.parametrize(
    ("scripts", "county", "rows"),
    [(True, "320324", "compact"), (False, "320381", "roomy")],
    ids=["with script", "without"],
)
def test_filters_order_pages_views_and_height_of_rows(enter: Enter, scripts: bool, county: str, rows: str) -> None:
    made = [story.opened(title=f"这里的点位{n}", region=county) for n in range(27)]
    kept = f"{county}在办"
    other = story.opened(title="泉山区网吧", region="320311")
    page = enter("drc-handler1", scripts=scripts)
    page.goto("/cases/?view=open")
    # Filters by submit; each chip takes one condition away.
    page.select_option("#f-district", county)
    page.fill("#f-q", "点位")
    page.get_by_role("button", name="查询").click()
    expect(page.locator(".chip")).to_have_count(2)
    assert "点位" not in page.url
    assert "%E7" not in page.url
    assert other.number not in numbers(page)
    page.locator(".chip", has_text="点位").click()
    expect(page.locator(".chip")).to_have_count(1)
    # Another order, and a page of it, while cases come.
    page.get_by_role("link", name=re.compile("^更新")).click()
    expect(page.locator("th[aria-sort=descending]")).to_contain_text("更新")
    first = numbers(page)
    story.opened(title="后来的点位", region=county)
    page.get_by_role("link", name="下一页").click()
    page.wait_for_url(re.compile("after="))
    expect(page.locator(f"tr[data-number='{first[0]}']")).to_have_count(0)
    assert sorted(first + numbers(page)) == sorted(case.number for case in made)
    # Kept under a name, with its count among the tabs.
    page.get_by_role("link", name="存为视图").click()
    page.fill("#f-name", kept)
    page.get_by_role("button", name="保存").click()
    tab = page.locator("nav.views a[aria-current=page]")
    expect(tab).to_contain_text(kept)
    expect(tab.locator("b")).to_have_text("28")
    # Lower rows, also after the next login.
    page.locator(f"button[value={rows}]").click()
    expect(page.locator(f".rows-{rows}")).to_have_count(1)
    again = enter("drc-handler1", scripts=scripts)
    again.goto("/cases/")
    expect(again.locator(f".rows-{rows}")).to_have_count(1)
    expect(again.locator("nav.views")).to_contain_text(kept)
    # An empty list names what emptied it.
    again.goto(f"/cases/?view=open&district={county}&stage=suspension")
    again.get_by_role("link", name=re.compile("移除“阶段：暂停供电”")).click()
    expect(again.locator(".chip")).to_have_count(1)
    assert len(numbers(again)) == 25

"""An officer's act on many cases in a real browser, with script and without: chosen, filled in, previewed, done."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from cases.models.bulk import BulkRun
from tests.browser.conftest import Enter
from tests.browser.every import looking
from tests.web import story


def chosen(page: Page, county: str, *, scripts: bool) -> None:
    """The three cases of a county that no other test has cases in, ticked in the list."""
    page.goto(f"/cases/?view=open&district={county}")
    boxes, bar = page.locator("input[data-select]"), page.locator("form.bulk")
    expect(boxes).to_have_count(3)
    # With script the bar waits for a row; without, it stands there.
    expect(bar).to_be_visible(visible=not scripts)
    for n in range(3):
        boxes.nth(n).check()
    if scripts:
        expect(page.locator("[data-bulk-count]")).to_have_text("已选 3 件")
        page.locator("[data-bulk-clear]").click()
        expect(page.locator("input[data-select]:checked")).to_have_count(0)
        expect(bar).to_be_hidden()
        # All of the page at once, and a range by Shift.
        page.locator("[data-select-all]").check()
        page.locator("[data-select-all]").uncheck()
        boxes.nth(0).click()
        boxes.nth(2).click(modifiers=["Shift"])
        expect(page.locator("[data-bulk-count]")).to_have_text("已选 3 件")


def fates(page: Page) -> list[str | None]:
    return [row.get_attribute("data-fate") for row in page.locator("tr[data-fate]").all()]


@pytest.mark.parametrize(("scripts", "county"), [(True, "320321"), (False, "320382")], ids=["with script", "without"])
def test_three_are_chosen_one_does_not_apply_and_one_changes_meanwhile(
    enter: Enter, scripts: bool, county: str
) -> None:
    made = [story.opened(title=f"批量点位{n}，名称很长以便看清它在窄屏上怎样换行", region=county) for n in range(3)]
    story.do("drc-handler2", "dispatch_verification", made[0], findings=["inspect_site"])
    page = enter("drc-handler1", scripts=scripts)

    def looked_at(heading: str) -> None:
        expect(page.locator("h2", has_text=heading)).to_be_visible()
        if scripts:
            assert looking.wrong_with(page) == [], heading
            page.set_viewport_size({"width": 1440, "height": 900})

    chosen(page, county, scripts=scripts)
    page.locator("button[name=act][value=dispatch_verification]").click()
    page.wait_for_url(re.compile("/run/"))
    looked_at("各件共用的内容")
    page.get_by_role("button", name="下一步：逐件核对").click()
    expect(page.locator(".esum")).to_be_visible()
    page.locator("input[value=inspect_site]").check()
    page.get_by_role("button", name="下一步：逐件核对").click()
    # The preview names what does not apply and why; nothing is done yet.
    looked_at("核对结果")
    assert sorted(map(str, fates(page))) == ["fits", "fits", "unfit"]
    expect(page.locator(".why li")).to_have_count(1)
    run = BulkRun.objects.order_by("-created_at")[0]
    assert (run.rows_total, run.confirmed_at) == (3, None)
    story.do("drc-handler2", "dispatch_verification", made[1], findings=["inspect_site"])
    page.get_by_role("button", name="（2 件）").click()
    looked_at("办理结果")
    assert sorted(map(str, fates(page))) == ["changed", "done", "unfit"]
    page.locator(".tally a[data-fate=changed]").click()
    expect(page.locator("tr[data-fate=changed]")).to_have_count(1)
    assert fates(page) == ["changed"]
    with page.expect_download() as file:
        page.get_by_role("link", name="导出 CSV").click()
    assert file.value.suggested_filename.startswith("dispatch-verification-")
    # It is found again among the own ones, and in English.
    page.goto("/bulk/")
    expect(page.locator("tr[data-row]").first).to_contain_text("已办完")
    if scripts:
        assert looking.wrong_with(page) == []
    page.get_by_role("button", name="English").click()
    try:
        page.locator("tr[data-row] a").first.click()
        expect(page.locator("tr[data-fate=changed]")).to_contain_text("Changed since the preview, not done")
        if scripts:
            # Of Chinese there is what the data says, and no word of the product.
            known = "".join([*page.locator("tr .cn, tr .sub").all_inner_texts(), page.locator("header").inner_text()])
            assert looking.chinese_left(page, known) == []
            assert looking.wrong_with(page) == []
    finally:
        page.set_viewport_size({"width": 1440, "height": 900})
        page.goto("/")
        page.get_by_role("button", name="中文").click()

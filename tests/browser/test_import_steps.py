"""A list led in step by step in a real browser: without scripts, on a phone."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from cases.models import Case, ListBatch
from tests.browser.conftest import Enter

LIST = (
    "源IP地址,出口源端口号,矿池地址,首次发现时间,户名\n"
    "36.154.192.217,1159,pool.example,10/3/2026 08:00,徐州某某网络科技有限公司\n"
    "36.154.192.300,1160,pool.example,10/3/2026 09:00,孙玲\n"
)
STEPS = {"zh": ("下一步：匹配列", "下一步：校验预览", "更正并重读此行", "确认导入"),
         "en": ("Next: match columns", "Next: preview", "Correct and read the row again", "Import 2 rows")}  # fmt: skip


def fits(page: Page) -> None:
    over = []
    for width in (320, 375, 1440):
        page.set_viewport_size({"width": width, "height": 800})
        extra = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if extra > 0:
            over.append(f"{page.url} at {width}: {extra} px")
    page.set_viewport_size({"width": 375, "height": 800})
    assert not over


@pytest.mark.parametrize(("language", "scripts"), [("zh", False), ("en", True)])
def test_a_list_is_led_in_on_a_phone_with_a_date_answered_and_a_cell_set_right(
    enter: Enter, language: str, scripts: bool
) -> None:
    mapping, preview, mend, commit = STEPS[language]
    # Other tests have left cases in this city.
    before = Case.objects.count()
    page = enter("telecom-handler1", scripts=scripts)
    page.goto("/imports/")
    if language == "en":
        page.get_by_role("button", name="English").click()
    page.set_viewport_size({"width": 375, "height": 800})
    content = LIST.replace("217", f"21{len(language) + scripts}").encode("gb18030")
    page.set_input_files("#file", {"name": "名单.csv", "mimeType": "text/csv", "buffer": content})
    page.select_option("#kind", "telecom")
    page.fill("#batch", f"分步批次 {language}")
    page.get_by_role("button", name=mapping).click()
    page.wait_for_url(re.compile("/mapping/$"), timeout=60_000)
    expect(page.locator("[aria-current=step]")).to_have_count(1)
    expect(page.locator("select[name=s0c1]")).to_have_value("port")
    fits(page)
    # Else the other language would find this header answered already.
    page.locator("input[name=save]").uncheck()
    page.get_by_role("button", name=preview).click()
    expect(page.locator("#refused .esum")).to_be_visible()
    page.locator("input[name=order-0-first][value=mdy]").check()
    page.get_by_role("button", name=preview).click()
    page.wait_for_url(re.compile("/preview/$"), timeout=60_000)
    row = page.locator("#row-2")
    expect(row.locator("input[name=c0]")).to_have_value("36.154.192.300")
    fits(page)
    row.locator("input[name=c0]").fill(f"36.154.192.3{scripts:d}")
    row.get_by_role("button", name=mend).click()
    expect(page.locator("#row-2")).to_have_count(0)
    assert Case.objects.count() == before, "a trial opens nothing"
    page.get_by_role("button", name=commit).click()
    page.wait_for_url(re.compile("/imports/[0-9a-f-]+/$"), timeout=60_000)
    expect(page.locator("[data-tile=reject] .big")).to_have_text("0")
    fits(page)
    batch = ListBatch.objects.get(name=f"分步批次 {language}")
    assert (batch.state, batch.counts["fates"]) == (ListBatch.State.DONE, {"accept": 2})
    result = page.url
    page.go_back()
    expect(page).to_have_url(result)


def test_a_list_is_dropped_on_the_field_and_goes_its_way(enter: Enter) -> None:
    page = enter("telecom-handler1")
    page.goto("/imports/")
    dropped = page.evaluate_handle(
        """([name, text]) => {
            const held = new DataTransfer();
            held.items.add(new File([text], name, { type: "text/csv" }));
            return held;
        }""",
        ["拖放.csv", LIST.replace("217", "219")],
    )
    field = page.locator("label.drop").first
    field.dispatch_event("dragover", {"dataTransfer": dropped})
    expect(field).to_have_class(re.compile("over"))
    field.dispatch_event("drop", {"dataTransfer": dropped})
    expect(field).not_to_have_class(re.compile("over"))
    assert page.evaluate("document.getElementById('file').files[0].name") == "拖放.csv"
    page.select_option("#kind", "telecom")
    page.fill("#batch", "拖放批次")
    page.get_by_role("button", name=STEPS["zh"][0]).click()
    page.wait_for_url(re.compile("/mapping/$"), timeout=60_000)
    expect(page.locator("main")).to_contain_text("拖放.csv")

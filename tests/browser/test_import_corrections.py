"""Problem rows out of the preview and back into it in a real browser: with and without scripts, on a phone."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from cases.intake.lists.reading import open_list
from cases.models import ListBatch
from tests.browser.conftest import Enter
from tests.browser.test_import_steps import fits
from tests.intake.samples import workbook

HEADER = "源IP地址,出口源端口号,矿池地址,首次发现时间,户名\n"
ROWS = (
    "36.154.192.{n},1159,pool.example,2026-10-03 08:00,徐州某某网络科技有限公司\n"
    "36.154.192.300,1160,pool.example,2026-10-03 09:00,孙玲\n"
    "36.154.193.{n},,pool.example,2026-10-03 10:00,周明\n"
    "36.154.193.{n},1161,pool.example,2026-13-02,徐州市云龙区某商务宾馆\n"
)


def to_preview(page: Page, name: str, scripts: bool) -> None:
    page.goto("/imports/")
    content = (HEADER + ROWS.format(n=40 + scripts)).encode("gb18030")
    page.set_input_files("#file", {"name": "名单.csv", "mimeType": "text/csv", "buffer": content})
    page.select_option("#kind", "telecom")
    page.fill("#batch", name)
    page.get_by_role("button", name="下一步：匹配列").click()
    page.wait_for_url(re.compile("/mapping/$"), timeout=60_000)
    page.locator("input[name=save]").uncheck()
    page.get_by_role("button", name="下一步：校验预览").click()
    page.wait_for_url(re.compile("/preview/$"), timeout=60_000)


def problems(page: Page) -> list[list[str]]:
    with page.expect_download() as waiting:
        page.get_by_role("link", name="下载错误行").click()
    assert waiting.value.suggested_filename.endswith("需处理的行.xlsx")
    (sheet,) = open_list(Path(waiting.value.path()).read_bytes())
    return list(sheet.rows())


@pytest.mark.parametrize("scripts", [False, True])
def test_the_workbook_of_problem_rows_goes_out_and_comes_back_on_a_phone(enter: Enter, scripts: bool) -> None:
    name = f"成批更正 {scripts}"
    page = enter("telecom-handler1", scripts=scripts)
    to_preview(page, name, scripts)
    fits(page)
    rows = problems(page)
    assert [row[0] for row in rows[2:]] == ["2", "3", "4"]
    page.get_by_role("link", name="上传修正文件").click()
    button = page.get_by_role("button", name="上传修正文件")
    expect(button).to_be_in_viewport()
    rows[2][3] = "36.154.192.39"
    sent = {"name": "更正.xlsx", "mimeType": "application/octet-stream"}
    page.set_input_files("#file", {**sent, "buffer": workbook(("更正", [*rows, rows[2]]))})
    button.click()
    expect(page.locator("#refused .esum")).to_contain_text("第 2 行出现了两次")
    fits(page)
    page.set_input_files("#file", {**sent, "buffer": workbook(("更正", rows))})
    button.click()
    expect(page.locator("[role=status]")).to_contain_text("已更正 1 行的 1 个单元格")
    expect(page.locator("#row-2")).to_have_count(0)
    expect(page.locator("#row-3")).to_have_count(1)
    fits(page)
    batch = ListBatch.objects.get(name=name)
    assert (batch.state, batch.preview["problems"]) == (ListBatch.State.PREVIEW, 2)

"""The pages in a real browser: the way people of the agencies use them, with scripts and without."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from audit import clock
from cases.models import Case
from tests.browser.conftest import Enter
from tests.days import today
from tests.web import story

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = (
    "序号,源IP地址,源端口,矿池地址,币种,首次发现时间,最近发现时间,提交次数,运营商,疑似区县,名单级别\n"
    "1,58.218.10.21,51317,pool.example:7777,BTC,2026-10-16 07:56:00,2026-10-18 06:22:00,999,电信,云龙区,重点\n"
    "2,58.218.10.22,51318,pool.example:7777,BTC,2026-10-16 07:56:00,2026-10-18 06:22:00,12,电信,鼓楼区,全量\n"
    "3,8.8.8.8,7837,pool.example:3333,RVN,2026-10-16 00:30:00,2026-10-16 16:11:00,29,联通,贾汪区,全量\n"
    "4,10.20.30.40,7838,pool.example:3333,RVN,2026-10-16 00:30:00,2026-10-16 16:11:00,29,联通,贾汪区,全量\n"
)


def count(page: Page) -> int:
    return int(page.locator("[data-count=in]").inner_text())


def hand_offs(page: Page, district: str) -> None:
    """All that waits for a receipt, behind the figure on the workbench, which itself shows the earliest due."""
    page.goto("/")
    page.locator("[data-tile=in]").click()
    page.select_option("#f-district", district)
    page.get_by_role("button", name="查询").click()
    expect(page.locator(".chip")).to_have_count(3)


@pytest.mark.parametrize("scripts", [True, False])
def test_a_receipt_moves_a_row_out_and_the_count_down(enter: Enter, scripts: bool) -> None:
    story.dispatched(title=f"先到一案{scripts}")
    case = story.dispatched(title=f"签收一案{scripts}", region="320381")
    page = enter("cac-handler1", scripts=scripts)
    before = count(page)
    assert page.locator("[data-tile=in] .big").inner_text() == str(before)
    rows = page.locator("#in ~ ul.hand li:has(button)")
    expect(page.get_by_role("link", name=f"查看全部 {before} 项", exact=True)).to_have_count(int(rows.count() < before))
    first = rows.first.get_attribute("id")
    rows.first.get_by_role("button", name="签收").click()
    expect(page.locator(f"#{first}")).to_have_count(0)
    assert count(page) == before - 1
    expect(page.locator(".note.ok")).to_contain_text("已办理：签收")

    hand_offs(page, "320381")
    row = page.locator("li.todo", has_text=case.number)
    row.get_by_role("button", name="签收").click()
    expect(row).to_have_count(0)
    expect(page.locator(".note.ok")).to_contain_text("已办理：签收")
    page.locator(".chip", has_text="待签收").click()
    expect(page.locator(".todo", has_text=case.number)).to_be_visible()
    page.goto("/")
    assert count(page) == before - 2


def test_a_task_is_returned_with_a_reason(enter: Enter) -> None:
    case = story.dispatched(title="退回一案", region="320381")
    page = enter("telecom-handler1")
    hand_offs(page, "320381")
    page.locator("li.todo", has_text=case.number).get_by_role("link", name="退回").click()
    page.get_by_label("信息不足").check()
    page.get_by_label("说明").fill("名单没有源端口，无法唯一溯源")
    page.locator("form[data-once] button[value=now]").click()
    expect(page.locator(".note.ok")).to_contain_text("交办 市发改委“裁定退回”")


@pytest.mark.parametrize("scripts", [True, False])
def test_filters_stand_in_the_address_and_a_chip_drops_one(enter: Enter, scripts: bool) -> None:
    story.dispatched(title="铜山区柳新镇机房", region="320312")
    page = enter("drc-handler1", scripts=scripts)
    page.goto("/cases/")
    page.select_option("#f-stage", "verification")
    page.select_option("#f-district", "320312")
    page.get_by_role("button", name="查询").click()
    expect(page.locator(".chip")).to_have_count(2)
    assert "stage=verification" in page.url
    assert "district=320312" in page.url
    page.reload()
    expect(page.locator(".chip")).to_have_count(2)
    for row in page.locator("tbody tr").all():
        assert "铜山区" in row.inner_text()
        assert "核查" in row.inner_text()
    page.locator(".chip", has_text="铜山区").click()
    expect(page.locator(".chip")).to_have_count(1)
    assert "district" not in page.url


def test_paging_neither_loses_nor_doubles_a_case_that_comes_meanwhile(enter: Enter) -> None:
    page = enter("drc-handler1")
    page.goto("/cases/?district=320322&sort=-opened")
    # Other tests have left cases in this city.
    made = numbers(page) + [story.opened(title=f"沛县厂房{n}", region="320322").number for n in range(28)]
    page.reload()
    first = numbers(page)
    story.opened(title="沛县后来的厂房", region="320322")
    page.get_by_role("link", name="下一页").click()
    page.wait_for_url(re.compile("after="))
    expect(page.locator(f"tr[data-number='{first[0]}']")).to_have_count(0)
    second = numbers(page)
    assert sorted(first + second) == sorted(made)
    page.get_by_role("link", name="上一页").click()
    page.wait_for_url(re.compile("before="))
    expect(page.locator(f"tr[data-number='{first[0]}']")).to_be_visible()
    assert numbers(page) == first


def numbers(page: Page) -> list[str]:
    return page.locator("tr[data-number]").evaluate_all("rows => rows.map(row => row.dataset.number)")


def test_an_exact_number_goes_straight_to_its_case(enter: Enter) -> None:
    case = story.opened(title="直达一案")
    page = enter("drc-handler1")
    page.keyboard.press("/")
    page.keyboard.type(case.number.lower())
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(f"/cases/{case.number}/"))
    expect(page.locator("h1")).to_contain_text("直达一案")


@pytest.mark.parametrize("scripts", [True, False])
def test_an_act_that_cannot_be_undone_is_checked_and_then_confirmed(enter: Enter, scripts: bool) -> None:
    case = story.reported(title=f"认定一案{scripts}")
    handler = enter("drc-handler1", scripts=scripts)
    handler.goto(f"/cases/{case.number}/")
    handler.locator("[data-action=propose_determination]").first.click()
    handler.select_option("[name='f.finding']", "self_operated")
    handler.select_option("[name='f.subject']", "sole_trader")
    handler.get_by_label("持续监测", exact=True).check()
    handler.select_option("[name='f.monitoring_reason']", "awaiting_signal")
    handler.fill("[name='f.review_on']", today(60).isoformat())
    handler.locator("button[value=now]").click()
    expect(handler.locator(".note.ok")).to_contain_text("已办理：提出认定意见")

    reviewer = enter("drc-reviewer1", scripts=scripts)
    reviewer.goto(f"/cases/{case.number}/actions/decide_determination/")
    reviewer.get_by_label("同意", exact=True).check()
    reviewer.get_by_role("button", name="下一步：核对").click()
    expect(reviewer.locator("h1")).to_have_text("核对：审核认定意见")
    expect(reviewer.locator("dl.check")).to_contain_text("进入 监测名单")
    reviewer.get_by_role("button", name="返回修改").click()
    expect(reviewer.get_by_label("同意", exact=True)).to_be_checked()
    reviewer.get_by_role("button", name="下一步：核对").click()
    reviewer.get_by_role("button", name="确认审核认定意见").click()
    expect(reviewer.locator("h1")).to_have_text("已办理：审核认定意见")
    reviewer.get_by_role("link", name="返回案件").click()
    expect(reviewer.locator("h1 .st")).to_contain_text("持续监测")


@pytest.mark.parametrize("scripts", [True, False])
def test_a_refused_form_keeps_its_files_rows_and_text(enter: Enter, scripts: bool) -> None:
    case = story.dispatched(title=f"笔录一案{scripts}")
    page = enter("drc-handler1", scripts=scripts)
    page.goto(f"/cases/{case.number}/actions/record_inspection/")
    page.fill("[name='f.officers[0].officer']", "李明远")
    page.get_by_role("button", name="增加一行").click()
    page.fill("[name='f.officers[1].officer']", "陈洁")
    page.fill("[name='f.statement']", "现场有 52 台设备")
    page.set_input_files("input[type=file]", {"name": "笔录.txt", "mimeType": "text/plain", "buffer": "笔录".encode()})
    page.locator("button[value=now]").click()
    summary = page.locator(".esum")
    expect(summary).to_contain_text("请选择检查时间")
    expect(summary).to_contain_text("第 2 行：请填写工号")
    if scripts:
        expect(summary).to_be_focused()
    summary.get_by_role("link").first.click()
    expect(page.locator("[name='f.officers[1].officer']")).to_have_value("陈洁")
    expect(page.locator("[name='f.statement']")).to_have_value("现场有 52 台设备")
    expect(page.locator(".picked")).to_contain_text("笔录.txt")


def test_whoever_comes_second_keeps_what_they_typed(enter: Enter) -> None:
    case = story.dispatched(title="先后一案")
    slow, quick = enter("drc-handler1"), enter("drc-handler2")
    for page in (slow, quick):
        page.goto(f"/cases/{case.number}/actions/comment/")
    slow.fill("[name='f.comment']", "慢的一位写的备注")
    quick.fill("[name='f.comment']", "快的一位写的备注")
    quick.locator("button[value=now]").click()
    expect(quick.locator(".note.ok")).to_be_visible()
    slow.locator("button[value=now]").click()
    expect(slow.locator(".note.warn")).to_contain_text("已变更：备注")
    expect(slow.locator("[name='f.comment']")).to_have_value("慢的一位写的备注")
    slow.locator("button[value=now]").click()
    expect(slow.locator(".note.ok")).to_be_visible()
    assert Case.objects.get(pk=case.case_id).version == 4


def test_a_list_is_imported_and_every_row_accounted_for(enter: Enter, tmp_path: Path) -> None:
    page = enter("drc-handler1")
    page.goto("/imports/")
    file = {"name": "名单.csv", "mimeType": "text/csv", "buffer": SAMPLE.encode("gb18030")}
    for again in (False, True):
        page.goto("/imports/")
        page.set_input_files("#file", file)
        page.select_option("#kind", "telecom")
        page.fill("#batch", "浏览器批次")
        page.select_option("#agency", "320300-telecom")
        page.get_by_role("button", name="下一步：匹配列").click()
        if not again:
            page.wait_for_url(re.compile("/imports/[0-9a-f-]+/mapping/"), timeout=60_000)
            page.get_by_role("button", name="下一步：校验预览").click()
            page.wait_for_url(re.compile("/imports/[0-9a-f-]+/preview/"), timeout=60_000)
            page.get_by_role("button", name="确认导入").click()
        page.wait_for_url(re.compile(r"/imports/[0-9a-f-]+/(\?again=1)?$"), timeout=60_000)
        assert page.locator(".note", has_text="本次没有再导入任何行").is_visible() is again
    assert page.locator("[data-tile=new_case] .big").inner_text() == "2"
    assert page.locator("[data-tile=reject] .big").inner_text() == "2"
    page.locator(".views a", has_text="不予接收").click()
    expect(page.locator("tbody tr")).to_have_count(2)
    expect(page.locator("tbody")).to_contain_text("公共服务地址")
    with page.expect_download() as waiting:
        page.get_by_role("link", name="下载未采用的行").click()
    saved = tmp_path / "refused.csv"
    waiting.value.save_as(saved)
    assert "10.20.30.40" in saved.read_text(encoding="utf-8-sig")
    page.locator(".views a", has_text="已采用").click()
    page.locator("tbody a").first.click()
    expect(page.locator("#evidence")).to_contain_text("999")


def test_a_refused_upload_keeps_the_file_that_was_chosen(enter: Enter) -> None:
    page = enter("drc-handler1")

    def upload(name: str, content: str) -> None:
        page.set_input_files("#file", {"name": name, "mimeType": "text/csv", "buffer": content.encode("gb18030")})
        page.select_option("#kind", "telecom")
        page.fill("#batch", "同名批次")
        page.select_option("#agency", "320300-telecom")
        page.get_by_role("button", name="下一步：匹配列").click()

    page.goto("/imports/")
    upload("一.csv", SAMPLE.replace("999", "998"))
    page.wait_for_url(re.compile("/imports/[0-9a-f-]+/"), timeout=60_000)
    page.goto("/imports/")
    upload("二.csv", SAMPLE.replace("999", "1000"))
    expect(page.locator("#refused .esum")).to_be_focused()
    assert page.evaluate("document.getElementById('file').files[0].name") == "二.csv"
    page.select_option("#kind", "grid")
    page.fill("#batch", "另一批次")
    page.get_by_role("button", name="下一步：匹配列").click()
    expect(page.locator("#refused .esum")).to_contain_text("请改选名单类型或单位")
    assert page.evaluate("document.getElementById('file').files[0].name") == "二.csv"
    page.select_option("#kind", "telecom")
    page.get_by_role("button", name="下一步：匹配列").click()
    page.wait_for_url(re.compile("/imports/[0-9a-f-]+/"), timeout=60_000)
    expect(page.locator("#main")).to_contain_text("另一批次")


def test_the_supervisor_searches_and_verifies_the_trail(enter: Enter) -> None:
    case = story.reported(title="审计一案")
    page = enter("sup-supervisor1")
    page.goto("/audit/")
    page.fill("#a-case", case.number)
    page.fill("#a-person", "许昊")
    page.get_by_role("button", name="查询").click()
    page.wait_for_url(re.compile("person="))
    expect(page.locator("tr[data-event]")).to_have_count(1)
    expect(page.locator("tr[data-event]")).to_contain_text("反馈溯源结果")
    page.locator("tr[data-event] a").first.click()
    expect(page.locator("#event .chain .me")).to_contain_text("一致")
    expect(page.locator("#event")).to_contain_text("溯源核查 · 溯源结果")
    page.get_by_role("button", name="立即校验").click()
    expect(page.locator(".vchain")).to_contain_text("完整性校验通过")
    expect(page.get_by_role("button", name="删除")).to_have_count(0)


def test_a_file_is_uploaded_listed_with_its_hash_and_read_back(enter: Enter) -> None:
    case = story.opened(title="材料一案")
    page = enter("drc-handler1")
    page.goto(f"/cases/{case.number}/actions/attach_document/")
    page.set_input_files("input[type=file]", {"name": "照片.txt", "mimeType": "text/plain", "buffer": b"evidence"})
    paper = page.locator("[name='f.paper']")
    if paper.first.evaluate("e => e.tagName") == "SELECT":
        paper.select_option(index=1)
    else:
        paper.first.check()
    page.locator("button[value=now]").click()
    row = page.locator(".docs tr", has_text="照片.txt")
    # SHA-256 of the eight bytes above, by sha256sum.
    expect(row.locator("code")).to_have_attribute("title", SHA256)
    with page.expect_download() as waiting:
        row.get_by_role("link").click()
    assert waiting.value.path().read_bytes() == b"evidence"


SHA256 = "ee8250fb76e094b34b471f13a73dbbe51d1ae142e9df59d7c0d31ec20f0a0a8e"


def test_an_outsider_finds_nothing(enter: Enter) -> None:
    case = story.reported(title="外人一案")
    page = enter("nj-drc-handler1")
    answer = page.goto(f"/cases/{case.number}/")
    assert answer is not None
    assert answer.status == 404
    expect(page.locator("main")).to_contain_text("没有这件案件")
    page.goto(f"/cases/?q={case.number}")
    expect(page.locator("main")).to_contain_text("没有符合条件的案件")


def test_the_pages_speak_english_where_that_is_chosen(enter: Enter) -> None:
    case = story.reported(title="英文一案")
    page = enter("drc-handler1")
    page.get_by_role("button", name="English").click()
    expect(page.locator("h1")).to_have_text("Workbench")
    page.goto(f"/cases/{case.number}/")
    expect(page.locator(".can h3")).to_have_text("You can do now")
    assert page.locator("html").get_attribute("lang") == "en"
    page.get_by_role("button", name="中文").click()
    expect(page.locator(".can h3")).to_have_text("你现在可以办理")


def test_the_demo_clock_shows_on_every_page_while_it_is_set(enter: Enter) -> None:
    page = enter("drc-handler1")
    expect(page.locator(".clockbar")).to_have_count(0)
    clock.advance(timedelta(days=3))
    try:
        page.wait_for_timeout(1100)
        for address in ("/", "/cases/", "/audit/", "/imports/"):
            page.goto(address)
            expect(page.locator(".clockbar")).to_contain_text("演示时钟")
    finally:
        clock.clear()


WIDTHS = (320, 375, 1440)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_no_page_is_wider_than_the_screen(enter: Enter, language: str) -> None:
    case = story.reported(title=f"宽度一案{language}", region="320312")
    page = enter("drc-handler1")
    if language == "en":
        page.get_by_role("button", name="English").click()
    acts = f"/cases/{case.number}/actions/"
    addresses = [f"/cases/{case.number}/", f"{acts}propose_determination/", f"{acts}decide_determination/"]
    addresses += ["/", "/tasks/", "/cases/", "/cases/new/", "/imports/", "/audit/", "/inbox/", "/more/"]
    addresses += ["/cases/XZ26-9999/"]
    over = []
    for address in addresses:
        page.goto(address)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            extra = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            if extra > 0:
                over.append(f"{address} at {width}: {extra} px")
    assert not over


def test_a_printed_case_has_its_findings_and_no_buttons(enter: Enter) -> None:
    case = story.reported(title="打印一案")
    page = enter("drc-handler1")
    page.goto(f"/cases/{case.number}/")
    page.emulate_media(media="print")
    for hidden in (".side", ".topbar", ".can", ".cannot"):
        expect(page.locator(hidden).first).to_be_hidden()
    expect(page.locator(".ops article")).to_have_count(4)
    said = page.locator(".only-print")
    expect(said).to_have_count(2)
    expect(said.first).to_have_text(
        re.compile(rf"^{case.number} 打印时留痕至第 \d+ 号，链首散列 [0-9a-f]{{6}}…[0-9a-f]{{4}}$")
    )
    expect(said.last).to_contain_text("打印：李明远")
    for line in said.all():
        expect(line).to_be_visible()

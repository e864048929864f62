"""On the way to an act, with script and without: drafts, files, a stale form, two people at one meter, the receipt."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from audit import clock
from tests.browser.conftest import Enter, stop_clock
from tests.files import photo
from tests.web import story
from tests.web.test_cut_pages import determined
from tests.workflow.world import CHINA, World

LIMIT = 20 * 1024 * 1024


@pytest.mark.parametrize("scripts", [True, False])
def test_what_is_typed_is_kept_and_picked_up_again(enter: Enter, scripts: bool) -> None:
    case = story.dispatched(title="草稿一案")
    page = enter("grid-handler1", scripts=scripts)
    form = f"/cases/{case.number}/actions/report_consumption/"
    page.goto(form)
    page.fill("[name='f.note']", "计量箱已加封")
    if scripts:  # leaving is enough
        page.locator(".card-footer").get_by_role("link", name="返回").click()
        page.wait_for_url(re.compile(rf"/cases/{case.number}/$"))
    else:
        page.get_by_role("button", name="保存草稿").click()
        expect(page.locator("[data-draft-said]")).to_contain_text("草稿已于")
    story.do("telecom-handler1", "report_subscriber", case, result="identified", subject="sole_trader")
    page.goto(form)
    expect(page.locator(".note", has_text="尚未办理")).to_contain_text("反馈溯源结果（许昊）")
    page.get_by_role("link", name="载入草稿").click()
    expect(page.locator("[name='f.note']")).to_have_value("计量箱已加封")
    page.get_by_role("button", name="放弃草稿").click()
    expect(page.locator(".note.ok")).to_contain_text("草稿已放弃")
    expect(page.locator("[name='f.note']")).to_have_value("")


def test_files_go_up_one_by_one_and_the_refused_one_says_why(enter: Enter, tmp_path: Path) -> None:
    case = story.opened(title="材料多件一案")
    page = enter("drc-handler1")
    page.goto(f"/cases/{case.number}/actions/attach_document/")
    page.locator("[name='f.paper']").select_option(index=1)
    chosen = [tmp_path / name for name in ("现场.jpg", "程序.exe", "录像.txt")]
    for path, content in zip(chosen, (photo(b"1"), b"MZ" * 600, b"0"), strict=True):
        path.write_bytes(content)
    os.truncate(chosen[2], LIMIT + 1)
    page.set_input_files("input[type=file]", chosen)
    rows = page.locator(".upl")
    expect(rows.nth(0)).to_contain_text("已上传")
    expect(rows.nth(0).locator("img")).to_have_attribute("src", re.compile("^data:image/jpeg"))
    expect(rows.nth(1)).to_contain_text("不能上传“程序.exe”")
    expect(rows.nth(2)).to_contain_text("没有上传：超过 20 MB")
    expect(page.locator("[data-files-said]")).to_have_text("1 个已上传，2 个没有上传")
    for name in ("程序.exe", "录像.txt"):
        page.locator(".upl", has_text=name).get_by_role("button", name="移除").click()
    page.locator("button[value=now]").click()
    expect(page.locator(".note.ok")).to_contain_text("已办理：")
    expect(page.locator(".docs tr", has_text="现场.jpg")).to_have_count(1)


def test_a_file_whose_upload_broke_off_is_sent_again(enter: Enter) -> None:
    case = story.opened(title="断网一案")
    page = enter("drc-handler1")
    page.goto(f"/cases/{case.number}/actions/attach_document/")
    page.context.set_offline(True)
    page.set_input_files("input[type=file]", {"name": "一.txt", "mimeType": "text/plain", "buffer": b"evidence"})
    row = page.locator(".upl")
    expect(row).to_contain_text("没有传上去")
    page.context.set_offline(False)
    row.get_by_role("button", name="重试").click()
    expect(row).to_contain_text("已上传")


@pytest.fixture
def at_the_meter(site: str) -> Iterator[tuple[World, str]]:
    """A case whose notice has been served and whose window is open, at the clock of the demo."""
    world = World()
    case = world.served(determined(world))
    world.later(days=4)
    world.final_notice(case)
    world.later(minutes=40)
    stop_clock(world.now)
    yield world, case
    clock.clear()


@pytest.mark.parametrize("scripts", [True, False])
def test_two_people_at_one_meter(enter: Enter, at_the_meter: tuple[World, str], scripts: bool) -> None:
    world, case = at_the_meter
    number = world.view(case).number
    crew = enter("grid-crew1", scripts=scripts, width=375)
    crew.goto(f"/cases/{number}/actions/execute_suspension/")
    crew.fill("[name='f.executed_at']", world.now.astimezone(CHINA).strftime("%Y-%m-%dT%H:%M"))
    for box in crew.locator(".yn input[value=true]").all():
        box.check(force=True)
    crew.fill("[name='f.reading']", "1204.5")
    crew.fill("[name='f.seal_no']", "F20261107")
    crew.fill("[name='f.photo_reason']", "相机未记录时间")
    pictures = [{"name": f"现场{n}.jpg", "mimeType": "image/jpeg", "buffer": photo(b"%d" % n)} for n in (1, 2)]
    crew.set_input_files("[name='f.photos'][type=file]", pictures)
    crew.get_by_role("button", name="下一步：核对").click()
    expect(crew.locator("dl.check")).to_contain_text("现场1.jpg")
    crew.get_by_role("button", name="确认实施停电").click()
    expect(crew.locator("h1")).to_have_text("已办理：实施停电")
    expect(crew.locator(".no")).to_contain_text(f"{number}-")
    crew.get_by_role("button", name="请第二人确认").click()
    expect(crew.locator(".qr > svg")).to_be_visible()
    code = crew.locator("[data-code]").inner_text()
    wide = (
        crew.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") if scripts else 0
    )
    assert wide == 0

    second = enter("grid-crew2", scripts=scripts, width=375)
    second.goto("/second/")
    second.fill("#i-code", code)
    second.get_by_role("button", name="核对并继续").click()
    expect(second.locator("#h-entered")).to_be_visible()
    _follows(crew, scripts, "正在核对")
    second.fill("[name='f.confirmed_at']", world.now.astimezone(CHINA).strftime("%Y-%m-%dT%H:%M"))
    second.locator("[name='f.load_is_zero'][value=true]").check(force=True)
    second.fill("[name='f.reading']", "1204.5")
    second.locator("button[value=now]").click()
    expect(second.locator(".note.ok")).to_contain_text("已办理：复核停电")
    _follows(crew, scripts, "确认")


def _follows(page: Page, scripts: bool, said: str) -> None:
    """With script the page follows by itself; without it by its link."""
    if not scripts:
        page.get_by_role("link", name="立即刷新").click()
    expect(page.locator("#h-second")).to_contain_text(said)

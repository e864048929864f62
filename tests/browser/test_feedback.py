"""反馈 in a browser: no page wider than the screen, and the download is a file."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from cases.models import Feedback
from tests.browser.conftest import Enter
from tests.intake.feedback.listing import LIST, brought, excluded
from tests.intake.feedback.telling import batch_of, draw, sent, sheets_in

NAME = "浏览器名单"


def test_a_version_is_read_on_any_screen_and_taken_out(enter: Enter, tmp_path: Path) -> None:
    page = enter("drc-handler1")
    brought(NAME)
    excluded(2, NAME)
    sent(NAME)
    excluded(1, NAME)
    draw(NAME)
    address = f"/imports/{batch_of(NAME).id}/"
    over = []
    for tail in ("", "feedback/2/", "feedback/2/report/"):
        page.goto(f"{address}{tail}")
        for width in (320, 375, 1440):
            page.set_viewport_size({"width": width, "height": 900})
            extra = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            if extra > 0:
                over.append(f"{tail} at {width}: {extra} px")
    assert not over
    page.goto(f"{address}feedback/2/")
    expect(page.get_by_role("heading", name="与第 1 版的差异")).to_be_visible()
    with page.expect_download() as found:
        page.get_by_role("link", name="下载反馈表").click()
    path = tmp_path / "feedback.xlsx"
    found.value.save_as(path)
    assert found.value.suggested_filename == f"{NAME}反馈第2版.xlsx"
    assert sheets_in(path.read_bytes())["名单"][1][0] == "JS-1"


@pytest.mark.parametrize("scripts", [True, False])
def test_it_is_checked_and_sent_with_and_without_scripts(enter: Enter, scripts: bool) -> None:
    page = enter("drc-handler1", scripts=scripts)
    name = f"{NAME}{scripts}"
    brought(name, LIST.replace("58.218.77", f"58.218.{81 + scripts}"))
    draw(name)
    page.goto(f"/imports/{batch_of(name).id}/")
    page.get_by_role("link", name="第 1 版").click()
    page.get_by_role("button", name="核对无误").click()
    page.get_by_label("文号").fill("徐发改函〔2026〕3号")
    page.get_by_role("button", name="登记报送").click()
    expect(page.get_by_text("已报送").first).to_be_visible()
    assert Feedback.objects.get(batch=batch_of(name)).state == "sent"

"""Forms on the roads people really take: a double click, the back button, a session that ended meanwhile."""

from __future__ import annotations

import re

import pytest
from django.conf import settings
from playwright.sync_api import Page, expect

from cases.models import Case
from cases.workflow.engine import Result
from tests.browser.conftest import Enter
from tests.web import story


def comment(page: Page, case: Result, text: str) -> None:
    page.goto(f"/cases/{case.number}/actions/comment/")
    page.fill("[name='f.comment']", text)


def version(case: Result) -> int:
    return Case.objects.values_list("version", flat=True).get(pk=case.case_id)


@pytest.mark.parametrize("scripts", [True, False])
def test_a_double_click_and_the_back_button_act_once(enter: Enter, scripts: bool) -> None:
    case = story.opened(title=f"双击一案{scripts}")
    page = enter("drc-handler1", scripts=scripts)
    page.goto(f"/cases/{case.number}/actions/dispatch_verification/")
    page.get_by_label("用电核查", exact=True).check()
    page.locator("button[value=now]").dblclick()
    expect(page.locator(".note.ok")).to_contain_text("已办理：下发核查")
    assert version(case) == 2
    page.go_back()
    # Kept by the browser, the form is sent again under its key; read again, it says that the time for it is over.
    button = page.locator("button[value=now]")
    if button.count():
        button.click()
        expect(page.locator("h1")).to_contain_text("双击一案")
    else:
        expect(page.locator(".note.bad")).to_contain_text("不能办理：下发核查")
    assert version(case) == 2


@pytest.mark.parametrize("scripts", [True, False])
def test_the_back_button_finds_all_that_was_typed_and_opens_no_second_case(enter: Enter, scripts: bool) -> None:
    typed = {"title": f"后退一案{scripts}", "note": "说明文字", "batch": "一批", "site": "场所1"}
    page = enter("drc-handler1", scripts=scripts)

    def kept() -> dict[str, str]:
        return {name: page.locator(f"[name='f.{name}']").input_value() for name in typed}

    page.goto("/cases/")
    page.goto("/cases/new/")
    page.locator("[name='f.region_code']").select_option(index=2)
    page.locator("[name='f.source']").select_option("telecom")
    page.locator("[name='f.signals[0].family']").select_option("traffic")
    page.fill("[name='f.signals[0].count']", "3")
    for name, value in typed.items():
        page.fill(f"[name='f.{name}']", value)
    page.locator(".card-footer").get_by_role("link", name="返回").click()
    page.wait_for_url(re.compile("/cases/$"))
    page.go_back()
    assert kept() == typed
    page.locator("button[value=now]").click()
    expect(page.locator(".note.ok")).to_contain_text("已办理：列入监测名单")
    page.go_back()
    assert kept() == typed
    page.locator("button[value=now]").click()
    expect(page.locator(".note.warn")).to_contain_text("刚才已提交过相同内容")
    expect(page.get_by_role("button", name="仍要再次提交")).to_be_visible()
    assert Case.objects.filter(title=typed["title"]).count() == 1


@pytest.mark.parametrize("scripts", [True, False])
def test_the_same_comment_sent_after_stepping_back_is_asked_about(enter: Enter, scripts: bool) -> None:
    case = story.opened(title=f"再次备注{scripts}")
    page = enter("drc-handler1", scripts=scripts)
    comment(page, case, "只写一次")
    page.locator("button[value=now]").click()
    expect(page.locator(".note.ok")).to_contain_text("已办理：备注")
    page.go_back()
    expect(page.locator("[name='f.comment']")).to_have_value("只写一次")
    page.locator("button[value=now]").click()
    expect(page.locator(".note.warn")).to_contain_text("刚才已提交过相同内容")
    assert version(case) == 2
    page.get_by_role("button", name="仍要再次提交").dblclick()
    expect(page.locator(".note.ok")).to_contain_text("已办理：备注")
    assert version(case) == 3


@pytest.mark.parametrize("scripts", [True, False])
def test_a_session_that_ends_in_the_middle_of_a_form_loses_nothing(enter: Enter, scripts: bool) -> None:
    case = story.opened(title=f"超时一案{scripts}")
    page = enter("drc-handler1", scripts=scripts)
    comment(page, case, "写到一半")
    page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    page.locator("button[value=now]").click()
    expect(page.locator(".note.warn")).to_contain_text("登录已超时")
    page.fill("#u", "drc-handler1")
    page.fill("#p", settings.DEMO_PASSWORD)
    page.click("form:has(#p) button.btn-primary")
    page.get_by_role("button", name="回到填写页").click()
    expect(page.locator("[name='f.comment']")).to_have_value("写到一半")
    assert version(case) == 1
    page.locator("button[value=now]").click()
    expect(page.locator(".note.ok")).to_contain_text("已办理：备注")


def test_a_fragment_without_a_session_leads_the_page_to_the_login_and_back(enter: Enter) -> None:
    page = enter("drc-handler1")
    page.goto("/cases/?stage=verification&level=normal")
    page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    page.locator(".chip").first.click()
    page.wait_for_url(re.compile("/login/"))
    page.fill("#u", "drc-handler1")
    page.fill("#p", settings.DEMO_PASSWORD)
    page.click("form:has(#p) button.btn-primary")
    page.wait_for_url(re.compile(r"/cases/\?level=normal"))


def test_the_keyboard_goes_on_where_htmx_exchanged_the_page(enter: Enter) -> None:
    story.dispatched(title="键盘一案", region="320312")
    page = enter("drc-handler1")
    page.goto("/cases/?stage=verification&district=320312")
    page.locator(".chip", has_text="铜山区").press("Enter")
    page.wait_for_url(re.compile(r"stage=verification$"))
    expect(page.locator("#main")).to_be_focused()
    page.locator("#f-q").press_sequentially("键盘")
    page.locator("#f-q").press("Enter")
    page.wait_for_url(re.compile("w="))
    expect(page.locator("tr[data-number]")).to_have_count(1)
    expect(page.locator("#f-q")).to_be_focused()
    # On a phone the conditions are folded away again, and what stands in them cannot hold the focus.
    page.set_viewport_size({"width": 375, "height": 800})
    expect(page.locator("#f-q")).to_be_hidden()
    page.locator("details.fold > summary").press("Enter")
    page.locator("#f-q").fill("键盘一案")
    page.locator("#f-q").press("Enter")
    expect(page.locator(".chip", has_text="键盘一案")).to_have_count(1)
    expect(page.locator("#f-q")).to_be_hidden()
    expect(page.locator("#main")).to_be_focused()


def test_words_that_are_searched_for_after_the_session_ended_go_through_the_login(enter: Enter) -> None:
    story.opened(title="找回一案", region="320311")
    page = enter("drc-handler1")
    page.goto("/cases/?view=open")
    page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    page.fill("#f-q", "找回一案")
    page.locator("#f-q").press("Enter")
    page.fill("#u", "drc-handler1")
    page.fill("#p", settings.DEMO_PASSWORD)
    page.click("form:has(#p) button.btn-primary")
    page.get_by_role("button", name="回到填写页").click()
    page.wait_for_url(re.compile(r"/cases/\?.*w="))
    expect(page.locator("tr[data-number]")).to_have_count(1)


def test_after_logging_out_stepping_back_shows_nothing(enter: Enter) -> None:
    case = story.opened(title="离开一案")
    page = enter("drc-handler1")
    page.goto(f"/cases/{case.number}/")
    page.locator(".topbar details summary").click()
    page.get_by_role("button", name="退出登录").click()
    page.wait_for_url(re.compile("/login/"))
    page.go_back()
    expect(page.locator("h1")).to_have_text("登录")
    expect(page.get_by_text("离开一案")).to_have_count(0)


def test_yes_and_no_are_wide_enough_for_a_thumb(enter: Enter) -> None:
    case = story.dispatched(title="手机一案")
    page = enter("drc-handler1", width=375)
    page.goto(f"/cases/{case.number}/actions/record_inspection/")
    answers = page.locator(".yn label")
    expect(answers.first).to_be_visible()
    for answer in answers.all():
        box = answer.bounding_box()
        assert box is not None
        assert box["height"] >= 44
        assert box["width"] >= 120
    answers.first.click()
    expect(page.locator("[name='f.home_entry'][value=true]")).to_be_checked()


@pytest.mark.parametrize("width", [375, 1440])
def test_no_deadline_lies_over_its_task_in_english(enter: Enter, width: int) -> None:
    story.dispatched(title="英文期限一案")
    page = enter("cac-handler1", width=width)
    page.context.add_cookies([{"name": settings.LANGUAGE_COOKIE_NAME, "value": "en", "url": page.url}])
    page.goto("/tasks/")
    over = page.locator(".todo").evaluate_all(
        """rows => rows.filter(row => {
            const edge = selector => row.querySelector(selector).getBoundingClientRect();
            const words = document.createRange();
            words.selectNodeContents(row.querySelector(".due"));
            const due = words.getBoundingClientRect();
            return [".t", ".s"].some(other => {
                const box = edge(other);
                return due.right > box.left && box.right > due.left && due.bottom > box.top && box.bottom > due.top;
            });
        }).length"""
    )
    assert page.locator(".todo").count() > 0
    assert over == 0

"""New messages in a real browser: they come by themselves, each once, also after the network was gone."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from audit.sight import working_as
from notifications.relay import deliver_all
from tests.browser.conftest import Enter
from tests.web import story


@pytest.fixture
def arrive() -> Callable[[str], str]:
    """A message for drc-handler2 about a new case, whose number is answered; what earlier tests left is told before."""

    def deliver() -> None:
        with working_as("relay"):
            deliver_all()

    deliver()

    def arrive(title: str) -> str:
        case = story.opened(title=title)
        deliver()
        return case.number

    return arrive


def unread(page: Page) -> int:
    return int(page.locator(".topbar [data-live-count]").inner_text() or 0)


def hurry(page: Page) -> None:
    """The page asks every quarter of a second instead of every quarter of a minute."""
    page.add_init_script(
        "const slow = window.setTimeout;"
        "window.setTimeout = (run, wait, ...more) => slow(run, wait >= 1000 ? wait / 60 : wait, ...more);"
    )


def test_a_message_comes_by_itself_to_the_bell_the_note_and_the_list(
    enter: Enter, arrive: Callable[[str], str]
) -> None:
    page = enter("drc-handler2")
    hurry(page)
    page.goto("/inbox/")
    before = unread(page)
    number = arrive("实时一案")
    expect(page.locator(".msgs li", has_text=number)).to_have_count(1)
    expect(page.locator(".arrived", has_text=number)).to_have_count(1)
    assert unread(page) == before + 1
    expect(page.locator(".topbar [data-live]")).to_have_attribute("aria-label", f"消息，{before + 1} 条未读")
    page.locator(".arrived", has_text=number).get_by_role("button").click()
    expect(page.locator(".arrived", has_text=number)).to_have_count(0)
    page.locator(".msgs li", has_text=number).get_by_role("link").click()
    page.wait_for_url(re.compile(f"/cases/{number}/$"))
    assert unread(page) == before


def test_what_arrived_while_the_network_was_gone_is_there_exactly_once(
    enter: Enter, arrive: Callable[[str], str]
) -> None:
    page = enter("drc-handler2")
    hurry(page)
    page.goto("/inbox/")
    known = arrive("断网前一案")
    expect(page.locator(".msgs li", has_text=known)).to_have_count(1)
    before = unread(page)
    page.context.set_offline(True)
    with page.expect_event("requestfailed", lambda request: "/inbox/arrivals/" in request.url):
        lost = [arrive("断网中一案"), arrive("断网中二案")]
    assert [number for number in lost if page.locator(".msgs li", has_text=number).count()] == []
    page.context.set_offline(False)
    for number in [*lost, known]:
        expect(page.locator(".msgs li", has_text=number)).to_have_count(1)
        expect(page.locator(".arrived", has_text=number)).to_have_count(1)
    assert unread(page) == before + 2
    with page.expect_response("**/inbox/arrivals/**") as answered:
        pass
    assert answered.value.status == 204
    for number in [*lost, known]:
        expect(page.locator(".msgs li", has_text=number)).to_have_count(1)
    page.reload()
    for number in [*lost, known]:
        expect(page.locator(".msgs li", has_text=number)).to_have_count(1)


def test_a_page_without_scripts_has_the_number_the_list_and_the_buttons(
    enter: Enter, arrive: Callable[[str], str]
) -> None:
    page = enter("drc-handler2", scripts=False, width=375)
    number = arrive("无脚本一案")
    page.goto("/inbox/")
    before = unread(page)
    row = page.locator(".msgs li", has_text=number)
    row.get_by_role("button", name="标为已读").click()
    assert unread(page) == before - 1
    row.get_by_role("button", name="标为未读").click()
    assert unread(page) == before
    page.get_by_role("button", name="全部标为已读").click()
    assert unread(page) == 0
    page.get_by_role("button", name="撤销").click()
    assert unread(page) == before
    assert page.evaluate("document.documentElement.scrollWidth") <= 375


def test_a_hidden_tab_asks_rarely_and_at_once_when_it_is_looked_at(enter: Enter, arrive: Callable[[str], str]) -> None:
    page = enter("drc-handler2", stopped=True)
    page.add_init_script("Object.defineProperty(document, 'hidden', {get: () => window.away === true});")
    page.goto("/inbox/")
    waits = (
        "window.waited = []; const slow = window.setTimeout; window.setTimeout = (run, wait) => (waited.push(wait), 0)"
    )
    page.evaluate(f"() => {{ {waits}; window.away = true; document.dispatchEvent(new Event('visibilitychange')); }}")
    assert page.evaluate("waited.length === 1 && waited[0] >= 240000")
    number = arrive("隐藏一案")
    page.evaluate("() => { window.away = false; document.dispatchEvent(new Event('visibilitychange')); }")
    expect(page.locator(".msgs li", has_text=number)).to_have_count(1)


def test_who_logged_out_in_another_tab_is_told_once_and_the_page_asks_no_more(enter: Enter) -> None:
    page = enter("drc-handler2")
    hurry(page)
    page.goto("/inbox/")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.context.clear_cookies()
    over = page.locator(".arrived", has_text="登录已结束")
    expect(over).to_have_count(1)
    known = len(asked)
    page.evaluate("document.dispatchEvent(new Event('visibilitychange')); window.dispatchEvent(new Event('online'));")
    page.evaluate("new Promise((done) => setTimeout(done, 60 * 900))")  # hurried: less than a second
    expect(over).to_have_count(1)
    assert len(asked) == known
    over.get_by_role("link").click()
    page.wait_for_url(re.compile("/login/"))


def test_an_answer_that_never_comes_is_not_the_last_question(enter: Enter, arrive: Callable[[str], str]) -> None:
    """Nor in a browser as old as the oldest that is served (Chrome 86), which knows no AbortSignal.timeout."""
    page = enter("drc-handler2")
    hurry(page)
    page.add_init_script(
        "AbortSignal.timeout = undefined; const real = window.fetch; let asked = 0;"
        "window.fetch = (url, more) => asked++ ? real(url, more)"
        " : new Promise((_, gone) => more.signal?.addEventListener('abort', () => gone(new Error('aborted'))));"
    )
    page.goto("/inbox/")
    number = arrive("超时一案之后")
    expect(page.locator(".msgs li", has_text=number)).to_have_count(1)


def test_all_are_those_that_were_drawn_and_the_lines_that_came_since(
    enter: Enter, arrive: Callable[[str], str]
) -> None:
    page = enter("drc-handler2")
    hurry(page)
    page.goto("/inbox/")
    seen = arrive("标记前到达一案")
    expect(page.locator(".msgs li", has_text=seen)).to_have_count(1)
    # From here on the page is told of nothing.
    page.route("**/inbox/arrivals/**", lambda route: route.abort("internetdisconnected"))
    unseen = arrive("标记前未显示一案")
    mark = page.get_by_role("button", name="全部标为已读")
    mark.click()
    page.wait_for_url(re.compile("marked="))
    assert unread(page) == 1
    expect(page.locator(".msgs li.new")).to_have_count(1)
    expect(page.locator(".msgs li.new", has_text=unseen)).to_have_count(1)
    page.unroute("**/inbox/arrivals/**")
    mark.click()
    page.wait_for_url(re.compile("marked=1"))
    # The last one is read: nothing to mark, until the next one comes.
    expect(mark).to_be_hidden()
    arrive("全部已读之后一案")
    expect(mark).to_be_visible()

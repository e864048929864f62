"""Single keys: each does what a control of the page does, none while somebody types, none when switched off."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.conftest import Enter
from tests.web import story


def test_a_day_at_the_desk_by_keyboard_alone(enter: Enter) -> None:
    for n in range(3):
        story.opened(title=f"键盘一案{n}")
    page = enter("drc-handler1")
    press = page.keyboard.press
    rows = page.locator(".todo[data-row]")
    press("j")
    press("j")
    expect(rows.nth(1)).to_have_class("todo at")
    press("k")
    expect(rows.nth(0).locator("a.t")).to_be_focused()
    number = rows.nth(0).locator(".m span").first.inner_text()
    press("Enter")
    page.wait_for_url(f"**/cases/{number}/")
    # From page to page; a letter alone leads nowhere.
    press("w")
    press("g")
    press("t")
    page.wait_for_url("**/tasks/")
    press("f")
    expect(page.locator("form[data-filters] select").first).to_be_focused()
    press("g")
    press("w")
    assert page.url.endswith("/tasks/"), "typing in a field is no key"
    page.locator("h1").click()
    press("?")
    page.wait_for_url("**/keys/")
    # Switched off it is kept with the account: the next browser knows it, too.
    page.locator("button[name=keys]").click()
    expect(page.locator("body[data-keys]")).to_have_count(0)
    other = enter("drc-handler1")
    other.keyboard.press("g")
    other.keyboard.press("t")
    other.keyboard.press("/")
    expect(other.locator("#q")).not_to_be_focused()
    other.goto("/keys/")
    other.locator("button[name=keys]").click()
    expect(other.locator("body[data-keys]")).to_have_count(1)
    other.keyboard.press("/")
    expect(other.locator("#q")).to_be_focused()

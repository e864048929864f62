"""Getting in with a browser: an authenticator app without scripts, a security key with Chromium's virtual one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import Browser, Page, expect

from agencies.actors import system_actor
from agencies.models import User
from agencies.services import reset_factors
from audit import clock
from tests.browser.conftest import Enter
from tests.entry_tools import code_of

KEY = {
    "protocol": "ctap2", "transport": "usb", "hasResidentKey": False, "hasUserVerification": True,
    "isUserVerified": True, "automaticPresenceSimulation": True,
}  # fmt: skip


@pytest.fixture
def somebody(site: str) -> Iterator[str]:
    """A person without a second factor, before and after the test."""
    username = "telecom-reviewer2"
    yield username
    reset_factors(actor=system_actor(), user=User.objects.get(username=username), now=clock.now())


def first_step(page: Page, username: str) -> None:
    page.goto("/login/")
    page.fill("#u", username)
    page.fill("#p", settings.DEMO_PASSWORD)
    page.click("form:has(#p) button.btn-primary")


@pytest.mark.parametrize("width", [1440, 375])
def test_an_app_is_set_up_and_used_without_scripts(enter: Enter, somebody: str, width: int) -> None:
    page = enter(somebody, scripts=False, width=width)
    page.goto("/security/")
    page.get_by_role("link", name="添加验证器").click()
    assert page.locator("img[width='210']").evaluate("image => image.naturalWidth") > 100
    secret = page.locator("p code").inner_text().replace(" ", "")
    used = code_of(secret)
    page.fill("#code", used)
    page.get_by_role("button", name="添加验证器").click()
    expect(page.locator(".codes li")).to_have_count(10)
    recovery = page.locator(".codes code").first.inner_text()
    page.get_by_role("link", name="已保存，继续").click()
    expect(page.get_by_text("恢复码，还剩 10 个")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width

    page.context.clear_cookies()
    first_step(page, somebody)
    expect(page.get_by_role("heading", name="第二步验证")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.fill("#code", used)
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_role("alert")).to_contain_text("已用过")
    page.fill("#code", recovery)
    page.get_by_role("button", name="登录").click()
    expect(page).to_have_url(re.compile(r"/$"))


@pytest.mark.parametrize("width", [375, 320])
@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_the_pages_about_people_are_read_in_a_narrow_window(enter: Enter, width: int, language: str) -> None:
    page = enter("sec-admin1", width=width, language=language)
    one = "/accounts/drc-handler1/"
    enter("drc-handler1")  # so that the page of the way in has a session with its button
    for path in ("/accounts/", one, f"{one}sign-in/", "/security/", "/more/"):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
    page.goto("/accounts/")
    highest = "Math.max(...[...document.querySelectorAll('main tbody tr')].map(row => row.offsetHeight))"
    assert page.evaluate(highest) < 120, "the words of a row stand one below the other"


@pytest.fixture
def with_key(
    browser: Browser, site: str, watched: Callable[[Page, str], None]
) -> Iterator[Callable[[str], tuple[Page, Any]]]:
    """A window of this person, logged in at the name of the machine (keys know no bare addresses), and its keys."""
    address = site.replace("127.0.0.1", "localhost")
    context = browser.new_context(base_url=address, viewport={"width": 1440, "height": 900}, locale="zh-CN")
    context.set_default_timeout(15_000)

    def open_page(username: str) -> tuple[Page, Any]:
        page = context.new_page()
        watched(page, address)
        keys = context.new_cdp_session(page)
        keys.send("WebAuthn.enable")
        first_step(page, username)
        page.wait_for_url(f"{address}/")
        return page, keys

    yield open_page
    context.close()


def registered(page: Page, keys: Any) -> str:
    """Register a new virtual key; its id in the browser."""
    number = keys.send("WebAuthn.addVirtualAuthenticator", {"options": KEY})["authenticatorId"]
    page.goto("/security/key/")
    page.fill("#name", "办公室 USB 密钥")
    page.get_by_role("button", name="登记密钥").click()
    expect(page.locator(".codes li")).to_have_count(10)
    return str(number)


def test_a_security_key_is_registered_and_opens_the_second_step(
    with_key: Callable[[str], tuple[Page, Any]], somebody: str
) -> None:
    page, keys = with_key(somebody)
    registered(page, keys)
    page.goto("/security/")
    expect(page.get_by_text("安全密钥 · 办公室 USB 密钥")).to_be_visible()
    page.context.clear_cookies()
    first_step(page, somebody)
    page.get_by_role("button", name="使用安全密钥").click()
    page.wait_for_url(re.compile(r"localhost:\d+/$"))
    page.goto("/security/")
    expect(page.get_by_text("最近使用")).to_have_count(2)


def test_a_key_of_somebody_else_and_a_copied_key_open_nothing(
    with_key: Callable[[str], tuple[Page, Any]], somebody: str
) -> None:
    page, keys = with_key(somebody)
    own = registered(page, keys)
    copy = keys.send("WebAuthn.getCredentials", {"authenticatorId": own})["credentials"][0]
    page.context.clear_cookies()
    first_step(page, somebody)
    page.get_by_role("button", name="使用安全密钥").click()
    page.wait_for_url(re.compile(r"localhost:\d+/$"))

    # The copy still counts from where it was taken.
    keys.send("WebAuthn.removeVirtualAuthenticator", {"authenticatorId": own})
    stolen = keys.send("WebAuthn.addVirtualAuthenticator", {"options": KEY})["authenticatorId"]
    keys.send("WebAuthn.addCredential", {"authenticatorId": stolen, "credential": copy | {"signCount": 0}})
    page.context.clear_cookies()
    first_step(page, somebody)
    page.get_by_role("button", name="使用安全密钥").click()
    expect(page.get_by_role("alert")).to_contain_text("安全密钥没有通过验证")

    keys.send("WebAuthn.removeVirtualAuthenticator", {"authenticatorId": stolen})
    keys.send("WebAuthn.addVirtualAuthenticator", {"options": KEY | {"automaticPresenceSimulation": True}})
    page.get_by_role("button", name="使用安全密钥").click()
    expect(page.locator("[data-key-said]")).to_contain_text("没有读到安全密钥")

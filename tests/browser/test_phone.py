"""The crew's job on a telephone, 375 pixels wide: with and without network, with and without scripts, by keyboard."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import Browser, BrowserContext, FilePayload, Page, Route, expect

from audit import clock
from cases.models import Attachment
from cases.policy.dated import CHINA
from cases.workflow.onsite.steps import ITEMS
from tests.browser.conftest import stop_clock
from tests.browser.every import looking
from tests.files import photo
from tests.web.test_cut_pages import determined, number
from tests.workflow.world import World

Phone = Callable[..., Page]
# Whether the worker keeps anything.
KEPT = "() => caches.keys().then((names) => names.some((one) => one.startsWith('phone-')))"


@pytest.fixture
def due(site: str) -> Iterator[tuple[World, str, str]]:
    """A case whose cut is due, four days after its notice, at ten in the morning."""
    world = World()
    case = world.served(determined(world))
    at(world, days=4)
    yield world, case, number(world, case)
    clock.clear()


def at(world: World, **span: float) -> None:
    stop_clock(world.later(**span))


@pytest.fixture
def phone(browser: Browser, site: str, watched: Callable[[Page, str], None]) -> Iterator[Phone]:
    """A telephone of its own, logged in; its clock stands in another zone than the city's."""
    contexts: list[BrowserContext] = []
    mute: list[BrowserContext] = []

    def phone(username: str, **how: Any) -> Page:
        screen: Any = {"viewport": {"width": 375, "height": 812}, "has_touch": True}
        context = browser.new_context(base_url=site, locale="zh-CN", timezone_id="Europe/London", **screen, **how)
        context.set_default_timeout(20_000)
        contexts.append(context)
        if how.get("java_script_enabled") is False:
            mute.append(context)
        page = context.new_page()
        watched(page, site)
        log_in(page, username)
        return page

    yield phone
    wrong = looking.faults_left(context for context in contexts if context not in mute)
    for context in contexts:
        context.close()
    assert not wrong, "\n".join(wrong)


def log_in(page: Page, username: str) -> None:
    page.goto("/login/")
    page.fill("#u", username)
    page.fill("#p", settings.DEMO_PASSWORD)
    page.click("form:has(#p) button.btn-primary")
    page.wait_for_url(lambda address: "/login/" not in address)


def picture(name: str) -> FilePayload:
    return {"name": f"{name}.jpg", "mimeType": "image/jpeg", "buffer": photo(name.encode())}


def kept(case: str) -> int:
    return Attachment.objects.filter(case_id=case, kind="execute_suspension").count()


def typed(world: World, later: int = 0) -> str:
    return f"{(world.now + timedelta(hours=8, minutes=later)).replace(tzinfo=None).isoformat()[:16]}"


def answer(page: Page, **no: str) -> None:
    page.locator("[name='n.method'][value=in_person]").check(force=True)
    for item in ITEMS:
        page.locator(f"[name='f.{item}'][value={no.get(item, 'true')}]").check(force=True)


def prove(page: Page) -> None:
    """Type the password where the login is too long ago."""
    if page.locator("#password").count():
        page.fill("#password", settings.DEMO_PASSWORD)


def press(page: Page, name: str) -> None:
    page.locator(".ph-bar").get_by_role("button", name=name).click()


def fits(page: Page, *, scripts: bool = True) -> None:
    """No wider than the screen, nothing to touch that is lower than 44 pixels, and nothing that axe finds."""
    assert page.evaluate("document.documentElement.scrollWidth") <= 375
    if scripts:
        assert looking.inaccessible(page) == []
    low = page.evaluate(
        """() => [...document.querySelectorAll("a, button, input, select, textarea, label.cap, .yn label")]
            .filter((one) => one.offsetParent && !one.closest("label.ckline, p, small, .esum, dl"))
            .filter((one) => !one.matches(".skip, .pick, .yn input, [type=hidden], .form-check-input"))
            .filter((one) => one.getBoundingClientRect().height < 44).map((one) => one.outerHTML.slice(0, 80))"""
    )
    assert low == []


def test_pictures_and_steps_wait_for_the_network_and_go_once(due: tuple[World, str, str], phone: Phone) -> None:
    world, case, no = due
    page = without_network(phone, case, no)
    page.locator("#p-seal").set_input_files(picture("封印"))
    expect(page.locator(".shots li[data-id]").nth(1)).to_contain_text("已上传")
    # The picture says the hour in China.
    hours = {f"{datetime.now(CHINA) - timedelta(minutes=m):%Y-%m-%d %H:}" for m in (0, 10)}
    said = page.locator(".shots li[data-id] .shot > i").nth(1).inner_text()
    assert any(hour in said for hour in hours), said
    at(world, minutes=40)
    page.fill("[name='f.executed_at']", typed(world))
    page.fill("[name='f.photo_reason']", "地下室")
    page.locator("[name=dead]").check()
    press(page, "下一步")
    page.wait_for_url(f"**/suspensions/{no}/confirm/")
    fits(page)
    assert kept(case) == 2
    prove(page)
    press(page, "确认停电")
    code = page.locator("[data-code]").inner_text()
    fits(page)
    second = confirmed(phone, code)
    # The telephone that waits hears of it by itself.
    page.get_by_role("link", name="查看回执").click()
    assert page.locator("[data-receipt]").inner_text() == second.locator("[data-receipt]").inner_text()
    assert world.view(case).facts["suspension"]["state"] == "confirmed"
    # Whoever leaves takes along what the worker keeps.
    assert page.evaluate(KEPT)
    page.goto("/")
    page.evaluate("document.querySelector('form[action=\"/logout/\"]').requestSubmit()")
    page.wait_for_url("**/login/**")
    page.wait_for_function(f"() => ({KEPT})().then((found) => !found)")


def without_network(phone: Phone, case: str, no: str) -> Page:
    """Checks with a network; a picture and readings without one, the tab closed in between; then all of it sent."""
    page = phone("grid-crew1", permissions=["geolocation"], geolocation={"longitude": 117.28, "latitude": 34.2})
    context = page.context
    page.goto(f"/suspensions/{no}/")
    fits(page)
    page.evaluate("navigator.serviceWorker.ready.then(() => 1)")
    page.locator(".ph-bar a").click()
    fits(page)
    answer(page)
    press(page, "下一步")
    page.wait_for_url(f"**/suspensions/{no}/photo/")
    fits(page)
    page.wait_for_function("caches.keys().then((n) => n.length)")
    page.locator("[data-place]").check()
    expect(page.locator("[data-place-said]")).to_contain_text("已取得位置")
    context.set_offline(True)
    page.locator("#p-meter").set_input_files(picture("电表"))
    expect(page.locator("[data-net]")).to_contain_text("离线，1 张待传")
    page.close()
    page = context.new_page()
    page.goto(f"/suspensions/{no}/photo/")
    expect(page.locator("[data-net]")).to_contain_text("离线，1 张待传")
    expect(page.locator(".shots li[data-id]")).to_contain_text("已存本机")
    fits(page)
    page.fill("[name='f.reading']", "41872.35")
    page.fill("[name='f.seal_no']", "TS-2026-00318")
    press(page, "下一步")
    expect(page.locator("[data-net]")).to_contain_text("1 步待传")
    assert kept(case) == 0
    context.set_offline(False)
    expect(page.locator("[data-net]")).to_have_text("已连接", timeout=40_000)
    assert kept(case) == 1
    page.goto(f"/suspensions/{no}/photo/")
    expect(page.locator(".shots li[data-id]")).to_have_count(1)
    assert page.locator("[name='f.seal_no']").input_value() == "TS-2026-00318"
    return page


def confirmed(phone: Phone, code: str) -> Page:
    """The second person on a telephone of their own, from the code to the receipt."""
    page = phone("grid-crew2")
    page.goto(f"/suspensions/code/?code={code.replace(' ', '')}")
    fits(page)
    press(page, "核对并继续")
    page.locator("[name='f.load_is_zero'][value=true]").check(force=True)
    page.fill("[name='f.reading']", "41872.35")
    fits(page)
    press(page, "监护人确认")
    expect(page.locator("[data-receipt]")).to_have_text(re.compile(r"TD-\d{8}-\d+"))
    fits(page)
    return page


def test_an_answer_that_never_came_doubles_nothing(due: tuple[World, str, str], phone: Phone) -> None:
    """The server took the picture and the network fell before it could say so; then twice at the same moment."""
    _, case, no = due
    page = phone("grid-crew1", service_workers="block")
    page.goto(f"/suspensions/{no}/checks/")
    answer(page)
    press(page, "下一步")
    page.wait_for_url(f"**/suspensions/{no}/photo/")
    lost = []

    def take_and_fall(route: Route) -> None:
        lost.append(route.fetch().status)
        route.abort("internetdisconnected")

    page.route("**/photo/*-*/", take_and_fall, times=2)
    with page.expect_event("requestfailed"):
        page.locator("#p-meter").set_input_files(picture("电表"))
    with page.expect_event("requestfailed"):
        page.get_by_role("button", name="立即上传").click()
    expect(page.locator("[data-queue]")).to_contain_text("未上传")
    assert (lost, kept(case)) == ([200, 200], 1)
    page.get_by_role("button", name="立即上传").click()
    expect(page.locator("[data-net]")).to_have_text("已连接")
    assert kept(case) == 1
    page.reload()
    expect(page.locator(".shots li[data-id]")).to_have_count(1)
    assert page.evaluate(TWICE, no) == [200, 200]
    assert kept(case) == 2
    # What the server does not take is named and stays, until somebody takes it away.
    page.locator("#p-seal").set_input_files({**picture("封印"), "buffer": b"no picture"})
    expect(page.locator("[data-queue]")).to_contain_text("没有被接收")
    page.reload()
    expect(page.locator("[data-queue]")).to_contain_text("与扩展名不符")
    page.get_by_role("button", name="不再上传").click()
    expect(page.locator("[data-queue]")).to_be_hidden()
    assert kept(case) == 2


TWICE = """async (no) => {
    const mine = await (await fetch("/suspensions/hello/")).json();
    const send = () => {
        const body = new FormData();
        body.set("whose", mine.whose);
        body.set("slot", "more");
        body.set("file", document.querySelector("[data-shots]").twice, "two.jpg");
        return fetch(`/suspensions/${no}/photo/0b0e8f39-0000-4000-8000-00000000c0de/`, {
            method: "POST", body, headers: { Accept: "application/json", "X-CSRFToken": mine.token },
        });
    };
    const canvas = document.createElement("canvas");
    document.querySelector("[data-shots]").twice = await new Promise((done) => canvas.toBlob(done, "image/jpeg"));
    return (await Promise.all([send(), send()])).map((answer) => answer.status);
}"""


def test_what_another_sender_sent_is_said_to_be_there(due: tuple[World, str, str], phone: Phone) -> None:
    """The worker, or another window, sends what waits; the page that took it hears nothing of that."""
    _, case, no = due
    page = phone("grid-crew1")
    page.goto(f"/suspensions/{no}/photo/")
    page.evaluate(
        "() => { window.whole = window.fetch; window.fetch = () => Promise.reject(new TypeError('no network')); }"
    )
    for slot in ("meter", "seal"):
        page.locator(f"#p-{slot}").set_input_files(picture(slot))
    shots = page.locator(".shots li[data-id]")
    expect(shots.filter(has_text="已存本机")).to_have_count(2)
    expect(page.locator("[data-counted]")).to_contain_text("2")
    other = page.context.new_page()
    other.goto(f"/suspensions/{no}/")
    expect(other.locator("[data-net]")).to_have_text("已连接", timeout=20_000)
    page.evaluate("() => { window.fetch = window.whole; window.dispatchEvent(new Event('online')); }")
    expect(shots.filter(has_text="已上传")).to_have_count(2)
    assert kept(case) == 2


def test_what_another_person_left_is_not_shown_nor_sent(due: tuple[World, str, str], phone: Phone) -> None:
    _, case, no = due
    page = phone("grid-crew1", service_workers="block")
    page.goto(f"/suspensions/{no}/photo/")
    page.route("**/suspensions/hello/", lambda route: route.abort("internetdisconnected"))
    page.locator("#p-meter").set_input_files(picture("电表"))
    expect(page.locator("[data-net]")).to_contain_text("1 张待传")
    page.context.clear_cookies()
    page.unroute("**/suspensions/hello/")
    page.get_by_role("button", name="立即上传").click()
    expect(page.locator("[data-queue]")).to_contain_text("登录已失效")
    log_in(page, "grid-crew2")
    page.goto(f"/suspensions/{no}/photo/")
    expect(page.locator("[data-queue]")).to_contain_text("本机另有 1 项是其他使用者填写的")
    expect(page.locator(".shots li[data-id]")).to_have_count(0)
    assert kept(case) == 0
    page.context.clear_cookies()
    log_in(page, "grid-crew1")
    page.goto(f"/suspensions/{no}/photo/")
    expect(page.locator(".shots li[data-id]")).to_contain_text("已上传")
    assert Attachment.objects.get(case_id=case, kind="execute_suspension").uploaded_by.username == "grid-crew1"


@pytest.mark.parametrize("scripts", [True, False])
def test_one_no_leads_to_the_statement(due: tuple[World, str, str], phone: Phone, scripts: bool) -> None:
    world, case, no = due
    page = phone("grid-crew1", java_script_enabled=scripts)
    page.goto(f"/suspensions/{no}/checks/")
    answer(page, no_lift_load="false")
    press(page, "下一步")
    page.wait_for_url(f"**/suspensions/{no}/statement/")
    assert page.locator("[value=no_lift_load]").is_checked()
    fits(page, scripts=scripts)
    page.fill("[name='f.reason']", "同一回路供有电梯")
    press(page, "提交说明")
    expect(page.locator(".note.ok")).to_contain_text("说明已移交")
    assert world.view(case).facts["suspension"]["state"] == "infeasible"


def test_without_scripts_and_by_keyboard(due: tuple[World, str, str], phone: Phone) -> None:
    """Plain forms from the first line to the act, pressed by keys alone where a hand would touch."""
    world, case, no = due
    page = phone("grid-crew1", java_script_enabled=False)
    page.goto(f"/suspensions/{no}/")
    page.locator(".ph-bar a").focus()
    page.keyboard.press("Enter")
    page.locator("[name='n.method']").first.focus()
    page.keyboard.press("ArrowRight")
    for _ in ITEMS:
        page.keyboard.press("Tab") if _ != ITEMS[0] else [page.keyboard.press("Tab") for _ in range(2)]
        page.keyboard.press("Space")
    assert page.locator(".yn:not(.three) input[value=true]:checked").count() == len(ITEMS)
    page.locator(".ph-bar .btn-primary").focus()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/suspensions/{no}/photo/")
    at(world, minutes=40)
    page.fill("[name='f.executed_at']", typed(world))
    page.fill("[name='f.reading']", "41872.35")
    page.fill("[name='f.seal_no']", "TS-2026-00318")
    page.fill("[name='f.photo_reason']", "地下室")
    page.locator("[name=dead]").check()
    for slot in ("meter", "breaker"):
        page.locator(f"#p-{slot}").set_input_files(picture(slot))
    page.locator("[name='f.seal_no']").focus()
    fits(page, scripts=False)
    press(page, "下一步")
    page.wait_for_url(f"**/suspensions/{no}/confirm/")
    prove(page)
    page.keyboard.press("Tab")
    press(page, "确认停电")
    expect(page.locator("[data-code]")).to_have_text(re.compile(r"\d{3} \d{3}"))
    assert world.view(case).facts["suspension"]["state"] == "executed"
    assert kept(case) == 2

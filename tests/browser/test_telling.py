"""投递 and 单位通知渠道 in a real browser: every button of both pages, with scripts and without."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from agencies.actors import find_actor
from agencies.models import Agency
from audit import clock
from audit.ids import new_id
from audit.sight import working_as
from notifications.channels.endpoints import services
from notifications.channels.endpoints.sealing import opened
from notifications.choices.kinds import GROUPS
from notifications.models import Delivery, Endpoint, Message
from notifications.relay import deliver_all
from tests.browser.conftest import Enter
from tests.web import story

BOTH = pytest.mark.parametrize("scripts", [True, False])


@pytest.fixture
def dead(site: str) -> list[Delivery]:
    """Three deliveries about new cases that went nowhere."""
    Delivery.objects.filter(state__in=("waiting", "dead")).update(state="sent", sent_at=clock.now())
    cases = [story.opened(title=f"投递 {n}").case_id for n in range(3)]
    with working_as("relay"):
        deliver_all()
    return [
        Delivery.objects.create(
            id=new_id(),
            outbox_id=message.outbox_id,
            message=message,
            user_id=message.user_id,
            agency_id=message.agency_id,
            case_id=message.case_id,
            topic=message.topic,
            channel="email",
            state="dead",
            attempts=7,
            not_before=clock.now(),
            problem="SMTP 550",
            created_at=clock.now(),
        )
        for message in Message.objects.filter(case_id__in=cases, topic="task.opened").order_by("id")[:3]
    ]


def stands(*rows: Delivery) -> list[str]:
    return [Delivery.objects.get(pk=row.pk).state for row in rows]


@BOTH
def test_what_did_not_arrive_is_filtered_resent_and_withdrawn(
    enter: Enter, dead: list[Delivery], scripts: bool
) -> None:
    one, two, three = dead
    page = enter("admin1", scripts=scripts)
    page.get_by_role("link", name="投递").first.click()
    page.locator("nav.views a", has_text="已停止").click()
    expect(page.locator("tbody tr")).to_have_count(3)
    page.select_option("#f-channel", "sms")
    page.get_by_role("button", name="查询").click()
    expect(page.get_by_text("没有符合条件的消息")).to_be_visible()
    page.get_by_role("link", name="重置").click()
    page.locator("nav.views a", has_text="已停止").click()
    chosen = page.locator("form", has=page.locator("table"))
    chosen.get_by_role("button", name="重新投递").click()
    expect(page.get_by_text("没有选择消息，没有改动")).to_be_visible()
    page.check(f'input[value="{one.pk}"]')
    chosen.get_by_role("button", name="重新投递").click()
    expect(page.get_by_text("已重新投递 1 条")).to_be_visible()
    page.check(f'input[value="{two.pk}"]')
    chosen.get_by_role("button", name="撤回").click()
    expect(page.get_by_text("已撤回 1 条")).to_be_visible()
    assert stands(*dead) == ["waiting", "withdrawn", "dead"]
    for button, said, state in (("撤回", "已撤回 1 条", "withdrawn"), ("重新投递", "已重新投递", "waiting")):
        page.locator("details", has_text="对符合当前条件的全部消息").locator("summary").click()
        page.locator("details", has_text="对符合当前条件的全部消息").get_by_role("button", name=button).click()
        expect(page.get_by_text(said)).to_be_visible()
        assert stands(three) == [state]
        page.locator("nav.views a", has_text="已撤回").click()
    assert Delivery.objects.filter(pk__in=[row.pk for row in dead], state="waiting").count() == 3


@pytest.fixture
def hook(site: str, settings: Any) -> Endpoint:
    """A webhook of the grid company whose host the server may not call."""
    settings.OUTGOING_HOSTS = frozenset({"hooks.city.gov.cn"})
    url = f"https://hooks.city.gov.cn/{new_id()}"
    draft = services.Draft(channel="webhook", url=url, name="值班系统", secret="", topics=list(GROUPS), language="zh")
    grid = Agency.objects.get(code="320300-grid")
    return services.add_endpoint(actor=find_actor("grid-admin1"), agency=grid, draft=draft, now=clock.now())[0]


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


@BOTH
def test_a_channel_is_tried_changed_switched_and_given_a_new_secret(
    enter: Enter, hook: Endpoint, scripts: bool
) -> None:
    page = enter("grid-admin1", scripts=scripts)
    page.goto("/channels/")
    page.locator(f'[data-endpoint="{hook.pk}"] a').click()
    press(page, "发测试消息")
    expect(page.get_by_text("测试消息没有送达")).to_be_visible()
    page.fill("#c-name", "值班系统二")
    page.select_option("#c-language", "en")
    page.uncheck('input[name="topics"][value="system"]')
    press(page, "保存")
    expect(page.get_by_text("已保存")).to_be_visible()
    first = opened(hook).secret
    press(page, "更换密钥")
    expect(page.get_by_text("新旧密钥同时签名，")).to_be_visible()
    hook.refresh_from_db()
    expect(page.get_by_text(opened(hook).secret)).to_be_visible()
    assert opened(hook).former == first
    page.check('input[name="at_once"]')
    press(page, "更换密钥")
    expect(page.locator("code", has_text="whsec_")).to_be_visible()
    press(page, "停用")
    expect(page.get_by_text("已停用，不再向它发送")).to_be_visible()
    press(page, "启用")
    expect(page.get_by_text("已启用")).to_be_visible()
    hook.refresh_from_db()
    assert (hook.name, hook.language, hook.active, opened(hook).former) == ("值班系统二", "en", True, "")
    assert "system" not in hook.topics


@BOTH
def test_a_channel_at_a_host_that_is_not_listed_is_refused_and_what_was_typed_stays(
    enter: Enter, site: str, scripts: bool
) -> None:
    page = enter("grid-admin1", scripts=scripts)
    page.goto("/channels/")
    page.fill("#new-name", "某某群")
    page.select_option("#new-channel", "dingtalk")
    page.fill("#new-url", "https://elsewhere.example.cn/robot/send?access_token=abc")
    press(page, "添加渠道")
    expect(page.get_by_text("未在 LIANZHI_OUTGOING_HOSTS 中列出")).to_be_visible()
    expect(page.locator("#new-name")).to_have_value("某某群")
    expect(page.locator("#new-channel")).to_have_value("dingtalk")
    assert re.search("is-invalid", page.locator("#new-url").get_attribute("class") or "")

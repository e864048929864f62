"""单位通知渠道 without a browser: who may open it, what is shown once and what never."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from agencies.access.rates import Rate
from notifications.channels.endpoints import views
from notifications.channels.endpoints.sealing import opened
from notifications.models import Endpoint
from tests.agencies.cast import events
from tests.web.test_reading import entered

pytestmark = pytest.mark.usefixtures("demo_city")
GRID = "320300-grid"
FORM = {
    "do": "add",
    "agency": GRID,
    "channel": "webhook",
    "name": "值班系统",
    "url": "https://hooks.city.gov.cn/in?for=duty",
    "secret": "",
    "topics": ["handoffs", "escalations"],
    "language": "zh",
}


@pytest.fixture(autouse=True)
def _hosts(settings: Any) -> None:
    settings.OUTGOING_HOSTS = frozenset({"hooks.city.gov.cn", "oapi.dingtalk.com", "127.0.0.1"})


def sent(client: Client, path: str, **form: Any) -> tuple[int, str]:
    """The answer to a form with the mark of its own person, as the page writes it."""
    whose = re.search(r'name="whose" value="([^"]*)"', client.get(path).content.decode())
    assert whose is not None
    answer = client.post(path, {**form, "whose": whose[1]}, follow=True)
    return answer.status_code, answer.content.decode()


def some_time_later(client: Client) -> Client:
    """The login, which proved who it is, was a while ago."""
    session = client.session
    session["proven"] -= 3600
    session.save()
    return client


def made() -> Endpoint:
    return Endpoint.objects.get()


def test_a_secret_is_shown_once_and_the_address_never_again() -> None:
    client = entered("grid-admin1")
    status, page = sent(client, "/channels/", **FORM)
    secret = opened(made()).secret
    assert status == 200 and page.count(secret) == 1
    for path in ("/channels/", f"/channels/{made().pk}/"):
        page = client.get(path).content.decode()
        assert secret not in page and "for=duty" not in page and "hooks.city.gov.cn" in page
        assert "值班系统" in page and client.get(path)["Cache-Control"].count("no-store")


def test_a_robot_has_no_secret_of_ours_and_its_own_page_is_next() -> None:
    client = entered("grid-admin1")
    robot = {"channel": "dingtalk", "url": "https://oapi.dingtalk.com/robot/send?access_token=abc", "secret": "SECab"}
    status, page = sent(client, "/channels/", **{**FORM, **robot})
    assert status == 200 and "已添加。请发一条测试消息" in page and 'value="test"' in page


def test_what_was_typed_stays_in_a_refused_form_but_the_secret() -> None:
    form = {**FORM, "channel": "dingtalk", "url": "https://oapi.dingtalk.com/x?<b>", "secret": "SECcanary"}
    status, page = sent(entered("grid-admin1"), "/channels/", **form)
    assert status == 400 and not Endpoint.objects.exists()
    assert "不是该平台群机器人的地址" in page and "is-invalid" in page
    assert 'value="https://oapi.dingtalk.com/x?&lt;b&gt;"' in page and 'value="值班系统"' in page
    assert "SECcanary" not in page
    assert re.search(r'value="escalations" checked', page) and not re.search(r'value="system" checked', page)


@pytest.mark.parametrize("username", ["grid-handler1", "drc-approver1", "sup-supervisor1"])
def test_whoever_administers_no_agency_is_told_who_does(username: str) -> None:
    client = entered(username)
    answer = client.get("/channels/")
    assert answer.status_code == 403 and "单位管理员" in answer.content.decode()
    assert 'href="/channels/"' not in client.get("/").content.decode()


def test_another_agencys_channel_is_not_there() -> None:
    sent(entered("grid-admin1"), "/channels/", **FORM)
    client = entered("admin1")
    assert "值班系统" not in client.get("/channels/").content.decode()
    assert client.get(f"/channels/{made().pk}/").status_code == 404
    status, _ = sent(client, "/channels/", **{**FORM, "url": "https://hooks.city.gov.cn/2"})
    assert status == 404 and Endpoint.objects.count() == 1


def test_topics_secret_and_switch_from_the_page_of_one(monkeypatch: pytest.MonkeyPatch) -> None:
    client = entered("grid-admin1")
    sent(client, "/channels/", **FORM)
    path, first = f"/channels/{made().pk}/", opened(made()).secret
    _, page = sent(client, path, do="change", name="新名称", topics=["system"], language="en")
    assert "已保存" in page and (made().name, made().topics, made().language) == ("新名称", ["system"], "en")
    status, page = sent(client, path, do="change", name="", topics=[], language="en")
    assert status == 400 and made().name == "新名称"
    _, page = sent(client, path, do="secret")
    second = opened(made()).secret
    assert second != first and page.count(second) == 1 and first not in page and "以前新旧密钥同时签名" in page
    assert second not in client.get(path).content.decode()
    assert "旧密钥签名至" in client.get(path).content.decode()
    until = made().former_until
    with monkeypatch.context() as later:
        later.setattr(views.clock, "now", lambda: until)
        assert "旧密钥签名至" not in client.get(path).content.decode()
    _, page = sent(client, path, do="off")
    assert "已停用，不再向它发送" in page and not made().active
    _, page = sent(client, path, do="on")
    assert made().active
    assert sent(client, path, do="explode")[0] == 404
    acts = [event["action"] for event in events(f"agency/{GRID}")][-5:]
    assert acts == ["endpoint_added", "endpoint_changed", "endpoint_secret_changed", *["endpoint_switched"] * 2]


def test_a_test_message_shows_its_answer(settings: Any) -> None:
    client = entered("grid-admin1")
    sent(client, "/channels/", **FORM)
    settings.OUTGOING_HOSTS = frozenset()
    _, page = sent(client, f"/channels/{made().pk}/", do="test")
    assert "测试消息没有送达" in page and "LIANZHI_OUTGOING_HOSTS" in page
    assert made().failures == 1 and events(f"agency/{GRID}")[-1]["action"] == "endpoint_tested"
    assert "连续失败 1 次" in client.get("/channels/").content.decode()


def test_messages_to_try_it_out_are_not_sent_without_end(
    redis_url: str, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = entered("grid-admin1")
    sent(client, "/channels/", **FORM)
    settings.OUTGOING_HOSTS, settings.RATE_FACTOR = frozenset(), 1
    monkeypatch.setattr(views, "EXPORTS", Rate("export", 1, 3600))
    path = f"/channels/{made().pk}/"
    _, first = sent(client, path, do="test")
    status, second = sent(client, path, do="test")
    assert "测试消息没有送达" in first and "操作过于频繁" in second and status >= 400
    assert [event["action"] for event in events(f"agency/{GRID}")].count("endpoint_tested") == 1


def test_a_form_that_is_sent_after_the_session_carries_no_address_and_no_secret_through_the_login() -> None:
    answer = Client().post("/channels/", {**FORM, "secret": "SECcanary"})
    page = answer.content.decode()
    assert answer.status_code == 401 and "值班系统" in page
    assert "for=duty" not in page and "SECcanary" not in page


def test_that_the_address_has_to_be_typed_again_is_said_on_every_page_on_the_way() -> None:
    client, again = Client(), "地址和密钥没有保留，需要重新填写"
    mark = re.search(r'name="whose" value="([^"]*)"', entered("grid-admin1").get("/channels/").content.decode())
    assert mark is not None
    door = client.post("/channels/", {**FORM, "whose": mark[1]}).content.decode()
    assert again in door
    typed = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', door))
    back = client.post("/login/", {**typed, "username": "grid-admin1", "password": settings.DEMO_PASSWORD})
    assert again in back.content.decode() and "已填写的内容仍在" in back.content.decode()
    assert again in sent(some_time_later(client), "/channels/", **FORM)[1]
    assert again not in Client().post("/cases/new/", {"title": "某楼"}).content.decode()


def test_where_messages_go_and_what_signs_them_changes_only_after_one_proved_who_one_is() -> None:
    client = some_time_later(entered("grid-admin1"))
    status, page = sent(client, "/channels/", **FORM)
    assert status == 403 and "确认身份" in page and not Endpoint.objects.exists()
    assert "值班系统" in page and "for=duty" not in page, "what was typed is carried, but no address"
    sent(entered("grid-admin1"), "/channels/", **FORM)
    path, secret = f"/channels/{made().pk}/", opened(made()).secret
    # Nothing is asked before it is switched off: that must be quick.
    sent(client, path, do="off")
    assert not made().active
    for do in ("on", "secret"):
        status, page = sent(client, path, do=do, at_once="1")
        assert "确认身份" in page
        assert (made().active, opened(made()).secret) == (False, secret)

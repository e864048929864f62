"""Robots of 企业微信, 钉钉 and 飞书: apprise makes the message, the guard makes the call, the code decides."""

from __future__ import annotations

import ast
import base64
import hmac
import inspect
import json
import logging
from importlib import import_module
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from notifications.channels import robots as channel
from notifications.channels.base import Permanent, Temporary

ADDRESS = {
    "wecom": "/wecom/cgi-bin/webhook/send?key=693a91f6-7xxx-4bc4-97a0-0ec2sifa5aaa",
    "dingtalk": "/dingtalk/robot/send?access_token=abc123DEF456",
    "feishu": "/feishu/open-apis/bot/v2/hook/c0ffee00-1234-5678-9abc-def012345678",
}
SECRET = "SECabc123def456"
ALL = sorted(ADDRESS)


@pytest.fixture
def hook(allowed, webhook_receiver):
    return webhook_receiver


def send(hook, outgoing, platform, **more):
    message = outgoing(platform, hook.url + ADDRESS[platform], **more)
    channel.sender(platform)(message)
    return message, hook.got()[-1]


@pytest.mark.parametrize("platform", ALL)
def test_the_group_reads_the_text_and_the_link(hook, outgoing, platform):
    message, got = send(hook, outgoing, platform)
    said = json.loads(got["body"])
    text = said["content"]["text"] if platform == "feishu" else said["text"]["content"]
    assert text == f"{message.text}\n{message.link}"
    assert said.get("msgtype", said.get("msg_type")) == "text"
    assert got["path"] == ADDRESS[platform] and got["id"] == message.id
    assert len(json.dumps(said, ensure_ascii=False).encode()) < 2048


def test_dingtalk_signs_as_its_documentation_says(hook, outgoing):
    """The sign is encoded once: the receiver decodes the query and compares with its own base64."""
    _, got = send(hook, outgoing, "dingtalk", secret=SECRET)
    query = {name: values[0] for name, values in parse_qs(urlsplit(got["path"]).query).items()}
    signed = f"{query['timestamp']}\n{SECRET}".encode()
    assert query["sign"] == base64.b64encode(hmac.digest(SECRET.encode(), signed, "sha256")).decode()
    assert SECRET not in json.dumps(got)


def test_feishu_signs_as_its_documentation_says(hook, outgoing):
    _, got = send(hook, outgoing, "feishu", secret=SECRET)
    said = json.loads(got["body"])
    key = f"{said['timestamp']}\n{SECRET}".encode()
    assert said["sign"] == base64.b64encode(hmac.digest(key, b"", "sha256")).decode()
    assert SECRET not in json.dumps(got)


# --- answers ---------------------------------------------------------------------------------------------------------

OK = ['200|{"errcode":0,"errmsg":"ok"}', '200|{"code":0}', '200|{"StatusCode":0,"StatusMessage":"success"}']
UNKNOWN = 777_777
LATER = {  # too fast, a fault over there, what the group's settings ask for, and what nobody knows yet
    "wecom": [-1, 45009, 45033, UNKNOWN],
    "dingtalk": [-1, 90030, 130101, 410100, 310000, UNKNOWN],
    "feishu": [11232, 19021, 19022, 19024, UNKNOWN],
}
NEVER = {"wecom": [40008], "dingtalk": [400105, 430101, 430104], "feishu": [9499]}
GONE = {
    "wecom": [93000, 93004, 93008],
    "dingtalk": [300005, 400013, 400101, 400102, 400106],
    "feishu": [19001],
}


def codes(listed):
    name = {"feishu": "code"}
    return [(p, f'200|{{"{name.get(p, "errcode")}":{code}}}') for p, each in listed.items() for code in each]


@pytest.mark.parametrize("answer", OK)
def test_zero_is_success_by_any_of_its_names(hook, outgoing, answer):
    hook.fail(answer)
    send(hook, outgoing, "feishu")


@pytest.mark.parametrize(("platform", "answer"), codes(LATER))
def test_200_with_a_code_that_may_pass_is_temporary(hook, outgoing, platform, answer):
    hook.fail(answer)
    with pytest.raises(Temporary):
        send(hook, outgoing, platform)


@pytest.mark.parametrize(("platform", "answer"), codes(NEVER))
def test_200_that_refuses_this_message_is_permanent(hook, outgoing, platform, answer):
    hook.fail(answer)
    with pytest.raises(Permanent) as told:
        send(hook, outgoing, platform)
    assert not told.value.gone


@pytest.mark.parametrize(("platform", "answer"), codes(GONE))
def test_200_that_says_there_is_no_such_robot_is_gone(hook, outgoing, platform, answer):
    hook.fail(answer)
    with pytest.raises(Permanent) as told:
        send(hook, outgoing, platform)
    assert told.value.gone


@pytest.mark.parametrize("platform", ALL)
@pytest.mark.parametrize("fault", ["500", "503", "429", "hang_up", "accept_and_hang_up", "200|ok", "200|[]", "200|{}"])
def test_what_may_pass_is_temporary(hook, outgoing, platform, fault):
    hook.fail(fault)
    with pytest.raises(Temporary) as told:
        send(hook, outgoing, platform)
    assert "abc123" not in str(told.value) and "693a91f6" not in str(told.value)


# --- the guard -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("platform", ALL)
def test_a_host_off_the_list_is_not_called(hook, settings, outgoing, platform):
    settings.OUTGOING_HOSTS = frozenset({"qyapi.weixin.qq.com"})
    before = len(hook.got())
    with pytest.raises(Permanent, match="LIANZHI_OUTGOING_HOSTS"):
        send(hook, outgoing, platform)
    assert len(hook.got()) == before


@pytest.mark.parametrize("platform", ALL)
def test_an_inner_address_is_not_called(hook, settings, outgoing, platform):
    settings.OUTGOING_PRIVATE = frozenset()
    before = len(hook.got())
    with pytest.raises(Permanent, match="LIANZHI_OUTGOING_PRIVATE"):
        send(hook, outgoing, platform)
    assert len(hook.got()) == before


@pytest.mark.parametrize("platform", ALL)
def test_a_redirect_is_not_followed(hook, outgoing, platform):
    hook.fail(f"307;Location={hook.url}/elsewhere")
    before = len(hook.got())
    with pytest.raises(Permanent, match="307"):
        send(hook, outgoing, platform)
    assert [line["path"] for line in hook.got()[before:]] == [ADDRESS[platform]]


@pytest.mark.parametrize("platform", ALL)
def test_a_robot_that_never_answers_is_given_up(hook, outgoing, monkeypatch, platform):
    monkeypatch.setattr("agencies.outgoing.web.PATIENCE_SECONDS", 0.3)
    hook.fail("silent")
    with pytest.raises(Temporary):
        send(hook, outgoing, platform)


@pytest.mark.parametrize("platform", ALL)
def test_the_library_itself_cannot_reach_the_network(hook, outgoing, monkeypatch, platform):
    """Whatever apprise would say to the real `requests` is an error, not a call."""
    for name in ("post", "get", "request", "Session"):
        monkeypatch.setattr(requests, name, None)
    send(hook, outgoing, platform)


@pytest.mark.parametrize("platform", ALL)
def test_a_plugin_uses_nothing_of_requests_but_what_is_guarded(platform):
    """A later apprise that calls otherwise is noticed here, before it fails over there."""
    module = import_module(f"apprise.plugins.{channel.ROBOTS[platform].plugin.partition('.')[0]}")
    tree = ast.parse(Path(inspect.getsourcefile(module)).read_text(encoding="utf-8"))
    used = {
        node.attr for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "requests"
    }  # fmt: skip
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    assert used == {"post", "codes", "RequestException"}
    assert not imported & {"urllib.request", "http.client", "socket", "urllib3", "httpx"}
    channel._plugin(platform)
    assert module.requests is channel._Guarded


# --- addresses, secrets, logs ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("platform", "address", "key"),
    [
        ("wecom", "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=abc-1_2", "abc-1_2"),
        ("wecom", "https://qyapi.weixin.qq.com/cgi-bin/webhook/send", ""),
        ("wecom", "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=a&key=b", ""),
        ("wecom", "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=a&x={key}", ""),
        ("wecom", "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=a b", ""),
        ("dingtalk", "https://oapi.dingtalk.com/robot/send?access_token=abc123", "abc123"),
        ("dingtalk", "https://oapi.dingtalk.com/robot/send?access_token=abc-123", ""),
        ("feishu", "https://open.feishu.cn/open-apis/bot/v2/hook/abc-123", "abc-123"),
        ("feishu", "https://open.feishu.cn/open-apis/bot/v2/hook/abc-123/", "abc-123"),
        ("feishu", "https://open.feishu.cn/open-apis/bot/v2/hook/abc-123?x=1", ""),
        ("feishu", "https://open.feishu.cn/", ""),
        ("feishu", "gopher://open.feishu.cn/abc", ""),
        ("feishu", "https://[::1/abc", ""),
    ],
)
def test_the_address_of_a_robot_is_known_by_its_form(outgoing, platform, address, key):
    assert channel.key_of(platform, address) == key
    if not key:
        with pytest.raises(Permanent) as told:
            channel.sender(platform)(outgoing(platform, address))
        assert not address or address not in str(told.value)


@pytest.mark.parametrize("platform", ALL)
@pytest.mark.parametrize("fault", ["", "500", '200|{"errcode":310000,"code":19021}', "hang_up"])
def test_no_key_and_no_secret_reaches_the_log(hook, outgoing, caplog, platform, fault):
    caplog.set_level(logging.DEBUG)
    hook.fail(*([fault] if fault else []))
    told = ""
    try:
        send(hook, outgoing, platform, secret="" if platform == "wecom" else SECRET)
    except (Temporary, Permanent) as refused:
        told = str(refused)
    assert SECRET not in told
    for secret in (SECRET, "693a91f6", "abc123DEF456", "c0ffee00"):
        assert secret not in caplog.text


@pytest.mark.parametrize("platform", ALL)
def test_a_secret_that_is_none_sends_nothing(hook, outgoing, platform):
    before = len(hook.got())
    with pytest.raises(Permanent) as told:
        send(hook, outgoing, platform, secret="not a secret!")
    assert len(hook.got()) == before and "not a secret" not in str(told.value)

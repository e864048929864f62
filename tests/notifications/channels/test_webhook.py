"""Webhooks: signed as the specification says, verified by its own library, and what each answer means."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta

import pytest
from standardwebhooks import Webhook
from standardwebhooks.webhooks import WebhookVerificationError

from audit import clock
from notifications.channels import webhook as channel
from notifications.channels.base import Permanent, Temporary

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
OTHER = "whsec_" + base64.b64encode(bytes(range(32))).decode()


@pytest.fixture
def hook(allowed, webhook_receiver):
    return webhook_receiver


def sent(hook, outgoing, **more):
    message = outgoing("webhook", f"{hook.url}/hook", **({"secret": SECRET} | more))
    channel.send(message)
    return message, hook.got()[-1]


# --- the specification's example (standard-webhooks/spec, symmetric signatures) ------------------------------------


def test_the_example_of_the_specification_comes_out_to_the_letter():
    """Id, time, body, secret and signature as the specification and the libraries of its authors print them."""
    at = datetime.fromtimestamp(1614265330, UTC)
    signature = Webhook(channel._key(SECRET)).sign("msg_p5jXN8AQM9LWM0D4loKWxJek", at, '{"test": 2432232314}')
    assert signature == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_headers_sign_id_time_and_body_by_hand(outgoing, monkeypatch):
    """Without the library: HMAC-SHA256 over `id.timestamp.body` with the decoded secret."""
    import hmac

    monkeypatch.setattr(clock, "real_now", lambda: datetime.fromtimestamp(1614265330.9, UTC))
    message = outgoing("webhook", "https://hooks.city.cn/", secret=OTHER)
    body = channel.composed(message)
    made = channel.headers(message, body)
    signed = f"{message.id}.1614265330.{body}".encode()
    by_hand = base64.b64encode(hmac.digest(bytes(range(32)), signed, "sha256")).decode()
    assert made["webhook-signature"] == f"v1,{by_hand}"
    assert made["webhook-timestamp"] == "1614265330" and made["webhook-id"] == message.id


# --- over the wire ---------------------------------------------------------------------------------------------------


def test_what_arrives_is_verified_by_the_library_of_the_receiver(hook, outgoing):
    message, got = sent(hook, outgoing)
    content = Webhook(SECRET).verify(got["body"], got["headers"])
    assert content == {
        "type": "task.opened",
        "timestamp": "2026-11-26T02:30:00+00:00",
        "data": {
            "number": "CZ-2026-000123",
            "kind": "site_check",
            "stage": "verifying",
            "action": "open_case",
            "deadline": "2026-11-30T10:00:00+00:00",
            "link": message.link,
        },
    }
    assert got["id"] == message.id and got["headers"]["content-type"] == "application/json"


def test_tampering_is_noticed_and_so_is_an_old_copy(hook, outgoing, monkeypatch):
    _, got = sent(hook, outgoing)
    verify = Webhook(SECRET).verify
    changed = {
        "webhook-id": "msg_other",
        "webhook-timestamp": str(int(got["headers"]["webhook-timestamp"]) + 1),
        "webhook-signature": "v1," + base64.b64encode(bytes(32)).decode(),
    }
    for name, value in changed.items():
        with pytest.raises(WebhookVerificationError):
            verify(got["body"], got["headers"] | {name: value})
    with pytest.raises(WebhookVerificationError):
        verify(got["body"].replace("CZ-2026-000123", "CZ-2026-000124"), got["headers"])
    with pytest.raises(WebhookVerificationError):
        Webhook(OTHER).verify(got["body"], got["headers"])
    # Replayed after the five minutes that receivers allow: the time is signed and cannot be freshened.
    monkeypatch.setattr(clock, "real_now", lambda: datetime.now(UTC) - timedelta(minutes=6))
    _, old = sent(hook, outgoing)
    with pytest.raises(WebhookVerificationError, match="too old"):
        verify(old["body"], old["headers"])


def test_each_attempt_has_its_own_time_and_the_same_id(hook, outgoing, monkeypatch):
    message = outgoing("webhook", f"{hook.url}/hook", secret=SECRET)
    later = datetime.now(UTC) + timedelta(minutes=2)
    channel.send(message)
    monkeypatch.setattr(clock, "real_now", lambda: later)
    channel.send(message)
    first, second = hook.got()[-2:]
    assert first["headers"]["webhook-timestamp"] != second["headers"]["webhook-timestamp"]
    assert first["id"] == second["id"] and first["body"] == second["body"]
    assert [first["fresh"], second["fresh"]] == [True, False]
    Webhook(SECRET).verify(second["body"], second["headers"])


def test_during_a_rotation_both_secrets_verify_and_afterwards_one(hook, outgoing):
    _, got = sent(hook, outgoing, secret=f"{OTHER} {SECRET}")
    assert len(got["headers"]["webhook-signature"].split()) == 2
    for secret in (SECRET, OTHER):
        Webhook(secret).verify(got["body"], got["headers"])
    _, got = sent(hook, outgoing, secret=OTHER)
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(got["body"], got["headers"])


@pytest.mark.parametrize(
    "secret", ["", "plain", "whsec_", "whsec_c2hvcnQ=", "whsec_***", SECRET.removeprefix("whsec_")]
)
def test_a_secret_that_is_none_sends_nothing_and_is_not_repeated(hook, outgoing, secret):
    before = len(hook.got())
    with pytest.raises(Permanent) as told:
        sent(hook, outgoing, secret=secret)
    assert len(hook.got()) == before and (not secret or secret not in str(told.value))


# --- answers ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", ["200|any", "201|", "204|", "202|x"])
def test_every_2xx_is_success(hook, outgoing, fault):
    hook.fail(fault)
    sent(hook, outgoing)


@pytest.mark.parametrize(
    ("fault", "wait"),
    [
        ("500", None), ("502", None), ("408", None), ("425", None), ("hang_up", None), ("accept_and_hang_up", None),
        ("429;Retry-After=7", 7), ("503;Retry-After=120", 120), ("503;Retry-After=soon", None),
        ("503;Retry-After=-5", None), ("429;Retry-After=99999999999999999999", 6 * 3600),
        ("503;Retry-After=Wed, 21 Oct 2015 07:28:00 GMT", 0), ("503;Retry-After=Fri, 31 Dec 2099 23:59:59 GMT", 21600),
    ],
)  # fmt: skip
def test_what_may_pass_is_temporary_and_the_wish_to_wait_is_kept(hook, outgoing, fault, wait):
    hook.fail(fault)
    with pytest.raises(Temporary) as told:
        sent(hook, outgoing)
    assert told.value.retry_after == (None if wait is None else timedelta(seconds=wait))


@pytest.mark.parametrize("fault", ["400", "401", "404", "413", "422", "301;Location=http://169.254.169.254/", "307"])
def test_the_rest_is_permanent(hook, outgoing, fault):
    hook.fail(fault)
    with pytest.raises(Permanent, match=fault[:3]) as told:
        sent(hook, outgoing)
    assert not told.value.gone


def test_410_says_that_the_endpoint_is_gone(hook, outgoing):
    hook.fail("410")
    with pytest.raises(Permanent) as told:
        sent(hook, outgoing)
    assert told.value.gone


def test_a_receiver_that_never_answers_is_given_up(hook, outgoing, monkeypatch):
    monkeypatch.setattr("agencies.outgoing.web.PATIENCE_SECONDS", 0.3)
    hook.fail("silent")
    with pytest.raises(Temporary):
        sent(hook, outgoing)


# --- where it may go -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    [
        "https://elsewhere.cn/hook",
        "https://169.254.169.254/",
        "file:///etc/passwd",
        "https://127.0.0.1:x/",
        "",
        "https://",
    ],
)
def test_a_host_that_nobody_named_is_not_called(allowed, outgoing, address):
    with pytest.raises(Permanent):
        channel.send(outgoing("webhook", address, secret=SECRET))


def test_an_inner_address_behind_a_named_host_is_not_called(hook, settings, outgoing):
    settings.OUTGOING_PRIVATE = frozenset()
    before = len(hook.got())
    with pytest.raises(Permanent, match="LIANZHI_OUTGOING_PRIVATE"):
        sent(hook, outgoing)
    assert len(hook.got()) == before


def test_outside_the_demo_only_https_is_spoken(hook, settings, outgoing):
    settings.DEMO = False
    before = len(hook.got())
    with pytest.raises(Permanent, match="https"):
        sent(hook, outgoing)
    assert len(hook.got()) == before


# --- what it says ----------------------------------------------------------------------------------------------------


def test_whatever_a_payload_may_carry_one_day_only_the_listed_members_leave(outgoing):
    payload = {
        "number": "CZ-2026-000123",
        "by": 7,
        "assignee": 9,
        "holder": "张伟",
        "phone": "13912345678",
        "roles": ["handler"],
        "label_zh": {"nested": "张伟"},
        "stage": ["张伟"],
        "kind": "张" * 121,
        "step": 2,
        "late": True,
        "count": 3,
    }
    data = json.loads(channel.composed(outgoing("webhook", "https://x/", payload=payload, text="张伟 13912345678")))[
        "data"
    ]
    link = "https://lianzhi.city.gov.cn/cases/CZ-2026-000123/"
    assert data == {"number": "CZ-2026-000123", "step": 2, "late": True, "count": 3, "link": link}

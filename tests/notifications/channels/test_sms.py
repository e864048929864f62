"""Text messages through a gateway process: their length, the key of idempotency, and what its codes mean."""

from __future__ import annotations

import hmac
import json
from urllib.parse import parse_qs

import pytest

from notifications.channels import sms as channel
from notifications.channels.base import Permanent, Temporary
from tests.notifications.channels.conftest import gateway

TO = "13912345678"


def test_one_call_with_signature_text_link_and_the_id_twice(sms, outgoing):
    message = outgoing("sms", TO)
    channel.send(message)
    got = sms.got()[-1]
    assert got["id"] == message.id and got["fresh"]
    said = json.loads(got["body"])
    assert said == {
        "account": "lianzhi",
        "mobile": TO,
        "content": f"【某市发改委】{message.text} {message.link}",
        "request_id": message.id,
    }
    assert got["headers"]["authorization"] == "Bearer the-key-of-the-gateway"


def test_a_gateway_may_want_a_form_with_names_and_a_key_of_its_own(sms, settings, outgoing):
    fields = {"number": "phone", "text": "msg", "id": "out_id"}
    settings.SMS = gateway(f"{sms.url}/v2", form=True, fields=fields, proof="field:apikey")
    message = outgoing("sms", TO)
    channel.send(message)
    got = sms.got()[-1]
    said = {name: values[0] for name, values in parse_qs(got["body"]).items()}
    assert said["phone"] == TO and said["out_id"] == message.id and said["apikey"] == "the-key-of-the-gateway"
    assert said["msg"].startswith("【某市发改委】") and "authorization" not in got["headers"]
    assert got["headers"]["content-type"] == "application/x-www-form-urlencoded"


def test_a_gateway_may_want_the_call_signed(sms, settings, outgoing):
    settings.SMS = gateway(f"{sms.url}/v3", proof="hmac")
    message = outgoing("sms", TO)
    channel.send(message)
    got = sms.got()[-1]
    signed = f"{message.id}.{got['headers']['x-timestamp']}.{got['body']}".encode()
    assert got["headers"]["x-signature"] == hmac.digest(b"the-key-of-the-gateway", signed, "sha256").hex()
    assert "the-key-of-the-gateway" not in json.dumps(got)


# --- length ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("length", "parts"), [(1, 1), (70, 1), (71, 2), (134, 2), (135, 3), (201, 3), (202, 4)])
def test_parts_are_counted_as_telephones_count(length, parts):
    assert channel.parts("字" * length) == parts
    assert channel.parts("😀" * (length // 2) + "字" * (length % 2)) == parts, "an emoji is two units"


@pytest.mark.parametrize("most", [1, 2, 3])
@pytest.mark.parametrize("length", [5, 30, 45, 60, 61, 62, 63, 64, 100, 200, 1000])
@pytest.mark.parametrize("link", ["https://l.cn/1", "https://lianzhi.city.gov.cn/cases/CZ-2026-000123/"])
def test_no_text_takes_more_parts_than_the_operator_allows(outgoing, most, length, link):
    text = channel.composed(gateway("https://x/", most_parts=most), outgoing("sms", TO, text="期" * length, link=link))
    assert channel.parts(text) <= most
    assert text.startswith("【某市发改委】期")
    assert text.count("期") == length or "…" in text
    assert link in text or (most == 1 and link.startswith("https://lianzhi")), "a link is whole or not there"
    assert "https" not in text.replace(link, ""), "no half of a link"


def test_line_breaks_and_control_characters_become_spaces(outgoing):
    message = outgoing("sms", TO, text="一\r\n二\t三\x00四\u2028五")
    text = channel.composed(gateway("https://x/"), message)
    assert text == f"【某市发改委】一 二 三 四 五 {message.link}"


# --- answers ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", ["accept_and_hang_up", "accept_and_die"])
def test_a_message_that_was_taken_and_not_answered_is_one_message_when_it_comes_again(sms, outgoing, fault):
    message = outgoing("sms", TO)
    sms.fail(fault)
    with pytest.raises(Temporary):
        channel.send(message)
    if fault == "accept_and_die":
        sms.wait()
        sms.restart()
    channel.send(message)
    assert len([line for line in sms.got() if line["id"] == message.id and line["kept"]]) == 2
    assert sms.effects().count(message.id) == 1


@pytest.mark.parametrize(
    "fault",
    ["500", "503", "429", "401", "403", "hang_up", '200|{"code":-1}', '200|{"code":"busy"}', "200|not json", "200|[]",
     "200|{}", '200|{"code":true}', '200|{"code":null}'],
)  # fmt: skip
def test_what_may_pass_is_temporary(sms, outgoing, fault):
    sms.fail(fault)
    with pytest.raises(Temporary) as told:
        channel.send(outgoing("sms", TO))
    assert TO not in str(told.value) and "the-key" not in str(told.value)


@pytest.mark.parametrize(
    "fault", ["400", "404", "302;Location=http://x/", '200|{"code":5}', '200|{"code":"13912345678 no"}']
)
def test_what_is_refused_for_good_is_permanent(sms, outgoing, fault):
    sms.fail(fault)
    with pytest.raises(Permanent) as told:
        channel.send(outgoing("sms", TO))
    assert TO not in str(told.value)


def test_200_with_any_accepted_code_is_taken(sms, settings, outgoing):
    settings.SMS = gateway(f"{sms.url}/send", code_field="status", accepted=frozenset({"OK", "200"}))
    for fault in ('200|{"status":"OK"}', '200|{"status":200}'):
        sms.fail(fault)
        channel.send(outgoing("sms", TO))


@pytest.mark.parametrize(
    "number", ["", "abc", "139 1234 5678", "13912345678,13800000000", "1234", "13912345678\r\nX: y"]
)
def test_a_number_that_is_none_never_reaches_the_gateway(sms, outgoing, number):
    before = len(sms.got())
    with pytest.raises(Permanent):
        channel.send(outgoing("sms", number))
    assert len(sms.got()) == before


def test_without_a_gateway_or_off_the_list_nothing_goes_out(sms, settings, outgoing):
    before = len(sms.got())
    settings.OUTGOING_HOSTS = frozenset()
    with pytest.raises(Permanent, match="LIANZHI_OUTGOING_HOSTS"):
        channel.send(outgoing("sms", TO))
    settings.SMS = None
    with pytest.raises(Permanent, match="LIANZHI_SMS_URL"):
        channel.send(outgoing("sms", TO))
    assert len(sms.got()) == before

"""Whom a message goes to, and what the network says of them, stays here: no problem, log or traceback names them."""

from __future__ import annotations

import logging

import pytest

from notifications.channels import answers, mail, sms
from notifications.channels.base import Permanent, Temporary
from tests.notifications.channels.conftest import gateway
from tests.notifications.channels.test_mail import TO, channel_settings

SAYS = "10.0.0.7:8443 hung up, ?key=canary"


def down(*_args, **_more):
    raise ConnectionResetError(SAYS)


def test_of_a_failed_call_only_the_kind_is_told(monkeypatch):
    monkeypatch.setattr(answers, "call", down)
    with pytest.raises(Temporary, match="ConnectionResetError") as told:
        answers.post("https://hooks.city.gov.cn/", b"", {})
    assert SAYS not in str(told.value)


def test_of_a_mail_server_that_cannot_be_reached_as_well(monkeypatch, settings, outgoing):
    settings.MAIL = channel_settings(25)
    monkeypatch.setattr(mail, "open_connection", down)
    with pytest.raises(Temporary, match="ConnectionResetError") as told:
        mail.send(outgoing("email", TO))
    assert SAYS not in str(told.value)


def test_a_message_that_is_printed_shows_neither_its_address_nor_its_secret(outgoing):
    printed = repr(outgoing("sms", "13912345678", secret="whsec_canary"))
    assert "site_check" in printed
    assert "13912345678" not in printed and "whsec_canary" not in printed


@pytest.mark.parametrize("fault", ["", "500", '200|{"code":5}', '200|{"code":"13912345678"}', "hang_up", "silent"])
def test_no_number_of_a_person_reaches_a_log(sms_receiver, allowed, settings, outgoing, caplog, monkeypatch, fault):
    settings.SMS = gateway(f"{sms_receiver.url}/send")
    monkeypatch.setattr("agencies.outgoing.web.PATIENCE_SECONDS", 0.5)
    caplog.set_level(logging.DEBUG)
    sms_receiver.fail(*([fault] if fault else []))
    told = ""
    try:
        sms.send(outgoing("sms", "13912345678"))
    except (Temporary, Permanent) as refused:
        told = str(refused)
    assert bool(told) == bool(fault)
    assert "13912345678" not in caplog.text + told

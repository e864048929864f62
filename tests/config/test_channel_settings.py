"""The settings of mail and SMS: what is missing or wrong stops the start with one sentence, without a secret in it."""

from __future__ import annotations

import pytest

from config.env import Env, SettingError
from config.settings.channels import mail_server, sms_gateway

MAIL = {"LIANZHI_SMTP_HOST": "mail.city.gov.cn", "LIANZHI_MAIL_FROM": "联治 <lz@city.gov.cn>"}
SMS = {"LIANZHI_SMS_URL": "https://sms.city.gov.cn/send?app=1", "LIANZHI_SMS_SIGN": "【某市发改委】"}


def test_without_a_host_nothing_is_sent():
    assert mail_server(Env({})) is None and sms_gateway(Env({})) is None


@pytest.mark.parametrize(("tls", "port"), [("starttls", 587), ("tls", 465), ("none", 25)])
def test_the_port_follows_from_the_kind_of_tls(tls, port):
    assert mail_server(Env(MAIL | {"LIANZHI_SMTP_TLS": tls})).port == port


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"LIANZHI_SMTP_HOST": "mail.city.gov.cn:25"}, "without a port"),
        ({"LIANZHI_SMTP_USER": "lz"}, "belong together"),
        ({"LIANZHI_SMTP_PASSWORD": "s3cret-word"}, "belong together"),
        ({"LIANZHI_SMTP_USER": "lz", "LIANZHI_SMTP_PASSWORD": "s3cret-word", "LIANZHI_SMTP_TLS": "none"}, "starttls"),
        ({"LIANZHI_MAIL_FROM": ""}, "not set"),
        ({"LIANZHI_MAIL_FROM": "lz"}, "write an address"),
        ({"LIANZHI_MAIL_FROM": "a@b.cn\nBcc: c@d.cn"}, "write an address"),
        ({"LIANZHI_SMTP_TIMEOUT": "0"}, "from 1 to 60"),
    ],
)
def test_wrong_mail_settings_say_what_to_write(more, says):
    with pytest.raises(SettingError, match=says) as told:
        mail_server(Env(MAIL | more))
    assert "s3cret-word" not in str(told.value)


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"LIANZHI_SMS_URL": "http://sms.city.gov.cn/?key=s3cret-word"}, "https://HOST/PATH"),
        ({"LIANZHI_SMS_URL": "https://a:b@sms.city.gov.cn/s3cret-word"}, "https://HOST/PATH"),
        ({"LIANZHI_SMS_URL": "https://sms:x/s3cret-word"}, "https://HOST/PATH"),
        ({"LIANZHI_SMS_SIGN": ""}, "not set"),
        ({"LIANZHI_SMS_SIGN": "某" * 17}, "at most 16"),
        ({"LIANZHI_SMS_SIGN": "某【市"}, "at most 16"),
        ({"LIANZHI_SMS_PROOF": "hmac"}, "belong together"),
        ({"LIANZHI_SMS_KEY": "s3cret-word", "LIANZHI_SMS_PROOF": "none"}, "belong together"),
        ({"LIANZHI_SMS_KEY": "s3cret-word", "LIANZHI_SMS_PROOF": "basic"}, "bearer"),
        ({"LIANZHI_SMS_FIELDS": "to=mobile"}, "none of number"),
        ({"LIANZHI_SMS_FORMAT": "xml"}, "one of json, form"),
        ({"LIANZHI_SMS_PARTS": "11"}, "from 1 to 10"),
    ],
)
def test_wrong_sms_settings_say_what_to_write(more, says):
    with pytest.raises(SettingError, match=says) as told:
        sms_gateway(Env(SMS | more))
    assert "s3cret-word" not in str(told.value)


def test_what_a_gateway_is_told_and_how_its_answers_are_read():
    found = sms_gateway(
        Env(
            SMS
            | {
                "LIANZHI_SMS_FIELDS": "number=phone,id=out_id",
                "LIANZHI_SMS_FIXED": "account=lz,template=7",
                "LIANZHI_SMS_KEY": "s3cret-word",
                "LIANZHI_SMS_ACCEPTED": "0,OK",
                "LIANZHI_SMS_LATER": "-1",
            }
        )
    )
    assert found.fields == {"number": "phone", "text": "content", "id": "out_id"}
    assert found.fixed == {"account": "lz", "template": "7"} and found.sign == "某市发改委"
    assert found.proof == "bearer" and found.accepted == {"0", "OK"} and found.later == {"-1"}
    assert sms_gateway(Env(SMS | {"LIANZHI_SMS_URL": "http://127.0.0.1:1/"}), plain=True) is not None

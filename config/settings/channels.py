"""The typed settings of the channels that the whole installation shares: the mail server and the SMS gateway."""

from __future__ import annotations

import re
from email.utils import parseaddr
from typing import NamedTuple
from urllib.parse import urlsplit

from config.env import HOST, Env, SettingError

_MAIL = re.compile(r"[^\s@<>,;:\"()\[\]\\]+@[\w-]+(\.[\w-]+)*")
# Ours → what it is mostly called over there.
SMS_FIELDS = {"number": "mobile", "text": "content", "id": "request_id"}
LONGEST_SMS_SIGN = 16


class MailServer(NamedTuple):
    """Where mail is handed in. `tls`: `starttls` (587), `tls` from the first byte (465), `none` inside a network."""

    host: str
    port: int
    tls: str
    user: str
    password: str
    sender: str
    timeout: int


class SmsGateway(NamedTuple):
    """A gateway that takes one text message by HTTP.

    `fields`: its names for number, text, id; `fixed`: members that are the same in every call. `proof`: how `key`
    shows who calls (`bearer`, `field:NAME`, `hmac`, `none`). `code_field` of the answer is one of `accepted` where the
    message was taken, one of `later` where it may be sent again; any other code is final.
    """

    url: str
    form: bool
    fields: dict[str, str]
    fixed: dict[str, str]
    key: str
    proof: str
    sign: str
    most_parts: int
    code_field: str
    accepted: frozenset[str]
    later: frozenset[str]


def mail_server(env: Env) -> MailServer | None:
    """`LIANZHI_SMTP_…`; None where no host is named: nothing is mailed then."""
    host = env.get("LIANZHI_SMTP_HOST")
    if host is None:
        return None
    if not HOST.fullmatch(host) or host.startswith("."):
        raise SettingError(f"LIANZHI_SMTP_HOST is “{host}”; write the name of the mail server, without a port.")
    tls = env.choice("LIANZHI_SMTP_TLS", "starttls", ("starttls", "tls", "none"))
    user, password = env.text("LIANZHI_SMTP_USER", ""), env.text("LIANZHI_SMTP_PASSWORD", "")
    if bool(user) != bool(password):
        raise SettingError("LIANZHI_SMTP_USER and LIANZHI_SMTP_PASSWORD belong together; write both or none.")
    if user and tls == "none":
        raise SettingError("LIANZHI_SMTP_TLS is none, but there is a password; write starttls or tls.")
    sender = env.required("LIANZHI_MAIL_FROM", write="the address that mail comes from, such as 联治 <lz@city.gov.cn>")
    if not _MAIL.fullmatch(parseaddr(sender)[1]) or not sender.isprintable():
        raise SettingError(f"LIANZHI_MAIL_FROM is “{sender}”; write an address, such as 联治 <lz@city.gov.cn>.")
    port = env.integer("LIANZHI_SMTP_PORT", {"starttls": 587, "tls": 465, "none": 25}[tls], minimum=1, maximum=65535)
    timeout = env.integer("LIANZHI_SMTP_TIMEOUT", 20, minimum=1, maximum=60)
    return MailServer(host, port, tls, user, password, sender, timeout)


def sms_gateway(env: Env, *, plain: bool = False) -> SmsGateway | None:
    """`LIANZHI_SMS_…`; None where no address is named: no text message is sent then. `plain`: http is allowed."""
    url = env.get("LIANZHI_SMS_URL")
    if url is None:
        return None
    _check_url(url, plain=plain)
    key, proof = (
        env.text("LIANZHI_SMS_KEY", ""),
        env.text("LIANZHI_SMS_PROOF", "bearer" if env.get("LIANZHI_SMS_KEY") else "none"),
    )
    if not re.fullmatch(r"none|bearer|hmac|field:[A-Za-z_][\w.-]{0,63}", proof):
        raise SettingError(f"LIANZHI_SMS_PROOF is “{proof}”; write none, bearer, hmac or field:NAME.")
    if (proof == "none") != (not key):
        raise SettingError("LIANZHI_SMS_KEY and LIANZHI_SMS_PROOF belong together; write both or none.")
    sign = env.required("LIANZHI_SMS_SIGN", write="the registered signature without its brackets, such as 某市发改委")
    sign = sign.strip("【】 ")
    if not sign or len(sign) > LONGEST_SMS_SIGN or not sign.isprintable() or set(sign) & set("【】"):
        raise SettingError(f"LIANZHI_SMS_SIGN is “{sign}”; write at most {LONGEST_SMS_SIGN} characters.")
    return SmsGateway(
        url=url,
        form=env.choice("LIANZHI_SMS_FORMAT", "json", ("json", "form")) == "form",
        fields=_fields(env),
        fixed=env.pairs("LIANZHI_SMS_FIXED"),
        key=key,
        proof=proof,
        sign=sign,
        most_parts=env.integer("LIANZHI_SMS_PARTS", 2, minimum=1, maximum=10),
        code_field=env.text("LIANZHI_SMS_CODE_FIELD", "code"),
        accepted=frozenset(env.words("LIANZHI_SMS_ACCEPTED", ("0",))),
        later=frozenset(env.words("LIANZHI_SMS_LATER")),
    )


def _check_url(url: str, *, plain: bool) -> None:
    try:
        parts = urlsplit(url)
        known = bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        known = False
    # The address may carry a key in its query and is not repeated.
    if not known or parts.username or parts.scheme not in ({"https", "http"} if plain else {"https"}):
        raise SettingError("LIANZHI_SMS_URL is no address that can be called; write https://HOST/PATH.")


def _fields(env: Env) -> dict[str, str]:
    named = env.pairs("LIANZHI_SMS_FIELDS")
    if unknown := sorted(set(named) - set(SMS_FIELDS)):
        raise SettingError(
            f"LIANZHI_SMS_FIELDS names “{unknown[0]}”, which is none of {', '.join(SMS_FIELDS)}; "
            "write OURS=THEIRS, such as number=phone,text=message,id=out_id."
        )
    return SMS_FIELDS | named

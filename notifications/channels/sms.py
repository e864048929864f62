"""Text messages: one call to the gateway for each, with the delivery's id as the key of idempotency."""

from __future__ import annotations

import hmac
import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.conf import settings

from agencies.outgoing import Answer
from audit import clock
from notifications.channels.answers import epoch, judge, post
from notifications.channels.base import Outgoing, Permanent, Temporary
from notifications.channels.wire import one_line

# A single message of UCS-2 text; of a longer one each part gives three to its header (3GPP TS 23.040 9.2.3.24.1).
ONE_PART, EACH_PART = 70, 67
_CODE = re.compile(r"-?[0-9]{1,6}|[A-Za-z_][A-Za-z0-9_.-]{0,30}")
_NUMBER = re.compile(r"\+?[0-9]{5,15}")


def send(message: Outgoing) -> None:
    """Hand it to the gateway. Raises Temporary, Permanent."""
    gateway = settings.SMS
    if gateway is None:
        raise Permanent("未设置短信网关（LIANZHI_SMS_URL）", "no SMS gateway is set (LIANZHI_SMS_URL)")
    if not _NUMBER.fullmatch(message.address):
        raise Permanent("手机号码不可用", "the mobile number cannot be used")
    body, headers = request(gateway, message, composed(gateway, message))
    answer = post(gateway.url, body, headers)
    if answer.status in {401, 403}:
        # Our key, not this message: whoever keeps the settings has three days.
        raise Temporary(f"HTTP {answer.status}：短信网关拒绝本系统", f"HTTP {answer.status}: the gateway refuses us")
    judge(answer)
    _judge(gateway, answer)


def composed(gateway: Any, message: Outgoing) -> str:
    """【签名】, the text and its link, in at most the parts that the operator allows; the text alone is cut."""
    sign, link, text = f"【{gateway.sign}】", f" {message.link}", one_line(message.text)
    room = most_units(gateway.most_parts) - units(sign)
    # Of a link that leaves no place for the sentence nobody has anything.
    link = link if units(link) < room // 2 else ""
    room -= units(link)
    if units(text) > room:
        while units(text) > room - 1:
            text = text[:-1]
        text += "…"
    return f"{sign}{text}{link}"


def units(text: str) -> int:
    """How many 16-bit units it takes: what a telephone counts."""
    return len(text.encode("utf-16-be")) // 2


def most_units(parts: int) -> int:
    """How many units fit into so many parts."""
    return ONE_PART if parts == 1 else parts * EACH_PART


def parts(text: str) -> int:
    """How many messages the gateway makes, and charges for, out of a text."""
    length = units(text)
    return 1 if length <= ONE_PART else -(-length // EACH_PART)


def request(gateway: Any, message: Outgoing, text: str) -> tuple[bytes, dict[str, str]]:
    """Body and headers as this gateway wants them."""
    values = {"number": message.address, "text": text, "id": message.id}
    members = {**gateway.fixed, **{gateway.fields[ours]: value for ours, value in values.items()}}
    headers = {"Idempotency-Key": message.id}
    if gateway.proof.startswith("field:"):
        members[gateway.proof.removeprefix("field:")] = gateway.key
    if gateway.form:
        body, headers["Content-Type"] = urlencode(members).encode(), "application/x-www-form-urlencoded"
    else:
        body, headers["Content-Type"] = json.dumps(members, ensure_ascii=False).encode(), "application/json"
    if gateway.proof == "bearer":
        headers["Authorization"] = f"Bearer {gateway.key}"
    if gateway.proof == "hmac":
        at = str(epoch(clock.real_now()))
        signed = b".".join((message.id.encode(), at.encode(), body))
        headers["X-Timestamp"] = at
        headers["X-Signature"] = hmac.digest(gateway.key.encode(), signed, "sha256").hex()
    return body, headers


def _judge(gateway: Any, answer: Answer) -> None:
    """2xx says that the call came in; the code inside says whether the message was taken."""
    try:
        said = json.loads(answer.content)
    except ValueError:
        said = None
    code = said.get(gateway.code_field) if isinstance(said, Mapping) else None
    if isinstance(code, bool) or not isinstance(code, str | int):
        raise Temporary("短信网关的答复没有结果码", "the answer of the gateway holds no code")
    if str(code) in gateway.accepted:
        return
    # A gateway may put anything there, also the number that it did not like.
    shown = str(code) if _CODE.fullmatch(str(code)) else "?"
    if str(code) in gateway.later:
        raise Temporary(f"短信网关答复 {shown}：暂不能发送", f"the gateway answers {shown}: not now")
    raise Permanent(f"短信网关答复 {shown}：不予发送", f"the gateway answers {shown}: never")

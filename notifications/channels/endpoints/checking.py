"""What may be entered for an endpoint. Each refusal says what to do; none repeats an address or a secret."""

from __future__ import annotations

from collections.abc import Sequence

from agencies.errors import BadInput
from agencies.outgoing import OutgoingRefused, check_address
from notifications.channels.endpoints.model import CHANNELS
from notifications.channels.robots import ROBOTS, key_of, secret_fits
from notifications.choices.kinds import GROUPS

LONGEST_NAME, LONGEST_URL = 40, 1_000


def check_name(typed: str) -> str:
    """What the agency calls it. Raises BadInput."""
    name = typed.strip()
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise BadInput(
            f"请填写名称，如“能源处工作群”，不超过 {LONGEST_NAME} 个字。",
            f"Name it, in at most {LONGEST_NAME} characters.",
            field="name",
        )
    return name


def check_topics(typed: Sequence[str]) -> list[str]:
    """In the order of the list. Raises BadInput."""
    topics = [code for code in GROUPS if code in typed]
    if not topics or set(typed) - set(GROUPS):
        raise BadInput("请至少选择一类事项。", "Choose at least one kind of message.", field="topics")
    return topics


def check_address_of(channel: str, url: str) -> str:
    """The host of an address that may be called. Raises BadInput."""
    if channel not in CHANNELS:
        raise BadInput("请选择渠道种类。", "Choose the kind of channel.", field="channel")
    try:
        parts, host = check_address(url)
    except OutgoingRefused as refused:
        raise BadInput(
            f"这个地址不能使用：{refused.zh}。请核对地址，或请系统运维人员将主机列入 LIANZHI_OUTGOING_HOSTS。",
            f"This address cannot be used: {refused.en}. Check it, or ask the operator to name the host there.",
            field="url",
        ) from refused
    plain = len(url) <= LONGEST_URL and url.isascii() and url.isprintable() and " " not in url
    if not plain or parts.username is not None or parts.fragment:
        raise BadInput(
            "地址须为 https://主机/路径 的形式，不含空格、用户名和 #。",
            "Write https://HOST/PATH without spaces, a user name or #.",
            field="url",
        )
    if channel in ROBOTS and not key_of(channel, url):
        raise BadInput(
            "这不是该平台群机器人的地址。请在群设置中复制机器人的 Webhook 地址，整段粘贴。",
            "This is no address of such a robot; copy its webhook address from the settings of the group.",
            field="url",
        )
    return host


def check_secret(channel: str, typed: str) -> str:
    """A robot's own secret; empty for none. Raises BadInput."""
    secret = typed.strip()
    if not secret_fits(channel, secret):
        raise BadInput(
            "密钥不可用：企业微信机器人没有密钥；钉钉、飞书的密钥为机器人安全设置中“签名校验”一栏的整串字符。",
            "This secret cannot be used: robots of WeCom have none; copy that of the signature check of the others.",
            field="secret",
        )
    return secret

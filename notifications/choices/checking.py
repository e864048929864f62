"""What was typed about contacts and choices, judged: pure. A refusal says what to do and names the field."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from datetime import time
from typing import Final

from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator

from agencies.errors import BadInput
from notifications.choices.kinds import CHANNELS, DIGEST, EMAIL, GROUPS, OFF, SMS, Group
from notifications.choices.planning import LONGEST_QUIET, Choice, Quiet

_MOBILE: Final = re.compile(r"1[3-9][0-9]{9}")
_TIME: Final = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")
LONGEST_ADDRESS: Final = 254


def contact(channel: str, typed: str) -> str:
    """The address or number as it is kept. Raises BadInput."""
    value = unicodedata.normalize("NFKC", typed).strip()
    if channel == SMS:
        number = re.sub(r"[ \-()]", "", value)
        number = re.sub(r"^(\+|00)?86(?=1)", "", number)
        if not _MOBILE.fullmatch(number):
            raise BadInput(
                "请填写 11 位的大陆手机号码。", "Give a mobile number of the mainland, eleven digits.", field=channel
            )
        return number
    if channel == EMAIL:
        try:
            EmailValidator()(value)
        except ValidationError:
            value = ""
        if not value or len(value) > LONGEST_ADDRESS or not value.isascii():
            raise BadInput(
                "请填写完整的邮箱地址，如 name@example.gov.cn。", "Give a whole mail address.", field=channel
            )
        local, _, domain = value.rpartition("@")
        return f"{local}@{domain.lower()}"
    raise BadInput("没有这个渠道。", "There is no such channel.", field="channel")


def masked(channel: str, value: str) -> str:
    """What a page shows of it."""
    if channel == SMS:
        return f"{value[:3]}****{value[-4:]}"
    local, _, domain = value.rpartition("@")
    return f"{local[:1]}***@{domain}"


def choices(typed: Mapping[str, tuple[str, Sequence[str]]], confirmed: Collection[str]) -> dict[str, Choice]:
    """The choice of each group (mode, channels). Raises BadInput for one that the group does not have."""
    return {code: _choice(GROUPS[code], *typed[code], confirmed) for code in GROUPS if code in typed}


def _choice(group: Group, mode: str, channels: Sequence[str], confirmed: Collection[str]) -> Choice:
    if group.why is not None and (mode == OFF or mode not in group.modes):
        raise BadInput(
            f"“{group.name.zh}”不能这样设置：{group.why.zh}。",
            f"{group.name.en}: {group.why.en}.",
            field=group.code,
            code="cannot_switch_off",
        )
    wanted = tuple(channel for channel in CHANNELS if channel in channels)
    if mode not in group.modes or set(channels) - set(CHANNELS):
        raise BadInput("没有这个选项，请重新选择。", "There is no such choice; choose again.", field=group.code)
    # What may be switched off needs no mail to be kept: whoever has none reads it in the inbox.
    if group.must and mode == DIGEST and EMAIL not in confirmed:
        raise BadInput(
            f"“{group.name.zh}”选了每日汇总：汇总以邮件发送，请先确认邮箱。",
            f"{group.name.en}: the digest is a mail; confirm a mail address first.",
            field=group.code,
        )
    if group.must and confirmed and mode != DIGEST and not set(wanted) & set(confirmed):
        raise BadInput(
            f"“{group.name.zh}”至少选一个已确认的渠道：{group.why.zh if group.why else ''}。",
            f"{group.name.en}: choose at least one confirmed channel; {group.why.en if group.why else ''}.",
            field=group.code,
            code="cannot_switch_off",
        )
    return Choice(mode, wanted)


def quiet(on: bool, start: str, end: str) -> Quiet | None:  # noqa: FBT001 — what a checkbox says
    """Quiet hours, or none. Raises BadInput for more than half a day."""
    if not on:
        return None
    hours = Quiet(moment(start, "quiet_from"), moment(end, "quiet_to"))
    if hours.length > LONGEST_QUIET:
        raise BadInput(
            "免打扰时段最长 12 小时，请缩短。", "Quiet hours last twelve hours at most; shorten them.", field="quiet_to"
        )
    return hours


def moment(typed: str, field: str) -> time:
    """A time of the day, HH:MM. Raises BadInput."""
    found = _TIME.fullmatch(typed.strip())
    if found is None:
        raise BadInput("请填写时间，如 08:30。", "Give a time, such as 08:30.", field=field)
    return time(int(found[1]), int(found[2]))

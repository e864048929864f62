"""When and where a sight was seen: what its port and its times lack, as a reason with its figures.

Nothing is mended: the character that keeps a cell from being read is named with its place, and a person looks at the
source.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime

from cases.intake.lists import values
from cases.policy import addresses

Reason = tuple[str, dict[str, str]]

# What a hand or an optical reader puts for a digit.
_LOOKS_LIKE = {"O": "0", "o": "0", "l": "1", "I": "1", "|": "1", "S": "5", "B": "8"}
_AS_DIGITS = str.maketrans(_LOOKS_LIKE)

# A column that was taken for another must not carry a name or a phone into a sentence.
_SHOWN = re.compile(r"[^0-9A-Za-z年月日时分秒上下午:./,|+ -]")
_LONG_NUMBER = re.compile(r"\d{9,}")


def shown(text: str) -> str:
    """A cell as it may stand in a reason: no Chinese words, long numbers shortened."""
    return _LONG_NUMBER.sub(lambda found: f"{found[0][:3]}…{found[0][-2:]}", _SHOWN.sub("□", text))[:40]


def slips_in(text: str, reads: Callable[[str], object]) -> tuple[str, str] | None:
    """What makes a text unreadable that would be read without it, in both languages; None where that is not known."""
    places = [(at, char) for at, char in enumerate(text, 1) if char in _LOOKS_LIKE]
    if places and reads(text.translate(_AS_DIGITS)):
        zh = "、".join(f"第 {at} 个字符“{char}”疑为数字“{_LOOKS_LIKE[char]}”" for at, char in places)
        en = ", ".join(f"character {at}, “{char}”, looks like the digit “{_LOOKS_LIKE[char]}”" for at, char in places)
        return zh, en
    bare = re.sub(r"[\s,]+", "", text)
    if bare != text and reads(bare):
        return (
            ("中间有逗号", "a comma inside") if "," in text else ("中间有空格或换行", "a blank or a line break inside")
        )
    return None


def port_problem(text: str) -> Reason:
    """Why a cell holds no port."""
    if addresses.read_port(text).problem == "no_port":
        return "no_port", {}
    if slip := slips_in(text, lambda port: addresses.read_port(port).number):
        return "slip_port", {"port": shown(text), "zh": slip[0], "en": slip[1]}
    return "bad_port", {"port": shown(text)}


def time_problem(text: str, first: datetime | None) -> Reason:
    """Why the first sight names no moment, as reason and figures; an empty reason where it does."""
    if not text:
        return ("", {}) if first else ("no_time", {})
    if first:
        return ("", {}) if values.has_clock(text) else ("no_clock", {"time": shown(text)})
    if values.is_ambiguous(text):
        return "ambiguous_time", {"time": shown(text)}
    if slip := slips_in(text, values.read_time):
        return "slip_time", {"time": shown(text), "zh": slip[0], "en": slip[1]}
    return "bad_time", {"time": shown(text)}


def contradict(text: str, first: datetime, last: datetime) -> bool:
    """Whether the last sight lies before the first; of a date alone (`text` is the last) only the day counts."""
    if text and not values.has_clock(text):
        return last.astimezone(values.CST).date() < first.astimezone(values.CST).date()
    return last < first

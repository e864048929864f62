"""One way of writing a house number and what is behind it: `十八号三号楼二单元301` and `18号院3-2-301` are one door.

Only what can mean one thing is rewritten: a name with a number in it (`一号桥路`, `三八路`) stays as it is, and so do
two numbers with a dash, which may be building and room or unit and room.
"""

from __future__ import annotations

import re

_DIGITS = {char: value for value, char in enumerate("零一二三四五六七八九")} | {"〇": 0}
_UNITS = {"十": 10, "百": 100}
_NUMERAL = "零〇一二三四五六七八九十百"
# Behind the name of a road, a village or an estate, and not itself the beginning of a name (一号线, 二号桥).
_HOUSE = re.compile(
    rf"(?<=[路街道巷弄里村庄区园组])([{_NUMERAL}]+)(?=号(?:院|[\d{_NUMERAL}]|$|[东西南北]?(?:侧|门|一|二)?楼|室|-))"
)
_COURT = re.compile(rf"(?<=\d)号院(?=[\d{_NUMERAL}]+(?:号楼|#|栋|幢|座))")
_NUMBER = re.compile(r"\d+(?:-\d+)?号(?!楼|院)")
_IN_ROOM = re.compile(rf"([{_NUMERAL}]+)(?=号楼|号|楼|栋|幢|座|单元|层|室|#)|(?<=[元层])([{_NUMERAL}]+)$")
_BUILDING = re.compile(r"(?<=\d)#楼?")
_THREE = re.compile(r"(\d+)(?:号楼|栋|幢|座)?-(\d+)(?:单元)?-(\d+)室?")
_TWO_BEHIND_BUILDING = re.compile(r"(\d+)(?:号楼|栋|幢|座)(\d+)-(\d+)室?")


def plain_door(text: str) -> str:
    """The text behind county and township with its numbers in digits, and building, unit and room by their words."""
    text = _HOUSE.sub(lambda found: _in_digits(found[1]), text)
    text = _COURT.sub("号", text)
    house = _NUMBER.search(text)
    return text[: house.end()] + _plain_room(text[house.end() :]) if house else text


def _plain_room(text: str) -> str:
    text = _BUILDING.sub("号楼", _IN_ROOM.sub(lambda found: _in_digits(found[1] or found[2]), text))
    named = _THREE.fullmatch(text) or _TWO_BEHIND_BUILDING.fullmatch(text)
    return f"{named[1]}号楼{named[2]}单元{named[3]}室" if named else text


def _in_digits(text: str) -> str:
    """`十八` → 18, `三〇一` → 301, `一百零五` → 105; what is no number stays."""
    if not set(text) & set(_UNITS):
        return "".join(str(_DIGITS[char]) for char in text)
    total, digit = 0, None
    for char in text:
        if char in _UNITS:
            total += (1 if digit is None else digit) * _UNITS[char]
            digit = None
        else:
            digit = _DIGITS[char]
    return str(total + (digit or 0))

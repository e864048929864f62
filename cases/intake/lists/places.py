"""An installed address to the place it names: county, township, road, number, room.

The same door stands in four lists in five spellings (`徐州市丰县常店镇建国西路２２６号１９号楼１单元４４３室`,
`丰县建国西路226号19号楼1单元443室（常店镇）`), so it is taken apart by division names and put together again in
one order. Former names lead to today's county; 鼓楼区 exists in Nanjing and Xuzhou and is told by its city.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

from cases.intake.lists.divisions import prefix
from cases.intake.lists.divisions.names import divisions
from cases.intake.sites.doors import plain_door


class Place(NamedTuple):
    """The parts of an address, empty where it does not name them. `county` is a six-digit code.

    `township` is without its kind (`常店`, not `常店镇`); `room` is its numbers joined (`19-1-443`), so that
    栋, 幢 and 号楼 are one; `rest` is what was not understood, `road` then being empty. `unclear` is a division's
    name that it begins with and that may as well be another word.
    """

    county: str
    township: str
    road: str
    number: str
    room: str
    rest: str
    unclear: str = ""

    @property
    def door(self) -> str:
        """The address without its township, which every second list leaves out; empty if it names no spot.

        Words without a number (`某小区出租屋`, `地址不详`) are no door: all who are described so would become one.
        """
        if self.road and self.number:
            return f"{self.county}|{self.road}|{self.number}|{self.room}"
        return f"{self.county}|{self.rest}" if _NUMBERED.search(self.rest) else ""

    @property
    def is_flat(self) -> bool:
        """Building, unit and room are all named: one household's door, not a house with many tenants."""
        return sum(part != "" for part in self.room.split("-")) >= 3


_NUMBERED = re.compile(r"[\u4e00-\u9fff].*\d")
_BRACKETS = re.compile(r"\(([^()]*)\)")
_TOWN_KIND = re.compile(r"(街道办事处|街道|镇|乡)$")
_TOWN = re.compile(r"^([^\d]{1,12}?(?:街道办事处|街道|镇|乡|农场|林场|开发区|园区|风景名胜区))(?=[^\d]{2,}\d|$)")
_ROAD = re.compile(
    r"^([^\d]{1,14}?(?:大道|大街|路|街|巷|弄|里|道|村|庄|小区|花园|新村))?([^\d]{0,14}?)(\d+(?:-\d+)?)号(?!楼|院)"
)
_FLOOR = {"一": "1", "二": "2", "三": "3", "四": "4", "五": "5", "六": "6", "七": "7", "八": "8", "九": "9"}
_CHINESE_FLOOR = re.compile(r"([一二三四五六七八九])(?=楼|层)")
_ROOM_NUMBER = re.compile(r"(\d+|[A-Za-z])(?:号楼|号院|楼|栋|幢|座|单元|层|室|号|户|门)?")
_ROOM_PART = re.compile(r"\d+(号楼|号院|楼|栋|幢|座|单元|层|室|号|户|门)?|[A-Za-z](座|栋|幢|室)?")


@lru_cache(maxsize=16_384)
def read_place(text: str, home: str) -> Place:
    """Take an address apart. `home` is the city (`3203`) that a bare county name is looked up in first."""
    bare = re.sub(r"[\s,,。、]", "", unicodedata.normalize("NFKC", text))
    aside = "".join(_BRACKETS.findall(bare))
    bare = _BRACKETS.sub("", bare)
    region, bare, is_former, unclear = prefix.strip_divisions(bare, home)
    county = region if len(region) == 6 else ""
    township, bare = _strip_township(bare, county)
    township = township or _township_of(aside, county)
    return _spot(_heir(county, township) if is_former else region, township, bare, unclear)


def _heir(county: str, township: str) -> str:
    """A county that was divided lives on in several: where its township lies today decides."""
    towns = divisions().townships
    here = [
        code
        for code, names in towns.items()
        if code[:4] == county[:4] and any(_TOWN_KIND.sub("", name) == township for name in names)
    ]
    return here[0] if township and len(here) == 1 else county


def _strip_township(text: str, county: str) -> tuple[str, str]:
    for name in divisions().townships.get(county, ()):
        if text.startswith(name):
            return _TOWN_KIND.sub("", name), text[len(name) :].removeprefix("办事处")
    if match := _TOWN.match(text):
        return _TOWN_KIND.sub("", match[1]), text[match.end() :]
    return "", text


def _township_of(text: str, county: str) -> str:
    """A township named in brackets behind the address; anything else in brackets is a remark."""
    name, rest = _strip_township(text, county)
    if not name and text and _TOWN_KIND.search(text):
        return _TOWN_KIND.sub("", text)
    return name if not rest else ""


def _spot(county: str, township: str, text: str, unclear: str) -> Place:
    text = plain_door(text)
    match = _ROAD.match(text)
    if match is None:
        return Place(county, township, "", "", "", text, unclear)
    road = (match[1] or "") + match[2]
    return Place(county, township, road, match[3], read_room(text[match.end() :]), "", unclear)


def read_room(text: str) -> str:
    """`19号楼1单元443室` → `19-1-443`; `一楼门面` → `1-门面`; words that are no number stay."""
    text = _CHINESE_FLOOR.sub(lambda found: _FLOOR[found[1]], text)
    parts: list[str] = []
    end = 0
    for match in _ROOM_PART.finditer(text):
        if match.start() > end:
            parts.append(text[end : match.start()])
        number = _ROOM_NUMBER.match(match[0])
        parts.append(number[1].upper() if number else match[0])
        end = match.end()
    if end < len(text):
        parts.append(text[end:])
    return "-".join(parts)


county_named = lru_cache(maxsize=1024)(prefix.county_named)


def city_name(code: str) -> str:
    """`3203` → `徐州市`, `32` → `江苏省`; the code itself where it is neither."""
    names = divisions()
    province = next((name for group in names.provinces.values() for name, own in group if own == code), code)
    return names.city_names.get(code, province)

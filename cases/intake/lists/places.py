"""An installed address to the place it names: county, township, road, number, room.

The same door stands in four lists in five spellings (`徐州市丰县常店镇建国西路２２６号１９号楼１单元４４３室`,
`丰县建国西路226号19号楼1单元443室（常店镇）`), so it is taken apart by division names and put together again in
one order. Former names lead to today's county; 鼓楼区 exists in Nanjing and Xuzhou and is told by its city.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import NamedTuple

from cases.intake.sites.doors import plain_door


class Place(NamedTuple):
    """The parts of an address, empty where it does not name them. `county` is a six-digit code.

    `township` is without its kind (`常店`, not `常店镇`); `room` is its numbers joined (`19-1-443`), so that
    栋, 幢 and 号楼 are one; `rest` is what was not understood, `road` then being empty.
    """

    county: str
    township: str
    road: str
    number: str
    room: str
    rest: str

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


@dataclass(frozen=True, slots=True)
class Divisions:
    """Names with their codes, the longest first.

    Provinces, cities and `elsewhere` (the counties whose name no other has) by their first two characters,
    counties by city, townships by county.
    """

    provinces: dict[str, tuple[tuple[str, str], ...]]
    cities: dict[str, tuple[tuple[str, str], ...]]
    counties: dict[str, tuple[tuple[str, str], ...]]
    elsewhere: dict[str, tuple[tuple[str, str], ...]]
    townships: dict[str, tuple[str, ...]]
    city_names: dict[str, str]
    former: frozenset[tuple[str, str]]


_SPOKEN = {"经济技术开发区": ("经济开发区", "开发区", "经开区"), "工业园区": ("园区",)}
_NO_CITY = "市辖区"
_ROAD_WORD = re.compile(r"路|大道|大街|街(?!道)|巷")
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


@lru_cache(maxsize=1)
def divisions() -> Divisions:
    """The names as published, with former names of Jiangsu beside them."""
    counties: dict[str, list[tuple[str, str]]] = {}
    for row in _table("agencies", "areas.csv"):
        counties.setdefault(row["cityCode"], []).append((row["name"], row["code"]))
    former = [(row["name"], row["code"]) for row in _table("cases", "former-names.csv")]
    elsewhere = _unambiguous(pair for names in (*counties.values(), former) for pair in names)
    cities = [(row["name"], row["code"]) for row in _table("agencies", "cities.csv")]
    city_names = {code: name for name, code in cities}
    for name, code in (*former, *_functional_areas(counties, city_names)):
        counties.setdefault(code[:4], []).append((name, code))
    townships: dict[str, list[str]] = {}
    for row in _table("cases", "townships-jiangsu.csv"):
        townships.setdefault(row["county"], []).append(row["name"])
    provinces = [(row["name"], row["code"]) for row in _table("agencies", "provinces.csv")]
    return Divisions(
        provinces=_by_start(provinces),
        cities=_by_start(cities),
        counties={city: _longest(names) for city, names in counties.items()},
        elsewhere=_by_start(elsewhere),
        townships={county: tuple(sorted(names, key=len, reverse=True)) for county, names in townships.items()},
        city_names=city_names,
        former=frozenset(former),
    )


def _functional_areas(
    counties: dict[str, list[tuple[str, str]]], city_names: dict[str, str]
) -> Iterator[tuple[str, str]]:
    """`苏州工业园区` is also 工业园区, 园区 and 苏州园区 within its city: the names that people there use."""
    for city, names in list(counties.items()):
        short = city_names.get(city, "").removesuffix("市")
        for name, code in list(names):
            if 71 <= int(code[4:]) <= 79 and short and name.startswith(short):
                bare = name.removeprefix(short)
                for spoken in {bare, *_SPOKEN.get(bare, ())}:
                    yield spoken, code
                    yield short + spoken, code


def _unambiguous(names: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """鼓楼区 and 朝阳区 lie in several cities: by itself such a name says nothing."""
    codes: dict[str, set[str]] = {}
    for name, code in names:
        codes.setdefault(name, set()).add(code)
    return ((name, min(found)) for name, found in codes.items() if len(found) == 1)


def _by_start(names: Iterable[tuple[str, str]]) -> dict[str, tuple[tuple[str, str], ...]]:
    groups: dict[str, list[tuple[str, str]]] = {}
    for name, code in names:
        groups.setdefault(name[:2], []).append((name, code))
    return {start: _longest(group) for start, group in groups.items()}


def _table(package: str, name: str) -> list[dict[str, str]]:
    text = (files(package) / "data" / "divisions" / name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def _longest(names: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(names, key=lambda pair: (-len(pair[0]), pair[1])))


@lru_cache(maxsize=16_384)
def read_place(text: str, home: str) -> Place:
    """Take an address apart. `home` is the city (`3203`) that a bare county name is looked up in first."""
    bare = re.sub(r"[\s,,。、]", "", unicodedata.normalize("NFKC", text))
    aside = "".join(_BRACKETS.findall(bare))
    bare = _BRACKETS.sub("", bare)
    city, bare = _strip_city(bare, home)
    county, bare, is_former = _county_within(bare, city)
    township, bare = _strip_township(bare, county)
    township = township or _township_of(aside, county)
    if is_former:
        county = _heir(county, township)
    return _spot(county or city, township, bare)


def _heir(county: str, township: str) -> str:
    """A county that was divided lives on in several: where its township lies today decides."""
    towns = divisions().townships
    here = [
        code
        for code, names in towns.items()
        if code[:4] == county[:4] and any(_TOWN_KIND.sub("", name) == township for name in names)
    ]
    return here[0] if township and len(here) == 1 else county


def _strip_city(text: str, home: str) -> tuple[str, str]:
    """The city that the text begins with; where it names a province only, that one (its first two digits)."""
    names = divisions()
    around = ""
    for name, code in names.provinces.get(text[:2], ()):
        short = text.removeprefix(name.removesuffix("省"))
        # 江苏路 begins like the province: without 省 it is one only before the name of a city.
        if text.startswith(name) or (
            short != text and any(short.startswith(c) for c, _ in names.cities.get(short[:2], ()))
        ):
            around, text = code, short.removeprefix("省")
            break
    for name, code in names.cities.get(text[:2], ()):
        # 徐州经济技术开发区 begins with the city's name but is a county-level area: only the full name is cut.
        if text.startswith(name) and name != _NO_CITY:
            return code, text[len(name) :]
    if not around or home.startswith(around):
        return home, text
    # 北京市 holds its districts without a city between.
    return f"{around}01" if names.city_names.get(f"{around}01") == _NO_CITY else around, text


def _strip_county(text: str, city: str) -> tuple[str, str]:
    code, rest, _ = _county_within(text, city)
    return code, rest


def _county_within(text: str, city: str) -> tuple[str, str, bool]:
    """Code of the county, the text behind it, and whether that is a name of former times."""
    names = divisions()
    for name, code in names.counties.get(city, ()):
        # 开发区大道 is a road.
        if text.startswith(name) and not (len(name) < 5 and name.endswith("区") and _ROAD_WORD.match(text, len(name))):
            return code, text[len(name) :], (name, code) in names.former
    for name, code in names.elsewhere.get(text[:2], ()):
        # A name of another city counts only in full and only if it cannot be a road's beginning.
        if len(name) > 2 and text.startswith(name) and (len(city) > 2 or code.startswith(city)):
            return code, text[len(name) :], (name, code) in names.former
    return "", text, False


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


def _spot(county: str, township: str, text: str) -> Place:
    text = plain_door(text)
    match = _ROAD.match(text)
    if match is None:
        return Place(county, township, "", "", "", text)
    road = (match[1] or "") + match[2]
    return Place(county, township, road, match[3], read_room(text[match.end() :]), "")


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


@lru_cache(maxsize=1024)
def county_named(text: str, home: str) -> str:
    """The county that a list's own column names (`铜山区`, `铜山县`, `徐州市铜山区`), empty if it names none here."""
    if not text:
        return ""
    city, rest = _strip_city(text, home)
    code, left = _strip_county(rest, city)
    return code if code and not left else ""


def city_name(code: str) -> str:
    """`3203` → `徐州市`, `32` → `江苏省`; the code itself where it is neither."""
    names = divisions()
    province = next((name for group in names.provinces.values() for name, own in group if own == code), code)
    return names.city_names.get(code, province)

"""The division names of the country: as published, as people shorten them, and as they were called before."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

Names = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Divisions:
    """Names with their codes, the longest first; `short_…` are those without their last word (`苏州`, `江苏`).

    Provinces, cities, `elsewhere` (the counties whose name no other has) and `shared` (those whose name several have)
    by their first two characters, counties by city, townships by county. A county's short name stands with its kind.
    """

    provinces: dict[str, Names]
    short_provinces: dict[str, Names]
    cities: dict[str, Names]
    short_cities: dict[str, Names]
    counties: dict[str, Names]
    short_counties: dict[str, tuple[tuple[str, str, str], ...]]
    elsewhere: dict[str, Names]
    short_elsewhere: dict[str, tuple[tuple[str, str, str], ...]]
    shared: dict[str, Names]
    townships: dict[str, tuple[str, ...]]
    city_names: dict[str, str]
    former: frozenset[tuple[str, str]]


_SPOKEN = {"经济技术开发区": ("经济开发区", "开发区", "经开区"), "工业园区": ("园区",)}
NO_CITY = "市辖区"
# As they stand in the names of prefectures.
_PEOPLES = "朝鲜|土家|苗|藏|羌|彝|布依|侗|壮|哈尼|傣|白|景颇|傈僳|回|蒙古|哈萨克|柯尔克孜|维吾尔"
_KIND_OF_CITY = re.compile(rf"(市|地区|盟|((?<=..)({_PEOPLES})族?)+自治州)$")
_KIND_OF_PROVINCE = re.compile(r"(省|市|(壮族|回族|维吾尔)?自治区|特别行政区)$")
# 滨海新区, 井陉矿区, 阿城林区 and autonomous counties are not called by what stands before their last character.
_COUNTY = re.compile(r"^([\u4e00-\u9fff]{2,})([市县区])$")
_NOT_SHORTENED = re.compile(r"(新|开发|园|矿|林|自治|名胜|度假|管理|城|郊|景|政)[区县]$")


@lru_cache(maxsize=1)
def divisions() -> Divisions:
    """The names as published, with former and spoken names of Jiangsu beside them."""
    counties: dict[str, list[tuple[str, str]]] = {}
    for row in _table("agencies", "areas.csv"):
        counties.setdefault(row["cityCode"], []).append((row["name"], row["code"]))
    old = [(row["name"], row["code"]) for row in _table("cases", "former-names.csv")]
    former = [(name, code) for name, code in old if len(code) == 6]
    codes = _codes_by_name(pair for names in (*counties.values(), former) for pair in names)
    cities = [(row["name"], row["code"]) for row in _table("agencies", "cities.csv")]
    city_names = {code: name for name, code in cities}
    cities += [(name, code) for name, code in old if len(code) == 4]
    for name, code in (*former, *_functional_areas(counties, city_names)):
        counties.setdefault(code[:4], []).append((name, code))
    for row in _table("cases", "spoken-names.csv"):
        counties.setdefault(row["code"][:4], []).append((row["name"], row["code"]))
    townships: dict[str, list[str]] = {}
    for row in _table("cases", "townships-jiangsu.csv"):
        townships.setdefault(row["county"], []).append(row["name"])
    provinces = [(row["name"], row["code"]) for row in _table("agencies", "provinces.csv")]
    shared = ((name, code) for name, found in codes.items() if len(found) > 1 for code in found)
    return Divisions(
        provinces=_by_start(provinces),
        short_provinces=_by_start((_KIND_OF_PROVINCE.sub("", name), code) for name, code in provinces),
        cities=_by_start(cities),
        short_cities=_by_start(_short_cities(cities)),
        counties={city: _longest(names) for city, names in counties.items()},
        short_counties={city: _short_counties(names) for city, names in counties.items()},
        elsewhere=_by_start(_alone(codes)),
        short_elsewhere=_short_elsewhere(codes),
        shared=_by_start(shared),
        townships={county: tuple(sorted(names, key=len, reverse=True)) for county, names in townships.items()},
        city_names=city_names,
        former=frozenset(former),
    )


def _short_cities(cities: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    for name, code in cities:
        short = _KIND_OF_CITY.sub("", name)
        if short != name and len(short) > 1:
            yield short, code


def _short_counties(names: Iterable[tuple[str, str]]) -> tuple[tuple[str, str, str], ...]:
    """丰县 is never 丰; 徐州经济技术开发区 is no 徐州经济技术开发."""
    found = [(match[1], code, match[2]) for name, code in names if (match := _shortened(name))]
    return tuple(sorted(found, key=lambda short: -len(short[0])))


def _shortened(name: str) -> re.Match[str] | None:
    return None if _NOT_SHORTENED.search(name) else _COUNTY.match(name)


def _short_elsewhere(codes: dict[str, set[str]]) -> dict[str, tuple[tuple[str, str, str], ...]]:
    """昆山 is one place, 通州 is two; a district's short name (和平, 新华) is a word that begins anything."""
    meant: dict[str, set[str]] = {}
    for name, found in codes.items():
        if match := _shortened(name):
            meant.setdefault(match[1], set()).update(found)
    groups: dict[str, list[tuple[str, str, str]]] = {}
    for name, found in codes.items():
        match = _shortened(name)
        if match and match[2] != "区" and len(meant[match[1]]) == 1:
            groups.setdefault(match[1][:2], []).append((match[1], min(found), match[2]))
    return {start: tuple(sorted(group, key=lambda short: -len(short[0]))) for start, group in groups.items()}


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


def _codes_by_name(names: Iterable[tuple[str, str]]) -> dict[str, set[str]]:
    codes: dict[str, set[str]] = {}
    for name, code in names:
        codes.setdefault(name, set()).add(code)
    return codes


def _alone(codes: dict[str, set[str]]) -> Iterator[tuple[str, str]]:
    """鼓楼区 and 朝阳区 lie in several cities: by itself such a name says nothing."""
    return ((name, min(found)) for name, found in codes.items() if len(found) == 1)


def _by_start(names: Iterable[tuple[str, str]]) -> dict[str, Names]:
    groups: dict[str, list[tuple[str, str]]] = {}
    for name, code in names:
        groups.setdefault(name[:2], []).append((name, code))
    return {start: _longest(group) for start, group in groups.items()}


def _table(package: str, name: str) -> list[dict[str, str]]:
    text = (files(package) / "data" / "divisions" / name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def _longest(names: Iterable[tuple[str, str]]) -> Names:
    return tuple(sorted(names, key=lambda pair: (-len(pair[0]), pair[1])))

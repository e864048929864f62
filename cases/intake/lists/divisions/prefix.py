"""How an address begins: province, city and county, in full, without their last word, or left out.

`南京鼓楼区`, `江苏南京市鼓楼区` and `昆山玉山镇` name a place; `南京路`, `北京西路` and `苏州街` are roads anywhere. A
short name counts only where a division, a township or a road of its own follows it; else it is left standing and named
(`unclear`), for nobody knows whether 苏州花园 is a garden in Suzhou.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from cases.intake.lists.divisions.names import NO_CITY, divisions


class Start(NamedTuple):
    """`region` is the code of the county, else of the city, else of the province; `rest` is the text behind it.

    `is_former`: the county's name is one of former times. `unclear` is the division's name that the text begins with
    and that was not taken for one.
    """

    region: str
    rest: str
    is_former: bool = False
    unclear: str = ""


_ROAD_WORD = r"(?:路|大道|大街|街(?!道)|巷)"
_NAMES_ROAD = re.compile(_ROAD_WORD)
# 南京路, 北京西路, 苏州东大街; 朝阳区 is no 区 of the city 朝阳.
_GOES_ON_AS_ROAD = re.compile(rf"[东西南北中内外一二三四五六七八九十]{{0,3}}(?:{_ROAD_WORD}|[弄里桥](?=\d|$))")
_GOES_ON_AS_NAME = re.compile(r"(?!市[中南北]区)(?:省|市|区|县|镇|乡|街道)")
# 南京中山北路9号: a name of two characters at least, which is more than 东 or 二环.
_OWN_ROAD = re.compile(
    r"(?![东西南北])(?![东西南北中内外一二三四五六七八九十环]+(?:路|街|大))[\u4e00-\u9fff]{2,8}?"
    + _ROAD_WORD
    + r"\D{0,8}\d"
)
_TOWNSHIP = re.compile(r"([\u4e00-\u9fff]{2,6}?)(?:街道|镇|乡)(?![路街巷])")
_AREA = re.compile(r"[\u4e00-\u9fff]{0,6}?(?:新区|高新区|高新技术产业开发区|开发区|工业园区|度假区)(?!路|街|大道)")
_DISTRICT = re.compile(r"[\u4e00-\u9fff]{2,4}?(?<![小社校厂院库宿街片园])[区县](?!路|街|大道)")


def strip_divisions(text: str, home: str) -> Start:
    """The divisions that the text begins with. `home` is the city that a bare county name is looked up in first."""
    around, rest = _province(text)
    city, rest = _city(rest, around)
    named = bool(city)
    if not city:
        city = home if not around or home.startswith(around) else _only_city(around)
    county, left, is_former = _county(rest, city, around="" if named else around, bare=not named)
    if county or named or around:
        return Start(county or city, left, is_former)
    return Start(city, left, unclear=_unclear(text, home))


def _only_city(province: str) -> str:
    """北京市 holds its districts without a city between."""
    return f"{province}01" if divisions().city_names.get(f"{province}01") == NO_CITY else province


def _province(text: str) -> tuple[str, str]:
    for name, code in divisions().provinces.get(text[:2], ()):
        if text.startswith(name):
            return code, text[len(name) :]
    for name, code in divisions().short_provinces.get(text[:2], ()):
        # 江苏路 begins like the province: without 省 it is one only before the name of a division.
        if text.startswith(name) and _holds(text[len(name) :], code):
            return code, text[len(name) :]
    return "", text


def _holds(text: str, province: str) -> bool:
    """Whether the text begins with a place of the province."""
    if _only_city(province) != province:
        return _follows(text, _only_city(province)) or bool(_county(text, province, around=province, bare=True)[0])
    city, _ = _city(text, province)
    return bool(city or _county(text, province, around=province, bare=True)[0])


def _city(text: str, around: str) -> tuple[str, str]:
    names = divisions()
    for name, code in names.cities.get(text[:2], ()):
        # 徐州经济技术开发区 begins with the city's name but is a county-level area.
        if text.startswith(name) and name != NO_CITY and code.startswith(around):
            # 枣庄市中区 is 市中区 of 枣庄.
            shared = name.endswith("市") and any(
                text.startswith(c, len(name) - 1) for c, _ in names.counties.get(code, ())
            )
            return code, text[len(name) - shared :]
    for name, code in names.short_cities.get(text[:2], ()):
        if text.startswith(name) and code.startswith(around) and _follows(text[len(name) :], code):
            return code, text[len(name) :]
    return "", text


def _follows(text: str, city: str) -> bool:
    """Whether the text goes on as an address within the city does."""
    # 宁波镇海区: a division first, whatever it begins with.
    if _county(text, city, around="", bare=False)[0]:
        return True
    if _GOES_ON_AS_NAME.match(text) or _GOES_ON_AS_ROAD.match(text):
        return False
    return bool(_AREA.match(text) or _DISTRICT.match(text) or _OWN_ROAD.match(text))


def _county(text: str, city: str, *, around: str, bare: bool) -> tuple[str, str, bool]:
    """Code of the county, the text behind it, and whether that is a name of former times.

    `bare`: no city is named before it, so that it may lie in another one, within `around` if that is named.
    """
    names = divisions()
    for name, code in names.counties.get(city, ()):
        # 开发区大道 is a road.
        if text.startswith(name) and not (len(name) < 5 and name.endswith("区") and _NAMES_ROAD.match(text, len(name))):
            return code, text[len(name) :], (name, code) in names.former
    for name, code, kind in names.short_counties.get(city, ()):
        if text.startswith(name) and _is_county(text[len(name) :], code, kind):
            return code, text[len(name) :], (name + kind, code) in names.former
    for name, code in names.elsewhere.get(text[:2], ()):
        # Without its province, a name of another city counts only if it cannot be a road's beginning.
        if len(name) > (1 if around else 2) and text.startswith(name) and (len(city) > 2 or code.startswith(city)):
            return code, text[len(name) :], (name, code) in names.former
    # 三门峡东路 speaks of the city 三门峡, not of the county 三门.
    cities = [name for name, _ in names.short_cities.get(text[:2], ()) if text.startswith(name)]
    for name, code, kind in names.short_elsewhere.get(text[:2], ()) if bare and not cities else ():
        if text.startswith(name) and code.startswith(around) and _is_county(text[len(name) :], code, kind):
            return code, text[len(name) :], (name + kind, code) in names.former
    return "", text, False


def _is_county(text: str, county: str, kind: str) -> bool:
    """Whether what stands before the text is the county's short name: one of its townships follows, or a road.

    云龙 and 鼓楼 are also the beginnings of roads and parks, so of a district only a township is believed.
    """
    if _GOES_ON_AS_ROAD.match(text) or _GOES_ON_AS_NAME.match(text):
        return False
    township = _TOWNSHIP.match(text)
    if township and (kind != "区" or _is_township(township[1], county)):
        return True
    return kind != "区" and bool(_OWN_ROAD.match(text))


def _is_township(stem: str, county: str) -> bool:
    return any(re.sub(r"(街道|镇|乡)$", "", name) == stem for name in divisions().townships.get(county, ()))


def _unclear(text: str, home: str) -> str:
    """The name of another place that the text begins with, not as a road does: it may lie there, or be called so."""
    names = divisions()
    start = text[:2]
    near = [(name, code) for name, code, _ in names.short_elsewhere.get(start, ()) if code.startswith(home[:2])]
    for name, code in (*names.shared.get(start, ()), *names.short_cities.get(start, ()), *near):
        if text.startswith(name) and not code.startswith(home) and not _GOES_ON_AS_ROAD.match(text, len(name)):
            return name
    provinces = names.short_provinces.get(start, ())
    return next(
        (
            name
            for name, code in provinces
            if text.startswith(name) and not home.startswith(code) and not _GOES_ON_AS_ROAD.match(text, len(name))
        ),
        "",
    )


def county_named(text: str, home: str) -> str:
    """The county that the whole text names (`铜山区`, `铜山县`, `徐州市铜山区`, `徐州铜山`), empty if none here."""
    if not text:
        return ""
    start = strip_divisions(text, home)
    if len(start.region) == 6 and not start.rest:
        return start.region
    names = divisions()
    city_name = names.city_names.get(home, "")
    bare = text.removeprefix(city_name).removeprefix(city_name.removesuffix("市"))
    return next((code for name, code, _ in names.short_counties.get(home, ()) if name == bare), "")

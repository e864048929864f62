"""Whether a row lies outside the city that its list is about: by its address if it has one, else by a hint.

The tables of network addresses name the wrong city in about one of four cases, so an installed address overrules them
in either direction, and so does the carrier's answer later.
"""

from __future__ import annotations

from functools import lru_cache

from cases.intake.lists.places import Place, city_name
from cases.policy import addresses


def out_of_area(ip: str, place: Place, home: str) -> tuple[str, str] | None:
    """The reason and the city that it names, or None for a row of the home city."""
    if len(place.county) == 6 or (place.county and not place.county.startswith(home)):
        return None if place.county.startswith(home) else ("lies_elsewhere", region_name(place.county))
    city = hinted_city(ip, home) if ip else ""
    return ("out_of_area", city) if city else None


def region_name(code: str) -> str:
    """`320106` → `江苏省南京市`: the city of a place, or its province where that is all that is known."""
    province, city = city_name(code[:2]), city_name(code[:4])
    return province if city in (code[:4], "市辖区", "县", province) else f"{province}{city}"


# What a list may call the networks that the tables know; another name (广电) says nothing against them.
_CARRIERS = {
    "ct": ("电信", "telecom"),
    "cu": ("联通", "unicom"),
    "cm": ("移动", "铁通", "mobile"),
    "cernet": ("教育网",),
    "cstnet": ("科技网",),
    "drpeng": ("鹏博士", "长城宽带"),
}
_NAMED = {word for words in _CARRIERS.values() for word in words}


@lru_cache(maxsize=65_536)
def other_carrier(ip: str, listed: str) -> str:
    """The carrier whose prefix holds the address where the list names another one: the one to be asked."""
    words = _CARRIERS.get(addresses.operator_of(ip) or "", ())
    return words[0] if words and listed in _NAMED and listed not in words else ""


@lru_cache(maxsize=65_536)
def hinted_city(ip: str, home: str) -> str:
    """The city that the prefix tables point to if it is not the home city; empty where they do not tell.

    The tables know the cities of Jiangsu only, and those by IPv4: of a home in another province, or of IPv6, they
    tell nothing.
    """
    city = addresses.city_hint(ip)
    if city is not None:
        return "" if len(city) < 4 or city.startswith(home[:4]) else city_name(city)
    if addresses.operator_of(ip) is None:
        return "abroad"
    return "elsewhere" if home.startswith("32") and ":" not in ip else ""

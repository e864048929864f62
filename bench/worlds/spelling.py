"""One door in the many ways in which people, billing systems and carriers write it."""

from __future__ import annotations

import random

from bench.worlds.geography import SHORT, City, County
from bench.worlds.sites import Site

_WIDE = {ord(str(digit)): chr(0xFF10 + digit) for digit in range(10)}


def address(site: Site, city: City, chance: random.Random) -> str:
    """The site's installed address, spelled by chance."""
    county = next(c for c in city.counties if c.code == site.county)
    where = _where(city, county, chance)
    house, room = f"{site.road}{site.no}号", _room(site.room, chance)
    lot = chance.random()
    if lot < 0.55:
        text = f"{where}{site.street}{house}{room}"
    elif lot < 0.70:
        text = f"{where} {site.street} {house} {room}".rstrip()
    elif lot < 0.82:
        text = f"{where}{house}{room}（{site.street}）"
    elif lot < 0.93:
        text = f"{where}{house}{room}"
    else:
        text = f"{where}{site.street}{house}，{room}" if room else f"{where}，{site.street}，{house}"
    return text.translate(_WIDE) if chance.random() < 0.08 else text


def _where(city: City, county: County, chance: random.Random) -> str:
    if county.code in SHORT and chance.random() < 0.5:
        return chance.choice(SHORT[county.code])
    name = chance.choice(county.former) if county.former and chance.random() < 0.25 else county.name
    if name.startswith(city.name.removesuffix("市")):
        return chance.choice((name, f"{city.name}{name}", f"江苏省{city.name}{name}"))
    forms = (f"江苏省{city.name}{name}", f"{city.name}{name}", f"{city.name} {name}", name, f"江苏{city.name}{name}")
    if county.is_town_of_its_own:
        forms = (*forms, f"江苏省{name}", name)
    return chance.choice(forms)


def _room(room: str, chance: random.Random) -> str:
    if "单元" not in room:
        return room
    house, rest = room.split("号楼")
    unit, door = rest.removesuffix("室").split("单元")
    return chance.choice(
        (
            room,
            f"{house}幢{unit}单元{door}室",
            f"{house}栋{unit}单元{door}",
            f"{house}号楼{unit}单元{door}",
            f" {house}幢 {unit}单元 {door}室",
        )
    )

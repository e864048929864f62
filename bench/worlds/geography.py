"""Cities with their counties and townships, the names they had, and network addresses that lie there.

Read from the tables themselves. The former names are written down here once more, as decrees of the State Council name
them, and not taken from the table of the product.
"""

from __future__ import annotations

import csv
import ipaddress
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NETWORKS = ROOT / "cases" / "policy" / "data" / "ip"

# Former name → county of today.
FORMER = {
    "320104": ("白下区",),
    "320106": ("下关区",),
    "320111": ("江浦县",),
    "320115": ("江宁县",),
    "320116": ("大厂区", "六合县"),
    "320117": ("溧水县",),
    "320118": ("高淳县",),
    "320211": ("马山区",),
    "320213": ("崇安区", "南长区", "北塘区"),
    "320281": ("江阴县",),
    "320282": ("宜兴县",),
    "320506": ("吴县市",),
    "320508": ("沧浪区", "平江区", "金阊区"),
    "320509": ("吴江市",),
    "320583": ("昆山县",),
    "320585": ("太仓县",),
    "320612": ("通州市",),
    "320613": ("港闸区",),
    "320614": ("海门市",),
    "320681": ("启东县",),
    "320682": ("如皋县",),
    "320685": ("海安县",),
    "320706": ("新浦区",),
    "320707": ("赣榆县",),
}
# How people write a functional area: with the name of its city, without it, in short.
SHORT = {
    "320576": ("苏州市工业园区", "苏州工业园区", "苏州市苏州工业园区", "苏州市园区"),
    "320671": ("南通经济技术开发区", "南通市经济技术开发区", "南通市开发区", "南通开发区"),
    "320771": ("连云港经济技术开发区", "连云港市经济技术开发区", "连云港市开发区"),
}


@dataclass(frozen=True, slots=True)
class County:
    code: str
    name: str
    townships: tuple[str, ...]
    # Which of the townships no other county of the city has.
    former: tuple[str, ...] = ()

    @property
    def is_town_of_its_own(self) -> bool:
        """昆山市: a city of the county level, which is often written without the city above it."""
        return self.name.endswith("市")


@dataclass(frozen=True, slots=True)
class City:
    code: str
    name: str
    counties: tuple[County, ...]
    networks: tuple[ipaddress.IPv4Network, ...] = field(repr=False)

    def address(self, chance: random.Random) -> str:
        """A subscriber's address that the tables place in this city and nowhere else."""
        while True:
            network = chance.choice(self.networks)
            found = network[chance.randrange(network.num_addresses)]
            if city_of(found) == self.code and int(found) & 255 not in (0, 255):
                return str(found)


@cache
def city(code: str) -> City:
    name = next(row["name"] for row in _rows("agencies", "cities") if row["code"] == code)
    towns: dict[str, list[str]] = {}
    for row in _rows("cases", "townships-jiangsu"):
        if row["county"].startswith(code):
            towns.setdefault(row["county"], []).append(row["name"])
    counties = [
        County(row["code"], row["name"], _plain(towns.get(row["code"], [])), FORMER.get(row["code"], ()))
        for row in _rows("agencies", "areas")
        if row["cityCode"] == code and towns.get(row["code"])
    ]
    return City(code, name, tuple(counties), tuple(_networks(f"city/{code}00")))


def _plain(names: list[str]) -> tuple[str, ...]:
    return tuple(name for name in names if name.endswith(("街道", "镇", "乡")))


def _rows(package: str, name: str) -> list[dict[str, str]]:
    path = ROOT / package / "data" / "divisions" / f"{name}.csv"
    return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))


@cache
def _networks(name: str) -> list[ipaddress.IPv4Network]:
    text = (NETWORKS / f"{name}.txt").read_text(encoding="ascii")
    return [ipaddress.IPv4Network(line) for line in text.split()]


@cache
def _places() -> dict[tuple[int, int], str]:
    """(prefix length, prefix) → city; `32` where the province is all that is told."""
    found: dict[tuple[int, int], str] = {}
    for path in sorted((NETWORKS / "city").glob("*.txt")):
        code = path.stem[:2] if path.stem.endswith("0000") else path.stem[:4]
        for network in _networks(f"city/{path.stem}"):
            key = network.prefixlen, int(network.network_address) >> (32 - network.prefixlen)
            if len(found.get(key, "")) < len(code):
                found[key] = code
    return found


def city_of(address: ipaddress.IPv4Address) -> str:
    number, places = int(address), _places()
    return next((code for n in range(32, 7, -1) if (code := places.get((n, number >> (32 - n)), ""))), "")


@cache
def _operators() -> dict[tuple[int, int], str]:
    found = {}
    for name in ("china", "drpeng", "cstnet", "cernet", "cmcc", "unicom", "chinanet"):
        for network in _networks(name):
            found[network.prefixlen, int(network.network_address) >> (32 - network.prefixlen)] = name
    return found


def operator_of(text: str) -> str:
    """By the longest prefix: chinanet, unicom, cmcc …; empty abroad."""
    number, table = int(ipaddress.IPv4Address(text)), _operators()
    return next((name for n in range(32, 7, -1) if (name := table.get((n, number >> (32 - n)), ""))), "")


def elsewhere(home: str, chance: random.Random) -> str:
    """An address of another city, another province or abroad."""
    lot = chance.random()
    if lot < 0.7:
        other = chance.choice([code for code in ("3201", "3202", "3203", "3205", "3206", "3210") if code != home])
        return city(other).address(chance)
    return next(_outside(abroad=lot > 0.9, chance=chance))


def _outside(*, abroad: bool, chance: random.Random) -> Iterator[str]:
    while True:
        network = chance.choice(_networks("chinanet"))
        found = network[chance.randrange(network.num_addresses)]
        if abroad:
            found = ipaddress.IPv4Address(f"{chance.choice((133, 91, 200))}.{chance.randrange(1, 200)}.7.9")
        if bool(operator_of(str(found))) != abroad and not city_of(found):
            yield str(found)

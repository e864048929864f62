"""What was seen of the sites, and what the four offices wrote about it: rows with their truth, in no style yet."""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from bench.worlds.geography import City, elsewhere, operator_of
from bench.worlds.sites import POOLS, Site, person
from bench.worlds.spelling import address

BEGIN = datetime(2021, 9, 1)  # noqa: DTZ001 - as it stands in a list: without a zone
_TRACED, _LOST = 0.86, ("日志已过期", "NAT地址无法定位", "查无此记录", "")
_CARRIERS = {"chinanet": "电信", "unicom": "联通", "cmcc": "移动", "cernet": "教育网", "drpeng": "鹏博士"}
# Of a thousand rows of a list, how many come with each flaw.
FLAWS = {
    "reject:not_global": 8,
    "reject:well_known": 6,
    "reject:bad_ip": 7,
    "reject:no_ip": 4,
    "reject:time_order": 6,
    "weak:no_port": 6,
    "weak:no_time": 4,
    "accept:out_of_area": 9,
}
_PRIVATE = ("192.168.{0}.{1}", "10.{0}.3.{1}", "172.16.{0}.{1}", "100.64.{0}.{1}", "169.254.{0}.{1}", "127.0.0.1")
_RESERVED = ("224.0.0.251", "255.255.255.255", "0.0.0.0", "198.18.{0}.{1}", "240.0.0.{1}", "203.0.113.{1}")
_WELL_KNOWN = (
    *("8.8.8.8", "8.8.4.4", "1.1.1.1", "114.114.114.114", "223.5.5.5", "223.6.6.6", "119.29.29.29"),
    *("180.76.76.76", "208.67.222.222", "9.9.9.9", "1.2.4.8", "101.226.4.6", "104.16.132.229", "1.0.0.1"),
)


@dataclass(slots=True)
class Sight:
    """A row of the monitoring list. `ip` and `port` are texts, for they may hold what is no address."""

    ip: str
    port: str
    pool: str
    coin: str
    first: datetime | None
    last: datetime | None
    count: int
    operator: str
    county: str
    priority: bool
    truth: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Facts:
    """All rows of a world. `trace` are pairs of a sight and what the carrier said of it."""

    telecom: list[Sight]
    trace: list[tuple[Sight, dict[str, str]]]
    grid: list[dict[str, Any]]
    tips: list[dict[str, Any]]


def facts_of(city: City, sites: list[Site], chance: random.Random, *, has_last: bool) -> Facts:
    """`has_last`: the list tells the last sight, and so whether it is before the first."""
    seen = _sights(city, sites, chance)
    lines = [*seen, *_flawed(city, sites, len(seen), chance, has_last=has_last), *_repeats(seen, chance)]
    lines = _shuffled(lines, chance)
    traced = [line for line in lines if line.truth["fate"] == "accept"]
    by_id = {site.id: site for site in sites}
    return Facts(
        telecom=lines,
        trace=[(line, _reply(by_id[line.truth["site"]], line, city, chance)) for line in traced],
        grid=_grid(city, sites, chance),
        tips=_tips(city, sites, chance),
    )


def _sights(city: City, sites: list[Site], chance: random.Random) -> list[Sight]:
    """Some sites have one address for good, some another one every day, some share one with their neighbours."""
    found: list[Sight] = []
    taken: set[tuple[str, str, str, str]] = set()
    shared: dict[str, str] = {}
    for site in sites:
        own, how = city.address(chance), chance.random()
        if how < 0.2:
            gateway = chance.randrange(max(1, len(sites) // 20))
            own = shared.setdefault(f"{gateway}", own)
        pool = chance.choice(POOLS) if how < 0.2 and chance.random() < 0.5 else site.pool
        for _ in range(chance.choices((1, 2, 3, 4, 6), (30, 30, 20, 12, 8))[0]):
            ip = city.address(chance) if how > 0.6 else own
            line = _sight(site, ip, pool, chance)
            key = (line.ip, line.port, f"{line.first:%F}", line.pool)
            if key not in taken:
                taken.add(key)
                line.truth = {"site": site.id, "fate": "accept", "traced": chance.random() < _TRACED}
                found.append(line)
    return found


def _sight(site: Site, ip: str, pool: str, chance: random.Random) -> Sight:
    first = BEGIN + timedelta(minutes=chance.randrange(58_000))
    return Sight(
        ip=ip,
        port=str(chance.randrange(1024, 65_536)),
        pool=pool,
        coin=site.coin,
        first=first,
        last=first + timedelta(minutes=chance.randrange(5, 4000)),
        count=chance.randrange(10, 60_000),
        operator=_CARRIERS.get(operator_of(ip), "其他") if _is_address(ip) else "电信",
        county=site.county_name,
        priority=chance.random() < 0.1,
    )


def _is_address(text: str) -> bool:
    parts = text.split(".")
    return len(parts) == 4 and all(part.isdigit() and int(part) < 256 for part in parts)


def _flawed(city: City, sites: list[Site], rows: int, chance: random.Random, *, has_last: bool) -> list[Sight]:
    found = []
    for fate, share in FLAWS.items():
        if fate == "reject:time_order" and not has_last:
            continue
        for _ in range(max(3, rows * share // 1000)):
            site = chance.choice(sites)
            line = _sight(site, city.address(chance), site.pool, chance)
            line.truth = {"site": site.id, "fate": fate}
            _spoil(line, fate, city, chance)
            found.append(line)
    return found


def _spoil(line: Sight, fate: str, city: City, chance: random.Random) -> None:
    numbers = chance.randrange(1, 250), chance.randrange(1, 250)
    if fate == "reject:not_global":
        line.ip = chance.choice((*_PRIVATE, *_RESERVED)).format(*numbers)
    elif fate == "reject:well_known":
        line.ip = chance.choice(_WELL_KNOWN)
    elif fate == "reject:bad_ip":
        line.ip = _slip(line.ip, chance)
    elif fate == "reject:no_ip":
        line.ip = chance.choice(("", "-", "无", "/"))
    elif fate == "reject:time_order":
        line.last = line.first - timedelta(hours=chance.randrange(2, 400)) if line.first else None
    elif fate == "weak:no_port":
        line.port = chance.choice(("", "-", "0", "70000"))
    elif fate == "weak:no_time":
        line.first = line.last = None
    else:
        line.ip = elsewhere(city.code, chance)


def _slip(ip: str, chance: random.Random) -> str:
    parts = ip.split(".")
    slips = [f"{parts[0]}.{parts[1]}.{parts[2]}", f"{parts[0]}.{chance.randrange(256, 999)}.{parts[2]}.{parts[3]}"]
    slips.append(f"{ip}.{parts[3]}")
    slips += [ip.replace(digit, letter, 1) for digit, letter in (("0", "O"), ("1", "l")) if digit in ip]
    return chance.choice(slips)


def _repeats(seen: list[Sight], chance: random.Random) -> list[Sight]:
    """The same connection of the same day once more, with other figures: later in the list than the first."""
    found = []
    for line in chance.sample(seen, len(seen) // 50):
        again = replace(line, count=line.count + chance.randrange(1, 900))
        again.truth = {"site": line.truth["site"], "fate": "duplicate", "of": line}
        found.append(again)
    return found


def _shuffled(lines: list[Sight], chance: random.Random) -> list[Sight]:
    repeats = [line for line in lines if "of" in line.truth]
    others = [line for line in lines if "of" not in line.truth]
    chance.shuffle(others)
    for line in repeats:
        first = next(n for n, other in enumerate(others) if other is line.truth["of"])
        others.insert(chance.randrange(first + 1, len(others) + 1), line)
    places = {id(line): number for number, line in enumerate(others, 1)}
    for line in repeats:
        line.truth["of"] = places[id(line.truth["of"])]
    return others


def _reply(site: Site, line: Sight, city: City, chance: random.Random) -> dict[str, str]:
    if not line.truth["traced"]:
        return {"result": chance.choice(_LOST), "broadband": "", "holder": "", "phone": "", "address": ""}
    return {
        "result": "已定位",
        "broadband": site.broadband,
        "holder": site.holder,
        "phone": site.phone,
        "address": address(site, city, chance),
    }


def _grid(city: City, sites: list[Site], chance: random.Random) -> list[dict[str, Any]]:
    found = []
    for site in sites:
        if site.on_grid_list:
            months = chance.sample(("2021-08", "2021-09", "2021-10"), chance.choice((1, 1, 2)))
            found += [_meter(site, city, month, chance) for month in months]
    for number in range(max(3, len(sites) // 60)):
        # A slip in the account: named and sent back.
        row = _meter(chance.choice(sites), city, f"2021-{number % 3 + 5:02d}", chance)
        row["meter"] = _lettered(f"{city.code}{chance.randrange(10**8, 10**9)}", chance)
        row["truth"] = {"site": None, "account": row["meter"], "fate": "reject:bad_account"}
        found.append(row)
    chance.shuffle(found)
    return found


def _lettered(meter: str, chance: random.Random) -> str:
    return (
        meter[:2] + meter[2:].replace("0", "O", 1) if "0" in meter[2:] and chance.random() < 0.5 else f"{meter[:-1]}l"
    )


def _meter(site: Site, city: City, month: str, chance: random.Random) -> dict[str, Any]:
    parts = [round(site.kwh * share, 2) for share in (0.35, 0.33, 0.32)]
    missing = chance.random() < 0.03
    return {
        "meter": site.account,
        "holder": site.landlord or site.holder,
        "address": address(site, city, chance),
        "category": "居民生活用电" if site.kind == "resident" else "一般工商业",
        "voltage": "交流220V" if site.capacity < 50 else "交流380V",
        "capacity": site.capacity,
        "month": month,
        "peak": parts[0],
        "valley": parts[1],
        "flat": -1 if missing else parts[2],
        "total": round(sum(parts), 2),
        "truth": {"site": site.id, "account": site.account, "fate": "accept"},
    }


def _tips(city: City, sites: list[Site], chance: random.Random) -> list[dict[str, Any]]:
    """A neighbour writes where it is noisy, and never who lives there."""
    told = [site for site in sites if site.mining]
    found = []
    for site in chance.sample(told, max(4, len(told) // 60)):
        when = BEGIN + timedelta(hours=chance.randrange(1500))
        content = chance.choice(
            ("楼道里机器轰鸣，怀疑挖矿", "网吧后院摆满矿机", "电表转得飞快，夜里很吵", "出租屋里有矿机")
        )
        row = {"reported": when, "content": content, "address": address(site, city, chance)}
        found.append({**row, "phone": f"139{chance.randrange(10**8):08d}", "reporter": person(chance)})
        found[-1]["truth"] = {"site": site.id, "fate": "accept"}
    return found

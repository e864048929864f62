"""Who runs what where: households, shops, firms, public units, and hosts that somebody else has taken over."""

from __future__ import annotations

import random
from dataclasses import asdict, dataclass
from typing import Any

from bench.worlds.geography import City, County

SURNAMES = "王李张刘陈杨赵黄周吴徐孙朱马胡郭何高林罗"
NAMES = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉萍红鹏"
ROADS = (
    *("中山路", "解放路", "人民中路", "建设西路", "长江大道", "新华街", "青年东路", "文化路", "太湖大道"),
    *("友谊巷", "健康路", "工农南路", "滨河路", "胜利街", "和平北路", "花园路", "科技大道", "学田路", "桃园路"),
)
POOLS = (
    *("xmr.pool.example:3333", "eth.f2pool.example", "stratum.antpool.example:443", "139.99.124.170:3333"),
    *("pool.supportxmr.example", "rvn.2miners.example:6060", "btc.viabtc.example", "45.76.65.223:8080"),
    *("asia1.ethermine.example:4444", "etc.ezil.example", "51.15.58.224:14444", "kas.woolypooly.example:3112"),
)
COINS = ("XMR", "门罗币", "ETH", "以太坊", "BTC", "比特币", "RVN", "未知")
# Kind, share, ending of the name.
KINDS = (
    ("resident", 0.52, ""),
    ("compromised", 0.16, "贸易有限公司"),
    ("sole_trader", 0.11, "网络工作室"),
    ("internet_cafe", 0.09, "网吧"),
    ("enterprise", 0.06, "电子科技有限公司"),
    ("state_unit", 0.05, "职业技术学院"),
    ("data_centre", 0.01, "云计算有限公司"),
)


@dataclass(frozen=True, slots=True)
class Site:
    """One site. `account` is the grid's, `broadband` the carrier's; `landlord` holds the meter of what is rented."""

    id: int
    kind: str
    county: str
    county_name: str
    street: str
    road: str
    no: int
    room: str
    holder: str
    contact: str
    phone: str
    account: str
    broadband: str
    mining: bool
    pool: str
    coin: str
    kwh: float
    capacity: int
    on_grid_list: bool
    landlord: str

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def sites_of(city: City, count: int, chance: random.Random) -> list[Site]:
    """Sites with their neighbours: the same house with another room, the same shop front with another shop."""
    found: list[Site] = []
    doors: set[tuple[str, str, int, str]] = set()
    while len(found) < count:
        kind, _, ending = chance.choices(KINDS, [share for _, share, _ in KINDS])[0]
        beside = chance.choice(found) if found and chance.random() < 0.08 else None
        county = _county(city, beside, chance)
        street = beside.street if beside else chance.choice(county.townships)
        road, no = (beside.road, beside.no) if beside else (chance.choice(ROADS), chance.randrange(1, 400))
        room = _room(kind, chance)
        # The same door in two townships could be told apart by nobody where a list leaves the township out.
        if (county.code, road, no, room) in doors:
            continue
        doors.add((county.code, road, no, room))
        found.append(_site(len(found), (kind, ending), city, county, (street, road, no, room), chance))
    return found


def _county(city: City, beside: Site | None, chance: random.Random) -> County:
    return next(c for c in city.counties if c.code == beside.county) if beside else chance.choice(city.counties)


def _room(kind: str, chance: random.Random) -> str:
    if kind == "resident":
        house, unit, door = chance.randrange(1, 60), chance.randrange(1, 6), chance.randrange(1, 33) * 100
        return f"{house}号楼{unit}单元{door + chance.randrange(1, 5)}室"
    return chance.choice(
        ("一楼门面", "二楼", f"{chance.randrange(1, 9)}楼", "", f"{chance.randrange(1, 9)}幢", "地下室")
    )


def person(chance: random.Random) -> str:
    return chance.choice(SURNAMES) + "".join(chance.choice(NAMES) for _ in range(chance.choice((1, 2, 2))))


def _site(
    number: int,
    what: tuple[str, str],
    city: City,
    county: County,
    door: tuple[str, str, int, str],
    chance: random.Random,
) -> Site:
    contact, (kind, ending) = person(chance), what
    firm = f"{city.name.removesuffix('市')}{chance.choice(NAMES)}{chance.choice(NAMES)}{ending}"
    street, road, no, room = door
    digits = f"{chance.randrange(10**8, 10**9)}"
    return Site(
        id=number,
        kind=kind,
        county=county.code,
        county_name=county.name,
        street=street,
        road=road,
        no=no,
        room=room,
        holder=contact if kind == "resident" else firm,
        contact=contact,
        phone=f"1{chance.choice('35789')}{digits}",
        account=f"{city.code}{chance.randrange(10**8, 10**9)}",
        broadband=_line(number, chance),
        mining=kind != "compromised",
        pool=chance.choice(POOLS),
        coin=chance.choice(COINS),
        kwh=round(chance.uniform(400, 90_000), 2),
        capacity=chance.choice((8, 16, 30, 50, 100, 250, 400)),
        on_grid_list=kind != "compromised" and chance.random() < 0.45,
        landlord=person(chance) if kind == "resident" and chance.random() < 0.15 else "",
    )


def _line(number: int, chance: random.Random) -> str:
    tail = f"{chance.randrange(10**5, 10**6)}{number:05d}"
    return chance.choice((f"0{tail}", f"ad{tail}@adsl", f"{tail}@163.gd", f"ftth-{tail}"))

"""Monitoring lists of any length from a fixed seed, in the shape in which they arrive."""

from __future__ import annotations

import csv
import io
import random
from datetime import datetime, timedelta, timezone

HEADER = (
    *("源IP地址", "源端口", "矿池域名", "首次发现时间", "最近发现时间"),
    *("运营商", "用电地址", "户名", "户号", "用电量"),
)
COUNTIES = ("云龙区", "泉山区", "鼓楼区", "铜山区", "贾汪区", "丰县", "沛县", "睢宁县", "新沂市", "邳州市")
ROADS = ("和平路", "人民路", "建国西路", "淮海东路", "中山北路", "解放南路", "矿山路", "迎宾大道")
SURNAMES, NAMES = "王李张刘陈杨赵黄周吴", "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平"
POOLS = tuple(f"pool{number}.example" for number in range(40))
START = datetime(2026, 9, 1, tzinfo=timezone(timedelta(hours=8)))
REPEATED, SEEN_AGAIN = 0.1, 0.1
MOST_ROWS = 2_000_000


def make_rows(count: int, part: int = 0) -> list[tuple[str, ...]]:
    """The same list for the same count and part, from a fixed seed; no household stands in two parts."""
    chance = random.Random(20211012 + part)
    rows: list[tuple[str, ...]] = []
    for number in range(count):
        lot = chance.random()
        if rows and lot < REPEATED:
            rows.append(chance.choice(rows))
        elif rows and lot < REPEATED + SEEN_AGAIN:
            rows.append((*_sight(chance), *chance.choice(rows)[5:]))
        else:
            rows.append((*_sight(chance), *_household(chance, part * MOST_ROWS + number)))
    return rows


def _sight(chance: random.Random) -> tuple[str, ...]:
    first = START + timedelta(minutes=chance.randrange(60_000))
    last = first + timedelta(minutes=chance.randrange(1, 3000))
    ip = f"121.233.{chance.randrange(128)}.{chance.randrange(1, 255)}"  # a prefix of Xuzhou
    port, pool = str(chance.randrange(1024, 65536)), chance.choice(POOLS)
    return ip, port, pool, f"{first:%Y-%m-%d %H:%M}", f"{last:%Y-%m-%d %H:%M}"


def _household(chance: random.Random, number: int) -> tuple[str, ...]:
    house = f"{chance.choice(ROADS)}{number // 97 + 1}号{number % 40 + 1}号楼{chance.randrange(1, 5)}单元{number}室"
    holder = chance.choice(SURNAMES) + chance.choice(NAMES) + chance.choice(NAMES)
    operator, kwh = chance.choice(("电信", "联通", "移动")), f"{chance.uniform(300, 40_000):.2f}"
    return operator, chance.choice(COUNTIES) + house, holder, f"3203{number:09d}", kwh


def as_csv(rows: list[tuple[str, ...]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows([HEADER, *rows])
    return text.getvalue().encode()

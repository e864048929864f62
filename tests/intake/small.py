"""Small lists for one question each: headers, rows, and the cases they lead to."""

from __future__ import annotations

import csv
import io

from cases.models import SiteSuggestion
from tests.intake.samples import bring, rows_of

TELECOM = ("序号", "源IP地址", "源端口", "矿池地址", "首次发现时间", "最近发现时间", "疑似区县")
TRACE = ("源IP地址", "源端口", "首次发现时间", "溯源结果", "宽带账号", "用户名称", "联系电话", "装机地址")
GRID = ("户号", "户名", "用电地址", "年月", "总电量")
ONE = "36.154.192.217"
OTHER = "117.60.20.241"
FLAT = "徐州市云龙区子房街道民主路12号3号楼2单元501室"
HOUSE = "云龙区民主路12号"
NEXT_DOOR = "云龙区子房街道民主路12号3号楼2单元502室"


def sheet(header: tuple[str, ...], *rows: tuple[object, ...]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows([header, *rows])
    return text.getvalue().encode()


def seen(number: int, ip: str, port: int, day: int, pool: str = "xmr.pool.example") -> tuple[object, ...]:
    return number, ip, port, pool, f"2026-10-{day:02d} 08:00", f"2026-10-{day:02d} 20:00", "云龙区"


def located(ip: str, port: int, day: int, account: str, holder: str, address: str) -> tuple[object, ...]:
    return ip, port, f"2026/10/{day} 8:00", "已定位", account, holder, "13800001111", address


def cases(name: str) -> list[str | None]:
    return [row["case"] for row in rows_of(name)]


def meters(*rows: tuple[str, str, str], name: str = "户", month: str = "2026.09") -> None:
    """A list of meters: number, holder, address."""
    bring("grid", sheet(GRID, *((*row, month, "90") for row in rows)), name=name)


def two_tenants() -> SiteSuggestion:
    """One house number without rooms, two meters, nothing said of the holders: a pair to be asked about."""
    meters(("3203000000017", "", HOUSE), ("3203000000018", "", HOUSE))
    return SiteSuggestion.objects.get(state="open")

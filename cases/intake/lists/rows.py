"""One row to its fate: accepted, weak, refused or repeated, with the reason and the values that were read.

Pure: repeats are found by the caller, who sees the other rows. The
order of the checks is the order in which an official would ask: is there an address, can it be a subscriber's, do
the times make sense, has it been reported before, can it be traced.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any

from cases.intake.lists import values, words
from cases.intake.lists.judging.sights import contradict, port_problem, shown, time_problem
from cases.intake.lists.mapping import Mapping
from cases.intake.lists.places import Place, county_named, read_place
from cases.intake.lists.reading import Row
from cases.intake.lists.subjects import subject_of
from cases.intake.lists.whereabouts import other_carrier, out_of_area
from cases.policy import addresses
from cases.policy.matching.spots import read_spot

Note = tuple[str, dict[str, Any]]
NOWHERE = Place("", "", "", "", "", "")


@dataclass(frozen=True, slots=True)
class Setting:
    """What holds for a whole sheet: its home city (four digits), when it came, by field the day order of its dates."""

    home: str
    received: datetime
    orders: dict[str, values.DayOrder] = field(default_factory=dict)


@dataclass(slots=True)
class ReadRow:
    """A row as it was read. `reading` holds codes, numbers and times only; `personal` goes into the vault."""

    number: int
    cells: list[Any]
    fate: str = "accept"
    reason: str = "accepted"
    figures: dict[str, Any] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)
    reading: dict[str, Any] = field(default_factory=dict)
    personal: dict[str, str] = field(default_factory=dict)
    place: Place = NOWHERE
    spot: str = ""
    subject: str = "unknown"
    identity: str = ""  # what makes the row the same as another one; empty: it is compared with none

    @property
    def refused(self) -> bool:
        return self.fate.startswith("reject")

    def end(self, fate: str, reason: str, **figures: Any) -> ReadRow:
        self.fate, self.reason, self.figures = fate, reason, figures
        return self


Cells = Callable[[str], str]

# What of a reading is measured: the numbers of the signal that a row becomes.
FIGURES = ("count", "kwh", "peak", "valley", "flat", "total", "capacity", "running", "month")


def read_row(number: int, row: Row, mapping: Mapping, setting: Setting) -> ReadRow:
    """Read one data row of a list; repeats are found by the caller, who sees the other rows."""
    read = ReadRow(number, [_kept(cell) for cell in row])
    read = _READERS[mapping.kind](read, lambda name: mapping.cell(row, name), setting)
    # What a carrier answered is about the row of the list; where that one lies is said there and at its case.
    if read.reason == "accepted" and (away := out_of_area(read.reading.get("ip", ""), read.place, setting.home)):
        return read.end("accept:out_of_area", away[0], city=away[1])
    return read


def _kept(cell: Any) -> Any:
    """A cell as it is kept: text and numbers as they are, a date cell as ISO text."""
    return cell if cell is None or isinstance(cell, str | int | float | bool) else str(cell)


def _subscriber(read: ReadRow, cells: Cells, setting: Setting) -> None:
    """Holder, phone, installed address and accounts, where the list has them: to the vault, not into the reading."""
    for name in ("broadband", "meter", "holder", "phone", "address"):
        text = cells(name)
        if name in ("broadband", "meter"):
            account = values.read_account(text)
            usable = values.is_account(account, digits=name == "meter")
            if text == "-1":
                read.notes.append(("empty_account", {"field": name}))
            elif len(text) > 2 and not usable:
                read.notes.append(("not_account", {"field": name}))
            text = account if usable else ""
        if text:
            read.personal[name] = text
    _placed(read, setting)
    read.spot = read_spot(cells("longitude"), cells("latitude"))
    read.subject = subject_of(read.personal.get("holder", ""))


def _placed(read: ReadRow, setting: Setting) -> None:
    """Where the row's address lies, which a name at its beginning may leave open."""
    if address := read.personal.get("address"):
        read.place = read_place(address, setting.home)
    if read.place.county:
        read.reading["county"] = read.place.county
    if read.place.unclear:
        read.notes.append(("unclear_place", {"name": read.place.unclear}))


def _seen(read: ReadRow, cells: Cells, setting: Setting) -> tuple[datetime | None, datetime | None]:
    """First and last sight; where only one is given it is both. A first one that cannot be read is not replaced."""
    first = values.read_time(cells("first"), setting.orders.get("first"))
    last = values.read_time(cells("last"), setting.orders.get("last"))
    if first and not last and cells("last"):
        read.notes.append(("bad_last", {"last": shown(cells("last"))}))
    first, last = first if cells("first") else last, last or first
    if first and last:
        read.reading |= {"first": first.isoformat(), "last": last.isoformat()}
        if setting.received - last > addresses.TRACE_MAX_AGE:
            read.notes.append(("old_lead", {"days": addresses.TRACE_MAX_AGE.days}))
        elif last - setting.received > addresses.CLOCK_SKEW:
            read.notes.append(("in_future", {"last": f"{last:%Y-%m-%d %H:%M}"}))
    return first, last


def _endpoint(read: ReadRow, cells: Cells) -> int | None:
    """Address and port into the reading, and the port; what keeps the address from being traced ends the row."""
    ip_text, port_text = values.split_endpoint(cells("ip"))
    port_text = cells("port") or port_text
    address = _classified(ip_text)
    port = addresses.read_port(port_text).number
    if address.ip is not None:
        read.reading["ip"] = address.text
    if port:
        read.reading["port"] = port
    if address.problem:
        figures = {"ip": shown(address.text), "zh": address.zh, "en": address.en}
        if address.suggestion:
            read.end("reject:bad_ip", "like_ip", **figures, suggestion=address.suggestion)
        else:
            read.end(f"reject:{address.problem}", address.problem, **figures)
    return port


_classified = lru_cache(maxsize=65_536)(addresses.classify)


def _telecom(read: ReadRow, cells: Cells, setting: Setting) -> ReadRow:
    port = _endpoint(read, cells)
    pool = cells("pool").lower() + (f":{cells('pool_port')}" if cells("pool_port") else "")
    _words(
        read,
        pool=words.pool_of(cells("pool"), cells("pool_port")),
        coin=words.coin_of(cells("coin")),
        operator=words.carrier_of(cells("operator")),
        hint=county_named(cells("county"), setting.home),
        level="priority" if "重点" in cells("level") else "",
    )
    _quantities(read, cells, "count", "kwh")
    first, last = _seen(read, cells, setting)
    if read.refused:
        return read
    if first and last and contradict(cells("last"), first, last):
        return read.end("reject:time_order", "time_order", first=shown(cells("first")), last=shown(cells("last")))
    if found := other_carrier(read.reading["ip"], read.reading.get("operator", "")):
        read.notes.append(("other_carrier", {"listed": read.reading["operator"], "found": found}))
    _subscriber(read, cells, setting)
    # One sight is one connection of one day; without a day or a port only the very same text is the same.
    when = first.astimezone(values.CST).date().isoformat() if first and port else cells("first")
    read.identity = "|".join(("telecom", read.reading["ip"], str(port or ""), when, pool))
    return _traceable(read, cells, setting, first=first, port=port)


def _traceable(read: ReadRow, cells: Cells, setting: Setting, *, first: datetime | None, port: int | None) -> ReadRow:
    """An address is one subscriber's only at a port and a time of day."""
    reason, figures = time_problem(cells("first"), first)
    if port is None:
        if reason:
            read.notes.append((f"{reason}_too", figures))
        why, of_port = port_problem(cells("port") or values.split_endpoint(cells("ip"))[1])
        return read.end("weak:no_port", why, **of_port)
    return read.end("weak:no_time", reason, **figures) if reason else read


_RESULTS = (
    ("located", re.compile(r"(?<!未)(?<!未能)(已定位|定位成功|已溯源)")),
    ("expired", re.compile(r"过期")),
    ("nat", re.compile(r"nat", re.IGNORECASE)),
    ("no_record", re.compile(r"无此|无记录|查无")),
)
_DENIED = re.compile(r"未|失败|无法|不能")


def result_of(text: str) -> str:
    """What a carrier answered, as a code; `other` where it names no result."""
    return next((code for code, said in _RESULTS if said.search(text)), "other")


def _trace(read: ReadRow, cells: Cells, setting: Setting) -> ReadRow:
    port = _endpoint(read, cells)
    first, _last = _seen(read, cells, setting)
    result = result_of(cells("result"))
    _subscriber(read, cells, setting)
    if result == "other" and read.personal.get("broadband") and not _DENIED.search(cells("result")):
        result = "located"
    read.reading["result"] = result
    if read.refused:
        return read
    account = read.personal.get("broadband", "")
    when = first.isoformat() if first else cells("first")
    read.identity = "|".join(("trace", read.reading["ip"], str(port or ""), when, result, account))
    if port is None:
        return read.end("weak:no_port", "no_port")
    if first is None:
        return read.end("weak:no_time", "no_time" if not cells("first") else "bad_time", time=shown(cells("first")))
    return read.end("accept", "traced") if result == "located" else read.end("accept", "untraced", result=result)


def _grid(read: ReadRow, cells: Cells, setting: Setting) -> ReadRow:
    _subscriber(read, cells, setting)
    _quantities(read, cells, "peak", "valley", "flat", "total", "capacity", "running")
    month = values.read_month(cells("month"))
    _words(
        read,
        category=words.tariff_of(cells("category")),
        price=words.tariff_of(cells("price")),
        voltage=words.voltage_of(cells("voltage")),
        month=month,
    )
    meter, address = read.personal.get("meter", ""), read.personal.get("address", "")
    if values.is_rounded(values.read_account(cells("meter"))):
        return read.end("reject:bad_account", "rounded_account")
    if not meter and not address:
        return read.end("reject:no_account", "no_account")
    slip = next((char for char in meter if char in "oil|"), "")
    if slip and sum(char.isdigit() for char in meter) >= len(meter) - 2:
        return read.end("reject:bad_account", "bad_account", found=slip, meant="0" if slip == "o" else "1")
    who = meter or f"{read.place.door or address}|{read.personal.get('holder', '')}"
    read.identity = f"grid|{who}|{month}"
    return read


def _tips(read: ReadRow, cells: Cells, setting: Setting) -> ReadRow:
    content, address = cells("content"), cells("address")
    if not content and not address:
        return read.end("reject:no_content", "no_content")
    if address:
        read.personal["address"] = address
        _placed(read, setting)
    read.spot = read_spot(cells("longitude"), cells("latitude"))
    for name, kept in (("content", "content"), ("phone", "reporter_phone"), ("reporter", "reporter")):
        if text := cells(name):
            read.personal[kept] = text
    reported = values.read_time(cells("reported"), setting.orders.get("reported"))
    if reported:
        read.reading["reported"] = reported.isoformat()
    read.reading["venue"] = next((code for code, words in _VENUES if any(word in content for word in words)), "other")
    read.identity = "|".join(("tips", read.place.door or address, content, cells("reported")))
    return read if address else read.end("weak:no_address", "no_place")


_VENUES = (
    ("internet_cafe", ("网吧", "网咖")),
    ("stairwell", ("楼道", "楼梯")),
    ("rented_room", ("出租", "租户")),
    ("unit_room", ("单位", "机房", "学校", "公司")),
)


def _words(read: ReadRow, **found: str) -> None:
    """Into the reading, where the row has them."""
    read.reading |= {name: word for name, word in found.items() if word}


def _quantities(read: ReadRow, cells: Cells, *names: str) -> None:
    """The quantities that can be read into the reading; the others are named."""
    for name in names:
        value, problem = values.read_quantity(cells(name))
        if value is not None:
            read.reading[name] = value
        elif problem:
            read.notes.append((problem, {"field": name}))


_READERS = {"telecom": _telecom, "trace": _trace, "grid": _grid, "tips": _tips}

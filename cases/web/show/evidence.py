"""The evidence of a case by family: what each observation measured, when, and which list it came from."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from django.utils.translation import gettext

from agencies.actors import Actor
from cases.selectors import evidence
from cases.selectors.paging import Row
from cases.selectors.reach.parts import Reading
from cases.templatetags.lianzhi import when
from cases.web.show import words
from cases.workflow.view import Text

# The numbers of an observation in the order they are shown: name and unit. What is not listed here is not a figure.
FIGURES: Final = {
    "ip": (Text("IP 地址", "IP address"), ""),
    "port": (Text("源端口", "Source port"), ""),
    "pool": (Text("矿池", "Pool"), ""),
    "coin": (Text("币种", "Coin"), ""),
    "count": (Text("通信次数", "Connections"), ""),
    "hashrate": (Text("估算算力", "Estimated hash rate"), "TH/s"),
    "total": (Text("总电量", "Energy"), "kWh"),
    "kwh": (Text("用电量", "Energy"), "kWh"),
    "peak": (Text("峰电量", "Peak"), "kWh"),
    "flat": (Text("平电量", "Flat"), "kWh"),
    "valley": (Text("谷电量", "Valley"), "kWh"),
    "month": (Text("电费月份", "Month"), ""),
    "capacity": (Text("合同容量", "Contract capacity"), "kVA"),
    "running": (Text("运行容量", "Running capacity"), "kVA"),
    "category": (Text("用电类别", "Category"), ""),
    "price": (Text("执行电价", "Price class"), ""),
    "voltage": (Text("电压等级", "Voltage"), ""),
    "operator": (Text("运营商", "Carrier"), ""),
    "devices": (Text("设备台数", "Devices"), ""),
    "power_kw": (Text("现场功率", "Power on site"), "kW"),
}
# What stands large in the tab of a family.
HEADLINES: Final = {
    "traffic": ("count", "pool", "ip"),
    "hashpower": ("hashrate",),
    "energy": ("total", "kwh", "capacity"),
    "funds": ("coin",),
    "report": (),
    "onsite": ("devices", "power_kw"),
}
# What a finding measured, where no observation of the family has a figure: its member and what that is called.
FOUND: Final = {
    "traffic": ("analyse_traffic", "connections", Text("核查：通信次数", "Found: connections"), ""),
    "hashpower": ("analyse_traffic", "hashrate", Text("核查：估算算力", "Found: estimated hash rate"), "TH/s"),
    "energy": ("check_consumption", "monthly_kwh", Text("核查：月用电量", "Found: energy a month"), "kWh"),
    "onsite": ("inspect_site", "devices", Text("核查：设备台数", "Found: devices"), ""),
}
PLAIN: Final = frozenset({"port", "month", "ip"})


def tabs(actor: Actor, case: Row, wanted: str, read: Reading | None, until: datetime | None = None) -> dict[str, Any]:
    """The families of signals with what each says, and the observations of the one that is open."""
    among = [case["id"], *(each["id"] for each in case["absorbed"])]
    found = evidence.signals(actor, case["id"], read=read, until=until, among=among)
    counts: dict[str, int] = dict(case["facts"].get("signals") or {})
    present = [family for family in words.SIGNALS if counts.get(family)]
    current = wanted if wanted in words.SIGNALS else (present or list(words.SIGNALS))[0]
    return {
        "present": len(present),
        "tabs": [_tab(family, case, counts.get(family, 0), found, current) for family in words.SIGNALS],
        "family": current,
        "current": words.SIGNALS[current],
        "counted": counts.get(current, 0),
        "rows": [_row(item) for item in found if item["family"] == current],
    }


def every_row(actor: Actor, case: Row, read: Reading | None) -> list[dict[str, Any]]:
    """The observations of all families, in the order of the families."""
    found = evidence.signals(actor, case["id"], read=read)
    return [{**_row(item), "family": family} for family in words.SIGNALS for item in found if item["family"] == family]


def _tab(family: str, case: Row, count: int, found: list[Row], current: str) -> dict[str, Any]:
    look, own = words.SIGNALS[family], [item for item in found if item["family"] == family]
    state = case["signals"][family] if case["signals"] else None
    level = words.level(state) if state else ""
    return {
        "family": family, "text": look.text, "icon": look.icon, "count": count, "current": family == current,
        **_headline(family, case["facts"], own),
        "level": level, "strength": words.STRENGTHS[level] if level else None,
        "sources": list(dict.fromkeys(item["agency_id"] for item in own if item["agency_id"])),
    }  # fmt: skip


def _headline(family: str, facts: Mapping[str, Any], own: list[Row]) -> dict[str, Any]:
    """What stands large in the tab: what the latest observation with a figure says, else what the finding measured."""
    numbers: dict[str, Any] = next((item["numbers"] for item in own if item["numbers"]), {})
    if key := next((key for key in HEADLINES[family] if numbers.get(key)), None):
        label, unit = FIGURES[key]
        return {"value": said(key, numbers[key]), "unit": unit, "hint": label}
    if family in FOUND:
        kind, member, label, unit = FOUND[family]
        if value := ((facts.get("findings") or {}).get(kind) or {}).get(member):
            return {"value": said(member, value), "unit": unit, "hint": label}
    return {"value": "", "unit": "", "hint": ""}


def _row(item: Row) -> dict[str, Any]:
    numbers = item["numbers"]
    figures = [
        {"label": label, "value": said(key, numbers[key]), "unit": unit}
        for key, (label, unit) in FIGURES.items()
        if numbers.get(key) not in (None, "")
    ]
    first, last = item["observed_from"], item["observed_to"]
    span = when(first) if first == last or last is None else f"{when(first)} – {when(last)}"
    source = item["batch"] or gettext("补充线索")
    if item["row"]:
        source = gettext("%(batch)s 第 %(row)s 行") % {"batch": item["batch"], "row": item["row"]}
    return {"figures": figures, "span": span, "agency_id": item["agency_id"], "source": source}


def said(key: str, value: Any) -> str:
    """A figure with thousands apart; what is no quantity stays as it is."""
    if key in PLAIN:
        return str(value)
    try:
        return f"{Decimal(str(value)):,f}"
    except InvalidOperation:
        return str(value)

"""Personal values as everybody sees them by default: enough to recognise, too little to use."""

from __future__ import annotations

import re

# 小区, 园区, 超市 and the like name a place inside a district.
_COUNTY = "(?:(?<![小社园校厂景片住])区|县)"
_CITY = "(?<![超城门都夜])市"
_DISTRICT = re.compile(f"^(.*?(?:{_COUNTY}|{_CITY}(?!.{{0,6}}(?:{_COUNTY}|{_CITY}))))")


def mask(field: str, value: str) -> str:
    """One value by its kind of field; an unknown kind is hidden altogether."""
    hide = {"holder": name, "reporter": name, "phone": digits, "reporter_phone": digits, "address": address}
    hide |= {"broadband": digits, "meter": digits, "account": digits, "network": network, "identity": identity}
    text = value.strip()
    return hide[field](text) if text and field in hide else "***"


def name(text: str) -> str:
    """邵* for a person, 淮盛****公司 for a firm."""
    if len(text) <= 4:
        return text[:1] + "*" * max(len(text) - 1, 1)
    return f"{text[:2]}{'*' * (len(text) - 4)}{text[-2:]}"


def digits(text: str) -> str:
    """138****2071: the first three or four and the last four; of a short number less, so that most of it is hidden."""
    if len(text) <= 7:
        return text[:1] + "*" * (len(text) - 1)
    if len(text) <= 10:
        return f"{text[:2]}{'*' * (len(text) - 4)}{text[-2:]}"
    head = 3 if len(text) <= 11 else 4
    return f"{text[:head]}{'*' * (len(text) - head - 4)}{text[-4:]}"


def figure(text: str) -> str:
    """2****.** for an amount or a quantity: its size and nothing else."""
    first = text[:1] if len(text) > 1 else "*"
    return first + "".join("*" if char.isalnum() else char for char in text[1:])


def identity(text: str) -> str:
    """320303********1234: the region and the end of an identity number."""
    return f"{text[:6]}{'*' * (len(text) - 10)}{text[-4:]}" if len(text) > 10 else "*" * len(text)


def pool(text: str) -> str:
    """f***: the beginning of a pool's name."""
    return text[:1] + "***" if text else ""


def address(text: str) -> str:
    """徐州市铜山区***: down to the county or district and no further; nothing of what names none."""
    found = _DISTRICT.match(text)
    return f"{found[1]}***" if found else "***"


def network(text: str) -> str:
    """58.218.*.* for an IPv4 address, the first two groups of an IPv6 one."""
    mark = ":" if ":" in text else "."
    return mark.join([*text.split(mark)[:2], "*", "*"]) if mark in text else "***"

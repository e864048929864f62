"""Personal values as everybody sees them by default: enough to recognise, too little to use."""

from __future__ import annotations

import re

_ADDRESS_HEAD = re.compile(r".*?(?:镇|乡|街道|区|县|市)")


def mask(field: str, value: str) -> str:
    """One value by its kind of field; an unknown kind is hidden altogether."""
    hide = {"holder": name, "reporter": name, "phone": digits, "reporter_phone": digits, "address": address}
    hide |= {"broadband": digits, "meter": digits, "account": digits, "network": network}
    text = value.strip()
    return hide[field](text) if text and field in hide else "***"


def name(text: str) -> str:
    """邵* for a person, 淮盛****公司 for a firm."""
    if len(text) <= 4:
        return text[:1] + "*" * max(len(text) - 1, 1)
    return f"{text[:2]}{'*' * (len(text) - 4)}{text[-2:]}"


def digits(text: str) -> str:
    """138****2071: the first three or four and the last four."""
    if len(text) <= 7:
        return text[:1] + "*" * (len(text) - 1)
    head = 3 if len(text) <= 11 else 4
    return f"{text[:head]}{'*' * (len(text) - head - 4)}{text[-4:]}"


def network(text: str) -> str:
    """58.218.*.* for an IPv4 address, the first two groups of an IPv6 one."""
    mark = ":" if ":" in text else "."
    return mark.join([*text.split(mark)[:2], "*", "*"]) if mark in text else "***"


def address(text: str) -> str:
    """铜山区柳新镇***: down to the district or township, never the door."""
    found = _ADDRESS_HEAD.match(text)
    while found and (longer := _ADDRESS_HEAD.match(text, found.end())) and longer.end() - found.end() <= 8:
        found = longer
    return (text[: found.end()] if found else text[:2]) + "***"

"""Local papers: a price document for surcharges, and a region's rule on suspension (ground G7)."""

import re
import unicodedata
from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from cases.policy.surcharge import FLOOR, document_number

STATUSES: Final = ("in_force", "draft", "repealed")
VOLUMES: Final = ("whole", "share")
HIGHEST_RATE: Final = Decimal(20)
LONGEST: Final = {"number": 80, "title": 120, "content": 500}
NAMES: Final = {"number": ("文号", "number"), "title": ("名称", "title"), "content": ("条文内容", "article's words")}

Flaws = list[tuple[str, str, str]]


def check_document(body: Mapping[str, Any], region: str) -> Flaws:
    """A price document: its rate is the province's, whom it reaches and how much of the energy may be said below."""
    found = _unknown(body, {"number", "rate", "volume", "share", "covers_persons", "status"})
    found += _texts(body, ("number",)) + _status(body)
    if body.get("rate") not in (None, ""):
        found += _rate(body["rate"], region)
    if body.get("volume") not in VOLUMES:
        found.append(("volume", "请选择全部电量或按比例。", "Choose the whole volume or a share of it."))
    elif body["volume"] == "share":
        share = decimal_of(body.get("share"))
        if share is None or not 0 < share < 1:
            found.append(
                ("share", "比例应大于 0、小于 1（如 0.6）。", "The share is above 0 and below 1 (such as 0.6).")
            )
    elif body.get("share") not in (None, ""):
        found.append(("share", "按全部电量的不填比例。", "Leave the share empty for the whole volume."))
    if not isinstance(body.get("covers_persons"), bool):
        found.append(("covers_persons", "请说明是否适用于个人。", "Say whether it covers natural persons."))
    return found


def check_rule(body: Mapping[str, Any], region: str) -> Flaws:
    """A region's rule on suspension: which paper, and what its article says."""
    return _unknown(body, {"number", "title", "content", "status"}) + _texts(body, tuple(LONGEST)) + _status(body)


def document(body: Mapping[str, Any]) -> dict[str, Any]:
    rate = decimal_of(body.get("rate"))
    shared = body["volume"] == "share"
    return {
        "number": _line(body["number"]),
        "rate": None if rate is None else f"{rate:.4f}",
        "volume": body["volume"],
        "share": format(decimal_of(body["share"]) or 0, "f") if shared else None,
        "covers_persons": body["covers_persons"],
        "status": body["status"],
    }


def rule(body: Mapping[str, Any]) -> dict[str, Any]:
    return {**{name: _line(body[name]) for name in LONGEST}, "status": body["status"]}


def document_key(body: Mapping[str, Any], effective_from: date) -> str:
    """One paper is one rule, in whatever form its number is written."""
    return document_number(body["number"])


def decimal_of(value: Any) -> Decimal | None:
    """A plain decimal with at most four digits after the point, or None."""
    text = unicodedata.normalize("NFKC", str(value if value is not None else "")).strip()
    if not re.fullmatch(r"[0-9]{1,6}(\.[0-9]{1,4})?", text):
        return None
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


def _rate(value: Any, region: str) -> Flaws:
    rate = decimal_of(value)
    if rate is None or rate > HIGHEST_RATE:
        return [("rate", "加价标准应为不超过 20 元、至多四位小数。", "The rate is at most 20 CNY with four digits.")]
    if rate < FLOOR:
        return [("rate", f"加价标准不得低于 {FLOOR} 元/kWh。", f"The rate is not below {FLOOR} CNY/kWh.")]
    if len(region) > 2:
        return [
            (
                "rate",
                "加价标准由省级价格主管部门制定，市、县文件不单独定价：此处留空，执行省的标准。",
                "The rate is the province's: leave it empty, and the province's rate applies here.",
            )
        ]
    return []


def _texts(body: Mapping[str, Any], names: tuple[str, ...]) -> Flaws:
    found = []
    for name in names:
        value = body.get(name)
        if not isinstance(value, str) or not value.strip() or len(value) > LONGEST[name]:
            (zh, en), longest = NAMES[name], LONGEST[name]
            told = f"请填写{zh}，不超过 {longest} 字。", f"Give the {en}, with at most {longest} characters."
            found.append((name, *told))
    return found


def _status(body: Mapping[str, Any]) -> Flaws:
    if body.get("status") in STATUSES:
        return []
    return [("status", "请选择文件状态。", "Choose how the paper itself stands.")]


def _unknown(body: Mapping[str, Any], known: set[str]) -> Flaws:
    return [(name, "没有这个字段。", "There is no such field.") for name in sorted(set(body) - known)]


def _line(text: str) -> str:
    return " ".join(text.split())

"""A comparison with what was really billed, for its pages and file: words for differences, the cells of a row."""

from __future__ import annotations

from typing import Any, Final

import orjson
from django.urls import reverse

from cases.billing.comparing.selecting import difference, explained
from cases.models.money import BilledFile
from cases.selectors.paging import Row
from cases.web.show.measures import amount
from cases.web.show.words import listed, say
from cases.workflow.view import Text

LABELS: Final = {
    "different": Text("有差异", "Different"),
    "ended": Text("名单已停止仍计收", "Billed although ended"),
    "missing_here": Text("本系统无账单", "No bill here"),
    "missing_there": Text("实际未计收", "Not really billed"),
    "kwh": Text("电量不一致", "kWh differ"),
    "amount": Text("金额不一致", "Amounts differ"),
    "unknown_account": Text("不在执行名单", "On no list"),
    "agree": Text("一致", "Agrees"),
    "unusable": Text("不能核对的行", "Unusable"),
}
HEADS: Final = (
    ("序号", "No."), ("文件行", "Row of the file"), ("户号（遮盖）", "Account (masked)"), ("案件编号", "Case"),
    ("月份", "Month"),
    ("账单", "Bill"), ("账单电量 kWh", "kWh here"), ("实收电量 kWh", "kWh billed"), ("账单金额 元", "Amount here CNY"),
    ("实收金额 元", "Amount billed CNY"), ("金额差 元", "Difference CNY"), ("差异", "Differences"),
    ("说明", "Explanation"),
)  # fmt: skip


def line(file: Row) -> Row:
    counts = orjson.loads(file["counted"])
    agree = counts.get("agree", 0)
    return {**file, "agree": agree, "unusable": counts.get("unusable", 0), "months_said": listed(file["months"])}


def head(file: BilledFile) -> dict[str, Any]:
    return {
        "id": file.id,
        "filename": file.filename,
        "months": listed(file.months),
        "rows": file.rows_total,
        "uploaded": (file.uploaded_by.display_name, file.uploaded_at),
        "counts": [(code, label, file.counts[code]) for code, label in LABELS.items() if code in file.counts],
    }


def row(found: Row) -> Row:
    differs = difference(found)
    adjusts = bool(found["bill"] and found["case_number"] and {"kwh", "amount", "ended"} & set(found["differences"]))
    return {
        **found,
        "labels": [LABELS[code] for code in found["differences"]],
        "said": explained(found) or "",
        "difference": None if differs is None else amount(differs),
        "shown": {name: amount(found[name]) for name in ("our_kwh", "their_kwh", "our_amount", "their_amount")},
        # Only a way there: a person looks into it and asks for the correction.
        "adjust": reverse("web:action", args=[found["case_number"], "adjust_bill"]) if adjusts else "",
    }


def cells(found: Row) -> list[str]:
    shown = row(found)
    differs = difference(found)
    numbers = (found["our_kwh"], found["their_kwh"], found["our_amount"], found["their_amount"], differs)
    return [
        str(found["number"]), str(found["line"] or ""), found["account"], found["case_number"] or "", found["month"],
        found["bill"], *("" if value is None else f"{value:f}" for value in numbers),
        listed(say(label) for label in shown["labels"]) or ("" if found["reason"] else say(LABELS["agree"])),
        say(shown["said"]),
    ]  # fmt: skip

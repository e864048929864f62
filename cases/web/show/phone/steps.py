"""The two steps that are filled in: lines to answer, and readings with their pictures."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django.utils import timezone
from django.utils.translation import gettext

from audit.ids import new_id
from cases.policy.execution import checklist_items
from cases.selectors.paging import Row
from cases.web.show.due import when_words
from cases.web.show.phone import reading
from cases.web.show.phone.task import cut_of, given_today, second_minutes
from cases.workflow.forms.suspension import CONTACT
from cases.workflow.onsite.steps import Steps
from cases.workflow.view import Text

# What each picture shows; two at least, and any more.
SLOTS: Final = (
    ("meter", Text("停电前表码", "Meter before the cut"), Text("示数须清晰可见", "The reading is legible")),
    ("breaker", Text("开关分闸位置", "The open breaker"), Text("断开的开关", "The breaker in its open position")),
    ("seal", Text("封印与警示牌", "Seal and warning sign"), Text("封印号须清晰可见", "The seal number is legible")),
    ("more", Text("其他现场照片", "Another picture"), Text("选填", "Optional")),
)
HINTS: Final = {
    "no_medical_device": Text("呼吸机、制氧机等", "Ventilators, oxygen concentrators"),
    "no_breeding_load": Text("养殖增氧、冷库等", "Aeration of ponds, cold stores"),
    "circuit_separate": Text("停电不影响居民生活", "Residents keep their supply"),
}


def checks(case: Row, data: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """The second notice and the lines of the checklist with their answers."""
    cut = cut_of(case)
    given = given_today(cut, now)
    typed = data.get("notice") or {}
    return {
        "lines": lines(data),
        "given": when_words(given) if given else "",
        "given_how": dict(CONTACT).get(cut.get("second_notice", "")) if given else "",
        "minutes": second_minutes(case, cut, now),
        "given_at": typed.get("given_at", "") or local_input(now),
        "method": typed.get("method", ""),
        "recipient": typed.get("recipient", ""),
        "methods": CONTACT,
    }


def lines(data: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The lines of the checklist; the second notice is the first of them."""
    return [
        {"n": n, "item": item, "label": Text(zh, en), "hint": HINTS.get(item), "answer": data.get(item, "")}
        for n, (item, zh, en) in enumerate(checklist_items(), start=2)
    ]


def photo(case: Row, steps: Steps, files: Mapping[str, Row], now: datetime) -> dict[str, Any]:
    """Time, readings and pictures of the cut."""
    data, slots = steps.data, steps.aside.get("slots", {})
    names = {slot: label for slot, label, _ in SLOTS}
    taken = [
        {"id": one, "label": names.get(slots.get(one, "more"), names["more"]), **_file(files.get(one))}
        for one in steps.photos
    ]
    used = {slots.get(one) for one in steps.photos}
    return {
        "executed_at": data.get("executed_at") or local_input(now),
        "data": data,
        "dead": bool(steps.aside.get("dead")),
        "remark": reading.said(case, data, now),
        "taken": taken,
        "open": [
            {"slot": slot, "label": label, "hint": hint, "id": str(new_id())}
            for slot, label, hint in SLOTS
            if slot not in used or slot == "more"
        ],
        "count": gettext("照片 %(n)s 张，至少 2 张") % {"n": len(taken)},
    }


def _file(row: Row | None) -> dict[str, Any]:
    if row is None:
        return {"filename": "", "size": 0, "sha": ""}
    return {"filename": row["filename"], "size": row["size"], "sha": row["sha256"][:12], "by": row["uploaded_by"]}


def local_input(at: datetime) -> str:
    """An instant as a field for date and time holds it."""
    return f"{timezone.localtime(at):%Y-%m-%dT%H:%M}"

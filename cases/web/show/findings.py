"""The four findings of a case side by side: each with its agency, result and figures, and whether they agree."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext

from agencies.actors import Actor
from agencies.selectors import display_names
from agencies.visibility import Part
from cases.selectors.paging import Row
from cases.templatetags.lianzhi import when
from cases.web.show.measures import amount
from cases.web.show.words import listed, say
from cases.workflow.fields import Field
from cases.workflow.reference.comparison import may_compare
from cases.workflow.task_kinds import FINDING_KINDS, KINDS
from cases.workflow.transitions import TRANSITIONS
from cases.workflow.view import Text

# Which act answers which finding task: its inputs give the labels of the values.
REPORTS: Final = {
    "inspect_site": "record_inspection",
    "check_consumption": "report_consumption",
    "analyse_traffic": "report_traffic",
    "trace_subscriber": "report_subscriber",
}
AGENCIES: Final = {
    "inspect_site": Text("发改委", "Commission"),
    "check_consumption": Text("供电公司", "Grid company"),
    "analyse_traffic": Text("网信办", "Cyberspace office"),
    "trace_subscriber": Text("通信管理局", "Telecom bureau"),
}
# What a result says about mining at this place: for it, against it, or neither.
FOR: Final = frozenset({"identified", "abnormal", "confirmed", "running", "devices_idle"})
AGAINST: Final = frozenset({"normal", "not_confirmed", "nothing_found"})
VICTIM: Final = frozenset({"compromised"})
SHOWN_LINES: Final = 6
# Several words and an icon say it; red is for what is late, refused or wrong.
CONFLICT: Final = "warn conflict"
SIDES: Final = {
    "for": (FOR, Text("指向“挖矿”", "Points to mining")),
    "against": (AGAINST, Text("未发现“挖矿”", "Found no mining")),
    "victim": (VICTIM, Text("疑被入侵利用", "Possibly a victim of an intrusion")),
}


def side_by_side(actor: Actor, case: Row) -> dict[str, Any]:
    """The four findings, each with its agency, result and figures, and whether they agree."""
    given: Mapping[str, Any] = case["facts"].get("findings") or {}
    open_kinds = {task["kind"]: task for task in case["tasks"]}
    names = display_names(actor, [found["user"] for found in given.values() if found.get("user")])
    rows = [_finding(kind, given.get(kind), open_kinds.get(kind), names) for kind in REPORTS]
    if case["part"] == Part.OWN:
        # Whether the others agree is what an own part does not tell.
        own = [row for row in rows if row.get("agency_id") is not None]
        return {"rows": own, "verdict": "", "tone": "", "compare": "", "sides": []}
    results = [given[kind].get("result", "") for kind in FINDING_KINDS if given.get(kind)]
    verdict, tone = _verdict(results, waiting=any(kind in open_kinds for kind in FINDING_KINDS))
    asked = bool(given) or any(kind in open_kinds for kind in FINDING_KINDS)
    reported = given.get("check_consumption") or {}
    compare = f"{reverse('web:tariff')}?{urlencode({'case': case['number']})}" if reported.get("monthly_kwh") else ""
    return {
        "rows": rows if asked else [],
        "verdict": verdict,
        "tone": tone,
        "sides": _sides(given) if tone == CONFLICT else [],
        "compare": compare if may_compare(actor) else "",
    }


def _finding(kind: str, found: Mapping[str, Any] | None, task: Row | None, names: Mapping[int, str]) -> dict[str, Any]:
    row: dict[str, Any] = {"name": AGENCIES[kind], "task": KINDS[kind].label, "tone": "", "lines": [], "who": ""}
    if not found:
        owner = task["agency"]["id"] if task else None
        waiting = gettext("已交办，尚未反馈") if task else gettext("未要求此项核查")
        return {
            **row,
            "agency_id": owner,
            "result": Text("待反馈", "Awaited") if task else Text("--", "--"),
            "waiting": waiting,
        }
    if found.get("waived"):
        return {
            **row,
            "agency_id": found.get("agency"),
            "result": Text("免予核查", "Waived"),
            "waiting": gettext("已免予核查"),
        }
    inputs = TRANSITIONS[REPORTS[kind]].inputs
    result = str(found.get("result", ""))
    return {
        **row,
        "agency_id": found.get("agency"),
        "result": _choice(inputs, "result", result),
        "tone": "warn" if result in FOR | VICTIM else "ok" if result in AGAINST else "",
        "lines": _lines(inputs, found)[:SHOWN_LINES],
        "at": found.get("at"),
        "who": names.get(found.get("user", 0), ""),
        "waiting": gettext("无补充说明"),
    }


def _verdict(results: list[str], *, waiting: bool) -> tuple[str, str]:
    """Agreement or conflict, in words and tone."""
    sides = {
        ("for" if r in FOR else "against" if r in AGAINST else "victim" if r in VICTIM else "open") for r in results
    }
    sides.discard("open")
    if len(sides) > 1:
        return gettext("意见不一致，需会商"), CONFLICT
    if waiting:
        return gettext("反馈未齐"), "warn"
    if not sides:
        return "", ""
    return {
        "for": (gettext("无分歧，均指向“挖矿”"), "ok"),
        "against": (gettext("无分歧，均未发现“挖矿”"), "ok"),
        "victim": (gettext("无分歧，疑被入侵利用"), "warn"),
    }[sides.pop()]


def _sides(given: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Who says what, where they disagree."""
    found = []
    for codes, text in SIDES.values():
        who = [say(AGENCIES[kind]) for kind in REPORTS if (given.get(kind) or {}).get("result") in codes]
        if who:
            found.append({"text": text, "who": listed(who)})
    return found


def _lines(inputs: tuple[Field, ...], found: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The figures of a finding with the labels of the form they were typed into."""
    lines = []
    for field in inputs:
        value = found.get(field.name)
        if field.name in ("task", "result") or field.sealed or value in (None, "", []):
            continue
        lines.append({"label": field.label, "value": said(field, value)})
    return lines


def said(field: Field, value: Any) -> Any:
    """A stored value in words."""
    names = dict(field.choices)
    if field.kind == "datetime" and isinstance(value, str):
        return when(value)
    if field.kind in ("decimal", "integer"):
        return amount(value)
    if isinstance(value, bool):
        return Text("是", "Yes") if value else Text("否", "No")
    if isinstance(value, list):
        if field.kind in ("list", "attachments"):
            return gettext("%(n)s 项") % {"n": len(value)}
        return listed(say(names.get(item, item)) for item in value)
    return names.get(value, value) if isinstance(value, str) else value


def _choice(inputs: tuple[Field, ...], name: str, value: str) -> Any:
    field = next((f for f in inputs if f.name == name), None)
    return dict(field.choices).get(value, value) if field else value

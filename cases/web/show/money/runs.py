"""A month's run of bills for its pages and file: words for states and fates, how far it is, the cells of a row."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

import orjson
from django.utils.translation import gettext

from agencies.actors import Actor
from cases.billing.runs.acts import open_steps
from cases.billing.runs.selecting import told
from cases.billing.runs.words import PROBLEMS
from cases.models.money import BillRun
from cases.selectors.paging import Row
from cases.web.show.measures import amount, doubt
from cases.web.show.words import say
from cases.workflow.view import Text

STATES: Final = {
    "ready": Text("待开始出账", "Ready"),
    "billing": Text("出账中", "Billing"),
    "billed": Text("待复核", "Awaits review"),
    "reviewing": Text("复核中", "Being reviewed"),
    "reviewed": Text("已复核", "Reviewed"),
    "stopped": Text("已中止", "Stopped"),
    "discarded": Text("已作废", "Thrown away"),
}
TONES: Final = {"billing": "info", "reviewing": "info", "billed": "warn", "reviewed": "ok", "stopped": "bad"}
FATES: Final = {
    "ready": Text("待出账", "To be billed"),
    "unusable": Text("不能出账的行", "Unusable"),
    "billed": Text("已出账", "Billed"),
    "refused": Text("出账被拒", "Refused"),
    "approved": Text("复核通过", "Approved"),
    "sent_back": Text("复核退回", "Sent back"),
    "not_reviewed": Text("未能复核", "Not reviewed"),
}
QUIET: Final = timedelta(minutes=2)
HEADS: Final = (
    ("行", "Row"), ("户号（遮盖）", "Account (masked)"), ("案件编号", "Case"), ("抄表周期起", "Cycle from"),
    ("抄表周期止", "Cycle to"), ("电量 kWh", "kWh"), ("处理", "Result"), ("说明", "Explanation"), ("账单", "Bill"),
    ("其中加价 元", "Surcharge CNY"), ("应收 元", "Amount CNY"), ("复核", "Review"), ("复核说明", "Review note"),
    ("电价核实", "Certainty of prices"),
)  # fmt: skip


def line(run: Row) -> Row:
    """One run in the list."""
    counts = orjson.loads(run["counted"])
    return {
        **run,
        "state_label": STATES[run["state"]],
        "tone": TONES.get(run["state"], ""),
        "billed": counts.get("billed", 0),
        "not_billed": counts.get("unusable", 0) + counts.get("refused", 0),
    }


def head(run: BillRun, actor: Actor, now: datetime) -> dict[str, Any]:
    """One run: where it stands, how far it is, and which step this person may take."""
    done = run.reviews_done if run.state in ("reviewing", "reviewed") else run.rows_done
    steps = open_steps(run, actor)
    return {
        "id": run.id,
        "month": run.month,
        "filename": run.filename,
        "due_on": run.due_on,
        "state": run.state,
        "state_label": STATES[run.state],
        "tone": TONES.get(run.state, ""),
        "running": run.state in ("billing", "reviewing"),
        "percent": 100 * done // run.rows_total if run.rows_total else 100,
        "done": done,
        "rows": run.rows_total,
        "moved_at": run.moved_at,
        "quiet": run.state in ("billing", "reviewing") and now - run.moved_at > QUIET,
        "problem": PROBLEMS.get(run.problem),
        "uploaded": (run.uploaded_by.display_name, run.uploaded_at),
        "started": (run.started_by.display_name, run.started_at) if run.started_by else None,
        "reviewed": (run.reviewed_by.display_name, run.review_started_at) if run.reviewed_by else None,
        "counts": [(code, FATES[code], run.counts.get(code, 0)) for code in FATES if code != "ready"],
        "may_start": "start" in steps,
        "may_discard": "discard" in steps,
        "may_review": "review" in steps,
        "own_bills": "reviewed_by_another" in steps,
    }


def row(found: Row) -> Row:
    """One row in words."""
    shown = told(found)
    return {
        **shown,
        "kwh_shown": amount(shown["kwh"] or None),
        "fate_label": FATES[found["fate"]],
        "amount_shown": amount(found["amount"]),
        "doubt": doubt({"certainty": found["certainty"], "doubts": orjson.loads(found["doubts"] or "[]")}),
        "surcharge_shown": amount(found["surcharge"]),
        "review_label": FATES.get(found["review"]),
    }


def cells(found: Row) -> list[str]:
    shown = row(found)
    return [
        str(found["number"]), found["account"], found["case_number"] or "", _iso(found["cycle_from"]),
        _iso(found["cycle_to"]), shown["kwh"], say(shown["fate_label"]), say(shown["said"]), found["bill"],
        _number(found["surcharge"]), _number(found["amount"]), say(shown["review_label"]), say(shown["review_said"]),
        shown["doubt"],
    ]  # fmt: skip


def _iso(day: Any) -> str:
    return day.isoformat() if day else ""


def _number(value: Any) -> str:
    return "" if value is None else f"{value:f}"


def why_not() -> str:
    return gettext("批量出账由供电企业的电费核算人员上传和开始，由另一名复核人员复核。")

"""The register of compensation for wrong cuts, as a page and as a file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Final

from django.urls import reverse
from django.utils import timezone

from cases.selectors.paging import Row
from cases.web.show.law.cut import CAUSES, RECORD
from cases.web.show.words import say
from cases.workflow.view import Text

HEADS: Final = (
    Text("案件", "Case"),
    Text("名称", "Title"),
    Text("地区", "Region"),
    Text("事由", "Cause"),
    Text("停电时间", "Cut at"),
    Text("复电时间", "Restored at"),
    Text("停电小时数", "Hours off"),
    Text("估算少用电量（千瓦时）", "Energy missed (kWh, estimated)"),
    Text("请求金额（元）", "Claimed (CNY)"),
    Text("决定金额（元）", "Decided (CNY)"),
    Text("状态", "State"),
)
HEADED: Final = (
    *("number", "title", "region", "cause", "cut_at", "restored_at"),
    *("hours", "kwh", "claimed", "decided", "state"),
)
TONES: Final = {"open": "bad", "claimed": "warn", "decided": "ok"}


def lines(cases: Sequence[Row]) -> Iterator[dict[str, Any]]:
    """One line a record; a case may have several."""
    for case in cases:
        for row in case["records"]:
            yield {
                "number": case["number"],
                "title": case["title"],
                "href": reverse("web:case", args=[case["number"]]),
                "region": case["region"]["name"],
                "cause": CAUSES.get(row.get("cause", ""), row.get("cause", "")),
                "cut_at": _local(row.get("cut_at")),
                "restored_at": _local(row.get("restored_at")),
                "hours": row.get("hours", ""),
                "kwh": row.get("kwh", ""),
                "claimed": (row.get("claimed") or {}).get("sum", ""),
                "decided": (row.get("decided") or {}).get("sum", ""),
                "state": RECORD.get(row.get("state", ""), row.get("state", "")),
                "tone": TONES.get(row.get("state", ""), ""),
            }


def cells(line: dict[str, Any]) -> list[str]:
    """A line of the file."""
    return [say(line[name]) if isinstance(line[name], Text) else str(line[name]) for name in HEADED]


def _local(at: str | None) -> str:
    return timezone.localtime(datetime.fromisoformat(at)).strftime("%Y-%m-%d %H:%M") if at else ""

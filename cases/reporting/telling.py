"""Who hears of a new report: those whose report it is, the supervision of the region, and whoever has an excerpt.

Commissions and supervisions further up read it when they want to; they are told of their own region's.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from agencies.directory import get_directory
from agencies.vocabulary import Kind
from cases.models import Report, ReportVersion
from cases.policy.reports.numbers import KINDS
from cases.workflow.recording.notices import notice

TOPIC: Final = "report.ready"
_COMMISSION: Final = ("handler", "reviewer", "approver")
_SUPERVISION: Final = ("supervisor",)
_LATE: Final = ("reviewer",)


def tell_readers(version: ReportVersion, excerpts: set[int], now: datetime) -> None:
    """One message an agency and version, in the transaction of the drawing."""
    report = version.report
    zh, en = KINDS[report.kind]
    for agency, roles in dict(_readers(report, excerpts)).items():
        notice(
            topic=TOPIC,
            agency_id=agency,
            payload={
                "number": report.number,
                "label_zh": zh,
                "label_en": en,
                "roles": list(roles),
                "by": version.asked_by_id,
                "link": f"/reports/{report.pk}/",
            },
            key=f"report/{report.pk}/{version.version}/{agency}",
            now=now,
        )


def _readers(report: Report, excerpts: set[int]) -> Iterator[tuple[int, tuple[str, ...]]]:
    yield from ((agency, _LATE) for agency in sorted(excerpts))
    supervision = get_directory().addressee(Kind.SUPERVISION, report.region_id)
    if supervision is not None:
        yield supervision.id, _SUPERVISION
    yield report.agency_id, _COMMISSION

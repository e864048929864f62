"""What stands above every sheet and paper of a report: which one, of what week, of when, by whom, which version."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from agencies.directory import Directory, get_directory
from cases.models import ReportVersion
from cases.policy.reports.weeks import Week
from cases.reporting.papers.words import moment_text, week_text

TITLES = {"ledger": "虚拟货币“挖矿”整治工作台账", "overdue": "虚拟货币“挖矿”整治逾期事项通报"}


@dataclass(frozen=True, slots=True)
class Head:
    """The lines above; `of` names whose excerpt it is, where it is one."""

    kind: str
    number: str
    region: str
    agency: str
    week: Week
    version: int
    at: datetime
    due_at: datetime
    late: bool
    of: str = ""

    @property
    def title(self) -> str:
        return f"{self.region}{TITLES[self.kind]}" + (f"（{self.of}）" if self.of else "")

    def lines(self) -> Iterator[tuple[str, str]]:
        yield "编号", self.number + (f"（第{self.version}版）" if self.version > 1 else "")
        yield "周期", week_text(self.week.first, self.week.last)
        yield "截至", f"{moment_text(self.week.ends)}（统计以此时为准）"
        yield "制表单位", self.agency
        yield "生成时间", moment_text(self.at) + ("（迟延生成，统计口径不变）" if self.late else "")


def head_of(version: ReportVersion, at: datetime, directory: Directory | None = None, of: str = "") -> Head:
    """The head of this version, drawn up at `at`."""
    known, report = directory or get_directory(), version.report
    return Head(
        kind=report.kind,
        number=report.number,
        region=known.regions[report.region_id].name,
        agency=known.by_id[report.agency_id].name,
        week=Week(report.first_day),
        version=version.version,
        at=at,
        due_at=version.due_at,
        late=version.late,
        of=of,
    )

"""Weekly ledgers and overdue bulletins: what is due, or one that is asked for, by the same road as the worker."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core.management.base import CommandError, CommandParser

from agencies.directory import get_directory
from agencies.regions import UnknownRegion, normalise
from agencies.vocabulary import Kind
from audit import clock
from audit.management.system import SystemCommand
from cases.models import ReportVersion
from cases.policy.reports.numbers import KINDS
from cases.reporting.access import asked
from cases.reporting.drawing import draw_version
from cases.reporting.plan import begin, sweep
from cases.workflow.errors import InvalidInput


class Command(SystemCommand):
    works_as = "reports"
    help = (
        "生成到期的工作台账和逾期通报 Draw up the weekly ledgers and overdue bulletins that are due, and those that"
        " stand still; with --region one of a region, once more where it is there already. Each has its number"
        " and is kept."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--region", help="地区名称或代码 (name or code of the region)")
        parser.add_argument("--kind", choices=[*KINDS], default="ledger", help="种类 (with --region: which paper)")
        parser.add_argument("--week", help="周期的周一，如 2026-11-16 (with --region: the Monday of the week)")

    def handle(self, *args: Any, **options: Any) -> None:
        now = clock.now()
        wanted = [self._asked(options)] if options["region"] else sweep(now, timedelta())
        drawn = [draw_version(version, now) for version in wanted]
        for version in drawn:
            self.stdout.write(_line(version))
        if not drawn:
            self.stdout.write("没有到期的报告")
        if failed := sum(version.state == ReportVersion.State.FAILED for version in drawn):
            raise CommandError(f"{failed} 份未能生成；原因见日志。")

    def _asked(self, options: dict[str, Any]) -> str:
        now = clock.now()
        try:
            code = normalise(options["region"])
            week = asked(options["kind"], options["week"] or "", now)
        except UnknownRegion as error:
            raise CommandError(error.text.zh) from None
        except InvalidInput as error:
            raise CommandError(" ".join(text.zh for text in error.fields.values())) from None
        agency = get_directory().addressee(Kind.DEVELOPMENT_COMMISSION, code)
        if agency is None or agency.region_code != code:
            raise CommandError("该地区没有发展改革委，没有台账；请由安全管理员先登记该机构。")
        return str(begin(options["kind"], agency, week, None, now, again=True)[0].pk)


def _line(version: ReportVersion) -> str:
    report, late = version.report, "，迟延" if version.late else ""
    state = ReportVersion.State(version.state).label
    week = f"{report.first_day} 至 {report.last_day}"
    return f"{report.number} 第{version.version}版（{week}）{state}{late}：{version.cases} 件"

"""`manage.py verify_audit`: verify the audit trail; exit status 1 and the first bad event when something is wrong."""

import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

from audit import clock
from audit.management.system import SystemCommand
from audit.verification import Report, verify
from audit.verification.keeping import SYSTEM, keep
from audit.verification.projections import Problem

LISTED = 20


class Command(SystemCommand):
    works_as = "verifier"
    help = "核验审计记录：哈希链、字段、封存内容、由事件重建的状态。Verify the audit trail; exits 1 when it is broken."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="一行 JSON one line of JSON")
        parser.add_argument("--stream", metavar="S", help="只核验一条记录链 one stream only, e.g. case/<uuid>")
        parser.add_argument("--workers", type=int, default=1, metavar="N", help="进程数 processes (1)")
        parser.add_argument(
            "--chains-only", action="store_true", help="不重建状态 do not replay states from the events"
        )
        parser.add_argument("--lang", choices=("zh", "en"), default="zh", help="输出语言 language of the output")
        parser.add_argument(
            "--record",
            action="store_true",
            help="结果记入审计（无误的，此后删除末尾记录也能发现）"
            "keep the result on record; a clean one later betrays deleted ends",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["record"] and options["stream"]:
            raise CommandError("--record 只用于全部核验 --record needs the whole trail, not --stream")
        report = verify(stream=options["stream"], workers=options["workers"], replay=not options["chains_only"])
        if options["stream"] and report.ok and not report.events:
            raise CommandError(f"没有记录链“{options['stream']}” there is no stream {options['stream']}")
        if options["json"]:
            self.stdout.write(json.dumps(report.as_dict(), ensure_ascii=False))
        else:
            self._print(report, options["lang"])
        if options["record"]:
            keep(report, SYSTEM, clock.now())
        if not report.ok:
            sys.exit(1)

    def _print(self, report: Report, lang: str) -> None:
        for line in _summary_zh(report) if lang == "zh" else _summary_en(report):
            self.stdout.write(line)
        for problem in report.problems[:LISTED]:
            self.stdout.write(f"  {_line(problem, lang)}")


def _line(problem: Problem, lang: str) -> str:
    text = problem.zh if lang == "zh" else problem.en
    where = [f"[{problem.code}]"]
    if problem.event_id is not None:
        where.append(f"#{problem.event_id}")
    if problem.stream:
        where.append(problem.stream)
    if problem.seq is not None:
        where.append(f"第 {problem.seq} 号" if lang == "zh" else f"seq {problem.seq}")
    return f"{' '.join(where)}{'：' if lang == 'zh' else ': '}{text}"


def _summary_zh(report: Report) -> list[str]:
    counted = f"核验 {report.events} 条记录、{report.streams} 条记录链"
    lines = [
        f"{counted}，用时 {report.seconds:.2f} 秒，每秒 {report.events_per_second} 条",
        f"封存内容：{report.sealed} 件相符，{report.erased} 件已依规清除",
    ]
    if report.missing_sealed:
        lines.append(f"注意：{len(report.missing_sealed)} 件封存内容已不在库中，且无清除记录；证明仍然有效")
    if report.unused_ids is not None:
        lines.append(
            f"未使用的编号 {report.unused_ids} 个（回滚的事务会占用编号）；尚未定局的记录 {report.unsettled} 条"
        )
    if report.first is None:
        return [*lines, "结论：全部相符"]
    return [*lines, f"结论：发现 {report.problem_count} 处问题，最早的一处：{_line(report.first, 'zh')}", "问题清单："]


def _summary_en(report: Report) -> list[str]:
    counted = f"verified {report.events} events in {report.streams} streams"
    lines = [
        f"{counted} in {report.seconds:.2f} s, {report.events_per_second} events/s",
        f"sealed data: {report.sealed} open their commitment, {report.erased} erased on record",
    ]
    if report.missing_sealed:
        lines.append(f"note: sealed data of {len(report.missing_sealed)} events are gone without a record of erasure")
    if report.unused_ids is not None:
        lines.append(f"unused ids {report.unused_ids} (rollbacks use ids up); unsettled events {report.unsettled}")
    if report.first is None:
        return [*lines, "result: everything agrees"]
    return [*lines, f"result: {report.problem_count} problems, the first: {_line(report.first, 'en')}", "problems:"]

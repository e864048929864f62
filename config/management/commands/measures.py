"""The explained decision on a case from the shell: every measure, available or not, and why not."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from django.core.management.base import CommandError, CommandParser

from audit import clock
from audit.management.system import SystemCommand
from cases.policy.dated import CHINA
from cases.workflow.deciding.loading import find_case
from cases.workflow.measures.reading import decision_at_the_shell


def day(text: str) -> date:
    """A day as it is typed; a clear word for anything else."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise CommandError(f"“{text}”不是日期，请写成 2026-11-20。 “{text}” is no date; write 2026-11-20.") from None


class Command(SystemCommand):
    works_as = "measures"
    help = (
        "列出一件案件当日可采取和不能采取的措施 List every measure on a case on a day: available, or what is missing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("case", help="案件编号或 id (number or id)")
        parser.add_argument("--on", help="按哪一天的规定，默认今天 (by the rules of this day; today)")
        parser.add_argument("--json", action="store_true", help="以 JSON 输出 (print as JSON)")

    def handle(self, *args: Any, **options: Any) -> None:
        on = day(options["on"]) if options["on"] else clock.now().astimezone(CHINA).date()
        case_id = find_case(options["case"])
        if case_id is None:
            raise CommandError(
                f"没有编号或 id 为“{options['case']}”的案件，请核对。 There is no case “{options['case']}”."
            )
        decision = decision_at_the_shell(case_id, on)
        if options["json"]:
            self.stdout.write(json.dumps(decision, ensure_ascii=False))
            return
        self.stdout.write(f"{decision['number']}  {decision['on']}  规则版本 {decision['rules']}")
        for row in decision["measures"]:
            self.stdout.write(f"{'可以' if row['available'] else '不可'}  {row['zh']}  {'；'.join(row['articles'])}")
            for piece in row["missing"]:
                who = "；".join(each["zh"] for each in piece["suppliers"]) or "任何单位都不能补"
                self.stdout.write(f"      缺 {piece['code']}  {piece['zh']}  {piece['article']}  → {who}")
        if decision["blind_spot"]["applies"]:
            reasons = "；".join(reason["zh"] for reason in decision["blind_spot"]["reasons"])
            self.stdout.write(f"监管盲区  {reasons}")

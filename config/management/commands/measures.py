"""The explained decision on a case from the shell: every measure, available or not, and why not.

With `--json` the standard output is one object: the decision, or `{"error", "message"}` and exit status 1.
"""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.db import ProgrammingError

from audit import clock
from audit.management.system import SystemCommand
from cases.policy.dated import CHINA, readable_day
from cases.workflow.deciding.loading import find_case
from cases.workflow.measures.reading import decision_at_the_shell

FACTS = {"day": "按当日已有的事实", "now": "按现有事实", "before_case": "当日尚未立案，按现有事实"}


class Unanswered(CommandError):
    """Why there is no decision; under `--json` this stands on the standard output too, as an object."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def day(text: str) -> date:
    """A day as it is typed; a clear word for anything else."""
    found = readable_day(text)
    if found is None:
        said = f"“{text}”不是日期，请写成 2026-11-20。 “{text}” is no date; write 2026-11-20."
        raise Unanswered("invalid_day", said)
    return found


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
        try:
            decision = self._decision(options["case"], options["on"])
        except Unanswered as error:
            if options["json"]:
                self.stdout.write(json.dumps({"error": error.code, "message": str(error)}, ensure_ascii=False))
            raise
        if options["json"]:
            self.stdout.write(json.dumps(decision, ensure_ascii=False))
        else:
            self._print(decision)

    def _decision(self, reference: str, typed: str | None) -> dict[str, Any]:
        on = day(typed) if typed is not None else clock.now().astimezone(CHINA).date()
        try:
            case_id = find_case(reference)
        except ProgrammingError as error:
            if type(error.__cause__).__name__ != "UndefinedTable":
                raise
            raise Unanswered(
                "not_migrated", "数据库尚未建立，请先运行 manage.py migrate。 Run manage.py migrate first."
            ) from error
        if case_id is None:
            raise Unanswered(
                "unknown_case", f"没有编号或 id 为“{reference}”的案件，请核对。 There is no case “{reference}”."
            )
        return decision_at_the_shell(case_id, on)

    def _print(self, decision: dict[str, Any]) -> None:
        said = FACTS[decision["facts_of"]]
        self.stdout.write(f"{decision['number']}  {decision['on']}  规则版本 {decision['rules']}  {said}")
        for row in decision["measures"]:
            self.stdout.write(f"{'可以' if row['available'] else '不可'}  {row['zh']}  {'；'.join(row['articles'])}")
            for piece in row["missing"]:
                who = "；".join(each["zh"] for each in piece["suppliers"]) or "任何单位都不能补"
                self.stdout.write(f"      缺 {piece['code']}  {piece['zh']}  {piece['article']}  → {who}")
        if decision["blind_spot"]["applies"]:
            reasons = "；".join(reason["zh"] for reason in decision["blind_spot"]["reasons"])
            self.stdout.write(f"监管盲区  {reasons}")

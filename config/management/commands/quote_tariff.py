"""`manage.py quote_tariff --json`: what a reading cycle costs, one JSON object a line in and out.

It stands here and not with the cases: it reads no case and no account, only the price records. With `--entered` it also
takes the versions that people entered and others approved, and only then does it ask the database.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from django.core.management.base import CommandParser

from audit.management.system import SystemCommand
from cases.policy.entered import NONE
from cases.policy.tariff.contract import answer_line
from cases.selectors.rules.entered import entered_rules


class Command(SystemCommand):
    help = (
        "逐行读取 JSON 并计算电费 Read one JSON object a line from standard input and answer each with its bill"
        " {lines, total} or {error, message}."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="每行一个 JSON 对象 (one JSON object a line)")
        told = "一并采用已批准的录入版本 (take approved entered versions as well)"
        parser.add_argument("--entered", action="store_true", help=told)

    def handle(self, *args: Any, **options: Any) -> None:
        rules = entered_rules() if options["entered"] else NONE
        for raw in getattr(sys.stdin, "buffer", sys.stdin):
            text = raw.decode("utf-8", "replace") if isinstance(raw, bytes) else raw
            answer = answer_line(text, rules.tariffs, rules.documents)
            if options["json"]:
                self.stdout.write(json.dumps(answer, ensure_ascii=False))
            elif "error" in answer:
                self.stdout.write(f"{answer['error']}: {answer['message']}")
            else:
                rows = "  ".join(f"{r['item']} {r['kwh']}×{r['price']}={r['amount']}" for r in answer["lines"])
                self.stdout.write(f"{answer['total']}  {rows}")
            self.stdout.flush()

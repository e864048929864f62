"""From the shell: which open cases the rules of another day, or an entered version, newly cover or uncover."""

from __future__ import annotations

import json
import sys
from typing import Any

from django.core.management.base import CommandError, CommandParser

from agencies.directory import get_directory
from audit import clock
from audit.management.system import SystemCommand
from cases.policy.dated import CHINA, region_prefix
from cases.policy.measures.changes import State
from cases.selectors.rules.entered import entered_rules
from cases.workflow.measures.comparing import compare, without
from config.management.commands.measures import day


class Command(SystemCommand):
    works_as = "measures"
    help = "列出规则变动后新增可用、不再可用的措施 List the open cases that a change of the rules covers or uncovers."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--from", dest="first", help="变动前的日期，默认今天 (the rules before; today)")
        parser.add_argument("--to", dest="last", help="变动后的日期，默认今天 (the rules afterwards; today)")
        parser.add_argument("--region", help="地区代码 (code of a region and what lies in it)")
        parser.add_argument("--without", help="变动前不计的录入规则 id (an entered version left out before)")
        parser.add_argument("--json", action="store_true", help="以 JSON 输出 (print as JSON)")

    def handle(self, *args: Any, **options: Any) -> None:
        today, rules = clock.now().astimezone(CHINA).date(), entered_rules()
        before = day(options["first"]) if options["first"] else today
        after = day(options["last"]) if options["last"] else today
        old = rules
        if options["without"]:
            if options["without"] not in rules.by_id:
                raise CommandError(
                    f"没有 id 为“{options['without']}”的已生效录入规则。 No approved version has this id."
                )
            old = without(rules, options["without"])
        region = region_prefix(options["region"]) if options["region"] else None
        states = State(before, old), State(after, rules)
        found = compare(None, get_directory(), *states, region=region, most=sys.maxsize, seen=today)
        if options["json"]:
            self.stdout.write(json.dumps({"cases": found.cases, "compared": found.compared, "results": found.rows}))
            return
        self.stdout.write(f"{before} → {after}：在办 {found.cases} 件，比较 {found.compared} 件")
        for row in found.rows:
            why = "；".join(reason["zh"] for reason in row["because"])
            sign = "新增可用" if row["opened"] else "不再可用"
            self.stdout.write(f"{row['number']}  {sign}  {row['zh']}  {why}  → {row['proposal_zh']}")

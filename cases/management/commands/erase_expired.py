"""`manage.py erase_expired`: put down the closed cases whose personal data are due to go; a shell erases nothing."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from audit import clock
from audit.management.system import SystemCommand
from cases.policy.dated import CHINA
from cases.retention.acts import propose
from cases.retention.finding import candidates, what_goes


class Command(SystemCommand):
    works_as = "retention"
    help = (
        "将到期案件的个人信息列入待清除，由两名人员在“个人信息清除”页确认并清除"
        " Put down the cases whose personal data are due; two people confirm and erase them on the page."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="逐案预览，不列入 a preview of each case, no change")

    def handle(self, *args: Any, **options: Any) -> None:
        now = clock.now()
        if not options["dry_run"]:
            made = propose(now)
            self.stdout.write(f"新列入 {len(made)} 件。{len(made)} cases were put down.")
            return
        day = now.astimezone(CHINA).date()
        for one in candidates(now):
            rule, held = one.verdict.rule, ",".join(one.verdict.held_by)
            state = "到期 due" if one.verdict.is_due(day) else f"暂缓 held: {held}" if held else "未到期 not yet"
            counts = " ".join(f"{name}={n}" for name, n in what_goes(one.case_id, one.scope).counts.items())
            self.stdout.write(f"{one.number} {one.scope} {rule.key} {one.verdict.due_on} {state} {counts}")

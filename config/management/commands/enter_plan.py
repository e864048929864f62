"""`manage.py enter_plan`: a State Council notice before a release brings it; it counts once a person has checked it."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from agencies.actors import system_actor
from audit import clock
from audit.management.system import SystemCommand
from cases.calendar.plans import plan_in, propose
from cases.calendar.preview import effect_of_plan
from cases.policy.calendar import YearPlan
from cases.workflow.clockwork.moving import Effect
from cases.workflow.errors import WorkflowError

LARGEST = 100_000


class Command(SystemCommand):
    works_as = "calendar"
    help = (
        "录入国务院办公厅放假通知（CSV：日期,休|班；或 JSON），经发展改革委在页面核对后生效。"
        "Enter a State Council notice (CSV: day,holiday|workday, or JSON); it counts once a commission has checked it."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("year", type=int)
        parser.add_argument("file", help="2027-02-05/2027-02-11,休 …")
        parser.add_argument("--source", default="", help="国办发明电〔2026〕…号")
        parser.add_argument("--reason", default="", help="default: 〈year〉年放假安排")
        parser.add_argument("--look", action="store_true", help="only show what it says and what it would move")

    def handle(self, *args: Any, **options: Any) -> None:
        year, now = options["year"], clock.now()
        try:
            plan = plan_in(year, _text(options["file"]), now)
            self._show(plan, effect_of_plan(plan, now))
            if options["look"]:
                return
            reason = options["reason"] or f"{year} 年放假安排"
            entry = propose(actor=system_actor(), plan=plan, reason=reason, source=options["source"], now=now)
        except WorkflowError as refused:
            said = [refused.text, *refused.fields.values()]
            raise CommandError(" ".join(f"{text.zh} {text.en}" for text in said)) from refused
        self.stdout.write(f"已录入，待核对 entered, waits to be checked: /calendar/{entry.pk}/")

    def _show(self, plan: YearPlan, effect: Effect) -> None:
        for mark, days in (("休 off", plan.holidays), ("班 on", plan.workdays)):
            self.stdout.write(f"{mark}: {', '.join(day.isoformat() for day in sorted(days))}")
        self.stdout.write(
            f"未办结期限 {effect.looked_at} 项，将变动 {effect.moved} 项"
            f" {effect.looked_at} open deadlines, {effect.moved} would move"
        )


def _text(path: str) -> str:
    try:
        content = Path(path).read_bytes()
        if len(content) > LARGEST:
            raise CommandError(f"文件过大 The file is too long: {path}")
        return content.decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"文件不能读取（须为 UTF-8）The file cannot be read as UTF-8: {path}") from error

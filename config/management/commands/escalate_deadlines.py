"""`manage.py escalate_deadlines`: fire each step of a deadline that has fallen due, as the workers do each minute."""

from __future__ import annotations

from typing import Any

from audit import clock
from audit.management.system import SystemCommand
from cases.workflow.clockwork.escalating import escalate


class Command(SystemCommand):
    works_as = "escalation"
    help = "发出到期的催办、督办、通报 Fire the reminders and escalations of deadlines that have fallen due."

    def handle(self, *args: Any, **options: Any) -> None:
        done = escalate(now=clock.now())
        self.stdout.write(
            f"期限 {done.deadlines} 项，发出 {done.steps} 步，其中迟发 {done.late} 步 "
            f"deadlines {done.deadlines}, steps {done.steps}, late {done.late}"
        )

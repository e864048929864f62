"""`manage.py fold_counters`: fold the deltas of the open-task counts now, as the worker does every half minute."""

from __future__ import annotations

from typing import Any

from audit.management.system import SystemCommand
from cases.selectors.counters import fold_task_counters


class Command(SystemCommand):
    works_as = "counters"
    help = "折叠待办计数的变动 Fold the changes of the open-task counts into the counters; totals do not change."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"已折叠 {fold_task_counters()} 条变动 deltas folded")

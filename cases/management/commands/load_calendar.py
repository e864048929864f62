"""`manage.py load_calendar`: take up the holiday plans of this release and count again what rested on their absence."""

from __future__ import annotations

from typing import Any

from audit import clock
from audit.management.system import SystemCommand
from cases.calendar.loading import load_calendar
from cases.calendar.warning import warn_of_missing


class Command(SystemCommand):
    works_as = "calendar"
    help = "载入本版本的放假安排，重算暂定期限 Load this release's holiday plans and recount provisional deadlines."

    def handle(self, *args: Any, **options: Any) -> None:
        loading = load_calendar(now=clock.now())
        state = "已载入 loaded" if loading.new else "未变 unchanged"
        self.stdout.write(
            f"日历至 {loading.last_year} 年：{state}；重算期限 {loading.deadlines} 项 deadlines recounted"
        )
        if loading.missing is not None:
            warn_of_missing(loading.missing, clock.now())
            self.stderr.write(
                f"{loading.missing} 年放假安排尚未收录：涉及该年的期限为暂定，停电窗口不得落入该年。"
                "请升级 chinesecalendar 后再次运行，或用 enter_plan 录入国务院办公厅通知。"
                f"No plan for {loading.missing}: upgrade chinesecalendar, or enter the notice (enter_plan)."
            )

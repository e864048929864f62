"""`manage.py prune_access_log`: take away the lines of the access log that are older than the retention."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.utils import timezone

from audit.access.sections import Prunable, prunable, prune, seal_section
from audit.management.system import SystemCommand


class Command(SystemCommand):
    works_as = "access_log"
    help = "清理超过保存期限的查阅日志 Take away the lines of the access log that are older than the retention."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--dry-run", action="store_true", help="只列出，不清理 say what would go, and change nothing"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["dry_run"]:
            self._say(prunable(), "将清理", "would go")
            return
        seal_section()
        self._say(prune(), "已清理", "are gone")

    def _say(self, going: Prunable, zh: str, en: str) -> None:
        keep = settings.ACCESS_LOG_DAYS
        if going.first is None or going.last is None:
            self.stdout.write(f"没有超过 {keep} 天的已封存记录。No sealed line is older than {keep} days.")
            return
        first, last = (timezone.localtime(at).strftime("%Y-%m-%d %H:%M") for at in (going.first, going.last))
        self.stdout.write(f"{zh} {going.lines} 行（{first} 至 {last}）。{going.lines} lines {en}.")

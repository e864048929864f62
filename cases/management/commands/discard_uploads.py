"""`manage.py discard_uploads`: throw away unfinished uploads that are over their day now, as the worker does."""

from __future__ import annotations

from typing import Any

from audit import clock
from audit.management.system import SystemCommand
from cases.intake.uploads.finishing import discard_expired


class Command(SystemCommand):
    works_as = "uploads"
    help = "清除超过一天的分片上传 Throw away uploads of lists that are over their day; batches stay."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"已清除 {discard_expired(clock.now())} 次上传 uploads thrown away")

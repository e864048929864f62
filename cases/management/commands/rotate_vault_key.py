"""`manage.py rotate_vault_key`: seal all personal data again with the first key of VAULT_KEYS."""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser

from agencies.actors import system_actor
from audit import clock
from audit.management.system import SystemCommand
from cases.intake.rotation import Rotation, keys_in_use, rotate


class Command(SystemCommand):
    works_as = "rotation"
    help = (
        "以 VAULT_KEYS 中的第一把密钥重新封存全部个人信息；可随时中断，再次运行即继续。"
        " Seal all personal data again with the first key of VAULT_KEYS; the next run goes on with what is left."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--check", action="store_true", help="只看各密钥封存了多少 only count what each key has closed"
        )
        parser.add_argument("--json", action="store_true", help="one JSON object instead of sentences")

    def handle(self, *args: Any, **options: Any) -> None:
        done = None
        if not options["check"]:
            done = rotate(actor=system_actor(), now=clock.now(), progress=self._progress)
        self._say(done, keys_in_use(), as_json=options["json"])
        if done is not None and done.unreadable:
            raise CommandError(
                f"有 {done.unreadable} 项无法解密，保持原样：{'；'.join(done.named)}。"
                "请把封存它们的旧密钥放回 VAULT_KEYS 后重新运行。"
                f" {done.unreadable} values do not open and stay as they are; put their key back into VAULT_KEYS."
            )

    def _progress(self, what: str, moved: int) -> None:
        self.stderr.write(f"{what}：已重新封存 {moved} 项")

    def _say(self, done: Rotation | None, in_use: dict[str, dict[str, int]], *, as_json: bool) -> None:
        first = next(iter(settings.VAULT_KEYS))
        idle = [name for name in settings.VAULT_KEYS if name != first and not any(name in c for c in in_use.values())]
        if as_json:
            answer = {"key": first, "in_use": in_use, "removable": idle}
            moved = {"moved": done.moved, "unreadable": done.unreadable} if done else {}
            self.stdout.write(json.dumps(answer | moved, ensure_ascii=False))
            return
        if done is not None:
            self.stdout.write(f"已由密钥 {first} 重新封存 {done.total} 项 sealed again")
        for table, counts in in_use.items():
            self.stdout.write(f"  {table}：" + ("、".join(f"{key} {n} 项" for key, n in counts.items()) or "无"))
        if idle:
            self.stdout.write(
                f"可从 VAULT_KEYS 移除的旧密钥：{'、'.join(idle)}。备份仍由旧密钥封存，请与备份一同保管。"
            )

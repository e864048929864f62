"""`manage.py search_terms`: what was stored before cases were found by their values is found by them, too."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError

from audit.management.system import SystemCommand
from cases.intake.sites.backfill import write_all

NAMES = {"records": "个人信息", "rows": "名单行", "acts": "办理记录"}


class Command(SystemCommand):
    works_as = "search_terms"
    help = (
        "为升级前已存的户号、地址、姓名和 IP 补建检索词，升级后运行一次；可随时中断，再次运行即补齐。"
        " Write the terms by which cases are found for values that were stored before; once after the upgrade."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        done = write_all(progress=lambda name, n: self.stderr.write(f"{NAMES[name]}：已核对 {n} 项"))
        looked = "、".join(f"{NAMES[name]} {n} 项" for name, n in done.looked.items())
        self.stdout.write(f"已核对 {looked}，补建检索词 {done.terms} 条 written")
        if done.unreadable:
            raise CommandError(
                f"有 {len(done.unreadable)} 项无法解密：{'；'.join(done.unreadable[:20])}。"
                "请把封存它们的密钥放回 VAULT_KEYS 后重新运行。"
                " Some values do not open; put their key back into VAULT_KEYS and run it again."
            )

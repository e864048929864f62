"""Take back a list that was imported by mistake, from the shell, by the same road as the API and the page."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import CommandError, CommandParser

from agencies.actors import Actor, NoSuchActor, find_actor, system_actor
from audit import clock
from audit.management.system import SystemCommand
from cases.intake.ledger.names import find_batch
from cases.intake.ledger.withdrawal import REASONS, withdraw_batch
from cases.workflow.errors import WorkflowError


class Command(SystemCommand):
    works_as = "withdrawal"
    help = "撤回误导入的批次 Withdraw a batch: refused once somebody has acted on its cases; rows and fates are kept."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("batch", help="批次名称 (name of the batch)")
        parser.add_argument("--reason", required=True, choices=list(REASONS), help="撤回原因 (why)")
        parser.add_argument(
            "--as", dest="username", help="以谁的账号撤回，缺省为系统 (username; default: the system actor)"
        )
        parser.add_argument("--json", action="store_true", help="以 JSON 输出 (print the result as JSON)")

    def handle(self, *args: Any, **options: Any) -> None:
        batch = find_batch(options["batch"])
        if batch is None:
            raise CommandError(f"没有名为“{options['batch']}”的批次；请核对名称（区分大小写）。")
        actor = self._actor(options["username"])
        try:
            done = withdraw_batch(actor=actor, batch=batch, why=options["reason"], now=clock.now())
        except WorkflowError as error:
            raise CommandError(error.text.get(actor.language)) from None
        if options["json"]:
            told = {"id": str(done.id), "batch": done.name, "state": str(done.state), "rows": done.rows_done}
            self.stdout.write(json.dumps(told, ensure_ascii=False))
        else:
            self.stdout.write(
                f"批次“{done.name}”已撤回：{done.rows_done} 行及其结果仍可查阅，文件可重新导入。"
                "仅由该批次立案的案件留在牵头单位分办，须提出并审核误报排除。"
            )

    def _actor(self, username: str | None) -> Actor:
        try:
            return find_actor(username) if username else system_actor()
        except NoSuchActor as error:
            raise CommandError(str(error)) from None

"""Hand over the open work of somebody who leaves, as the page does; first to be looked at with --dry-run."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from agencies.actors import system_actor
from agencies.commands import OperatorCommand, user_by_name
from agencies.vocabulary import LABELS, Role
from audit import clock
from cases.workflow.handover import Choice, Plan, carry_out, draw_up
from cases.workflow.handover.carrying import FATES


class Command(OperatorCommand):
    help = "离岗交接：待办交给接手人，终止角色和代理，停用账号。Hand over open tasks, end roles, disable the account."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username", help="离岗人 (who leaves)")
        many: dict[str, Any] = {"action": "append", "default": []}
        parser.add_argument("--to", **many, metavar="ROLE=USERNAME", help="某角色待办的接手人 (successor for a role)")
        parser.add_argument(
            "--task", **many, metavar="ID=USERNAME", help="单项待办的接手人 (for one task; empty: none)"
        )
        parser.add_argument("--fate", default="disable", choices=FATES, help="账号停用或保留 (disable or keep it)")
        parser.add_argument("--dry-run", action="store_true", help="只预览，不改动 (show it and change nothing)")

    def handle(self, *args: Any, **options: Any) -> None:
        user, actor = user_by_name(options["username"]), system_actor()
        choice = Choice(_pairs(options["to"]), _pairs(options["task"]))
        plan = draw_up(actor, user, choice)
        self._show(plan)
        if options["dry_run"]:
            return
        done = carry_out(actor=actor, user=user, choice=choice, seen=plan.seen, fate=options["fate"], now=clock.now())
        self.stdout.write(
            f"已办结 done：移交 {done.handed} 项，留给单位 {done.left} 项，终止角色 {done.roles} 个、"
            f"代理 {done.substitutions} 项；回执 receipt {done.leaf}"
        )

    def _show(self, plan: Plan) -> None:
        for row in plan.rows:
            to = row.successor if row.moves else f"（{row.why_not.zh}）" if row.why_not else "（留给单位）"
            self.stdout.write(f"{row.number}  {row.label.zh}  {row.task_id}  → {to}")
        for held in plan.memberships:
            only = "（仅此一人 the only one）" if held.pk in plan.only_holder else ""
            self.stdout.write(f"终止角色 ends：{held.agency.name} {LABELS[Role(held.role)].zh}{only}")
        for each in plan.substitutions:
            self.stdout.write(f"结束代理 ends：{each.substitute.display_name} 代 {each.absent.display_name}")
        for batch in plan.imports:
            self.stdout.write(f"继续导入 goes on：{batch.name}")


def _pairs(given: list[str]) -> dict[str, str]:
    return {name: value for name, _, value in (each.partition("=") for each in given)}

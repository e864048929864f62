"""Give or end a role of an account."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import CommandError

from agencies.actors import system_actor
from agencies.commands import OperatorCommand, agency_by_code, user_by_name
from agencies.models import Membership
from agencies.services import end_role, grant_role, limit_role
from agencies.vocabulary import Confidentiality, Role, codes
from audit import clock


class Command(OperatorCommand):
    help = "授予或终止角色，下一次请求即生效。Give or end a role; it counts from the next request on."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("change", choices=["grant", "end"])
        parser.add_argument("username")
        parser.add_argument("agency", help="code of the agency")
        parser.add_argument("role", choices=codes(Role))
        parser.add_argument(
            "--last", action="store_true", help="也收回最后一名系统、安全或审计管理员 even the last one"
        )
        parser.add_argument(
            "--ceiling",
            choices=codes(Confidentiality),
            default=Confidentiality.ORDINARY.value,
            help="密级上限，授予时有效。The most confidential case this post may open; for a grant.",
        )

        for name, zh in (("--from", "自这一天起"), ("--to", "到这一天止（含），收回时同")):
            parser.add_argument(name, dest=f"{name[2:]}_day", type=date.fromisoformat, help=f"{zh} a day as 2026-12-01")

    def handle(self, *args: Any, **options: Any) -> None:
        actor, now = system_actor(), clock.now()
        user, agency, role = user_by_name(options["username"]), agency_by_code(options["agency"]), options["role"]
        if options["change"] == "grant":
            days = {"first_day": options["from_day"], "last_day": options["to_day"]}
            grant_role(actor=actor, user=user, agency=agency, role=role, ceiling=options["ceiling"], now=now, **days)
            self.stdout.write(f"已授予 {user.username} 在 {agency.name} 的 {role} 角色")
            return
        held = Membership.objects.filter(user=user, agency=agency, role=role, active=True).first()
        if held is None:
            raise CommandError(f"{user.username} 在 {agency.name} 没有 {role} 角色。They hold no such role.")
        if options["to_day"]:
            limit_role(actor=actor, membership=held, last_day=options["to_day"], now=now)
            self.stdout.write(f"{user.username} 在 {agency.name} 的 {role} 角色到 {options['to_day']} 止")
            return
        end_role(actor=actor, membership=held, now=now, last=options["last"])
        self.stdout.write(f"已终止 {user.username} 在 {agency.name} 的 {role} 角色")

"""The demo city: Xuzhou with its county branches, Nanjing for transfers, the province above both.

Everything goes through the services, so the demo's accounts and roles have their audit events like any other.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction

from agencies.actors import Actor, system_actor
from agencies.models import Agency, Membership, User
from agencies.services import create_agency, create_user, grant_role

DATA = Path(__file__).parent / "data" / "demo"


class OutsideDemo(RuntimeError):
    """演示数据只能装入演示或测试环境：所有演示账号使用同一个公开的密码。"""

    def __init__(self) -> None:
        super().__init__(
            "演示城市只能装入演示或测试环境（LIANZHI_DEMO=true），因为所有演示账号使用同一个公开的密码。 "
            "The demo city has publicly known passwords; load it only where LIANZHI_DEMO=true."
        )


@dataclass(frozen=True, slots=True)
class Login:
    """One line of the table of logins."""

    username: str
    display_name: str
    agency: str
    agency_name: str
    role: str


@transaction.atomic
def load(*, now: datetime) -> list[Login]:
    """Set up what is missing and return every demo login. A role that was ended is not given back."""
    if not settings.DEMO:
        raise OutsideDemo
    actor = system_actor()
    agencies = {row["code"]: _agency(actor, row, now) for row in _rows("agencies.csv")}
    return [_person(actor, row, agencies[row["agency"]], now) for row in _rows("people.csv")]


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def _agency(actor: Actor, row: dict[str, str], now: datetime) -> Agency:
    found = Agency.objects.filter(code=row["code"]).first()
    if found is not None:
        return found
    return create_agency(
        actor=actor,
        code=row["code"],
        kind=row["kind"],
        region=row["code"][:6],
        name=row["name"],
        short_name=row["short_name"],
        monogram=row["monogram"],
        parent=Agency.objects.get(code=row["parent"]) if row["parent"] else None,
        duties=row["duties"].split(),
        partner_sort=row["partner_sort"],
        now=now,
    )


def _person(actor: Actor, row: dict[str, str], agency: Agency, now: datetime) -> Login:
    user = User.objects.filter(username=row["username"]).first()
    if user is None:
        create_user(
            actor=actor,
            agency=agency,
            roles=[row["role"]],
            username=row["username"],
            display_name=row["display_name"],
            staff_no=row["staff_no"],
            language=row["language"],
            password=settings.DEMO_PASSWORD,
            now=now,
        )
    elif not Membership.objects.filter(user=user, agency=agency, role=row["role"]).exists():
        grant_role(actor=actor, user=user, agency=agency, role=row["role"], now=now)
    return Login(row["username"], row["display_name"], agency.code, agency.name, row["role"])

"""People at random: somebody reads or tries something, somebody who may moves a case on.

The policy table says what has to be answered. Who sees is kept from the answers alone: who was given a task or a
referral sees from then on.
"""

from __future__ import annotations

import json
import math
import random
from collections.abc import Callable
from typing import Any

from django.db import connection, transaction
from django.test import Client
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from agencies.models import User
from audit import clock
from audit.models import DemoClock
from cases.workflow.errors import WorkflowError
from cases.workflow.transitions import TRANSITIONS
from cases.workflow.view import Text
from tests.security.asking import V1, written
from tests.security.tables import Table
from tests.workflow.office import Office
from tests.workflow.walking import Walk

# Who sees every case of a city from its first day there: the commission that leads it, and who watches.
OF_THE_CITY = {
    "3203": frozenset({"320300-drc", "320000-drc", "320300-supervision", "320000-supervision"}),
    "3201": frozenset({"320100-drc", "320000-drc", "320100-supervision", "320000-supervision"}),
}
AT_WORK = ("handler", "reviewer", "approver", "field_crew", "billing", "supervisor")
READS = (
    V1 + "/cases/{id}",
    V1 + "/cases/{number}",
    V1 + "/cases/{number}/timeline",
    V1 + "/cases/{number}/actions",
    V1 + "/cases/{number}/attachments/",
    "/cases/{number}/",
    "/cases/{number}/actions/comment/",
)
LISTS = (V1 + "/cases/?number={number}", "/cases/?view=all&q={title}", V1 + "/events/?case={number}")
ACTS = tuple(sorted(set(TRANSITIONS) - {"open_case"}))


class Refused(WorkflowError):
    """What the API answered to an act of the walk."""

    def __init__(self, status: int) -> None:
        super().__init__(Text(str(status), str(status)))


class Person:
    """Somebody with one post: where, as what, and a session."""

    def __init__(self, username: str, place: str, kind: str, role: str) -> None:
        self.username, self.place, self.kind, self.role = username, place, kind, role
        self.client = Client()
        self.client.force_login(User.objects.get(username=username))


def everybody() -> list[Person]:
    """Everyone of the city with exactly one post, whoever has none as "none"."""
    sql = """SELECT u.username, a.code, a.kind, CASE WHEN m.active THEN m.role ELSE 'none' END
        FROM agencies_membership m JOIN agencies_user u ON u.id = m.user_id JOIN agencies_agency a ON a.id = m.agency_id
        WHERE u.is_active AND (SELECT count(*) FROM agencies_membership o WHERE o.user_id = u.id) = 1
        ORDER BY u.username"""
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return [Person(*row) for row in cursor.fetchall()]


class OverTheApi(Office):
    """The walk's desk, every act of it sent to the API by the person who does it."""

    clients: dict[str, Client]

    def act(self, who: str, action: str, **data: Any) -> None:
        self.show_the_time()
        self._perform(who, action, data)
        self._read()

    def show_the_time(self) -> None:
        """The product's clock shows what the walk's does, without a row of its own for every step."""
        clock._Cache.setting, clock._Cache.read_at = DemoClock(pk=1, frozen=self.world.now), math.inf

    def _perform(self, who: str, action: str, data: dict[str, Any]) -> None:
        sent = {name: self._file(who, value) for name, value in data.items()}
        answer = self.clients[who].generic(
            "POST",
            f"{V1}/cases/{self.case}/actions/{action}",
            json.dumps(sent, default=str).encode(),
            "application/json",
            headers={"If-Match": f'"{self.view.version}"'},
        )
        assert answer.status_code < 500, (who, action, answer.content)
        if answer.status_code != 200:
            raise Refused(answer.status_code)
        self.told(action, sent, json.loads(answer.content))

    told: Callable[[str, dict[str, Any], dict[str, Any]], None]


class People(RuleBasedStateMachine):
    """One life of a case, with everybody around it."""

    people: list[Person]

    def __init__(self) -> None:
        super().__init__()
        self.policy = Table("acts")
        self.undo = transaction.atomic()
        self.undo.__enter__()

    @initialize(seed=st.integers(0, 10**6))
    def open(self, seed: int) -> None:
        self.office = OverTheApi()
        self.office.clients = {person.username: person.client for person in self.people}
        self.office.told = self._told
        self.walk = Walk(random.Random(seed), self.office)
        self.seeing: set[str] = set()
        self._watched()

    def _told(self, action: str, sent: dict[str, Any], answer: dict[str, Any]) -> None:
        """What an act hands on, and to whom; from then on they see the case."""
        for task in answer["opened"]:
            self.seeing |= {ref["code"] for ref in (task["agency"], task["unit"]) if ref}
        if action == "assign_task" and sent.get("unit"):
            self.seeing.add(sent["unit"])

    @rule()
    def goes_on(self) -> None:
        self.walk.step()
        self._watched()

    def _watched(self) -> None:
        """A case that moves to another city is seen there from then on; whoever saw it before keeps a part."""
        self.seeing |= OF_THE_CITY[self.office.view.region_code[:4]]

    @rule(who=st.integers(0, 10**6), what=st.integers(0, 10**6))
    def somebody_reads(self, who: int, what: int) -> None:
        self.office.show_the_time()
        person = self.people[who % len(self.people)]
        address = (READS + LISTS)[what % len(READS + LISTS)]
        view = self.office.view
        names = {"id": view.id, "number": view.number, "title": view.title}
        answer = person.client.get(address.format(**names))
        if address in LISTS[:2]:
            shown = view.number in answer.content.decode().replace(f"number={view.number}", "")
            assert shown is self._sees(person), (person.username, address)
        else:
            what = (person.username, address, answer.status_code, view.region_code)
            assert answer.status_code == (200 if self._sees(person) else 404), what

    @rule(who=st.integers(0, 10**6), act=st.sampled_from(ACTS), filled=st.booleans())
    def somebody_tries(self, who: int, act: str, filled: bool) -> None:
        self.office.show_the_time()
        person = self.people[who % len(self.people)]
        data = self._typed(act) if filled else {}
        before, version = written(), self.office.view.version
        with transaction.atomic():
            answer = person.client.generic(
                "POST",
                f"{V1}/cases/{self.office.view.number}/actions/{act}",
                json.dumps(data, default=str).encode(),
                "application/json",
                headers={"If-Match": f'"{version}"'},
            )
            transaction.set_rollback(True)
        what = (person.username, act, answer.status_code, answer.content[:200])
        assert answer.status_code < 500, what
        if not self._sees(person):
            assert answer.status_code == 404, what
        elif self._never(act, person):
            assert answer.status_code == 403, what
        else:
            assert answer.status_code not in (401, 404), what
        if answer.status_code in (403, 404):
            assert written() == before, what

    def _typed(self, act: str) -> dict[str, Any]:
        """Input made to fit the case; none where the case has not come so far that there could be any."""
        try:
            return self.walk.data(act)
        except (KeyError, IndexError, TypeError, ValueError):
            return {}

    def _sees(self, person: Person) -> bool:
        return person.place in self.seeing and person.role in AT_WORK

    def _never(self, act: str, person: Person) -> bool:
        """No line of the policy table lets such a person do it, at whatever stage."""
        return not any(
            {act, "*"} & set(row["act"].split("|"))
            and {person.kind, "*"} & set(row["agency"].split("|"))
            and {person.role, "*"} & set(row["role"].split("|"))
            for row in self.policy.rows
            if row["answer"] in ("allow", "later")
        )

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.undo.__exit__(None, None, None)


__all__ = ["People", "everybody"]

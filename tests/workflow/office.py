"""The desk of `desk.py` in the database: the same people and one case, every act through the engine.

After each act the case is rebuilt from its events and compared with what the tables hold, down to the last column
that a decision looks at; then the two sides of the table are compared, what is offered and what is refused.
"""

from __future__ import annotations

import itertools
import random
from collections import Counter
from datetime import datetime
from typing import Any

import orjson
from django.db import connection, transaction

from agencies.actors import Actor
from agencies.models import Agency, Membership, User
from audit.verification import verify
from cases.workflow.deciding.available import availabilities
from cases.workflow.deciding.loading import load_case
from cases.workflow.deciding.standing import is_visible
from cases.workflow.engine import perform
from cases.workflow.errors import InvalidInput, NotVisible, WorkflowError
from cases.workflow.task_kinds import KINDS
from cases.workflow.view import CaseView, Refusal
from tests.agencies.cast import told
from tests.workflow.desk import CHINA, FILE, SECOND, SEEN, Desk, asked
from tests.workflow.world import World

PAPERS = itertools.count(1)
CLOCKS = """
SELECT t.id::text, t.kind, t.state = 'open', array_agg(c.state ORDER BY c.id),
       count(*) FILTER (WHERE c.ended_at IS NULL),
       bool_and(c.started_at <= coalesce(c.ended_at, c.started_at))
FROM cases_task t JOIN cases_clockinterval c ON c.task_id = t.id WHERE t.case_id = %s GROUP BY t.id
"""


def staff(desks: list[str], now: datetime) -> None:
    """Three people at every desk, without a password: they act here, they do not log in."""
    boss = User.objects.get(username="admin1")
    for desk in desks:
        place, role = desk.rsplit("-", 1)
        agency = Agency.objects.get(code=Desk.PLACES.get(place, f"320300-{place}"))
        for n in (1, 2, 3):
            told(f"account/{desk}{n}")
            user, new = User.objects.get_or_create(
                username=f"{desk}{n}", defaults={"display_name": f"{desk}{n}", "created_at": now}
            )
            if new:
                Membership.objects.create(
                    user=user, agency=agency, role=Desk.ROLES.get(role, role), since=now, granted_by=boss
                )


class Office:
    """One case in the database, and a second one of the same site that it may be merged into."""

    def __init__(self, now: str = "2026-03-02 10:00") -> None:
        self.world = World(now)
        self.twin, self.case = self.world.open(), self.world.open()
        self.other = self.world.view(self.twin).number
        self.events: list[dict[str, Any]] = []
        self._read()

    # -- what a walk asks of a desk -----------------------------------------------------------------------------------

    @property
    def now(self) -> datetime:
        return self.world.now.astimezone(CHINA)

    @now.setter
    def now(self, value: datetime) -> None:
        self.world.now = value

    @property
    def iso(self) -> str:
        return self.now.isoformat()

    @property
    def tasks(self) -> list[str]:
        return sorted(t.kind for t in self.view.tasks)

    def later(self, **span: float) -> None:
        self.world.later(**span)

    def person(self, who: str) -> Actor:
        return self.world.person(who)

    def asked(self, who: str, action: str) -> Refusal | None:
        actor = self.person(who)
        if not is_visible(self.view, actor):
            return NotVisible().refusal
        return asked(action, self.view, actor, self.directory, self.now)

    def execution(self, **more: Any) -> dict[str, Any]:
        return {"executed_at": self.iso, "reading": "1204.5", **SEEN, **more}

    def act(self, who: str, action: str, **data: Any) -> None:
        self._perform(who, action, data)
        self._read()
        self._same_as_replay()
        self._clocks_fit()

    # -- inside -------------------------------------------------------------------------------------------------------

    def _perform(self, who: str, action: str, data: dict[str, Any]) -> None:
        perform(
            case_id=self.case,
            action=action,
            actor=self.person(who),
            data={name: self._file(who, value) for name, value in data.items()},
            expected_version=self.view.version,
            idempotency_key=None,
            now=self.world.now,
        )

    def _file(self, who: str, value: Any) -> Any:
        """A paper made now wherever the walk names one."""
        if isinstance(value, list):
            return [self._file(who, item) for item in value]
        return (
            self.world.attach(self.case, who, content=b"%PDF-1.7 " + str(next(PAPERS)).encode())
            if value in (FILE, SECOND)
            else value
        )

    def _read(self) -> None:
        loaded = load_case(self.case, self.person("drc-handler1").user_id, lock=False)
        assert loaded.view is not None
        self.view: CaseView = loaded.view
        self.directory = loaded.directory
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT body FROM audit_event WHERE stream = %s AND seq > %s ORDER BY seq",
                [f"case/{self.case}", len(self.events)],
            )
            self.events += [orjson.loads(bytes(body)) for (body,) in cursor.fetchall()]

    def _same_as_replay(self) -> None:
        for case_id in (self.case, self.twin):
            assert verify(stream=f"case/{case_id}").problems == ()

    def _clocks_fit(self) -> None:
        """An open task has one running or one paused interval; it is paused for one of three reasons, and only then.

        A stay, a question that is not answered, an objection that is not (which holds no window of a notice).
        """
        stayed = bool((self.view.facts.get("stay") or {}).get("active"))
        objected = (self.view.facts.get("objection") or {}).get("state") == "open"
        waiting = Counter(
            t.data.get("for") if t.kind == "answer_assistance" else t.data.get("of", {}).get("for")
            for t in self.view.tasks
            if t.kind in ("answer_assistance", "rule_on_return")
        )
        with connection.cursor() as cursor:
            cursor.execute(CLOCKS, [self.case])
            for task_id, kind, is_open, states, running, ordered in cursor.fetchall():
                assert running == is_open and ordered, (kind, states)
                objection = objected and kind != "execute_suspension"
                held = bool(waiting[task_id]) or ((stayed or objection) and KINDS[kind].adverse)
                assert not is_open or states[-1] == ("paused" if held else "running"), (kind, states, held)

    def same_from_both_sides(self, who: str, rng: random.Random) -> None:
        """Sent empty, what is offered to this person asks for its input; what is not is refused in the same words."""
        actor = self.person(who)
        if not is_visible(self.view, actor):
            return
        for offer in rng.sample(availabilities(self.view, actor, self.directory, self.world.now), 5):
            answer: WorkflowError | None = None
            with transaction.atomic():
                try:
                    self._perform(who, offer.action, {})
                except WorkflowError as error:
                    answer = error
                transaction.set_rollback(True)
            if offer.refusal is not None:
                assert answer is not None and answer.text == offer.refusal.text, (who, offer.action)
            elif any(field.required for field in offer.inputs):
                assert offer.allowed and isinstance(answer, InvalidInput), (who, offer.action, answer)
        self._read()

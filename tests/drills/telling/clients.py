"""NAME SEED LEDGER CASES PAUSE: somebody who works on cases, one after another, in a process of the nursery.

Each act carries its version and an idempotency key. Where the connection breaks, or the answer is lost on its way (one
in ten is thrown away here), the same request is sent again with the same key until it is answered, as a browser or
another system would. Every answer is a line of the ledger, an account of what was acknowledged that no server of the
drill can change; LEDGER.done says that the work was ended in order. CASES 0: until SIGTERM. With DRILL_KEYS=off
requests carry neither key nor version: the sabotage.
"""

from __future__ import annotations

import json
import os
import random
import signal
import time
from pathlib import Path
from typing import Any

LOST = 0.1  # the share of answers that are thrown away


class Client:
    """One connection of its own; `again` counts the requests that were repeated."""

    def __init__(self, name: str, seed: int, ledger: str, pause: float) -> None:
        from agencies.actors import find_actor
        from bench.handoffs.script import PEOPLE

        self.name, self.pause = name, pause
        self.chance = random.Random(f"{name}/{seed}")
        self.keys = os.environ.get("DRILL_KEYS") != "off"
        self.people = {}
        for person in PEOPLE:
            self.people[person] = self._persist(lambda person=person: find_actor(person))
        self.ledger = os.open(ledger, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self.stopped = False

    def stop(self, *_: object) -> None:
        self.stopped = True

    def _persist(self, asked: Any) -> Any:
        """The answer, however often the connection breaks before there is one."""
        from django.db import InterfaceError, OperationalError, connections

        while True:
            try:
                return asked()
            except (OperationalError, InterfaceError):
                connections.close_all()
                time.sleep(self.chance.uniform(0.02, 0.2))

    def work(self, cases: int) -> None:
        number = 0
        while not self.stopped and (not cases or number < cases):
            self._case(number)
            number += 1

    def _case(self, number: int) -> None:
        """From the opening to the last act; a case that was begun is left where it is when the client has to stop."""
        from audit.clock import real_now
        from bench.handoffs.script import OPENING, STEPS, CaseAtWork

        opening = {**OPENING, "title": f"{self.name}/{number}"}
        answer = self._act(f"{self.name}/{number}", None, "open_case", self.people["drc-handler1"], opening, None)
        case = CaseAtWork(answer["case_id"])
        case.opened(answer["opened"])
        for step in STEPS:
            if self.stopped:
                return
            data = case.data(step, real_now())
            key = f"{case.id}/{case.version + 1}"
            answer = self._act(key, case.id, step.action, self.people[step.who], data, case.version)
            if answer is None:
                return
            case.version = answer["version"]
            case.opened(answer["opened"])

    def _act(self, key: str, case_id: str | None, action: str, actor: Any, data: Any, version: int | None) -> Any:
        """The answer that counts: the last one, since the one before it was lost."""
        from agencies.sight import seeing
        from audit.clock import real_now
        from cases.workflow.engine import perform
        from cases.workflow.errors import WorkflowError

        def ask() -> Any:
            with seeing(actor):
                return perform(
                    case_id=case_id,
                    action=action,
                    actor=actor,
                    data=data,
                    expected_version=version if self.keys else None,
                    idempotency_key=key if self.keys else None,
                    now=real_now(),
                )

        time.sleep(self.chance.uniform(0, 2 * self.pause))
        try:
            answer = self._persist(ask)
            while self.chance.random() < LOST:
                answer = self._persist(ask)
        except WorkflowError as refused:
            self._note({"case": case_id, "action": action, "refused": getattr(refused, "code", "") or str(refused)})
            return None
        self._note(
            {
                "case": answer.case_id,
                "action": action,
                "version": answer.version,
                "event": answer.event_id,
                "leaf": answer.leaf,
                "opened": {task["id"]: task["kind"] for task in answer.opened},
                "closed": {task["id"]: task["state"] for task in answer.closed},
                "replayed": answer.replayed,
            }
        )
        return answer.as_dict()

    def _note(self, line: dict[str, Any]) -> None:
        os.write(self.ledger, json.dumps(line).encode() + b"\n")


def main(name: str, seed: str, ledger: str, cases: str, pause: str) -> None:
    client = Client(name, int(seed), ledger, float(pause))
    signal.signal(signal.SIGTERM, client.stop)
    client.work(int(cases))
    Path(f"{ledger}.done").touch()

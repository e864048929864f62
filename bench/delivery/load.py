"""Acts that begin when they are due, whatever became of the ones before: a load that does not wait for the system."""

from __future__ import annotations

import math
import multiprocessing
import time
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from bench.handoffs.crew import FORK, PATIENCE
from bench.handoffs.script import OPENING, PEOPLE, STEPS, CaseAtWork

CHUNK = 200

Opened = Mapping[str, Sequence[dict[str, Any]]]


class Act(NamedTuple):
    """When it should have begun, when it did (seconds since 1970), and its event."""

    due: float
    began: float
    event: int


def cases_for(acts: float, clients: int) -> int:
    """As many cases as so many acts need; each client may leave one of them unfinished."""
    return (math.ceil(acts / len(STEPS) / clients) + 1) * clients


def open_cases(count: int) -> dict[str, list[dict[str, Any]]]:
    """New cases, each with the tasks that were opened with it."""
    from django.db import connections

    from agencies.actors import find_actor
    from agencies.sight import seeing
    from audit.clock import real_now
    from cases.workflow.bulk import Request, perform_many
    from cases.workflow.errors import WorkflowError

    handler = find_actor("drc-handler1")
    opened: dict[str, list[dict[str, Any]]] = {}
    for first in range(0, count, CHUNK):
        requests = [Request("open_case", OPENING) for _ in range(first, min(count, first + CHUNK))]
        with seeing(handler):
            answers = perform_many(requests, actor=handler, now=real_now())
        for answer in answers:
            if isinstance(answer, WorkflowError):
                raise answer
            opened[answer.case_id] = answer.opened
    connections.close_all()
    return opened


def act(opened: Opened, rate: float, seconds: float, clients: int) -> list[Act]:
    """`rate` acts a second for so long, by so many processes in turns.

    The caller has no open connection: the processes are forks. Raises RuntimeError with the error of one that failed.
    """
    from django.db import connections

    connections.close_all()
    ids, pipes = list(opened), []
    start = time.time() + 1.0
    for number in range(clients):
        mine, theirs = FORK.Pipe(duplex=False)
        cases = {case: opened[case] for case in ids[number::clients]}
        due = [start + k / rate for k in range(number, round(rate * seconds), clients)]
        process = FORK.Process(target=_work, args=(cases, due, theirs), daemon=True)
        process.start()
        theirs.close()
        pipes.append((mine, process))
    acts = [found for pipe, process in pipes for found in _answer(pipe, process, seconds)]
    return sorted(acts)


def _answer(pipe: Any, process: multiprocessing.process.BaseProcess, seconds: float) -> list[Act]:
    if not pipe.poll(PATIENCE + seconds):
        process.kill()
        raise RuntimeError("a client of the bench did not answer")
    found: list[Act] | str = pipe.recv()
    process.join(5)
    if not isinstance(found, str):
        return found
    raise RuntimeError(f"a client of the bench failed: {found}")


def _work(opened: Opened, due: Sequence[float], pipe: Any) -> None:
    from cases.workflow.recording import bell

    try:
        done = _acts(opened, due)
        # As a web server does, it lives on after an act: with it would go the ring that waits for its turn.
        time.sleep(2 * bell.PAUSE)
        pipe.send(done)
    except Exception as error:  # noqa: BLE001 — whatever it is, the parent reports it
        pipe.send(repr(error))


def _acts(opened: Opened, due: Sequence[float]) -> list[Act]:
    from agencies.actors import find_actor
    from agencies.sight import seeing
    from audit.clock import real_now
    from cases.workflow.engine import perform

    people = {name: find_actor(name) for name in PEOPLE}
    steps, done = _steps(opened), []
    for at in due:
        case, step = next(steps)
        time.sleep(max(0.0, at - time.time()))
        began, now = time.time(), real_now()
        with seeing(people[step.who]):
            result = perform(
                case_id=case.id,
                action=step.action,
                actor=people[step.who],
                data=case.data(step, now),
                expected_version=case.version,
                idempotency_key=f"{case.id}/{case.version + 1}",
                now=now,
            )
        done.append(Act(at, began, result.event_id))
        case.version = result.version
        case.opened(result.opened)
    return done


def _steps(opened: Opened) -> Any:
    for case_id, tasks in opened.items():
        case = CaseAtWork(case_id)
        case.opened(tasks)
        for step in STEPS:
            yield case, step

"""Doing one case: through `perform`, by hand, and the same two over HTTP."""

from __future__ import annotations

import http.client
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import orjson

from bench.handoffs.by_hand import Hand, Record
from bench.handoffs.crew import DoCase
from bench.handoffs.script import PEOPLE, STEPS, CaseAtWork

Opened = Mapping[str, Sequence[dict[str, Any]]]  # the tasks that opening each case opened


def by_perform(opened: Opened) -> DoCase:
    """In this process, with a version and a key on every act as the API has them."""
    from agencies.actors import find_actor
    from agencies.sight import seeing
    from audit.clock import real_now
    from cases.workflow.engine import perform

    people = {name: find_actor(name) for name in PEOPLE}

    def do_case(case_id: str) -> list[float]:
        case, took = CaseAtWork(case_id), []
        case.opened(opened[case_id])
        for step in STEPS:
            now = real_now()
            data = case.data(step, now)
            began = time.perf_counter()
            with seeing(people[step.who]):
                result = perform(
                    case_id=case_id,
                    action=step.action,
                    actor=people[step.who],
                    data=data,
                    expected_version=case.version,
                    idempotency_key=f"{case_id}/{case.version + 1}",
                    now=now,
                )
            took.append(time.perf_counter() - began)
            case.version = result.version
            case.opened(result.opened)
        return took

    return do_case


def by_hand(connect: Callable[[], Any], recorded: Mapping[str, Sequence[Record]]) -> DoCase:
    """The recorded transactions of the case, statement by statement."""
    hand = Hand(connect())

    def do_case(case_id: str) -> list[float]:
        took = []
        for record in recorded[case_id]:
            began = time.perf_counter()
            hand.transact(record)
            took.append(time.perf_counter() - began)
        return took

    return do_case


def over_http(port: int, sessions: Mapping[str, Mapping[str, str]], opened: Opened) -> DoCase:
    """POST each act as the person who does it, logged in, on one kept connection."""
    client = http.client.HTTPConnection("127.0.0.1", port, timeout=120)

    def do_case(case_id: str) -> list[float]:
        case, took = CaseAtWork(case_id), []
        case.opened(opened[case_id])
        for step in STEPS:
            body = orjson.dumps(case.data(step, _now()))
            headers = {
                **sessions[step.who],
                "Content-Type": "application/json",
                "If-Match": f'"{case.version}"',
                "Idempotency-Key": f"{case_id}/{case.version + 1}",
            }
            began = time.perf_counter()
            answer = post(client, f"/api/v1/cases/{case_id}/actions/{step.action}", body, headers)
            took.append(time.perf_counter() - began)
            case.version = answer["version"]
            case.opened(answer["opened"])
        return took

    return do_case


def by_hand_over_http(port: int, recorded: Mapping[str, Sequence[Record]]) -> DoCase:
    client = http.client.HTTPConnection("127.0.0.1", port, timeout=120)

    def do_case(case_id: str) -> list[float]:
        took = []
        for record in recorded[case_id]:
            body = record.as_json()
            began = time.perf_counter()
            post(client, "/", body, {"Content-Type": "application/json"})
            took.append(time.perf_counter() - began)
        return took

    return do_case


def post(client: http.client.HTTPConnection, path: str, body: bytes, headers: Mapping[str, str]) -> dict[str, Any]:
    client.request("POST", path, body, dict(headers))
    response = client.getresponse()
    content = response.read()
    if response.status != http.client.OK:
        raise RuntimeError(f"{path}: {response.status} {content.decode(errors='replace')[:500]}")
    answer: dict[str, Any] = orjson.loads(content)
    return answer


def log_in(port: int, password: str) -> dict[str, dict[str, str]]:
    """A session for every person of the script, as the headers that carry it."""
    sessions = {}
    for name in PEOPLE:
        client = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        credentials = orjson.dumps({"username": name, "password": password})
        client.request("POST", "/api/v1/session/", credentials, {"Content-Type": "application/json"})
        response = client.getresponse()
        cookies = [value.partition(";")[0] for key, value in response.getheaders() if key.lower() == "set-cookie"]
        answer = orjson.loads(response.read())
        if response.status != http.client.OK:
            raise RuntimeError(f"{name} could not log in: {answer}")
        sessions[name] = {"Cookie": "; ".join(cookies), "X-CSRFToken": answer["csrf_token"]}
        client.close()
    return sessions


def _now() -> Any:
    from audit.clock import real_now

    return real_now()

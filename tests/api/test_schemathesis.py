"""Made-up requests against the live server: whatever is sent, no 5xx, and every answer as the OpenAPI page says.

Each act is tried by a person whose role and agency it is for, on a real case at its real version, so that the input
reaches the forms, the gates and the effects; all other addresses take what is made up from the page alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
import schemathesis
import yaml
from django.conf import settings
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as amount
from hypothesis.errors import Unsatisfiable
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi import checks

from cases.workflow.transitions import TRANSITIONS
from tests.api.conftest import OPENING

EXAMPLES = 5
PREFIXES = {
    "development_commission": "drc",
    "power_authority": "drc",
    "grid_company": "grid",
    "cyberspace_office": "cac",
    "telecom_bureau": "telecom",
    "supervision": "sup",
    "partner": "police",
}
SUFFIXES = {"field_crew": "crew1", "supervisor": "supervisor1", "billing": "billing1"}
CHECKS = [
    schemathesis.checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]


class Server:
    """The live server, a session for each person, and a case in each of the first two stages."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.sessions: dict[str, requests.Session] = {}
        handler = self.session("drc-handler1")
        self.cases = [handler.post(f"{address}/api/v1/cases/", json=OPENING).json()["number"] for _ in range(2)]
        dispatched = handler.post(
            f"{address}/api/v1/cases/{self.cases[1]}/actions/dispatch_verification",
            json={"findings": ["trace_subscriber", "check_consumption", "analyse_traffic", "inspect_site"]},
            headers={"If-Match": '"1"'},
        )
        assert dispatched.status_code == 200, dispatched.text
        self.versions = {self.cases[0]: '"1"', self.cases[1]: dispatched.headers["ETag"]}
        self.answers: Counter[int] = Counter()

    def session(self, username: str) -> requests.Session:
        if username not in self.sessions:
            session = requests.Session()
            told = {"username": username, "password": settings.DEMO_PASSWORD}
            answer = session.post(f"{self.address}/api/v1/session/", json=told)
            assert answer.status_code == 200, answer.text
            session.headers["X-CSRFToken"] = answer.json()["csrf_token"]
            self.sessions[username] = session
        return self.sessions[username]


@pytest.fixture
def server(demo_city, fresh_db, served) -> Iterator[Server]:
    found = Server(served)
    yield found
    for session in found.sessions.values():
        session.close()


def person_for(action: str) -> str:
    transition = next(t for t in TRANSITIONS.values() if t.action == action)
    prefix = next((PREFIXES[kind] for kind in transition.agency if kind in PREFIXES), "drc")
    role = next((role for role in transition.role if not role.startswith(("=", "any"))), "handler")
    return f"{prefix}-{SUFFIXES.get(role, f'{role}1')}"


def operations() -> list[Any]:
    with Path("docs/openapi.yaml").open(encoding="utf-8") as page:
        schema = schemathesis.openapi.from_dict(yaml.safe_load(page))
    return [result.ok() for result in schema.get_all_operations()]


def send(server: Server, case: Any, turn: int) -> None:
    """Fill in what nobody can make up: who asks, a case that exists and its version."""
    username, number = "drc-handler1", server.cases[turn % 2]
    action = case.path.rsplit("/actions/", 1)[1] if "/actions/" in case.path else ""
    if action:
        username = person_for(action)
        case.path_parameters["ref"] = number
        case.headers["If-Match"] = server.versions[number]
    elif "ref" in (case.path_parameters or {}) and turn % 3:
        case.path_parameters["ref"] = number
    # Made-up cookies would end the session that the answer is asked with.
    case.cookies = {}
    ends_the_session = case.method.upper() == "DELETE"
    session = requests.Session() if ends_the_session else server.session(username)
    if not ends_the_session:
        case.headers["X-CSRFToken"] = session.headers["X-CSRFToken"]
    answer = case.call(base_url=server.address, session=session, timeout=30)
    server.answers[answer.status_code] += 1
    if action and answer.status_code == 200:
        server.versions[number] = answer.headers["etag"][0]
    case.validate_response(answer, checks=CHECKS)
    if urlsplit(case.path).path.endswith("/session/") and case.method.upper() == "POST":
        server.sessions.pop(username, None)


# Parts of a file are bytes of any sort.
schemathesis.serializer.alias("application/partial-upload", "application/octet-stream")
MODES = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)


@pytest.mark.parametrize("mode", MODES, ids=lambda mode: f"{mode.value}_input")
def test_no_made_up_request_breaks_the_server_or_its_own_description(server, mode):
    described = operations()
    for operation in described:
        turns = iter(range(10_000))

        @amount(
            max_examples=EXAMPLES,
            deadline=None,
            derandomize=True,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(generation_mode=mode))
        def run(case: Any) -> None:
            send(server, case, next(turns))  # noqa: B023 — run before the next operation

        with suppress(Unsatisfiable):  # nothing about it can be made wrong
            run()
    assert len(described) >= len(TRANSITIONS) + 15
    # It got through to the acts: some were refused by the forms, some by the stage or a gate.
    assert {200, 400, 404, 409} <= set(server.answers), server.answers

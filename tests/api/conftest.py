"""The fixed cast at the API: one client a person, and a case to work on."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from agencies.models import User

V1 = "/api/v1"
OPENING = {
    "region_code": "320303",
    "title": "云龙区 解放路旧仓库二层",
    "source": "telecom",
    "signals": [{"family": "traffic", "count": 3}],
}


class Person:
    """Somebody with a session. Answers carry `.data` (the JSON) beside what Django's client gives."""

    def __init__(self, username: str, *, language: str | None = None) -> None:
        self.username = username
        self.client = Client()
        self.client.force_login(User.objects.get(username=username))
        self.language = {"Accept-Language": language} if language else {}

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        data = b"" if body is None else json.dumps(body).encode()
        named = {name.replace("_", "-"): value for name, value in headers.items()} | self.language
        answer = self.client.generic(
            method, path if path.startswith("/") else f"{V1}/{path}", data, "application/json", headers=named
        )
        is_json = "json" in answer.headers.get("Content-Type", "")
        answer.data = json.loads(answer.content) if is_json and answer.content else None
        return answer

    def get(self, path: str, **headers: str) -> Any:
        return self.send("GET", path, **headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        return self.send("POST", path, {} if body is None else body, **headers)

    def act(self, case: dict[str, Any], action: str, **body: Any) -> Any:
        """Do an act on the case as it is now; returns the answer, which has to be a success."""
        version = self.get(f"cases/{case['number']}").headers["ETag"]
        answer = self.post(f"cases/{case['number']}/actions/{action}", body, If_Match=version)
        assert answer.status_code == 200, answer.data
        return answer


@pytest.fixture
def person(demo_city):
    """`person("drc-handler1")`, in English with language="en"."""
    return Person


@pytest.fixture
def case(person):
    """A case that the commission of Xuzhou has just opened."""
    answer = person("drc-handler1").post("cases/", OPENING)
    assert answer.status_code == 201, answer.data
    return answer.data

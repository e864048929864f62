"""The people of the demo: each one logs in and works through the API, as their own system would."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import requests

TIMEOUT = 60  # seconds


class Refused(Exception):
    """The API turned an act down; holds its problem details."""

    def __init__(self, problem: dict[str, Any]) -> None:
        self.problem = problem
        super().__init__(
            f"{problem.get('status')} {problem.get('code')}：{problem.get('detail')}{problem.get('errors') or ''}"
        )


@dataclass
class Person:
    """One login with its session."""

    address: str
    username: str
    password: str
    name: str = ""
    agency: str = ""
    _session: requests.Session = field(default_factory=requests.Session)

    def log_in(self) -> Person:
        answer = self.call("POST", "session/", json={"username": self.username, "password": self.password})
        self.name = answer["user"]["name"]
        self.agency = answer["posts"][0]["agency"]["name"]
        self._session.headers.update({"X-CSRFToken": answer["csrf_token"], "Referer": self.address})
        return self

    def call(self, method: str, path: str, **options: Any) -> dict[str, Any]:
        """One request; raises Refused for every answer that is not a success."""
        response = self._session.request(method, f"{self.address}/api/v1/{path}", timeout=TIMEOUT, **options)
        body: dict[str, Any] = response.json() if response.content else {}
        if not response.ok:
            raise Refused(body)
        return body

    def act(self, number: str, action: str, data: dict[str, Any]) -> dict[str, Any]:
        """One act on a case as it stands now; repeating it by accident would change nothing."""
        version = self.call("GET", f"cases/{number}")["version"]
        headers = {"If-Match": f'"{version}"', "Idempotency-Key": str(uuid4())}
        path = f"cases/{number}/actions/{action}"
        try:
            return self.call("POST", path, json=data, headers=headers)
        except Refused as refused:
            if refused.problem.get("code") != "step_up_required":
                raise
        self.call("POST", "session/step-up", json={"password": self.password})
        return self.call("POST", path, json=data, headers=headers)

    def upload(self, number: str, filename: str, content: bytes, kind: str) -> str:
        """Keep a file on the case; returns its id."""
        answer = self.call(
            "POST", f"cases/{number}/attachments/", files={"file": (filename, content)}, data={"kind": kind}
        )
        return str(answer["id"])

"""The OpenAPI page: up to date, and telling of every act what the table says."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client

from cases.management.commands import generate_openapi
from cases.workflow.actions import Action
from cases.workflow.transitions import TRANSITIONS
from tests.api.conftest import Person


@pytest.fixture(scope="module")
def page():
    with Path("docs/openapi.yaml").open(encoding="utf-8") as file:
        return yaml.safe_load(file)


def operation(page, action):
    path = "/api/v1/cases/" if action == "open_case" else f"/api/v1/cases/{{ref}}/actions/{action}"
    return page["paths"][path]["post"]


def test_the_committed_page_is_the_generated_one():
    call_command("generate_openapi", check=True)


def test_a_page_that_is_out_of_date_fails_the_check(monkeypatch, tmp_path):
    stale = tmp_path / "openapi.yaml"
    stale.write_text("openapi: 3.1.1\n")
    monkeypatch.setattr(generate_openapi, "TARGET", stale)
    with pytest.raises(CommandError, match="已过期"):
        call_command("generate_openapi", check=True)
    call_command("generate_openapi")
    call_command("generate_openapi", check=True)


def test_it_is_openapi_3_1(page):
    assert page["openapi"].startswith("3.1")


@pytest.mark.parametrize("action", [action.value for action in Action])
def test_every_act_has_its_own_fields_labels_and_headers(page, action):
    transition = next(t for t in TRANSITIONS.values() if t.action == action)
    described = operation(page, action)
    assert transition.label.zh in described["summary"]
    schema = described["requestBody"]["content"]["application/json"]["schema"]
    assert set(schema.get("properties", {})) == {field.name for field in transition.inputs}
    assert set(schema.get("required", ())) == {field.name for field in transition.inputs if field.required}
    assert schema["additionalProperties"] is False
    headers = {parameter["name"]: parameter for parameter in described["parameters"] if parameter["in"] == "header"}
    assert {"Idempotency-Key", "X-CSRFToken", "Accept-Language"} <= set(headers)
    assert ("If-Match" in headers) == (action != "open_case")


def test_every_operation_says_how_it_refuses(page):
    for path, methods in page["paths"].items():
        for method, described in methods.items():
            problem = described["responses"]["4XX"]["content"]["application/problem+json"]["schema"]
            assert problem == {"$ref": "#/components/schemas/Problem"}, (path, method)


def test_the_page_is_served_to_whoever_is_logged_in(demo_city, page):
    answer = Person("drc-handler1").client.get("/api/v1/schema/", headers={"Accept": "application/yaml"})
    assert answer.status_code == 200
    assert yaml.safe_load(answer.content)["paths"].keys() == page["paths"].keys()
    assert Client().get("/api/v1/schema/").status_code == 401


def test_the_page_knows_the_bounds_of_the_reader(page):
    schema = operation(page, "dispatch_verification")["requestBody"]["content"]["application/json"]["schema"]
    assert schema["properties"]["findings"]["minItems"] == 1
    assert schema["properties"]["request"]["maxLength"] == 4000
    comment = operation(page, "comment")["requestBody"]["content"]["application/json"]["schema"]["properties"][
        "comment"
    ]
    assert comment["minLength"] == 1

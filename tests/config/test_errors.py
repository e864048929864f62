"""Errors of the API: one shape, RFC 9457, in the language of the request."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.test import Client, RequestFactory
from django.utils import translation
from rest_framework import exceptions

from cases.workflow.errors import GuardRefused, InvalidInput
from cases.workflow.view import Text
from config import errors
from config.errors import problem_details


def answer(error: Exception, language: str = "zh-hans"):
    with translation.override(language):
        response = problem_details(error, {})
    assert response is not None
    assert response.content_type == "application/problem+json"
    assert response.status_code == response.data["status"]
    return response


def test_a_refusal_carries_its_code_sentence_article_and_what_is_missing() -> None:
    error = GuardRefused(
        Text("缺少书面决定。", "The written order is missing."),
        code="no_order",
        article="电力法 32",
        missing=("order",),
    )
    assert answer(error).data == {
        "type": "urn:lianzhi:problem:no_order",
        "title": "不能办理",
        "status": 409,
        "detail": "缺少书面决定。",
        "code": "no_order",
        "article": "电力法 32",
        "missing": ["order"],
    }
    english = answer(error, "en").data
    assert (english["title"], english["detail"]) == ("Refused", "The written order is missing.")


def test_wrong_input_names_each_field() -> None:
    body = answer(InvalidInput(fields={"rate": Text("须大于 0。", "Must be above 0.")})).data
    assert (body["status"], body["code"], body["errors"]) == (400, "invalid_input", {"rate": "须大于 0。"})


def test_the_frameworks_own_validation_is_flattened() -> None:
    error = exceptions.ValidationError({"rows": [{}, {"kwh": ["Too small.", "Not a number."]}], "name": ["Missing."]})
    assert answer(error).data["errors"] == {"rows.1.kwh": "Too small. Not a number.", "name": "Missing."}
    assert answer(exceptions.ValidationError("No.")).data["errors"] == {"non_field_errors": "No."}


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (Http404(), 404, "not_found"),
        (PermissionDenied(), 403, "not_allowed"),
        (exceptions.NotAuthenticated(), 401, "not_logged_in"),
        (exceptions.PermissionDenied(), 403, "not_allowed"),
        (exceptions.MethodNotAllowed("PUT"), 405, "method_not_allowed"),
        (exceptions.UnsupportedMediaType("text/plain"), 415, "unsupported_media_type"),
        (exceptions.ParseError(), 400, "parse_error"),
    ],
)
def test_every_other_error_has_the_same_shape(error: Exception, status: int, code: str) -> None:
    body = answer(error).data
    assert (body["status"], body["code"], body["type"]) == (status, code, f"urn:lianzhi:problem:{code}")
    assert body["title"]
    assert body["detail"]


def test_a_wait_becomes_a_header() -> None:
    assert answer(exceptions.Throttled(wait=12)).headers["Retry-After"] == "12"


def test_an_unknown_error_is_left_to_become_a_500() -> None:
    assert problem_details(RuntimeError("x"), {}) is None


@pytest.mark.django_db
def test_an_unknown_address_below_api_is_a_problem_and_elsewhere_a_page() -> None:
    api = Client().get("/api/v1/no-such-thing")
    assert (api.status_code, api.headers["Content-Type"]) == (404, "application/problem+json")
    assert api.json()["detail"] == "没有这个地址或对象，或你无权查看。"
    page = Client().get("/no-such-page")
    assert page.status_code == 404
    assert page.headers["Content-Type"].startswith("text/html")


@pytest.mark.parametrize(("path", "kind"), [("/api/v1/cases", "application/problem+json"), ("/cases", "text/html")])
def test_a_failure_is_told_without_its_inside(path: str, kind: str) -> None:
    response = errors.server_error(RequestFactory().get(path))
    assert response.status_code == 500
    assert response.headers["Content-Type"].startswith(kind)

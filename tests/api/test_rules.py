"""Entered rules over HTTP: list, preview, proposal, and a decision after a proof by another person."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from cases.models.rules import RuleVersion
from tests.rules.papers import DOCUMENT, approved, proposed
from tests.web.test_reading import entered
from tests.web.test_step_up import aged

V1 = "/api/v1/rules/"
BODY: dict[str, Any] = {
    "kind": "surcharge_document",
    "region": "320000",
    "body": DOCUMENT,
    "effective_from": "2026-12-01",
    "source": "省发展改革委门户网站",
    "article": "第二条",
    "certainty": "V-T",
}


def post(client: Client, address: str, body: dict[str, Any] | None = None) -> Any:
    return client.post(address, json.dumps(body or {}), "application/json")


def test_a_version_goes_its_way(demo_city: None) -> None:
    client = entered("js-drc-handler1")
    preview = post(client, f"{V1}preview", BODY)
    assert preview.status_code == 200
    assert "17,500.00" in preview.json()["changes"][0]["after"]
    assert not RuleVersion.objects.exists()
    made = post(client, V1, BODY)
    assert made.status_code == 201, made.content
    assert (made.json()["status"], made.json()["unverified"]) == ("proposed", True)
    assert made.json()["proposed_by"]["name"] == "龚旭"
    address = f"{V1}{made.json()['id']}"
    decider = entered("js-drc-reviewer1")
    aged(decider)
    unproven = post(decider, f"{address}/approval")
    assert (unproven.status_code, unproven.json()["code"]) == (403, "step_up_required")
    assert post(decider, "/api/v1/session/step-up", {"password": settings.DEMO_PASSWORD}).status_code == 200
    assert post(decider, f"{address}/approval").json()["status"] == "approved"
    assert client.get(address).json()["decided_by"]["name"] == "邵婉清"


def test_who_proposed_is_refused_after_a_proof_too(demo_city: None) -> None:
    version = proposed("drc-handler1", kind="local_suspension_rule")
    client = entered("drc-handler1")
    for tail in ("approval", "rejection"):
        assert (
            post(client, f"{V1}{version.pk}/{tail}", {"reason": "x"} if tail == "rejection" else {}).status_code == 403
        )
    assert post(client, f"{V1}{version.pk}/withdrawal").json()["status"] == "taken_back"


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"extra": 1}, "extra"),
        ({"region": 32}, "region"),
        ({"body": []}, "body"),
        ({"effective_from": "tomorrow"}, "effective_from"),
        ({"effective_from": 20261201}, "effective_from"),
        ({"repeal": "yes"}, "repeal"),
        ({"kind": "free"}, "kind"),
        ({"body": {**DOCUMENT, "rate": 0.5}}, None),
        ({"body": {**DOCUMENT, "rate": "0.1"}}, "rate"),
        ({"body": {**DOCUMENT, "number": 5}}, "number"),
        ({"source": ""}, "source"),
    ],
)
def test_a_body_is_read_strictly(demo_city: None, more: dict[str, Any], field: str | None) -> None:
    answer = post(entered("js-drc-handler1"), V1, {**BODY, **more})
    if field is None:
        assert answer.status_code == 201
        return
    assert answer.status_code == 400
    assert field in answer.json()["errors"]
    assert not RuleVersion.objects.exists()


def test_the_scanned_paper_comes_along_in_a_form(demo_city: None) -> None:
    client = entered("js-drc-handler1")
    pdf = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"

    def sent(proposal: str = json.dumps(BODY), content: bytes = pdf, **more: Any) -> Any:
        return client.post(V1, {"proposal": proposal, "file": SimpleUploadedFile("文件.pdf", content), **more})

    made = sent()
    assert made.status_code == 201, made.content
    assert made.json()["file_sha256"] == hashlib.sha256(pdf).hexdigest()
    kept = RuleVersion.objects.get(pk=made.json()["id"]).file
    assert kept is not None
    assert (kept.filename, bytes(kept.content)) == ("文件.pdf", pdf)
    for answer, code, field in (
        (sent(content=b"<html><script>"), "invalid_input", "file"),
        (sent(content=b""), "invalid_input", "file"),
        (sent(proposal="{"), "unreadable_body", None),
        (sent(proposal=json.dumps({**BODY, "source": ""})), "invalid_input", "source"),
        (sent(source="x"), "invalid_input", "source"),
        (client.post(V1, {"proposal": json.dumps(BODY)}), "invalid_input", "file"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (400, code), answer.content
        assert field is None or field in answer.json()["errors"]
    assert RuleVersion.objects.count() == 1
    long = post(client, V1, {**BODY, "source": "x" * (3 * 1024 * 1024)})
    assert long.status_code == 413
    assert post(client, f"{V1}preview", {**BODY, "body": {**DOCUMENT, "number": "a\x00"}}).status_code == 400


def test_the_list_is_narrowed_and_refuses_what_it_does_not_know(demo_city: None) -> None:
    version = approved()
    client = entered("cac-handler1")
    for query, n in (
        ("", 1),
        ("?kind=tariff", 0),
        ("?region=320303", 1),
        ("?region=33", 0),
        ("?status=approved&day=2026-12-01", 1),
        ("?day=2026-11-30", 0),
    ):
        found = client.get(f"{V1}{query}").json()
        assert len(found["results"]) == found["total"]["value"] == n, query
    for query in ("?kind=x", "?day=x", "?colour=x"):
        assert client.get(f"{V1}{query}").status_code == 400
    assert client.get(f"{V1}{version.pk}").json()["body"]["rate"] == "0.5000"
    assert client.get(f"{V1}01900000-0000-7000-8000-000000000000").status_code == 404


def test_nobody_without_a_session_reads_or_writes(demo_city: None) -> None:
    version = proposed()
    for method, tail in (("get", ""), ("get", version.pk), ("post", ""), ("post", f"{version.pk}/approval")):
        assert getattr(Client(), method)(f"{V1}{tail}").status_code == 401

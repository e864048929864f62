"""A list step by step over HTTP: the same steps as on the pages, with the same refusals."""

from __future__ import annotations

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from agencies.actors import find_actor
from audit import clock
from cases.api.views import imports
from cases.api.views.lists import steps
from cases.intake.services import process_list
from cases.intake.steps.preview import run_preview
from cases.models import Case, ListBatch
from tests.api.conftest import V1

HEADER = "源IP地址,源端口,矿池地址,首次发现时间"
ROWS = (
    "36.154.192.217,1159,p.example,10/3/2026 08:00",
    "36.154.192.300,1160,p.example,10/3/2026 08:00",
)
COLUMNS = {"ip": 0, "port": 1, "pool": 2, "first": 3}


@pytest.fixture(autouse=True)
def rung(monkeypatch):
    """No broker in these tests: the bell is only heard."""
    heard = []
    for module in (imports, steps):
        monkeypatch.setattr(module, "ring", lambda batch: heard.append(str(batch.id)))
    return heard


def send(person, **fields):
    file = SimpleUploadedFile("a.csv", "\n".join([HEADER, *ROWS]).encode())
    asked = {"kind": "telecom", "agency": "320300-telecom", "batch": "十月", "steps": "true", **fields}
    return person.client.post(f"{V1}/imports/", {"file": file, **asked})


def post(person, address, body=None):
    content = json.dumps(body).encode() if body is not None else b""
    answer = person.client.post(f"{V1}/{address}", content, "application/json")
    answer.data = answer.json()
    return answer


@pytest.fixture
def batch(person):
    """The address of a list whose columns are found and whose dates are not."""
    sent = send(person("telecom-handler1"))
    assert sent.status_code == 201
    assert sent.json()["state"] == "mapping"
    return f"imports/{sent.json()['id']}"


def test_a_list_is_mapped_looked_at_set_right_and_committed(person, batch, rung):
    sender = person("telecom-handler1")
    found = sender.get(f"{batch}/mapping").data
    (sheet,) = found["sheets"]
    assert [column["field"] for column in sheet["columns"]] == list(COLUMNS)
    assert sheet["asked"] == [{"field": "first", "examples": ["10/3/2026 08:00"], "mixed": False}]
    asked = post(sender, f"{batch}/mapping", {"sheets": [{"columns": COLUMNS}]})
    assert (asked.status_code, asked.data["code"]) == (400, "order_asked")
    assert list(asked.data["errors"]) == ["order-0-first"]
    told = {"sheets": [{"columns": COLUMNS, "orders": {"first": "mdy"}}], "save": True}
    assert post(sender, f"{batch}/mapping", told).status_code == 202
    batch_id = batch.partition("/")[2]
    assert rung == [batch_id]
    assert post(sender, f"{batch}/commit").status_code == 409, "the preview is not through"
    run_preview(ListBatch.objects.get().id)
    preview = sender.get(f"{batch}/preview").data
    assert (preview["finished"], preview["fates"], preview["problems"]) == (
        True,
        {"accept": 1, "reject:bad_ip": 1},
        1,
    )
    (row,) = preview["results"]
    assert (row["row"], row["suspects"]) == (2, [{"cell": 0, "header": "源IP地址", "value": "36.154.192.300"}])
    mended = post(sender, f"{batch}/mends", {"row": 2, "cells": {"0": "36.154.192.30"}})
    assert (mended.status_code, mended.data["fate"], mended.data["mends"][0]["before"]) == (
        200,
        "accept",
        "36.154.192.300",
    )
    assert not Case.objects.exists()
    committed = post(sender, f"{batch}/commit")
    assert (committed.status_code, committed.data["state"]) == (202, "importing")
    process_list(batch_id=batch_id, actor=find_actor("telecom-handler1"), now=clock.now())
    assert sender.get(batch).data["fates"] == {"accept": 2}


def test_a_list_without_steps_is_imported_with_ambiguous_dates_weak(person, rung):
    sent = send(person("telecom-handler1"), steps="false")
    assert (sent.status_code, sent.json()["state"], len(rung)) == (202, "received", 1)
    process_list(batch_id=sent.json()["id"], actor=find_actor("telecom-handler1"), now=clock.now())
    assert ListBatch.objects.get().counts["fates"] == {"weak:no_time": 1, "reject:bad_ip": 1}


def test_a_list_is_cancelled_and_gone_on_with(person, batch):
    sender = person("telecom-handler1")
    assert post(sender, f"{batch}/cancel").data["state"] == "cancelled"
    assert post(sender, f"{batch}/cancel").status_code == 409
    assert post(sender, f"{batch}/resume").data["state"] == "mapping"
    assert post(sender, f"{batch}/resume").status_code == 409


@pytest.mark.parametrize(
    ("address", "body"),
    [
        ("mapping", {"sheets": {}}),
        ("mapping", {"sheets": [{"columns": {"ip": "0"}}]}),
        ("mapping", {"sheets": [{"columns": {"ip": True}}]}),
        ("mapping", {"sheets": [{"columns": COLUMNS, "orders": {"first": "ymd"}}]}),
        ("mapping", {"sheets": [{"columns": COLUMNS}], "poem": 1}),
        ("mapping", {"sheets": [{"columns": COLUMNS}] * 2}),
        ("mends", {"row": 1}),
        ("mends", {"row": "1", "cells": {"0": "x"}}),
        ("mends", {"row": 1, "cells": {"a": "x"}}),
        ("mends", {"row": 1, "cells": {"0": 5}}),
    ],
)
def test_what_cannot_be_read_is_refused_by_name(person, batch, address, body):
    answer = post(person("telecom-handler1"), f"{batch}/{address}", body)
    assert answer.status_code == 400, answer.data
    assert answer.data["errors"]


@pytest.mark.parametrize(("username", "status"), [("telecom-reviewer1", 403), ("nj-drc-handler1", 404)])
@pytest.mark.parametrize("step", ["mapping", "mends", "commit", "cancel", "resume"])
def test_who_may_not_import_takes_no_step(person, batch, username, status, step):
    bodies = {
        "mapping": {"sheets": [{"columns": COLUMNS, "orders": {"first": "mdy"}}]},
        "mends": {"row": 1, "cells": {"0": "x"}},
    }
    assert post(person(username), f"{batch}/{step}", bodies.get(step)).status_code == status
    assert ListBatch.objects.get().state == "mapping"


def test_the_steps_ask_for_true_or_false(person):
    assert send(person("telecom-handler1"), steps="yes").status_code == 400

"""Problem rows of a preview out and back in over HTTP, with the refusals of the page."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from cases.api.views.lists import corrections
from cases.intake.lists.reading import open_list
from cases.intake.steps.preview import run_preview
from cases.models import ListBatch, ListMend
from tests.api.conftest import V1
from tests.api.test_import_steps import COLUMNS, batch, post, rung
from tests.intake.samples import workbook

__all__ = ["batch", "rung"]


@pytest.fixture
def previewed(person, batch, rung, monkeypatch):
    """The address of a list that was read on trial."""
    monkeypatch.setattr(corrections, "ring", lambda found: rung.append(str(found.id)))
    post(person("telecom-handler1"), f"{batch}/mapping", {"sheets": [{"columns": COLUMNS, "orders": {"first": "mdy"}}]})
    run_preview(ListBatch.objects.get().id)
    return f"{V1}/{batch}/preview"


def downloaded(person, address):
    answer = person.client.get(f"{address}/problems")
    assert answer.status_code == 200, answer
    (sheet,) = open_list(b"".join(answer.streaming_content))
    return list(sheet.rows())


def upload(person, address, content, **fields):
    file = SimpleUploadedFile("a.xlsx", content)
    return person.client.post(f"{address}/corrections", {"file": file, **fields})


def test_the_workbook_goes_out_and_comes_back_set_right(person, previewed, rung):
    sender = person("telecom-handler1")
    rows = downloaded(sender, previewed)
    assert rows[2][3] == "36.154.192.300"
    rows[2][3] = "36.154.192.30"
    answer = upload(sender, previewed, workbook(("更正", rows)))
    assert (answer.status_code, answer.json()) == (202, {"state": "preview", "rows": 1, "cells": 1})
    assert rung[-1] == str(ListBatch.objects.get().id)
    run_preview(ListBatch.objects.get().id)
    shown = sender.client.get(f"{previewed}?show=all").json()
    assert shown["fates"] == {"accept": 2}
    assert shown["results"][1]["mends"][0]["before"] == "36.154.192.300"


def test_rows_that_do_not_fit_are_named_by_their_number(person, previewed):
    sender = person("telecom-handler1")
    rows = downloaded(sender, previewed)
    rows[2][3] = "36.154.192.30"
    answer = upload(sender, previewed, workbook(("更正", [*rows, rows[2]])))
    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == ["row-2"]
    assert not ListMend.objects.exists()
    assert sender.client.post(f"{previewed}/corrections", {}).status_code == 400
    assert upload(sender, previewed, b"x", poem="1").status_code == 400


@pytest.mark.parametrize(
    ("username", "status"), [("telecom-reviewer1", 403), ("drc-handler1", 403), ("nj-drc-handler1", 404)]
)
def test_who_has_not_sent_the_list_gets_nothing(person, previewed, username, status):
    other = person(username)
    assert other.client.get(f"{previewed}/problems").status_code == status
    assert upload(other, previewed, b"x").status_code == status


def test_a_list_that_is_committed_has_no_preview_any_more(person, previewed):
    sender = person("telecom-handler1")
    post(sender, f"{previewed.removeprefix(f'{V1}/').removesuffix('/preview')}/commit")
    assert sender.client.get(f"{previewed}/problems").status_code == 409
    assert upload(sender, previewed, b"x,y").status_code == 409

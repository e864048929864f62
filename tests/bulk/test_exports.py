"""A list as a file: what its conditions find, as the page would show it, on record before and after, in flat memory."""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Iterator
from typing import Any

import orjson
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from python_calamine import CalamineWorkbook

from agencies.actors import find_actor
from audit.models import Event
from cases.models.bulk import BulkRow, BulkRun
from cases.web.views.bulk import files, lists
from tests.bulk.test_pages import confirmed, hidden, ticked
from tests.web import story
from tests.web.conftest import LogIn


def read(answer: Any) -> list[list[str]]:
    content = b"".join(answer.streaming_content)
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))


def sheet(answer: Any) -> list[list[Any]]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(b"".join(answer.streaming_content)))
    return book.get_sheet_by_index(0).to_python()


def exports(who: str, action: str = "export_made") -> list[dict[str, Any]]:
    found = Event.objects.filter(stream=f"account/{who}", action=action).order_by("seq")
    return [orjson.loads(bytes(event.body))["data"] for event in found]


def test_the_cases_that_the_conditions_find_and_no_others(log_in: LogIn) -> None:
    story.dispatched(title="在查仓")
    story.opened(title="待分办仓")
    client = log_in("drc-handler1")
    title, heads, *rows = read(client.get("/cases/cases.csv?stage=verification"))
    assert [row[1] for row in rows] == ["在查仓"]
    assert re.search(r"条件：.*阶段：核查", title[0]), title
    assert "1 行" in title[0]
    assert "月电量（kWh）" in heads
    assert "李明远" in title[0], "the file says who took it"


def test_a_workbook_has_the_same_cells(log_in: LogIn) -> None:
    story.dispatched(title="在查仓")
    client = log_in("drc-handler1")
    rows = read(client.get("/cases/cases.csv"))
    book = sheet(client.get("/cases/cases.xlsx"))
    assert [[_plain(cell) for cell in row] for row in book[1:]] == rows[1:]


def _plain(cell: Any) -> str:
    return f"{cell:g}" if isinstance(cell, float) else str(cell)


def test_no_cell_is_a_formula(log_in: LogIn) -> None:
    story.opened(title="=HYPERLINK(1)仓")
    client = log_in("drc-handler1")
    assert read(client.get("/cases/cases.csv"))[2][1] == "'=HYPERLINK(1)仓"
    assert sheet(client.get("/cases/cases.xlsx"))[2][1] == "'=HYPERLINK(1)仓"


def test_what_a_list_does_not_tell_this_person_the_file_does_not_either(log_in: LogIn) -> None:
    story.reported(title="已核仓")
    whole = read(log_in("drc-handler1").get("/cases/cases.csv"))
    own = read(log_in("cac-handler1").get("/cases/cases.csv?view=all"))
    kwh = whole[1].index("月电量（kWh）")
    assert whole[2][kwh] == "35000"
    assert [row[kwh] for row in own[2:]] in ([], [""])


def test_it_is_on_record_before_the_first_byte_and_after_the_last(log_in: LogIn) -> None:
    story.opened(title="甲仓")
    client = log_in("drc-handler1")
    answer = client.get("/cases/cases.csv?q=甲仓")
    [made] = exports("drc-handler1")
    assert (made["what"], made["rows"], made["format"]) == ("case_list", 1, "csv")
    assert made["typed"] is True
    assert "甲仓" not in str(made), "what was typed may be a name"
    assert exports("drc-handler1", "export_ended") == []
    content = b"".join(answer.streaming_content)
    [ended] = exports("drc-handler1", "export_ended")
    assert (ended["rows"], ended["complete"]) == (1, True)
    assert ended["sha256"] == hashlib.sha256(content).hexdigest()


def test_what_was_typed_stands_in_no_event_sealed_either(log_in: LogIn) -> None:
    """What an erasure has to reach may not lie in a record that nobody can change."""
    story.opened(title="甲仓")
    client = log_in("drc-handler1")
    address = client.post("/cases/search/", {"q": "甲仓"})["Location"]
    token = address.partition("w=")[2]
    assert token
    list(client.get(address.replace("/cases/", "/cases/cases.csv")).streaming_content)
    [made] = exports("drc-handler1")
    assert (made["rows"], made["typed"], made["conditions"]) == (1, True, {"view": "all"})
    page = client.get(address).content.decode()
    run = client.post("/bulk/", {**hidden(page), "act": "dispatch_verification", "scope": "all"})["Location"]
    assert client.post(run, {"step": "preview", "f.findings": ["inspect_site"]}).status_code == 302
    confirmed(client, run)
    assert BulkRun.objects.get().conditions == {"view": "all", "typed": True}
    assert not [event for event in Event.objects.all() if token.encode() in bytes(event.body)]
    assert BulkRow.objects.get().fate == "done"


def test_a_file_that_is_broken_off_says_how_far_it_came(log_in: LogIn, monkeypatch: pytest.MonkeyPatch) -> None:
    for n in range(3):
        story.opened(title=f"{n} 号仓")
    monkeypatch.setattr(lists, "AT_ONCE", 1)
    answer = log_in("drc-handler1").get("/cases/cases.csv")
    pieces: Iterator[bytes] = iter(answer.streaming_content)
    next(pieces), next(pieces)
    answer._iterator.close()  # as the server does when nobody reads any more
    [ended] = exports("drc-handler1", "export_ended")
    assert (ended["rows"], ended["complete"]) == (1, False)


def test_the_ticked_rows_alone(log_in: LogIn) -> None:
    for n in range(3):
        story.dispatched(title=f"{n} 号仓")
    client = log_in("drc-handler1")
    for address, name, file in (("/cases/", "case", "/cases/cases.csv"), ("/tasks/", "task", "/tasks/tasks.csv")):
        page = client.get(address).content.decode()
        two = ticked(page, name)[:2]
        rows = read(client.post(file, {**hidden(page), name: two, "scope": "ticked"}))
        assert len(rows) == 2 + 2, address
        assert "勾选的行" in rows[0][0]
        assert client.post(file, {**hidden(page), "scope": "ticked"}).status_code == 400


def test_ticked_rows_are_read_at_once_and_stand_as_they_were_ticked(demo_city: None) -> None:
    numbers, actor, sent = [story.opened(title=f"{n} 号仓").number for n in range(3)], find_actor("drc-handler1"), []
    for some in (numbers[:1], [numbers[2], numbers[0], numbers[1]]):
        with CaptureQueriesContext(connection) as statements:
            assert [row["number"] for row in lists.ticked_cases(actor, some)] == some
        sent.append(len(statements))
    assert sent[0] == sent[1] > 0
    assert len(lists.ticked_cases(actor, [numbers[0].lower(), "没有这一件"])) == 1
    assert lists.ticked_cases(actor, []) == []


def test_the_tasks_of_a_result(log_in: LogIn) -> None:
    story.dispatched(title="甲仓")
    client = log_in("telecom-handler1")
    rows = read(client.get("/tasks/tasks.csv?kind=trace_subscriber"))
    assert [row[0] for row in rows[2:]] == ["溯源核查"]
    assert exports("telecom-handler1")[0]["conditions"] == {"kind": "trace_subscriber"}


def test_nobody_gets_another_agencys_rows_by_ticking_them(log_in: LogIn) -> None:
    story.dispatched(title="甲仓")
    page = log_in("telecom-handler1").get("/tasks/").content.decode()
    other = log_in("nj-drc-handler1")
    rows = read(other.post("/tasks/tasks.csv", {"list": "tasks", "task": ticked(page, "task"), "scope": "ticked"}))
    assert len(rows) == 2
    assert find_actor("nj-drc-handler1").posts


def test_pieces_leave_as_they_are_read(log_in: LogIn, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many rows there are, no more than a page of them is held."""
    for n in range(4):
        story.opened(title=f"{n} 号仓")
    monkeypatch.setattr(lists, "AT_ONCE", 2)
    client: Client = log_in("drc-handler1")
    assert len(list(client.get("/cases/cases.csv").streaming_content)) == 3
    assert files.Pieces().take() == b""

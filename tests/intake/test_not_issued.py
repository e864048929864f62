"""What a platform pushes and residents report was issued by nobody: no answer is due, and it is no list before."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from agencies.actors import find_actor, system_actor
from agencies.directory import get_directory
from audit import clock
from audit.models import Event
from cases import tasks
from cases.intake.feedback.services import ask_for, draw_version
from cases.intake.feeds.signals import is_push, read_push, receive_push
from cases.intake.ledger.figures import clearances, delta_of, is_overdue
from cases.intake.selectors import Wanted, list_batches
from cases.intake.services import import_file, process_list
from cases.models import FeedbackRow, ListBatch
from tests.intake.ledgers import batch, bring, site, telecom
from tests.tips.reporting import PERSON, send
from tests.web.test_reading import entered

pytestmark = pytest.mark.usefixtures("demo_city")
SIGNAL = {
    "ip": "58.218.10.21", "port": 40001, "pool": "eth.pool.example", "first": "2026-11-20T09:02:11+08:00",
    "last": "2026-11-20T09:55:40+08:00", "county": "云龙区",
}  # fmt: skip
LONG = timedelta(days=90)


def push(key: str = "k1", **signal: Any) -> ListBatch:
    """One request of a platform, imported."""
    actor = find_actor("telecom-handler1")
    body = {"kind": "telecom", "agency": "320300-telecom", "signals": [{**SIGNAL, **signal}]}
    raw = json.dumps(body).encode()
    found, _ = receive_push(actor=actor, key=key, push=read_push(actor, body), raw=raw, now=clock.now())
    process_list(batch_id=found.id, actor=actor, now=clock.now())
    return ListBatch.objects.get(id=found.id)


def report() -> ListBatch:
    """A resident's tip, placed."""
    send(**PERSON)
    tasks.place_tips()
    return ListBatch.objects.get(kind="tips")


both = pytest.mark.parametrize("bring_in", [push, report])


@both
def test_it_has_no_day_and_says_why(bring_in: Callable[[], ListBatch]) -> None:
    found = bring_in()
    assert (found.state, found.due_at, found.due_rule, found.due_provisional) == ("done", None, "not_issued", False)
    told = json.loads(bytes(Event.objects.filter(action="import_received").latest("id").body))["data"]
    assert (told["due"], told["due_rule"]) == (None, "not_issued")


@both
def test_it_is_never_overdue_and_in_no_list_of_what_is_due(bring_in: Callable[[], ListBatch]) -> None:
    found = bring_in()
    bring(telecom(site(1)), "名单")
    actor, later = find_actor("drc-handler1"), clock.now() + LONG
    assert not is_overdue(found, clearances([found])[found.id], later)

    def ids(wanted: Wanted, **more: Any) -> set[Any]:
        return {row["id"] for row in list_batches(actor, wanted, cursor=None, **more).rows}

    assert ids(Wanted(overdue=True, now=later)) == {batch("名单").id}
    assert ids(Wanted(overdue=False, now=later)) == {found.id}
    assert ids(Wanted()) == {found.id, batch("名单").id}
    assert ids(Wanted(), order="due") == {batch("名单").id}


@both
def test_its_pages_and_the_api_say_that_nothing_is_due(bring_in: Callable[[], ListBatch]) -> None:
    found = bring_in()
    clock.advance(LONG)
    client: Client = entered("drc-handler1")
    page = client.get(f"/imports/{found.id}/").content.decode()
    assert "不是下发名单，没有反馈期限" in page
    assert "不必逐批反馈" in page
    row = re.search(rf'<tr data-batch="{found.id}">(.*?)</tr>', client.get("/imports/").content.decode(), re.DOTALL)
    assert row is not None
    assert '<td class="nb" data-label="反馈期限">--</td>' in row[1]
    shown = client.get(f"/api/v1/imports/{found.id}").json()
    assert (shown["due_at"], shown["overdue"]) == (None, False)
    assert "没有反馈期限" in shown["due_rule"]
    assert client.get("/api/v1/imports/?overdue=true").json()["results"] == []


@both
def test_an_answer_may_still_be_drawn_up_and_none_of_its_rows_is_late_by_a_day_of_the_list(
    bring_in: Callable[[], ListBatch],
) -> None:
    found = bring_in()
    version = ask_for(actor=find_actor("drc-handler1"), batch=found, now=clock.now())
    version = draw_version(version.id, clock.now())
    assert (version.state, version.due_on, version.overdue) == ("drawn", None, 0)
    assert set(FeedbackRow.objects.filter(version=version).values_list("overdue_since", flat=True)) == {None}


def test_a_list_of_tips_that_an_agency_hands_in_is_due_like_any_other() -> None:
    content = "举报时间,举报内容,地址\n2026-11-01,夜间噪声,徐州市云龙区和平路1号\n".encode()
    bring(content, "举报清单", kind="tips")
    assert batch("举报清单").due_rule == "working_days:10"


def test_a_push_is_no_list_before_and_a_file_of_that_name_is_a_list_like_any_other() -> None:
    for name, rows in (("一", (1, 2)), ("二", (2, 3))):
        import_file(
            actor=system_actor(),
            content=telecom(*map(site, rows)),
            filename="signals.json",
            kind="telecom",
            agency=get_directory().by_code["320300-telecom"],
            batch_name=name,
            now=clock.now(),
        )
        pushed = push(key=name, ip=f"58.218.20.{rows[0]}")
        assert is_push(pushed)
        assert delta_of(pushed) is None
    assert not is_push(batch("二"))
    assert batch("二").due_at is not None
    delta = delta_of(batch("二"))
    assert delta is not None
    assert (delta.name, delta.fresh, delta.still, delta.gone) == ("一", 1, 1, 1)


def test_the_same_push_again_is_the_same_batch_without_a_day() -> None:
    assert push("k1").id == push("k2").id

"""A case above the ceiling of a person's post is as if it were not, by whatever door; below it, nothing changes."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from agencies.visibility import Part
from audit import clock
from audit.models import Event
from cases.documents.attachments import read_attachment, store_attachment
from cases.models import Case
from cases.selectors import evidence, pages
from cases.selectors.attachments import get_attachment, list_attachments
from cases.selectors.case import find_case_id, get_case
from cases.selectors.cases import CaseFilter, list_cases
from cases.selectors.counters import fold_task_counters
from cases.selectors.desk.counts import cells, count
from cases.selectors.desk.lines import states
from cases.selectors.events import EventFilter, get_event, search_events
from cases.selectors.precision.personal import Opened, personal
from cases.selectors.tasks import TaskFilter, list_tasks
from cases.selectors.timeline import timeline
from cases.web.show.case import steps
from tests.agencies.cast import cleared


@pytest.fixture
def secret(do, who):
    """A sensitive case of the commission, opened by the one handler there who may."""
    cleared("drc-handler1", "sensitive")
    signals = [{"family": "traffic", "count": 3}]
    more = {"region_code": "320303", "title": "云龙区 秘密仓库", "source": "telecom", "signals": signals}
    return do("drc-handler1", "open_case", **more, confidentiality="sensitive")


def figures(actor):
    """Every number of the workbench and the lists."""
    now = clock.now()
    known = cells(actor, now=now, today_end=now + timedelta(days=1), week_end=now + timedelta(days=7))
    return (
        pages.open_task_total(actor),
        sum(pages.tasks_by_stage(actor).values()),
        count(known),
        list_tasks(actor, TaskFilter(), now=now).total,
        list_tasks(actor, TaskFilter(kind="triage"), now=now).total,
        list_tasks(actor, TaskFilter(stage="monitoring"), now=now).total,
        list_tasks(actor, TaskFilter(stage="monitoring", region="320303"), now=now).total,
        len(list_tasks(actor, TaskFilter(region="3203"), now=now).rows),
        list_cases(actor, CaseFilter()).total,
    )


def test_who_is_cleared_sees_it_everywhere_and_its_colleague_nowhere(secret, opened, who):
    opened()
    assert set(figures(who("drc-handler1"))) == {2}
    assert set(figures(who("drc-handler2"))) == {1}
    fold_task_counters()
    assert set(figures(who("drc-handler1"))) == {2}
    assert set(figures(who("drc-handler2"))) == {1}


@pytest.mark.parametrize("username", ["drc-handler2", "drc-reviewer1", "sup-supervisor1", "js-drc-handler1"])
def test_no_filter_search_or_address_tells_of_it(secret, who, username):
    actor, number = who(username), secret.number
    for wanted in (
        CaseFilter(numbers=(number,)),
        CaseFilter(q=number),
        CaseFilter(q=number[:-1]),
        CaseFilter(q="秘密仓库"),
        CaseFilter(stage="monitoring", region="3203"),
        CaseFilter(holder_ids=(Case.objects.get(pk=secret.case_id).lead_agency_id,)),
    ):
        found = list_cases(actor, wanted)
        assert (found.rows, found.total) == ([], 0), wanted
    for ref in (number, secret.case_id):
        assert find_case_id(actor, ref) is None
        assert get_case(actor, ref) is None
    assert timeline(actor, secret.case_id) is None
    assert evidence.signals(actor, secret.case_id) == []
    assert personal(actor, secret.case_id, opened=Opened({"subscriber": clock.now() + timedelta(hours=1)})) == []
    assert pages.stage_history(actor, secret.case_id) == []
    assert list_tasks(actor, TaskFilter(incoming=True), now=clock.now()).rows == []
    assert states(actor, [secret.case_id]) == {}
    assert pages.outgoing(actor, now=clock.now()) == []


def test_its_events_are_read_by_nobody_below_it_not_even_in_the_account_of_a_colleague(secret, who, do):
    upload = SimpleUploadedFile("函.pdf", b"%PDF-1.7 secret")
    file_id = store_attachment(
        actor=who("drc-handler1"), case_id=secret.case_id, kind="document", upload=upload, now=clock.now()
    )
    assert read_attachment(who("drc-handler1"), file_id, now=clock.now()) is not None
    stream = f"case/{secret.case_id}"
    named = [Event.objects.get(stream=stream).pk, Event.objects.get(action="attachment_read").pk]
    for username, reads in (("drc-handler1", True), ("drc-reviewer1", False), ("sup-supervisor1", False)):
        actor = who(username)
        assert [get_event(actor, event_id) is not None for event_id in named] == [reads, reads], username
        rows = search_events(actor, EventFilter(actor_id=who("drc-handler1").user_id)).rows
        assert {row["action"] for row in rows} & {"open_case", "attachment_read"} == (
            {"open_case", "attachment_read"} if reads else set()
        ), username
    assert get_attachment(who("drc-handler2"), file_id) is None
    assert list_attachments(who("drc-handler2"), secret.case_id) == []
    assert read_attachment(who("drc-handler2"), file_id, now=clock.now()) is None
    with pytest.raises(PermissionError):
        store_attachment(
            actor=who("drc-handler2"), case_id=secret.case_id, kind="document",
            upload=SimpleUploadedFile("函.pdf", b"%PDF-1.7 x"), now=clock.now(),
        )  # fmt: skip


def test_a_supervisor_who_is_cleared_reads_all_of_it_but_no_personal_data(secret, who):
    boss = cleared("sup-supervisor1", "sensitive")
    case = get_case(boss, secret.number)
    assert (case["part"], case["confidentiality"]) == (Part.WHOLE, "sensitive")
    assert list_cases(boss, CaseFilter()).rows[0]["confidentiality"] == "sensitive"
    assert len(search_events(boss, EventFilter(case_id=secret.case_id)).rows) == 1
    assert steps(boss, case, clock.now())[0]["state"] == "now"
    assert all(row["masked"] for row in personal(boss, secret.case_id, opened=Opened({})))


def test_a_case_that_is_raised_leaves_the_lists_and_counts_of_those_below_and_comes_back_when_lowered(opened, do, who):
    case = opened()
    cleared("drc-handler1", "internal")
    cleared("drc-reviewer1", "internal")
    assert set(figures(who("drc-handler2"))) == {1}
    do("drc-handler1", "dispatch_verification", case, findings=["inspect_site"], confidentiality="internal")
    below, above = who("drc-handler2"), who("drc-handler1")
    for fold in (lambda: None, fold_task_counters):
        fold()
        assert pages.open_task_total(below) == list_tasks(below, TaskFilter(), now=clock.now()).total == 0
        assert pages.open_task_total(above) == list_tasks(above, TaskFilter(), now=clock.now()).total == 1
        assert pages.tasks_by_stage(below) == {}
        assert pages.tasks_by_stage(above) == {"verification": 1}
    assert get_case(below, case) is None

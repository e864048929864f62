"""Who finds the events of the calendar, of steps of deadlines and of reports: by the search, and behind the wall."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from agencies.actors import find_actor
from agencies.sight import sight_of
from audit.actions import Action
from audit.sight import looking
from cases.selectors.events import EventFilter, get_event, search_events
from cases.web.show.audit import event, offered
from cases.web.show.records.actions import OTHERS
from cases.workflow.clockwork.escalating import escalate
from tests.agencies.cast import cleared
from tests.calendar.entries import approved, entered
from tests.reporting import weeks
from tests.workflow.world import World

pytestmark = pytest.mark.usefixtures("demo_city")
SORTS = ("calendar", "escalation", "report")


@pytest.fixture
def world() -> World:
    return World("2026-12-01 10:00")


def found(username: str) -> set[str]:
    """What the search shows of these streams. The wall, by itself, keeps nothing of it back and shows no more."""
    actor = find_actor(username)
    rows = [
        row for row in search_events(actor, EventFilter(), size=1000).rows if row["stream"].partition("/")[0] in SORTS
    ]
    with looking(sight_of(actor)), connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM audit_event WHERE split_part(stream, '/', 1) = ANY(%s) ORDER BY id", [list(SORTS)]
        )
        walled = [id_ for (id_,) in cursor.fetchall()]
        assert all(get_event(actor, row["id"]) for row in rows)
    assert sorted(row["id"] for row in rows) == walled
    return {row["stream"] for row in rows}


def test_days_of_a_region_are_found_by_who_entered_them_and_by_who_watches_over_it_or_lies_in_it() -> None:
    approved()
    entered()
    entered(by="nj-drc-approver1", region="320100")
    national, xuzhou, nanjing = "calendar/national", "calendar/3203", "calendar/3201"
    assert found("sup-supervisor1") == {national, xuzhou, nanjing}
    assert found("xzsup-supervisor1") == found("audit-admin1") == {national, xuzhou}
    assert found("drc-approver1") == {xuzhou}
    assert found("nj-drc-approver1") == {nanjing}
    assert found("js-drc-handler1") == {national}
    assert found("drc-handler1") == found("grid-approver1") == found("admin1") == set()


def test_steps_of_deadlines_are_found_by_the_supervision_that_sees_all_their_cases(world: World) -> None:
    world.open()
    world.open(region_code="320302")
    world._people["drc-handler2"] = cleared("drc-handler2", "sensitive")
    data: dict[str, Any] = {"region_code": "320302", "title": "鼓楼区 保密单位", "confidentiality": "sensitive"}
    signals = [{"family": "traffic", "count": 3}]
    world.act(None, "drc-handler2", "open_case", source="telecom", signals=signals, **data)
    escalate(now=world.now + timedelta(days=30))
    assert found("sup-supervisor1") == found("xzsup-supervisor1") == {"escalation/320303"}
    cleared("xzsup-supervisor1", "sensitive")
    assert found("xzsup-supervisor1") == {"escalation/320303", "escalation/320302"}
    for username in ("drc-reviewer1", "audit-admin1", "admin1", "nj-drc-approver1"):
        assert found(username) == set(), username


def test_reports_are_found_by_the_supervision_of_their_region_and_by_who_had_them_drawn_up() -> None:
    weeks.opened(weeks.BEFORE)
    version = weeks.draw("ledger")
    assert found("sup-supervisor1") == found("xzsup-supervisor1") == {f"report/{version.report_id}"}
    for username in ("audit-admin1", "grid-handler1", "nj-drc-approver1", "drc-reviewer1"):
        assert found(username) == set(), username


def test_the_page_names_every_act_and_what_each_of_these_events_is_about(world: World) -> None:
    assert set(Action) - set(OTHERS) == set()
    entered()
    world.open()
    escalate(now=world.now + timedelta(days=30))
    weeks.draw("ledger")
    actor = find_actor("sup-supervisor1")
    assert {"deadlines_escalated", "report_drawn"} <= {code for code, _ in offered(actor)[1].choices}
    shown = {}
    for row in search_events(actor, EventFilter(), size=1000).rows:
        if row["stream"].partition("/")[0] in SORTS:
            shown[row["stream"].partition("/")[0]] = event(actor, get_event(actor, row["id"]))["object"]
    assert shown == {
        "calendar": "工作日历 江苏省徐州市",
        "escalation": "期限催办 江苏省徐州市云龙区",
        "report": "报告",
    }

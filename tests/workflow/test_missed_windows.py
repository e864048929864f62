"""A window that nobody used closes by itself once no cut made inside can be written down any more."""

from __future__ import annotations

from typing import Any

import pytest

from agencies.actors import Actor, system_actor
from audit.models import Event
from audit.sight import working_as
from cases.models import Document, Outbox
from cases.web.show.law import cut
from cases.workflow.clockwork import lapsing
from cases.workflow.clockwork.lapsing import close_missed_windows
from cases.workflow.engine import perform
from tests.workflow.desk import Desk, at
from tests.workflow.world import World


def served(world: World) -> str:
    """Of 3 November at ten: the window ends on the tenth at ten."""
    world.now = at("2026-11-03 10:00")
    case = world.determined(
        world.verified(world.open()),
        finding="self_operated",
        subject="sole_trader",
        disposals=["suspension"],
        ground="G5_power_authority",
        serious_or_refused=True,
    )
    return world.served(case)


@pytest.mark.usefixtures("demo_city")
def test_the_system_closes_it_when_a_day_has_gone_by_and_tells_whoever_was_to_go() -> None:
    world = World()
    case = served(world)
    # Until then a cut made inside the window may be written down.
    assert close_missed_windows(at("2026-11-11 10:00")) == 0
    with working_as("windows"):
        assert close_missed_windows(at("2026-11-11 10:01")) == 1
        assert close_missed_windows(at("2026-11-11 10:01")) == 0
    view = world.view(case)
    assert world.open_tasks(case) == ["serve_notice"]
    assert "notice" not in view.facts["suspension"]
    written = Event.objects.filter(stream=f"case/{case}").latest("seq")
    assert (written.action, written.actor_id) == ("lapse_notice", system_actor().user_id)
    old, new = Document.objects.filter(case_id=case, kind="suspension_notice").order_by("serial")
    assert view.facts["suspension"]["paper"] == {"id": str(new.pk), "number": new.number}
    assert new.agency_id == old.agency_id, "of the grid company, though nobody of it was there"
    told = Outbox.objects.filter(case_id=case, seq=view.version)
    assert sorted((row.topic, row.payload["kind"]) for row in told) == [
        ("task.cancelled", "execute_suspension"),
        ("task.opened", "serve_notice"),
    ]


@pytest.mark.usefixtures("demo_city")
def test_a_window_that_cannot_be_closed_leaves_no_other_open(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    world = World()
    cases = [served(world), served(world)]

    def breaks(**asked: Any) -> Any:
        if asked["case_id"] == cases[0]:
            raise ZeroDivisionError
        return perform(**asked)

    monkeypatch.setattr(lapsing, "perform", breaks)
    assert close_missed_windows(at("2026-11-11 10:01")) == 1
    assert [world.open_tasks(case) for case in cases] == [["execute_suspension"], ["serve_notice"]]
    assert cases[0] in caplog.text


@pytest.mark.usefixtures("demo_city")
def test_under_a_stay_nothing_moves_and_afterwards_it_closes() -> None:
    world = World()
    case = served(world)
    world.later(days=1)
    world.act(case, "drc-approver1", "stay_execution", reason_code="new_evidence")
    assert close_missed_windows(at("2026-11-20 10:00")) == 0
    world.now = at("2026-11-20 11:00")
    world.act(case, "drc-approver1", "lift_stay", reason="复核完毕")
    assert close_missed_windows(at("2026-11-20 12:00")) == 1


def test_the_engine_lets_the_system_close_nothing_earlier_and_only_where_somebody_was_to_go() -> None:
    desk = Desk("2026-11-03 10:00").verified().determined("suspension").signed().approved()
    desk.people["system"] = Actor(1, "system", "系统", "zh", (), is_system=True)
    assert desk.refused("system", "lapse_notice", reason_code="window_missed").code == "no_open_task"
    desk.served().later(days=8)
    assert desk.refused("system", "lapse_notice", reason_code="window_missed").code == "window_open"
    desk.later(minutes=1)
    desk.act("system", "lapse_notice", reason_code="window_missed")


def test_a_stay_past_its_day_is_said_by_the_day_in_china(monkeypatch: pytest.MonkeyPatch) -> None:
    facts = {"stay": {"active": True, "until": "2026-11-10"}}
    for clock, said in (("2026-11-10 23:59", 0), ("2026-11-11 00:01", 1)):
        monkeypatch.setattr("audit.clock.now", lambda clock=clock: at(clock))
        assert len(cut.warnings(facts)) == said

"""Drawn up by plan: exactly once, late where the system was down, taken up again, numbered without a gap."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
from contextlib import closing
from datetime import UTC, timedelta

import psycopg2
import pytest
from django.db import connections

from agencies.actors import find_actor
from agencies.directory import get_directory
from audit.verification.run import verify
from cases.models import Report, ReportFile, ReportPart, ReportVersion
from cases.policy.reports.weeks import Week
from cases.reporting import drawing, plan
from cases.reporting.drawing import draw_version
from tests.conftest import Clone
from tests.reporting import weeks
from tests.reporting.weeks import BEFORE, WEEK, at

STILL = timedelta(minutes=5)


def swept(now: str) -> list[ReportVersion]:
    """What the worker does, whose clock is in UTC: sweep, and draw up whatever it was rung for."""
    moment = at(now).astimezone(UTC)
    return [draw_version(version, moment) for version in plan.sweep(moment, STILL)]


def numbers(kind: str = "ledger", region: str = "3203") -> list[str]:
    return list(Report.objects.filter(kind=kind, region_id=region).order_by("serial").values_list("number", flat=True))


@pytest.mark.usefixtures("demo_city")
def test_each_week_once_and_what_was_missed_is_made_up_and_says_so() -> None:
    weeks.opened(BEFORE)
    assert swept("2026-11-16 07:59") == []  # the region had no case in the week before
    first = swept("2026-11-16 08:00")
    assert {(v.report.kind, v.report.region_id, v.late) for v in first} >= {
        ("ledger", "3203", False),
        ("overdue", "3203", False),
    }
    assert swept("2026-11-16 08:01") == []
    # A sweep that had looked before this one began finds them here.
    for version in first:
        agency = get_directory().by_id[version.report.agency_id]
        week = Week(version.report.first_day)
        assert plan.begin(version.report.kind, agency, week, None, at("2026-11-16 08:01")) == (version, False)
    # Nothing ran for three weeks.
    swept("2026-12-09 10:00")
    assert numbers() == [f"徐整治台账〔2026〕{n}号" for n in (1, 2, 3, 4)]
    late = ReportVersion.objects.filter(report__region_id="3203", report__kind="ledger").order_by("report__first_day")
    assert [(f"{v.report.first_day:%m-%d}", v.late, v.version) for v in late] == [
        ("11-09", False, 1), ("11-16", True, 1), ("11-23", True, 1), ("11-30", True, 1),
    ]  # fmt: skip
    assert swept("2026-12-09 10:01") == []


@pytest.mark.usefixtures("demo_city")
def test_the_series_begins_anew_with_the_year_and_each_kind_has_its_own() -> None:
    weeks.opened(BEFORE)
    for now in ("2026-12-21 09:00", "2026-12-28 09:00", "2027-01-04 09:00", "2027-01-11 09:00"):
        swept(now)
    assert numbers() == [
        "徐整治台账〔2026〕1号",
        "徐整治台账〔2027〕1号",
        "徐整治台账〔2026〕2号",
        "徐整治台账〔2027〕2号",
    ]
    assert numbers("overdue")[0] == "徐整治通报〔2026〕1号"


@pytest.mark.usefixtures("demo_city")
def test_a_region_that_wants_none_has_none_and_no_arrears_afterwards() -> None:
    from agencies.services.parameters import set_parameter

    weeks.opened(BEFORE)
    swept("2026-11-16 09:00")
    day = at("2026-11-20 00:00").date()
    approver = find_actor("drc-approver1")
    set_parameter(
        actor=approver, region="3203", key="reports.hour", value=0, effective_from=day, source="试", now=at(BEFORE)
    )
    assert [v for v in swept("2026-11-23 09:00") if v.report.region_id == "3203"] == []
    day = at("2026-11-27 00:00").date()
    set_parameter(
        actor=approver, region="3203", key="reports.hour", value=10, effective_from=day, source="试", now=at(BEFORE)
    )
    assert [v for v in swept("2026-11-30 09:59") if v.report.region_id == "3203"] == []
    mine = [v for v in swept("2026-11-30 10:00") if v.report.region_id == "3203"]
    assert {f"{v.report.first_day:%m-%d}" for v in mine} == {"11-23"}


@pytest.mark.usefixtures("demo_city")
def test_an_hour_holds_from_midnight_in_china_on_its_day() -> None:
    from agencies.services.parameters import set_parameter

    weeks.opened(BEFORE)
    swept("2026-11-16 09:00")
    monday, approver = at("2026-11-23 00:00").date(), find_actor("drc-approver1")
    more = {"effective_from": monday, "source": "试", "now": at(BEFORE)}
    set_parameter(actor=approver, region="3203", key="reports.hour", value=6, **more)
    assert [v for v in swept("2026-11-23 05:59") if v.report.region_id == "3203"] == []
    assert [v for v in swept("2026-11-23 06:00") if v.report.region_id == "3203"]


def test_two_workers_at_once_give_out_one_number_and_draw_up_one_version(fresh_db: Clone, demo_city: None) -> None:
    weeks.opened(BEFORE)
    now, agency = at("2026-11-23 08:00"), weeks.commission()
    begun: list[tuple[ReportVersion, bool]] = []
    wait = threading.Barrier(4)

    def work() -> None:
        from audit.sight import Sight, looking

        try:
            with looking(Sight(system="tests")):
                wait.wait()
                version, new = plan.begin("ledger", agency, WEEK, None, now)
                begun.append((version, new))
                draw_version(version.pk, now)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [new for _, new in begun].count(True) == 1
    assert len({version.pk for version, _ in begun}) == 1
    assert numbers() == ["徐整治台账〔2026〕1号"]
    drawn = ReportVersion.objects.get()
    assert drawn.state == "drawn"
    assert ReportFile.objects.filter(version=drawn).count() == 4
    assert not verify().problems


KILLED = """
import os, sys, time
import django
django.setup()
from audit.sight import looking, Sight
from cases.reporting import drawing
from tests.reporting.weeks import at
real = drawing._finish
def wait(*given):
    print("here", flush=True)
    time.sleep(600)
drawing._finish = wait
with looking(Sight(system="reports")):
    drawing.draw_version(sys.argv[1], at("2026-11-23 08:00"))
"""


def test_a_worker_that_is_killed_leaves_nothing_and_the_sweep_goes_on(fresh_db: Clone, demo_city: None) -> None:
    weeks.opened(BEFORE)
    version, _ = plan.begin("ledger", weeks.commission(), WEEK, None, at("2026-11-23 08:00"))
    worker = subprocess.Popen([sys.executable, "-c", KILLED, str(version.pk)], stdout=subprocess.PIPE, text=True)
    assert worker.stdout is not None
    assert worker.stdout.readline() == "here\n"
    # Whoever is rung for the same version meanwhile does nothing.
    assert draw_version(version.pk, at("2026-11-23 08:01")).state == "drawing"
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    worker.stdout.close()
    assert not ReportFile.objects.exists()
    assert not ReportPart.objects.exists()
    assert str(version.pk) not in plan.sweep(at("2026-11-23 08:04"), STILL)
    assert str(version.pk) in plan.sweep(at("2026-11-23 08:06"), STILL)
    for _ in range(50):
        if draw_version(version.pk, at("2026-11-23 08:06")).state == "drawn":
            break
        time.sleep(0.1)  # the server notices the death of the other session a moment later
    assert numbers() == ["徐整治台账〔2026〕1号"]
    assert ReportFile.objects.count() == 4


@pytest.mark.usefixtures("demo_city")
def test_one_that_cannot_be_drawn_up_says_so_and_is_tried_again_after_an_hour(monkeypatch: pytest.MonkeyPatch) -> None:
    weeks.opened(BEFORE)

    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as patch:
        patch.setattr(drawing, "ledger_pdf", broken)
        drawn = {v.report.kind: v for v in swept("2026-11-23 08:00") if v.report.region_id == "3203"}
    assert (drawn["ledger"].state, drawn["ledger"].problem, drawn["overdue"].state) == (
        "failed",
        "ZeroDivisionError",
        "drawn",
    )
    assert swept("2026-11-23 08:59") == []
    again = [v for v in swept("2026-11-23 09:01") if v.report.region_id == "3203"]
    assert [(v.report.kind, v.state, v.version) for v in again] == [("ledger", "drawn", 1)]
    assert numbers() == ["徐整治台账〔2026〕1号"]


KEPT = (
    "DELETE FROM cases_reportpart",
    "UPDATE cases_reportpart SET content = 'x'",
    "UPDATE cases_reportfile SET sha256 = 'x'",
    "DELETE FROM cases_reportfile",
    "UPDATE cases_reportversion SET figures = '{}'",
    "DELETE FROM cases_reportversion",
    "UPDATE cases_report SET number = 'x'",
    "UPDATE cases_report SET readers = '{}'",
    "DELETE FROM cases_report",
    "TRUNCATE cases_reportpart",
    "TRUNCATE cases_report CASCADE",
)


def test_what_was_drawn_up_stays_for_the_owner_too(fresh_db: Clone, demo_city: None) -> None:
    weeks.opened(BEFORE)
    weeks.draw("overdue")
    with closing(psycopg2.connect(fresh_db.owner_url)) as owner, owner.cursor() as cursor:
        for sql in KEPT:
            with pytest.raises(psycopg2.Error) as error:
                cursor.execute(sql)
            assert error.value.pgcode == "LZ003", sql
            owner.rollback()

"""The one clock: real in production, movable in the demo, and never without a record."""

import io
import json
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction

from audit import clock
from audit.ids import new_id
from audit.models import DemoClock, Event

pytestmark = pytest.mark.django_db
NINE = datetime(2026, 11, 20, 1, tzinfo=UTC)


def test_without_a_setting_it_is_the_time_it_is() -> None:
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=5)
    assert clock.current() is None


def test_a_set_clock_runs_on_from_there() -> None:
    clock.set_clock(NINE)
    assert timedelta(0) <= clock.now() - NINE < timedelta(seconds=30)


def test_a_frozen_clock_stands_still() -> None:
    clock.set_clock(NINE, frozen=True)
    assert clock.now() == clock.now() == NINE


@pytest.mark.parametrize("frozen", [True, False])
def test_advancing_moves_it_by_exactly_so_much(frozen: bool) -> None:
    clock.set_clock(NINE, frozen=frozen)
    clock.advance(timedelta(days=3))
    assert timedelta(0) <= clock.now() - (NINE + timedelta(days=3)) < timedelta(seconds=30)


def test_advancing_a_clock_that_was_not_set_starts_from_real_time() -> None:
    clock.advance(timedelta(days=3))
    assert abs(clock.now() - datetime.now(UTC) - timedelta(days=3)) < timedelta(seconds=5)


def test_clearing_brings_real_time_back() -> None:
    clock.set_clock(NINE - timedelta(days=900))
    clock.clear()
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=5)


def test_a_change_by_another_process_is_seen_after_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    clock.set_clock(NINE, frozen=True)
    clock.now()
    DemoClock.objects.filter(pk=1).update(frozen=NINE + timedelta(days=1))
    real = clock.time.monotonic
    monkeypatch.setattr(clock.time, "monotonic", lambda: real() + clock.CACHE_SECONDS)
    assert clock.now() == NINE + timedelta(days=1)


def test_outside_the_demo_it_costs_no_query_and_a_row_has_no_effect(
    settings: Any, django_assert_num_queries: Any
) -> None:
    clock.set_clock(NINE - timedelta(days=900))
    settings.DEMO = False
    with django_assert_num_queries(0):
        assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=5)


@pytest.mark.parametrize(
    "change", [lambda: clock.set_clock(NINE), lambda: clock.advance(timedelta(days=1)), clock.clear]
)
def test_outside_the_demo_it_cannot_be_set(settings: Any, change: Any) -> None:
    settings.DEMO = False
    with pytest.raises(clock.DemoClockRefusedError, match="演示时钟只能在演示或测试环境中设置"):
        change()


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="has no time zone"):
        clock.set_clock(datetime(2026, 1, 1))  # noqa: DTZ001  (that is the point)


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO audit_democlock VALUES (2, '1 day', NULL)",
        "INSERT INTO audit_democlock VALUES (1, '1 day', now())",
        "INSERT INTO audit_democlock VALUES (1, NULL, NULL)",
    ],
)
def test_the_database_holds_one_clock_that_is_either_shifted_or_frozen(statement: str) -> None:
    with pytest.raises(IntegrityError, match="audit_democlock"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def command(*arguments: str) -> str:
    out = io.StringIO()
    call_command("demo_clock", *arguments, stdout=out)
    return out.getvalue().strip()


def test_the_command_sets_advances_shows_and_clears_and_each_change_is_an_event() -> None:
    assert command("set", "2026-11-20T09:00+08:00", "--frozen") == "2026-11-20T09:00:00+08:00"
    assert command("advance", "3d2h30m") == "2026-11-23T11:30:00+08:00"
    assert command("show") == "2026-11-23T11:30:00+08:00"
    command("clear")
    bodies = [json.loads(bytes(row.body)) for row in Event.objects.filter(stream="config/demo_clock").order_by("seq")]
    assert [body["data"]["change"] for body in bodies] == ["set", "advance", "clear"]
    assert bodies[1]["data"]["shows"] == "2026-11-23T03:30:00.000000Z"


def test_whoever_moves_the_clock_leaves_an_event_at_real_time() -> None:
    clock.set_clock(NINE)
    clock.advance(timedelta(days=1))
    clock.clear()
    rows = Event.objects.filter(stream="config/demo_clock").order_by("seq")
    assert [json.loads(bytes(row.body))["data"]["change"] for row in rows] == ["set", "advance", "clear"]
    assert all(abs(row.at - datetime.now(UTC)) < timedelta(seconds=30) for row in rows)


def test_the_command_reads_a_time_without_a_zone_as_local() -> None:
    assert command("set", "2026-11-20T09:00", "--frozen") == "2026-11-20T09:00:00+08:00"


def test_the_command_is_refused_outside_the_demo_and_records_nothing(settings: Any) -> None:
    settings.DEMO = False
    with pytest.raises(CommandError, match="演示时钟只能在演示或测试环境中设置"):
        command("set", "2026-11-20T09:00+08:00")
    assert not Event.objects.filter(stream="config/demo_clock").exists()


@pytest.mark.parametrize("wrong", ["3", "d", "3 d", "3y", ""])
def test_a_duration_it_cannot_read_is_refused(wrong: str) -> None:
    with pytest.raises(CommandError, match="by: invalid"):
        command("advance", wrong)


def test_ids_are_uuids_of_version_7_in_order_of_time() -> None:
    made = [new_id() for _ in range(1000)]
    assert made == sorted(made)
    assert len(set(made)) == 1000
    assert {(type(one), one.version) for one in made} == {(uuid.UUID, 7)}


@pytest.mark.parametrize(
    "words",
    [("set", "9999-12-31T23:59"), ("set", "0001-01-01T00:00"), ("advance", "999999999d"), ("advance", "9999999999w")],
)
def test_it_shows_no_year_that_nobody_can_reckon_with(db: None, words: tuple[str, str]) -> None:
    clock.set_clock(datetime(2099, 1, 1, tzinfo=UTC))
    with pytest.raises(CommandError, match=r"2100|invalid"):
        call_command("demo_clock", *words)
    assert clock.now().year == 2099

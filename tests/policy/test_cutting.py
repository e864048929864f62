"""How a cut is carried out, as data: the chain of approval and the ways of service, counted by hand."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.policy.calendar import national_calendar
from cases.policy.cutting.approval import chain, least_level, levels
from cases.policy.cutting.service import served_on, untried, ways
from cases.policy.dated import CHINA
from cases.policy.execution import execution_window

CAL = national_calendar()
DAY = date(2026, 11, 3)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CHINA)


@pytest.mark.parametrize(
    ("user_class", "level", "papers", "then"),
    [
        ("residential", "station", (), ()),
        ("ordinary", "company", (), ()),
        ("important", "company", ("marketing_report",), ("countersign_important_user", "copy_of_notice")),
    ],
)
def test_the_chain_of_each_class(user_class: str, level: str, papers: tuple[str, ...], then: tuple[str, ...]) -> None:
    found = chain(user_class, DAY, "320303")
    assert (found.level, found.papers, found.then) == (level, papers, then)


def test_the_highest_class_on_record_sets_the_level() -> None:
    assert least_level({"residential"}, DAY).code == "station"
    assert least_level({"residential", "ordinary"}, DAY).code == "company"
    assert list(levels()) == ["station", "company"]
    with pytest.raises(KeyError):
        chain("royal", DAY)
    with pytest.raises(KeyError):
        chain("ordinary", date(1990, 1, 1))


@pytest.mark.parametrize(
    ("published", "last", "counts_from"),
    [
        # 3 November not counted: the 30th day is 3 December, a Thursday.
        ("2026-11-03 10:00", "2026-12-03", "2026-12-04 00:00"),
        # The 30th day is Thursday 1 October 2026; the holiday lasts to the 7th, so it rolls on to the 8th.
        ("2026-09-01 09:00", "2026-10-08", "2026-10-09 00:00"),
        # The 30th day, Sunday 18 October, rolls on to Monday.
        ("2026-09-18 23:59", "2026-10-19", "2026-10-20 00:00"),
        # Saturday 10 October 2026 is worked: the period ends on it.
        ("2026-09-10 08:00", "2026-10-10", "2026-10-11 00:00"),
    ],
)
def test_a_public_notice_counts_when_thirty_days_are_over(published: str, last: str, counts_from: str) -> None:
    instant, counted = served_on(ways()["public"], at(published), CAL)
    assert counted is not None
    assert (counted.day.isoformat(), counted.provisional) == (last, False)
    assert instant == at(counts_from)


def test_a_public_notice_that_ends_in_an_unknown_year_is_provisional() -> None:
    counted = served_on(ways()["public"], at("2026-12-20 10:00"), CAL)[1]
    assert counted is not None
    assert counted.provisional


def test_no_period_of_public_notice_is_made_up_for_a_day_without_one() -> None:
    with pytest.raises(ValueError, match="begins on 2022-01-01"):
        served_on(ways()["public"], at("2021-11-20 10:00"), CAL)


@pytest.mark.parametrize("code", ["direct", "adult", "left", "post", "electronic"])
def test_every_other_way_counts_from_its_own_time(code: str) -> None:
    assert served_on(ways()[code], at("2026-11-03 10:00"), CAL) == (at("2026-11-03 10:00"), None)
    assert not untried(ways()[code], ())


@pytest.mark.parametrize(
    ("failed", "open_now"),
    [
        ((), False),
        (("direct",), False),
        (("direct", "left", "adult"), False),
        (("post",), False),
        (("post", "electronic"), False),
        (("direct", "post"), True),
        (("left", "electronic"), True),
    ],
)
def test_a_public_notice_comes_after_somebody_went_there_and_something_was_sent(
    failed: tuple[str, ...], open_now: bool
) -> None:
    assert (not untried(ways()["public"], failed)) is open_now


@given(
    st.integers(0, 24 * 60 * 1735).map(lambda minutes: at("2022-01-01 00:00") + timedelta(minutes=minutes)),
    st.sampled_from(["residential", "ordinary"]),
)
def test_no_window_after_a_public_notice_opens_within_its_thirty_days(published: datetime, user_class: str) -> None:
    served, counted = served_on(ways()["public"], published, CAL)
    assert counted is not None
    assert counted.day - published.date() >= timedelta(days=30)
    assert CAL.is_workday(counted.day)
    window = execution_window(served, user_class)
    assert window.earliest - published > timedelta(days=33 if user_class == "ordinary" else 37)

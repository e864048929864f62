"""The clocks of administrative law, each counted by hand from one Tuesday before the Mid-autumn Festival of 2024."""

from calendar import monthrange
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.policy.calendar import national_calendar
from cases.policy.statutory import clock_keys, counting, late_fine, statutory_deadline

CAL = national_calendar()
START = date(2024, 9, 10)

# Hand count: 2024-09-14 (Saturday) worked, 15–17 off, 29 worked, 1–7 October off, 12 October worked.
BY_HAND = {
    "penalty_decision": "2024-12-09",
    "hearing_request": "2024-09-18",
    "hearing_notice": "2024-09-20",
    "decision_delivery": "2024-09-20",
    "evidence_registration": "2024-09-20",
    "fine_payment": "2024-09-25",
    "time_bar": "2026-09-10",
    "publication_withdrawal": "2024-09-13",
    "seizure": "2024-10-10",
    "seizure_extended": "2024-11-11",  # 9 November is a Saturday
    "demand": "2024-09-25",
    "court_application": "2024-12-10",
    "reconsideration": "2024-11-11",
    "reconsideration_untold": "2025-09-10",
    "reconsideration_review": "2024-09-18",
    "reconsideration_copy": "2024-09-20",
    "reconsideration_reply": "2024-09-25",
    "reconsideration_decision": "2024-11-11",
    "reconsideration_simple": "2024-10-10",
    "lawsuit_after_reconsideration": "2024-09-25",
    "lawsuit": "2025-03-10",
    "public_notice": "2024-10-10",
    "objection_answer": "2024-09-13",
}


@pytest.mark.parametrize("key", sorted(BY_HAND))
def test_the_last_day_is_the_one_counted_by_hand(key: str) -> None:
    found = statutory_deadline(key, START, CAL, "320300")
    assert (found.last_day, found.provisional) == (date.fromisoformat(BY_HAND[key]), False)
    assert found.article.startswith("《")


def test_every_clock_is_counted_and_a_far_one_is_provisional() -> None:
    assert set(clock_keys()) == {*BY_HAND, "time_bar_finance"}
    assert statutory_deadline("time_bar_finance", START, CAL).provisional


def test_the_objection_clock_names_the_local_law_only_where_there_is_one() -> None:
    assert statutory_deadline("objection_answer", START, CAL, "410100").article == "《河南省供用电条例》第十五条"
    assert statutory_deadline("objection_answer", START, CAL, "310115").article == "《上海市供用电条例》第二十五条"
    assert "本系统" in statutory_deadline("objection_answer", START, CAL, "320300").article


def test_a_rule_does_not_reach_back_before_it_began() -> None:
    with pytest.raises(ValueError, match="begins on 2021-07-15"):
        statutory_deadline("penalty_decision", date(2021, 7, 14), CAL)
    with pytest.raises(KeyError):
        statutory_deadline("wedding", START, CAL)


# Every row of the table once more, from days around the holidays of 2026, counted by hand on a wall calendar:
# 1–3 January off and the 4th (Sunday) worked; 15–23 February off, the 14th and 28th worked; 4–6 April off; 1–5 May off,
# the 9th worked; 19–21 June off; 20 September worked, 25–27 off; 1–7 October off, the 10th worked.
AROUND_HOLIDAYS = [
    ("penalty_decision", "2026-07-03", "2026-10-08", 7),  # the 90th day, 1 October, is off until the 7th
    ("hearing_request", "2026-02-12", "2026-02-26", 0),  # 13, 14 (worked Saturday), 24, 25, 26
    ("hearing_request", "2026-09-29", "2026-10-12", 0),  # 30, 8, 9, 10 (worked Saturday), 12
    ("hearing_notice", "2026-04-30", "2026-05-13", 0),  # 6, 7, 8, 9 (worked Saturday), 11, 12, 13
    ("decision_delivery", "2026-06-17", "2026-06-29", 0),  # 18, 22, 23, 24, 25, 26, 29
    ("evidence_registration", "2026-12-21", "2026-12-30", 0),
    ("fine_payment", "2026-09-17", "2026-10-08", 6),  # the 15th day is 2 October
    ("fine_payment", "2026-04-15", "2026-04-30", 0),
    ("time_bar", "2024-02-29", "2026-02-28", 0),  # no 29 February; the 28th is a worked Saturday
    ("time_bar", "2024-10-03", "2026-10-08", 5),
    ("publication_withdrawal", "2026-09-23", "2026-09-29", 0),  # 24, 28, 29
    ("seizure", "2026-09-01", "2026-10-08", 7),
    ("seizure_extended", "2026-08-03", "2026-10-08", 6),
    ("demand", "2026-09-21", "2026-10-12", 0),  # 22, 23, 24, 28, 29, 30, 8, 9, 10, 12
    ("court_application", "2026-07-01", "2026-10-08", 7),
    ("court_application", "2025-11-30", "2026-02-28", 0),  # the last day of February, a worked Saturday
    ("reconsideration", "2026-08-02", "2026-10-08", 7),
    ("reconsideration_untold", "2025-05-02", "2026-05-06", 4),
    ("reconsideration_review", "2026-04-29", "2026-05-09", 0),  # 30, 6, 7, 8, 9 (worked Saturday)
    ("reconsideration_copy", "2026-02-13", "2026-03-02", 0),  # 14, 24, 25, 26, 27, 28, 2
    ("reconsideration_reply", "2026-12-14", "2026-12-28", 0),
    ("reconsideration_decision", "2026-03-06", "2026-05-06", 1),  # the 60th day is 5 May
    ("reconsideration_simple", "2026-01-16", "2026-02-24", 9),  # the 30th day, 15 February, is off until the 23rd
    ("lawsuit_after_reconsideration", "2026-06-04", "2026-06-22", 3),
    ("lawsuit", "2026-04-03", "2026-10-08", 5),
    ("lawsuit", "2025-08-31", "2026-02-28", 0),
    ("public_notice", "2026-09-10", "2026-10-10", 0),  # a worked Saturday is no day off
    ("objection_answer", "2026-04-03", "2026-04-09", 0),  # a Friday; 7, 8, 9
]


@pytest.mark.parametrize(("key", "start", "last", "rolled"), AROUND_HOLIDAYS)
def test_the_last_day_around_the_holidays_is_the_one_counted_by_hand(
    key: str, start: str, last: str, rolled: int
) -> None:
    found = counting(key, date.fromisoformat(start), CAL, "320300")
    assert (found.deadline.last_day, found.rolled) == (date.fromisoformat(last), rolled)
    assert found.begins == date.fromisoformat(start) + timedelta(days=1)
    assert found.deadline.provisional is False


def test_every_row_of_the_table_was_counted_around_the_holidays() -> None:
    assert {row[0] for row in AROUND_HOLIDAYS} == set(BY_HAND)


def test_a_counting_says_what_it_passed_over() -> None:
    found = counting("demand", date(2026, 9, 21), CAL)
    # 25–27 September and 1–7 October, and Sunday the 11th.
    assert (found.off, found.nature, found.since_zh) == (11, "after", "催告书送达")
    assert counting("reconsideration_decision", date(2026, 3, 6), CAL).nominal == date(2026, 5, 5)


def test_a_period_that_reaches_a_year_without_a_plan_is_provisional() -> None:
    assert counting("fine_payment", date(2026, 12, 20), CAL).deadline.provisional
    assert counting("objection_answer", date(2026, 12, 30), CAL).deadline.provisional
    assert not counting("fine_payment", date(2026, 12, 10), CAL).deadline.provisional


@pytest.mark.parametrize(
    ("fine", "paid_on", "added"),
    [
        ("1000.00", "2026-04-30", "0.00"),  # on the last day
        ("1000.00", "2026-05-01", "30.00"),
        ("1000.00", "2026-06-02", "990.00"),  # 33 days
        ("1000.00", "2026-06-03", "1000.00"),  # 34 days would be 1,020
        ("333.33", "2026-05-02", "20.00"),  # 19.9998
    ],
)
def test_three_per_cent_a_day_and_no_more_than_the_fine(fine: str, paid_on: str, added: str) -> None:
    assert late_fine(Decimal(fine), date(2026, 4, 30), date.fromisoformat(paid_on)) == Decimal(added)


def test_a_negative_fine_is_none() -> None:
    with pytest.raises(ValueError, match="negative"):
        late_fine(Decimal(-1), date(2026, 4, 30), date(2026, 5, 1))


@given(st.sampled_from(sorted(BY_HAND)), st.dates(date(2024, 1, 1), date(2026, 10, 31)))
def test_every_counting_agrees_with_a_slow_one(key: str, start: date) -> None:
    """Day by day from the plan, without the functions of the calendar."""
    found = counting(key, start, CAL)
    amount, unit = found.deadline.amount, found.deadline.unit
    day, left = start, amount
    if unit == "working_days":
        while left:
            day += timedelta(days=1)
            left -= CAL.is_workday(day)
    elif unit == "calendar_days":
        for _ in range(amount):
            day += timedelta(days=1)
    else:
        months = amount * (12 if unit == "years" else 1)
        year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
        day = next(date(year, month + 1, n) for n in range(start.day, 0, -1) if n <= monthrange(year, month + 1)[1])
    while not CAL.is_workday(day):
        day += timedelta(days=1)
    assert found.deadline.last_day == day
    assert found.deadline.last_day > start

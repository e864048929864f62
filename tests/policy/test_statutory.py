"""The clocks of administrative law, each counted by hand from one Tuesday before the Mid-autumn Festival of 2024."""

from datetime import date

import pytest

from cases.policy.calendar import national_calendar
from cases.policy.statutory import clock_keys, statutory_deadline

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

"""How long something that failed is tried: a growing envelope, dice inside it, three days, then never."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from notifications.delivery.backoff import FIRST, FOR, LONGEST, SHORTEST, envelope, next_try

BEGAN = datetime(2026, 11, 26, 8, tzinfo=UTC)
DICE = st.floats(min_value=0, max_value=1, exclude_max=True)


@given(st.integers(0, 32767))
def test_the_envelope_never_shrinks_and_has_its_bounds(attempts):
    assert FIRST <= envelope(attempts) <= envelope(attempts + 1) <= LONGEST


def test_it_doubles_until_six_hours():
    assert [envelope(n).total_seconds() for n in range(1, 6)] == [10, 20, 40, 80, 160]
    assert envelope(12) < envelope(13) == LONGEST


@given(st.integers(1, 50), DICE, st.integers(0, 259199))
def test_every_pause_lies_inside_its_envelope(attempts, dice, since):
    now = BEGAN + timedelta(seconds=since)
    at = next_try(first=BEGAN, attempts=attempts, now=now, dice=dice)
    assert at is not None
    assert now < at <= min(now + max(SHORTEST, envelope(attempts)), BEGAN + FOR)


@given(st.lists(DICE, min_size=1, max_size=20))
def test_whatever_the_dice_say_the_last_attempt_is_three_days_after_the_first(dice):
    now, attempts = BEGAN, 1
    while (at := next_try(first=BEGAN, attempts=attempts, now=now, dice=dice[attempts % len(dice)])) is not None:
        # Dice that always say nothing would take three days of seconds.
        now, attempts = (at, attempts + 1) if attempts < 200 else (BEGAN + FOR, attempts + 1)
        assert attempts < 203, "it never ends"
    assert now - BEGAN == FOR


def test_what_failed_together_is_spread_over_the_whole_envelope():
    """A server that comes back is not asked by everybody in the same second."""
    for dice in (0.01, 0.25, 0.5, 0.99):
        at = next_try(first=BEGAN, attempts=12, now=BEGAN, dice=dice)
        assert at == BEGAN + envelope(12) * dice


def test_a_machine_that_slept_through_the_three_days_has_had_its_last_attempt():
    late = BEGAN + FOR + timedelta(days=2)
    assert next_try(first=BEGAN, attempts=1, now=late, dice=0.5) is None

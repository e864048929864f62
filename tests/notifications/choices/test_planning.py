"""Over which channels, and when: every branch by hand, and what holds for whatever anybody chooses."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from itertools import product

import pytest

from cases.policy.dated import CHINA
from notifications.choices.kinds import AT_ONCE, DIGEST, EMAIL, GROUPS, OFF, SMS
from notifications.choices.planning import LONGEST_QUIET, MARGIN, Choice, Chosen, Planned, Quiet, after_quiet, plan

NIGHT = Quiet(time(22, 0), time(7, 30))
NOON = Quiet(time(12, 0), time(14, 0))
BOTH = frozenset({EMAIL, SMS})


def china(day, hour, minute=0):
    return datetime(2026, 11, day, hour, minute, tzinfo=CHINA)


TEN = china(20, 10)


def planned(group, chosen, at=TEN, **more):
    return plan(topic="x", kind_group=group, user_id=1, chosen=chosen, created_at=at, **more)


def test_who_confirmed_no_contact_is_told_in_the_inbox_only():
    assert all(planned(group, Chosen()) == [] for group in GROUPS)


def test_the_defaults():
    chosen, at, digest = Chosen(confirmed=BOTH), china(20, 10), china(21, 8, 30)
    assert planned("handoffs", chosen) == [Planned(EMAIL, at, False)]
    assert planned("escalations", chosen) == [Planned(EMAIL, at, False), Planned(SMS, at, False)]
    assert planned("progress", chosen) == planned("system", chosen) == [Planned(EMAIL, digest, True)]


def test_what_may_be_switched_off_is_and_what_may_not_is_not():
    off = dict.fromkeys(GROUPS, Choice(OFF, ()))
    found = {group for group in GROUPS if planned(group, Chosen(confirmed=frozenset({SMS}), groups=off))}
    assert found == {"handoffs", "escalations", "warnings"}


@pytest.mark.parametrize("group", ["progress", "system"])
def test_without_a_chosen_channel_that_is_confirmed_the_rest_goes_nowhere(group):
    chosen = Chosen(confirmed=frozenset({EMAIL}), groups={group: Choice(AT_ONCE, (SMS,))})
    assert planned(group, chosen) == []
    assert planned("handoffs", Chosen(confirmed=frozenset({EMAIL}), groups={"handoffs": Choice(AT_ONCE, (SMS,))}))


def test_a_digest_is_a_mail_and_nothing_more():
    chosen = Chosen(confirmed=BOTH, groups={"handoffs": Choice(DIGEST, (SMS,))}, digest_at=time(17, 0))
    assert planned("handoffs", chosen) == [Planned(EMAIL, china(20, 17), True)]
    assert planned("handoffs", chosen, at=china(20, 17)) == [Planned(EMAIL, china(21, 17), True)]
    by_sms = Chosen(confirmed=frozenset({SMS}), groups={"handoffs": Choice(DIGEST, ())})
    assert planned("handoffs", by_sms) == [Planned(SMS, china(20, 10), False)]


def test_a_digest_comes_in_time_or_the_message_by_itself():
    chosen = Chosen(confirmed=BOTH, groups={"handoffs": Choice(DIGEST, (SMS,))})
    digest = china(21, 8, 30)
    assert planned("handoffs", chosen, due_at=digest + MARGIN) == [Planned(EMAIL, digest, True)]
    told = planned("handoffs", chosen, due_at=digest + MARGIN - timedelta(minutes=1))
    assert told == [Planned(EMAIL, china(20, 10), False), Planned(SMS, china(20, 10), False)]


@pytest.mark.parametrize(
    ("quiet", "at", "expected"),
    [
        (NIGHT, china(20, 21, 59), china(20, 21, 59)),
        (NIGHT, china(20, 22), china(21, 7, 30)),
        (NIGHT, china(20, 23, 59), china(21, 7, 30)),
        (NIGHT, china(21, 0), china(21, 7, 30)),
        (NIGHT, china(21, 7, 29), china(21, 7, 30)),
        (NIGHT, china(21, 7, 30), china(21, 7, 30)),
        (NOON, china(20, 11, 59), china(20, 11, 59)),
        (NOON, china(20, 12), china(20, 14)),
        (NOON, china(20, 14), china(20, 14)),
        (None, china(20, 23), china(20, 23)),
        (NIGHT, datetime(2026, 11, 20, 16, 0, tzinfo=UTC), china(21, 7, 30)),
        (NIGHT, datetime(2026, 12, 31, 15, 0, tzinfo=UTC), datetime(2027, 1, 1, 7, 30, tzinfo=CHINA)),
    ],
)
def test_what_comes_in_quiet_hours_waits_for_their_end(quiet, at, expected):
    assert after_quiet(quiet, at) == expected
    assert [each.not_before for each in planned("escalations", Chosen(confirmed=BOTH, quiet=quiet), at=at)] == [
        expected
    ] * 2


def test_what_is_urgent_waits_for_nothing():
    chosen = Chosen(confirmed=BOTH, quiet=NIGHT, groups={"handoffs": Choice(DIGEST, (SMS,))})
    at = china(20, 23)
    assert planned("handoffs", chosen, at=at, urgent=True) == [Planned(EMAIL, at, False), Planned(SMS, at, False)]


def test_quiet_hours_do_not_eat_a_deadline():
    chosen, at, end = Chosen(confirmed=frozenset({EMAIL}), quiet=NIGHT), china(20, 23), china(21, 7, 30)
    assert planned("escalations", chosen, at=at, due_at=end + MARGIN)[0].not_before == end
    assert planned("escalations", chosen, at=at, due_at=end + MARGIN - timedelta(minutes=1))[0].not_before == at
    # Late already: the night makes no difference any more.
    assert planned("escalations", chosen, at=at, due_at=at - timedelta(days=1))[0].not_before == end


def test_no_choice_switches_off_or_delays_for_long_what_must_be_told():
    """Every mode, set of channels, contacts and hour: told over at least one confirmed channel, within a day."""
    modes, sets = (AT_ONCE, DIGEST, OFF, "?"), ((), (EMAIL,), (SMS,), (EMAIL, SMS), ("fax",))
    contacts = (frozenset({EMAIL}), frozenset({SMS}), BOTH)
    seen = 0
    for group, mode, channels, confirmed, hour in product(GROUPS, modes, sets, contacts, range(24)):
        chosen = Chosen(confirmed=confirmed, groups={group: Choice(mode, channels)}, quiet=NIGHT)
        at = china(20, hour)
        found = planned(group, chosen, at=at)
        assert {each.channel for each in found} <= confirmed
        assert len({each.channel for each in found}) == len(found)
        if GROUPS[group].must:
            assert found
            limit = timedelta(days=1) if found[0].digest else LONGEST_QUIET
            assert all(at <= each.not_before <= at + limit for each in found)
            assert planned(group, chosen, at=at, urgent=True)[0].not_before == at
        seen += 1
    assert seen == 5 * 4 * 5 * 3 * 24

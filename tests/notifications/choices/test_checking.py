"""What was typed about contacts and choices, judged."""

from __future__ import annotations

from datetime import time

import pytest

from agencies.errors import BadInput
from notifications.choices import checking
from notifications.choices.kinds import AT_ONCE, DIGEST, EMAIL, GROUPS, OFF, SMS
from notifications.choices.planning import Choice, Quiet

BOTH = frozenset({EMAIL, SMS})


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("13805201234", "13805201234"),
        (" +86 138-0520-1234 ", "13805201234"),
        ("008613805201234", "13805201234"),
        ("１３８０５２０１２３４", "13805201234"),
    ],
)
def test_a_mobile_number_is_kept_in_one_form(typed, kept):
    assert checking.contact(SMS, typed) == kept
    assert checking.masked(SMS, kept) == "138****1234"


@pytest.mark.parametrize("typed", ["", "12805201234", "1380520123", "138052012345", "0516-85607890", "138\n05201234x"])
def test_what_is_no_mobile_number_is_refused(typed):
    with pytest.raises(BadInput) as refused:
        checking.contact(SMS, typed)
    assert refused.value.field == SMS


def test_a_mail_address_keeps_what_stands_before_the_sign():
    assert checking.contact(EMAIL, " Li.Mingyuan@XZ.gov.cn ") == "Li.Mingyuan@xz.gov.cn"
    assert checking.masked(EMAIL, "Li.Mingyuan@xz.gov.cn") == "L***@xz.gov.cn"


@pytest.mark.parametrize(
    "typed", ["", "x", "x@", "a@b\nBcc: c@d.cn", "李@xz.gov.cn", f"{'a' * 250}@xz.gov.cn", "a b@c.cn"]
)
def test_what_is_no_mail_address_is_refused(typed):
    with pytest.raises(BadInput):
        checking.contact(EMAIL, typed)


def test_no_other_channel_takes_a_contact():
    with pytest.raises(BadInput):
        checking.contact("wecom", "x")


@pytest.mark.parametrize("group", [group for group in GROUPS.values() if group.must], ids=str)
@pytest.mark.parametrize("choice", [(OFF, [EMAIL]), ("", [EMAIL]), (AT_ONCE, []), (AT_ONCE, ["fax"])])
def test_the_server_refuses_to_switch_off_what_must_be_told(group, choice):
    with pytest.raises(BadInput) as refused:
        checking.choices({group.code: choice}, BOTH)
    assert refused.value.field == group.code


def test_it_says_why():
    with pytest.raises(BadInput) as refused:
        checking.choices({"escalations": (OFF, [])}, BOTH)
    assert refused.value.code == "cannot_switch_off"
    assert "期限提醒和催办督办不能关闭" in refused.value.text.zh


def test_a_channel_that_is_not_confirmed_does_not_count_as_one():
    with pytest.raises(BadInput):
        checking.choices({"handoffs": (AT_ONCE, [SMS])}, frozenset({EMAIL}))
    assert checking.choices({"handoffs": (AT_ONCE, [])}, frozenset()) == {"handoffs": Choice(AT_ONCE, ())}


def test_a_digest_needs_a_mail_address_and_no_channel():
    assert checking.choices({"handoffs": (DIGEST, [])}, BOTH) == {"handoffs": Choice(DIGEST, ())}
    with pytest.raises(BadInput):
        checking.choices({"handoffs": (DIGEST, [SMS])}, frozenset({SMS}))


def test_what_may_be_switched_off_is():
    assert checking.choices({"progress": (OFF, [])}, BOTH) == {"progress": Choice(OFF, ())}


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("22:00", "07:30", Quiet(time(22), time(7, 30))),
        ("12:00", "14:00", Quiet(time(12), time(14))),
        ("20:00", "08:00", Quiet(time(20), time(8))),
        ("19:59", "08:00", None),
        ("08:00", "08:00", None),
        ("", "08:00", None),
        ("24:00", "08:00", None),
        ("8:00", "9:00", None),
    ],
)
def test_quiet_hours_last_half_a_day_at_most(start, end, expected):
    if expected is None:
        with pytest.raises(BadInput):
            checking.quiet(True, start, end)
    else:
        assert checking.quiet(True, start, end) == expected
    assert checking.quiet(False, start, end) is None

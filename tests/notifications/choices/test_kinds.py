"""What cannot be switched off, and what waits for nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from notifications.choices.kinds import (
    AT_ONCE,
    CHANNELS,
    DIGEST,
    ESCALATIONS,
    GROUPS,
    HANDOFFS,
    OFF,
    PROGRESS,
    SYSTEM,
    WARNINGS,
    group_of,
    kind_group,
    urgent,
)

NOW = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)  # 23:00 in China


@pytest.mark.parametrize(
    ("topic", "group"),
    [
        *((f"task.{what}", HANDOFFS) for what in ("opened", "assigned", "due_changed", "cancelled", "answered")),
        ("task.something_new", HANDOFFS),
        *((f"deadline.{step}", ESCALATIONS) for step in ("tomorrow", "today", "overdue", "pressed", "reported")),
        ("case.still_drawing", WARNINGS),
        ("case.unlisted_measured", WARNINGS),
        ("case.unlisted", PROGRESS),
        ("delivery.stuck", SYSTEM),
        ("calendar.missing", SYSTEM),
        ("", SYSTEM),
    ],
)
def test_each_topic_has_one_group(topic, group):
    assert group_of(topic) is group
    assert kind_group(topic) == group.code


def test_hand_offs_escalations_and_warnings_cannot_be_switched_off_and_say_why():
    must = {code for code, group in GROUPS.items() if group.must}
    assert must == {"handoffs", "escalations", "warnings"}
    assert all((group.why is not None) is group.must for group in GROUPS.values())


def test_escalations_and_warnings_do_not_wait_for_a_digest():
    assert [code for code, group in GROUPS.items() if DIGEST not in group.modes] == ["escalations", "warnings"]


@pytest.mark.parametrize("group", GROUPS.values(), ids=str)
def test_a_groups_default_is_one_of_its_modes_and_goes_over_known_channels(group):
    assert group.mode in group.modes
    assert {AT_ONCE, *group.modes} <= {AT_ONCE, DIGEST, OFF}
    assert set(group.channels) <= set(CHANNELS) and group.channels


def due(hours):
    return {"due_at": (NOW + timedelta(hours=hours)).isoformat()}


@pytest.mark.parametrize(
    ("topic", "payload", "expected"),
    [
        ("case.still_drawing", {}, True),
        ("task.cancelled", {"kind": "execute_suspension"}, True),
        ("task.paused", {"kind": "serve_notice"}, True),
        ("task.cancelled", {"kind": "triage"}, False),
        ("task.opened", {"kind": "restore_supply", **due(24)}, True),
        ("deadline.overdue", {"kind": "restore_supply", **due(-1)}, True),
        ("task.opened", {"kind": "triage", **due(24)}, True),
        ("task.opened", {"kind": "triage", **due(24.1)}, False),
        ("task.opened", {"kind": "triage", **due(-1)}, False),
        ("task.opened", {"kind": "triage"}, False),
        ("task.opened", {"kind": "no_such_kind"}, False),
        ("deadline.today", {"kind": "triage", **due(19)}, False),
        ("case.unlisted", {"kind": "restore_supply"}, False),
    ],
)
def test_what_is_urgent(topic, payload, expected):
    assert urgent(topic, payload, NOW) is expected

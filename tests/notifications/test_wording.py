"""What a message says, without a database."""

from __future__ import annotations

import pytest

from notifications.wording import wording


@pytest.mark.parametrize(
    ("topic", "zh", "en", "many"),
    [
        (
            "tomorrow",
            "期限将至：线索分办，11-06 18:00 前",
            "is due soon: Triage, by 11-06 18:00",
            "12 件期限将至：线索分办",
        ),
        (
            "today",
            "今日到期：线索分办，11-06 18:00 前",
            "is due today: Triage, by 11-06 18:00",
            "12 件今日到期：线索分办",
        ),
        (
            "overdue",
            "已逾期，催办：线索分办，期限 11-06 18:00",
            "is overdue, a reminder to its reviewers: Triage, due 11-06 18:00",
            "12 件已逾期，催办：线索分办",
        ),
        (
            "pressed",
            "已逾期，报牵头单位督办：线索分办，期限 11-06 18:00",
            "is overdue, brought to the commission: Triage, due 11-06 18:00",
            "12 件已逾期，报牵头单位督办：线索分办",
        ),
        (
            "reported",
            "已逾期，通报督查：线索分办，期限 11-06 18:00",
            "is overdue, reported to the supervision: Triage, due 11-06 18:00",
            "12 件已逾期，通报督查：线索分办",
        ),
    ],
)
def test_a_step_of_a_deadline_names_the_day_and_says_when_it_comes_late(topic, zh, en, many):
    about = {"label_zh": "线索分办", "label_en": "Triage", "due_at": "2026-11-06T10:00:00.000000Z"}
    said = wording(f"deadline.{topic}", {**about, "number": "XZ26-0001", "late": False})
    assert said == (f"XZ26-0001 {zh}", f"XZ26-0001 {en}")
    late = wording(f"deadline.{topic}", {**about, "number": "XZ26-0001", "late": True})
    assert (late.zh, late.en) == (f"XZ26-0001 {zh}（迟发）", f"XZ26-0001 {en} (told late)")
    assert wording(f"deadline.{topic}", {**about, "count": 12}).zh == many


@pytest.mark.parametrize(
    ("topic", "zh", "en"),
    [
        ("task.opened", "40 件新待办：线索分办", "40 new tasks: Triage"),
        ("task.due_changed", "40 件期限已改：线索分办", "40 with a new deadline: Triage"),
        ("task.cancelled", "40 件已撤销，不再办理：线索分办", "40 called off: Triage"),
        ("something.else", "40 件有新进展：线索分办", "40 cases have moved on: Triage"),
    ],
)
def test_what_many_cases_have_in_common_is_said_by_its_own_name(topic, zh, en):
    assert wording(topic, {"count": 40, "label_zh": "线索分办", "label_en": "Triage"}) == (zh, en)

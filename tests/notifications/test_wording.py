"""What a message says, without a database."""

from __future__ import annotations

import pytest

from notifications.wording import wording


@pytest.mark.parametrize(
    ("topic", "zh", "en"),
    [
        ("task.opened", "40 件新待办：线索分办", "40 new tasks: Triage"),
        ("task.due_changed", "40 件期限已改：线索分办", "40 with a new deadline: Triage"),
        ("task.cancelled", "40 件已撤销，不再办理：线索分办", "40 called off: Triage"),
        ("something.else", "40 件有新进展：线索分办", "40 have moved on: Triage"),
    ],
)
def test_what_many_cases_have_in_common_is_said_by_its_own_name(topic, zh, en):
    assert wording(topic, {"count": 40, "label_zh": "线索分办", "label_en": "Triage"}) == (zh, en)

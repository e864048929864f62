"""What carriers answer makes cases one, splits them, and corrects itself."""

from __future__ import annotations

import pytest

from agencies.actors import find_actor
from audit import clock
from cases.models import Case, Signal, SiteSuggestion
from cases.workflow.engine import perform
from tests.intake.samples import bring, rows_of
from tests.intake.small import FLAT, NEXT_DOOR, ONE, OTHER, TELECOM, TRACE, cases, located, seen, sheet

pytestmark = pytest.mark.usefixtures("demo_city")


def test_a_later_reply_that_names_another_subscriber_moves_the_row_and_its_signal() -> None:
    bring("telecom", sheet(TELECOM, seen(1, ONE, 1001, 1)), name="名单")
    bring("trace", sheet(TRACE, located(ONE, 1001, 1, "xz01@adsl", "孙玲", FLAT)), name="答复")
    first = cases("名单")
    bring("trace", sheet(TRACE, located(ONE, 1001, 1, "xz02@adsl", "李敏", NEXT_DOOR)), name="更正")
    assert cases("名单") != first
    assert cases("名单") == cases("更正")
    assert Signal.objects.get(withdrawn_at=None).case.number == cases("名单")[0]
    assert Signal.objects.exclude(withdrawn_at=None).get().case.number == first[0]


def test_one_reply_splits_an_address_and_the_next_makes_two_cases_one() -> None:
    pool = "btc.pool.example"
    rows = seen(1, ONE, 1001, 1), seen(2, ONE, 2002, 1), seen(3, OTHER, 3003, 2, pool), seen(4, OTHER, 3004, 2, pool)
    bring("telecom", sheet(TELECOM, *rows), name="名单")
    assert len(set(cases("名单"))) == 2
    split = located(ONE, 1001, 1, "xz01@adsl", "孙玲", FLAT), located(ONE, 2002, 1, "xz02@adsl", "李敏", NEXT_DOOR)
    bring("trace", sheet(TRACE, *split), name="甲")
    assert len(set(cases("名单"))) == 3
    bring("trace", sheet(TRACE, located(OTHER, 3003, 2, "xz02@adsl", "李敏", NEXT_DOOR)), name="乙")
    found = cases("名单")
    assert found[1] == found[2] == found[3] != found[0]
    assert rows_of("乙")[0]["matched"][0] == "broadband"
    assert Case.objects.filter(outcome="merged").count() == 1


def test_a_reply_makes_nobody_one_of_whom_a_merge_was_undone() -> None:
    """The row goes to its subscriber; the two cases stay two."""
    rows = seen(1, ONE, 1001, 1), *(seen(n, OTHER, 2000 + n, 5, "btc.pool.example") for n in (2, 3))
    bring("telecom", sheet(TELECOM, *rows), name="名单")
    answers = located(ONE, 1001, 1, "xz01@adsl", "孙玲", FLAT), located(OTHER, 2002, 5, "xz01@adsl", "孙玲", FLAT)
    bring("trace", sheet(TRACE, *answers), name="答复")
    assert len(set(cases("名单"))) == 1
    merged = Case.objects.select_related("merged_into").get(outcome="merged")
    perform(
        case_id=merged.id,
        action="undo_merge",
        actor=find_actor("drc-reviewer1"),
        data={"survivor": str(merged.merged_into_id), "reason": "两户"},
        expected_version=None,
        idempotency_key=None,
        now=clock.now(),
    )
    assert SiteSuggestion.objects.get().why == "merge_undone"
    bring("trace", sheet(TRACE, located(OTHER, 2003, 5, "xz01@adsl", "孙玲", FLAT)), name="又")
    merged.refresh_from_db()
    assert merged.outcome is None, "no rule merges what a person took apart"
    found = cases("名单")
    assert found[0] == found[2] != found[1], "the carrier's word about this sight counts"

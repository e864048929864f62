"""What carriers answer makes cases one, splits them, and corrects itself."""

from __future__ import annotations

import pytest

from agencies.actors import find_actor
from audit import clock
from cases.intake.ledger.withdrawal import withdraw_batch
from cases.models import Case, ListBatch, PersonalRecord, Signal, SiteSuggestion
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
    assert found[1] == found[2] != found[0]
    assert found[3] not in found[:3], "nobody has answered for the other port"
    assert not Case.objects.filter(outcome="merged").exists()
    bring("trace", sheet(TRACE, located(OTHER, 3004, 2, "xz02@adsl", "李敏", NEXT_DOOR)), name="丙")
    found = cases("名单")
    assert found[1] == found[2] == found[3] != found[0]
    assert rows_of("丙")[0]["matched"][0] == "broadband"
    assert Case.objects.filter(outcome="merged").count() == 1, "it was the last row of its case"


def test_a_reply_makes_nobody_one_of_whom_a_merge_was_undone() -> None:
    """The row goes to its subscriber; the two cases stay two."""
    rows = seen(1, ONE, 1001, 1), seen(2, OTHER, 2002, 5, "btc.pool.example")
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
    bring("telecom", sheet(TELECOM, seen(3, OTHER, 2003, 5, "btc.pool.example")), name="补")
    assert cases("补") == cases("名单")[1:]
    bring("trace", sheet(TRACE, located(OTHER, 2003, 5, "xz01@adsl", "孙玲", FLAT)), name="又")
    merged.refresh_from_db()
    assert merged.outcome is None, "no rule merges what a person took apart"
    found = [*cases("名单"), *cases("补")]
    assert found[0] == found[2] != found[1], "the carrier's word about this sight counts"


def twice(*, other: str = "2026-10-01 15:00") -> tuple[object, ...]:
    """The sighting of row 1 again on the same day: a repetition of it."""
    return 2, ONE, 1001, "xmr.pool.example", other, "2026-10-01 20:00", "云龙区"


LATER = (ONE, 1001, "2026/10/1 15:00", "已定位", "xz01@adsl", "孙玲", "13800001111", FLAT)


@pytest.mark.parametrize("order", [["一", "二", "答复"], ["一", "答复", "二"], ["答复", "一", "二"], ["答复", "一二"]])
def test_a_reply_to_the_repetition_of_a_row_is_a_reply_to_the_row(order: list[str]) -> None:
    lists = {
        "一": ("telecom", sheet(TELECOM, seen(1, ONE, 1001, 1), seen(3, ONE, 3003, 1))),
        "二": ("telecom", sheet(TELECOM, twice())),
        "一二": ("telecom", sheet(TELECOM, seen(1, ONE, 1001, 1), seen(3, ONE, 3003, 1), twice())),
        "答复": ("trace", sheet(TRACE, LATER)),
    }
    for name in order:
        bring(lists[name][0], lists[name][1], name=name)
    rows = [row for name in order if name != "答复" for row in rows_of(name)]
    assert [row["fate"] for row in rows] == ["accept", "accept", "duplicate"]
    first, stranger = rows[0]["case"], rows[1]["case"]
    assert first != stranger
    assert cases("答复") == [first]
    assert rows_of("答复")[0]["reason"] == "运营商已定位用户，已接收。"
    assert Case.objects.get(number=first).title == "云龙区 居民用户 · 挖矿流量"
    assert Signal.objects.filter(case__number=first, withdrawn_at=None).count() == 1


CHANGED = (ONE, 1001, "2026/10/1 8:00", "已定位", "xz02@adsl", "李敏", "13800002222", NEXT_DOOR)


@pytest.mark.parametrize("list_first", [True, False])
def test_a_second_reply_that_names_somebody_else_counts_and_says_so(*, list_first: bool) -> None:
    steps = [("telecom", sheet(TELECOM, seen(1, ONE, 1001, 1)), "名单")]
    replies = [
        ("trace", sheet(TRACE, located(ONE, 1001, 1, "xz01@adsl", "孙玲", FLAT)), "答复"),
        ("trace", sheet(TRACE, CHANGED), "更正"),
    ]
    for kind, content, name in [*steps, *replies] if list_first else [*replies, *steps]:
        bring(kind, content, name=name)
    assert rows_of("答复")[0]["notes"] == []
    notes = rows_of("更正")[0]["notes"]
    assert notes[0].startswith("与此前回复（批次“答复”第1行）不一致")
    assert len(notes) == (2 if list_first else 1)
    if list_first:
        assert cases("答复")[0] in notes[1]
    assert all(value not in str(notes) for value in ("孙玲", "李敏", "xz01", "xz02", "1380000"))
    assert cases("名单") == cases("更正")
    holders = {r.value for r in PersonalRecord.objects.filter(case__number=cases("名单")[0], field="holder")}
    assert holders == {"李敏"}, "a subscriber who was corrected has no place in the dossier"


def test_replies_of_one_list_that_contradict_each_other_say_so_and_name_one_subscriber() -> None:
    bring("telecom", sheet(TELECOM, seen(1, ONE, 1001, 1)), name="名单")
    answers = located(ONE, 1001, 1, "xz01@adsl", "孙玲", FLAT), CHANGED
    bring("trace", sheet(TRACE, *answers), name="答复")
    first, second = rows_of("答复")
    assert (first["notes"], len(second["notes"])) == ([], 1)
    assert {first["case"], second["case"]} == set(cases("名单"))
    assert Case.objects.count() == 1
    assert {record.value for record in PersonalRecord.objects.filter(field="holder")} == {"李敏"}


def test_a_later_reply_that_finds_nobody_takes_nothing_back_and_says_so() -> None:
    bring("telecom", sheet(TELECOM, seen(1, ONE, 1001, 1)), name="名单")
    bring("trace", sheet(TRACE, located(ONE, 1001, 1, "xz01@adsl", "孙玲", FLAT)), name="答复")
    bring("trace", sheet(TRACE, (ONE, 1001, "2026/10/1 8:00", "日志已过期", "", "", "", "")), name="又")
    assert "仍以此前答复为准" in rows_of("又")[0]["notes"][0]
    assert Case.objects.get().sites.get().located


def test_the_same_subscriber_named_again_contradicts_nothing() -> None:
    bring("telecom", sheet(TELECOM, seen(1, ONE, 1001, 1)), name="名单")
    bring("trace", sheet(TRACE, located(ONE, 1001, 1, "xz01@adsl", "孙玲", FLAT)), name="答复")
    bring("trace", sheet(TRACE, located(ONE, 1001, 1, " XZ01@adsl", "孙 玲", "云龙区民主路12号")), name="又")
    assert rows_of("又")[0]["notes"] == []
    assert Case.objects.count() == 1


def test_a_repetition_that_takes_the_place_of_a_withdrawn_row_is_answered_by_its_own_time() -> None:
    bring("telecom", sheet(TELECOM, seen(1, ONE, 1001, 1)), name="一")
    bring("telecom", sheet(TELECOM, twice()), name="二")
    handler = find_actor("drc-handler1")
    withdraw_batch(actor=handler, batch=ListBatch.objects.get(name="一"), why="trial", now=clock.now())
    bring("trace", sheet(TRACE, LATER), name="答复")
    assert cases("答复") == cases("二")
    assert Case.objects.get(number=cases("二")[0]).sites.get().located


@pytest.mark.parametrize("withdrawn", [False, True])
def test_what_a_withdrawn_list_said_keeps_no_case_from_its_subscriber(*, withdrawn: bool) -> None:
    bring("telecom", sheet(TELECOM, seen(1, ONE, 1001, 1)), name="一")
    bring("telecom", sheet(TELECOM, seen(2, ONE, 2002, 1)), name="二")
    (number,) = {*cases("一"), *cases("二")}
    if withdrawn:
        handler = find_actor("drc-handler1")
        withdraw_batch(actor=handler, batch=ListBatch.objects.get(name="二"), why="trial", now=clock.now())
    bring("trace", sheet(TRACE, located(ONE, 1001, 1, "xz01@adsl", "孙玲", FLAT)), name="答复")
    assert (cases("一")[0] == number) is withdrawn, "the last row that is left makes the case its subscriber's"

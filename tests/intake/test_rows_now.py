"""What the rows of a list say holds now, after the list was withdrawn or a carrier has answered for them."""

from __future__ import annotations

import pytest

from agencies.actors import find_actor
from audit import clock
from cases.intake.export import error_csv
from cases.intake.ledger.withdrawal import withdraw_batch
from cases.intake.selectors import batch_rows
from cases.models import ListRow, RowAnswer, Signal
from cases.policy.dated import CHINA
from tests.intake import small
from tests.intake.ledgers import batch, bring, rows, site, telecom
from tests.intake.small import FLAT, NEXT_DOOR, ONE, TELECOM, TRACE, located, seen, sheet

pytestmark = pytest.mark.usefixtures("demo_city")


def withdraw(name: str) -> None:
    withdraw_batch(actor=find_actor("drc-handler1"), batch=batch(name), why="trial", now=clock.now())


def test_no_row_of_a_withdrawn_list_has_an_effect_or_a_case_and_each_says_why() -> None:
    bring(telecom(site(1), site(2), site(1), (9, "10.0.0.1", *site(1)[2:])), "错")
    before = rows(batch("错"))
    withdraw("错")
    day = clock.now().astimezone(CHINA).date().isoformat()
    after = rows(batch("错"))
    assert [row["fate"] for row in after] == [row["fate"] for row in before], "what was read stays"
    assert {row["effect"] for row in before} >= {"new_case", "none"}
    for was, row in zip(before, after, strict=True):
        assert (row["effect"], row["case"]) == ("none", None)
        assert row["reason"] == f"该批次已于 {day} 撤回，本行不再作数。导入时：{was['reason']}"
        assert (row["matched"], row["score"], row["grounds"], row["notes"]) == ([], None, "", [])


def test_the_row_that_another_list_says_too_names_the_case_and_the_row_that_keep_it() -> None:
    bring(telecom(site(1), site(2), site(1)), "错")
    bring(telecom(site(9), site(1)), "对")
    kept = rows(batch("对"))[1]["case"]
    withdraw("错")
    first, second, repeated = rows(batch("错"))
    assert (first["case"], second["case"], repeated["case"]) == (kept, None, kept)
    assert "批次“对”第 2 行与本行相同" in first["reason"]
    assert {first["effect"], repeated["effect"]} == {"none"}
    withdraw("对")
    assert [row["case"] for row in rows(batch("错"))] == [None, None, None], "nothing says it any more"


def test_a_withdrawn_list_that_only_repeated_another_still_names_the_case_of_that_one() -> None:
    bring(telecom(site(1)), "对")
    bring(telecom(site(1), site(1)), "又")
    withdraw("又")
    row, _second = rows(batch("又"))
    assert row["case"] == rows(batch("对"))[0]["case"]
    assert "批次“对”第 1 行" in row["reason"]


def test_a_withdrawn_row_of_the_same_household_is_not_the_row_of_another_list() -> None:
    """The case goes on because of another sight; the row itself is said by nobody any more."""
    bring(telecom(site(1, 1)), "错")
    bring(telecom(site(1, 2)), "对")
    withdraw("错")
    assert rows(batch("错"))[0]["case"] is None
    assert rows(batch("对"))[0]["case"] is not None


def test_the_page_and_the_file_of_a_withdrawn_list_say_the_same() -> None:
    bring(telecom(site(1), (9, "10.0.0.1", *site(1)[2:])), "错")
    withdraw("错")
    actor = find_actor("drc-handler1")
    page, _ = batch_rows(actor, batch("错"))
    assert [(row["effect"], row["case"], row["case_id"]) for row in page] == [("none", None, None)] * 2
    assert all("撤回，本行不再作数" in row["reason"] for row in page)
    assert "撤回，本行不再作数" in b"".join(error_csv(batch("错"), "")).decode("utf-8-sig")


def answered() -> None:
    """Two untraced sights behind one address; the carrier names the subscriber of the second."""
    small.bring("telecom", sheet(TELECOM, seen(1, ONE, 1001, 1), seen(2, ONE, 2002, 2)), name="名单")
    small.bring("trace", sheet(TRACE, located(ONE, 2002, 2, "xz01@adsl", "孙玲", FLAT)), name="答复")


def test_a_row_that_went_on_says_that_the_reply_led_it_and_what_had_led_it_before() -> None:
    small.bring("telecom", sheet(TELECOM, seen(1, ONE, 1001, 1), seen(2, ONE, 2002, 2)), name="名单")
    was = rows(batch("名单"))[1]
    assert was["matched"] == ["lead"]
    small.bring("trace", sheet(TRACE, located(ONE, 2002, 2, "xz01@adsl", "孙玲", FLAT)), name="答复")
    stayed, row = rows(batch("名单"))
    assert row["case"] != stayed["case"] == was["case"]
    assert all(type(signal.numbers) is dict for signal in Signal.objects.all()), "numbers, not the text of them"
    assert "的答复（批次“答复”第 1 行）指明了用户，本行由此改归现在的案件" in row["reason"]
    assert row["matched"] == ["sight"]
    assert "lead" not in row["matched"]
    assert row["grounds"].endswith(
        "此前归入依据：" + was["grounds"].removeprefix("归入依据：").partition("（")[0] + "。"
    )
    assert stayed["reason"] == "已接收。"
    assert ListRow.objects.get(batch=batch("名单"), number=2).matched == ["lead"], "history stays as it was written"


def test_a_dossier_that_became_the_subscribers_says_by_which_reply() -> None:
    small.bring("telecom", sheet(TELECOM, seen(1, ONE, 1001, 1)), name="名单")
    small.bring("trace", sheet(TRACE, located(ONE, 1001, 1, "xz01@adsl", "孙玲", FLAT)), name="答复")
    (row,) = rows(batch("名单"))
    assert "（批次“答复”第 1 行）指明了用户，所在案件由此确认" in row["reason"]
    assert not RowAnswer.objects.get().moved


def test_a_corrected_reply_leaves_the_word_to_the_one_that_corrected_it() -> None:
    answered()
    small.bring("trace", sheet(TRACE, located(ONE, 2002, 2, "xz02@adsl", "李敏", NEXT_DOOR)), name="更正")
    row = rows(batch("名单"))[1]
    assert "批次“更正”第 1 行" in row["reason"]
    assert "批次“答复”" not in row["reason"]
    assert list(RowAnswer.objects.order_by("id").values_list("moved", flat=True)) == [True, True]
    assert all(word not in str(row) for word in ("孙玲", "李敏", "xz01", "xz02"))


def test_a_reply_to_a_repetition_that_came_late_is_told_as_well() -> None:
    small.bring("telecom", sheet(TELECOM, seen(1, ONE, 1001, 1), seen(3, ONE, 3003, 1)), name="一")
    later = (ONE, 1001, "2026/10/1 15:00", "已定位", "xz01@adsl", "孙玲", "13800001111", FLAT)
    small.bring("trace", sheet(TRACE, later), name="答复")
    small.bring(
        "telecom",
        sheet(TELECOM, (2, ONE, 1001, "xmr.pool.example", "2026-10-01 15:00", "2026-10-01 20:00", "")),
        name="二",
    )
    assert "批次“答复”第 1 行" in rows(batch("一"))[0]["reason"]

"""What was typed becomes typed values, or one sentence at each field that cannot be used."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.workflow.deciding.inputs import clean, sealed_values
from cases.workflow.errors import InvalidInput
from cases.workflow.forms.reading import LOCAL, region_code
from cases.workflow.transitions import TRANSITIONS

BILL = TRANSITIONS["issue_bill"].inputs
OPEN = TRANSITIONS["open_case"].inputs
VISIT = TRANSITIONS["record_inspection"].inputs
GOOD_BILL = {"month": "2026-11", "cycle_from": "2026-11-01", "cycle_to": "2026-11-30", "kwh": "3500"}
GOOD_CASE = {"region_code": "320303", "title": "某处", "source": "telecom"}


def problems(fields: Any, data: dict[str, Any]) -> dict[str, str]:
    with pytest.raises(InvalidInput) as caught:
        clean(fields, data)
    return {name: text.zh for name, text in caught.value.fields.items()}


@pytest.mark.parametrize(
    "typed",
    ["2026-11-18", "2026/11/18", "2026.11.18", "2026年11月18日", "20261118", "２０２６－１１－１８", " 2026-11-18 "],
)
def test_a_date_is_read_as_officials_write_it(typed: str) -> None:
    assert clean(BILL, {**GOOD_BILL, "cycle_from": typed})["cycle_from"] == date(2026, 11, 18)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("2026-13-01", "日期不存在：月份应在 1 至 12 之间"),
        ("2026-02-30", "日期不存在：2026 年 2 月只有 28 天"),
        ("1026-02-03", "抄表周期起的年份应在 2000 至 2100 之间"),
        ("明天", "抄表周期起应为日期，例如 2026-11-18"),
        ("", "请选择抄表周期起"),
    ],
)
def test_a_date_that_is_none_is_explained(typed: str, said: str) -> None:
    assert problems(BILL, {**GOOD_BILL, "cycle_from": typed}) == {"cycle_from": said}


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("2026-11-18 09:42", datetime(2026, 11, 18, 9, 42, tzinfo=LOCAL)),
        ("2026-11-18T09:42:07+08:00", datetime(2026, 11, 18, 1, 42, 7, tzinfo=UTC)),
        ("2026-11-18T01:42:00Z", datetime(2026, 11, 18, 1, 42, tzinfo=UTC)),
        ("２０２６年１１月１８日　９:４２", datetime(2026, 11, 18, 9, 42, tzinfo=LOCAL)),
    ],
)
def test_a_time_without_an_offset_is_beijing_time(typed: str, value: datetime) -> None:
    data = {
        "result": "running",
        "inspected_at": typed,
        "officers": [{"staff_no": "A1"}],
        "home_entry": "否",
        "signature": "signed",
    }
    assert clean(VISIT, data)["inspected_at"] == value


@pytest.mark.parametrize("typed", ["3500.5", "３５００．５", "3,500.5", 3500.5, Decimal("3500.5")])
def test_numbers_become_exact_decimals(typed: object) -> None:
    assert clean(BILL, {**GOOD_BILL, "kwh": typed})["kwh"] == Decimal("3500.5")


@pytest.mark.parametrize("typed", ["-1", "1e9", "NaN", "Infinity", "12.3456789", "很多", True, [1], "9" * 30])
def test_what_is_no_number_is_refused(typed: object) -> None:
    assert set(problems(BILL, {**GOOD_BILL, "kwh": typed})) == {"kwh"}


def test_full_width_digits_in_text_are_written_half_width() -> None:
    assert clean(OPEN, {**GOOD_CASE, "title": "３号楼", "region_code": "３２０３０３"})["title"] == "3号楼"


PERSON_NUMBERS = (
    "张三 13812345678",
    "138-1234-5678",
    "320303199001011234",
    "320303 19900101 123X",
    "（１３８１２３４５６７８）",
)


@pytest.mark.parametrize("typed", PERSON_NUMBERS)
@pytest.mark.parametrize(
    ("action", "field"),
    [
        ("open_case", "site"),
        ("open_case", "batch"),
        ("open_case", "title"),
        ("attach_signal", "batch"),
        ("acknowledge_referral", "file_no"),
        ("acknowledge_surcharge", "cycle_day"),
        ("propose_surcharge", "local_document"),
    ],
)
def test_what_stands_in_an_event_in_clear_holds_no_persons_number(action: str, field: str, typed: str) -> None:
    said = problems(TRANSITIONS[action].inputs, {field: typed})[field]
    assert "不能含电话" in said or "20 字" in said, "a short field has no room for one"


@pytest.mark.parametrize("typed", ["telecom-20211012", "2021年第一批 0007", "20211012093000", "徐发改〔2026〕12号"])
def test_the_numbers_of_lists_and_papers_are_no_persons(typed: str) -> None:
    assert clean(OPEN, {**GOOD_CASE, "batch": typed})["batch"] == typed
    site = "01a2a138-1234-7138-8123-45678901a234"
    assert clean(OPEN, {**GOOD_CASE, "site": site})["site"] == site


def test_every_text_in_clear_is_read_by_something() -> None:
    """Whoever adds a text says what may stand in it; free text is sealed."""
    unread = {
        f"{action}.{field.name}"
        for action, row in TRANSITIONS.items()
        for field in row.inputs
        if field.kind == "text" and not field.sealed and field.read is None
    }
    assert unread == {"adjust_bill.bill", "record_payment.bill"}, "the number of a bill is looked up among the case's"


@pytest.mark.parametrize(
    ("typed", "code"), [("320300", "3203"), ("3203", "3203"), ("320000", "32"), ("320303", "320303")]
)
def test_a_region_code_has_one_form(typed: str, code: str) -> None:
    assert region_code(typed) == code


def test_every_field_that_is_wrong_is_named_at_once() -> None:
    said = problems(BILL, {"month": "2026-19", "cycle_from": "?", "kwh": "?", "colour": "red"})
    assert set(said) == {"month", "cycle_from", "cycle_to", "kwh", "colour"}
    assert said["colour"] == "此事项没有“colour”这一项"
    assert said["month"] == "日期不存在：月份应在 1 至 12 之间"


def test_rows_of_a_list_are_named_by_their_place() -> None:
    data = {
        "result": "running",
        "inspected_at": "2026-11-18 09:42",
        "home_entry": False,
        "signature": "signed",
        "officers": [{"staff_no": "XZ 1001"}, {"officer": "乙"}, {"staff_no": "?"}],
    }
    said = problems(VISIT, data)
    assert said == {"officers[1].staff_no": "请填写工号", "officers[2].staff_no": "工号应为 2 至 32 位字母或数字"}


def test_a_choice_names_what_may_be_chosen() -> None:
    said = problems(OPEN, {**GOOD_CASE, "level": "urgent"})
    assert said == {"level": "名单级别没有“urgent”这一选项，可选：全量、重点"}


def test_free_text_and_personal_data_are_sealed_and_nothing_else() -> None:
    data = clean(
        VISIT,
        {
            "result": "running",
            "inspected_at": "2026-11-18 09:42",
            "home_entry": False,
            "devices": 5,
            "signature": "signed",
            "statement": "自述",
            "officers": [{"staff_no": "A1", "officer": "甲"}],
        },
    )
    assert sealed_values(VISIT, data) == {"statement": "自述", "officers": [{"staff_no": "A1", "officer": "甲"}]}


@pytest.mark.parametrize(
    "typed", ["某处 13986704420", "某处139-8670-4420", "户号3203192714718", "３２０３０３１９９００１０１１２３４"]
)
@pytest.mark.parametrize("action", ["open_case", "attach_signal"])
def test_a_title_holds_no_phone_nor_account_for_it_stands_in_an_event_for_ever(action: str, typed: str) -> None:
    fields = TRANSITIONS[action].inputs
    assert problems(fields, {**GOOD_CASE, "title": typed})["title"].startswith("案件名称写场所或区位，不能含电话")
    assert clean(fields, {**GOOD_CASE, "title": "和平路302号7号楼，2021年第3批"})["title"]


@pytest.mark.parametrize("typed", ["a\x00b", "a\ud800b", "a\x1bb"])
def test_text_that_no_database_can_hold_is_refused(typed: str) -> None:
    assert set(problems(OPEN, {**GOOD_CASE, "title": typed})) == {"title"}


def test_a_text_that_is_too_long_says_by_how_much() -> None:
    assert problems(OPEN, {**GOOD_CASE, "title": "长" * 121}) == {"title": "案件名称最多 120 字，现有 121 字"}


@pytest.mark.parametrize("data", [[], "text", 5, None])
def test_input_that_is_no_object_is_refused(data: Any) -> None:
    with pytest.raises(InvalidInput, match="若干项名称和值"):
        clean(OPEN, data)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(action=st.sampled_from(sorted(TRANSITIONS)), values=st.lists(JSON, min_size=18, max_size=18))
def test_whatever_is_sent_is_read_or_refused_never_worse(action: str, values: list[Any]) -> None:
    fields = TRANSITIONS[action].inputs
    data = {field.name: value for field, value in zip(fields, values, strict=False)}
    refused: InvalidInput | None = None
    try:
        clean(fields, data)
    except InvalidInput as error:
        refused = error
    assert refused is None or refused.fields

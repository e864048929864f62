"""Which rows become one case: small lists made for one question each."""

from __future__ import annotations

import pytest

from agencies.actors import find_actor, system_actor
from audit import clock
from cases.models import Case, ListRow, PersonalRecord, Signal, Site
from cases.workflow.engine import perform
from tests.intake.samples import bring, rows_of
from tests.intake.small import FLAT, GRID, NEXT_DOOR, ONE, OTHER, TELECOM, TRACE, cases, located, seen, sheet

pytestmark = pytest.mark.usefixtures("demo_city")


def test_two_households_behind_one_shared_address_become_two_cases() -> None:
    bring("telecom", sheet(TELECOM, seen(1, ONE, 1001, 1), seen(2, ONE, 2002, 1), seen(3, ONE, 3003, 2)), name="名单")
    assert len(set(cases("名单"))) == 1  # before the carrier answers they look like one
    bring(
        "trace",
        sheet(
            TRACE,
            located(ONE, 1001, 1, "xz01@adsl", "孙玲", FLAT),
            located(ONE, 2002, 1, "xz02@adsl", "李敏", NEXT_DOOR),
            located(ONE, 3003, 2, "xz01@adsl", "孙玲", FLAT),
        ),
        name="答复",
    )
    first, second, third = cases("名单")
    assert first == third != second
    assert [row["effect"] for row in rows_of("答复")] == ["added", "new_case", "added"]


def test_the_signal_of_a_row_goes_with_it_to_the_other_subscriber() -> None:
    bring("telecom", sheet(TELECOM, seen(1, ONE, 1001, 1), seen(2, ONE, 2002, 1)), name="名单")
    answers = (located(ONE, 1001, 1, "xz01@adsl", "孙玲", FLAT), located(ONE, 2002, 1, "xz02@adsl", "李敏", NEXT_DOOR))
    bring("trace", sheet(TRACE, *answers), name="答复")
    live = Signal.objects.filter(withdrawn_at=None).order_by("row__number")
    assert [signal.case.number for signal in live] == cases("名单")
    assert Signal.objects.exclude(withdrawn_at=None).count() == 1
    second = Case.objects.get(number=cases("名单")[1])
    assert second.facts["signals"] == {"traffic": 1}


@pytest.mark.parametrize("account", ["xz01@adsl", "wang.li@adsl", "XZ01@adsl\u200b", " xz01@adsl"])
def test_one_account_is_one_case_however_many_addresses_it_had(account: str) -> None:
    bring("telecom", sheet(TELECOM, seen(1, ONE, 1001, 1), seen(2, OTHER, 2002, 5, "btc.pool.example")), name="名单")
    assert len(set(cases("名单"))) == 2
    bring(
        "trace",
        sheet(TRACE, located(ONE, 1001, 1, account, "孙玲", FLAT), located(OTHER, 2002, 5, account.strip(), "", "")),
        name="答复",
    )
    assert len(set(cases("名单"))) == 1
    merged = Case.objects.get(outcome="merged")
    assert merged.merged_into is not None
    assert merged.merged_into.facts["signals"] == {"traffic": 2}


def test_undoing_the_merge_leads_the_row_back_to_its_own_case() -> None:
    bring("telecom", sheet(TELECOM, seen(1, ONE, 1001, 1), seen(2, OTHER, 2002, 5, "btc.pool.example")), name="名单")
    before = cases("名单")
    answers = (located(ONE, 1001, 1, "xz01@adsl", "孙玲", FLAT), located(OTHER, 2002, 5, "xz01@adsl", "孙玲", FLAT))
    bring("trace", sheet(TRACE, *answers), name="答复")
    merged = Case.objects.select_related("merged_into").get(outcome="merged")
    perform(
        case_id=merged.id,
        action="undo_merge",
        actor=find_actor("drc-reviewer1"),
        data={"survivor": str(merged.merged_into), "reason": "两户"},
        expected_version=None,
        idempotency_key=None,
        now=clock.now(),
    )
    assert cases("名单") == before


def test_replies_that_come_before_the_list_wait_for_it() -> None:
    answers = (located(ONE, 1001, 1, "xz01@adsl", "孙玲", FLAT), located(OTHER, 2002, 5, "xz01@adsl", "孙玲", FLAT))
    bring("trace", sheet(TRACE, *answers), name="答复")
    assert not Case.objects.exists()
    assert {row["effect"] for row in rows_of("答复")} == {"none"}
    assert "导入相应名单后自动关联" in rows_of("答复")[0]["reason"]
    bring("telecom", sheet(TELECOM, seen(1, ONE, 1001, 1), seen(2, OTHER, 2002, 5, "btc.pool.example")), name="名单")
    assert len(set(cases("名单"))) == 1
    assert cases("答复") == cases("名单")
    assert Case.objects.get().title == "云龙区 居民用户 · 挖矿流量"
    assert {record.value for record in PersonalRecord.objects.filter(field="holder")} == {"孙玲"}


def test_replies_of_every_sort_wait_and_then_say_so() -> None:
    untraced = (ONE, 1001, "2026/10/1 8:00", "日志已过期", "", "", "", "")
    bring("trace", sheet(TRACE, untraced, located(OTHER, 2002, 5, "xz02@adsl", "李敏", NEXT_DOOR)), name="答复")
    rows = seen(1, ONE, 1001, 1), seen(2, OTHER, 2002, 5, "btc.pool.example")
    bring("telecom", sheet(TELECOM, *rows), name="名单")
    # Another pool at the same address, port and minute is the same subscriber, whenever its row comes.
    bring("telecom", sheet(TELECOM, seen(3, OTHER, 2002, 5, "eth.pool.example")), name="补")
    assert cases("答复") == cases("名单")
    assert cases("补") == cases("名单")[1:]
    first, second = rows_of("答复")
    assert "日志已过期" in first["reason"]
    assert second["reason"] == "运营商已定位用户，已接收。"


def test_a_list_in_another_time_zone_is_found_by_its_reply() -> None:
    row = (1, ONE, 1001, "xmr.pool.example", "2026-10-01T00:00:00Z", "2026-10-01T12:00:00Z", "云龙区")
    bring("telecom", sheet(TELECOM, row), name="名单")
    bring("trace", sheet(TRACE, located(ONE, 1001, 1, "xz01@adsl", "孙玲", FLAT)), name="答复")
    assert cases("答复") == cases("名单")


def test_placeholders_and_vague_addresses_make_no_two_households_one() -> None:
    meters = [
        ("无", "孙玲", "铜山区大许镇人民路8号"),
        ("无", "李敏", "铜山区大许镇人民路9号"),
        ("0000000", "王", "沛县路1号"),
    ]
    meters.append(("0000000", "赵", "沛县河口镇北街2号"))
    bring("grid", sheet(GRID, *((*meter, "2026.09", "90") for meter in meters)), name="户")
    assert len(set(cases("户"))) == 4
    assert rows_of("户")[2]["notes"] == ["户号不是完整的号码，未用于比对；请核对。"]
    tips = [
        ("地址不详", "A"),
        ("地址不详", "B"),
        ("云龙区某小区出租屋", "C"),
        ("云龙区某小区出租屋", "D"),
        ("湖南路12号", "E"),
    ]
    tips += [("河南路12号", "F"), ("鼓楼区中山北路5号", "G"), ("南京市鼓楼区中山北路5号", "H")]
    bring("tips", sheet(("举报内容", "地点"), *((text, place) for place, text in tips)), name="举报")
    assert len(set(cases("举报"))) == 8


@pytest.mark.parametrize(
    ("address", "holders", "sites"),
    [
        ("云龙区民主路12号", ("", ""), 2),
        ("云龙区子房街道民主路12号", ("", ""), 2),
        ("云龙区民主路12号", ("孙玲", ""), 2),
        ("云龙区民主路12号", ("孙玲", "李敏"), 2),
        ("云龙区民主路12号", ("孙玲", "孙玲"), 1),
        (FLAT, ("", ""), 1),
    ],
)
@pytest.mark.parametrize("together", [True, False])
def test_two_accounts_in_one_house_are_one_site_only_where_more_speaks_for_it(
    address: str, holders: tuple[str, str], sites: int, together: bool
) -> None:
    meters = [(f"32030000000{n}", holder, address, "2026.09", "90") for n, holder in enumerate(holders)]
    names = []
    for rows in [meters] if together else [[meter] for meter in meters]:
        names.append(f"户{len(names)}")
        bring("grid", sheet(GRID, *rows), name=names[-1])
    found = [row for name in names for row in rows_of(name)]
    assert len({row["case"] for row in found}) == sites
    assert bool(found[1]["notes"]) is (sites == 2)


def test_a_row_that_corrects_an_accepted_one_says_that_it_was_not_taken() -> None:
    bring("grid", sheet(GRID, ("3203000000017", "孙玲", FLAT, "2026.09", "9120")), name="一")
    bring("grid", sheet(GRID, ("3203000000017", "孙玲", FLAT, "2026.09", "9,120.00")), name="二")
    bring("grid", sheet(GRID, ("3203000000017", "孙玲", FLAT, "2026.09", "9.12")), name="三")
    assert rows_of("二")[0]["reason"] == "与批次“一”第 1 行相同（户号、月份一致），不重复立案。"
    assert rows_of("二")[0]["notes"] == []
    assert rows_of("三")[0]["notes"] == ["本行的数值与该行不同，未采用；如系更正，请在该案件中补充线索。"]


def test_the_reply_gives_the_case_its_place_and_its_title() -> None:
    bring("telecom", sheet(TELECOM, seen(1, ONE, 1001, 1)), name="名单")
    assert Case.objects.get().title == "云龙区 待溯源 · 挖矿流量"
    bring(
        "trace",
        sheet(TRACE, located(ONE, 1001, 1, "xz01@adsl", "徐州强明贸易有限公司", "泉山区金山东路1号")),
        name="答复",
    )
    case = Case.objects.get()
    assert (case.title, case.region_code) == ("泉山区 徐州强明贸易有限公司 · 挖矿流量", "320311")
    # A reply is no hit of its own: it neither counts as a signal nor makes the case urgent.
    assert case.facts["signals"] == {"traffic": 1}
    assert case.level == "normal"
    site = Site.objects.get()
    assert site.located
    assert site.subject == "enterprise"


def test_a_meter_at_the_same_door_joins_the_case_and_adds_a_family() -> None:
    bring("telecom", sheet(TELECOM, seen(1, ONE, 1001, 1)), name="名单")
    bring("trace", sheet(TRACE, located(ONE, 1001, 1, "xz01@adsl", "孙玲", FLAT)), name="答复")
    # Written as the grid writes it: no township, another order, full-width digits.
    address = "江苏省徐州市云龙区 民主路１２号 3幢2单元501室"
    bring("grid", sheet(GRID, ("3203000000017", "孙玲", address, "2026.09", "9,120.50")), name="户")
    assert cases("户") == cases("名单")
    assert Case.objects.get().facts["signals"] == {"traffic": 1, "energy": 1}
    assert rows_of("户")[0]["matched"] == ["flat", "holder"]


def test_the_same_number_in_two_townships_stays_two_and_is_named() -> None:
    bring("grid", sheet(GRID, ("3203000000017", "孙玲", "铜山区大许镇人民路8号", "2026.09", "90")), name="一")
    bring("grid", sheet(GRID, ("3203000000018", "李敏", "铜山区人民路8号", "2026.09", "80")), name="二")
    assert cases("一") != cases("二")
    assert cases("一")[0] in rows_of("二")[0]["notes"][0]
    assert "人工核对" in rows_of("二")[0]["notes"][0]


def test_another_month_of_the_same_meter_is_added_and_the_same_month_is_a_repeat() -> None:
    bring("grid", sheet(GRID, ("3203000000017", "孙玲", FLAT, "2026.09", "9120")), name="九月")
    bring(
        "grid",
        sheet(
            GRID,
            ("3203000000017", "孙玲", FLAT, "202609", "9120"),
            ("3203000000017", "孙玲", FLAT, "2026年10月", "9000"),
        ),
        name="十月",
    )
    assert [(row["fate"], row["effect"]) for row in rows_of("十月")] == [("duplicate", "none"), ("accept", "added")]
    assert len(set(cases("九月") + cases("十月"))) == 1


def test_a_new_hit_on_a_closed_site_opens_a_new_case_linked_to_the_old_one() -> None:
    bring("grid", sheet(GRID, ("3203000000017", "孙玲", FLAT, "2026.09", "9120")), name="九月")
    closed = Case.objects.get()
    _exclude(closed)
    bring("grid", sheet(GRID, ("3203000000017", "孙玲", FLAT, "2026.10", "9000")), name="十月")
    again = Case.objects.get(stage="monitoring")
    assert again.level == "priority"
    assert again.facts["relapse"]["of"] in (closed.number, str(closed.id))
    assert rows_of("十月")[0] | {"reason": ""} == rows_of("十月")[0] | {
        "effect": "new_case",
        "case": again.number,
        "reason": "",
    }
    assert Site.objects.get().previous_case_id == closed.id
    closed.refresh_from_db()
    assert closed.stage == "closed"


def _exclude(case: Case) -> None:
    for username, action, data in (
        ("drc-handler1", "propose_exclusion", {"reason_code": "browsing", "explanation": "误报"}),
        ("drc-reviewer1", "decide_exclusion", {"decision": "approve"}),
    ):
        perform(
            case_id=case.id,
            action=action,
            actor=find_actor(username),
            data=data,
            expected_version=None,
            idempotency_key=None,
            now=clock.now(),
        )


def test_a_tip_joins_the_only_site_at_its_address_and_hides_who_reported() -> None:
    bring("grid", sheet(GRID, ("3203000000017", "孙玲", FLAT, "2026.09", "9120")), name="户")
    tip = sheet(("举报时间", "举报内容", "地点", "举报人电话"), ("2026-10-01 09:00", "噪音大", FLAT, "13912345678"))
    bring("tips", tip, name="举报")
    assert cases("举报") == cases("户")
    assert Case.objects.get().facts["signals"] == {"energy": 1, "report": 1}
    phone = PersonalRecord.objects.get(field="reporter_phone")
    assert phone.protected
    assert phone.value == "13912345678"


def test_a_person_who_imports_opens_the_cases_in_his_own_name() -> None:
    from agencies.directory import get_directory
    from cases.intake.receiving import find_agency
    from cases.intake.services import import_file

    actor = find_actor("telecom-handler1")
    import_file(
        actor=actor,
        content=sheet(TELECOM, seen(1, ONE, 1001, 1)),
        filename="a.csv",
        kind="telecom",
        agency=find_agency("telecom_bureau", get_directory()),
        batch_name="名单",
        now=clock.now(),
    )
    case = Case.objects.get()
    assert case.participants.filter(agency__code="320300-telecom").exists()
    assert system_actor().user_id != actor.user_id
    assert ListRow.objects.get().effect == "new_case"

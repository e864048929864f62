"""Gates 1, 2, 5, 7 and 8 on the way to a suspension: no role passes them, and each says what to do."""

from __future__ import annotations

from typing import Any

import pytest

from tests.workflow.desk import FILE, OFFICERS, Desk, city, proposal


def propose(desk: Desk, *disposals: str, **more: Any) -> Any:
    return desk.refused("drc-handler1", "propose_determination", **proposal(*disposals, **more))


def household() -> Desk:
    return Desk().verified(
        subject="natural_person", user_class="residential", price_class="tiered", serves_residents=True
    )


# Gate 1 -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ground", ["G5_power_authority", "G6_illegal_enterprise", "G7_local_rule"])
def test_residents_power_is_not_cut_on_an_administrative_ground(ground: str) -> None:
    error = propose(household(), "suspension", subject="natural_person", ground=ground)
    assert (error.status, error.code) == (409, "residents_barred")
    assert "行政机关不得以停止供电的方式迫使履行决定" in error.text.zh
    assert "行政强制法》第四十三条第二款" in error.article


@pytest.mark.parametrize("ground", ["G1_theft", "G2_emergency", "G3_arrears", "G4_serious_breach"])
def test_an_order_cannot_name_a_ground_that_is_the_grid_companys_own(ground: str) -> None:
    for desk in (household(), Desk().verified()):
        error = propose(desk, "suspension", ground=ground)
        assert error.code == "ground_is_the_grids"
        assert "报告供电企业自行停电" in error.text.zh


def test_a_household_without_theft_or_arrears_ends_in_monitoring_and_the_register_of_blind_spots() -> None:
    desk = household()
    assert propose(desk, "suspension", subject="natural_person").code == "residents_barred"
    surcharge = propose(desk, "surcharge", subject="natural_person")
    assert surcharge.code == "persons_not_covered"
    assert "监管盲区" in surcharge.text.zh
    desk.determined("continue_monitoring", subject="natural_person", monitoring_reason="residents_no_suspension")
    assert desk.view.stage == "monitoring"
    assert desk.tasks == ["review_monitoring"]
    assert desk.fact("blind_spot") == {
        "reason": "residents_no_suspension",
        "subject": "natural_person",
        "since": "2026-11-03",
    }


def test_nothing_is_ordered_before_the_grid_company_has_said_whom_the_meter_serves() -> None:
    desk = Desk().dispatched("inspect_site")
    desk.act(
        "drc-handler2",
        "record_inspection",
        result="running",
        inspected_at=desk.iso,
        officers=OFFICERS,
        home_entry=False,
        signature="signed",
    )
    assert propose(desk, "suspension").code == "residents_unknown"


def test_a_yes_of_the_grid_company_at_the_approval_closes_the_door_again() -> None:
    desk = Desk().verified().determined("suspension").signed()
    error = desk.refused("grid-approver1", "approve_suspension", **desk.approval(serves_residents=True))
    assert error.code == "residents_barred"


# Gate 2 -------------------------------------------------------------------------------------------


def test_the_enterprise_ground_covers_enterprises_with_proven_illegal_use_only() -> None:
    ground = {"ground": "G6_illegal_enterprise"}
    assert propose(Desk().verified(), "suspension", **ground).code == "not_an_enterprise"
    assert propose(Desk().verified(), "suspension", subject="enterprise", **ground).code == "illegal_use_not_proven"
    Desk().verified(subject="enterprise", illegal_use=True).proposed("suspension", subject="enterprise", **ground)


def test_the_power_authoritys_ground_needs_that_duty() -> None:
    directory = city()
    bare = Desk(directory=directory)
    for table in (directory.by_id, directory.by_code):
        for key, agency in list(table.items()):
            if agency.code == "320300-drc":
                table[key] = type(agency)(*[*list(agency_values(agency))[:8], frozenset(), "", True])
    error = propose(bare.verified(), "suspension")
    assert error.code == "not_power_authority"
    assert "电力管理部门" in error.text.zh


def agency_values(agency: Any) -> list[Any]:
    return [getattr(agency, name) for name in agency.__slots__]


def test_the_power_authority_decides_only_on_a_serious_case_or_a_refusal_to_correct() -> None:
    error = propose(Desk().verified(), "suspension", serious_or_refused=False)
    assert error.code == "not_serious_nor_refused"


def test_a_suspension_needs_its_ground() -> None:
    error = propose(Desk().verified(), "suspension", ground=None)
    assert error.status == 400
    assert error.fields["ground"].zh == "请填写停电事由"


def test_the_grid_approves_nothing_without_order_and_legal_document() -> None:
    desk = Desk().verified().determined("suspension")
    error = desk.refused("drc-approver1", "sign_suspension_order", order_file=FILE)
    assert error.fields["legal_document"].zh == "请上传生效法律文书"
    desk.signed()
    desk.view.facts["suspension"] = {k: v for k, v in desk.fact("suspension").items() if k != "legal_document"}
    error = desk.refused("grid-approver1", "approve_suspension", **desk.approval())
    assert error.code == "no_legal_document"
    assert desk.asked("grid-approver1", "approve_suspension").code == "no_legal_document"


def test_papers_that_were_not_checked_go_back() -> None:
    desk = Desk().verified().determined("suspension").signed()
    error = desk.refused("grid-approver1", "approve_suspension", **desk.approval(order_checked=False))
    assert error.code == "papers_not_checked"
    assert "供电企业退回停电函" in error.text.zh


# Gate 5 -------------------------------------------------------------------------------------------


def test_an_important_user_goes_by_the_power_authority() -> None:
    desk = Desk().verified(user_class="important").determined("suspension").signed()
    error = desk.refused("grid-approver1", "approve_suspension", **desk.approval())
    assert "重要用户" in error.fields["user_class"].zh
    desk.approved("important")
    assert desk.tasks == ["countersign_important_user"]
    desk.act("drc-approver1", "countersign_important_user", countersigned_file=FILE)
    assert desk.refused("grid-crew1", "serve_notice", **desk.service()).code == "important_no_copy"
    desk.served(copied_to_authority=True, copy_receipt=FILE)
    desk.later(days=4)
    desk.warned().later(minutes=40)
    desk.act("grid-crew1", "execute_suspension", **desk.execution())


def test_no_important_user_is_served_or_cut_without_the_countersignature() -> None:
    desk = Desk().verified(user_class="important").determined("suspension").signed().approved("important")
    desk.act("drc-approver1", "countersign_important_user")
    copied = {"copied_to_authority": True, "copy_receipt": FILE}
    whole = desk.fact("suspension")
    desk.view.facts["suspension"] = {k: v for k, v in whole.items() if k != "countersigned_at"}
    assert desk.refused("grid-crew1", "serve_notice", **desk.service(**copied)).code == "important_not_countersigned"
    desk.view.facts["suspension"] = whole
    desk.served(**copied).later(days=4)
    desk.warned().later(minutes=40)
    desk.view.facts["suspension"] = {k: v for k, v in desk.fact("suspension").items() if k != "countersigned_at"}
    assert desk.refused("grid-crew1", "execute_suspension", **desk.execution()).code == "important_not_countersigned"


# Gate 7 -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("measure", ["suspension", "surcharge"])
def test_no_measure_without_an_on_site_record(measure: str) -> None:
    desk = Desk().dispatched("check_consumption", "analyse_traffic")
    account = {"user_class": "ordinary", "price_class": "commercial", "serves_residents": False}
    desk.act("grid-handler1", "report_consumption", result="abnormal", **account)
    desk.act("cac-handler1", "report_traffic", result="confirmed")
    error = propose(desk, measure)
    assert error.code == "no_onsite_record"
    assert "行政处罚法" in error.article


def test_a_visit_before_a_closed_door_is_no_on_site_record() -> None:
    assert propose(Desk().verified(inspection="no_access"), "suspension").code == "no_onsite_record"


@pytest.mark.parametrize("officers", [[{"staff_no": "XZ1"}], [{"staff_no": "XZ1"}, {"staff_no": " xz1 "}]])
def test_an_inspection_is_made_by_two_officers_with_two_numbers(officers: list[dict[str, str]]) -> None:
    desk = Desk().dispatched()
    error = desk.refused(
        "drc-handler2",
        "record_inspection",
        result="running",
        inspected_at=desk.iso,
        officers=officers,
        home_entry=False,
        signature="signed",
    )
    assert error.code == "too_few_officers"


def test_a_home_is_entered_with_consent_only() -> None:
    desk = Desk().dispatched()
    error = desk.refused(
        "drc-handler2",
        "record_inspection",
        result="running",
        inspected_at=desk.iso,
        officers=OFFICERS,
        home_entry=True,
        signature="signed",
    )
    assert error.code == "no_consent"
    assert "未能进入" in error.text.zh


def test_two_families_from_one_list_are_one_piece_of_evidence() -> None:
    desk = Desk().dispatched("inspect_site", "check_consumption")
    desk.act("grid-handler1", "report_consumption", result="normal", user_class="ordinary", serves_residents=False)
    desk.act(
        "drc-handler2",
        "record_inspection",
        result="nothing_found",
        inspected_at=desk.iso,
        officers=OFFICERS,
        home_entry=False,
        signature="signed",
    )
    desk.view.facts["signals"] = {"traffic": 3, "hashpower": 1, "energy": 4}
    desk.view.facts["signal_sources"] = {"traffic": ["telecom"], "hashpower": ["telecom"], "energy": ["grid"]}
    # The grid company found the consumption normal, so its own list counts for nothing any more.
    error = propose(desk, "suspension")
    assert error.code == "too_few_families"
    assert error.figures == {"have": "1", "need": "2"}


# Gate 8 -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("measure", ["suspension", "surcharge"])
def test_a_victim_is_neither_cut_nor_charged(measure: str) -> None:
    error = propose(Desk().verified(traffic="compromised"), measure, finding="compromised", ground=None)
    assert error.code == "victim"
    assert "受害人" in error.text.zh


# The grid company's own grounds -------------------------------------------------------------------


def own(desk: Desk, **more: Any) -> dict[str, Any]:
    return {
        "ground": "G2_emergency",
        "cut_at": desk.iso,
        "user_class": "residential",
        "serves_residents": True,
        "officers": OFFICERS,
        "attachments": [FILE],
        **more,
    }


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({}, "danger_not_recorded"),
        ({"ground": "G1_theft"}, "theft_not_proven"),
        ({"ground": "G3_arrears"}, "arrears_not_over_30"),
        ({"ground": "G3_arrears", "bill_due_on": "2026-09-01"}, "not_dunned"),
        ({"ground": "G3_arrears", "bill_due_on": "2026-09-01", "dunned_on": "2026-09-10"}, "no_grid_decision"),
        (
            {"ground": "G3_arrears", "bill_due_on": "2026-09-01", "dunned_on": "2026-09-10", "grid_decision": FILE},
            "not_served",
        ),
        ({"ground": "G4_serious_breach"}, "breach_not_found_by_grid"),
        ({"ground": "G4_serious_breach", "breach": "use_changed"}, "breach_not_serious"),
    ],
)
def test_each_of_the_grids_grounds_has_its_own_evidence(more: dict[str, Any], code: str) -> None:
    desk = Desk()
    assert desk.refused("grid-reviewer1", "report_grid_suspension", **own(desk, **more)).code == code


def test_danger_is_cut_even_at_a_home_and_at_once() -> None:
    desk = Desk("2026-11-03 23:30")
    desk.act("grid-reviewer1", "report_grid_suspension", **own(desk, danger="blocked_exit"))
    assert (desk.view.stage, desk.tasks) == ("suspension", ["confirm_suspension"])
    assert desk.fact("suspension")["origin"] == "grid"


def test_arrears_are_cut_by_the_whole_procedure() -> None:
    desk = Desk("2026-11-18 10:00")
    data = own(
        desk,
        ground="G3_arrears",
        bill_due_on="2026-09-01",
        dunned_on="2026-09-10",
        grid_decision=FILE,
        dunning_file=FILE,
        notice_file=FILE,
        notice_served_at="2026-11-10 09:00",
        second_notice_at="2026-11-18 09:45",
    )
    assert desk.refused("grid-reviewer1", "report_grid_suspension", **data).code == "second_notice_too_late"
    desk.act("grid-reviewer1", "report_grid_suspension", **{**data, "second_notice_at": "2026-11-18 09:20"})


def test_the_grid_company_cannot_claim_an_administrative_ground() -> None:
    desk = Desk()
    error = desk.refused("grid-reviewer1", "report_grid_suspension", **own(desk, ground="G5_power_authority"))
    assert "没有“G5_power_authority”这一选项" in error.fields["ground"].zh


def test_what_is_off_is_not_cut_again() -> None:
    desk = Desk()
    desk.act("grid-reviewer1", "report_grid_suspension", **own(desk, danger="fire", serves_residents=False))
    desk.act("grid-crew1", "confirm_suspension", confirmed_at=desk.iso, load_is_zero=True, reading="1")
    assert (desk.view.stage, desk.tasks) == ("verification", ["determine"])
    assert propose(desk, "suspension").code == "power_is_off"

"""Whom work goes to where the region has no agency of that kind, and what is said where nobody has one."""

from __future__ import annotations

from typing import Any

import pytest

from agencies.directory import Directory, _build
from tests.workflow.desk import AGENCIES, FILE, OFFICERS, REGIONS, Desk, proposal

VICTIM = {"finding": "compromised", "subject": "enterprise"}
OFFICE = 3  # Xuzhou's cyberspace office; Nanjing and the province have none


def moved(desk: Desk) -> Desk:
    """To Nanjing, with the findings of Xuzhou."""
    desk.act("drc-handler1", "propose_transfer", to_region="3201", reason_code="site_elsewhere", reason="场所在南京")
    desk.act("nj-drc-reviewer1", "receive_transfer", decision="accept")
    return desk


def hacked() -> Desk:
    return moved(Desk().verified(traffic="compromised", inspection="nothing_found"))


def inspected_as_hacked() -> Desk:
    """Only the inspectors reported the intrusion; no cyberspace office ever had the case."""
    desk = Desk()
    moved(desk)
    desk.act("nj-drc-handler1", "dispatch_verification", findings=["inspect_site"])
    seen = {"inspected_at": desk.iso, "officers": OFFICERS, "home_entry": False, "signature": "signed"}
    desk.act("nj-drc-handler2", "record_inspection", result="compromised", **seen)
    return desk


def registered(*more: Any, closed: str = "") -> Directory:
    """The agencies of the desk with one more, or with one closed."""
    agencies = [
        [i, code, kind, region, parent, code, code, "发", duties, sort, code != closed]
        for i, code, kind, region, parent, sort, duties in (*AGENCIES, *more)
    ]
    return _build({"stamp": 1, "regions": [list(r) for r in REGIONS], "agencies": agencies, "parameters": []})


def test_the_office_that_reported_the_intrusion_advises_where_the_region_has_none() -> None:
    desk = hacked()
    desk.act("nj-drc-handler1", "propose_determination", **VICTIM, disposals=["close"])
    desk.act("nj-drc-reviewer2", "decide_determination", decision="approve")
    assert (desk.view.stage, desk.view.outcome) == ("closed", "compromised_victim")
    assert desk.task("advise_owner").agency_id == OFFICE
    desk.act("cac-handler1", "advise_owner", measures=["isolate"], advice="隔离主机")
    assert "advise_owner" not in desk.tasks


def test_whoever_reported_corrects_the_report_after_a_transfer_too() -> None:
    """Else gate 8 could never be cleared in a city without such an office."""
    desk = hacked()
    desk.act("nj-drc-handler1", "request_rework", findings=["analyse_traffic"], reason="请复核")
    assert desk.task("analyse_traffic").agency_id == OFFICE
    desk.act("cac-handler1", "report_traffic", result="confirmed", pools=2)
    assert desk.tasks == ["determine"]


def test_the_regions_own_agency_comes_first() -> None:
    desk = hacked()
    desk.act("nj-drc-handler1", "request_rework", findings=["check_consumption"], reason="请复核")
    assert desk.task("check_consumption").agency_id == desk.directory.by_code["320100-grid"].id


def test_a_finding_that_nobody_can_make_is_not_asked_for_again() -> None:
    desk = inspected_as_hacked()
    error = desk.refused("nj-drc-handler1", "request_rework", findings=["trace_subscriber"], reason="请溯源")
    assert (error.code, error.missing) == ("no_addressee", ("findings",))
    assert "由系统管理员用 manage.py create_agency 登记后再办" in error.text.zh


@pytest.mark.parametrize("disposal", ["close", "continue_monitoring"])
def test_a_victim_whom_nobody_could_advise_is_refused_at_the_proposal(disposal: str) -> None:
    desk = inspected_as_hacked()
    error = desk.refused("nj-drc-handler1", "propose_determination", **proposal(disposal, **VICTIM))
    assert (error.code, error.missing) == ("no_addressee", ("finding",))
    assert "没有登记网信办" in error.text.zh
    assert error.article


def test_the_provinces_office_takes_the_place_of_a_citys() -> None:
    desk = inspected_as_hacked()
    desk.directory = registered((13, "320000-cac", "cyberspace_office", "32", None, "", []))
    desk.act("nj-drc-handler1", "propose_determination", **VICTIM, disposals=["close"])
    desk.act("nj-drc-reviewer2", "decide_determination", decision="approve")
    assert desk.task("advise_owner").agency_id == 13


def test_an_office_that_was_closed_since_the_proposal_is_missed_at_the_decision() -> None:
    desk = hacked()
    desk.act("nj-drc-handler1", "propose_determination", **VICTIM, disposals=["close"])
    desk.directory = registered(closed="320300-cac")
    error = desk.refused("nj-drc-reviewer2", "decide_determination", decision="approve")
    assert (error.code, error.missing) == ("no_addressee", ("decision",))
    desk.act("nj-drc-reviewer2", "decide_determination", decision="refuse")


def test_where_nobody_takes_the_next_step_it_is_said_who_sets_an_agency_up() -> None:
    desk = Desk().verified().determined("suspension")
    desk.directory = registered(closed="320300-grid")
    error = desk.refused("drc-approver1", "sign_suspension_order", order_file=FILE, legal_document=FILE)
    assert error.code == "no_addressee"
    assert error.text.zh == "本地区没有可承办“停电审批”的单位，由系统管理员用 manage.py create_agency 新设后再办。"

"""Whose case a row is: its own region's where that is on the system, kept and named where it is not."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest

from agencies.actors import find_actor, system_actor
from agencies.directory import get_directory
from agencies.visibility import Part
from audit import clock
from audit.models import Access
from cases.intake.regions import region_counts
from cases.intake.services import BatchSummary, import_file
from cases.intake.sites.routing import Route, Routes
from cases.models import Case, ListBatch, Task
from cases.selectors.reach.parts import reading
from cases.workflow.engine import perform
from cases.workflow.errors import GuardRefused, InvalidInput, WorkflowError
from tests.intake.samples import bring, rows_of
from tests.intake.test_one_site import GRID, ONE, OTHER, TELECOM, TRACE, located, seen, sheet
from tests.web.test_reading import entered

pytestmark = pytest.mark.usefixtures("demo_city")

AT_HOME = "徐州市云龙区子房街道民主路12号3号楼2单元501室"
NANJING = "江苏省南京市鼓楼区湖南路街道中山北路8号3号楼2单元501室"
KUNSHAN = "苏州市昆山市玉山镇前进路8号3号楼2单元501室"


def send(username: str, kind: str, content: bytes, agency: str, name: str) -> BatchSummary:
    return import_file(
        actor=find_actor(username),
        content=content,
        filename="list.csv",
        kind=kind,
        agency=get_directory().by_code[agency],
        batch_name=name,
        now=clock.now(),
    )


def meters(*addresses: str) -> bytes:
    rows = ((f"3203{n:09d}", f"孙玲{n}", address, "2026.09", "90") for n, address in enumerate(addresses, 1))
    return sheet(GRID, *rows)


def act(username: str, action: str, case: Case, **data: Any) -> None:
    perform(
        case_id=case.id,
        action=action,
        actor=find_actor(username),
        data=data,
        expected_version=None,
        idempotency_key=None,
        now=clock.now(),
    )


def case_of(name: str, row: int = 1) -> Case:
    return Case.objects.get(number=rows_of(name)[row - 1]["case"])


def counts(name: str, username: str) -> dict[tuple[str, str], int]:
    from agencies.sight import seeing

    actor = find_actor(username)
    with seeing(actor):
        return {(each.where, each.region): each.rows for each in region_counts(actor, ListBatch.objects.get(name=name))}


@pytest.mark.parametrize("username", ["grid-handler1", "drc-handler1"])
def test_a_row_of_another_city_opens_its_case_there_and_the_sender_reads_its_own_part(username: str) -> None:
    send(username, "grid", meters(AT_HOME, NANJING), "320300-grid", "户")
    home, away = rows_of("户")
    assert (home["fate"], away["fate"]) == ("accept", "accept:out_of_area")
    assert away["effect"] == "new_case"
    assert away["case"].startswith("NJ")
    assert "江苏省南京市" in away["reason"]
    assert away["notes"] == ["已转属地：由江苏省南京市的发展改革委办理，报送单位可查看本单位的部分。"]
    case = case_of("户", 2)
    assert (case.region_code, case.lead_agency.code) == ("320106", "320100-drc")
    assert case.title.startswith("鼓楼区")
    assert Task.objects.get(case=case, state="open").agency.code == "320100-drc"
    parts = {who: reading(find_actor(who), case.id) for who in ("nj-drc-handler1", "grid-handler1", "drc-handler1")}
    assert {who: read.part for who, read in parts.items() if read} == {
        "nj-drc-handler1": Part.WHOLE,
        "grid-handler1": Part.OWN,
        "drc-handler1": Part.OWN,
    }
    assert reading(find_actor("cac-handler1"), case.id) is None


def test_the_two_districts_of_one_name_and_a_former_name_lead_to_their_own_city() -> None:
    places = ("鼓楼区中山北路1号", "南京市鼓楼区中山北路1号", "下关区中山北路2号", "徐州市鼓楼区中山北路1号")
    bring("grid", meters(*places), name="户")
    assert [case_of("户", n).region_code for n in (1, 2, 3, 4)] == ["320302", "320106", "320106", "320302"]


def test_a_region_that_is_not_on_the_system_is_kept_named_counted_and_taken_out() -> None:
    send("grid-handler1", "grid", meters(AT_HOME, KUNSHAN, "安徽省宿州市埇桥区胜利路3号", NANJING), "320300-grid", "户")
    kunshan, suzhou = case_of("户", 2), case_of("户", 3)
    assert (kunshan.region_code, kunshan.lead_agency.code) == ("3203", "320300-drc")
    assert (kunshan.facts["elsewhere"], suzhou.facts["elsewhere"]) == ({"region": "320583"}, {"region": "341302"})
    assert kunshan.title.startswith("昆山市")
    assert "elsewhere" not in case_of("户", 1).facts
    assert rows_of("户")[1]["notes"] == ["江苏省苏州市属地不在本系统，暂由本市登记；可下载此类行，函转属地。"]
    wanted = {("home", "320303"): 1, ("routed", "320106"): 1, ("not_here", "320583"): 1, ("not_here", "341302"): 1}
    assert counts("户", "grid-handler1") == counts("户", "drc-handler1") == wanted
    client, batch = entered("grid-handler1"), ListBatch.objects.get()
    page = client.get(f"/imports/{batch.pk}/").content.decode()
    assert "属地不在本系统，暂由本市登记" in page
    assert "江苏省苏州市" in page
    assert f"/imports/{batch.pk}/elsewhere.csv" in page
    shown = client.get(f"/api/v1/imports/{batch.pk}").json()
    assert {(r["where"], r["region"]): r["rows"] for r in shown["regions"]} == wanted
    note = "地址在江苏省苏州市昆山市，属地不在本系统"
    assert note in entered("drc-handler1").get(f"/cases/{kunshan.number}/").content.decode()


def test_the_rows_to_send_on_go_to_their_sender_only_and_leave_a_line() -> None:
    send("grid-handler1", "grid", meters(AT_HOME, KUNSHAN), "320300-grid", "户")
    address = f"/imports/{ListBatch.objects.get().pk}/elsewhere.csv"
    answer = entered("grid-handler1").get(address)
    title, header, row = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert "函转属地" in title[0]
    assert header == [*GRID, "行号", "属地"]
    assert row == ["3203000000002", "孙玲2", KUNSHAN, "2026.09", "90", "2", "江苏省苏州市"]
    (line,) = Access.objects.filter(way="export")
    assert (line.items, line.rows) == (["rows_elsewhere"], 1)
    assert entered("drc-handler1").get(address).status_code == 403
    assert entered("nj-drc-handler1").get(address).status_code == 404


def test_a_lead_whose_subscriber_lives_elsewhere_goes_there_with_all_it_had() -> None:
    listed = sheet(TELECOM, seen(1, ONE, 1001, 1), seen(2, ONE, 1002, 2), seen(3, OTHER, 9, 3, "btc.pool.example"))
    send("telecom-handler1", "telecom", listed, "320300-telecom", "名单")
    lead = case_of("名单")
    assert lead.region_code == "320303"
    answers = (located(ONE, 1000 + day, day, "nj01@adsl", "孙玲", NANJING) for day in (1, 2))
    send("telecom-handler1", "trace", sheet(TRACE, *answers), "320300-telecom", "答复")
    case = case_of("名单")
    assert case.number == case_of("名单", 2).number == case_of("答复").number
    assert (case.region_code, case.lead_agency.code, case.stage) == ("320106", "320100-drc", "monitoring")
    assert case.facts["signals"] == {"traffic": 2}
    assert rows_of("答复")[0]["effect"] == "new_case"
    assert rows_of("答复")[0]["notes"][0].startswith("已转属地")
    lead.refresh_from_db()
    assert (lead.outcome, lead.merged_into_id) == ("merged", case.id)
    assert not Task.objects.filter(case=lead, state="open").exists()
    assert Task.objects.get(case=case, state="open").agency.code == "320100-drc"
    read = reading(find_actor("telecom-handler1"), case.id)
    assert read and read.part is Part.OWN
    assert case_of("名单", 3).region_code == "320303"
    assert counts("名单", "telecom-handler1") == {("routed", "320106"): 2, ("home", "320303"): 1}
    # The way back: the commission that had the lead takes the merge back.
    act("drc-reviewer1", "undo_merge", lead, survivor=case.number, reason="运营商更正")
    assert case_of("名单").number == lead.number


def test_a_reply_that_waited_opens_the_case_where_it_belongs() -> None:
    bring("trace", sheet(TRACE, located(ONE, 1001, 1, "nj01@adsl", "孙玲", NANJING)), name="答复")
    bring("telecom", sheet(TELECOM, seen(1, ONE, 1001, 1)), name="名单")
    assert case_of("名单").region_code == "320106"
    assert Case.objects.count() == 1


def test_further_rows_join_the_case_in_the_other_region_and_share_it_with_their_sender() -> None:
    bring("trace", sheet(TRACE, located(ONE, 1001, 1, "nj01@adsl", "孙玲", NANJING)), name="答复")
    bring("telecom", sheet(TELECOM, seen(1, ONE, 1001, 1)), name="名单")
    send("grid-handler1", "grid", sheet(GRID, ("3201000000001", "孙玲", NANJING, "2026.09", "9")), "320300-grid", "户")
    case = case_of("名单")
    assert case_of("户").number == case.number
    assert case.facts["signals"] == {"traffic": 1, "energy": 1}
    read = reading(find_actor("grid-handler1"), case.id)
    assert read and read.part is Part.OWN


def test_a_lead_of_the_home_city_joins_the_known_case_of_another() -> None:
    bring("grid", meters(NANJING), name="户")
    bring("telecom", sheet(TELECOM, seen(1, ONE, 1001, 1)), name="名单")
    assert case_of("名单").region_code == "320303"
    bring("trace", sheet(TRACE, located(ONE, 1001, 1, "nj01@adsl", "孙玲1", NANJING)), name="答复")
    assert case_of("名单").number == case_of("户").number
    assert case_of("名单").region_code == "320106"


def test_what_somebody_is_at_work_on_stays_and_says_so() -> None:
    bring("telecom", sheet(TELECOM, seen(1, ONE, 1001, 1)), name="名单")
    case = case_of("名单")
    task = Task.objects.get(case=case, state="open")
    act("drc-handler1", "dispatch_verification", case, task=str(task.id), findings=["trace_subscriber"])
    bring("trace", sheet(TRACE, located(ONE, 1001, 1, "nj01@adsl", "孙玲", NANJING)), name="答复")
    case.refresh_from_db()
    assert (case.stage, case.region_code, case.lead_agency.code) == ("verification", "320303", "320300-drc")
    assert case.title.startswith("鼓楼区"), "the premises are known"
    assert rows_of("答复")[0]["notes"][0].startswith("地址在江苏省南京市，而所在案件已由另一地区办理")
    assert Case.objects.count() == 1


def test_two_known_places_stay_the_cases_of_their_two_commissions() -> None:
    first = ("3203000000001", "孙玲", AT_HOME, "2026.09", "90")
    bring("grid", sheet(GRID, first), name="户")
    bring("trace", sheet(TRACE, located(OTHER, 7, 1, "nj01@adsl", "李敏", NANJING)), name="答复")
    bring("telecom", sheet(TELECOM, seen(1, OTHER, 7, 1)), name="名单")
    home, away = case_of("户"), case_of("名单")
    # The meter of the one at the door of the other: a move, a slip or a swindle, and a person's to look into.
    bring("grid", sheet(GRID, ("3203000000001", "李敏", NANJING, "2026.10", "90")), name="次月")
    home.refresh_from_db()
    away.refresh_from_db()
    assert (home.outcome, away.outcome) == (None, None)
    assert (home.region_code, away.region_code) == ("320303", "320106")


def test_the_range_of_an_address_is_a_hint_that_the_address_overrules() -> None:
    header = (*TELECOM, "用电地址")
    of_nanjing = "117.88.13.235"
    rows = (
        (*seen(1, of_nanjing, 1001, 1), ""),
        (*seen(2, of_nanjing, 1002, 1, "other.pool.example"), AT_HOME),
        (*seen(3, ONE, 1003, 1, "third.pool.example"), NANJING),
    )
    bring("telecom", sheet(header, *rows), name="名单")
    hinted, at_home, away = rows_of("名单")
    assert [row["fate"] for row in (hinted, at_home, away)] == ["accept:out_of_area", "accept", "accept:out_of_area"]
    assert "仅为参考" in hinted["reason"]
    assert [case_of("名单", n).region_code for n in (1, 2, 3)] == ["320303", "320303", "320106"]


def test_a_city_is_on_the_system_with_a_commission_of_its_own() -> None:
    routes = Routes("3203", get_directory())
    assert routes.of("320106", "") == Route("320106")
    assert routes.of("320583", "") == Route("3203", "320583"), "the province's commission is not the city's"
    assert routes.of("34", "320303") == Route("3203", "34")
    assert routes.of("3203", "320303") == Route("320303")
    assert routes.of("320312", "320303") == Route("320312")
    assert routes.of("", "320106") is None, "what a list suspects is no address"
    assert routes.of("", "") is None


@pytest.mark.parametrize(("region", "says"), [("320106", "由本系统的南京市"), ("990000", "没有这个地区代码")])
def test_a_case_is_kept_for_nobody_who_is_on_the_system(region: str, says: str) -> None:
    data = {"region_code": "320303", "title": "云龙区 仓库", "source": "tips", "elsewhere": region}
    with pytest.raises(InvalidInput, match=says):
        perform(
            case_id=None,
            action="open_case",
            actor=find_actor("drc-handler1"),
            data=data,
            expected_version=None,
            idempotency_key=None,
            now=clock.now(),
        )
    assert not Case.objects.exists()


def test_only_a_rule_of_intake_merges_across_regions_and_only_a_lead() -> None:
    bring("grid", meters(AT_HOME, NANJING), name="户")
    home, away = case_of("户", 1), case_of("户", 2)
    for actor in ("drc-handler1", "nj-drc-handler1"):
        with pytest.raises(WorkflowError) as refused:
            act(actor, "merge_case", home, survivor=away.number, reason_code="same_site")
        assert refused.value.code in {"other_region", "not_found"}
    task = Task.objects.get(case=home, state="open")
    act("drc-handler1", "dispatch_verification", home, task=str(task.id), findings=["trace_subscriber"])
    with pytest.raises(GuardRefused) as kept:
        perform(
            case_id=home.id,
            action="merge_case",
            actor=system_actor(),
            data={"survivor": away.number, "reason_code": "same_site"},
            expected_version=None,
            idempotency_key=None,
            now=clock.now(),
        )
    assert kept.value.code == "other_region"

"""The page of a case: what may be done, papers compared, what acts changed, related cases, and what it costs."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from django.db import connections
from django.test import Client

from agencies.actors import find_actor
from agencies.models import User
from audit import clock
from cases.models import PersonalRecord
from cases.models.sealing import key_ring
from cases.models.vault import record_place
from cases.policy.dated import CHINA
from cases.selectors.case import get_case
from cases.selectors.casepage.differences import differences
from cases.selectors.reach.parts import reading
from cases.workflow.deciding.available import available_actions
from cases.workflow.engine import Result
from tests.conftest import SERVERS
from tests.web import story
from tests.web.counting import statements
from tests.workflow.world import World

PEOPLE = (
    *("drc-handler1", "drc-reviewer1", "drc-approver1", "grid-handler1", "grid-approver1", "grid-crew1"),
    *("grid-billing1", "telecom-handler1", "cac-handler1", "sup-supervisor1"),
)


@pytest.fixture(autouse=True)
def no_session_of_another_day() -> Iterator[None]:
    """The clock is set here; sessions begun under it would be younger or older than those of the next test."""
    yield
    SERVERS.flush_redis()


def entered(username: str) -> Client:
    client = Client()
    client.force_login(User.objects.get(username=username))
    return client


def words(answer: object) -> str:
    body = re.sub(r"<[^>]+>", " ", answer.content.decode())  # type: ignore[attr-defined]
    return re.sub(r"\s+", " ", html.unescape(body))


def page_of(username: str, number: str, more: str = "") -> str:
    return entered(username).get(f"/cases/{number}/{more}").content.decode()


def stages(world: World) -> dict[str, str]:
    """One case at each stage of the way, by the stage."""
    cases = {"monitoring": world.open()}
    world.act(cases["monitoring"], "drc-handler1", "comment", comment="走访")
    cases["verification"] = world.verified(world.open())
    cases["suspension"] = world.served(world.determined(world.verified(world.open()), **SUSPENSION))
    cases["penalty_tariff"] = world.suspended(world.determined(world.verified(world.open()), **BOTH))
    closed = world.open()
    world.act(closed, "drc-handler1", "propose_exclusion", reason_code="node", explanation="区块链节点")
    world.act(closed, "drc-reviewer2", "decide_exclusion", decision="approve")
    return {**cases, "closed": closed}


SUSPENSION = {
    "finding": "self_operated", "subject": "sole_trader", "disposals": ["suspension"], "ground": "G5_power_authority",
    "serious_or_refused": True,
}  # fmt: skip
BOTH = {**SUSPENSION, "disposals": ["suspension", "surcharge"], "proven_from": "2026-10-01"}


def test_at_every_stage_everybody_is_shown_what_the_table_allows_and_refused_with_the_same_sentence(
    demo_city: None,
) -> None:
    """Every act that is refused is posted once for each person and reason, whatever the stage."""
    world = World()
    cases = stages(world)
    clock.set_clock(world.now, frozen=True)
    posted: set[tuple[str, str]] = set()
    for stage, case in cases.items():
        view = world.view(case)
        assert view.stage == stage
        for who in PEOPLE:
            client = entered(who)
            answer = client.get(f"/cases/{view.number}/")
            if answer.status_code == 404:
                # Grid people see no case that nothing of theirs was ever asked about.
                assert get_case(find_actor(who), case) is None, (stage, who)
                continue
            acts = available_actions(case_id=case, actor=find_actor(who), now=world.now)
            shown = set(re.findall(r'<a class="btn[^>]*data-action="([a-z_]+)"', answer.content.decode()))
            assert shown == {act.action for act in acts if act.allowed}, (stage, who)
            said = words(answer)
            for act in acts:
                if act.allowed or act.refusal is None:
                    continue
                if act.in_stage:
                    assert act.refusal.text.zh in said, (stage, who, act.action)
                key = (who, act.refusal.code)
                if act.in_stage and key not in posted:
                    posted.add(key)
                    form = {"version": str(view.version), "key": f"{who}-{act.action}-{stage}", "step": "confirm"}
                    refused = client.post(f"/cases/{view.number}/actions/{act.action}/", form)
                    assert refused.status_code == act.refusal.status, (stage, who, act.action)
                    assert act.refusal.text.zh in words(refused), (stage, who, act.action)
        assert world.view(case).version == view.version, "nothing that is refused leaves anything"
    assert len({code for _, code in posted}) > 5
    assert len({who for who, _ in posted}) == len(PEOPLE)


# -- papers ------------------------------------------------------------------------------------------------------------


def verdicts(page: str) -> list[str]:
    return re.findall(r'<span class="vf [a-z]*">(?:<svg.*?</svg>)? ([^<]+)</span>', page)


@pytest.mark.parametrize("what", ["file", "text", "told"])
def test_a_paper_that_was_changed_in_the_database_is_said_to_be_changed(
    demo_city: None, fresh_db: object, what: str
) -> None:
    world = World()
    case = world.determined(world.verified(world.open()), **SUSPENSION)
    file = world.attach(case, "drc-handler1", "函.pdf")
    world.act(case, "drc-handler1", "attach_document", attachments=[file], paper="other")
    number = world.view(case).number
    before = page_of("drc-handler1", number)
    assert verdicts(before) == ["一致", "一致"]
    assert "不一致，请勿采用" not in before
    table, content = ("cases_documentversion", "content") if what == "text" else ("cases_attachment", "content")
    with connections["owner"].cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        if what == "told":
            # Content and its hash are changed together: the event that named the file still tells the old one.
            cursor.execute(f"UPDATE {table} SET content = 'x', sha256 = encode(sha256('x'), 'hex')")
        else:
            cursor.execute(f"UPDATE {table} SET {content} = {content} || '\\x00'")
    after = page_of("drc-handler1", number)
    assert sorted(verdicts(after)) == ["一致", "不一致"]
    assert re.search(r'<div class="note bad m-3" role="alert">', after)


def test_a_file_that_is_too_large_to_be_read_with_the_page_is_compared_when_that_is_asked_for(
    demo_city: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World()
    case = world.open()
    world.attach(case, "drc-handler1", "大函.pdf", b"%PDF-1.7" + b"x" * 200)
    number = world.view(case).number
    monkeypatch.setattr("cases.web.show.casepage.papers.AT_ONCE", 100)
    page = page_of("drc-handler1", number)
    assert verdicts(page) == ["未校验"]
    link = re.search(r'href="(\?check=all)#h-doc">校验其余 1 份', page)
    assert link
    assert verdicts(page_of("drc-handler1", number, link[1])) == ["一致"]


# -- history -----------------------------------------------------------------------------------------------------------


def test_a_file_is_on_record_when_an_act_names_it_and_not_before(demo_city: None) -> None:
    world = World()
    case = world.open()
    file, number = world.attach(case, "drc-handler1", "函.pdf"), world.view(case).number
    clock.set_clock(world.now + timedelta(minutes=1), frozen=True)
    before = page_of("drc-handler1", number)
    assert "已上传，未提交" in before and "已入卷" not in before
    world.act(case, "drc-handler1", "attach_document", attachments=[file], paper="other")
    clock.set_clock(world.now + timedelta(days=1), frozen=True)
    after = page_of("drc-handler1", number)
    assert "已入卷" in after and "已上传，未提交" not in after


def test_a_crew_is_led_from_the_case_to_the_steps_at_the_meter(demo_city: None) -> None:
    """Before the cut is due, when it is, and when the second person confirms; nobody else is."""
    world = World()
    case = world.served(world.determined(world.verified(world.open()), **SUSPENSION))
    number = world.view(case).number
    steps, desk = f'href="/suspensions/{number}/"', f'href="/cases/{number}/actions/execute_suspension/"'
    for when in ("before", "due"):
        if when == "due":
            world.later(days=4)
            world.final_notice(case)
            world.later(minutes=40)
        clock.set_clock(world.now, frozen=True)
        crew = page_of("grid-crew1", number)
        assert steps in crew and desk not in crew
        assert ("现场办理停电" in crew) is (when == "before"), "then it is the act itself that leads there"
        assert steps not in page_of("drc-handler1", number) + page_of("grid-handler1", number)


def test_an_act_tells_what_it_changed_and_whoever_may_open_the_trail_has_the_way_there(demo_city: None) -> None:
    case = story.reported()
    story.do(
        "drc-handler1", "propose_determination", case, finding="self_operated", subject="sole_trader",
        disposals=["continue_monitoring"], monitoring_reason="awaiting_signal", review_on="2027-01-15",
    )  # fmt: skip
    story.do("drc-reviewer1", "decide_determination", case, decision="approve")
    whole = page_of("sup-supervisor1", case.number)
    last = re.search(r'<li id="e-8">.*?</li>', whole, re.DOTALL)
    assert last
    changed = re.sub(r"\s+", " ", re.sub(r"<(?!/?(?:del|ins))[^>]+>", " ", last[0]))
    assert re.search(r"<del>待审核</del> → 改为 <ins>", changed)
    event = re.search(r'href="(/audit/\d+/)"', last[0])
    assert event
    assert entered("sup-supervisor1").get(event[1]).status_code == 200
    # Of the others' acts a handler reads what they changed; the trail is not theirs to open, so no way leads there.
    mine = page_of("drc-handler1", case.number)
    links = set(re.findall(r'href="(/audit/\d+/)"', mine))
    assert links
    assert all(entered("drc-handler1").get(link).status_code == 200 for link in links)
    assert not re.search(r'href="/audit/', re.search(r'<li id="e-8">.*?</li>', mine, re.DOTALL)[0])  # type: ignore[index]


def test_a_deadline_that_was_moved_stands_with_the_one_before(demo_city: None) -> None:
    """Asked for and granted, and granted once more: each time before and after, and no id of the task."""
    clock.set_clock(datetime(2026, 11, 3, 10, tzinfo=CHINA), frozen=True)
    case = story.dispatched()
    row = get_case(find_actor("cac-handler1"), case.number)
    assert row
    task = next(each for each in row["tasks"] if each["kind"] == "analyse_traffic")
    for on in ("2026-11-20", "2026-11-27"):
        story.do("cac-handler1", "request_extension", case, task=task["id"], due_on=on, reason="数据未到")
        story.do("drc-reviewer1", "decide_extension", case, decision="grant")
    said = words(entered("sup-supervisor1").get(f"/cases/{case.number}/history/"))
    assert "流量核查 · 期限 11-10 18:00 → 改为 11-20 18:00" in said
    assert "流量核查 · 期限 11-20 18:00 → 改为 11-27 18:00" in said
    assert task["id"][:8] not in said


def test_of_an_own_part_no_change_is_told(demo_city: None) -> None:
    case = story.reported()
    for who, told in (("sup-supervisor1", True), ("telecom-handler1", False)):
        read = reading(find_actor(who), case.case_id)
        assert read
        assert bool(differences(find_actor(who), case.case_id, range(1, 7), read)) is told
        assert ("变更 " in words(entered(who).get(f"/cases/{case.number}/history/"))) is told


def test_what_is_withheld_on_both_sides_is_no_change(demo_city: None) -> None:
    """A keyed hash is of its event: compared after masking, an unchanged figure would look changed."""
    case = story.reported()
    story.do("drc-handler1", "comment", case, comment="走访")
    read = reading(find_actor("sup-supervisor1"), case.case_id)
    assert read
    found = differences(find_actor("sup-supervisor1"), case.case_id, [4, 5, 6], read)
    assert set(found[5].body["set"]["findings"]) == {"analyse_traffic"}, "the other findings stood there before"
    assert found[5].before["findings"] == {}


def test_the_whole_history_is_a_page_of_its_own_that_can_be_entered_at_an_act(demo_city: None) -> None:
    case = story.reported()
    for n in range(60):
        story.do("drc-handler1", "comment", case, comment=f"第{n}次走访")
    client = entered("drc-handler1")
    page = client.get(f"/cases/{case.number}/").content.decode()
    assert len(re.findall(r'<li id="e-\d+">', page)) == 8
    everything = re.search(r'href="([^"]+)">全部 66 条</a>', page)
    assert everything
    first = client.get(everything[1]).content.decode()
    assert [int(n) for n in re.findall(r'<li id="e-(\d+)">', first)] == list(range(66, 16, -1))
    older = re.search(r'href="(\?after=[^"]+)"', first)
    assert older
    second = client.get(everything[1] + html.unescape(older[1])).content.decode()
    assert [int(n) for n in re.findall(r'<li id="e-(\d+)">', second)] == list(range(16, 0, -1))
    entered_at = client.get(everything[1] + "?from=20").content.decode()
    assert re.findall(r'<li id="e-(\d+)">', entered_at)[0] == "20"


# -- related cases -----------------------------------------------------------------------------------------------------


def knows(case: Result, field: str, value: str, *, protected: bool = False) -> None:
    one = PersonalRecord(case_id=case.case_id, field=field, source="grid", protected=protected, created_at=clock.now())
    ring = key_ring()
    one.sealed, one.key_id = ring.seal(value.encode(), record_place(one.id.bytes, field)), ring.current
    one.blind = ring.blind(f"person/{field}", value)
    one.save()


def row_of(page: str, number: str) -> str:
    found = re.search(rf'<ul class="rel">.*?(<li><div><a href="/cases/{number}/">.*?</li>)', page, re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", found[1])) if found else ""


def test_related_cases_stand_with_what_they_share_and_how_much_it_says(demo_city: None) -> None:
    case, same, near, far = (story.opened(title=f"关联{n}") for n in range(4))
    hidden = story.do(
        "nj-drc-handler1",
        "open_case",
        None,
        region_code="320102",
        title="南京",
        source="telecom",
        signals=story.SIGNALS,
    )
    for each in (case, same, hidden):
        knows(each, "meter", "3203145824572")
    for each in (case, near):
        knows(each, "phone", "13805201234")
        knows(each, "address", "徐州市贾汪区大吴镇水口村1号")
        # Who reported is no tie between cases.
        knows(each, "reporter", "钱桂兰", protected=True)
    knows(far, "reporter", "钱桂兰", protected=True)
    page = page_of("drc-handler1", case.number)
    assert "同一户号" in row_of(page, same.number)
    assert row_of(page, same.number).rstrip().endswith("强")
    assert "同一地址、同一联系电话" in row_of(page, near.number)
    assert row_of(page, near.number).rstrip().endswith("强"), "two of the middle are as much as an account"
    assert not row_of(page, far.number)
    assert hidden.number not in page
    assert "3203145824572" not in page


def test_whoever_reads_an_own_part_is_told_of_no_shared_value(demo_city: None) -> None:
    case, same = story.reported(), story.reported()
    for each in (case, same):
        knows(each, "meter", "3203145824572")
    assert row_of(page_of("drc-handler1", case.number), same.number)
    assert 'class="rel"' not in page_of("telecom-handler1", case.number)


def test_a_case_that_is_read_in_part_is_not_named_beside_one_that_is_read_whole(demo_city: None) -> None:
    owed, also_owed, answered = story.dispatched(), story.dispatched(), story.reported()
    for each in (owed, also_owed, answered):
        knows(each, "meter", "3203145824572")
    page = page_of("grid-handler1", owed.number)
    assert row_of(page, also_owed.number), "a case that is read whole, too"
    assert not row_of(page, answered.number)
    assert row_of(page_of("drc-handler1", owed.number), answered.number), "whoever reads both whole is told"


# -- findings, measures, cost ------------------------------------------------------------------------------------------


def strengths_on(page: str) -> dict[str, str]:
    tabs = re.search(r'<ul class="sigtabs".*?</ul>', page, re.DOTALL)
    assert tabs
    said = re.sub(r"<svg.*?</svg>", "", tabs[0])
    return dict(re.findall(r'<span class="k">(\S+) <em class="lv l[0-3n]">([^<]+)</em>', said))


def strengths_in_the_list(number: str, who: str = "drc-handler1") -> dict[str, str]:
    rows = entered(who).get("/cases/?view=all").content.decode().split("<tr")
    row = next(row for row in rows if f"/cases/{number}/" in row)
    title = re.search(r'<span class="sgs" title="([^"]+)"', row)
    return dict(re.findall(r"(\w+)：(\w+)", title[1])) if title else {}


def test_list_and_page_say_the_same_of_how_strongly_each_signal_speaks(demo_city: None) -> None:
    """As many as were observed, until the agency whose matter it is has found something; also on a past day."""
    world = World()
    case = world.open()
    number = world.view(case).number
    seen = []

    def looked() -> None:
        clock.set_clock(world.later(minutes=1), frozen=True)
        page = page_of("drc-handler1", number)
        assert strengths_on(page) == strengths_in_the_list(number)
        seen.append(strengths_on(page)["能耗"])

    looked()
    kinds = ["check_consumption", "analyse_traffic"]
    world.act(case, "drc-handler1", "dispatch_verification", findings=kinds)
    looked()
    report = {"user_class": "ordinary", "price_class": "commercial", "serves_residents": False, "theft": False}
    figures = {"monthly_kwh": "35000", "capacity_kva": "250"}
    world.act(case, "grid-handler1", "report_consumption", result="abnormal", **report, **figures)
    looked()
    page = words(entered("drc-handler1").get(f"/cases/{number}/"))
    assert "35,000 核查：月用电量 kWh" in page, "what it rests on stands there too"
    assert 'class="lv' not in page_of("grid-handler1", number), "of an own part neither tells"
    assert not strengths_in_the_list(number, "grid-handler1")
    world.later(days=1)
    world.act(case, "cac-handler1", "report_traffic", result="not_confirmed")
    world.act(case, "drc-handler1", "request_rework", findings=["check_consumption"], reason="数据有误")
    looked()
    world.act(case, "grid-handler1", "report_consumption", result="normal", **report, **figures)
    looked()
    assert seen == ["未见", "待反馈", "强", "待反馈", "未见"]
    before = strengths_on(page_of("drc-handler1", number, f"past/?on={(world.now - timedelta(days=1)).date()}"))
    assert before["能耗"] == "强", "as it was found on that day"


def test_findings_that_disagree_are_said_to_and_who_says_what(demo_city: None) -> None:
    case = story.dispatched()
    story.do("telecom-handler1", "report_subscriber", case, result="identified", subject="sole_trader")
    story.do("cac-handler1", "report_traffic", case, result="not_confirmed")
    page = page_of("drc-handler1", case.number)
    banner = re.search(r'<div class="note warn sides".*?</div>', page, re.DOTALL)
    assert banner
    said = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", banner[0]))
    assert "意见不一致，需会商" in said
    assert "指向“挖矿”：通信管理局" in said
    assert "未发现“挖矿”：网信办" in said
    assert "note warn sides" not in page_of("drc-handler1", story.reported().number)


def test_no_reason_is_lost_where_measures_share_some(demo_city: None) -> None:
    """What all lack is said once above, the rest at each: together what the decision gave."""
    from cases.web.show.law.options import options
    from cases.workflow.measures.reading import decision_for

    actor = find_actor("drc-handler1")
    case = story.opened()
    story.do("drc-handler1", "propose_exclusion", case, reason_code="node", explanation="区块链节点")
    story.do("drc-reviewer2", "decide_exclusion", case, decision="approve")
    row, read, now = get_case(actor, case.number), reading(actor, case.case_id), clock.now()
    assert row
    shown = options(actor, row, now, read)
    assert shown
    assert shown["common"]
    given = decision_for(actor, case.case_id, read, shown["on"])
    expected = {m["ground"] or m["measure"]: len(m["missing"]) for m in given["measures"] if not m["available"]}
    assert {m["key"]: len(m["own"]) + len(shown["common"]) for m in shown["closed"]} == expected
    page = entered("drc-handler1").get(f"/cases/{case.number}/measures/").content.decode()
    for each in shown["closed"]:
        for piece in (*shown["common"], *each["own"]):
            assert piece["text"].zh in html.unescape(page)
    assert entered("telecom-handler1").get(f"/cases/{case.number}/measures/").status_code == 404


def test_the_page_costs_the_same_queries_however_much_is_on_record(demo_city: None) -> None:
    world = World()
    few = world.determined(world.verified(world.open()), **SUSPENSION)
    many = world.determined(world.verified(world.open()), **SUSPENSION)
    for case, n in ((few, 1), (many, 12)):
        for each in range(n):
            world.act(case, "drc-handler1", "comment", comment=f"第{each}次走访")
            file = world.attach(case, "drc-handler1", f"函{each}.pdf")
            world.act(case, "drc-handler1", "attach_document", attachments=[file], paper="other")
    clock.set_clock(world.now + timedelta(hours=1), frozen=True)
    client = entered("drc-handler1")
    counted = []
    for case in (few, many):
        address = f"/cases/{world.view(case).number}/"
        counted += [len(statements(client, path)) for path in (address, f"{address}history/")]
    assert counted[:2] == counted[2:]
    assert counted[0] < 60

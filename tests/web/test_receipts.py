"""After an act: what cannot be undone has a receipt with its place in the trail, and all say what comes next."""

from __future__ import annotations

import re
from datetime import datetime

from django.conf import settings

from agencies.actors import find_actor
from audit import clock
from audit.models import Event
from cases.models import Case
from cases.policy.dated import CHINA
from cases.selectors.reach.parts import reading
from cases.selectors.tasks import next_task
from cases.web.acts.since import told_since
from cases.workflow.transitions import TRANSITIONS
from tests.web import story
from tests.web.conftest import LogIn
from tests.web.test_acts import act, text, version
from tests.web.test_cut_pages import cut
from tests.web.test_step_up import address, aged, signed, to_sign
from tests.web.test_twice import hidden
from tests.workflow.world import World


def test_what_cannot_be_undone_ends_on_its_receipt(log_in: LogIn) -> None:
    case, form = to_sign()
    client = log_in("drc-approver1")
    done = client.post(address(case), {**form, "step": "confirm"})
    event = Event.objects.filter(action="sign_suspension_order").latest("id")
    assert done["Location"] == f"/cases/{case.number}/receipts/{event.seq}/"
    page = client.get(done["Location"])
    said = text(page)
    for part in (
        f"已办理：{TRANSITIONS['sign_suspension_order'].label.zh}",
        f"回执号 {case.number}-{event.seq:04d}",
        f"本案第 {event.seq} 号记录，全系统第 {event.pk} 号",
        bytes(event.leaf).hex(),
        "现在由谁办理",
    ):
        assert part in said, part
    assert re.search(r"接下来 电 \S+ 供电公司 · 期限 \d\d-\d\d \d\d:\d\d", said)
    assert "已办理：" not in text(client.get(f"/cases/{case.number}/")), "said once, on the receipt"
    assert log_in("nj-drc-handler1").get(done["Location"]).status_code == 404
    for seq in (0, event.seq + 1, 10**9):
        assert client.get(f"/cases/{case.number}/receipts/{seq}/").status_code == 404


def test_the_next_task_is_the_one_of_the_workbench(log_in: LogIn) -> None:
    first, second = story.opened(), story.opened("另一处机房")
    client = log_in("drc-handler1")
    act(client, first, "dispatch_verification", **{"f.findings": "check_consumption"})
    page = client.get(f"/cases/{first.number}/").content.decode()
    event = Event.objects.filter(action="dispatch_verification").latest("id")
    assert f'href="/cases/{first.number}/receipts/{event.seq}/">查看回执</a>' in page
    left = next_task(find_actor("drc-handler1"), now=clock.now())
    assert left is not None
    assert left["case"]["number"] == second.number
    onward = re.search(r'<a href="([^"]+)">办理下一件</a>', page)
    assert onward
    assert second.number in onward[1]
    receipt = client.get(f"/cases/{first.number}/receipts/{event.seq}/").content.decode()
    assert f'href="{onward[1]}">办理下一件' in receipt


def test_the_proof_is_typed_on_the_page_that_is_checked(log_in: LogIn) -> None:
    case, form = to_sign()
    client = log_in("drc-approver1")
    aged(client)
    check = client.post(address(case), {**form, "step": "check"})
    assert "此事项办理前须再次确认身份" in text(check)
    sent = hidden(check.content.decode()) | {"step": "confirm"}
    for typed, said in (("", "请填写密码"), ("guess", "密码不正确")):
        refused = client.post(address(case), {**sent, "password": typed})
        assert refused.status_code == 400
        assert said in text(refused)
        assert "请按期执行" in text(refused), "what was typed is still there"
        assert "guess" not in refused.content.decode()
    assert not signed(case)
    done = client.post(address(case), {**sent, "password": settings.DEMO_PASSWORD})
    assert "/receipts/" in done["Location"]
    assert signed(case)
    again = client.post(address(case), {**sent, "password": settings.DEMO_PASSWORD})
    assert again["Location"] == done["Location"], "a second click gets the answer of the first"


def test_who_came_before_and_what_it_changed_is_told_member_by_member(log_in: LogIn) -> None:
    case = story.dispatched()
    client, seen = log_in("grid-handler1"), version(case)
    story.do("telecom-handler1", "report_subscriber", case, result="identified", subject="sole_trader")
    typed = {"version": str(seen), "key": "k", "step": "now", "f.result": "abnormal", "f.note": "计量箱已加封"}
    answer = client.post(f"/cases/{case.number}/actions/report_consumption/", typed)
    assert answer.status_code == 412
    said = text(answer)
    assert re.search(r"许昊 \d\d:\d\d 修改了这件案件，你的内容还没有提交", said)
    assert "已核对变更，反馈用电核查" in said, "going on is said in so many words"
    rows = re.findall(r'<th scope="row">([^<]+)</th><td>(.*?)</td><td><ins>([^<]*)</ins>', answer.content.decode())
    assert rows
    assert any("个体工商户" in new for _, _, new in rows), rows
    assert Case.objects.get(pk=case.case_id).version == seen + 1


def test_a_deadline_that_was_moved_meanwhile_is_told_with_the_one_before(log_in: LogIn) -> None:
    clock.set_clock(datetime(2026, 11, 3, 10, tzinfo=CHINA), frozen=True)
    case = story.dispatched()
    client, seen = log_in("drc-handler1"), version(case)
    story.do("cac-handler1", "request_extension", case, due_on="2026-11-20", reason="数据未到")
    story.do("drc-reviewer1", "decide_extension", case, decision="grant")
    typed = {"version": str(seen), "key": "k", "step": "now", "f.comment": "走访情况待补"}
    answer = client.post(f"/cases/{case.number}/actions/comment/", typed)
    assert answer.status_code == 412
    rows = re.findall(r'<th scope="row">([^<]+)</th><td>(.*?)</td><td><ins>([^<]*)</ins>', answer.content.decode())
    assert ("流量核查 · 期限", "<del>11-10 18:00</del>", "11-20 18:00") in rows, rows


def test_who_reads_a_part_of_the_case_is_told_no_more_than_that(log_in: LogIn) -> None:
    case, telecom = story.dispatched(), find_actor("telecom-handler1")
    own = story.do("telecom-handler1", "report_subscriber", case, result="identified", subject="sole_trader")
    other = story.do("cac-handler1", "report_traffic", case, result="confirmed", pools="2", connections="41260")
    read = reading(telecom, case.case_id)
    assert read is not None
    assert not read.whole
    row = {"id": case.case_id, "version": other.version}
    [whole] = told_since(find_actor("drc-handler1"), row, own.version, clock.now())
    assert whole["changes"]
    assert told_since(telecom, row, own.version, clock.now()) == []
    # The own act in the part that it reads is told; what it changed is not, here as on the page of the case.
    [part] = told_since(telecom, row, case.version, clock.now())
    assert (part["who"], part["changes"]) == ("许昊", [])
    client = log_in("telecom-handler1")
    assert client.get(f"/cases/{case.number}/receipts/{own.version}/").status_code == 200
    # Not that of the event before it, either, which this person does read.
    assert client.get(f"/cases/{case.number}/receipts/{other.version}/").status_code == 404


def test_what_waits_for_another_person_is_not_offered_as_the_next_task(log_in: LogIn) -> None:
    world = World()
    case = cut(world)
    clock.set_clock(world.later(minutes=5), frozen=True)
    row = Case.objects.get(pk=case)
    seq = Event.objects.filter(action="execute_suspension", stream=f"case/{case}").latest("id").seq
    page = log_in("grid-crew1").get(f"/cases/{row.number}/receipts/{seq}/")
    assert "请第二人确认" in text(page)
    assert "办理下一件" not in text(page), "the only task left is the other person's"
    handler = log_in("grid-crew2").get(f"/cases/{row.number}/receipts/{seq}/")
    assert "办理下一件" in text(handler)
    assert "请第二人确认" not in text(handler), "it was not this person's act"

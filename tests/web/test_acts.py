"""The check-and-confirm page: one way in, the same sentences as the engine, nothing typed is lost."""

from __future__ import annotations

import html
import re
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from agencies.actors import find_actor, system_actor
from agencies.models import Agency, User
from agencies.services import grant_role
from audit import clock
from cases.models import Case
from cases.web.forms import summary
from cases.workflow.deciding.available import available_actions
from cases.workflow.engine import Result
from cases.workflow.forms.build import longtext, moment, rows
from tests.rules.papers import approved
from tests.web import story
from tests.web.conftest import LogIn


def version(case: Result) -> int:
    return Case.objects.values_list("version", flat=True).get(pk=case.case_id)


def act(client: Client, case: Result, action: str, **typed: str) -> object:
    form = {"version": str(version(case)), "key": f"{action}-{case.number}", "step": "now", **typed}
    return client.post(f"/cases/{case.number}/actions/{action}/", form)


def text(answer: object) -> str:
    """What a reader sees."""
    body = re.sub(r"<[^>]+>", " ", answer.content.decode())  # type: ignore[attr-defined]
    return re.sub(r"\s+", " ", html.unescape(body))


def test_an_act_is_done_and_said(log_in: LogIn) -> None:
    case = story.opened()
    client = log_in("drc-handler1")
    answer = act(client, case, "dispatch_verification", **{"f.findings": "check_consumption"})
    assert answer["Location"] == f"/cases/{case.number}/"  # type: ignore[index]
    page = client.get(f"/cases/{case.number}/")
    assert f"已办理：下发核查（{case.number}）" in text(page)
    assert "交办 供电公司“用电核查”" in text(page)
    assert Case.objects.get(pk=case.case_id).stage == "verification"


def test_the_same_form_sent_twice_is_done_once(log_in: LogIn) -> None:
    case = story.opened()
    client, before = log_in("drc-handler1"), version(case)
    typed = {"version": str(before), "key": "one-key", "step": "now", "f.comment": "走访邻居"}
    for _ in range(2):
        assert client.post(f"/cases/{case.number}/actions/comment/", typed).status_code == 302
    assert version(case) == before + 1


@pytest.mark.parametrize("key", ["k" * 500, "键", "a\x00b"])
def test_a_form_whose_key_was_tampered_with_is_refused(log_in: LogIn, key: str) -> None:
    case = story.opened()
    typed = {"version": str(version(case)), "key": key, "step": "now", "f.comment": "走访邻居"}
    answer = log_in("drc-handler1").post(f"/cases/{case.number}/actions/comment/", typed)
    assert answer.status_code == 400
    assert "幂等键（Idempotency-Key）应为" in text(answer)


def test_the_supervision_chooses_whose_work_it_urges(log_in: LogIn) -> None:
    case = story.dispatched()
    client = log_in("sup-supervisor1")
    page = client.get(f"/cases/{case.number}/actions/urge/")
    assert all(f"{kind} {who}" in text(page) for kind, who in (("用电核查", "供电公司"), ("流量核查", "网信办")))
    task = Case.objects.get(pk=case.case_id).tasks.get(kind="check_consumption")
    act(client, case, "urge", **{"f.task": str(task.pk), "f.level": "supervise", "f.demand": "请于三日内反馈"})
    asked = Case.objects.get(pk=case.case_id).tasks.get(kind="answer_urge")
    assert asked.agency_id == task.agency_id


@pytest.mark.parametrize("who", ["drc-handler1", "drc-approver1", "grid-handler1", "grid-crew1", "sup-supervisor1"])
def test_a_greyed_reason_is_the_sentence_of_the_refused_post(log_in: LogIn, who: str) -> None:
    case = story.reported()
    client = log_in(who)
    page = text(client.get(f"/cases/{case.number}/"))
    acts = available_actions(case_id=case.case_id, actor=find_actor(who), now=clock.now())
    refused = [a for a in acts if not a.allowed and a.in_stage and a.refusal]
    assert refused
    for each in refused:
        assert each.refusal is not None
        assert each.refusal.text.zh in page, each.action
        answer = act(client, case, each.action)
        assert answer.status_code == each.refusal.status, each.action  # type: ignore[attr-defined]
        assert each.refusal.text.zh in text(answer), each.action


def test_a_button_stands_for_every_act_that_is_possible_and_no_other(log_in: LogIn) -> None:
    case = story.dispatched()
    for who in ("drc-handler1", "drc-reviewer1", "grid-handler1", "cac-handler1", "sup-supervisor1"):
        page = log_in(who).get(f"/cases/{case.number}/").content.decode()
        shown = set(re.findall(r'<a class="btn[^>]*data-action="([a-z_]+)"', page))
        acts = available_actions(case_id=case.case_id, actor=find_actor(who), now=clock.now())
        assert shown == {a.action for a in acts if a.allowed}, who


def test_a_stale_form_keeps_what_was_typed_and_says_who_came_before(log_in: LogIn) -> None:
    case = story.dispatched()
    client, seen = log_in("grid-handler1"), version(case)
    story.do("telecom-handler1", "report_subscriber", case, result="identified", subject="sole_trader")
    typed = {"version": str(seen), "key": "k", "step": "now", "f.result": "abnormal", "f.note": "计量箱已加封"}
    typed |= {"f.user_class": "ordinary", "f.price_class": "commercial", "f.serves_residents": "false"}
    typed |= {"f.theft": "false", "f.monthly_kwh": "35000", "f.capacity_kva": "250"}
    answer = client.post(f"/cases/{case.number}/actions/report_consumption/", typed)
    assert answer.status_code == 412
    page = answer.content.decode()
    assert "计量箱已加封" in page
    assert re.search(r'value="abnormal" checked', page)
    assert "反馈溯源结果（许昊）" in text(answer)
    again = {name: re.search(rf'name="{name}" value="([^"]*)"', page).group(1) for name in ("version", "key")}  # type: ignore[union-attr]
    assert again["version"] == str(version(case))
    assert client.post(f"/cases/{case.number}/actions/report_consumption/", typed | again).status_code == 302


def test_a_second_tab_shows_what_was_typed_although_the_act_is_over(log_in: LogIn) -> None:
    case = story.opened()
    client, seen = log_in("drc-handler1"), version(case)
    act(client, case, "dispatch_verification", **{"f.findings": "check_consumption"})
    late = {"version": str(seen), "key": "late", "f.findings": "trace_subscriber", "f.request": "第一行\n第二行 <b>"}
    answer = act(client, case, "dispatch_verification", **late)
    assert answer.status_code == 412  # type: ignore[attr-defined]
    said, page = text(answer), answer.content.decode()  # type: ignore[attr-defined]
    assert "你打开这一页以后，这件案件已有变更，你的内容没有提交 已变更：下发核查（李明远）" in said
    assert "你的填写没有提交，也不能在这一页再提交" in said
    assert "由他人更新" not in said, "it was the same person in another tab"
    assert "后再提交" not in said
    assert "你的填写已保留在下方" not in said
    kept = re.search(r'<dl class="dl check">.*?</dl>', page, re.DOTALL)
    assert kept
    assert "溯源核查" in kept[0]
    assert "第一行<br>第二行 &lt;b&gt;" in kept[0]
    assert "<textarea" not in page
    assert 'name="key"' not in page


def test_what_was_typed_is_shown_too_where_the_version_is_the_present_one(log_in: LogIn) -> None:
    case = story.dispatched()
    answer = act(log_in("drc-handler1"), case, "dispatch_verification", **{"f.request": "写了很久的说明"})
    assert answer.status_code in (403, 409)  # type: ignore[attr-defined]
    assert "写了很久的说明" in text(answer)
    assert "下面的内容没有提交" in text(answer)
    page = f"/cases/{case.number}/actions/dispatch_verification/"
    assert "写了很久的说明" in text(log_in("drc-handler1").get(page)), "it is a draft now"
    shown = log_in("drc-handler2").get(page)
    assert "下面的内容" not in text(shown), "nothing was typed by whoever only opens the page"


def test_a_stale_form_that_is_still_open_says_that_it_is_kept(log_in: LogIn) -> None:
    case = story.opened()
    seen = version(case)
    story.do("drc-handler2", "comment", case, comment="先到一步")
    answer = act(log_in("drc-handler1"), case, "comment", version=str(seen), **{"f.comment": "走访邻居"})
    assert answer.status_code == 412  # type: ignore[attr-defined]
    assert re.search(r"\S+ \d\d:\d\d 修改了这件案件，你的内容还没有提交", text(answer))
    assert "你的填写已保留在下方，请核对后重新提交。" in text(answer)
    assert ">走访邻居</textarea>" in answer.content.decode()  # type: ignore[attr-defined]


def test_a_form_sent_again_with_other_content_can_still_be_submitted(log_in: LogIn) -> None:
    """The browser's back button after a submission: the key is used, but the page knows a way on."""
    case = story.opened()
    client, address = log_in("drc-handler1"), f"/cases/{case.number}/actions/comment/"
    typed = {"version": str(version(case)), "key": "one-key", "step": "now", "f.comment": "走访邻居"}
    assert client.post(address, typed).status_code == 302
    again = client.post(address, {**typed, "f.comment": "走访邻居和物业"})
    assert again.status_code == 409
    assert "这一页先前已提交办理过，这次改动的内容尚未提交" in text(again)
    assert "备注（李明远）" in text(again)
    assert "幂等" not in text(again)
    page = again.content.decode()
    fresh = {name: re.search(rf'name="{name}" value="([^"]*)"', page).group(1) for name in ("version", "key")}  # type: ignore[union-attr]
    assert client.post(address, {**typed, **fresh, "f.comment": "走访邻居和物业"}).status_code == 302


def test_a_file_that_cannot_be_taken_loses_none_of_the_others(log_in: LogIn) -> None:
    case = story.opened()
    files = [SimpleUploadedFile("笔录.txt", b"text"), SimpleUploadedFile("假.png", b"no picture")]
    answer = act(log_in("drc-handler1"), case, "attach_document", **{"f.attachments": files})  # type: ignore[arg-type]
    assert answer.status_code == 400  # type: ignore[attr-defined]
    assert "“假.png”的内容与扩展名不符" in text(answer)
    picked = re.findall(r'<div class="picked">.*?</div>', answer.content.decode(), re.DOTALL)  # type: ignore[attr-defined]
    assert len(picked) == 1
    assert "笔录.txt" in picked[0]


def test_a_refusal_names_fields_and_never_codes(log_in: LogIn) -> None:
    case = story.reported()
    typed = {
        "f.finding": "self_operated", "f.subject": "sole_trader", "f.disposals": "suspension",
        "f.ground": "G6_illegal_enterprise",
    }  # fmt: skip
    answer = act(log_in("drc-handler1"), case, "propose_determination", **typed)
    assert answer.status_code == 409  # type: ignore[attr-defined]
    note = re.search(r'<div class="note bad.*?</div>', answer.content.decode(), re.DOTALL)  # type: ignore[attr-defined]
    assert note
    assert "1283号文第十二条只适用于企业" in note[0]
    assert '<a href="#i-f-subject">主体</a>' in note[0]
    assert not re.search(r"[a-z]{3}", re.sub(r"<[^>]+>", "", note[0]))


def test_what_a_form_can_offer_is_chosen_and_not_typed(log_in: LogIn) -> None:
    case = story.reported()
    page = log_in("drc-handler1").get(f"/cases/{case.number}/actions/propose_transfer/").content.decode()
    offered = re.search(r'<select[^>]*name="f.to_region".*?</select>', page, re.DOTALL)
    assert offered
    assert "江苏省南京市玄武区" in offered[0]
    assert "徐州" not in offered[0]


def test_the_price_documents_on_record_are_offered_and_another_may_be_typed(log_in: LogIn) -> None:
    approved(effective_from=date(2026, 10, 1))
    approved(body={"number": "苏发改价格发〔2026〕99号"}, effective_from=date(2030, 1, 1))
    case = story.reported()
    story.do(
        "drc-handler1", "propose_determination", case, finding="self_operated", subject="sole_trader",
        disposals=["surcharge"], proven_from="2026-10-01",
    )  # fmt: skip
    story.do("drc-reviewer1", "decide_determination", case, decision="approve")
    client = log_in("drc-handler1")
    typed = {"step": "edit", "f.local_document": "苏发改价格发〔2026〕77号"}
    page = act(client, case, "propose_surcharge", **typed).content.decode()
    line = re.search(r'<input[^>]*name="f.local_document"[^>]*list="([^"]+)"', page)
    assert line
    assert 'value="苏发改价格发〔2026〕77号"' in line[0]
    offered = re.search(rf'<datalist id="{line[1]}">(.*?)</datalist>', page, re.DOTALL)
    assert offered
    assert re.findall(r'value="([^"]+)"', offered[1]) == ["苏发改价格发〔2026〕88号"]
    # Without a list of the browser's own the same line is there to be read.
    assert "苏发改价格发〔2026〕88号：0.5 元/kWh，2026-10-01 起施行，不适用于个人" in page.split("</datalist>")[1]


def test_the_bills_of_four_ways_stand_on_the_page_that_asks_whether_they_were_seen(log_in: LogIn) -> None:
    case = story.reported()
    story.do(
        "drc-handler1", "propose_determination", case, finding="self_operated", subject="sole_trader",
        disposals=["surcharge"], proven_from="2021-10-01",
    )  # fmt: skip
    story.do("drc-reviewer1", "decide_determination", case, decision="approve")
    typed = {"step": "edit", "f.monthly_kwh": "35000", "f.price_class": "tiered", "f.rate": "0.30"}
    answer = act(log_in("drc-handler1"), case, "propose_surcharge", **typed)
    # 35,000 kWh in the third tier and as general commercial: the figures of the city's own example.
    for figure in ("电费测算", "28,990.50", "23,324.00", "-5,666.50"):
        assert figure in text(answer)
    assert Case.objects.get(pk=case.case_id).stage == "penalty_tariff"


def test_an_act_names_the_version_it_rests_on(log_in: LogIn) -> None:
    case = story.opened()
    answer = act(log_in("drc-handler1"), case, "comment", version="", **{"f.comment": "走访邻居"})
    assert answer.status_code == 428  # type: ignore[attr-defined]


def test_errors_are_listed_on_top_and_lead_to_their_fields(log_in: LogIn) -> None:
    case = story.dispatched()
    typed = {"f.result": "running", "f.officers[0].officer": "李明远", "f.devices": "许多"}
    answer = act(log_in("drc-handler1"), case, "record_inspection", **typed)
    assert answer.status_code == 400  # type: ignore[attr-defined]
    page = answer.content.decode()  # type: ignore[attr-defined]
    for anchor in ("i-f-inspected_at", "i-f-officers-0-staff_no", "i-f-devices"):
        assert f'href="#{anchor}"' in page
        assert f'id="{anchor}"' in page
    assert 'value="许多"' in page
    assert 'value="李明远"' in page


def test_a_row_can_be_added_without_losing_the_others(log_in: LogIn) -> None:
    case = story.dispatched()
    typed = {"step": "row:f.officers", "f.officers[0].staff_no": "XZ320001"}
    answer = act(log_in("drc-handler1"), case, "record_inspection", **typed)
    page = answer.content.decode()  # type: ignore[attr-defined]
    assert 'value="XZ320001"' in page
    assert 'name="f.officers[1].staff_no"' in page
    assert version(case) == 2


def proposed() -> Result:
    case = story.reported()
    story.do(
        "drc-handler1", "propose_determination", case, finding="self_operated", subject="sole_trader",
        disposals=["continue_monitoring"], monitoring_reason="awaiting_signal", review_on="2027-01-15",
    )  # fmt: skip
    return case


def test_what_cannot_be_undone_is_checked_first(log_in: LogIn) -> None:
    case = proposed()
    client, before = log_in("drc-reviewer1"), version(case)
    check = act(client, case, "decide_determination", step="check", **{"f.decision": "approve"})
    assert check.status_code == 200  # type: ignore[attr-defined]
    assert "核对：审核认定意见" in text(check)
    assert "审核结果 同意" in text(check)
    assert "进入 监测名单" in text(check)
    assert version(case) == before
    edit = act(client, case, "decide_determination", step="edit", **{"f.decision": "approve"})
    assert re.search(r'value="approve" checked', edit.content.decode())  # type: ignore[attr-defined]
    done = act(client, case, "decide_determination", step="confirm", **{"f.decision": "approve"})
    assert done.status_code == 302  # type: ignore[attr-defined]
    assert Case.objects.get(pk=case.case_id).stage == "monitoring"


def test_the_check_page_shows_times_as_people_write_them() -> None:
    fields = [moment("cut_at", "停电时间", "Cut at"), rows("tries", "送达尝试", "Tries", (moment("at", "时间", "At"),))]
    typed = {"cut_at": "2021-12-10T10:40", "tries": [{"at": "2021-12-09T08:05"}]}
    assert [row["lines"] for row in summary(fields, typed, {}, {})] == [["2021-12-10 10:40"], ["时间 2021-12-09 08:05"]]
    for none in ("昨天T下午", "0001-01-01T00:00+14:00"):
        assert summary(fields, {"cut_at": none}, {}, {})[0]["lines"] == [none]
    note = [longtext("note", "说明", "Note")]
    assert summary(note, {"note": "第一行\r\n第二行"}, {}, {})[0]["lines"] == ["第一行", "第二行"]


def test_a_one_way_act_is_not_done_from_the_first_page(log_in: LogIn) -> None:
    case = proposed()
    page = log_in("drc-reviewer1").get(f"/cases/{case.number}/actions/decide_determination/").content.decode()
    assert 'value="check"' in page
    assert 'value="now"' not in page
    skipped = act(log_in("drc-reviewer1"), case, "decide_determination", step="now", **{"f.decision": "approve"})
    assert "核对：审核认定意见" in text(skipped)
    assert Case.objects.get(pk=case.case_id).stage == "verification"


def test_nobody_decides_what_they_proposed(log_in: LogIn) -> None:
    grant_role(
        actor=system_actor(),
        user=User.objects.get(username="drc-handler1"),
        agency=Agency.objects.get(code="320300-drc"),
        role="reviewer",
        now=clock.now(),
    )
    case = proposed()
    client, sentence = log_in("drc-handler1"), "本案的“提出认定意见”是你办理的，“审核认定意见”须由另一人办理。"
    assert sentence in text(client.get(f"/cases/{case.number}/"))
    answer = act(client, case, "decide_determination", step="confirm", **{"f.decision": "approve"})
    assert answer.status_code == 403  # type: ignore[attr-defined]
    assert sentence in text(answer)


def test_a_stranger_finds_nothing(log_in: LogIn) -> None:
    case = story.reported()
    for address in (f"/cases/{case.number}/", f"/cases/{case.number}/actions/comment/", "/cases/XZ26-9999/"):
        answer = log_in("nj-drc-handler1").get(address)
        assert answer.status_code == 404, address
        assert "没有这件案件或这一页，或你所在机构不参与办理" in text(answer)
    assert act(log_in("nj-drc-handler1"), case, "comment").status_code == 404  # type: ignore[attr-defined]


def test_an_unknown_act_is_not_found(log_in: LogIn) -> None:
    case = story.opened()
    assert log_in("drc-handler1").get(f"/cases/{case.number}/actions/abolish/").status_code == 404
    assert log_in("drc-handler1").get(f"/cases/{case.number}/actions/open_case/").status_code == 404


def test_every_form_of_the_table_can_be_drawn(log_in: LogIn) -> None:
    """Whatever the inputs of an act are, its page shows them, in both languages."""
    from cases.web import forms
    from cases.workflow.transitions import TRANSITIONS

    for row in TRANSITIONS.values():
        drawn = forms.draw(row.inputs, {}, options={})
        assert [item.name for item in drawn] == [f"f.{field.name}" for field in row.inputs]


def test_the_bill_simulation_is_seen_before_a_surcharge_is_planned(log_in: LogIn) -> None:
    case = story.reported()
    measure = {"finding": "self_operated", "subject": "sole_trader", "proven_from": "2026-10-01"}
    story.do("drc-handler1", "propose_determination", case, disposals=["surcharge"], **measure)
    story.do("drc-reviewer1", "decide_determination", case, decision="approve")
    typed = {"f.rate": "0.30", "f.starts_on": "2026-10-01", "f.monthly_kwh": "35000", "f.price_class": "commercial"}
    client = log_in("drc-handler1")
    unseen = act(client, case, "propose_surcharge", **typed, **{"f.simulation_seen": "false"})
    assert "一般工商业每月23324.00元；一般工商业加价0.30元每月33824.00元" in text(unseen)
    shown = act(client, case, "propose_surcharge", **typed, **{"f.simulation_seen": "true"})
    assert "居民阶梯电价：每月 28,990.50 元" in text(shown)
    assert "一般工商业加价 0.30 元：每月 33,824.00 元" in text(shown)
    assert Case.objects.get(pk=case.case_id).facts.get("surcharge") is None, "nothing is planned before the check"
    act(client, case, "propose_surcharge", step="confirm", **typed, **{"f.simulation_seen": "true"})
    signer = log_in("drc-approver1")
    page = text(signer.get(f"/cases/{case.number}/actions/issue_surcharge_list/"))
    assert "一般工商业加价 0.30 元：每月 33,824.00 元" in page

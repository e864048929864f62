"""The ledger on its pages: level, due date, 清零率 and delta; a list is withdrawn from its page by those who may."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from agencies.actors import find_actor
from audit import clock
from cases.models import Case, ListBatch
from tests.days import today
from tests.intake.ledgers import batch, bring, cases, site, telecom
from tests.web.conftest import LogIn
from tests.web.steps import imported
from tests.workflow.world import World


def row_of(page: str, name: str) -> str:
    found = re.search(rf'<tr data-batch="{batch(name).id}">(.*?)</tr>', page, re.DOTALL)
    assert found, name
    return found[1]


def names(page: str) -> list[str]:
    return re.findall(r'<tr data-batch="[^"]+"><td><a href="[^"]+">([^<]+)</a>', page)


def test_what_is_stated_at_the_upload_stands_in_the_ledger(log_in: LogIn) -> None:
    client = log_in("drc-handler1")
    day = today(9).isoformat()
    form = {"kind": "telecom", "batch": "十二月", "agency": "320300-telecom", "level": "priority", "due": day}
    file = SimpleUploadedFile("名单.csv", telecom(site(1)))
    address = imported(client, {**form, "issuer": "江苏省发展改革委", "file": file})
    found = ListBatch.objects.get()
    assert (found.level, found.issuer, found.due_rule) == ("priority", "江苏省发展改革委", "stated")
    page = client.get(address).content.decode()
    assert all(word in page for word in ("江苏省发展改革委", "重点", "名单写明", "清零率", "较上一批"))
    row = row_of(client.get("/imports/").content.decode(), "十二月")
    assert "江苏省发展改革委" in row
    assert "重点" in row
    assert "0.0%" in row


def test_a_statement_that_cannot_be_read_is_answered_at_its_field(log_in: LogIn) -> None:
    client = log_in("drc-handler1")
    form = {"kind": "telecom", "batch": "一批", "agency": "320300-telecom", "due": "2001-01-01", "issuer": "省委"}
    answer = client.post("/imports/", {**form, "file": SimpleUploadedFile("名单.csv", telecom(site(1)))})
    page = answer.content.decode()
    assert answer.status_code == 400
    assert '<a href="#due">反馈期限应在' in page
    assert 'value="省委"' in page, "what was typed stays"


def test_overdue_lists_are_marked_and_found(log_in: LogIn) -> None:
    bring(telecom(site(1)), "超期", level="priority", actor=find_actor("telecom-handler1"))
    bring(telecom(site(2)), "全量", actor=find_actor("telecom-handler1"))
    clock.set_clock(clock.now() + timedelta(days=13))
    client = log_in("telecom-handler1")
    page = client.get("/imports/").content.decode()
    assert "超期" in row_of(page, "超期").replace(">超期<", "")
    assert names(client.get("/imports/?overdue=true").content.decode()) == ["超期"]
    assert names(client.get("/imports/?overdue=false").content.decode()) == ["全量"]
    assert names(client.get("/imports/?level=priority").content.decode()) == ["超期"]
    assert names(client.get("/imports/?order=due").content.decode()) == ["超期", "全量"]
    assert "有条件无法识别" in client.get("/imports/?overdue=maybe").content.decode()


def test_the_figures_of_a_batch_stand_on_its_page_in_both_languages(log_in: LogIn) -> None:
    bring(telecom(site(1), site(2)), "一", actor=find_actor("telecom-handler1"))
    bring(telecom(site(2), site(3), site(4)), "二", actor=find_actor("telecom-handler1"))
    client = log_in("telecom-handler1")
    address = f"/imports/{batch('二').id}/"
    page = client.get(address).content.decode()
    assert "点位 3 个，已有结论 0 个，其中办结 0 个" in page
    assert "新增 2 个，仍在 1 个，消失 1 个点位" in page
    assert f'href="/imports/{batch("一").id}/">一</a>' in page
    client.post("/language/", {"language": "en", "next": address})
    page = client.get(address).content.decode()
    assert "3 sites, 0 answered, 0 of them closed" in page
    assert "2 sites new, 1 still there, 1 gone" in page


def test_a_list_is_withdrawn_from_its_page(log_in: LogIn) -> None:
    bring(telecom(site(1)), "误导入")
    client = log_in("telecom-handler1")
    address = f"/imports/{batch('误导入').id}/"
    assert "撤回批次" in client.get(address).content.decode()
    assert client.get(f"{address}withdraw/").status_code == 200
    assert client.post(f"{address}withdraw/", {"reason": ""}).status_code == 400
    assert batch("误导入").state == "done"
    answer = client.post(f"{address}withdraw/", {"reason": "wrong_file"}, follow=True)
    page = answer.content.decode()
    assert "该批次已撤回" in page
    assert "选错文件" in page
    assert f"{address}withdraw/" not in page
    assert ">已撤回<" in client.get("/imports/").content.decode()
    number = Case.objects.get().number
    bring(telecom(site(2)), "误导入")  # the name is free again
    page = log_in("drc-handler1").get(f"/cases/{number}/").content.decode()
    assert re.search(rf'<a href="{address}">误导入</a> <span class="tagx warn">已撤回</span>', page)
    trail = log_in("sup-supervisor1").get("/audit/?action=import_withdrawn").content.decode()
    assert "撤回名单" in trail


def test_a_refusal_stands_above_the_form(log_in: LogIn) -> None:
    bring(telecom(site(1)), "名单")
    number = cases("名单")[0]
    World(now="2027-01-04 10:00").act(str(Case.objects.get().pk), "drc-handler1", "accept_task")
    answer = log_in("drc-handler1").post(f"/imports/{batch('名单').id}/withdraw/", {"reason": "trial"})
    assert answer.status_code == 409
    assert number in answer.content.decode()
    assert batch("名单").state == "done"


@pytest.mark.parametrize(
    ("username", "shown", "status"),
    [
        ("telecom-reviewer1", True, 403),
        ("sup-supervisor1", True, 403),
        ("drc-reviewer1", True, 403),
        ("grid-handler1", False, 404),
    ],
)
def test_who_may_not_withdraw_is_offered_no_button(log_in: LogIn, username: str, shown: bool, status: int) -> None:
    bring(telecom(site(1)), "名单")
    address = f"/imports/{batch('名单').id}/"
    client = log_in(username)
    answer = client.get(address)
    assert (answer.status_code == 200) is shown
    assert f"{address}withdraw/" not in answer.content.decode()
    assert client.get(f"{address}withdraw/").status_code == status
    assert client.post(f"{address}withdraw/", {"reason": "trial"}).status_code == status
    assert batch("名单").state == "done"


def test_two_people_exclude_together_what_only_a_withdrawn_list_had_opened(log_in: LogIn) -> None:
    bring(telecom(site(1), site(2), site(3)), "误导入")
    opened = cases("误导入")
    taken = opened[2]
    bring(telecom(site(2, day=2)), "另一份")
    handler, reviewer = log_in("drc-handler1"), log_in("drc-reviewer1")
    address = f"/imports/{batch('误导入').id}/"
    handler.post(f"{address}withdraw/", {"reason": "wrong_file"})
    World(now="2027-01-04 10:00").act(
        str(Case.objects.get(number=taken).pk), "drc-handler2", "dispatch_verification", findings=["inspect_site"]
    )
    page = handler.get(address).content.decode()
    assert "尚在监测名单的 1 件，其中已提出排除 0 件" in page
    assert "审核同意排除" not in page
    assert "提出排除</button>" not in log_in("telecom-handler1").get(address).content.decode()
    page = reviewer.post(f"{address}exclusions/", {"step": "propose"}, follow=True).content.decode()
    assert "1 件未办理" in page, "a reviewer proposes nothing"
    page = handler.post(f"{address}exclusions/", {"step": "propose"}, follow=True).content.decode()
    assert "已提出排除 1 件" in page
    page = handler.post(f"{address}exclusions/", {"step": "decide"}, follow=True).content.decode()
    assert "1 件未办理" in page, "who proposed does not decide"
    assert "审核同意排除" in reviewer.get(address).content.decode()
    page = reviewer.post(f"{address}exclusions/", {"step": "decide"}, follow=True).content.decode()
    assert "已审核同意排除 1 件" in page
    stages = dict(Case.objects.values_list("number", "stage"))
    assert [stages[number] for number in opened] == ["closed", "monitoring", "verification"]
    assert handler.post(f"{address}exclusions/", {"step": "all"}).status_code == 400
    assert handler.get(f"{address}exclusions/").status_code == 405


def test_nothing_is_excluded_by_way_of_a_list_that_stands_or_is_not_ones_own(log_in: LogIn) -> None:
    bring(telecom(site(1)), "名单")
    address = f"/imports/{batch('名单').id}/exclusions/"
    for username, status in (("drc-handler1", 302), ("grid-handler1", 404)):
        assert log_in(username).post(address, {"step": "propose"}).status_code == status
    assert World().open_tasks(str(Case.objects.get().pk)) == ["triage"]

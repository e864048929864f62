"""Acts on many cases as a browser without JavaScript sends them: from a list to the preview and the rows."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from agencies.actors import find_actor
from audit.models import Event
from cases.models.bulk import BulkRun
from cases.web.views.bulk import runs
from tests.web import story
from tests.web.conftest import LogIn


def hidden(page: str) -> dict[str, str]:
    """The hidden fields of the bar above the list."""
    form = re.search(r'<form class="bulk".*?</form>', page, re.DOTALL)
    assert form, page
    found = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', form[0]))
    return {name: value.replace("&amp;", "&") for name, value in found.items()}


def ticked(page: str, name: str) -> list[str]:
    return re.findall(rf'<input[^>]*name="{name}" value="([^"]+)"[^>]*data-select', page)


def begun(client: Client, address: str, act: str, name: str, **more: object) -> str:
    page = client.get(address).content.decode()
    answer = client.post("/bulk/", {**hidden(page), "act": act, name: ticked(page, name), "scope": "ticked", **more})
    assert answer.status_code == 302, answer.content.decode()
    return str(answer["Location"])


def confirmed(client: Client, run: str) -> str:
    assert client.post(run, {"step": "confirm"}).status_code == 302
    return client.get(run).content.decode()


def test_from_the_list_of_tasks_to_a_result_for_each_row(log_in: LogIn) -> None:
    cases = [story.dispatched(title=f"{n} 号仓") for n in range(3)]
    client = log_in("telecom-handler1")
    run = begun(client, "/tasks/", "accept_task", "task")
    preview = client.get(run).content.decode()
    assert "确认签收（3 件）" in preview
    assert not Event.objects.filter(action="accept_task").exists(), "nothing is done before the confirmation"
    story.do("grid-handler1", "accept_task", cases[0])
    result = confirmed(client, run)
    assert result.count('data-fate="done"') == 3  # two rows and the tally
    assert "预览后案件有变更，未办理" in result
    assert client.post(run, {"step": "confirm"}).status_code == 302, "a second confirmation finds the result"
    telecom = find_actor("telecom-handler1").user_id
    assert Event.objects.filter(action="accept_task", actor_id=telecom).count() == 2


def test_the_preview_names_what_does_not_apply_and_why(log_in: LogIn) -> None:
    story.dispatched(title="甲仓")
    accepted = story.dispatched(title="乙仓")
    client = log_in("telecom-handler1")
    page = client.get("/tasks/").content.decode()
    tasks = ticked(page, "task")
    story.do("telecom-handler1", "accept_task", accepted)
    answer = client.post("/bulk/", {**hidden(page), "act": "accept_task", "task": tasks, "scope": "ticked"})
    preview = client.get(answer["Location"]).content.decode()
    assert "确认签收（1 件）" in preview
    assert "无须再次签收" in preview


def test_what_is_typed_for_all_survives_a_refusal(log_in: LogIn) -> None:
    story.dispatched(title="甲仓")
    client = log_in("telecom-handler1")
    run = begun(client, "/tasks/", "return_task", "task")
    wrong = client.post(run, {"step": "preview", "f.reason_code": "", "f.reason": "不属本局线路"})
    assert wrong.status_code == 400
    assert "不属本局线路</textarea>" in wrong.content.decode()
    assert "请选择退回原因" in wrong.content.decode()
    code = re.search(r'name="f.reason_code" value="([^"]+)"', wrong.content.decode()) or re.search(
        r'<select[^>]*name="f.reason_code".*?<option value="([^"]+)"', wrong.content.decode(), re.DOTALL
    )
    assert code
    right = {"step": "preview", "f.reason_code": code[1], "f.reason": "不属本局线路"}
    assert client.post(run, right).status_code == 302
    assert "不属本局线路" in client.get(run).content.decode()
    assert client.post(run, {"step": "edit"}).status_code == 302
    assert "不属本局线路</textarea>" in client.get(run).content.decode()


def test_all_of_a_result_is_what_its_filter_finds(log_in: LogIn) -> None:
    for n in range(2):
        story.dispatched(title=f"{n} 号仓")
    story.opened(title="只立案")
    client = log_in("drc-handler1")
    page = client.get("/tasks/?kind=inspect_site").content.decode()
    answer = client.post("/bulk/", {**hidden(page), "act": "accept_task", "scope": "all"})
    assert "确认签收（2 件）" in client.get(answer["Location"]).content.decode()
    assert BulkRun.objects.get().conditions == {"kind": "inspect_site"}


def test_the_same_form_sent_twice_is_one_run_and_a_changed_one_is_another(log_in: LogIn) -> None:
    story.dispatched(title="甲仓")
    story.dispatched(title="乙仓")
    client = log_in("telecom-handler1")
    page = client.get("/tasks/").content.decode()
    sent = {**hidden(page), "act": "accept_task", "task": ticked(page, "task"), "scope": "ticked"}
    first, again = (client.post("/bulk/", sent)["Location"] for _ in range(2))
    assert first == again
    assert client.post("/bulk/", {**sent, "task": ticked(page, "task")[:1]})["Location"] != first


def test_long_ones_go_to_a_worker_and_the_page_says_how_far_they_are(
    log_in: LogIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    story.dispatched(title="甲仓")
    monkeypatch.setattr(runs, "AT_ONCE", 0)
    rung: list[object] = []
    monkeypatch.setattr(runs.steps, "ring", rung.append)
    client = log_in("telecom-handler1")
    run = begun(client, "/tasks/", "accept_task", "task")
    page = client.get(run).content.decode()
    assert "正在逐件核对" in page
    assert 'hx-trigger="every 2s"' in page
    assert 'http-equiv="refresh"' in page
    assert len(rung) == 1
    assert client.post(run, {"step": "cancel"}).status_code == 302
    ended = client.get(run).content.decode()
    assert 'hx-trigger="every 2s"' not in ended, "a run that has ended is asked no more"
    assert "未办理" in ended


def test_nobody_else_opens_a_run_or_its_file(log_in: LogIn) -> None:
    story.dispatched(title="甲仓")
    run = begun(log_in("telecom-handler1"), "/tasks/", "accept_task", "task")
    other = log_in("drc-handler1")
    for address in (run, f"{run}rows.csv", f"{run}rows.xlsx"):
        assert other.get(address).status_code == 404
    assert other.post(run, {"step": "confirm"}).status_code == 404


def test_the_rows_are_taken_along_as_a_file_on_record(log_in: LogIn) -> None:
    story.dispatched(title="=1+1 仓")
    client = log_in("telecom-handler1")
    run = begun(client, "/tasks/", "accept_task", "task")
    confirmed(client, run)
    content = client.get(f"{run}rows.csv").content
    assert content.startswith(b"\xef\xbb\xbf")
    assert "'=1+1 仓" in content.decode("utf-8-sig")
    assert "已办理" in content.decode("utf-8-sig")
    assert Event.objects.filter(stream="account/telecom-handler1", action="export_made").count() == 1


def test_nothing_ticked_is_refused_in_words(log_in: LogIn) -> None:
    story.dispatched(title="甲仓")
    client = log_in("telecom-handler1")
    sent = {**hidden(client.get("/tasks/").content.decode()), "act": "accept_task", "scope": "ticked"}
    answer = client.post("/bulk/", sent)
    assert answer.status_code == 400
    assert "没有选中可列入的行" in answer.content.decode()

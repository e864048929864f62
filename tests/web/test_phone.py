"""The crew's five steps as plain pages and forms: the acts that they end in, and what the server alone decides."""

from __future__ import annotations

import html
import re
import uuid
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from agencies.access.standing import PROVEN
from agencies.models import User
from audit import clock
from cases.models import Attachment, Draft, Site, SiteKey
from cases.models.sealing import key_ring
from cases.policy.matching.spots import read_spot, within
from cases.workflow.onsite.steps import ITEMS
from tests.files import photo, taken_picture
from tests.web.conftest import LogIn
from tests.web.test_cut_pages import determined, number
from tests.workflow.world import World

JSON = {"HTTP_ACCEPT": "application/json"}
TYPED = {"f.executed_at": "", "f.reading": "41872.35", "f.seal_no": "TS-2026-00318", "f.photo_reason": "地下室无定位"}


@pytest.fixture
def world(demo_city: None) -> World:
    return World()


@pytest.fixture
def due(world: World) -> tuple[World, str, str]:
    """A case whose cut is due: served four days ago, the clock at ten in the morning."""
    case = world.served(determined(world))
    clock.set_clock(world.later(days=4), frozen=True)
    return world, case, number(world, case)


def page(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, answer.content.decode()[:3000]
    return read(answer)


def read(answer: Any) -> str:
    return html.unescape(re.sub(r"<svg.*?</svg>|<[^>]+>", " ", answer.content.decode(), flags=re.DOTALL))


def fields(client: Client, address: str) -> dict[str, str]:
    """The hidden fields of the form on a page."""
    body = client.get(address).content.decode().partition('id="step"')[2]
    return dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', body))


def send(client: Client, address: str, data: dict[str, Any], **headers: Any) -> Any:
    return client.post(address, {**fields(client, address), **data}, **headers)


def warn(client: Client, at: str) -> dict[str, str]:
    return {"n.given_at": f"{clock.now().astimezone().isoformat()}", "n.method": "in_person"}


def checked(client: Client, no: str, **answers: str) -> Any:
    """The checks answered with yes, the second notice given."""
    lines = {f"f.{item}": answers.get(item, "true") for item in ITEMS}
    return send(client, f"/suspensions/{no}/checks/", {**lines, **warn(client, no), "step": "next"})


def picture(client: Client, no: str, content: bytes, file_id: str, **more: str) -> Any:
    mark = fields(client, f"/suspensions/{no}/photo/")["whose"]
    file = SimpleUploadedFile("现场.jpg", content, "image/jpeg")
    data = {"file": file, "slot": "meter", "whose": mark, **more}
    return client.post(f"/suspensions/{no}/photo/{file_id}/", data, **JSON)


def filled(world: World, client: Client, no: str) -> None:
    """Checks, forty minutes, readings and two pictures; then only the two people are missing."""
    assert checked(client, no).headers["Location"] == f"/suspensions/{no}/photo/"
    clock.set_clock(world.later(minutes=40), frozen=True)
    address = f"/suspensions/{no}/photo/"
    files = {
        f"p.{slot}": SimpleUploadedFile("现场.jpg", photo(slot.encode()), "image/jpeg") for slot in ("meter", "seal")
    }
    typed = {**TYPED, "f.executed_at": f"{world.now.astimezone().isoformat()}", "dead": "1", "step": "next", **files}
    answer = send(client, address, typed)
    assert answer.headers.get("Location") == f"/suspensions/{no}/confirm/", read(answer)[:2000]


def test_the_whole_job_ends_in_the_acts_of_the_engine(due: tuple[World, str, str], log_in: LogIn) -> None:
    world, case, no = due
    first = log_in("grid-crew1")
    task = page(first, f"/suspensions/{no}/")
    for said in (
        "停电通知书已送达",
        "审批齐全",
        "停电前 30 分钟再次通知",
        "未开始",
        "开始安全检查",
        "合同容量 250 kVA",
    ):
        assert said in task
    filled(world, first, no)
    confirm = f"/suspensions/{no}/confirm/"
    shown = page(first, confirm)
    for said in ("41872.35 kWh", "7 / 7 项为“是”", "2 张，均已上传", "TS-2026-00318"):
        assert said in shown
    session = first.session
    session[PROVEN] = 0  # the login is an hour ago
    session.save()
    assert "密码" in page(first, confirm)
    # Without the proof of who it is nothing is done, and a wrong one is counted as such.
    assert send(first, confirm, {"step": "execute"}).status_code == 403
    assert "密码不正确" in read(send(first, confirm, {"step": "execute", "password": "falsch"}))
    assert world.view(case).facts["suspension"]["state"] == "notified"
    answer = send(first, confirm, {"step": "execute", "password": settings.DEMO_PASSWORD})
    assert answer.status_code == 302, read(answer)
    made = world.view(case).facts["suspension"]
    assert (made["state"], made["reading"], made["seal_no"]) == ("executed", "41872.35", "TS-2026-00318")
    assert len(made["photo_check"]) == 2
    assert not Draft.objects.filter(case_id=case).exists()
    # What a queue still holds of it is told so, but for what was taken before.
    late = send(
        first, f"/suspensions/{no}/photo/", {"token": "late-token", "whose": second(first, no)["whose"]}, **JSON
    )
    assert (late.status_code, late.json()["code"]) == (409, "no_open_task")
    whose = {"whose": second(first, no)["whose"], "slot": "meter"}
    for file_id, status in ((made["photo_check"][0]["file"], 200), (str(uuid.uuid4()), 409)):
        file = SimpleUploadedFile("现场.jpg", photo(b"meter"), "image/jpeg")
        again = first.post(f"/suspensions/{no}/photo/{file_id}/", {**whose, "file": file}, **JSON)
        assert (again.status_code, again.json()["taken"]) == (status, status == 200)
    assert not Draft.objects.filter(case_id=case).exists()
    waiting = page(first, confirm)
    code = re.search(r"\b\d{3} \d{3}\b", waiting)
    assert code
    # The operator is no witness, neither by the code nor by the form.
    assert "本人" in read(first.post("/suspensions/code/", {"code": code[0]}))
    sent = {"version": str(world.view(case).version), "key": "of-the-operator", "step": "second"}
    again = first.post(confirm, {**second(first, no), **sent})
    assert again.status_code == 403
    assert "须由另一人办理" in read(again)
    other = log_in("grid-crew2")
    assert other.post("/suspensions/code/", {"code": code[0]}).headers["Location"] == confirm
    seen = page(other, confirm)
    for said in ("操作人填写的内容", "41872.35", "TS-2026-00318", "负荷为零"):
        assert said in seen
    done = send(other, confirm, {**second(other, no), "step": "second"})
    assert done.headers.get("Location") == f"/suspensions/{no}/receipt/", read(done)[:1500]
    assert world.view(case).facts["suspension"]["state"] == "confirmed"
    waits = number(world, world.served(determined(world)))
    receipt = page(other, f"/suspensions/{no}/receipt/")
    assert "下一户（2 / 2）" in receipt
    assert f"/suspensions/{waits}/" in other.get(f"/suspensions/{no}/receipt/").content.decode()
    assert re.search(r"TD-\d{8}-\d{4,}", receipt)
    for said in ("接下来", "登记更正", "尚不能认定零负荷"):
        assert said in receipt


def second(client: Client, no: str) -> dict[str, str]:
    mark = re.search(r'data-whose="([^"]+)"', client.get(f"/suspensions/{no}/").content.decode())
    assert mark
    at = clock.now().astimezone().isoformat()
    return {"f.load_is_zero": "true", "f.reading": "41872.35", "f.confirmed_at": at, "whose": mark[1]}


def test_one_no_leads_to_the_statement_and_never_to_a_cut(due: tuple[World, str, str], log_in: LogIn) -> None:
    world, case, no = due
    client = log_in("grid-crew1")
    answer = checked(client, no, no_fire_pump="false")
    statement = f"/suspensions/{no}/statement/"
    assert answer.headers["Location"] == statement
    body = client.get(statement).content.decode()
    assert re.search(r'value="no_fire_pump" checked', body)
    # Not by going on to the last page either.
    assert send(client, f"/suspensions/{no}/confirm/", {"step": "execute", **second(client, no)}).status_code == 302
    assert world.view(case).facts["suspension"]["state"] == "notified"
    # The reason is asked for, and what was ticked stays.
    refused = send(client, statement, {"f.items": "no_fire_pump", "step": "now"})
    assert refused.status_code == 400
    assert 'value="no_fire_pump" checked' in refused.content.decode()
    done = send(client, statement, {"f.items": "no_fire_pump", "f.reason": "同一回路供有消防泵", "step": "now"})
    assert done.status_code == 302
    view = world.view(case)
    assert (view.stage, view.facts["suspension"]["state"]) == ("verification", "infeasible")
    assert not Draft.objects.filter(case_id=case).exists()


def test_a_notice_of_two_days_ago_is_no_ground_for_a_cut(world: World, log_in: LogIn) -> None:
    case = world.served(determined(world))
    clock.set_clock(world.later(days=2), frozen=True)
    no, client = number(world, case), log_in("grid-crew1")
    assert "未满期限" in page(client, f"/suspensions/{no}/")
    filled(world, client, no)
    confirm = f"/suspensions/{no}/confirm/"
    assert "最早可在" in page(client, confirm)
    answer = send(client, confirm, {"step": "execute", "password": settings.DEMO_PASSWORD})
    assert answer.status_code == 409
    assert "最早可在" in read(answer)
    assert world.view(case).facts["suspension"]["state"] == "notified"


def test_a_step_is_shared_with_the_crew_and_with_nobody_else(due: tuple[World, str, str], log_in: LogIn) -> None:
    _, _, no = due
    checked(log_in("grid-crew1"), no)
    assert "已完成" in page(log_in("grid-crew2"), f"/suspensions/{no}/")
    reader = log_in("drc-handler1")
    assert "已完成" not in page(reader, f"/suspensions/{no}/")
    assert reader.get(f"/suspensions/{no}/checks/").status_code == 403
    page(log_in("nj-drc-handler1"), f"/suspensions/{no}/", 404)


def test_what_is_typed_at_a_desk_goes_to_the_same_draft_and_loses_nothing_of_it(
    due: tuple[World, str, str], log_in: LogIn
) -> None:
    world, case, no = due
    world.final_notice(case)
    clock.set_clock(world.later(minutes=40), frozen=True)
    first, other, one = log_in("grid-crew1"), log_in("grid-crew2"), str(uuid.uuid4())
    checked(first, no)
    assert picture(first, no, photo(b"1"), one).json()["taken"]
    desk = f"/cases/{no}/actions/execute_suspension/"
    # At a desk the page keeps by itself what is typed: over the own draft, and over that of a colleague of the crew,
    # which is not theirs to throw away.
    said = page(first, desk)
    assert "保存，尚未办理" in said and "放弃草稿" in said
    assert first.post(f"{desk}draft/", {"f.seal_no": "TS-1"}).json()["said"]
    said = page(other, desk)
    assert f"由 {User.objects.get(username='grid-crew1').display_name} 保存" in said and "放弃草稿" not in said
    assert other.post(f"{desk}draft/", {"f.reading": "41872.35"}).json()["said"]
    for client in (first, other):
        body = client.get(f"/suspensions/{no}/photo/").content.decode()
        for kept in (f'data-id="{one}"', 'value="TS-1"', 'value="41872.35"'):
            assert kept in body, kept
        assert "已完成" in page(client, f"/suspensions/{no}/"), "the answers stay"
        taken = client.get(desk, {"draft": "1"}).content.decode()
        assert f'value="{one}" checked' in taken and 'value="TS-1"' in taken


def test_a_step_is_taken_once_under_its_id_and_from_its_own_person(due: tuple[World, str, str], log_in: LogIn) -> None:
    _, _, no = due
    client, address = log_in("grid-crew1"), f"/suspensions/{no}/photo/"
    old = fields(client, address)
    typed = {**TYPED, "f.executed_at": "2026-11-07T10:00"}
    assert client.post(address, {**old, **typed, "step": "next"}, **JSON).json()["taken"]
    assert client.post(address, {**fields(client, address), **typed, "f.reading": "7"}, **JSON).json()["taken"]
    # The first one once more, as a queue sends it that never heard the answer: what came after it stays.
    assert client.post(address, {**old, **typed, "step": "next"}, **JSON).json()["taken"]
    assert 'name="f.reading" value="7"' in client.get(address).content.decode()
    other = log_in("grid-crew2").post(address, {**old, **typed, "token": "another-token"}, **JSON)
    assert (other.status_code, other.json()["code"]) == (403, "of_another_person")


def test_the_same_picture_twice_is_one_file(due: tuple[World, str, str], log_in: LogIn) -> None:
    _, case, no = due
    client, one = log_in("grid-crew1"), str(uuid.uuid4())
    before = Attachment.objects.filter(case_id=case).count()
    assert picture(client, no, photo(b"1"), one).json() == {"taken": True, "next": "", "id": one}
    assert picture(client, no, photo(b"1"), one).json()["taken"]
    assert Attachment.objects.filter(case_id=case).count() == before + 1
    assert client.get(f"/suspensions/{no}/photo/").content.decode().count(f'data-id="{one}"') == 1
    # Another content, or another person, under the same id.
    assert picture(client, no, photo(b"2"), one).json()["code"] == "file_refused"
    assert picture(log_in("grid-crew2"), no, photo(b"1"), one).status_code == 400
    assert picture(client, no, b"no picture", str(uuid.uuid4())).json()["code"] == "file_refused"
    assert Attachment.objects.filter(case_id=case).count() == before + 1


def test_the_place_beside_a_picture_is_compared_and_forgotten(due: tuple[World, str, str], log_in: LogIn) -> None:
    _, _, no = due
    one = str(uuid.uuid4())
    told = {"longitude": "117.2839", "latitude": "34.2044"}
    content = taken_picture("2026:11:07 10:00:00")
    assert picture(log_in("grid-crew1"), no, content, one, **told).json()["taken"]
    kept = Attachment.objects.get(pk=one)
    assert kept.near is None  # the case has no site with coordinates: nothing to compare it with
    assert b"117.28" not in bytes(kept.content)
    assert not [name for name, value in Attachment.objects.filter(pk=one).values()[0].items() if "117.2" in str(value)]


def spotted(case: str) -> None:
    """The case has a site whose place is known."""
    place = read_spot("117.2839", "34.2044")
    assert place
    site = Site.objects.create(case_id=case, region_code="320303", located=True, created_at=clock.now())
    value = key_ring().blind("spot", next(iter(within(place, 0, 0))))
    SiteKey.objects.create(site=site, kind="spot", value=value, created_at=clock.now())


def test_a_place_beside_the_picture_counts_where_the_picture_names_none(
    due: tuple[World, str, str], log_in: LogIn
) -> None:
    world, case, no = due
    spotted(case)
    client, content = log_in("grid-crew1"), taken_picture("2026:11:07 10:38:00")
    here, there = {"longitude": "117.2840", "latitude": "34.2044"}, {"longitude": "118.2", "latitude": "34.2"}
    named = taken_picture("2026:11:07 10:38:00", (117.2839, 34.2044))
    sent = [(content + b"1", here), (content + b"2", there), (named, there), (content + b"3", {})]
    ids = []
    for picture_, place in sent:
        ids.append(str(uuid.uuid4()))
        assert picture(client, no, picture_, ids[-1], **place).json()["taken"]
    world.final_notice(case)
    clock.set_clock(world.later(minutes=40), frozen=True)
    world.execute(case, photos=ids)
    found = world.view(case).facts["suspension"]["photo_check"]
    assert [row["place"] for row in found] == ["ok", "off", "ok", "missing"]


def test_what_a_step_lacks_is_named_and_kept(due: tuple[World, str, str], log_in: LogIn) -> None:
    _, _, no = due
    client = log_in("grid-crew1")
    refused = send(client, f"/suspensions/{no}/checks/", {"f.public_safety": "true", "step": "next"})
    assert refused.status_code == 422
    assert "第 2 项：请选“是”或“否”" in read(refused)
    assert "第 3 项" not in read(refused)
    assert 'name="f.public_safety" value="true" checked' in refused.content.decode()
    refused = send(client, f"/suspensions/{no}/photo/", {"f.reading": "12", "step": "next"})
    assert refused.status_code == 422
    for said in ("请填写封印号", "现场照片至少 2 张", "验明无电"):
        assert said in read(refused)
    assert 'name="f.reading" value="12"' in refused.content.decode()
    # A queue is told the same, and what it sent is kept.
    told = send(client, f"/suspensions/{no}/photo/", {"f.reading": "13", "step": "next"}, **JSON).json()
    assert (told["taken"], len(told["errors"])) == (True, 4)


def test_the_worker_keeps_forms_without_a_case(log_in: LogIn) -> None:
    client = log_in("grid-crew1")
    script = client.get("/suspensions/worker.js")
    assert script["Content-Type"] == "text/javascript"
    kept = re.findall(r"/suspensions/shell/\w+/", script.content.decode())
    assert len(set(kept)) == 3
    for address in kept:
        assert "XZ26-" not in page(client, address)
    assert client.get("/suspensions/shell/confirm/").status_code == 404
    assert client.get("/suspensions/hello/").json()["whose"]
    assert Client().get("/suspensions/hello/").status_code == 401
    policy = client.get("/suspensions/shell/photo/")["Permissions-Policy"]
    assert "geolocation=(self)" in policy
    assert "geolocation=()" in client.get("/tasks/")["Permissions-Policy"]


def test_the_tasks_of_a_crew_lead_to_the_steps(due: tuple[World, str, str], log_in: LogIn) -> None:
    _, _, no = due
    assert f'href="/suspensions/{no}/"' in log_in("grid-crew1").get("/tasks/").content.decode()
    assert f'href="/suspensions/{no}/"' not in log_in("grid-reviewer1").get("/tasks/").content.decode()

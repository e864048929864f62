"""A cut on its pages: what the crew proved is before whoever confirms, what has to be looked at stands on top."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from audit.models import Event
from cases.selectors.records.compensation import compensations
from notifications.relay import deliver_all
from tests.files import TELEPHONE, taken_picture
from tests.web.conftest import LogIn
from tests.workflow.world import World

PROPOSAL = {
    "finding": "self_operated",
    "subject": "sole_trader",
    "disposals": ["suspension"],
    "ground": "G5_power_authority",
    "serious_or_refused": True,
}


@pytest.fixture
def world(demo_city: None) -> World:
    return World()


def text(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return html.unescape(re.sub(r"<svg.*?</svg>|<[^>]+>", " ", answer.content.decode(), flags=re.DOTALL))


def determined(world: World) -> str:
    return world.determined(world.verified(world.open()), **PROPOSAL)


def number(world: World, case: str) -> str:
    return world.view(case).number


def cut(world: World, **changes: Any) -> str:
    case = world.served(determined(world))
    world.later(days=4)
    world.final_notice(case)
    world.later(minutes=40)
    world.execute(case, **changes)
    return case


def test_the_second_person_sees_what_the_first_one_entered(world: World, log_in: LogIn) -> None:
    case = cut(world)
    page = text(log_in("grid-crew2"), f"/cases/{number(world, case)}/actions/confirm_suspension/")
    for said in ("实施人填写的内容", "1204.5", "F20261107", "1: 无拍摄时间", "（已说明原因）", "相机未记录时间"):
        assert said in page
    # Others have no page of the meter, and nobody else is shown the crew's words on another act.
    assert "实施人填写的内容" not in text(log_in("grid-crew2"), f"/cases/{number(world, case)}/actions/comment/")


def test_pictures_are_read_by_the_engine_and_their_place_is_kept_nowhere(world: World) -> None:
    case = world.served(determined(world))
    world.later(days=4)
    world.final_notice(case)
    world.later(minutes=40)
    pictures = [
        taken_picture("2026:11:07 10:38:00", (117.2839, 34.2044), mark=b"1"),
        taken_picture("2026:11:06 10:38:00", (117.2839, 34.2044), mark=b"2"),
    ]
    photos = [world.attach(case, "grid-crew1", f"现场{n}.jpg", content) for n, content in enumerate(pictures)]
    photos.append(world.attach(case, "grid-crew1", "手机.heic", TELEPHONE))
    world.execute(case, photos=photos)
    found = world.view(case).facts["suspension"]["photo_check"]
    assert [(row["time"], row["place"]) for row in found] == [
        ("ok", "unchecked"),
        ("off", "unchecked"),
        ("ok", "unchecked"),
    ]
    body = bytes(Event.objects.filter(stream=f"case/{case}").latest("seq").body).decode()
    assert "117.28" not in body
    assert "34.20" not in body


def test_a_load_after_the_cut_is_a_warning_on_the_case_and_its_acts(world: World, log_in: LogIn) -> None:
    case = cut(world)
    world.later(hours=5)
    second = {"confirmed_at": world.iso, "load_is_zero": True, "reading": "1300"}
    world.act(case, "grid-crew2", "confirm_suspension", **second)
    client = log_in("grid-crew2")
    for address in (f"/cases/{number(world, case)}/", f"/cases/{number(world, case)}/actions/comment/"):
        assert "零负荷核对不符" in text(client, address)
    shown = text(client, f"/cases/{number(world, case)}/")
    assert "仍在用电" in shown
    assert "表码 1300，停电后 95.5 千瓦时" in shown
    assert "零负荷核对不符" in text(log_in("drc-handler1"), f"/cases/{number(world, case)}/")


def test_commission_and_grid_company_find_it_in_their_inboxes(world: World, log_in: LogIn) -> None:
    case = cut(world)
    world.later(hours=5)
    second = {"confirmed_at": world.iso, "load_is_zero": True, "reading": "1300"}
    world.act(case, "grid-crew2", "confirm_suspension", **second)
    deliver_all()
    said = f"{number(world, case)} 停电后仍在用电，请到场核实"
    for name in ("drc-handler1", "grid-reviewer1", "grid-crew1"):
        assert said in text(log_in(name), reverse("notifications:inbox"))
    # Not to whoever wrote it down, nor to anybody whose it is not.
    for name in ("grid-crew2", "telecom-handler1"):
        assert said not in text(log_in(name), reverse("notifications:inbox"))


def test_whoever_confirms_the_restoration_sees_what_went_through_the_meter(world: World, log_in: LogIn) -> None:
    case = cut(world)
    second = {"confirmed_at": world.iso, "load_is_zero": True, "reading": "1204.5"}
    world.act(case, "grid-crew2", "confirm_suspension", **second)
    world.act(case, "grid-reviewer1", "order_restoration", reason_code="cause_removed", cause_removed_at=world.iso)
    world.later(hours=5)
    told = {"restored_at": world.iso, "reading": "1300", "reading_reason": "旁路未断开，已记录"}
    world.act(case, "grid-crew1", "restore_supply", **told)
    client = log_in("grid-crew2")
    confirming = text(client, f"/cases/{number(world, case)}/actions/confirm_restoration/")
    for said in ("实施人填写的内容", "1300", "停电后 95.5 千瓦时", "（已说明原因）", "旁路未断开，已记录"):
        assert said in confirming
    shown = text(client, f"/cases/{number(world, case)}/")
    assert "停电后 95.5 千瓦时" in shown
    # The carrier has neither the reading nor the energy.
    assert "95.5" not in text(log_in("telecom-handler1"), f"/cases/{number(world, case)}/")


def test_a_window_that_has_passed_says_that_a_new_notice_is_needed(world: World, log_in: LogIn) -> None:
    case = world.served(determined(world))  # of 3 November; the page is looked at later
    page = text(log_in("grid-crew1"), f"/cases/{number(world, case)}/")
    assert "停电窗口已于" in page
    assert "重新送达通知" in page
    refused = text(log_in("grid-crew1"), f"/cases/{number(world, case)}/actions/execute_suspension/")
    assert "不能办理" in refused


def wrong(world: World) -> str:
    case = cut(world)
    objection = {"received_on": world.iso[:10], "reason_code": "not_mining", "content": "不是挖矿"}
    world.act(case, "grid-handler1", "record_objection", **objection)
    world.act(case, "drc-reviewer1", "decide_objection", decision="upheld", answer="成立")
    world.later(hours=10)
    world.act(case, "grid-crew1", "restore_supply", restored_at=world.iso, reading="1204.5")
    paper = {"attachments": [world.attach(case, "drc-handler1", "请求书.pdf")], "amount": "1200.50"}
    world.act(case, "drc-handler1", "attach_document", paper="compensation_claim", **paper)
    return case


def test_the_register_holds_what_a_wrong_cut_leaves(world: World, log_in: LogIn) -> None:
    case = wrong(world)
    client = log_in("drc-reviewer1")
    page = text(client, "/compensation/")
    for said in (number(world, case), "异议成立", "10.0", "486.11", "1200.50", "已提出请求"):
        assert said in page
    file = client.get("/compensation.csv")
    assert file.status_code == 200
    content = file.content.decode("utf-8-sig")
    assert content.count("\r\n") == 2
    assert "1200.50" in content
    assert "停电赔偿" in text(client, f"/cases/{number(world, case)}/")


def test_the_register_is_at_the_precision_of_its_reader(world: World, log_in: LogIn) -> None:
    case = wrong(world)
    assert number(world, case) not in text(log_in("nj-drc-handler1"), "/compensation/")
    assert [row["number"] for row in compensations(world.person("drc-handler1")).rows] == [number(world, case)]
    # The carrier sees the case, and neither the meter nor the money.
    assert not [r for row in compensations(world.person("telecom-handler1")).rows for r in row["records"] if "kwh" in r]
    auditors = compensations(world.person("sup-supervisor1")).rows
    assert not [r for row in auditors for r in row["records"] if (r.get("claimed") or {}).get("sum") == "1200.50"]

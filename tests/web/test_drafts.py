"""Drafts: kept on every way out that is not the act, offered with what changed meanwhile, gone when the act is done."""

from __future__ import annotations

import re
from datetime import timedelta
from uuid import UUID

import pytest
from django.test import Client

from agencies.actors import find_actor
from agencies.sight import seeing
from audit import clock
from audit.sight import nobody, working_as
from cases import tasks
from cases.models import Draft
from cases.models.sealing import CannotOpen, draft_place, key_ring
from cases.web.whose import mark
from cases.workflow.drafts import services as drafts
from cases.workflow.engine import Result
from tests.wall.conftest import rows
from tests.web import story
from tests.web.conftest import LogIn
from tests.web.test_acts import text, version
from tests.web.test_twice import hidden

REPORT = {"f.result": "abnormal", "f.note": "计量箱已加封，联系人王建国"}


def address(case: Result, action: str = "report_consumption") -> str:
    return f"/cases/{case.number}/actions/{action}/"


def typed(client: Client, case: Result, step: str, **more: str) -> dict[str, str]:
    return hidden(client.get(address(case)).content.decode()) | REPORT | {"step": step, **more}


def test_a_saved_draft_is_offered_filled_in_and_gone_when_the_act_is_done(log_in: LogIn) -> None:
    case = story.dispatched()
    client = log_in("grid-handler1")
    saved = client.post(address(case), typed(client, case, "save"))
    assert saved.status_code == 200
    assert re.search(r"草稿已于 \d\d:\d\d 保存", text(saved))
    assert "计量箱已加封" in saved.content.decode()

    offered = client.get(address(case))
    assert "保存，尚未办理" in text(offered)
    assert "计量箱已加封" not in offered.content.decode(), "offered, not put in unasked"
    page = client.get(address(case), {"draft": "1"}).content.decode()
    assert "计量箱已加封" in page
    assert re.search(r'value="abnormal" checked', page)
    other = log_in("grid-handler2").get(address(case))
    assert "草稿" not in text(other).replace("保存草稿", "")

    whole = {
        "f.user_class": "ordinary", "f.price_class": "commercial", "f.serves_residents": "false", "f.theft": "false",
        "f.monthly_kwh": "35000", "f.capacity_kva": "250",
    }  # fmt: skip
    assert client.post(address(case), typed(client, case, "now", **whole)).status_code == 302
    assert Draft.objects.count() == 0


def test_a_refused_form_is_kept_and_what_changed_since_is_said(log_in: LogIn) -> None:
    case = story.dispatched()
    client = log_in("grid-handler1")
    refused = client.post(address(case), typed(client, case, "now"))
    assert refused.status_code == 400
    assert Draft.objects.get().version == version(case)
    story.do("telecom-handler1", "report_subscriber", case, result="identified", subject="sole_trader")
    page = client.get(address(case), {"draft": "1"})
    assert "保存以后，案件有变更：反馈溯源结果（许昊）" in text(page)
    form = hidden(page.content.decode())
    assert form["version"] == str(version(case)), "who goes on does so from the present version"


def test_a_stale_form_is_kept(log_in: LogIn) -> None:
    case = story.dispatched()
    first, second = log_in("grid-handler1"), log_in("grid-handler2")
    old = typed(second, case, "now")
    story.do("telecom-handler1", "report_subscriber", case, result="identified", subject="sole_trader")
    assert second.post(address(case), old).status_code == 412
    assert "计量箱已加封" in second.get(address(case), {"draft": "1"}).content.decode()
    assert "计量箱已加封" not in first.get(address(case), {"draft": "1"}).content.decode()


def test_what_was_typed_when_the_session_ended_is_a_draft_after_the_login(log_in: LogIn) -> None:
    case = story.dispatched()
    client = log_in("grid-handler1")
    form = typed(client, case, "now", whose=mark(find_actor("grid-handler1").user_id))
    client.cookies.clear()
    door = client.post(address(case), form)
    assert door.status_code == 401
    carried = dict(re.findall(r'name="(typed\.[^"]+)" value="([^"]*)"', door.content.decode()))
    login = {"username": "grid-handler1", "password": "Lianzhi-Demo-2026", "next": address(case)}
    assert client.post("/login/", login | carried).status_code == 200
    assert "计量箱已加封" in client.get(address(case), {"draft": "1"}).content.decode()

    # Another person's text is not made a draft of whoever logs in.
    stranger = Client()
    stranger.post("/login/", login | carried | {"username": "grid-handler2"})
    with seeing(find_actor("grid-handler2")):
        assert drafts.load(find_actor("grid-handler2"), case.case_id, "report_consumption", now=clock.now()) is None


def test_the_page_saves_by_itself_and_nothing_is_kept_of_an_act_that_is_not_ones_own(log_in: LogIn) -> None:
    case = story.dispatched()
    client = log_in("grid-handler1")
    answer = client.post(f"{address(case)}draft/", typed(client, case, "now"))
    assert re.fullmatch(r"草稿已于 \d\d:\d\d 保存", answer.json()["said"])
    assert client.post(f"{address(case)}draft/", {"version": "1"}).json() == {"said": ""}
    assert Draft.objects.count() == 0, "an emptied form leaves none"
    assert log_in("cac-handler1").post(f"{address(case)}draft/", REPORT).json() == {"said": ""}
    assert log_in("nj-drc-handler1").post(f"{address(case)}draft/", REPORT).status_code == 404
    assert log_in("drc-handler1").post("/cases/new/draft/", {"f.title": "新点位"}).json()["said"]
    assert client.get(f"{address(case)}draft/").status_code == 405


def test_what_is_typed_beside_an_offered_draft_does_not_take_its_place(log_in: LogIn) -> None:
    """The page keeps by itself: whoever begins anew without the draft would lose it unasked."""
    case = story.dispatched()
    client = log_in("grid-handler1")
    client.post(address(case), typed(client, case, "save"))
    form = hidden(client.get(address(case)).content.decode())
    assert form["beside"] == "1"
    assert client.post(f"{address(case)}draft/", {**form, "f.monthly_kwh": "35000"}).json()["said"]
    taken = client.get(address(case), {"draft": "1"}).content.decode()
    assert "计量箱已加封" in taken and 'value="35000"' in taken

    # With the draft in the form what is emptied there is gone.
    form = hidden(taken)
    assert "beside" not in form
    assert client.post(f"{address(case)}draft/", {**form, "f.monthly_kwh": "35000"}).json()["said"]
    assert "计量箱已加封" not in client.get(address(case), {"draft": "1"}).content.decode()


def test_a_draft_is_given_up(log_in: LogIn) -> None:
    case = story.dispatched()
    client = log_in("grid-handler1")
    client.post(address(case), typed(client, case, "save"))
    gone = client.post(address(case), {"step": "discard"}, follow=True)
    assert "草稿已放弃" in text(gone)
    assert Draft.objects.count() == 0


def test_a_draft_of_an_act_that_is_over_can_still_be_read(log_in: LogIn) -> None:
    case = story.dispatched()
    client = log_in("grid-handler1")
    client.post(address(case), typed(client, case, "save"))
    story.do(
        "grid-handler2", "report_consumption", case, result="normal", user_class="ordinary", price_class="commercial",
        serves_residents="false", theft="false", monthly_kwh="35000", capacity_kva="250",
    )  # fmt: skip
    page = client.get(address(case))
    assert "计量箱已加封" in text(page)
    assert "<textarea" not in page.content.decode()


def test_nothing_stands_in_clear_at_rest_and_a_moved_ciphertext_does_not_open(demo_city: None) -> None:
    case, actor = story.dispatched(), find_actor("grid-handler1")
    drafts.save(actor, case.case_id, "report_consumption", {"note": "王建国"}, version=1, now=clock.now())
    sealed = bytes(rows("SELECT sealed FROM cases_draft")[0][0])
    assert "王建国".encode() not in sealed
    place = draft_place(actor.user_id, UUID(case.case_id).bytes, "report_consumption")
    assert b"note" in key_ring().open(sealed, place)
    for moved in (
        draft_place(find_actor("grid-handler2").user_id, UUID(case.case_id).bytes, "report_consumption"),
        draft_place(actor.user_id, None, "report_consumption"),
        draft_place(actor.user_id, UUID(case.case_id).bytes, "comment"),
    ):
        with pytest.raises(CannotOpen):
            key_ring().open(sealed, moved)


@pytest.mark.own_sight
def test_the_database_shows_a_draft_to_its_person_and_a_shared_one_to_colleagues_in_the_role(
    demo_city: None,
) -> None:
    with working_as("tests"):
        case = story.dispatched()
    now, action = clock.now(), "report_consumption"
    own, colleague, other = (find_actor(n) for n in ("grid-handler1", "grid-handler2", "cac-handler1"))
    with seeing(own):
        drafts.save(own, case.case_id, action, {"note": "一"}, version=1, now=now)
    for actor in (colleague, other):
        with seeing(actor):
            assert rows("SELECT count(*) FROM cases_draft")[0][0] == 0
    with seeing(own):
        drafts.save(own, case.case_id, action, {"note": "二"}, version=1, now=now, shared=True)
    with seeing(colleague):
        kept = drafts.load_shared(colleague, case.case_id, action, now=now)
        assert kept is not None
        assert (kept.data, kept.own, kept.name) == ({"note": "二"}, False, own.display_name)
        assert drafts.load(colleague, case.case_id, action, now=now) is None
        assert drafts.load_shared(colleague, case.case_id, action, now=now + timedelta(days=14)) is None
        drafts.save(colleague, case.case_id, action, {"note": "三"}, version=1, now=now + timedelta(seconds=1))
        assert drafts.load_shared(colleague, case.case_id, action, now=now).data == {"note": "三"}  # type: ignore[union-attr]
    with seeing(other):
        assert rows("SELECT count(*) FROM cases_draft")[0][0] == 0
        assert drafts.load_shared(other, case.case_id, action, now=now) is None
    crew = find_actor("grid-crew1")
    with seeing(crew):
        assert drafts.load_shared(crew, case.case_id, action, now=now) is None, "same agency, another role"
    with nobody():
        assert rows("SELECT count(*) FROM cases_draft")[0][0] == 0
    with seeing(colleague):
        drafts.drop(colleague, case.case_id, action)
    with working_as("drafts"):
        assert rows("SELECT count(*) FROM cases_draft")[0][0] == 0, "done by one, done for all who shared it"


@pytest.mark.own_sight
def test_drafts_end_after_two_weeks_by_the_nightly_job(demo_city: None, monkeypatch: pytest.MonkeyPatch) -> None:
    with working_as("tests"):
        case = story.dispatched()
    own, now = find_actor("grid-handler1"), clock.now()
    with seeing(own):
        drafts.save(own, case.case_id, "report_consumption", {"note": "一"}, version=1, now=now)
        drafts.save(own, case.case_id, "comment", {"comment": "二"}, version=1, now=now + timedelta(days=1))
    monkeypatch.setattr("cases.tasks.clock.now", lambda: now + timedelta(days=14))
    with nobody():
        tasks.propose_erasures()
    with seeing(own):
        assert rows("SELECT action FROM cases_draft") == [("comment",)]


def test_whoever_was_logged_out_is_told_that_a_draft_is_kept(log_in: LogIn) -> None:
    case = story.dispatched()
    client = log_in("grid-handler1")
    client.post(address(case), typed(client, case, "save"))
    session = client.session
    session["seen"] -= 24 * 3600
    session.save()
    door = client.get(address(case))
    told = re.search(r"&ended=idle&saved=(\d\d:\d\d)$", door["Location"])
    assert told
    assert f"草稿已于 {told[1]} 保存。登录后回到此页。" in text(client.get(door["Location"]))
    for made_up in ("99:99", "<b>", "09:27 and more"):
        page = text(client.get("/login/", {"next": "/", "ended": "idle", "saved": made_up}))
        assert "草稿" not in page


def test_what_is_too_long_for_a_draft_stays_in_the_form(log_in: LogIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drafts, "LARGEST", 10)
    case = story.dispatched()
    client = log_in("grid-handler1")
    answer = client.post(address(case), typed(client, case, "save"))
    assert "计量箱已加封" in answer.content.decode()
    assert Draft.objects.count() == 0


def test_what_the_page_sent_before_the_act_and_arrives_after_it_is_no_draft(log_in: LogIn) -> None:
    case = story.opened()
    client = log_in("drc-handler1")
    place = address(case, "comment")
    form = hidden(client.get(place).content.decode()) | {"f.comment": "走访邻居", "step": "now"}
    assert client.post(place, form).status_code == 302
    assert client.post(f"{place}draft/", form).json() == {"said": ""}
    assert Draft.objects.count() == 0

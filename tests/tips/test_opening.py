"""Who reported opens to the commission in charge alone, for a reason, for half an hour, on record before it shows."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from agencies.actors import find_actor
from agencies.sight import seeing
from audit import clock
from audit.models import Event
from audit.verification import verify
from cases import tasks
from cases.intake.tips import opening
from cases.models import Case, Tip
from cases.workflow.errors import NotAllowed, NotVisible
from tests.files import picture
from tests.retention.story import later
from tests.tips.reporting import CONTACT, NAME, PERSON, PHONE, send
from tests.web.test_reading import entered

PNG = picture("PNG")
pytestmark = pytest.mark.usefixtures("demo_city")
REASON = {"reason": "clarify", "note": "电话核实噪声时段，联系13899990000"}


@pytest.fixture
def tip() -> Tip:
    send(pictures=[SimpleUploadedFile("窗.png", PNG)], **PERSON)
    tasks.place_tips()
    return Tip.objects.get()


def lines(target: str) -> list[tuple]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT username, items::text, purpose FROM audit_access WHERE target = %s ORDER BY id", [target]
        )
        return cursor.fetchall()


def test_it_is_closed_until_somebody_gives_a_reason_and_open_to_nobody_else(tip) -> None:
    handler, colleague = entered("drc-handler1"), entered("drc-handler2")
    path = f"/tips/{tip.id}/"
    assert NAME not in handler.get(path).content.decode()
    assert lines(f"tip/{tip.id}") == [], "nothing was read"
    assert handler.post(path, REASON).status_code == 302
    shown = handler.get(path)
    for value in (NAME, PHONE, CONTACT):
        assert value in shown.content.decode()
    assert "no-store" in shown.headers["Cache-Control"]
    assert 'class="wm"' in shown.content.decode(), "whose eyes stands across the page"
    assert NAME not in colleague.get(path).content.decode()
    assert lines(f"tip/{tip.id}") == [("drc-handler1", '["reporter"]', "clarify")]


def test_the_opening_is_an_event_with_its_reason_and_without_the_words(tip) -> None:
    entered("drc-reviewer1").post(f"/tips/{tip.id}/", REASON)
    event = Event.objects.get(action="reporter_opened")
    assert event.stream == "account/drc-reviewer1"
    body = bytes(event.body).decode()
    assert '"purpose":"clarify"' in body
    assert '"role":"reviewer"' in body
    assert "13899990000" not in body
    assert NAME not in body
    assert not verify().problems


def test_it_closes_after_half_an_hour(tip) -> None:
    entered("drc-handler1").post(f"/tips/{tip.id}/", REASON)
    later(seconds=29 * 60)
    assert NAME in entered("drc-handler1").get(f"/tips/{tip.id}/").content.decode()
    later(seconds=61)
    assert NAME not in entered("drc-handler1").get(f"/tips/{tip.id}/").content.decode()


@pytest.mark.parametrize("change", [{"reason": ""}, {"reason": "curiosity"}, {"note": ""}, {"note": "  x "}])
def test_without_a_reason_nothing_opens(tip, change) -> None:
    handler = entered("drc-handler1")
    assert handler.post(f"/tips/{tip.id}/", {**REASON, **change}).status_code == 400
    assert NAME not in handler.get(f"/tips/{tip.id}/").content.decode()
    assert not Event.objects.filter(action="reporter_opened").exists()


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("drc-approver1", 403),
        ("grid-handler1", 404),
        ("telecom-handler1", 404),
        ("cac-handler1", 404),
        ("sup-supervisor1", 404),
        ("xzsup-supervisor1", 404),
    ],
)
def test_others_do_not_open_it(tip, who, status) -> None:
    person = entered(who)
    assert person.post(f"/tips/{tip.id}/", REASON).status_code == status
    assert NAME not in person.get(f"/tips/{tip.id}/").content.decode()
    with seeing(find_actor(who)), pytest.raises((NotVisible, NotAllowed)):
        opening.open_reporter(actor=find_actor(who), tip_id=tip.id, now=clock.now(), **REASON)
    assert not Event.objects.filter(action="reporter_opened").exists()


def test_an_event_of_another_person_or_another_tip_opens_nothing(tip) -> None:
    send(content="另一处", address="民主路77号", name="另一人")
    tasks.place_tips()
    other = Tip.objects.exclude(id=tip.id).get()
    entered("drc-handler1").post(f"/tips/{other.id}/", REASON)
    assert NAME not in entered("drc-handler1").get(f"/tips/{tip.id}/").content.decode()
    assert opening.opened(find_actor("drc-handler2"), other.id, clock.now()) is None
    assert opening.opened(find_actor("drc-handler1"), other.id, clock.now() + timedelta(hours=1)) is None


@pytest.mark.own_sight
def test_the_database_shows_a_tip_and_its_parts_to_no_person() -> None:
    from django.db import connection

    send(**PERSON)
    for who in ("drc-handler1", "sup-supervisor1"):
        with seeing(find_actor(who)), connection.cursor() as cursor:
            for table in ("cases_tip", "cases_tippart"):
                cursor.execute(f"SELECT count(*) FROM {table}")
                assert cursor.fetchone() == (0,), (who, table)


def test_the_case_leads_its_own_people_to_the_tip_and_names_nobody(tip) -> None:
    number = Case.objects.get().number
    shown = entered("drc-handler1").get(f"/cases/{number}/").content.decode()
    assert f"/tips/{tip.id}/" in shown
    assert NAME not in shown
    supervisor = entered("sup-supervisor1").get(f"/cases/{number}/").content.decode()
    assert "/tips/" not in supervisor


def test_a_picture_is_a_download_and_leaves_a_line(tip) -> None:
    answer = entered("drc-handler1").get(f"/tips/{tip.id}/pictures/1")
    assert answer.content == PNG
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert lines(f"tip/{tip.id}") == [("drc-handler1", '["tip_picture"]', "")]
    for number in (0, 2, 9):
        assert entered("drc-handler1").get(f"/tips/{tip.id}/pictures/{number}").status_code == 404, number
    assert entered("cac-handler1").get(f"/tips/{tip.id}/pictures/1").status_code == 404


def test_supervision_finds_the_opening_in_the_access_log_and_in_the_trail(tip) -> None:
    handler = entered("drc-handler1")
    handler.post(f"/tips/{tip.id}/", REASON)
    handler.get(f"/tips/{tip.id}/")
    supervisor = entered("xzsup-supervisor1")
    log = supervisor.get("/audit/access/").content.decode()
    assert "举报人" in log
    assert "向举报人核实线索" in log
    assert str(tip.id)[:8] in log
    trail = supervisor.get("/audit/?action=reporter_opened").content.decode()
    assert "打开举报人身份" in trail
    assert NAME not in log + trail

"""Who reported goes soon after the tip is done with, by itself and on record, and every proof stays valid."""

from __future__ import annotations

from contextlib import closing
from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection, transaction

from agencies.actors import find_actor
from agencies.services.parameters import set_parameter
from audit import clock
from audit.models import Event, Sealed
from audit.sight import working_as
from audit.verification import verify
from cases import tasks
from cases.intake import rotation
from cases.models import Case, Tip, TipPart
from cases.retention.tips import erase_reporters
from tests.files import picture
from tests.retention.story import later
from tests.servers import Servers
from tests.tips.reporting import NAME, PERSON, number_in, send, standing
from tests.tips.test_opening import REASON
from tests.tips.test_placing import close
from tests.web.test_reading import entered

PNG = picture("PNG")


def reported(*, closed: bool = True, **changed: Any) -> tuple[Tip, str]:
    number = number_in(send(pictures=[SimpleUploadedFile("窗.png", PNG)], **PERSON, **changed))
    tasks.place_tips()
    if closed:
        close(Case.objects.get())
    return Tip.objects.get(), number


def problems() -> set[str]:
    return {problem.code for problem in verify().problems}


def test_reporter_and_pictures_go_thirty_days_after_the_case_is_closed(demo_city: None) -> None:
    tip, number = reported()
    entered("drc-handler1").post(f"/tips/{tip.id}/", REASON)
    (opening,) = Event.objects.filter(action="reporter_opened").values_list("id", flat=True)
    later(days=29)
    assert erase_reporters(clock.now()) == 0
    later(days=1)
    tasks.propose_erasures()
    assert not TipPart.objects.exists()
    assert not Sealed.objects.filter(event_id=opening).exists(), "what the opener typed may name the reporter"
    tip.refresh_from_db()
    assert tip.erased_at is not None
    assert problems() == set()
    assert erase_reporters(clock.now()) == 0
    assert standing(number) == "done"
    page = entered("drc-handler1").get(f"/tips/{tip.id}/").content.decode()
    assert "到期清除" in page
    assert NAME not in page


def test_an_open_case_keeps_its_reporter(demo_city: None) -> None:
    reported(closed=False)
    later(days=400)
    assert erase_reporters(clock.now()) == 0
    assert TipPart.objects.count() == 2


def test_a_tip_that_led_to_no_case_loses_its_reporter_after_the_same_time(demo_city: None) -> None:
    _, number = reported(closed=False, address="徐州市云龙区")
    assert not Case.objects.exists()
    later(days=30)
    assert erase_reporters(clock.now()) == 1
    assert standing(number) == "done"


def test_a_tip_that_still_waits_for_its_row_is_not_touched(demo_city: None) -> None:
    send(**PERSON)
    later(days=400)
    assert erase_reporters(clock.now()) == 0
    assert TipPart.objects.count() == 1


def test_a_region_sets_its_own_period(demo_city: None) -> None:
    reported()
    set_parameter(
        actor=find_actor("drc-approver1"), region="320300", key="retention.tip", value={"days": 7},
        effective_from=date(2020, 1, 1), source="徐发改〔2026〕12号", now=clock.now(),
    )  # fmt: skip
    later(days=7)
    assert erase_reporters(clock.now()) == 1


def test_nobody_but_the_system_actor_for_it_erases_a_reporter(demo_city: None) -> None:
    reported()
    with (
        working_as("tips"),
        pytest.raises(DatabaseError, match="by the system actor for it"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("SELECT tip_erase('{}', '{}')")


def test_the_reporter_of_an_open_case_is_refused_by_the_database(demo_city: None, monkeypatch) -> None:
    """The way round the service: a query that takes too much."""
    reported(closed=False)
    monkeypatch.setattr("cases.retention.tips._is_due", lambda *_: True)
    monkeypatch.setattr(
        "cases.retention.tips._KEPT",
        "SELECT id, agency_id, region_code, received_at AS since, NULL AS facts, false AS tasks FROM cases_tip",
    )
    with pytest.raises(Exception, match="the record of the erasure says"):
        erase_reporters(clock.now())
    assert TipPart.objects.count() == 2


def test_a_reporter_that_comes_back_is_found(servers: Servers, fresh_db: Any, demo_city: None) -> None:
    tip, _ = reported()
    later(days=31)
    erase_reporters(clock.now())
    with closing(servers.cluster.connect(fresh_db.name)) as root, root.cursor() as cursor:
        cursor.execute(
            "INSERT INTO cases_tippart (tip_id, number, content_type, sealed) VALUES (%s, 0, '', 'x')", [str(tip.id)]
        )
        root.commit()
    assert problems() == {"erasure"}


def test_reporters_words_and_pictures_move_to_a_new_key(demo_city: None, settings) -> None:
    send(pictures=[SimpleUploadedFile("窗.png", PNG)], **PERSON)
    settings.VAULT_KEYS = {"new": b"\x07" * 32, **settings.VAULT_KEYS}
    done = rotation.rotate(actor=find_actor("system"), now=clock.now())
    assert (done.moved["cases_tip"], done.moved["cases_tippart"], done.unreadable) == (1, 2, 0)
    settings.VAULT_KEYS = {"new": b"\x07" * 32}
    assert NAME in TipPart.objects.get(number=0).content().decode()
    assert TipPart.objects.get(number=1).content() == PNG
    assert Tip.objects.get().words()["content"]

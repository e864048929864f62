"""A list whose issuer holds an answer to it is not taken back: the answer would rest on a list that is gone."""

from __future__ import annotations

from contextlib import closing

import pytest
from django.db import OperationalError, connection

from agencies.actors import find_actor
from audit import clock
from audit.errors import StreamRefusedError
from cases.intake.feedback.services import send_version
from cases.intake.ledger.withdrawal import withdraw_batch
from cases.models import Feedback, ListBatch
from cases.workflow.errors import GuardRefused
from tests.conftest import Clone
from tests.intake.feedback.listing import NAME, brought
from tests.intake.feedback.telling import batch_of, checked, draw, sent, today
from tests.intake.ledgers import by_the_door
from tests.intake.test_again import world
from tests.servers import Servers
from tests.web.test_reading import entered

pytestmark = pytest.mark.usefixtures("demo_city")


def take_back(username: str = "telecom-handler1") -> ListBatch:
    return withdraw_batch(actor=find_actor(username), batch=batch_of(NAME), why="wrong_file", now=clock.now())


def test_after_it_was_sent_a_withdrawal_is_refused_and_says_what_to_do() -> None:
    brought()
    sent(NAME)
    before = world()
    with pytest.raises(GuardRefused) as told:
        take_back()
    assert (told.value.code, told.value.figures) == ("answered", {"version": "1"})
    assert "徐发改函〔2026〕12号" in told.value.text.zh
    assert "生成新一版反馈更正" in told.value.text.zh
    assert "a new version of the feedback" in told.value.text.en
    assert (world(), batch_of(NAME).state) == (before, "done")


def test_the_page_the_api_and_the_shell_say_the_same() -> None:
    brought()
    sent(NAME)
    client, where = entered("telecom-handler1"), batch_of(NAME).id
    page = client.post(f"/imports/{where}/withdraw/", {"reason": "wrong_file"})
    assert page.status_code == 409
    assert "已报送下发单位" in page.content.decode()
    answer = client.post(f"/api/v1/imports/{where}/withdraw", {"reason": "wrong_file"}, "application/json")
    assert (answer.status_code, answer.json()["code"]) == (409, "answered")


def test_a_later_draft_changes_nothing_about_that() -> None:
    brought()
    sent(NAME)
    draw(NAME)
    with pytest.raises(GuardRefused) as told:
        take_back()
    assert told.value.code == "answered"


def test_what_was_drawn_up_or_checked_but_not_sent_is_no_reason() -> None:
    brought()
    draw(NAME)
    checked(NAME)
    assert take_back().state == "withdrawn"
    assert Feedback.objects.get().state == "checked", "it can still be looked at"


def test_the_database_refuses_it_too() -> None:
    brought()
    sent(NAME)
    with pytest.raises(StreamRefusedError, match="its issuer has the answer"):
        by_the_door(batch_of(NAME))
    assert batch_of(NAME).state == "done"


def test_of_a_withdrawal_and_a_sending_at_the_same_moment_one_waits_for_the_other(
    servers: Servers, fresh_db: Clone
) -> None:
    """Neither looks at the other's state before it has the list to itself."""
    brought()
    draw(NAME)
    version = checked(NAME)
    with closing(servers.cluster.connect(fresh_db.name)) as other, other.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(hashtextextended(%s, 0))", [f"feedback/{version.batch_id}"])
        with connection.cursor() as mine:
            mine.execute("SET lock_timeout = '200ms'")
        with pytest.raises(OperationalError, match="lock timeout"):
            take_back()
        with pytest.raises(OperationalError, match="lock timeout"):
            send_version(
                actor=find_actor("drc-handler1"),
                version=version,
                document_number="徐发改函〔2026〕12号",
                sent_on=today(),
                now=clock.now(),
            )
    with connection.cursor() as mine:
        mine.execute("RESET lock_timeout")
    assert take_back().state == "withdrawn"

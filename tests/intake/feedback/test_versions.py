"""Drawn up, checked, sent: versions are counted, compared, and stay as they were sent."""

from __future__ import annotations

import json
from contextlib import closing
from datetime import timedelta
from typing import Any

import psycopg2
import pytest
from django.db import DatabaseError, connection, transaction

from agencies.actors import find_actor, system_actor
from audit import clock
from audit.models import Event
from audit.verification import verify
from cases.intake.feedback.services import ask_for, check_version, send_version
from cases.intake.ledger.statement import Stated
from cases.intake.ledger.withdrawal import withdraw_batch
from cases.models import Feedback, FeedbackPart, FeedbackRow, ListBatch
from cases.models.sealing import key_ring, part_place
from cases.workflow.errors import GuardRefused, InvalidInput, NotAllowed
from tests.agencies.cast import cleared
from tests.intake.feedback.listing import NAME, brought, case_of, excluded, merged
from tests.intake.feedback.telling import batch_of, checked, draw, drawn, seen, sent, taken_by, today
from tests.servers import Servers
from tests.web import story

pytestmark = pytest.mark.usefixtures("demo_city")


def told(version: Feedback) -> dict[int, tuple[str, str]]:
    rows = FeedbackRow.objects.filter(version=version).order_by("number")
    return {row.number: (row.finding, row.progress) for row in rows}


def test_every_row_is_told_from_the_case_that_holds_it_now():
    brought()
    excluded(2)
    merged(3, into=1)
    story.do("drc-handler1", "dispatch_verification", case_of(1), findings=["inspect_site"])
    assert told(draw(NAME)) == {
        1: ("", "verifying"),
        2: ("false_positive", "closed"),
        3: ("", "verifying"),
        4: ("", "verifying"),
        5: ("not_locatable", "refused"),
    }


def test_a_confidential_case_is_told_of_in_no_version():
    brought()
    excluded(2)
    cleared("drc-handler1", "sensitive")
    story.do(
        "drc-handler1", "dispatch_verification", case_of(1), findings=["inspect_site"], confidentiality="sensitive"
    )
    clock.advance(timedelta(days=60))
    try:
        version = draw(NAME)
    finally:
        clock.forget()
    assert told(version)[1] == ("", "verifying")
    late = dict(FeedbackRow.objects.filter(version=version).values_list("number", "overdue_since"))
    assert late[1] == late[4] == version.due_on, "late by the day of the list, which tells nothing about the case"
    assert late[3] <= version.due_on
    assert late[2] is None


def test_versions_are_counted_and_a_draft_is_drawn_up_anew():
    brought()
    assert draw(NAME).number == draw(NAME).number == 1
    assert sent(NAME).number == 1
    assert draw(NAME).number == 2
    assert Feedback.objects.filter(batch=batch_of(NAME)).count() == 2


def test_who_asks_while_one_is_being_drawn_up_gets_that_one():
    brought()
    batch, actor = batch_of(NAME), find_actor("drc-handler1")
    first = ask_for(actor=actor, batch=batch, now=clock.now())
    again = ask_for(actor=find_actor("drc-reviewer1"), batch=batch, now=clock.now())
    assert (again.pk, again.drawn_by_id) == (first.pk, actor.user_id)


def test_a_list_that_is_not_imported_yet_is_not_answered():
    brought()
    batch = batch_of(NAME)
    batch.state = ListBatch.State.IMPORTING
    with pytest.raises(GuardRefused) as refused:
        ask_for(actor=find_actor("drc-handler1"), batch=batch, now=clock.now())
    assert refused.value.code == "import_not_done"


@pytest.mark.parametrize(
    "who", ["telecom-handler1", "drc-approver1", "js-drc-handler1", "nj-drc-handler1", "grid-handler1"]
)
def test_only_the_commission_of_the_region_answers(who: str):
    brought()
    draw(NAME)
    version, actor = seen(NAME), find_actor(who)
    day = today()
    for act in (
        lambda: ask_for(actor=actor, batch=batch_of(NAME), now=clock.now()),
        lambda: check_version(actor=actor, version=version, now=clock.now()),
        lambda: send_version(actor=actor, version=version, document_number="甲", sent_on=day, now=clock.now()),
    ):
        with pytest.raises(NotAllowed) as refused:
            act()
        assert refused.value.code == "may_not_answer"


def test_nothing_is_sent_unchecked_nor_twice():
    brought()
    draw(NAME)
    day = today()
    letter: dict[str, Any] = {"document_number": "徐发改函〔2026〕1号", "sent_on": day, "now": clock.now()}
    actor = find_actor("drc-handler1")
    with pytest.raises(GuardRefused) as unchecked:
        send_version(actor=actor, version=seen(NAME), **letter)
    assert unchecked.value.code == "feedback_drawn"
    version = checked(NAME)
    with pytest.raises(GuardRefused) as twice:
        check_version(actor=actor, version=version, now=clock.now())
    assert twice.value.code == "feedback_checked"
    send_version(actor=actor, version=version, **letter)
    with pytest.raises(GuardRefused) as again:
        send_version(actor=actor, version=version, **letter)
    assert again.value.code == "feedback_sent"


@pytest.mark.parametrize(
    ("number", "day", "wrong"),
    [
        ("", "today", {"document_number"}),
        ("x" * 61, "today", {"document_number"}),
        ("13912345678", "today", {"document_number"}),
        ("徐发改函〔2026〕1号", "", {"sent_on"}),
        ("徐发改函〔2026〕1号", "2020-01-01", {"sent_on"}),
        ("徐发改函〔2026〕1号", "2099-01-01", {"sent_on"}),
        ("", "2026-13-01", {"document_number", "sent_on"}),
    ],
)
def test_the_letter_is_named(number: str, day: str, wrong: set[str]):
    brought()
    draw(NAME)
    version = checked(NAME)
    day = today() if day == "today" else day
    with pytest.raises(InvalidInput) as refused:
        send_version(
            actor=find_actor("drc-handler1"), version=version, document_number=number, sent_on=day, now=clock.now()
        )
    assert refused.value.fields.keys() == wrong
    assert seen(NAME).state == "checked"


def test_what_differs_from_the_version_sent_before_is_told_row_by_row():
    brought()
    excluded(2)
    first = sent(NAME)
    assert (first.answered, first.unanswered) == (2, 3)
    excluded(1)
    second, sheets = drawn(NAME)
    assert second.previous_id == first.pk
    assert second.counts["changes"] == {"newly": 2, "changed": 0}
    assert [(row[0], row[1], row[2], row[6]) for row in sheets["与上一版差异"][1:]] == [
        (1.0, "新答复", "", "误报"),
        (4.0, "新答复", "", "误报"),
    ]
    checked(NAME)
    story.do("drc-reviewer1", "reopen_case", case_of(2), reason_code="new_evidence", reason="新的线索", to="monitoring")
    third, _ = drawn(NAME)
    assert third.counts["changes"] == {"newly": 2, "changed": 1}
    assert third.previous_id == first.pk, "what was not sent is nothing to be compared with"


def test_each_step_is_an_event_of_the_commission_with_the_hash_of_the_workbook():
    brought()
    version = sent(NAME)
    events = {
        event.action: json.loads(bytes(event.body))
        for event in Event.objects.filter(stream="agency/320300-drc", action__startswith="feedback_")
    }
    assert events.keys() == {"feedback_drawn", "feedback_checked", "feedback_sent"}
    data = events["feedback_sent"]["data"]
    assert data["sha256"] == version.sha256
    assert len(version.sha256) == 64
    assert (data["document"], data["edition"], data["rows"]) == ("徐发改函〔2026〕12号", 1, 5)
    assert events["feedback_checked"]["actor"]["username"] == "drc-reviewer1"
    assert not verify().problems


def test_what_was_sent_is_still_the_same_when_the_cases_have_gone_on():
    brought()
    before = sent(NAME)
    sheets = taken_by(NAME, "telecom-handler1")
    excluded(1)
    assert draw(NAME).number == 2
    version = Feedback.objects.get(pk=before.pk)
    assert (version.sha256, version.answered) == (before.sha256, before.answered)
    assert taken_by(NAME, "telecom-handler1")["名单"] == sheets["名单"]


STATEMENTS = (
    "UPDATE cases_feedback SET document_number = 'x'",
    "UPDATE cases_feedback SET state = 'checked'",
    "UPDATE cases_feedback SET sha256 = ''",
    "DELETE FROM cases_feedback",
    "UPDATE cases_feedbackrow SET finding = 'hosted'",
    "DELETE FROM cases_feedbackrow",
    "DELETE FROM cases_feedbackpart",
    "INSERT INTO cases_feedbackpart (version_id, number, sealed) SELECT id, 99, 'x' FROM cases_feedback",
    """INSERT INTO cases_feedbackrow (version_id, number, answered, finding, subject, disposals, progress)
        SELECT id, 99, true, '', '', '{}', 'closed' FROM cases_feedback""",
)


@pytest.mark.parametrize("statement", STATEMENTS)
def test_the_database_lets_nobody_change_what_was_sent(statement: str):
    brought()
    sent(NAME)
    before = _content()
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert _content() == before


def test_not_even_its_owner(fresh_db, servers: Servers):
    brought()
    sent(NAME)
    before = _content()
    for statement in STATEMENTS:
        with closing(servers.cluster.connect(fresh_db.name)) as owner, owner.cursor() as cursor:
            with pytest.raises(psycopg2.Error) as refused:
                cursor.execute(statement)
            assert refused.value.pgcode == "LZ003", statement
    assert _content() == before


def _content() -> tuple[Any, ...]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT array_agg(f::text ORDER BY f.id) FROM cases_feedback f),"
            " (SELECT array_agg(r::text ORDER BY r.number) FROM cases_feedbackrow r),"
            " (SELECT array_agg(p::text ORDER BY p.number) FROM cases_feedbackpart p)"
        )
        return cursor.fetchone()


def test_a_version_without_all_rows_is_not_checked():
    brought()
    version = draw(NAME)
    FeedbackRow.objects.filter(version=version, number=3).delete()
    with pytest.raises(GuardRefused) as refused:
        check_version(actor=find_actor("drc-handler1"), version=seen(NAME), now=clock.now())
    assert refused.value.code == "feedback_incomplete"
    assert seen(NAME).state == "drawn"


def test_a_version_whose_workbook_is_another_one_is_neither_checked_nor_sent():
    brought()
    draw(NAME)
    version = checked(NAME)
    part = FeedbackPart.objects.get(version=version)
    place = part_place(version.id.bytes, part.number)
    FeedbackPart.objects.filter(version=version).update(sealed=key_ring().seal(b"another", place))
    day = today()
    with pytest.raises(GuardRefused) as refused:
        send_version(
            actor=find_actor("drc-handler1"), version=version, document_number="甲", sent_on=day, now=clock.now()
        )
    assert refused.value.code == "feedback_incomplete"
    assert "散列" in refused.value.text.zh


def test_overdue_rows_are_named_by_what_is_owed_on_their_case():
    brought()
    excluded(2)
    clock.advance(timedelta(days=60))
    try:
        version, sheets = drawn(NAME)
    finally:
        clock.forget()
    assert version.overdue == 3
    assert [row[:3] for row in sheets["未答复行"][1:]] == [[n, "待分办", "逾期"] for n in (1.0, 3.0, 4.0)]
    assert "逾期未答复（期限2026-" in sheets["名单"][1][-1]


def test_overdue_rows_are_named_by_the_day_of_the_list():
    day = today()
    brought(stated=Stated(due=day))
    clock.advance(timedelta(days=1))
    try:
        version, sheets = drawn(NAME)
    finally:
        clock.forget()
    assert (str(version.due_on), version.overdue) == (day, 4)
    assert f"期限{day}" in sheets["名单"][1][-1]


def test_a_list_that_was_withdrawn_is_answered_no_more():
    brought()
    draw(NAME)
    version = checked(NAME)
    withdraw_batch(actor=find_actor("telecom-handler1"), batch=batch_of(NAME), why="wrong_file", now=clock.now())
    with pytest.raises(GuardRefused) as refused:
        send_version(
            actor=find_actor("drc-handler1"), version=version, document_number="1", sent_on=today(), now=clock.now()
        )
    assert refused.value.code == "list_withdrawn"
    with pytest.raises(GuardRefused) as refused:
        ask_for(actor=find_actor("drc-handler1"), batch=batch_of(NAME), now=clock.now())
    assert refused.value.code == "list_withdrawn"


def test_the_system_draws_up_but_people_send():
    brought()
    assert draw(NAME, "system").state == "drawn"
    assert system_actor().user_id == seen(NAME).drawn_by_id

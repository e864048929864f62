"""When personal data of a row go, the workbooks that hold it go too; what was told, as codes and figures, stays."""

from __future__ import annotations

from typing import Any

import pytest

from agencies.actors import find_actor
from audit import clock
from audit.sight import working_as
from audit.verification import verify
from cases.intake.feedback import services
from cases.intake.feedback.drawing import write_version
from cases.models import Feedback, FeedbackPart, FeedbackRow
from cases.retention.acts import confirm, erase, propose
from cases.retention.lists import erase_lists
from cases.workflow.errors import GuardRefused
from tests.intake.feedback.listing import LIST, NAME, brought, excluded
from tests.intake.feedback.telling import batch_of, checked, draw, drawn, seen, sent, taken_by, today
from tests.retention.story import later

pytestmark = pytest.mark.usefixtures("demo_city")


@pytest.fixture(autouse=True)
def clock_back() -> Any:
    yield
    clock.forget()


def erased() -> None:
    """The personal data of the one case that is closed go."""
    later(days=91)
    (row,) = propose(clock.now())
    confirm(actor=find_actor("drc-reviewer1"), erasure_id=row.pk, now=clock.now())
    erase(actor=find_actor("drc-reviewer2"), erasure_id=row.pk, now=clock.now())


def test_the_workbook_that_was_sent_goes_and_its_answers_figures_and_hash_stay():
    brought()
    excluded(2)
    before = sent(NAME)
    answers = list(FeedbackRow.objects.filter(version=before).order_by("number").values())
    erased()
    after = Feedback.objects.get(pk=before.pk)
    assert after.erased_at is not None
    assert (after.state, after.sha256, after.counts) == ("sent", before.sha256, before.counts)
    assert list(FeedbackRow.objects.filter(version=before).order_by("number").values()) == answers
    assert not FeedbackPart.objects.exists()
    with pytest.raises(GuardRefused) as refused:
        taken_by(NAME, "telecom-handler1")
    assert refused.value.code == "feedback_erased"
    assert not verify().problems


def test_another_list_keeps_its_workbook():
    brought()
    brought("另一份", LIST.replace("58.218.77", "58.218.78").replace("JS", "KS"))
    excluded(2)
    sent(NAME)
    sent("另一份", "徐发改函〔2026〕13号")
    erased()
    assert taken_by("另一份", "telecom-handler1")["名单"][1][0] == "KS-1"


def test_the_next_version_has_blanks_where_the_data_were_and_the_answer_beside_them():
    brought()
    excluded(2)
    sent(NAME)
    erased()
    version, sheets = drawn(NAME)
    rows = sheets["名单"]
    assert version.rows == 5
    assert rows[1][:2] == ["JS-1", "58.218.77.91"]
    assert [cell for cell in rows[2][:11] if cell] == []
    assert rows[2][11:15] == ["误报", "未知", "办结销号", "已办结"]
    assert "个人信息已按期清除" in rows[2][-1]


def test_a_version_that_was_not_sent_has_to_be_drawn_up_again():
    brought()
    excluded(2)
    draw(NAME)
    version = checked(NAME)
    erased()
    day = today()
    with pytest.raises(GuardRefused) as refused:
        services.send_version(
            actor=find_actor("drc-handler1"), version=version, document_number="甲", sent_on=day, now=clock.now()
        )
    assert refused.value.code == "feedback_erased"
    draw(NAME)
    assert seen(NAME).erased_at is None
    assert checked(NAME).state == "checked"


def test_rows_without_a_case_take_it_along_too():
    brought()
    sent(NAME)
    later(days=91)
    assert erase_lists(clock.now()) == 1
    assert not FeedbackPart.objects.exists()
    assert seen(NAME).erased_at is not None


def test_what_goes_while_a_version_is_drawn_up_is_not_in_it(monkeypatch: pytest.MonkeyPatch):
    brought()
    excluded(2)
    turns = []

    def slowly(*args: Any) -> Any:
        done = write_version(*args)
        if not turns:
            with working_as("tests"):
                erased()
        turns.append(done.sha256)
        return done

    monkeypatch.setattr(services, "write_version", slowly)
    version, sheets = drawn(NAME)
    assert len(turns) == 2
    assert version.erased_at is None
    assert [cell for cell in sheets["名单"][2][:11] if cell] == []
    assert batch_of(NAME).rows_total == version.rows

"""The workbook leaves in clear for who may see all of it, with who took it on its last sheet and in two records."""

from __future__ import annotations

import hashlib
import json

import pytest

from agencies.actors import find_actor
from agencies.models import Provision
from agencies.sight import seeing
from audit import clock
from audit.models import Access, Event
from cases.intake.feedback.access import get_version, visible_versions
from cases.intake.feedback.drawing import CLOSING_SHEET
from cases.intake.feedback.taking import take_out
from cases.models import FeedbackPart
from cases.models.sealing import key_ring
from cases.policy.dated import CHINA
from cases.retention.provisions import generate
from cases.workflow.errors import GuardRefused, NotAllowed, NotVisible
from tests.intake.feedback.listing import NAME, brought
from tests.intake.feedback.telling import batch_of, draw, seen, sent, taken_by
from tests.intake.samples import bring

pytestmark = pytest.mark.usefixtures("demo_city")
TRACE = (
    "序号,源IP地址,源端口,首次发现时间,溯源结果,宽带账号,用户名称,联系电话,装机地址\n"
    "1,58.218.77.91,51731,2026-10-16 07:56:00,已定位,xz05168877661,司徒金鸟,13912340987,徐州市云龙区鹦鹉里7栋902室\n"
)


def take(name: str, who: str) -> bytes:
    with take_out(
        actor=find_actor(who), version=seen(name, who), staff_no="XZ1", now=clock.now(), request=None
    ) as file:
        return file.read()


def test_who_took_it_and_when_stands_on_the_last_sheet():
    brought()
    sent(NAME)
    sheets = taken_by(NAME, "telecom-handler1")
    assert list(sheets)[-1] == CLOSING_SHEET
    told = {row[0]: row[1] for row in sheets[CLOSING_SHEET][1:]}
    actor = find_actor("telecom-handler1")
    assert actor.display_name in told["导出人"]
    assert f"{clock.now().astimezone(CHINA):%Y-%m-%d}" in told["导出人"]
    assert told["反馈表散列（SHA-256，不含本页）"] == seen(NAME).sha256


def test_taking_it_out_is_noted_with_the_hash_of_the_file_that_left_and_is_an_event():
    brought()
    sent(NAME)
    content = take(NAME, "telecom-handler1")
    line = Access.objects.latest("id")
    assert (line.way, line.target, line.items, line.rows) == ("export", f"import/{batch_of(NAME).id}", ["feedback"], 5)
    assert line.file_hash == hashlib.sha256(content).hexdigest()
    event = Event.objects.get(action="export_made", stream="account/telecom-handler1")
    assert json.loads(bytes(event.body))["data"]["what"] == "feedback"


@pytest.mark.parametrize("who", ["drc-handler1", "drc-reviewer1", "telecom-handler1"])
def test_the_sender_and_the_commission_take_out_a_list_that_names_nobody(who: str):
    brought()
    sent(NAME)
    assert take(NAME, who).startswith(b"PK")


@pytest.mark.parametrize("who", ["telecom-reviewer1", "drc-approver1", "xzsup-supervisor1", "js-drc-handler1"])
def test_nobody_else_does(who: str):
    brought()
    sent(NAME)
    lines = Access.objects.count()
    with pytest.raises(NotAllowed) as refused:
        take(NAME, who)
    assert refused.value.code == "may_not_export"
    assert Access.objects.count() == lines


def test_the_commission_takes_out_no_list_with_names_that_it_sees_masked():
    bring("trace", TRACE.encode(), name="答复")
    sent("答复")
    with pytest.raises(NotAllowed) as refused:
        take("答复", "drc-handler1")
    assert refused.value.code == "may_not_export"
    assert take("答复", "telecom-handler1").startswith(b"PK")


def test_before_it_is_sent_a_version_is_for_who_answers_the_list():
    brought()
    draw(NAME)
    batch = batch_of(NAME)
    assert [v.number for v in visible_versions(find_actor("drc-handler1"), batch)] == [1]
    for who in ("telecom-handler1", "xzsup-supervisor1"):
        assert visible_versions(find_actor(who), batch) == []
    with pytest.raises(NotVisible):
        get_version(find_actor("telecom-handler1"), batch.id, 1)


@pytest.mark.own_sight
def test_the_wall_hides_what_was_not_sent_and_all_pieces():
    from audit.sight import working_as
    from cases.models import Feedback, FeedbackRow

    with working_as("tests"):
        brought()
        draw(NAME)
    for who, sees in (("drc-handler1", 1), ("telecom-handler1", 0), ("grid-handler1", 0), ("nj-drc-handler1", 0)):
        with seeing(find_actor(who)):
            assert Feedback.objects.count() == sees, who
            assert FeedbackRow.objects.count() == 5 * sees, who
            assert FeedbackPart.objects.count() == 0, who
    with working_as("tests"):
        sent(NAME)
    for who, sees in (("drc-handler1", 1), ("telecom-handler1", 1), ("grid-handler1", 0), ("nj-drc-handler1", 0)):
        with seeing(find_actor(who)):
            assert Feedback.objects.count() == sees, who
            assert FeedbackPart.objects.count() == 0, who
    assert Feedback.objects.count() == 0, "nobody is looking"


def test_while_it_is_drawn_up_there_is_nothing_to_take():
    from cases.intake.feedback.services import ask_for

    brought()
    ask_for(actor=find_actor("drc-handler1"), batch=batch_of(NAME), now=clock.now())
    with pytest.raises(GuardRefused) as refused:
        take(NAME, "drc-handler1")
    assert refused.value.code == "feedback_drawing"


def test_the_workbook_lies_sealed():
    brought()
    sent(NAME)
    sealed = b"".join(bytes(part.sealed) for part in FeedbackPart.objects.all())
    assert sealed.startswith(key_ring().mark)
    assert b"PK\x03\x04" not in sealed
    assert b"xl/workbook" not in sealed


def test_sending_it_is_a_line_in_the_register_of_what_was_provided():
    brought()
    version = sent(NAME)
    generate(clock.now())
    line = Provision.objects.get(purpose="feedback")
    assert (line.agency_id, line.recipient_id, line.subjects) == (version.agency_id, batch_of(NAME).agency_id, 5)

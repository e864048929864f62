"""A paper exists before it is handed over, and the event of its service names the version that was handed over."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import connection

from agencies.sight import seeing
from cases.documents import fate
from cases.documents.papers.text import paper_of
from cases.models import Document, DocumentVersion
from cases.selectors.documents import get_document
from cases.workflow.errors import GuardRefused
from cases.workflow.papers.service import served
from cases.workflow.papers.waiting import handed_over
from tests.documents.test_fate import correct, entered, path, who
from tests.workflow.test_statements import CUT, Counting, approved
from tests.workflow.world import World

pytestmark = pytest.mark.usefixtures("demo_city")


def event(case: str, action: str) -> dict[str, Any]:
    """The last event of this act."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT convert_from(body, 'UTF8') FROM audit_event WHERE stream = %s AND action = %s ORDER BY seq DESC",
            [f"case/{case}", action],
        )
        found: dict[str, Any] = json.loads(cursor.fetchone()[0])
        return found


def notices(case: str, kind: str = "suspension_notice") -> list[Document]:
    return list(Document.objects.filter(case_id=case, kind=kind).order_by("serial"))


def void(document: Document, username: str) -> dict[str, Any] | None:
    with seeing(who(username)):
        return fate.void_document(
            actor=who(username), document_id=document.pk, reason="not_sent", explanation="未发", now=World().now
        )


def test_a_notice_of_a_cut_is_there_from_the_approval_and_its_service_names_it() -> None:
    world = Counting()
    case = approved(world)
    (notice,) = notices(case)
    assert event(case, "approve_suspension")["document"]["number"] == notice.number
    text = paper_of(bytes(DocumentVersion.objects.get(document=notice).content))
    said = "".join(text.sections[2].paragraphs)
    assert "自本通知书送达之时起满3日后，至满7日时止" in said and "停电前30分钟再次通知" in said
    assert "停电起止时间" in text.blanks and text.agency == "徐州供电公司"
    crew = entered("grid-crew1")
    assert crew.get(f"{path(notice)}1.pdf").content.startswith(b"%PDF"), "whoever serves it prints it"
    form = crew.get(f"/cases/{notice.case.number}/actions/serve_notice/").content.decode()
    assert notice.number in form and path(notice) in form and f"{path(notice)}receipt.pdf" in form
    assert "正待送达" in crew.get(path(notice)).content.decode()
    world.serve(case)
    known = {"document": str(notice.pk), "number": notice.number, "version": 1, "sha256": notice.sha256}
    assert event(case, "serve_notice")["served"] == known and "document" not in event(case, "serve_notice")
    assert notices(case) == [notice], "the service issues none"
    assert "正待送达" not in crew.get(path(notice)).content.decode()


def test_what_is_handed_over_is_the_version_that_stands_then() -> None:
    world = Counting()
    case = approved(world)
    (notice,) = notices(case)
    correct(notice, "grid-reviewer1", s0="改了一个字")
    world.serve(case)
    newest = DocumentVersion.objects.get(document=notice, version=2)
    assert event(case, "serve_notice")["served"]["version"] == 2
    assert event(case, "serve_notice")["served"]["sha256"] == newest.sha256


def test_what_waits_to_be_handed_over_is_corrected_and_not_voided() -> None:
    world = Counting()
    case = approved(world)
    (notice,) = notices(case)
    with pytest.raises(fate.DocumentRefused) as caught:
        void(notice, "grid-reviewer1")
    assert caught.value.code == "not_handed_over"
    world.act(case, "drc-approver1", "withdraw_suspension", reason_code="cause_removed")
    assert void(notice, "grid-reviewer1")["state"] == "voided", "its cause is gone"
    with seeing(who("grid-crew1")), pytest.raises(GuardRefused) as refused:
        handed_over({"id": str(notice.pk), "number": notice.number})
    assert refused.value.code == "paper_voided"


def test_a_lapsed_window_brings_a_new_notice_and_the_old_one_keeps_its_proof_of_service() -> None:
    world = Counting()
    case = approved(world)
    world.serve(case)
    world.later(days=8)
    world.act(case, "grid-reviewer1", "lapse_notice", reason_code="window_missed")
    old, new = notices(case)
    assert new.number == event(case, "lapse_notice")["document"]["number"] != old.number
    with seeing(who("grid-crew1")):
        lines = {label.zh: value for label, value in served(get_document(who("grid-crew1"), old.pk))}
        assert lines["送达方式"].zh == "直接送达" and "停电时段" in lines
        assert served(get_document(who("grid-crew1"), new.pk)) == []
    world.serve(case)
    assert event(case, "serve_notice")["served"]["document"] == str(new.pk)


def test_the_notice_of_a_surcharge_is_there_from_the_acceptance_of_the_list() -> None:
    world = World()
    case = world.determined(world.verified(world.open()), disposals=["surcharge"], **{**CUT, "ground": None})
    world.surcharged(case)
    (notice,) = notices(case, "surcharge_notice")
    assert event(case, "acknowledge_surcharge")["document"]["number"] == notice.number
    told = event(case, "notify_subscriber")
    assert told["served"] == {
        "document": str(notice.pk),
        "number": notice.number,
        "version": 1,
        "sha256": notice.sha256,
    }
    assert "document" not in told
    page = entered("grid-billing1").get(path(notice)).content.decode()
    assert "送达日期" in page and "正待送达" not in page

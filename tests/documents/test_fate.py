"""After a document was issued: copies, voiding, correcting, the register, and the check that is open to everybody."""

from __future__ import annotations

import hashlib
import json
import re
from io import BytesIO
from typing import Any
from uuid import UUID

import pypdf
import pytest
from django.core.cache import cache
from django.db import connection, transaction
from django.test import Client, override_settings

from agencies.actors import Actor, find_actor
from agencies.authority import event_actor
from agencies.models import User
from agencies.sight import seeing
from audit.actions import Action
from audit.errors import AuditError
from audit.models import Event
from audit.services import record_by
from cases.documents import fate
from cases.documents.check import check
from cases.documents.copies import TextWithheld, take_copy
from cases.documents.papers.text import paper_of
from cases.models import Document, DocumentVersion, DocumentVoid
from cases.selectors.documents import get_document, list_register, list_series
from tests.agencies.cast import cleared
from tests.agencies.test_substitutions import stand_in
from tests.web import story
from tests.workflow.test_statements import CUT
from tests.workflow.world import World

pytestmark = pytest.mark.usefixtures("demo_city")
WORLD = World()


def who(username: str) -> Actor:
    actor = find_actor(username)
    assert actor is not None
    return actor


def entered(username: str) -> Client:
    client = Client()
    client.force_login(User.objects.get(username=username))
    return client


@pytest.fixture
def order() -> Document:
    """The order of a cut, signed by drc-approver1."""
    world = World()
    case = world.determined(world.verified(world.open()), disposals=["suspension"], **CUT)
    paper, law = world.attach(case, "drc-approver1"), world.attach(case, "drc-approver1", "决定书.pdf")
    world.act(case, "drc-approver1", "sign_suspension_order", order_file=paper, legal_document=law)
    return Document.objects.get(kind="suspension_order")


def void(document: Document, username: str = "drc-approver2", **more: str) -> Any:
    given = {"reason": "wrong_content", "explanation": "户号写错", **more}
    with seeing(who(username)):
        return fate.void_document(actor=who(username), document_id=document.pk, now=WORLD.now, **given)


def correct(document: Document, username: str = "drc-approver2", reason: str = "事由写错", **changed: str) -> Any:
    version = DocumentVersion.objects.filter(document=document).latest("version")
    sections = ["\n".join(part.paragraphs) for part in fate.editable(paper_of(bytes(version.content)))]
    for part, text in changed.items():
        sections[int(part[1:])] = text
    with seeing(who(username)):
        return fate.correct_document(
            actor=who(username), document_id=document.pk, sections=sections, reason=reason, now=WORLD.now
        )


def register(document: Document, username: str = "drc-handler1") -> list[dict[str, Any]]:
    with seeing(who(username)):
        return list_register(document.agency_id, document.kind, document.year)


def path(document: Document) -> str:
    return f"/cases/{document.case.number}/documents/{document.pk}/"


# -- copies ------------------------------------------------------------------------------------------------------------


def test_whoever_takes_a_copy_is_in_the_access_log_and_in_an_event_with_the_hash_of_the_file(order: Document) -> None:
    response = entered("grid-handler1").get(f"{path(order)}1.pdf")
    digest = hashlib.sha256(response.content).hexdigest()
    event = json.loads(bytes(Event.objects.get(action="document_read").body))
    assert event["stream"] == "account/grid-handler1"
    assert event["data"]["document"] == str(order.pk)
    assert (event["data"]["file_sha256"], event["data"]["text_sha256"]) == (digest, order.sha256)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM audit_access WHERE target = %s", [f"document/{order.pk}"])
        assert cursor.fetchone() == (1,)
    assert response["Content-Disposition"].endswith(".pdf") and response["X-Content-Type-Options"] == "nosniff"
    assert order.number[:4] in "".join(pypdf.PdfReader(BytesIO(response.content)).pages[0].extract_text().split())


def test_what_cannot_be_recorded_does_not_leave(order: Document, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(**_: Any) -> None:
        raise RuntimeError("no log")

    monkeypatch.setattr("cases.documents.copies.note_read", broken)
    with pytest.raises(RuntimeError):
        take_copy(who("drc-handler1"), order.pk, 1, "pdf", now=WORLD.now)


def test_who_sees_no_case_sees_no_document(order: Document) -> None:
    for username in ("nj-drc-reviewer1", "admin1"):
        assert get_document(who(username), order.pk) is None
        assert take_copy(who(username), order.pk, 1, "pdf", now=WORLD.now) is None
        client = entered(username)
        assert {client.get(f"{path(order)}{end}").status_code for end in ("", "1.pdf", "1.docx", "receipt.pdf")} == {
            404
        }
    assert entered("drc-handler1").get(f"/cases/XZ26-9999/documents/{order.pk}/").status_code == 404


def test_what_was_typed_to_its_receiver_is_not_opened_by_who_only_watches() -> None:
    world = World()
    case = world.verified(world.open())
    world.act(case, "drc-approver1", "refer_case", partner="320300-police", matter="crime", request="请查处窃电")
    referral = Document.objects.get(kind="referral")
    assert take_copy(who("drc-approver1"), referral.pk, 1, "docx", now=world.now) is not None
    assert take_copy(who("police-handler1"), referral.pk, 1, "docx", now=world.now) is not None
    about = get_document(who("sup-supervisor1"), referral.pk)
    assert about is not None and not about["readable"] and about["versions"]
    with pytest.raises(TextWithheld):
        take_copy(who("sup-supervisor1"), referral.pk, 1, "pdf", now=world.now)
    page = entered("sup-supervisor1").get(path(referral)).content.decode()
    assert "请查处窃电" not in page and referral.number in page


# -- voiding and correcting --------------------------------------------------------------------------------------------


def test_a_document_is_voided_by_another_person_of_the_agency_and_its_number_stays(order: Document) -> None:
    stage = order.case.stage
    for username in ("drc-approver1", "drc-handler1", "grid-approver1", "sup-supervisor1"):
        with pytest.raises(fate.DocumentRefused):
            void(order, username)
    assert void(order)["state"] == "voided"
    event = json.loads(bytes(Event.objects.get(action="document_voided").body))
    assert (event["data"]["number"], event["data"]["reason"]) == (order.number, "wrong_content")
    assert "户号写错" not in json.dumps(event, ensure_ascii=False)
    order.case.refresh_from_db()
    assert order.case.stage == stage
    (row,) = register(order)
    assert (row["serial"], row["number"], row["reason"]) == (order.serial, order.number, "wrong_content")
    with pytest.raises(fate.DocumentRefused):
        void(order)
    with pytest.raises(fate.DocumentRefused):
        correct(order, s0="改")


def test_the_pages_of_a_voided_document_are_marked_and_the_text_stays(order: Document) -> None:
    void(order)
    copy = take_copy(who("drc-handler1"), order.pk, 1, "pdf", now=WORLD.now)
    assert copy is not None
    assert all("已作废" in page.extract_text() for page in pypdf.PdfReader(BytesIO(copy.content)).pages)
    assert DocumentVersion.objects.get(document=order).sha256 == order.sha256


@pytest.mark.parametrize(
    "given", [{"reason": "x"}, {"explanation": ""}, {"explanation": "字"}, {"explanation": "字" * 401}]
)
def test_a_voiding_says_why(order: Document, given: dict[str, str]) -> None:
    with pytest.raises(fate.DocumentRefused) as refused:
        void(order, **given)
    assert refused.value.field == next(iter(given))
    assert not DocumentVoid.objects.exists()


def test_a_correction_is_a_further_version_chained_to_the_one_before(order: Document) -> None:
    about = correct(order, s0="经认定，该户停电事由：窃电。")
    first, second = DocumentVersion.objects.filter(document=order).order_by("version")
    assert (second.version, second.earlier, second.reason) == (2, first.sha256, "事由写错")
    paper = paper_of(bytes(second.content))
    assert (paper.number, paper.version, paper.earlier) == (order.number, 2, first.sha256)
    assert paper.sections[0].paragraphs == ("经认定，该户停电事由：窃电。",)
    assert "更正说明" in paper.sections[-1].paragraphs[0]
    assert (about["state"], about["latest"]) == ("corrected", 2)
    event = json.loads(bytes(Event.objects.get(action="document_corrected").body))
    assert (event["data"]["sha256"], event["data"]["earlier"]) == (second.sha256, first.sha256)
    with pytest.raises(fate.DocumentRefused):
        correct(order, s0="又改")
    with pytest.raises(fate.DocumentRefused):
        correct(order, "drc-approver1", s0="又改")
    assert correct(order, "drc-reviewer1", s0="又改")["latest"] == 3
    old = take_copy(who("drc-handler1"), order.pk, 1, "pdf", now=WORLD.now)
    new = take_copy(who("drc-handler1"), order.pk, 3, "pdf", now=WORLD.now)
    assert old and new and "第3版" in new.name
    marks = ["已更正" in pypdf.PdfReader(BytesIO(copy.content)).pages[0].extract_text() for copy in (old, new)]
    assert marks == [True, False]


def test_a_correction_changes_something_and_leaves_no_part_empty(order: Document) -> None:
    for changed in ({}, {"s0": " "}):
        with pytest.raises(fate.DocumentRefused) as refused:
            correct(order, **changed)
        assert refused.value.field == "sections"


@pytest.mark.parametrize(
    ("statement", "data", "pgcode"),
    [
        ("document_void(%s, %s, 'other', %s)", {}, "LZ004"),
        ("document_void(%s, %s, 'not_sent', %s)", {"document": "0"}, "LZ004"),
        ("document_void(%s, %s, 'not_sent', %s)", {"explanation_sha256": "0"}, "LZ004"),
    ],
)
def test_the_database_writes_only_what_the_event_says(
    order: Document, statement: str, data: dict[str, str], pgcode: str
) -> None:
    said = {
        "document": str(order.pk),
        "case": str(order.case_id),
        "reason": "not_sent",
        "explanation_sha256": hashlib.sha256("未发".encode()).hexdigest(),
    }
    assert refused_with(order, "drc-approver2", statement, ["未发"], {**said, **data}) == pgcode
    right = "document_void(%s, %s, 'not_sent', %s)"
    assert refused_with(order, "drc-approver1", right, ["未发"], said) == "LZ002", "the one who signed"
    assert refused_with(order, "nj-drc-reviewer1", right, ["未发"], said) == "LZ006", "of another city"
    assert refused_with(order, "grid-approver1", right, ["未发"], said) == "LZ006", "of another agency"


def voids(order: Document, username: str) -> str:
    """What the database answers to a voiding that the services would not have let through."""
    why = {"reason": "not_sent", "explanation_sha256": hashlib.sha256("未发".encode()).hexdigest()}
    said = {"document": str(order.pk), "case": str(order.case_id), **why}
    return refused_with(order, username, "document_void(%s, %s, 'not_sent', %s)", ["未发"], said)


def test_the_database_keeps_who_signed_from_it_also_after_another_has_corrected(order: Document) -> None:
    correct(order, s0="改了一个字")
    assert voids(order, "drc-approver1") == "LZ002", "the one who signed version 1"
    assert voids(order, "drc-approver2") == "LZ002", "the one who made the last version"
    text = correct(order, "drc-reviewer1", s0="又改了一个字")["versions"][-1]
    said = {
        "document": str(order.pk),
        "case": str(order.case_id),
        "version": 4,
        "sha256": "0",
        "earlier": text["sha256"],
    }
    statement = "document_correct(%s, %s, '{}', %s)"
    answer = refused_with(order, "drc-approver1", statement, ["改"], said, action=Action.DOCUMENT_CORRECTED)
    assert answer == "LZ002", "the one who signed version 1"


def test_the_database_keeps_both_from_it_where_a_substitute_signed() -> None:
    stand_in(absent="drc-reviewer1", substitute="drc-handler2", code="320300-drc", roles=["reviewer"])
    case = story.opened()
    story.do("drc-handler1", "propose_exclusion", case, reason_code="node", explanation="区块链节点")
    story.do("drc-handler2", "decide_exclusion", case, decision="approve")
    paper = Document.objects.get(kind="exclusion")
    for username in ("drc-handler2", "drc-reviewer1"):
        assert voids(paper, username) == "LZ002", username
        page = entered(username).get(path(paper)).content.decode()
        assert paper.number in page and "作废文书" not in page and "制发更正版" not in page, username
        with pytest.raises(fate.DocumentRefused):
            void(paper, username)
    assert void(paper, "drc-approver1")["state"] == "voided"


def refused_with(
    order: Document,
    username: str,
    statement: str,
    values: list[Any],
    data: dict[str, Any],
    *,
    action: Action = Action.DOCUMENT_VOIDED,
) -> str:
    actor = who(username)
    with pytest.raises(AuditError) as caught, seeing(actor), transaction.atomic():
        record_by(
            f"SELECT {statement}",
            [str(order.pk), *values],
            stream=f"account/{username}",
            action=action,
            actor=event_actor(actor, actor.posts[0]),
            data=data,
            now=WORLD.now,
        )
    return str(caught.value.sqlstate)


# -- the register ------------------------------------------------------------------------------------------------------


def test_the_register_has_every_number_and_names_no_case_that_is_out_of_sight() -> None:
    for username in ("drc-handler1", "drc-reviewer1"):
        cleared(username, "sensitive")
    world = World()
    case = world.open(title="云龙区 秘密仓库", confidentiality="sensitive")
    world.act(case, "drc-handler1", "propose_exclusion", reason_code="node", explanation="区块链节点")
    world.act(case, "drc-reviewer1", "decide_exclusion", decision="approve")
    secret = Document.objects.get(kind="exclusion")
    (row,) = register(secret)
    assert (row["serial"], row["document"], row["case"]) == (1, secret.pk, secret.case.number)
    (row,) = register(secret, "drc-handler2")
    assert (row["serial"], row["number"], row["document"], row["case"]) == (1, secret.number, None, None)
    assert get_document(who("drc-handler2"), secret.pk) is None


def test_the_register_of_an_agency_is_read_there_and_by_who_supervises_its_region(order: Document) -> None:
    for username, rows in (("drc-handler2", 1), ("sup-supervisor1", 1), ("grid-handler1", 0), ("nj-drc-reviewer1", 0)):
        assert len(register(order, username)) == rows, username
        with seeing(who(username)):
            told = {row["kind"] for row in list_series(who(username)) if row["agency_id"] == order.agency_id}
        assert ("suspension_order" in told) == bool(rows), username


def test_the_page_of_the_register_shows_voided_numbers(order: Document) -> None:
    void(order)
    key = f"{order.agency_id}-{order.kind}-{order.year}"
    page = entered("drc-handler1").get(f"/documents/?series={key}").content.decode()
    assert order.number in page and "已作废" in page and "内容有误" in page
    grid = entered("grid-handler1").get(f"/documents/?series={key}").content.decode()
    assert order.number not in grid


# -- the check ---------------------------------------------------------------------------------------------------------


def test_the_check_tells_one_word_to_whoever_holds_number_and_hash(order: Document) -> None:
    code = str(order.sha256)
    for given in (code, code[:16], code[:16].upper(), f" {code[:8]} {code[8:16]} "):
        assert check(order.number, given) == "valid"
    assert check(order.number.replace("〔", "[").replace("〕", "]"), code) == "valid"
    for number, given in (
        (order.number, code[:15]),
        (order.number, ""),
        (order.number, "0" * 16),
        (order.number, f"{code}0"),
        (order.number, "%" * 16),
        (order.number, "_" * 16),
        ("徐整治停〔2026〕2号", code),
        ("", code),
        ("\x00", code),
    ):
        assert check(number, given) == "unknown", (number, given)
    correct(order, s0="改了一个字")
    assert check(order.number, code) == "corrected"
    latest = DocumentVersion.objects.filter(document=order).latest("version")
    assert check(order.number, latest.sha256) == "valid"
    void(order, "drc-reviewer1")
    assert check(order.number, code) == check(order.number, latest.sha256) == "voided"


def test_the_page_of_the_check_is_open_and_tells_nothing_of_a_case(order: Document) -> None:
    cache.clear()
    page = Client().get("/check/", {"number": order.number, "code": str(order.sha256)[:16]})
    text = page.content.decode()
    assert text.split("</head>")[0].count("文书核验") == 1, "its name is the title, and stands before no page"
    assert page.status_code == 200 and 'data-found="valid"' in text and page["Cache-Control"] == "private, no-store"
    for told in (
        order.case.number,
        order.case.title,
        str(order.pk),
        "徐州市发展和改革委员会",
        "停（限）电函",
        str(order.sha256),
    ):
        assert told not in text, told
    unknown = Client().get("/check/", {"number": order.number, "code": "0" * 16}).content.decode()
    strip = re.compile(r'csrfmiddlewaretoken" value="[^"]+"|nonce="[^"]+"')
    missing = Client().get("/check/", {"number": "徐整治停〔2026〕9号", "code": "0" * 16}).content.decode()
    known, unknown_number = (strip.sub("", t).replace("〕9号", "〕1号") for t in (unknown, missing))
    assert known == unknown_number, "a number that was issued looks like one that was not"


@override_settings(RATE_FACTOR=1)
def test_the_check_is_not_for_trying(order: Document) -> None:
    cache.clear()
    client = Client()
    answers = [client.get("/check/", {"number": order.number, "code": f"{n:016x}"}).status_code for n in range(31)]
    assert answers == [200] * 30 + [429]
    assert client.get("/check/").status_code == 200
    cache.clear()


# -- pages and service -------------------------------------------------------------------------------------------------


def test_the_page_of_a_document_shows_its_text_versions_and_what_can_be_done(order: Document) -> None:
    page = entered("drc-approver2").get(path(order)).content.decode()
    assert order.number in page and "申请行政复议" in page and "作废文书" in page and "制发更正版" in page
    assert "作废文书" not in entered("drc-approver1").get(path(order)).content.decode()
    case = entered("drc-handler1").get(f"/cases/{order.case.number}/").content.decode()
    assert path(order) in case


def test_voiding_and_correcting_by_page_keeps_what_was_typed(order: Document) -> None:
    client = entered("drc-approver2")
    typed = {"act": "void", "reason": "", "explanation": "写错了户号"}
    refused = client.post(path(order), typed)
    assert refused.status_code == 400 and "写错了户号" in refused.content.decode()
    version = DocumentVersion.objects.get(document=order)
    parts = ["\n".join(part.paragraphs) for part in fate.editable(paper_of(bytes(version.content)))]
    again = client.post(path(order), {"act": "correct", "part": ["新的事实", *parts[1:]], "why": ""})
    assert again.status_code == 400 and "新的事实" in again.content.decode()
    done = client.post(path(order), {"act": "correct", "part": ["新的事实", *parts[1:]], "why": "事实写错"})
    assert done.status_code == 302
    assert entered("drc-approver1").post(path(order), {**typed, "reason": "not_sent"}).status_code == 409
    assert entered("drc-reviewer1").post(path(order), {**typed, "reason": "not_sent"}).status_code == 302
    assert get_document(who("drc-handler1"), order.pk)["state"] == "voided"


def test_the_sheet_of_service_names_the_document_and_how_it_was_served() -> None:
    world = World()
    case = world.determined(world.verified(world.open()), disposals=["suspension"], **CUT)
    world.suspended(case)
    notice = Document.objects.get(kind="suspension_notice")
    sheet = entered("grid-handler1").get(f"{path(notice)}receipt.pdf")
    said = "".join("".join(p.extract_text() for p in pypdf.PdfReader(BytesIO(sheet.content)).pages).split())
    for text in ("送达回证", notice.number, str(notice.sha256)[:16], "送达方式", "受送达人", "见证人"):
        assert text in said, text
    assert "电子文书校验栏" not in said
    event = json.loads(bytes(Event.objects.get(action="document_read").body))
    assert event["data"]["document"] == str(notice.pk)
    assert UUID(event["data"]["case"]) == notice.case_id
    page = entered("grid-handler1").get(path(notice)).content.decode()
    assert "送达方式" in page

"""The papers that acts issue: each is there with its act, and says what its receiver has to know."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest
from django.db import connection

from cases.documents.numbering import DOCUMENT_WORDS
from cases.documents.papers.templates import kinds, template_for
from cases.documents.papers.text import Paper, paper_of
from cases.models import Document, DocumentVersion
from cases.workflow.papers import values
from tests.workflow import test_statements as stories
from tests.workflow.world import World, at

pytestmark = pytest.mark.usefixtures("demo_city")


def issued_by(story: Any) -> dict[str, Paper]:
    """The papers of one story, the last of each kind."""
    story(stories.Counting())
    rows = DocumentVersion.objects.select_related("document").order_by("document__event_seq", "id")
    return {row.document.kind: paper_of(bytes(row.content)) for row in rows}


@pytest.fixture(scope="module")
def known() -> dict[str, Paper]:
    return {}


def excluded(world: stories.Counting) -> None:
    case = world.open()
    world.act(case, "drc-handler1", "propose_exclusion", reason_code="node", explanation="区块链节点")
    world.act(case, "drc-reviewer1", "decide_exclusion", decision="approve")


@pytest.mark.parametrize("story", [*stories.STORIES, excluded], ids=lambda story: story.__name__)
def test_every_document_has_its_text_and_the_event_has_its_hash(story: Any, known: dict[str, Paper]) -> None:
    known |= issued_by(story)
    for document in Document.objects.all():
        version = DocumentVersion.objects.get(document=document, version=1)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT convert_from(body, 'UTF8') FROM audit_event WHERE stream = %s AND seq = %s",
                [f"case/{document.case_id}", document.event_seq],
            )
            said = json.loads(cursor.fetchone()[0])["document"]
        assert said["sha256"] == document.sha256 == version.sha256 == hashlib.sha256(version.content).hexdigest()
        assert said["template_sha256"] == template_for(document.kind, document.at.date()).sha256
        paper = paper_of(bytes(version.content))
        assert (paper.number, paper.kind, paper.sha256) == (document.number, document.kind, version.sha256)


def test_the_stories_issue_every_kind_and_every_kind_has_a_template(known: dict[str, Paper]) -> None:
    assert set(known) == set(kinds()) == set(DOCUMENT_WORDS) == set(values._BY_KIND)


ADVERSE = {
    "determination",
    "objection_answer",
    "stay",
    "stay_lifted",
    "surcharge_list",
    "surcharge_notice",
    "suspension_notice",
    "suspension_order",
}


def test_what_is_adverse_says_facts_basis_decision_and_rights_where_and_by_when(known: dict[str, Paper]) -> None:
    for kind in kinds():
        headings = [section.heading for section in known[kind].sections if section.heading]
        if kind not in ADVERSE:
            assert headings == []
            continue
        assert headings == ["一、事实", "二、依据", "三、决定事项", "四、权利告知"], kind
        rights = "".join(known[kind].sections[3].paragraphs)
        assert "申请行政复议" in rights and "徐州市人民政府" in rights and "60日" in rights, kind
        assert "6个月" in rights and "人民法院提起行政诉讼" in rights, kind
        assert all(section.paragraphs for section in known[kind].sections), kind


def test_nobody_writes_to_themselves(known: dict[str, Paper]) -> None:
    assert [kind for kind, paper in known.items() if paper.to == paper.agency] == []
    assert known["urge"].to == "徐州市发展和改革委员会", "whoever leads the case, where no task is named"


def test_no_paper_has_a_gap_where_a_word_should_be(known: dict[str, Paper]) -> None:
    for kind, paper in known.items():
        for text in (paper.title, paper.to, *(p for s in paper.sections for p in s.paragraphs), *paper.attachments):
            for trace in ("{", "}", "：；", "：。", "，，", "None", "“”", "：，"):
                assert trace not in text, (kind, text)


def test_the_periods_of_a_notice_are_counted_from_its_day() -> None:
    papers = issued_by(stories.detours_of_a_cut)
    said = "".join(papers["suspension_notice"].sections[3].paragraphs)
    day = Document.objects.filter(kind="suspension_notice").latest("at").at.date()
    assert at("2026-11-01 09:00").date() < day
    assert "3个工作日" in said and "12398" in said
    assert "于本文书签发当日送达的，截至2027年" in said


def test_a_price_that_nobody_verified_says_so(known: dict[str, Paper]) -> None:
    for kind in ("surcharge_list", "surcharge_notice"):
        assert any("未核实" in text for text in known[kind].sections[-1].paragraphs), kind
        assert "0.30" in "".join(known[kind].sections[2].paragraphs)


def test_no_account_address_or_name_stands_in_a_text() -> None:
    world = World()
    case = world.determined(world.verified(world.open()), disposals=["suspension", "surcharge"], **stories.CUT)
    world.suspended(case)
    world.surcharged(case)
    kept = b"".join(bytes(content) for content in DocumentVersion.objects.values_list("content", flat=True))
    for personal in ("3203000000001", "和平路1号", "李明远", "陈洁"):
        assert personal.encode() not in kept, personal
    assert "户号" in kept.decode()

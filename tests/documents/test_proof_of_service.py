"""送达回证: what is on record of each way of service stands on the sheet, and no name of who signed or witnessed."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pypdf
import pytest

from cases.documents.papers.pdf import render_pdf
from cases.documents.papers.text import Paper
from cases.policy.cutting.service import ways
from cases.workflow.papers.service import receipt, served
from tests.documents.test_papers import sample
from tests.workflow.desk import Desk
from tests.workflow.test_service_ways import approved, failed, serving

# What the sheet says of each way beside its name and time.
SAID: dict[str, tuple[str, ...]] = {
    "direct": ("签收情况：当事人签字",),
    "adult": ("签收情况：同住成年家属签字",),
    "left": ("签收情况：拒绝签字，有见证人", "送达凭证：1 份，存案"),
    "post": ("邮件编号：EB123456789CN", "送达凭证：1 份，存案"),
    "electronic": ("同意电子送达的书面材料：1 份，存案", "送达凭证：1 份，存案"),
    "public": (
        "公告载体：某日报",
        "送达凭证：1 份，存案",
        "公告刊登时间：2026年11月5日10时00分",
        "公告期满日：2026年12月7日",
        "此前未送达：直接送达，无人在场，2026年11月3日10时00分",
        "此前未送达：邮寄送达，邮件退回，2026年11月4日10时00分",
    ),
}


def about(desk: Desk) -> dict[str, Any]:
    """The notice as its page has it, with what the act of its service wrote."""
    return {
        "kind": "suspension_notice",
        "number": "徐供电停告〔2026〕1号",
        "case_number": "XZ26-0001",
        "at": desk.now,
        "service": {"suspension": desk.fact("suspension")},
    }


def sheet(desk: Desk) -> tuple[str, Paper]:
    paper = receipt(about(desk), sample("suspension_notice"))
    return "\n".join(paper.sections[0].paragraphs), paper


@pytest.mark.parametrize("way", list(ways()))
def test_the_sheet_says_of_every_way_what_proves_it(way: str) -> None:
    desk = approved()
    if way == "public":
        failed(desk, "direct", "post")
    desk.act("grid-crew1", "serve_notice", **serving(desk, way))
    said, paper = sheet(desk)
    assert f"送达方式：{ways()[way].zh}" in said and "停电时段：" in said and "送达时间：" in said
    for line in SAID[way]:
        assert line in said, line
    assert ("此前未送达" in said) == (way == "public")
    assert not any(name in said for name in ("张三", "李四", "王五", "社区"))
    assert "第八十七条" in said.splitlines()[-1]
    if way == "public":
        printed = "".join(page.extract_text() for page in pypdf.PdfReader(BytesIO(render_pdf(paper))).pages)
        assert all("".join(line.split()) in "".join(printed.split()) for line in SAID[way])


def test_before_the_service_the_sheet_offers_every_way_to_be_ticked() -> None:
    said, _ = sheet(approved())
    assert served(about(approved())) == []
    assert all(f"□{way.zh}" in said for way in ways().values())

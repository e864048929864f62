"""`manage.py draw_feedback`, and the cover report of a version."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from audit.models import Access
from cases.intake.feedback.printing import report_file
from cases.intake.feedback.report import Block, blocks_of
from cases.intake.rotation import keys_in_use
from cases.models import FeedbackPart
from tests.intake.feedback.listing import NAME, brought, excluded
from tests.intake.feedback.telling import draw, seen, sent, sheets_in

pytestmark = pytest.mark.usefixtures("demo_city")
SUBSCRIBERS = ("58.218.77.91", "JS-1", "pool.example")


def test_the_command_draws_up_counts_and_writes_the_workbook(tmp_path: Path) -> None:
    brought()
    excluded(2)
    out, path = io.StringIO(), tmp_path / "反馈.xlsx"
    call_command("draw_feedback", NAME, "--json", "--output", str(path), stdout=out, stderr=io.StringIO())
    told = json.loads(out.getvalue())
    assert (told["number"], told["state"], told["rows"], told["answered"], told["unanswered"]) == (1, "drawn", 5, 2, 3)
    assert told["counts"]["progress"] == {"triage": 3, "closed": 1, "refused": 1}
    assert sheets_in(path.read_bytes())["名单"][1][:2] == ["JS-1", "58.218.77.91"]
    line = Access.objects.latest("id")
    assert (line.way, line.items, line.user_id) == ("command", ["feedback"], None)


def test_the_command_says_in_words_what_it_did_and_that_there_is_no_such_batch() -> None:
    brought()
    out = io.StringIO()
    call_command("draw_feedback", NAME, stdout=out, stderr=io.StringIO())
    assert "反馈第1版（已拟制，待核对）：共 5 行，已答复 1 行，未答复 4 行" in out.getvalue()
    with pytest.raises(CommandError, match="没有名为"):
        call_command("draw_feedback", "没有这个")


def words(blocks: list[Block]) -> str:
    return "\n".join(text for block in blocks for text in (block.text, *(cell for row in block.rows for cell in row)))


def test_the_report_tells_the_counts_the_open_rows_and_the_letter_and_names_nobody() -> None:
    brought()
    excluded(2)
    sent(NAME)
    excluded(1)
    draw(NAME)
    blocks = blocks_of(seen(NAME))
    told = words(blocks)
    assert blocks[0].text == f"关于“{NAME}”核查情况的反馈报告"
    for said in (
        "徐州市通信行业管理办公室：",
        "共5行）已按行核查",
        "已答复4行，占80.0%，未答复1行。",
        "尚未答复的行：第3行",
        "与第1版（徐发改函〔2026〕12号",
        "新答复2行，更正0行",
        "徐州市发展和改革委员会",
    ):
        assert said in told, said
    findings = next(block.rows for block in blocks if block.kind == "table")
    assert findings[0][0] == "核查结果"
    assert findings[0][-2:] == ("行数", "案件数")
    assert [row[-2:] for row in findings if row[0] == "误报"] == [("3", "2")]
    assert findings[-1][-2:] == ("5", "3")
    assert not any(value in told for value in SUBSCRIBERS)
    assert report_file(seen(NAME)).read(2) == b"PK"


def test_its_pieces_are_among_what_is_sealed_again_under_a_new_key() -> None:
    brought()
    draw(NAME)
    assert sum(keys_in_use()["cases_feedbackpart"].values()) == FeedbackPart.objects.count() == 1

"""The system checks notice a table that is not whole; the generated pages notice one that has moved on."""

from __future__ import annotations

import shutil
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from django.core.management import CommandError, call_command

from cases.management.commands import generate_docs
from cases.workflow.fields import Field
from cases.workflow.reference import checks, diagram
from cases.workflow.transitions import TRANSITIONS
from cases.workflow.view import Text


def found() -> str:
    return "\n".join(str(message.msg) for message in checks.check_workflow_table())


def test_the_table_as_it_is_passes() -> None:
    assert found() == ""


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"agency": ()}, "comment.agency: 不能为空"),
        ({"agency": ("tax_office",)}, "unknown value 'tax_office'"),
        ({"role": ("boss",)}, "unknown value 'boss'"),
        ({"to_stages": ("archived",)}, "unknown value 'archived'"),
        ({"basis": ()}, "comment.basis: 不能为空"),
        ({"basis": ("ndrc_9999.nothing",)}, "没有登记的依据 'ndrc_9999.nothing'"),
        ({"must_differ_from": ("comment",)}, "unknown value 'comment'"),
        ({"label": Text("请勿备注", "Comment")}, "用语不当"),
        ({"label": Text("备注", " ")}, "缺少中文或英文"),
        ({"inputs": (Field("comment", "longtext", Text("备注", "Note")),)}, "自由文本须封存"),
        ({"inputs": (Field("pick", "choice", Text("选", "Pick")),)}, "没有选项"),
    ],
)
def test_the_checks_notice(monkeypatch: pytest.MonkeyPatch, changes: dict[str, Any], said: str) -> None:
    monkeypatch.setitem(TRANSITIONS, "comment", replace(TRANSITIONS["comment"], **changes))
    assert said in found()


def test_the_checks_notice_an_act_without_a_row(monkeypatch: pytest.MonkeyPatch) -> None:
    rest = {action: row for action, row in TRANSITIONS.items() if action != "sample_case"}
    monkeypatch.setattr(checks, "TRANSITIONS", rest)
    assert "sample_case: 没有对应的行" in found()


def test_the_checks_notice_a_task_that_nobody_completes(monkeypatch: pytest.MonkeyPatch) -> None:
    for action in ("continue_monitoring", "dispatch_verification", "propose_exclusion", "propose_transfer"):
        row = TRANSITIONS[action]
        rest = tuple(kind for kind in row.completes if kind != "triage")
        monkeypatch.setitem(TRANSITIONS, action, replace(row, completes=rest))
    assert "task triage: 没有事项完成它" in found()


def test_the_generated_pages_are_those_of_the_table() -> None:
    call_command("generate_docs", "--check")


def test_a_page_that_differs_from_the_table_fails_the_check(tmp_path: Path, settings: Any) -> None:
    shutil.copy(settings.BASE_DIR / "README.md", tmp_path)  # only its diagram is made from the table
    settings.BASE_DIR = tmp_path
    with pytest.raises(CommandError, match=r"docs/workflow\.md"):
        call_command("generate_docs", "--check")
    call_command("generate_docs", stdout=StringIO())
    call_command("generate_docs", "--check")
    (tmp_path / "docs" / "permissions.md").write_text("手改", encoding="utf-8")
    with pytest.raises(CommandError, match=r"docs/permissions\.md 与流程表不一致"):
        call_command("generate_docs", "--check")


def test_the_permission_page_has_a_line_for_every_act() -> None:
    page = generate_docs.generated()[Path("docs/permissions.md")]
    assert all(f"`{action}`" in page for action in TRANSITIONS)


def test_the_drawing_is_well_formed_and_shows_every_move() -> None:
    ET.fromstring(diagram.svg())
    moves = {(m.source, m.target) for m in diagram.moves()}
    assert ("verification", "penalty_tariff") in moves
    assert ("suspension", "verification") in moves
    assert not {m for m in moves if "any" in m}
    assert all(f"{source} --> {target}" in diagram.mermaid() for source, target in moves)

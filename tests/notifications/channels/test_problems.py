"""What went wrong, said in the language of the page and in no other."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import notifications
from agencies.errors import BadInput
from agencies.vocabulary import Label
from notifications.channels.base import Temporary
from notifications.channels.endpoints.checking import check_address_of
from notifications.channels.problems import LONGEST, as_kept, in_both, in_one, problem_of
from notifications.delivery.digests import READ_MEANWHILE
from notifications.delivery.leases import CUT_OFF
from notifications.delivery.outgoing import NO_CONTACT, NO_ENDPOINT, NO_READER, NOT_FOR_GROUPS
from notifications.delivery.sending import NO_SENDER

FOLDER = Path(notifications.__file__).parent
SENTENCES = (NO_CONTACT, NO_ENDPOINT, NO_READER, NOT_FOR_GROUPS, NO_SENDER, CUT_OFF, READ_MEANWHILE)
LONG = "a" * 150


@pytest.mark.parametrize("said", SENTENCES)
def test_each_reader_gets_the_half_that_is_theirs(said: Label) -> None:
    assert in_both(as_kept(said)) == said
    assert in_one(as_kept(said)) == f"{said.zh} {said.en}"


def test_a_name_that_is_too_long_for_the_column_takes_nothing_from_the_other_language() -> None:
    kept = as_kept(Label(f"{LONG} 未列出", f"{LONG} is not listed"))
    assert len(kept) <= LONGEST
    assert in_both(kept).zh == in_both(kept).en == "a" * (LONGEST // 2 - 1)
    assert len(as_kept(Label("a" * 300, "a" * 300))) == LONGEST


def test_of_what_nobody_foresaw_no_word_is_kept_but_where_it_happened() -> None:
    def broken() -> None:
        raise KeyError("13805201234")

    with pytest.raises(KeyError) as told:
        broken()
    assert re.fullmatch(r"KeyError broken:\d+", problem_of(told.value))
    assert problem_of(Temporary("暂不能发送", "not now")) == "暂不能发送\nnot now"


def sentences() -> list[tuple[str, list[str]]]:
    """What each sender says when it raises: the literal parts of the two halves, as they stand in the code."""
    found = []
    for path in sorted(FOLDER.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in {"Temporary", "Permanent"}:
                literal = [_literal(each) for each in node.args if not isinstance(each, ast.Starred)]
                found.append((f"{path.name}:{node.lineno}", [text for text in literal if text is not None]))
    return found


def _literal(node: ast.expr) -> str | None:
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) for part in node.values if isinstance(part, ast.Constant))
    return None


def test_every_sender_says_what_went_wrong_in_both_languages() -> None:
    found = [(where, halves) for where, halves in sentences() if halves]
    assert len(found) > 20
    for where, halves in found:
        assert len(halves) == 2, where
        assert not re.search(r"\b(?:the|is|not|no)\b", halves[0]), where
        assert re.search(r"[\u4e00-\u9fff]", halves[0]) and halves[1].isascii(), where


@pytest.mark.parametrize("url", ["https://elsewhere.example/in", "https://[half/in"])
def test_a_host_that_may_not_be_called_is_refused_in_one_language_at_a_time(url: str) -> None:
    with pytest.raises(BadInput) as refused:
        check_address_of("webhook", url)
    assert not re.search(r"\b(?:is|not|the|be)\b", refused.value.text.zh) and refused.value.text.en.isascii()
    assert "LIANZHI_OUTGOING_HOSTS" in refused.value.text.zh

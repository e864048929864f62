"""Why two entries are one site, or may be, in the words of `cases.policy.matching`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from cases.policy.dated import CHINA
from cases.policy.matching.weights import comparisons, probability
from cases.workflow.view import Text

NOTHING = Text("", "")


def words_of(code: str) -> Text:
    """One reason in both languages; a code that is on record no more stands for itself."""
    found = comparisons().get(code)
    return Text(found.zh, found.en) if found else Text(code, code)


def grounds(codes: Sequence[str], score: float | None) -> Text:
    """The reasons of a row in one sentence, with how sure they make it; empty where there are none."""
    if not codes:
        return NOTHING
    zh = "、".join(words_of(code).zh for code in codes)
    en = ", ".join(words_of(code).en for code in codes)
    if score is None:
        return Text(f"归入依据：{zh}。", f"Why it belongs there: {en}.")
    sure = percent(score)
    return Text(
        f"归入依据：{zh}（分值 {score:+.1f}，可能性约 {sure}）。",
        f"Why it belongs there: {en} (score {score:+.1f}, about {sure}).",
    )


def led_by_answer(answer: Mapping[str, Any]) -> Text:
    """That a row stands where a carrier's reply led it; its list is named where the reader sees it."""
    day = datetime.fromisoformat(answer["at"]).astimezone(CHINA).date().isoformat()
    zh = f"（批次“{answer['batch']}”第 {answer['row']} 行）" if answer["batch"] else ""
    en = f" (row {answer['row']} of “{answer['batch']}”)" if answer["batch"] else ""
    if answer["moved"]:
        return Text(
            f"运营商 {day} 的答复{zh}指明了用户，本行由此改归现在的案件。",
            f"The carrier's reply of {day}{en} named the subscriber, and the row went on to the case where it is now.",
        )
    return Text(
        f"运营商 {day} 的答复{zh}指明了用户，所在案件由此确认。",
        f"The carrier's reply of {day}{en} named the subscriber, whose case this is.",
    )


def grounds_of_answer(answer: Mapping[str, Any], *, before: Sequence[str]) -> Text:
    """Why a row stands where the reply led it; behind it why it had gone to its first case."""
    why = grounds(answer["matched"], answer["score"])
    if not before:
        return why
    zh = f"此前归入依据：{'、'.join(words_of(code).zh for code in before)}。"
    en = f"Before that: {', '.join(words_of(code).en for code in before)}."
    return Text(f"{why.zh}{zh}", f"{why.en} {en}".lstrip())


def percent(score: float) -> str:
    """How likely the score makes it; never quite certain, nor quite impossible."""
    share = probability(score) * 100
    return ">99%" if share > 99 else f"{share:.0f}%" if share >= 1 else "<1%"

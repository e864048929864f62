"""Why two entries are one site, or may be, in the words of `cases.policy.matching`."""

from __future__ import annotations

from collections.abc import Sequence

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


def percent(score: float) -> str:
    """How likely the score makes it; never quite certain, nor quite impossible."""
    share = probability(score) * 100
    return ">99%" if share > 99 else f"{share:.0f}%" if share >= 1 else "<1%"

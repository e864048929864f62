"""What went wrong with a delivery is kept as one sentence, Chinese first; a page shows the half of its reader."""

from __future__ import annotations

import re

from agencies.vocabulary import Label

_CHINESE = re.compile(r".*[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]", re.DOTALL)
_STATUS = re.compile(r"(?:HTTP|SMTP) \d+")
_NAMED = re.compile(r"\(([^()]+)\)$")


def in_both(problem: str) -> Label:
    """Both halves: the Chinese one ends with its last Chinese sign, and what is in neither language is in both.

    A status that opens the sentence, and a name in brackets that ends it, belong to either.
    """
    chinese = _CHINESE.match(problem)
    if chinese is None:
        return Label(problem, problem)
    zh, en = chinese[0], problem[chinese.end() :].strip()
    if not en:
        return Label(zh, zh)
    status, named = _STATUS.match(zh), _NAMED.search(en)
    return Label(f"{zh}（{named[1]}）" if named else zh, f"{status[0]}: {en}" if status else en)

"""What a message says on every road, one place for each topic: the inbox line, mail, text message, group robot.

The line (`wording`) is the same everywhere. A mail adds the facts below it, one a line; a digest is a numbered list. A
text message and a robot hold the line and the link. Number, stage, kind of task and deadline only: a key of a payload
that does not stand here goes nowhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from django.utils import timezone

from agencies.vocabulary import Label
from cases.web.show.words import STAGES
from notifications.choices.kinds import EMAIL
from notifications.wording import wording

DIGEST: Final = "digest"
_PRODUCT: Final = Label("联治", "Lianzhi")
# What a mail lists; the rest is in the inbox, to which it leads.
DIGEST_LINES: Final = 200
_MORE: Final = Label("另有 {n} 条，见站内消息", "{n} more in the inbox")
_DIGEST: Final = Label("今日消息汇总，{n} 条", "daily digest, {n} messages")
_NUMBER, _STAGE, _DUE = Label("案件编号", "Case"), Label("阶段", "Stage"), Label("期限", "Deadline")


def outgoing_text(
    *,
    topic: str,
    payloads: Sequence[Mapping[str, Any]],
    language: str,
    digest: bool,
    channel: str = EMAIL,
    topics: Sequence[str] = (),
) -> tuple[str, str]:
    """Subject and text of one message, or of a digest of several (`topics`: theirs, in the same order)."""
    lines = [wording(each, payload).get(language) for each, payload in zip(topics or [topic], payloads, strict=True)]
    if digest:
        said = _DIGEST.get(language).format(n=len(lines))
        listed = [f"{n}. {line}" for n, line in enumerate(lines[:DIGEST_LINES], 1)]
        more = [_MORE.get(language).format(n=len(lines) - DIGEST_LINES)] if len(lines) > DIGEST_LINES else []
        return f"{_named(language)}{said}", "\n".join([*listed, *more])
    text = lines[0]
    if channel == EMAIL:
        text = "\n".join([text, *_facts(payloads[0], language)])
    return f"{_named(language)}{lines[0]}", text


def _named(language: str) -> str:
    return f"{_PRODUCT.zh}：" if language != "en" else f"{_PRODUCT.en}: "


def _facts(payload: Mapping[str, Any], language: str) -> list[str]:
    """The facts of a mail, each on a line of its own; of many cases or none (a year, a report) there are none."""
    of_case = {"stage", "kind"} & payload.keys()
    if "count" in payload or not of_case or not payload.get("number"):
        return []
    stage = STAGES.get(str(payload.get("stage", "")))
    found = [(_NUMBER, str(payload["number"]))]
    if stage is not None:
        found.append((_STAGE, stage.text.get(language)))
    if due := payload.get("due_at"):
        found.append((_DUE, f"{timezone.localtime(datetime.fromisoformat(str(due))):%Y-%m-%d %H:%M}"))
    sign = "：" if language != "en" else ": "
    return [f"{name.get(language)}{sign}{value}" for name, value in found]

"""What becomes of a document after it was issued: voided, or corrected by a further version, by another person.

The act stays as it is: taking it back is an act of its own (a withdrawal, a restoration). What is done is on record
in the account stream of whoever does it; `document_void` and `document_correct` write only what their event says.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from agencies.actors import Actor, Post
from agencies.authority import event_actor
from agencies.vocabulary import Role
from audit.actions import Action
from audit.errors import MalformedBodyError, SightError, StreamRefusedError
from audit.services import record_by
from cases.documents.papers.composing import printable
from cases.documents.papers.text import Paper, Section, paper_of
from cases.selectors.documents import get_document, signed_for, text_of

# Why a document is voided; codes stand in events and are never renamed.
REASONS: Final[Mapping[str, tuple[str, str]]] = {
    "wrong_content": ("内容有误", "Wrong content"),
    "wrong_receiver": ("主送单位有误", "Wrong receiver"),
    "issued_twice": ("重复制发", "Issued twice"),
    "not_sent": ("未发出", "Never sent"),
    "withdrawn": ("所依据的事项已撤回", "What it rests on was withdrawn"),
}
LONGEST = 400
_SIGNERS: Final = frozenset({Role.REVIEWER, Role.APPROVER})
_NOTE = "更正说明："


class DocumentRefused(Exception):
    """What was asked of a document is not done; `field` names the input that has to be another."""

    def __init__(self, code: str, zh: str, en: str, field: str = "") -> None:
        super().__init__(en)
        self.code, self.zh, self.en, self.field = code, zh, en, field


def signing_post(actor: Actor, about: Mapping[str, Any]) -> Post | None:
    """The post in which this person may change the document: review or signature in the agency that issued it."""
    agency = about["agency"]["id"] if about["agency"] else None
    found = (post for post in actor.posts if post.principal_id == agency and not post.roles.isdisjoint(_SIGNERS))
    return next(found, None)


def may_change(actor: Actor, about: Mapping[str, Any]) -> bool:
    """Another person than who signed it, in whose stead it was signed, and who made its last version.

    Only what still counts and has a text.
    """
    made_by = {row["by"]["id"] for row in (*about["versions"][:1], *about["versions"][-1:]) if row["by"]}
    if not made_by or about["void"] is not None or signing_post(actor, about) is None:
        return False
    return (made_by | {signed_for(actor, about["id"])}).isdisjoint({actor.user_id, *actor.stood_for})


def void_document(
    *, actor: Actor, document_id: UUID, reason: str, explanation: str, now: datetime
) -> dict[str, Any] | None:
    """Let a document count no more; None where there is none for this person. Raises DocumentRefused."""
    about = get_document(actor, document_id)
    if about is None:
        return None
    if reason not in REASONS:
        raise DocumentRefused("unknown_reason", "请选择作废原因", "choose a reason", "reason")
    if about["waiting"]:
        raise DocumentRefused(
            "not_handed_over",
            "这份文书正待送达：内容有误的，制发更正版后送达；不再送达的，先撤回所依据的决定",
            "it waits to be handed over: correct it and hand over that version, or have the decision withdrawn first",
        )
    said = _explained(explanation, "explanation")
    digest = hashlib.sha256(said.encode()).hexdigest()
    data = {"reason": reason, "explanation_sha256": digest}
    change = Change(Action.DOCUMENT_VOIDED, "SELECT document_void(%s, %s, %s, %s)", [reason, said], data)
    _record(actor, about, change, now)
    return get_document(actor, document_id)


def correct_document(
    *, actor: Actor, document_id: UUID, sections: Sequence[str], reason: str, now: datetime
) -> dict[str, Any] | None:
    """Issue a further version under the same number; None where there is none for this person.

    `sections` are the paragraphs of each part, a line each; the rest stays. Raises DocumentRefused.
    """
    about = get_document(actor, document_id)
    if about is None:
        return None
    content = text_of(actor, document_id, about["latest"]) if about["readable"] and about["latest"] else None
    if content is None:
        raise DocumentRefused("no_text", "这份文书没有可更正的正文。", "This document has no text to correct.")
    said = _explained(reason, "why")
    paper = corrected(paper_of(content), sections, said)
    data = {"version": paper.version, "sha256": paper.sha256, "earlier": paper.earlier}
    values = [paper.content, said]
    change = Change(Action.DOCUMENT_CORRECTED, "SELECT document_correct(%s, %s, %s, %s)", values, data)
    _record(actor, about, change, now)
    return get_document(actor, document_id)


def editable(paper: Paper) -> list[Section]:
    """The parts that a correction may change: all but the notes on earlier corrections."""
    return [section for section in paper.sections if not section.paragraphs[0].startswith(_NOTE)]


def corrected(paper: Paper, sections: Sequence[str], reason: str) -> Paper:
    """The paper with these paragraphs, as the version after this one."""
    parts = editable(paper)
    lines = [tuple(filter(None, map(printable, text.splitlines()))) for text in sections]
    if len(lines) != len(parts) or not all(lines):
        raise DocumentRefused("empty_part", "每一部分都应有内容", "no part may be empty", "sections")
    changed = tuple(Section(part.heading, found) for part, found in zip(parts, lines, strict=True))
    if changed == tuple(parts):
        raise DocumentRefused("unchanged", "没有改动任何内容", "nothing was changed", "sections")
    note = f"{_NOTE}本版更正第{paper.version}版，更正理由：{printable(reason)}。"
    last = (*changed, Section("", (note,)))
    return replace(paper, sections=last, version=paper.version + 1, earlier=paper.sha256)


def _explained(text: str, field: str) -> str:
    said = " ".join(text.split())
    if not 2 <= len(said) <= LONGEST:
        raise DocumentRefused(
            "no_reason", f"请写明理由（2 至 {LONGEST} 字）", f"say why, in 2 to {LONGEST} characters", field
        )
    return said


@dataclass(frozen=True, slots=True)
class Change:
    """What is put on record, and the function of the database that does it with the event in hand."""

    action: Action
    call: str
    values: Sequence[Any]
    data: Mapping[str, Any]


def _record(actor: Actor, about: Mapping[str, Any], change: Change, now: datetime) -> None:
    post = signing_post(actor, about)
    if post is None or not may_change(actor, about):
        raise _NOT_YOURS
    try:
        with transaction.atomic():
            record_by(
                change.call,
                [about["id"], *change.values],
                stream=f"account/{actor.username}",
                action=change.action,
                actor=event_actor(actor, post),
                data={"document": about["id"], "case": about["case"], "number": about["number"], **change.data},
                now=now,
            )
    except (StreamRefusedError, MalformedBodyError, SightError) as error:
        # Whatever has changed since it was read: voided, corrected, or no post there any more.
        raise _NOT_YOURS from error


_NOT_YOURS = DocumentRefused(
    "not_another_person",
    "文书由制发单位的审核或签发人员作废、更正，且应为签发人以外的另一人；已作废的不再改动。",
    "A document is voided or corrected by a reviewer or approver of the agency that issued it, who is another person"
    " than the one who signed it; one that is voided is not changed any more.",
)

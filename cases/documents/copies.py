"""Copies of documents as files: whoever takes one is in the access log and in an event, before it leaves."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.http import HttpRequest

from agencies.access.reads import note_read
from agencies.actors import Actor
from agencies.authority import event_actor
from audit.access.writing import Way
from audit.actions import Action
from audit.services import record
from cases.documents.attachments import FileRefused, download_headers, post_in, seen_through
from cases.documents.papers.docx import render_docx
from cases.documents.papers.pdf import render_pdf
from cases.documents.papers.text import Paper, paper_of
from cases.selectors.documents import get_document, text_of

FORMS: Final = ("pdf", "docx")
VOIDED, SUPERSEDED = "已作废", "已更正"


@dataclass(frozen=True, slots=True)
class Copy:
    """A file that somebody takes along."""

    name: str
    content: bytes

    @property
    def headers(self) -> dict[str, str]:
        return download_headers({"filename": self.name, "sha256": hashlib.sha256(self.content).hexdigest()})


class TextWithheld(FileRefused):
    """The document is listed for this person, but what was typed into it is not shown to them."""

    def __init__(self) -> None:
        super().__init__(
            "文书中有对受文单位写的内容，不对你所在单位显示；可核对文号和 SHA-256。",
            "What was written to its receiver stands in this document and is not shown to your agency; its number and"
            " SHA-256 are listed.",
        )


def mark_of(about: Mapping[str, Any], version: int) -> str:
    """What is written across the pages."""
    return VOIDED if about["void"] else SUPERSEDED if version < about["latest"] else ""


def paper_at(actor: Actor, about: Mapping[str, Any], version: int) -> Paper | None:
    """The text of a version; None where there is no such version. Raises TextWithheld."""
    if not about["readable"]:
        raise TextWithheld
    content = text_of(actor, about["id"], version)
    return None if content is None else paper_of(content)


def take_copy(
    actor: Actor,
    document_id: UUID,
    version: int,
    form: str,
    *,
    now: datetime,
    way: Way = Way.DOWNLOAD,
    request: HttpRequest | None = None,
) -> Copy | None:
    """One version of a document as a file; None where there is none for this person. Raises TextWithheld."""
    about = get_document(actor, document_id)
    paper = paper_at(actor, about, version) if about is not None and form in FORMS else None
    if about is None or paper is None:
        return None
    content = render_docx(paper) if form == "docx" else render_pdf(paper, mark=mark_of(about, version))
    label = f"（第{version}版）" if version > 1 else ""
    copy = Copy(f"{about['number']}{label}.{form}", content)
    hand_out(actor, about, copy, paper, now=now, way=way, request=request)
    return copy


def hand_out(
    actor: Actor,
    about: Mapping[str, Any],
    copy: Copy,
    paper: Paper,
    *,
    now: datetime,
    way: Way = Way.DOWNLOAD,
    request: HttpRequest | None = None,
) -> None:
    """Put on record who takes which file; what cannot be recorded does not leave."""
    digest = hashlib.sha256(copy.content).hexdigest()
    post = post_in(actor, seen_through(actor, about["case"]))
    said = {"document": about["id"], "case": about["case"], "number": about["number"], "version": paper.version}
    with transaction.atomic():
        note_read(
            actor=actor,
            way=way,
            case_id=about["case"],
            target=f"document/{about['id']}",
            items=[paper.kind],
            file_hash=digest,
            request=request,
            post=post,
            now=now,
        )
        record(
            stream=f"account/{actor.username}",
            action=Action.DOCUMENT_READ,
            actor=event_actor(actor, post),
            data={**said, "text_sha256": paper.sha256, "file_sha256": digest},
            now=now,
        )

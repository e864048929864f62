"""One document: what it says, its versions, what became of it, how it was served."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.conf import settings
from django.urls import reverse

from agencies.actors import Actor
from cases.documents.copies import TextWithheld, paper_at
from cases.documents.fate import REASONS, editable, may_change
from cases.documents.papers.code import DIGITS
from cases.selectors.paging import Row
from cases.web.show.measures import paper_name
from cases.workflow.papers import waiting
from cases.workflow.papers.service import served
from cases.workflow.view import Text

STATES: Final[Mapping[str, tuple[Text, str]]] = {
    "valid": (Text("有效", "Valid"), "ok"),
    "corrected": (Text("已更正，以最新版为准", "Corrected; the newest version counts"), "warn"),
    "voided": (Text("已作废", "Voided"), "bad"),
    "unknown": (Text("没有这份文书", "No such document"), "bad"),
}


def reason(code: str) -> Text:
    """Why a document was voided, in words."""
    return Text(*REASONS[code]) if code in REASONS else Text(code, code)


def context(actor: Actor, about: Row) -> dict[str, Any]:
    """What the page of one document is filled with."""
    state, tone = STATES[about["state"]]
    why: Text | None = None
    try:
        paper = paper_at(actor, about, about["latest"]) if about["latest"] else None
    except TextWithheld as withheld:
        paper, why = None, Text(withheld.zh, withheld.en)
    allowed = may_change(actor, about)
    latest = about["versions"][-1] if about["versions"] else None
    return {
        "about": about,
        "kind_name": paper_name(about["kind"]),
        "state": state,
        "tone": tone,
        "void_reason": reason(about["void"]["reason"]) if about["void"] else "",
        "paper": paper,
        "withheld": why,
        "versions": [_version(about, row) for row in reversed(about["versions"])],
        "served": served(about),
        "receipt": reverse("web:document_receipt", args=[about["case_number"], about["id"]]) if paper else "",
        "code": latest["sha256"][:DIGITS] if latest else "",
        "check": f"{settings.PUBLIC_URL}{reverse('web:check')}",
        "may_void": allowed,
        "may_correct": allowed and paper is not None,
        "reasons": [(code, Text(*words)) for code, words in REASONS.items()],
        "parts": [
            {"heading": part.heading, "text": "\n".join(part.paragraphs)} for part in (editable(paper) if paper else ())
        ],
    }


def to_hand_over(case: Row | None, action: str) -> dict[str, str] | None:
    """The paper that this act on the case hands over, with where it is printed."""
    paper = waiting.to_hand_over(case["facts"], action) if case else None
    if case is None or paper is None:
        return None
    given = [case["number"], paper["id"]]
    return {
        "number": paper["number"],
        "page": reverse("web:document", args=given),
        "receipt": reverse("web:document_receipt", args=given),
    }


def _version(about: Row, row: Row) -> dict[str, Any]:
    given = [about["case_number"], about["id"], row["version"]]
    links = [(form, reverse("web:document_file", args=[*given, form])) for form in ("pdf", "docx")]
    return {**row, "links": links if about["readable"] else []}

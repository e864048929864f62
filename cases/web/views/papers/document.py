"""One numbered document: its page, its files, voiding and correcting it."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from agencies.access.rates import EXPORTS, spend
from audit import clock
from cases.documents.copies import Copy, TextWithheld, hand_out, paper_at, take_copy
from cases.documents.fate import DocumentRefused, correct_document, void_document
from cases.documents.papers.pdf import render_pdf
from cases.selectors.documents import get_document
from cases.selectors.paging import Row
from cases.web.pages import PageRequest, page
from cases.web.show.papers.document import context
from cases.web.show.words import say
from cases.workflow.errors import NotAllowed, NotVisible
from cases.workflow.papers.service import receipt
from cases.workflow.view import Text


@page
def document(request: PageRequest, number: str, document_id: UUID) -> HttpResponse:
    """What it says and what became of it. A POST voids or corrects it."""
    about = _document(request, number, document_id)
    refused: DocumentRefused | None = None
    if request.method == "POST":
        try:
            _change(request, document_id)
        except DocumentRefused as error:
            refused = error
        else:
            return redirect("web:document", number=number, document_id=document_id)
    shown = {**context(request.actor, about), "refused": refused, "typed": request.POST}
    if refused is not None:
        shown["refused"] = {"text": say(Text(refused.zh, refused.en)), "field": refused.field}
        typed = request.POST.getlist("part")
        for part, text in zip(shown["parts"], typed, strict=False):
            part["text"] = text
    status = 200 if refused is None else 409 if refused.code == "not_another_person" else 400
    return render(request, "web/papers/document.html", shown, status=status)


def _change(request: PageRequest, document_id: UUID) -> None:
    if request.POST.get("act") == "correct":
        correct_document(
            actor=request.actor,
            document_id=document_id,
            sections=request.POST.getlist("part"),
            reason=request.POST.get("why", ""),
            now=clock.now(),
        )
        messages.success(request, gettext("已制发更正版；原版本保留并标明已更正"))
        return
    void_document(
        actor=request.actor,
        document_id=document_id,
        reason=request.POST.get("reason", ""),
        explanation=request.POST.get("explanation", ""),
        now=clock.now(),
    )
    messages.success(request, gettext("文书已作废；文号保留，不再使用"))


@page
def file(request: PageRequest, number: str, document_id: UUID, version: int, form: str) -> HttpResponse:
    """One version as PDF or DOCX; who takes it is recorded."""
    spend(EXPORTS, str(request.actor.user_id))
    _document(request, number, document_id)
    try:
        copy = take_copy(request.actor, document_id, version, form, now=clock.now(), request=request)
    except TextWithheld as withheld:
        raise NotAllowed(Text(withheld.zh, withheld.en), code="text_withheld") from withheld
    if copy is None:
        raise NotVisible
    return HttpResponse(copy.content, headers=copy.headers)


@page
def receipt_sheet(request: PageRequest, number: str, document_id: UUID) -> HttpResponse:
    """送达回证: the sheet on which the receiver signs, with what is on record of the service."""
    spend(EXPORTS, str(request.actor.user_id))
    about = _document(request, number, document_id)
    try:
        paper = paper_at(request.actor, about, about["latest"] or 0)
    except TextWithheld as withheld:
        raise NotAllowed(Text(withheld.zh, withheld.en), code="text_withheld") from withheld
    if paper is None:
        raise NotVisible
    sheet = receipt(about, paper)
    copy = Copy(f"送达回证 {about['number']}.pdf", render_pdf(sheet))
    hand_out(request.actor, about, copy, sheet, now=clock.now(), request=request)
    return HttpResponse(copy.content, headers=copy.headers)


def _document(request: PageRequest, number: str, document_id: UUID) -> Row:
    """The document of the case that the address names."""
    about = get_document(request.actor, document_id)
    if about is None or about["case_number"] != number.upper():
        raise NotVisible
    return about

"""A document exists with its act or the act is not: number and text are made before the event is written down."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.utils import timezone

from agencies.directory import AgencyRef
from audit.ids import new_id
from cases.documents.numbering import document_number
from cases.documents.papers.composing import Issue, compose
from cases.documents.papers.templates import template_for
from cases.documents.papers.text import Paper
from cases.policy.dated import CHINA
from cases.workflow.fields import Transition
from cases.workflow.papers.values import doubts_about, values_for
from cases.workflow.view import CaseView, Outcome
from cases.workflow.workdays import calendar_for

if TYPE_CHECKING:
    from cases.workflow.recording.writing import By

HASH_SHOWN = 16


def issue(
    transition: Transition, view: CaseView, outcome: Outcome, by: By, basis: list[str]
) -> tuple[dict[str, Any], Paper] | None:
    """What the event says of the document that the act issues, and its text; None where it issues none.

    Draws the next number of the agency's series; the row stays locked until this transaction ends.
    """
    if outcome.document is None:
        return None
    kind, attachment = outcome.document
    agency = by.directory.by_id[outcome.issuer or by.post.principal_id]
    row = {"id": str(new_id()), "kind": kind, "agency": agency.id, **_numbered(agency, kind, by)}
    paper = text_of(transition, view, outcome, by, basis, kind=kind, number=row["number"], agency=agency)
    row |= {"sha256": paper.sha256, "template": paper.template, "template_sha256": paper.template_sha256}
    return (row if attachment is None else {**row, "attachment": str(attachment)}), paper


def text_of(
    transition: Transition,
    view: CaseView,
    outcome: Outcome,
    by: By,
    basis: list[str],
    *,
    kind: str,
    number: str,
    agency: AgencyRef,
) -> Paper:
    """The text of the paper under this number."""
    day = by.now.astimezone(CHINA).date()
    given = Issue(
        agency=agency.name,
        number=number,
        case=view.number,
        day=day,
        region=view.region_code,
        calendar=calendar_for(view.region_code, by.directory),
        values=values_for(kind, view, outcome, by),
        basis=tuple(basis),
        attachments=tuple(_attached(transition, outcome, by)),
        doubts=doubts_about(kind, view, outcome, by),
        signer=by.actor.display_name,
    )
    return compose(template_for(kind, day), given)


def _numbered(agency: AgencyRef, kind: str, by: By) -> dict[str, Any]:
    year = timezone.localtime(by.now).year
    with connection.cursor() as cursor:
        cursor.execute("SELECT case_draw_number(%s, %s, %s)", [agency.id, kind, year])
        serial = cursor.fetchone()[0]
    region = by.directory.regions[agency.region_code]
    number = document_number(region.name, agency.kind, kind, year, serial)
    return {"year": year, "serial": serial, "number": number}


def _attached(transition: Transition, outcome: Outcome, by: By) -> Iterator[str]:
    """The files that the act names, by what they are and by their hash: a file's name may name a person.

    Without the signed copy of this very paper.
    """
    hashes, own = dict(by.files), outcome.document[1] if outcome.document else None
    for field in transition.inputs:
        if field.kind in ("attachment", "attachments") and (value := by.data.get(field.name)):
            ids = [str(i) for i in ([value] if field.kind == "attachment" else value) if str(i) != str(own)]
            for n, file_id in enumerate(ids, 1):
                which = f"（{n}）" if len(ids) > 1 else ""
                yield f"{field.label.zh}{which}（SHA-256：{hashes[file_id][:HASH_SHOWN]}）"

"""A file of a case, always as a download: nothing that was uploaded is ever shown inside our own address."""

from __future__ import annotations

from urllib.parse import quote
from uuid import UUID

from django.http import HttpResponse

from audit import clock
from cases.documents.attachments import read_attachment
from cases.selectors.case import find_case_id
from cases.web.pages import PageRequest, page
from cases.workflow.errors import NotVisible


@page
def download(request: PageRequest, number: str, file_id: UUID) -> HttpResponse:
    """The content as it was uploaded, under the name it had."""
    found = read_attachment(request.actor, file_id, now=clock.now())
    if found is None or str(find_case_id(request.actor, number)) != found[0]["case"]:
        raise NotVisible
    about, content = found
    response = HttpResponse(content, content_type=str(about["content_type"]))
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(str(about['filename']))}"
    response["X-Content-Type-Options"] = "nosniff"
    return response

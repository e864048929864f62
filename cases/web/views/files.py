"""A file of a case, always as a download: nothing that was uploaded is ever shown inside our own address."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse

from audit import clock
from cases.documents.attachments import FileWithheld, download_headers, read_attachment
from cases.selectors.attachments import get_attachment
from cases.selectors.case import find_case_id
from cases.web.pages import PageRequest, page
from cases.workflow.errors import NotAllowed, NotVisible
from cases.workflow.view import Text


@page
def download(request: PageRequest, number: str, file_id: UUID) -> HttpResponse:
    """The content as it was uploaded, under the name it had."""
    listed = get_attachment(request.actor, file_id)
    # Asked before the file is read: reading it is recorded, and an address that names another case reads nothing.
    if listed is None or str(find_case_id(request.actor, number)) != listed["case"]:
        raise NotVisible
    try:
        found = read_attachment(request.actor, file_id, now=clock.now(), request=request)
    except FileWithheld as refused:
        raise NotAllowed(Text(refused.zh, refused.en), code="file_withheld") from refused
    if found is None:
        raise NotVisible
    about, content = found
    return HttpResponse(content, headers=download_headers(about))

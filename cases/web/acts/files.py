"""Files of a form: stored as they come, so that a form that is refused still has them."""

from __future__ import annotations

import hashlib
from uuid import UUID, uuid5

from django.core.files.uploadedfile import UploadedFile
from django.template.defaultfilters import filesizeformat

from cases.documents.attachments import FileRefused, store_attachment
from cases.web import forms
from cases.web.acting import Form
from cases.web.pages import PageRequest
from cases.workflow.errors import InvalidInput
from cases.workflow.view import Text


def take_files(request: PageRequest, form: Form) -> None:
    """Store what was uploaded and put its id where it was chosen. Raises InvalidInput that names each refused file.

    One file that cannot be taken loses none of the others.
    """
    problems: dict[str, Text] = {}
    for name in forms.upload_names(form.transition.inputs):
        uploads = request.FILES.getlist(name)
        if not uploads or form.case is None:
            continue
        short = name.removeprefix(forms.PREFIX)
        refused = []
        for upload in uploads:
            try:
                stored = store(form, upload)
            except FileRefused as refusal:
                refused.append(said(refusal, upload.size or 0))
                continue
            form.data[short] = [*form.data.get(short, []), stored] if is_many(form, short) else stored
        if refused:
            problems[short] = Text("；".join(text.zh for text in refused), "; ".join(text.en for text in refused))
    if problems:
        raise InvalidInput(fields=problems)


def store(form: Form, upload: UploadedFile) -> str:
    """Keep one file on the case of the form and return its id. Raises FileRefused."""
    case_id, kind = form.case["id"] if form.case else "", form.transition.action.value
    return store_attachment(
        actor=form.actor, case_id=case_id, kind=kind, upload=upload, now=form.now, file_id=_id_of(form, upload)
    )


def _id_of(form: Form, upload: UploadedFile) -> UUID | None:
    """The same file sent again with the same form is one file: the answer got lost, or a button was pressed twice."""
    if not form.key or form.case is None:
        return None
    digest = hashlib.sha256()
    for part in upload.chunks():
        digest.update(part)
    upload.seek(0)
    said = (str(form.actor.user_id), form.transition.action.value, form.key, upload.name or "", digest.hexdigest())
    return uuid5(UUID(form.case["id"]), "\n".join(said))


def said(refusal: FileRefused, size: int) -> Text:
    """Why a file is not taken, with its size: who chose six has to know which."""
    figure = filesizeformat(size).replace("\xa0", " ")
    return Text(f"{refusal.zh}（{figure}）", f"{refusal.en} ({figure})")


def is_many(form: Form, name: str) -> bool:
    return next(f for f in form.transition.inputs if f.name == name).kind == "attachments"

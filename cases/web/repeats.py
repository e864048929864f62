"""The same content sent once more under another key: asked about, not done without a word.

A key makes a form that is sent twice act once. But the browser's Back button reads the page again, with a new key and
the present version, and puts the old text into it: to the engine that is another act. Whether it is meant, only the
person knows. What was sent is compared by the hash that stands with its key; a file that was uploaded again is the
same by its content.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from cases.selectors.pages import done_since
from cases.selectors.paging import Row
from cases.web.acting import Form, files_of
from cases.workflow.recording.writing import request_hash

# As long as somebody remembers having sent it; after that the same words are more likely meant.
WINDOW: Final = timedelta(minutes=30)


def done_before(form: Form) -> Row | None:
    """The act by which this person has just done the same with the same content; None for what is new.

    None also for the very form that was sent before, which gets its answer again, and for one that rests on an older
    version, which is not done anyway.
    """
    case_id = str(form.case["id"]) if form.case else None
    if form.case and form.version_number != form.case["version"]:
        return None
    found = done_since(form.actor, form.transition.action.value, form.now - WINDOW, case_id=case_id)
    if any(row["key"] == form.key for row in found):
        return None
    files = files_of(form) if found else {}
    return next((row for row in found if row["request_hash"] == _hash(form, case_id, row["files"], files)), None)


def _hash(form: Form, case_id: str | None, earlier: list[dict[str, str]], files: Mapping[str, Row]) -> str:
    """The hash of the content as it would be had the files of the earlier act been chosen instead of uploaded again."""
    known = {file["sha256"]: file["id"] for file in earlier}

    def same(file_id: str) -> str:
        return known.get(files.get(file_id, {}).get("sha256", ""), file_id)

    data: dict[str, Any] = dict(form.data)
    for f in form.transition.inputs:
        if f.kind == "attachment" and f.name in data:
            data[f.name] = same(data[f.name])
        elif f.kind == "attachments" and f.name in data:
            data[f.name] = [same(file_id) for file_id in data[f.name]]
    return request_hash(case_id, form.transition.action, data)

"""文书材料: documents first, then files, each with its state, and whether it still is what was put on record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from django.urls import reverse
from django.utils.translation import gettext

from agencies.actors import Actor
from cases.selectors.attachments import list_attachments
from cases.selectors.casepage.papers import ALWAYS, AT_ONCE, EVERYTHING, documents_compared, files_compared
from cases.selectors.paging import Row
from cases.selectors.reach.parts import Reading
from cases.templatetags.lianzhi import day
from cases.web.show.measures import paper_name
from cases.workflow.view import Text

# What a comparison says: words and tone. Red: the content is not what was put on record.
AGREES: Final = (Text("一致", "Unchanged"), "ok")
DIFFERS: Final = (Text("不一致", "Changed"), "bad")
ERASED: Final = (Text("内容已清除", "Erased"), "")
UNREAD: Final = (Text("未校验", "Not checked"), "")
# Whether an act has named a file. Until then it waits in somebody's form, or was left in it.
ON_FILE: Final = (Text("已入卷", "On file"), "")
WAITING: Final = (Text("已上传，未提交", "Uploaded, not submitted"), "warn")


def papers(
    actor: Actor, case: Row, read: Reading | None, *, everything: bool = False, until: datetime | None = None
) -> dict[str, Any]:
    """The rows, and whether some file was too large to be compared with this page; `until`: of a past day."""
    files = [row for row in list_attachments(actor, case["id"], read=read) if until is None or row["at"] < until]
    compared = (
        documents_compared(actor, case["id"], until=until or ALWAYS) if case["documents"] else {},
        files_compared(actor, case["id"], most=EVERYTHING if everything else AT_ONCE, until=until or ALWAYS)
        if files
        else {},
    )
    rows = listed(case, files, *compared)
    return {
        "rows": rows,
        "unread": sum(row["verdict"] == UNREAD for row in rows),
        "differ": [row["name"] for row in rows if row["verdict"] == DIFFERS],
        "compared": sum(row["verdict"] == AGREES for row in rows),
    }


def listed(
    case: Row, files: Sequence[Row], documents: Mapping[str, Row], contents: Mapping[str, Row]
) -> list[dict[str, Any]]:
    """Documents first (those without a text by their file), then the files that no document stands for."""
    by_id = {file["id"]: file for file in files}
    rows = [_document(case, paper, by_id, documents.get(paper["id"]), contents) for paper in case["documents"]]
    issued = {paper["attachment"] for paper in case["documents"] if not paper["sha256"]}
    return rows + [_file(case, file, contents.get(file["id"])) for file in files if file["id"] not in issued]


def _document(
    case: Row, paper: Row, files: Mapping[str, Row], compared: Row | None, contents: Mapping[str, Row]
) -> dict[str, Any]:
    file = None if paper["sha256"] else files.get(paper["attachment"] or "")
    page = reverse("web:document", args=[case["number"], paper["id"]])
    agrees = compared["agrees"] if compared else None
    verdict = _verdict(agrees) if file is None else _of_file(file, contents.get(file["id"]))
    return {
        "name": paper_name(paper["kind"]), "number": paper["number"], "icon": "file-text",
        "agency_id": paper["agency"]["id"] if paper["agency"] else None, "at": paper["at"], "seq": paper["seq"],
        "state": _state(paper, compared), "verdict": DIFFERS if agrees is False else verdict,
        "sha256": "", "size": 0, "href": "",
        **({"href": page, "sha256": paper["sha256"]} if paper["sha256"] else {}),
        **({"href": _file_href(case, file), "sha256": file["sha256"], "size": file["size"]} if file else {}),
    }  # fmt: skip


def _state(paper: Row, compared: Row | None) -> tuple[Text | str, str]:
    """Voided, corrected, handed over on which day, or in force."""
    if paper["voided"]:
        return Text("已作废", "Voided"), "bad"
    if compared and (compared["versions"] or 1) > 1:
        return Text("已更正", "Corrected"), "warn"
    if compared and compared["served_at"]:
        return gettext("%(day)s 已送达") % {"day": day(compared["served_at"])}, "ok"
    return Text("已签发", "Issued"), ""


def _file(case: Row, file: Row, compared: Row | None) -> dict[str, Any]:
    icon = "photo" if file["content_type"].startswith("image/") else "file-text"
    gone = file["erased_at"] is not None
    return {
        "name": gettext("已依规清除") if gone else file["filename"], "icon": icon, "number": "", "seq": None,
        "href": "" if gone else _file_href(case, file), "sha256": file["sha256"], "size": file["size"],
        "agency_id": file["agency"]["id"] if file["agency"] else None, "at": file["at"],
        "state": ON_FILE if compared and compared["event_id"] else WAITING, "verdict": _of_file(file, compared),
    }  # fmt: skip


def _of_file(file: Row, compared: Row | None) -> tuple[Text, str]:
    if file["erased_at"] is not None:
        return ERASED
    return _verdict(compared["agrees"] if compared else None)


def _verdict(agrees: object) -> tuple[Text, str]:
    """True, False, or None: it was not compared."""
    return UNREAD if agrees is None else AGREES if agrees else DIFFERS


def _file_href(case: Row, file: Row) -> str:
    """Its address; none where it is not opened to this person."""
    if not file["readable"]:
        return ""
    return reverse("web:file", args=[case["number"], file["id"]])

"""台账与通报 for its pages: rows of the list, versions with their files and differences, figures as tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from django.urls import reverse
from django.utils.translation import gettext

from agencies.actors import Actor
from cases.models import Report, ReportFile, ReportVersion
from cases.policy.reports.numbers import KINDS
from cases.reporting.access import changes_for, edition_of, files_for
from cases.reporting.drawing import cases_so_far
from cases.selectors.paging import Row
from cases.web.show.reports.figures import change
from cases.workflow.view import Text

KIND_LABELS: Final = {code: Text(zh, en) for code, (zh, en) in KINDS.items()}
STATES: Final = {
    "drawing": (Text("生成中", "Being drawn up"), "info"),
    "drawn": (Text("已生成", "Ready"), "ok"),
    "failed": (Text("未能生成", "Failed"), "bad"),
}
FORMS: Final = {"xlsx": Text("电子表格", "Workbook"), "pdf": Text("PDF", "PDF")}
MOST_CHANGES: Final = 100


def row(found: Row, files: Mapping[Any, list[ReportFile]]) -> dict[str, Any]:
    """One report in the list."""
    label, tone = STATES[found["state"]]
    return {
        **found,
        "href": reverse("web:report_page", args=[found["id"]]),
        "kind_label": KIND_LABELS[found["kind"]],
        "label": label,
        "tone": tone,
        "who": found["asked_by"] or gettext("按计划"),
        "files": [file_line(found["id"], found["version"], file) for file in files.get(found["version_id"], ())],
    }


def files_of(actor: Actor, rows: Iterable[Row]) -> dict[Any, list[ReportFile]]:
    """The files that this person reads of the latest versions in a list, in one statement."""
    listed = {found["version_id"]: found for found in rows}
    found: dict[Any, list[ReportFile]] = {}
    for file in ReportFile.objects.filter(version_id__in=list(listed)).select_related("agency"):
        about = listed[file.version_id]
        report = Report(region_id=about["region"], agency_id=about["agency_id"], readers=about["readers"])
        audience, agencies = edition_of(actor, report)
        if file.audience == audience and file.agency_id in agencies:
            found.setdefault(file.version_id, []).append(file)
    for files in found.values():
        files.sort(key=lambda file: (file.agency_id or 0, file.form != "xlsx"))
    return found


def file_line(report_id: Any, version: int, file: ReportFile) -> dict[str, Any]:
    """A file to download."""
    address = reverse("web:report_file", args=[report_id, version, file.form])
    return {
        "href": f"{address}?agency={file.agency_id}" if file.agency_id else address,
        "form": FORMS[file.form],
        "size": file.size,
        "sha256": file.sha256,
        "of": file.agency.name if file.agency is not None else "",
    }


def version(actor: Actor, found: ReportVersion) -> dict[str, Any]:
    """One version on the page of its report."""
    label, tone = STATES[found.state]
    audience, _ = edition_of(actor, found.report)
    changes = changes_for(found, audience)
    return {
        "number": found.version,
        "label": label,
        "tone": tone,
        "running": found.state == "drawing",
        "failed": found.state == "failed",
        "late": found.late,
        "due_at": found.due_at,
        "who": found.asked_by.display_name if found.asked_by is not None else gettext("按计划"),
        "asked_at": found.asked_at,
        "drawn_at": found.drawn_at,
        "cases": found.cases if found.state == "drawn" else cases_so_far(found),
        "files": [file_line(found.report_id, found.version, file) for file in files_for(actor, found)],
        "changes": [change(*each) for each in changes[:MOST_CHANGES]],
        "more": max(len(changes) - MOST_CHANGES, 0),
        "first": found.version == 1,
    }

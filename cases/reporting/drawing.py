"""Drawing up one version: read at one moment, counted, written, hashed; all of it or nothing.

A second worker that is rung for the same version finds the first at it and does nothing; of one that was killed nothing
is left, and the sweep rings again.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from django.core.cache import cache
from django.db import InterfaceError, OperationalError, connection, transaction

from agencies.directory import get_directory
from audit.actions import Action
from audit.log import EventActor
from audit.services import record
from audit.sight import working_as
from cases.intake.feedback.drawing import one_moment
from cases.models import Report, ReportFile, ReportVersion
from cases.policy.reports.figures import differences
from cases.reporting.papers import words
from cases.reporting.papers.bulletin import Found as Late
from cases.reporting.papers.bulletin import excerpts, find_late, write_bulletin
from cases.reporting.papers.heads import head_of
from cases.reporting.papers.ledger import Drawn, draw_ledger, sees_all
from cases.reporting.papers.paper import bulletin_pdf, ledger_pdf
from cases.reporting.pieces import AGENCY, COMMISSION, WATCH, kept
from cases.reporting.telling import tell_readers

logger = logging.getLogger(__name__)
STATES = ReportVersion.State
PREFIX = "report/"
Progress = Callable[[int], None]


def cases_so_far(version: ReportVersion) -> int:
    """How many cases of a version that is being drawn up have been looked at, as far as is known."""
    return int(cache.get(_key(version)) or 0)


@working_as("reports")
def draw_version(version_id: UUID | str, now: datetime) -> ReportVersion:
    """Draw it up, unless somebody else is at it or did it."""
    version = ReportVersion.objects.select_related("report").get(pk=version_id)
    if version.state != STATES.DRAWING:
        return version
    try:
        with one_moment():
            if not _alone(version):
                return version
            # Whoever held the lock before may have finished it since it was read.
            version.refresh_from_db()
            if version.state != STATES.DRAWING:
                return version
            drawn = _draw(version, now, lambda cases: cache.set(_key(version), cases, 3600))
            _finish(version, drawn, now)
    except (OperationalError, InterfaceError):
        raise  # The database went away: the sweep rings again.
    except Exception as problem:
        logger.exception("report version %s cannot be drawn up", version_id)
        _failed(version, type(problem).__name__)
    return version


def _key(version: ReportVersion) -> str:
    return f"report/{version.pk}"


def _alone(version: ReportVersion) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [f"report/{version.pk}"])
        return bool(cursor.fetchone()[0])


def _draw(version: ReportVersion, now: datetime, progress: Progress) -> Drawn:
    if version.report.kind == Report.Kind.OVERDUE:
        return _draw_bulletin(version, now, progress)
    drawn = draw_ledger(version, now, progress)
    for audience in (COMMISSION, WATCH):
        whole = sees_all(audience, drawn.figures)
        content = ledger_pdf(head_of(version, now), version.report.region_id, drawn.figures, whole=whole)
        drawn.files.append(kept(version, audience, "pdf", content, 0, None))
    return drawn


def _draw_bulletin(version: ReportVersion, now: datetime, progress: Progress) -> Drawn:
    found = find_late(version, progress)
    drawn = Drawn(figures=found.figures(), cases=found.cases, rows=len(found.rows))
    drawn.files += [pieces.end(rows) for pieces, rows in write_bulletin(version, found, now)]
    content = bulletin_pdf(head_of(version, now), found.rows, found.figures())
    drawn.files += [kept(version, audience, "pdf", content, len(found.rows), None) for audience in (COMMISSION, WATCH)]
    drawn.files += _own_papers(version, found, now)
    return drawn


def _own_papers(version: ReportVersion, found: Late, now: datetime) -> list[ReportFile]:
    directory, files = get_directory(), []
    for agency, rows in sorted(excerpts(found.rows).items()):
        head = head_of(version, now, directory, of=words.agency_text(agency, directory))
        content = bulletin_pdf(head, rows, None)
        files.append(kept(version, AGENCY, "pdf", content, len(rows), agency))
    return files


def _finish(version: ReportVersion, drawn: Drawn, now: datetime) -> None:
    report = version.report
    earlier = report.versions.filter(state=STATES.DRAWN).order_by("version").last()
    version.state, version.drawn_at, version.cases, version.problem = STATES.DRAWN, now, drawn.cases, ""
    version.figures = drawn.figures
    version.changes = [list(row) for row in differences(earlier.figures, drawn.figures)] if earlier else []
    version.save(update_fields=["state", "drawn_at", "cases", "problem", "figures", "changes"])
    readers = {file.agency_id for file in drawn.files if file.agency_id is not None}
    if not readers <= set(report.readers):
        report.readers = sorted(readers | set(report.readers))
        report.save(update_fields=["readers"])
    record(
        stream=f"{PREFIX}{report.pk}",
        action=Action.REPORT_DRAWN,
        actor=_drawer(version),
        data=event_data(version, drawn.files),
        now=now,
    )
    tell_readers(version, readers, now)


def event_data(version: ReportVersion, files: list[ReportFile]) -> dict[str, Any]:
    """What the event says of a version: which report, which figures, and the hash of each file."""
    report = version.report
    return {
        "number": report.number,
        "kind": report.kind,
        "region": report.region_id,
        "from": report.first_day.isoformat(),
        "to": report.last_day.isoformat(),
        "version": version.version,
        "late": version.late,
        "cases": version.cases,
        "figures_sha256": figures_hash(version.figures),
        "files": [
            {"audience": file.audience, "agency": file.agency_id, "form": file.form, "sha256": file.sha256}
            for file in sorted(files, key=lambda file: (file.audience, file.agency_id or 0, file.form))
        ],
    }


def figures_hash(figures: dict[str, Any]) -> str:
    return hashlib.sha256(orjson.dumps(figures, option=orjson.OPT_SORT_KEYS)).hexdigest()


def _drawer(version: ReportVersion) -> EventActor:
    if version.asked_by is None:
        return EventActor(None, "system")
    return EventActor(version.asked_by.pk, version.asked_by.username, version.report.agency_id)


@transaction.atomic
def _failed(version: ReportVersion, problem: str) -> None:
    held = ReportVersion.objects.select_for_update().get(pk=version.pk)
    if held.state == STATES.DRAWING:
        held.state, held.problem = STATES.FAILED, problem[:80]
        held.save(update_fields=["state", "problem"])
    version.state, version.problem = held.state, held.problem

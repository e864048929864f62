"""What `verify_audit` asks of reports: each version that was drawn up is what its event says, byte for byte."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

import orjson

from audit.actions import Action
from audit.verification.projections import Event, Problem, Scope, Streams
from cases.reporting.drawing import PREFIX, figures_hash

_ROWS = """
    SELECT r.id::text AS id, r.number, r.kind, r.region_id AS region, r.first_day::text AS "from",
        r.last_day::text AS "to",
        v.id::text AS version_id, v.version, v.late, v.cases, v.figures::text AS figures
    FROM cases_report r JOIN cases_reportversion v ON v.report_id = r.id AND v.state = 'drawn'
    WHERE 'report/' || r.id::text >= %s AND 'report/' || r.id::text < %s ORDER BY r.id, v.version
"""
_FILES = """SELECT id::text AS id, audience, agency_id AS agency, form, sha256 FROM cases_reportfile
    WHERE version_id = %s ORDER BY audience, coalesce(agency_id, 0), form"""
_PARTS = "SELECT content FROM cases_reportpart WHERE file_id = %s AND number = %s"
_SAID = ("number", "kind", "region", "from", "to", "version", "late", "cases", "figures_sha256", "files")


def verify_reports(scope: Scope, streams: Streams) -> Iterator[Problem]:
    """Compare every version with its event, every kept file with its hash, and what was taken with what is kept."""
    told: dict[tuple[str, int], Event] = {}
    taken: list[tuple[str, Event]] = []
    for stream, events in streams:
        for event in events:
            report = stream.removeprefix(PREFIX)
            if event.body["action"] == Action.REPORT_DRAWN:
                told[report, event.body["data"]["version"]] = event
            else:
                taken.append((report, event))
    found = {(row["id"], row["version"]): row for row in _rows(scope, _ROWS, [scope.first, scope.last])}
    for key in sorted(told.keys() | found.keys()):
        if key not in found:
            yield _problem(told[key], key, "已不在库中", "it is gone")
        elif key not in told:
            yield _problem(None, key, "没有事件记载", "no event tells of it")
        elif wrong := _differing(scope, told[key].body["data"], found[key]):
            yield _problem(told[key], key, f"与事件不符：{wrong}", f"differs from its event: {wrong}")
    for report, event in taken:
        data = event.body["data"]
        drawn = told.get((report, data["version"]))
        known = {file["sha256"] for file in drawn.body["data"]["files"]} if drawn else set()
        if data["sha256"] not in known:
            key = (report, data["version"])
            yield _problem(event, key, "下载的文件不是所存的文件", "another file was taken than is kept")


def _differing(scope: Scope, data: dict[str, Any], row: dict[str, Any]) -> str:
    files = _rows(scope, _FILES, [row["version_id"]])
    now = {**row, "figures_sha256": figures_hash(orjson.loads(row["figures"]))}
    now["files"] = [{name: file[name] for name in ("audience", "agency", "form", "sha256")} for file in files]
    wrong = [name for name in _SAID if data.get(name) != now[name]]
    wrong += [f"{file['audience']}.{file['form']}" for file in files if _hash(scope, file["id"]) != file["sha256"]]
    return ", ".join(wrong)


def _hash(scope: Scope, file_id: str) -> str:
    """Of the pieces one after another, so that no file lies in memory as a whole."""
    digest, number = hashlib.sha256(), 0
    with scope.connection.cursor() as cursor:
        while True:
            cursor.execute(_PARTS, [file_id, number])
            piece = cursor.fetchone()
            if piece is None:
                return digest.hexdigest()
            digest.update(piece[0])
            number += 1


def _rows(scope: Scope, sql: str, values: list[Any]) -> list[dict[str, Any]]:
    with scope.connection.cursor() as cursor:
        cursor.execute(sql, values)
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _problem(event: Event | None, key: tuple[str, int], zh: str, en: str) -> Problem:
    report, version = key
    return Problem(
        event.id if event else None,
        f"{PREFIX}{report}",
        event.seq if event else None,
        "report",
        f"定期报告第{version}版{zh}",
        f"version {version} of a report: {en}",
    )

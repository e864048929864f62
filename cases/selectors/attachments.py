"""The files of a case: what was uploaded, by whom, with which hash. The content is read by `cases.documents`."""

from __future__ import annotations

from uuid import UUID

from agencies.actors import Actor
from agencies.directory import get_directory
from agencies.visibility import seen, sight_keys
from cases.selectors import refs
from cases.selectors.paging import Row, fetch
from cases.selectors.precision.files import may_open
from cases.selectors.reach.parts import Reading, reading

_COLUMNS = """a.id, a.case_id, a.kind, a.filename, a.content_type, a.size, a.sha256, a.at, a.erased_at, a.agency_id,
    a.uploaded_by_id, u.display_name AS uploader, (SELECT n FROM agencies_stamp) AS stamp"""
_VISIBLE = seen("a.case_id")


def list_attachments(actor: Actor, case_id: UUID, *, read: Reading | None = None) -> list[Row]:
    """All files that this person reads of a visible case, the oldest first; none of any other case."""
    return _among(read or reading(actor, case_id), _read(actor, "a.case_id = %s", case_id))


def get_attachment(actor: Actor, attachment_id: UUID) -> Row | None:
    """One file of a visible case without its content; None where there is none for this person."""
    found = _read(actor, "a.id = %s", attachment_id)
    return next(iter(_among(reading(actor, found[0]["case"]), found)), None) if found else None


def _among(read: Reading | None, rows: list[Row]) -> list[Row]:
    """Of these files of one case, those that belong to what somebody reads of it."""
    if read is None:
        return []
    return [{**row, "readable": may_open(row, read.viewpoint)} for row in rows if _belongs(row, read)]


def _belongs(row: Row, read: Reading) -> bool:
    return read.whole or row["id"] in read.files or (row["agency"] or {}).get("id") in read.agencies


def _read(actor: Actor, condition: str, parameter: UUID) -> list[Row]:
    sql = f"""SELECT {_COLUMNS} FROM cases_attachment a LEFT JOIN agencies_user u ON u.id = a.uploaded_by_id
        WHERE {condition} AND {_VISIBLE} ORDER BY a.at, a.id"""
    return [_shown(row) for row in fetch(sql, [str(parameter), sight_keys(actor)])]


def _shown(row: Row) -> Row:
    directory = get_directory(stamp=row["stamp"])
    plain = ["kind", "filename", "content_type", "size", "sha256", "at", "erased_at"]
    return {
        "id": str(row["id"]),
        "case": str(row["case_id"]),
        **{name: row[name] for name in plain},
        "agency": refs.agency(directory, row["agency_id"]),
        "uploaded_by": refs.person(row["uploaded_by_id"], row["uploader"]),
    }

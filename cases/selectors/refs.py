"""Agencies, districts and persons as they stand in a row of a list: from the directory, without a join."""

from __future__ import annotations

from typing import Any

from agencies.directory import Directory

Ref = dict[str, Any]


def agency(directory: Directory, agency_id: int | None) -> Ref | None:
    """The short form of an agency; None for none or for one this process has not heard of."""
    known = directory.by_id.get(agency_id) if agency_id is not None else None
    if known is None:
        return None
    return {
        "id": known.id,
        "code": known.code,
        "name": known.name,
        "short_name": known.short_name,
        "monogram": known.monogram,
        "kind": known.kind,
    }


def region(directory: Directory, code: str) -> Ref:
    """The district; its code alone where the directory has no name for it."""
    known = directory.regions.get(code)
    return {"code": code, "name": known.name if known else code, "path": directory.region_path(code)}


def person(user_id: int | None, name: str | None) -> Ref | None:
    return None if user_id is None else {"id": user_id, "name": name}

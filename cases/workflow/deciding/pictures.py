"""What the pictures of an act say by themselves, read for the decision and kept nowhere.

A place is compared with the cells of the case's sites by their keyed hashes; only near or not near goes on.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from django.db import connection

from audit.sight import working_as
from cases.documents.uploads.exif import Taken, read_exif
from cases.models.sealing import key_ring
from cases.policy.cutting.photos import rules
from cases.policy.matching.spots import read_spot, within

_SQL = "SELECT id::text, content, near FROM cases_attachment a WHERE case_id = %s AND id = ANY(%s::uuid[])"
_SPOTS = """SELECT k.value FROM cases_sitekey k JOIN cases_site s ON s.id = k.site_id
    WHERE s.case_id = %s AND k.kind = 'spot'"""


def with_pictures(case_id: str, found: dict[str, dict[str, Any]], ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    """The files of an act, those of them that are its pictures with the member `picture`."""
    with connection.cursor() as cursor:
        cursor.execute(_SQL, [case_id, list(ids)])
        rows = cursor.fetchall()
    spots = _spots(case_id) if rows else set()
    read = {
        file_id: _either(about(read_exif(bytes(content)), spots), beside=beside) for file_id, content, beside in rows
    }
    return {i: {**file, "picture": read[i]} if i in read else file for i, file in found.items()}


def near_site(case_id: str, longitude: str, latitude: str) -> bool | None:
    """Whether a place lies at a site of the case; None where it has none to compare it with, or this is no place."""
    try:
        return _near(Taken(None, float(longitude), float(latitude)), _spots(case_id))
    except ValueError:
        return None


@working_as("places")
def _spots(case_id: str) -> set[bytes]:
    """The keyed cells of the sites of a case. No person reads the keys: what is told is near or not near."""
    with connection.cursor() as cursor:
        cursor.execute(_SPOTS, [case_id])
        return {bytes(row[0]) for row in cursor.fetchall()}


def _either(picture: dict[str, Any], *, beside: bool | None) -> dict[str, Any]:
    """A place that stands in the picture counts; what the telephone said beside it, where the picture has none."""
    if picture["near"] is None and picture["site_known"] and beside is not None:
        return {**picture, "near": beside}
    return picture


def about(taken: Taken, spots: Collection[bytes]) -> dict[str, Any]:
    """Its time, whether the place of the site is known, and whether it was taken there."""
    return {"taken_at": taken.at, "site_known": bool(spots), "near": _near(taken, spots)}


def _near(taken: Taken, spots: Collection[bytes]) -> bool | None:
    if taken.longitude is None or taken.latitude is None or not spots:
        return None
    cell = read_spot(str(taken.longitude), str(taken.latitude))
    if not cell:
        return False
    blind, limits = key_ring().blind, rules()
    return any(blind("spot", one) in spots for one in within(cell, limits["cells_east"], limits["cells_north"]))

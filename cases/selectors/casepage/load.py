"""The load curve of a case as this person reads it: made of the files of readings on record, each later one correcting.

What stands in a file cannot be masked: whoever may not open the files (`cases.selectors.precision.files`) is told that
there are readings, and reads none.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final
from uuid import UUID

from agencies.actors import Actor
from agencies.visibility import seen, sight_keys
from cases.policy.energy.days import Day, Days, merged, news, read
from cases.selectors.attachments import list_attachments
from cases.selectors.masking import mask
from cases.selectors.paging import Row, fetch
from cases.selectors.precision.files import LOAD_READINGS
from cases.selectors.precision.personal import Opened, personal
from cases.selectors.reach.parts import Reading

_CONTENTS: Final = f"""SELECT a.id::text AS id, a.content FROM cases_attachment a
    WHERE a.id = ANY(%s::uuid[]) AND {seen("a.case_id")}"""
_ON_RECORD: Final = f"""SELECT a.content FROM cases_attachment a WHERE a.case_id = %s AND a.kind = %s
    AND a.erased_at IS NULL AND {seen("a.case_id")} ORDER BY a.at, a.id"""


@dataclass(slots=True)
class Load:
    """The days as they stand, of each the files that told of it and how many points a later one corrected."""

    days: dict[date, Day] = field(default_factory=dict)
    sources: dict[date, list[Row]] = field(default_factory=dict)
    corrected: dict[date, int] = field(default_factory=dict)
    withheld: bool = False


def load_of(
    actor: Actor, case_id: UUID | str, read_as: Reading | None, *, until: datetime | None = None
) -> Load | None:
    """The curve, or what was on record of it until then; None where there is none for this person."""
    if read_as is None:
        return None
    listed = [
        row
        for row in list_attachments(actor, UUID(str(case_id)), read=read_as)
        if row["kind"] == LOAD_READINGS and row["erased_at"] is None and (until is None or row["at"] < until)
    ]
    if not listed:
        return None
    if not all(row["readable"] for row in listed):
        return Load(withheld=True)
    contents = {row["id"]: bytes(row["content"]) for row in fetch(_CONTENTS, [_ids(listed), sight_keys(actor)])}
    found = Load()
    for row in listed:
        _add(found, row, read(contents[row["id"]]))
    return found


def days_on_record(actor: Actor, case_id: UUID | str) -> dict[date, Day]:
    """All readings of a case that the actor sees, for whoever brings more of them: nothing of it is shown."""
    rows = fetch(_ON_RECORD, [str(case_id), LOAD_READINGS, sight_keys(actor)])
    return merged(read(bytes(row["content"])) for row in rows)


def other_account(actor: Actor, case_id: UUID | str, account: str) -> bool:
    """Whether the case has account numbers that the actor may compare, and this is none of them.

    Compared as the actor sees them, masked ones by what the mask leaves.
    """
    known = [
        row
        for row in personal(actor, case_id, opened=Opened({}))
        if row["kind"] == "meter" and not row["value"].startswith(("#", "***"))
    ]
    said = re.sub(r"[\s-]", "", account).removesuffix(".0").lower()
    return bool(known) and not any(
        (mask("meter", said) if row["masked"] else said) == re.sub(r"[\s-]", "", row["value"]).lower() for row in known
    )


def _ids(rows: Sequence[Row]) -> list[str]:
    return [row["id"] for row in rows]


def _add(found: Load, row: Row, days: Days) -> None:
    for day, values in days.items():
        found.corrected[day] = found.corrected.get(day, 0) + news(found.days, {day: values}).corrected
        found.sources.setdefault(day, []).append(row)
        found.days |= merged([{day: found.days[day]}, {day: values}] if day in found.days else [{day: values}])

"""What speaks for a case: the signals by family, each figure at the precision of whoever reads it.

A case that absorbed others reads the signals of all of them. Of an own part only the rows of the agency's own lists are
shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import orjson
from django.utils import timezone

from agencies.actors import Actor
from agencies.visibility import sight_keys
from cases.policy.privacy.precision import Detail, Form
from cases.selectors import masking
from cases.selectors.paging import Row, fetch
from cases.selectors.precision.family import FAMILY, MOST_SIGNALS
from cases.selectors.precision.viewers import Viewpoint
from cases.selectors.reach.parts import Reading, reading

_SIGNALS = (
    FAMILY
    + """SELECT s.family, (coalesce(r.reading, '{}') || s.numbers)::text AS numbers,
    s.observed_from, s.observed_to, r.number AS row, b.name AS batch,
    b.kind, b.agency_id
FROM family f JOIN cases_signal s ON s.case_id = f.id AND CASE WHEN %s::timestamptz IS NULL THEN s.withdrawn_at IS NULL
    ELSE s.created_at < %s AND (s.withdrawn_at IS NULL OR s.withdrawn_at >= %s) AND f.id = ANY(%s::uuid[]) END
LEFT JOIN cases_listrow r ON r.id = s.row_id LEFT JOIN LATERAL case_list_of_row(s.row_id) b ON true
WHERE %s OR b.agency_id = ANY(%s)
ORDER BY coalesce(s.observed_to, s.created_at) DESC, s.id DESC LIMIT %s"""
)
# The numbers of an observation by the detail they belong to. What is not named here is not shown to anybody.
NUMBERS: Final[Mapping[str, Detail]] = {
    "ip": Detail.IP,
    "port": Detail.PORT,
    "pool": Detail.POOL,
    **dict.fromkeys(("coin", "operator", "count", "hashrate", "devices", "power_kw"), Detail.VOLUME),
    **dict.fromkeys(("kwh", "total", "month"), Detail.KWH),
    **dict.fromkeys(("peak", "flat", "valley"), Detail.LOAD),
    **dict.fromkeys(("capacity", "running", "category", "price", "voltage"), Detail.CLASS),
    **dict.fromkeys(("wallet", "address_hash"), Detail.WALLET),
    "transferred": Detail.TRANSFER,
}
# The order of `case_families` in the database.
FAMILIES: Final = ("traffic", "hashpower", "energy", "funds", "report", "onsite")
# The findings that are awaited, by the family of signals they speak of.
_SPEAKS_OF: Final = {"analyse_traffic": "traffic", "check_consumption": "energy", "inspect_site": "onsite"}
# When something was seen is a trace in the network, and the month of a meter.
_SPAN: Final = {"energy": Detail.KWH, "funds": Detail.TRANSFER}


def by_family(strengths: Sequence[int] | None, awaited: Iterable[str]) -> dict[str, dict[str, Any]] | None:
    """Each family's strength (0 to 3), and whether its finding is awaited; None where that is not told.

    `strengths`: what `case_strengths` of the database says, for list and page; `awaited`: the kinds of open tasks.
    """
    if strengths is None:
        return None
    asked = {_SPEAKS_OF.get(kind) for kind in awaited}
    return {
        family: {"strength": strength, "awaited": family in asked}
        for family, strength in zip(FAMILIES, strengths, strict=True)
    }


def strengths_of(facts: Mapping[str, Any]) -> list[int]:
    """How strongly each family speaks, of facts that stand in no row of a case: those of a past day."""
    found: list[int] = fetch("SELECT case_strengths(%s::jsonb) AS found", [orjson.dumps(facts).decode()])[0]["found"]
    return found


def signals(
    actor: Actor,
    case_id: UUID | str,
    *,
    read: Reading | None = None,
    until: datetime | None = None,
    among: Sequence[str] = (),
) -> list[Row]:
    """The observations that this person reads of a case, the latest first, at most MOST_SIGNALS, as shown.

    `until`: those that counted at that moment, of the cases (`among`) that the case was then.
    """
    read = read or reading(actor, case_id)
    if read is None:
        return []
    rows = fetch(
        _SIGNALS, [str(case_id), sight_keys(actor), *[until] * 3, list(among), read.whole, read.agencies, MOST_SIGNALS]
    )
    shown = [_shown(row, orjson.loads(row["numbers"] or "{}"), read.viewpoint) for row in rows]
    return [row for row in shown if row["numbers"] or row["observed_from"] or not row["told"]]


def _shown(row: Row, numbers: Mapping[str, Any], viewpoint: Viewpoint) -> Row:
    owner = row["agency_id"]
    forms = {
        name: viewpoint.form(detail, owner) for name, detail in NUMBERS.items() if numbers.get(name) not in (None, "")
    }
    span = viewpoint.form(_SPAN.get(row["family"], Detail.SEEN_AT), owner)
    return {
        **row,
        "numbers": {name: value for name in forms if (value := _number(name, numbers[name], forms[name])) != ""},
        "observed_from": _moment(row["observed_from"], span),
        "observed_to": _moment(row["observed_to"], span),
        # Whether there was something to tell: a row without numbers of its own is shown as the one it is.
        "told": bool(forms) or row["observed_from"] is not None,
    }


def _number(name: str, value: Any, form: Form) -> Any:
    if form is Form.CLEAR:
        return value
    if form < Form.MASKED:
        return ""
    hide = {"ip": masking.network, "pool": masking.pool}.get(name, masking.figure)
    return hide(str(value))


def _moment(at: datetime | None, form: Form) -> datetime | None:
    """The time, its day where it is masked, nothing where it is hidden."""
    if at is None or form < Form.MASKED:
        return None
    return at if form is Form.CLEAR else timezone.localtime(at).replace(hour=0, minute=0, second=0, microsecond=0)

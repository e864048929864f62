"""The ledger of surcharged accounts in SQL: one row a list entry, with what its bills come to.

Who reads it: whoever reads the case whole, and the grid company, to which the list was addressed, for as long as it
sees the case. Each entry stands with the figures of its own bills (`list_no`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from agencies.actors import Actor
from agencies.visibility import seen, sight_keys, whole, whole_keys
from agencies.vocabulary import Kind
from cases.selectors.paging import Keyset, escape_like

# Ordinary states of an entry; `returned` are entries that the grid company sent back and that have not been drawn anew.
STATES: Final = ("planned", "issued", "accepted", "notified", "billing", "ended", "refused", "revoked")
OWING: Final = ("open", "overdue", "none")
SORTS: Final[dict[str, Keyset]] = {
    "newest": Keyset("surcharges", ("case_id", "list_no"), (UUID, int), descending=True),
    "start": Keyset("surcharges-start", ("starts_on", "case_id", "list_no"), (date.fromisoformat, UUID, int)),
    "unpaid": Keyset("surcharges-unpaid", ("unpaid", "case_id", "list_no"), (Decimal, UUID, int), descending=True),
}


@dataclass(frozen=True, slots=True)
class LedgerFilter:
    """What narrows the ledger; None means any. `since`, `until`: the entry has a day in this span."""

    state: str | None = None
    region: str | None = None
    owing: str | None = None
    number: str | None = None
    document: str | None = None
    since: date | None = None
    until: date | None = None
    case_id: str | None = None


def grid_keys(actor: Actor) -> list[int]:
    """Of `sight_keys`, those through a grid company: to it the lists are addressed, and it sees every figure."""
    return _keys(actor, Kind.GRID_COMPANY)


def figure_keys(actor: Actor) -> list[int]:
    """Those through which energy is seen in clear."""
    return sorted({*_keys(actor, Kind.GRID_COMPANY), *_keys(actor, Kind.DEVELOPMENT_COMMISSION)})


def _keys(actor: Actor, kind: Kind) -> list[int]:
    own = {post.agency_id for post in actor.posts if post.kind == kind}
    return [key for key in sight_keys(actor) if key // 4 in own]


# Amounts as numbers; a bill that was refused asks for nothing.
_BILLS: Final = """SELECT count(*) AS n,
    count(*) FILTER (WHERE b->>'state' = 'issued' OR b ? 'pending') AS waiting,
    sum((b->>'kwh')::numeric) AS kwh, sum((b->>'surcharge')::numeric) AS surcharge,
    sum((b->>'amount')::numeric) AS amount,
    sum(coalesce((b->>'paid')::numeric, 0.00)) AS paid, sum(coalesce((b->>'refund')::numeric, 0.00)) AS refund,
    sum(coalesce((b->>'refunded')::numeric, 0.00)) AS refunded,
    sum(greatest(coalesce((b->>'paid')::numeric, 0) - (b->>'amount')::numeric, 0)) AS overpaid,
    sum(coalesce((b->>'fee_paid')::numeric, 0.00)) AS fee_paid,
    coalesce(sum(greatest((b->>'amount')::numeric - coalesce((b->>'paid')::numeric, 0), 0))
        FILTER (WHERE b->>'state' = 'reviewed'), 0) AS unpaid,
    min(b->>'due_on') FILTER (WHERE b->>'state' = 'reviewed'
        AND (b->>'amount')::numeric > coalesce((b->>'paid')::numeric, 0)) AS oldest_due,
    jsonb_agg(b ORDER BY b->>'no') AS bills
    FROM jsonb_array_elements(coalesce(c.facts->'surcharge'->'bills', '[]')) b
    WHERE coalesce((b->>'list_no')::int, 1) = x.list_no AND b->>'state' <> 'refused'"""

_ENTRIES: Final = f"""
entry AS (
    SELECT c.id AS case_id, c.number, c.title, c.region_code, c.confidentiality, c.lead_agency_id, c.stage, x.list_no,
        x.e->>'state' AS state, (x.e->>'starts_on')::date AS starts_on,
        least((x.e->>'ends_on')::date, (x.e->>'document_to')::date) AS ends_on, x.e->>'document' AS document,
        (x.e->>'rate')::numeric AS rate, x.e AS entry, t.*,
        c.facts->'surcharge'->>'issued_at' IS NOT NULL OR c.facts->'surcharge' ? 'earlier' AS handed_over,
        {{facts}}
        {seen("c.id")} AS through_grid, {seen("c.id")} AS through_figures
    FROM cases_case c
    CROSS JOIN LATERAL (
        SELECT coalesce((e->>'list_no')::int, 1) AS list_no, e - 'bills' - 'earlier' - 'simulation' AS e
        FROM jsonb_array_elements(coalesce(c.facts->'surcharge'->'earlier', '[]')
            || jsonb_build_array(c.facts->'surcharge')) e
    ) x
    CROSS JOIN LATERAL ({_BILLS}) t
    WHERE c.facts ? 'surcharge' AND {{narrowed}}
        AND {seen("c.id")} AND ({whole("c.id")} OR {seen("c.id")})
)"""


def entries(actor: Actor, wanted: LedgerFilter, today: date, *, facts: bool) -> tuple[str, list[Any], str, list[Any]]:
    """The common table `entry` with its parameters, and the condition on its rows with its own."""
    narrowed, values = _of_the_case(wanted)
    grid = grid_keys(actor)
    extra = "c.facts->'payments' AS payments, c.facts->'cessation' AS cessation," if facts else ""
    parameters = [grid, figure_keys(actor), *values, sight_keys(actor), whole_keys(actor), grid]
    condition, more = _of_the_entry(wanted, today)
    return _ENTRIES.format(facts=extra, narrowed=narrowed), parameters, condition, more


def _of_the_case(wanted: LedgerFilter) -> tuple[str, list[Any]]:
    parts, values = ["true"], []
    if wanted.region:
        parts.append("c.region_code LIKE %s")
        values.append(escape_like(wanted.region) + "%")
    if wanted.number:
        parts.append("c.number = %s")
        values.append(wanted.number.upper())
    if wanted.case_id:
        parts.append("c.id = %s::uuid")
        values.append(wanted.case_id)
    return " AND ".join(parts), values


def _of_the_entry(wanted: LedgerFilter, today: date) -> tuple[str, list[Any]]:
    parts, values = ["true"], list[Any]()
    for column, value in (("state", wanted.state), ("document", wanted.document)):
        if value:
            parts.append(f"{column} = %s")
            values.append(value)
    if wanted.owing == "overdue":
        parts.append("oldest_due < %s")
        values.append(today.isoformat())
    elif wanted.owing:
        parts.append("unpaid > 0" if wanted.owing == "open" else "unpaid = 0 AND n > 0")
    if wanted.since:
        parts.append("(ends_on IS NULL OR ends_on >= %s)")
        values.append(wanted.since)
    if wanted.until:
        parts.append("starts_on <= %s")
        values.append(wanted.until)
    return " AND ".join(parts), values


def as_time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None

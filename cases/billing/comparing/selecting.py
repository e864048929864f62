"""Comparisons with what was really billed, for whoever works at the grid company; nobody else sees them."""

from __future__ import annotations

from decimal import Decimal
from typing import Final
from uuid import UUID

import orjson

from agencies.actors import Actor
from cases.billing.access import company
from cases.billing.runs.words import sentence
from cases.models.money import BilledFile
from cases.policy.billing.reconciliation import KINDS
from cases.selectors.paging import DEFAULT_PAGE_SIZE, Keyset, Page, Row, capped, fetch, instant, whole
from cases.workflow.view import Text

FILES: Final = Keyset("billedfiles", ("uploaded_at", "id"), (instant, UUID), descending=True)
ROWS: Final = Keyset("billedrows", ("number",), (whole,))
# What a reader asks for: one kind of difference, any of them, what agrees, or what could not be read.
SHOWN: Final = ("different", *KINDS, "agree", "unusable")
# Six places in the database; no more than were given are told.
_ENERGY: Final = ("our_kwh", "their_kwh")
_NARROWED: Final = {
    "different": " AND cardinality(r.differences) > 0",
    "agree": " AND cardinality(r.differences) = 0 AND r.reason = ''",
    "unusable": " AND r.reason <> ''",
}


def list_files(actor: Actor, *, cursor: str | None = None, size: int = DEFAULT_PAGE_SIZE) -> Page:
    """The comparisons of the own company, the latest first."""
    at = FILES.decode(cursor)
    beyond, values = FILES.beyond(at, "f.")
    sql = f"""SELECT f.*, f.counts::text AS counted, u.display_name AS uploader FROM cases_billedfile f
        JOIN agencies_user u ON u.id = f.uploaded_by_id
        WHERE f.agency_id = ANY(%s::bigint[]){beyond} ORDER BY {FILES.order(at, "f.")} LIMIT %s"""
    rows = fetch(sql, [company(actor), *values, size + 1])
    total = fetch("SELECT count(*) AS n FROM cases_billedfile WHERE agency_id = ANY(%s::bigint[])", [company(actor)])
    return FILES.page(rows, at, size, capped(total[0]["n"]))


def file_rows(
    file: BilledFile, *, shown: str | None = None, cursor: str | None = None, size: int = DEFAULT_PAGE_SIZE
) -> Page:
    """The rows of a comparison that this person was found to see."""
    at = ROWS.decode(cursor)
    beyond, values = ROWS.beyond(at, "r.")
    narrowed = _NARROWED.get(shown or "", " AND %s = ANY(r.differences)" if shown else "")
    given = [shown] if "%s" in narrowed else []
    sql = f"""SELECT r.number, r.line, r.account, r.month, r.bill, r.our_kwh, r.our_amount, r.their_kwh, r.their_amount,
            r.differences, r.reason, r.figures::text AS figures, c.number AS case_number
        FROM cases_billedrow r LEFT JOIN cases_case c ON c.id = r.case_id
        WHERE r.file_id = %s{narrowed}{beyond} ORDER BY {ROWS.order(at, "r.")} LIMIT %s"""
    rows: list[Row] = fetch(sql, [str(file.id), *given, *values, size + 1])
    for row in rows:
        row |= {name: row[name].normalize() for name in _ENERGY if row[name] is not None}
    count = fetch(f"SELECT count(*) AS n FROM cases_billedrow r WHERE r.file_id = %s{narrowed}", [str(file.id), *given])
    return ROWS.page(rows, at, size, (count[0]["n"], True))


def difference(found: Row) -> Decimal | None:
    """What was really billed less what stands here, in CNY; None where the row cannot be compared."""
    if found["reason"] or (found["our_amount"] is None and found["their_amount"] is None):
        return None
    return Decimal(found["their_amount"] or 0) - Decimal(found["our_amount"] or 0)


def explained(found: Row) -> Text | None:
    """Why a row cannot be compared."""
    if not found["reason"]:
        return None
    figures = orjson.loads(found["figures"])
    if found["reason"] == "month":
        value = figures.get("value", "")
        return Text(f"月份“{value}”应写作 2026-11", f"Write the month “{value}” as 2026-11")
    return sentence(found["reason"], figures)

"""Runs of bills and their rows for whoever works at the grid company; nobody else sees them."""

from __future__ import annotations

from typing import Final
from uuid import UUID

import orjson

from agencies.actors import Actor
from cases.billing.access import company
from cases.billing.runs.words import sentence
from cases.models.money import BillRun
from cases.selectors.paging import DEFAULT_PAGE_SIZE, Keyset, Page, Row, capped, fetch, instant, whole
from cases.workflow.view import Text

RUNS: Final = Keyset("billruns", ("uploaded_at", "id"), (instant, UUID), descending=True)
ROWS: Final = Keyset("billrunrows", ("number",), (whole,))
FATES: Final = ("ready", "unusable", "billed", "refused")
REVIEWS: Final = ("approved", "sent_back", "not_reviewed")


def list_runs(actor: Actor, *, cursor: str | None = None, size: int = DEFAULT_PAGE_SIZE) -> Page:
    """The runs of the own company, the latest first."""
    at = RUNS.decode(cursor)
    beyond, values = RUNS.beyond(at, "r.")
    sql = f"""SELECT r.*, r.counts::text AS counted, u.display_name AS uploader FROM cases_billrun r
        JOIN agencies_user u ON u.id = r.uploaded_by_id
        WHERE r.agency_id = ANY(%s::bigint[]){beyond} ORDER BY {RUNS.order(at, "r.")} LIMIT %s"""
    rows = fetch(sql, [company(actor), *values, size + 1])
    with_total = fetch("SELECT count(*) AS n FROM cases_billrun WHERE agency_id = ANY(%s::bigint[])", [company(actor)])
    return RUNS.page(rows, at, size, capped(with_total[0]["n"]))


def run_rows(
    run: BillRun, *, fate: str | None = None, cursor: str | None = None, size: int = DEFAULT_PAGE_SIZE
) -> Page:
    """The rows of a run that this person was found to see, in the order of the file; `fate` may be one of a review."""
    at = ROWS.decode(cursor)
    beyond, values = ROWS.beyond(at, "r.")
    narrowed = " AND r.review = %s" if fate in REVIEWS else " AND r.fate = %s" if fate else ""
    given = [fate] if fate else []
    sql = f"""SELECT r.number, r.account, r.cycle_from, r.cycle_to, r.reading::text AS reading, r.fate, r.reason,
            r.says::text AS says, r.bill, r.amount, r.surcharge, r.review, r.review_says::text AS review_says,
            c.number AS case_number, b.certainty, b.doubts
        FROM cases_billrunrow r LEFT JOIN cases_case c ON c.id = r.case_id LEFT JOIN LATERAL (
            SELECT m->>'certainty' AS certainty, (m->'doubts')::text AS doubts
            FROM jsonb_array_elements(c.facts->'surcharge'->'bills') m WHERE r.bill <> '' AND m->>'no' = r.bill
        ) b ON true
        WHERE r.run_id = %s{narrowed}{beyond} ORDER BY {ROWS.order(at, "r.")} LIMIT %s"""
    rows: list[Row] = fetch(sql, [str(run.id), *given, *values, size + 1])
    count = fetch(f"SELECT count(*) AS n FROM cases_billrunrow r WHERE r.run_id = %s{narrowed}", [str(run.id), *given])
    return ROWS.page(rows, at, size, (count[0]["n"], True))


def told(found: Row) -> Row:
    """A row with its energy, why it makes no bill, and what was said at the review, as texts of both languages."""
    says, review = orjson.loads(found["says"]), orjson.loads(found["review_says"])
    note = review.get("note")
    return {
        **found,
        "kwh": orjson.loads(found["reading"]).get("kwh", ""),
        "said": _both(says) or (sentence(found["reason"], says) if found["reason"] else None),
        "article": says.get("article", ""),
        "review_said": Text(note, note) if note else _both(review),
    }


def _both(says: dict[str, str]) -> Text | None:
    return Text(says["zh"], says["en"]) if "zh" in says else None


def money(run: BillRun) -> Row:
    """What the bills of a run come to."""
    sql = """SELECT count(*) AS bills, coalesce(sum(amount), 0) AS amount, coalesce(sum(surcharge), 0) AS surcharge
        FROM cases_billrunrow WHERE run_id = %s AND bill <> '' AND review <> 'sent_back'"""
    return fetch(sql, [str(run.id)])[0]

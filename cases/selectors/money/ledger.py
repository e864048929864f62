"""The ledger of surcharged accounts as this person may read it: entries, their bills, and what it all comes to.

Account and address always stand masked here, whoever reads: the ledger is for looking over many, and the case for
looking at one. Energy and money have the precision that the reader has on the case.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any, Final

import orjson

from agencies.actors import Actor
from agencies.directory import Directory, get_directory
from agencies.visibility import sight_keys
from cases.policy.billing.arrears import arrears_of
from cases.policy.privacy.precision import Detail, Form
from cases.selectors import refs
from cases.selectors.masking import figure, mask
from cases.selectors.money.query import SORTS, LedgerFilter, entries
from cases.selectors.paging import DEFAULT_PAGE_SIZE, Page, Row, fetch
from cases.selectors.precision.viewers import About, Viewpoint, viewpoint_of

MOST_EXPORTED: Final = 20_000
ZERO = Decimal("0.00")
_ABOUT = """SELECT ca.case_id::text AS id, array_agg(ca.agency_id) AS agencies,
        (SELECT jsonb_agg(jsonb_build_array(t.agency_id, t.kind))::text FROM cases_task t
         WHERE t.case_id = ca.case_id AND t.state = 'open') AS tasks
    FROM cases_caseagency ca WHERE ca.case_id = ANY(%s::uuid[]) AND ca.agency_id * 4 + ca.rank = ANY(%s)
    GROUP BY ca.case_id"""
MONEY: Final = ("surcharge", "amount", "paid", "unpaid", "refund", "overpaid", "refunded", "fee_paid")
_OF_A_PAYMENT: Final = ("amount", "paid_on", "kind", "reason")
# Numbers leave the database as text: a float in between would not be the amount any more.
_EXACT: Final = ", ".join(f"'{name}', k.{name}::text" for name in (*MONEY, "kwh", "rate"))
# What the letter of the list names: typed into sealed fields of the act that issued it.
_NAMED = """SELECT w.case_id, w.list_no, s.data->>'account' AS account, s.data->>'address' AS address, e.agency_id
    FROM unnest(%s::text[], %s::int[], %s::int[]) AS w(case_id, list_no, seq)
    JOIN audit_event e ON e.stream = 'case/' || w.case_id AND e.seq = w.seq JOIN audit_sealed s ON s.event_id = e.id"""


def ledger(
    actor: Actor,
    wanted: LedgerFilter,
    *,
    today: date,
    sort: str = "newest",
    cursor: str | None = None,
    size: int = DEFAULT_PAGE_SIZE,
) -> Page:
    """One page of entries; the total is exact. Raises InvalidCursor."""
    keyset = SORTS[sort]
    at = keyset.decode(cursor)
    table, parameters, condition, values = entries(actor, wanted, today, facts=True)
    beyond, edge = keyset.beyond(at)
    sql = f"""WITH {table}, kept AS MATERIALIZED (SELECT * FROM entry WHERE {condition})
        SELECT (to_jsonb(k) || jsonb_build_object({_EXACT}))::text AS row, k.case_id, k.list_no, k.starts_on, k.unpaid,
            (SELECT count(*) FROM kept) AS found
        FROM kept k WHERE true{beyond} ORDER BY {keyset.order(at)} LIMIT %s"""
    rows = fetch(sql, [*parameters, *values, *edge, size + 1])
    page = keyset.page(rows, at, size, (rows[0]["found"] if rows else 0, True))
    return Page(_shown(actor, page.rows, today), page.next, page.previous, page.total, page.exact)


def every_entry(actor: Actor, wanted: LedgerFilter, *, today: date, sort: str = "newest") -> list[Row]:
    """For a file: the first MOST_EXPORTED entries in this order."""
    return ledger(actor, wanted, today=today, sort=sort, size=MOST_EXPORTED).rows


def find_entry(actor: Actor, case_id: str, list_no: int, *, today: date) -> Row | None:
    """One entry of a visible case."""
    rows = ledger(actor, LedgerFilter(case_id=case_id), today=today, size=100).rows
    return next((row for row in rows if row["list_no"] == list_no), None)


def totals(actor: Actor, wanted: LedgerFilter, *, today: date) -> Row:
    """Over all entries that match: how many, energy where it is seen in clear, money where the grid company reads."""
    table, parameters, condition, values = entries(actor, wanted, today, facts=False)
    sums = ", ".join(f"sum({name}) FILTER (WHERE through_grid) AS {name}" for name in MONEY)
    sql = f"""WITH {table} SELECT count(*) AS entries, count(DISTINCT case_id) AS cases,
        coalesce(sum(n), 0)::bigint AS bills,
        count(*) FILTER (WHERE state IN ('issued', 'accepted', 'notified', 'billing')) AS active,
        count(*) FILTER (WHERE oldest_due < %s) AS overdue,
        sum(kwh) FILTER (WHERE through_figures) AS kwh, {sums} FROM entry WHERE {condition}"""
    found = fetch(sql, [*parameters, today.isoformat(), *values])[0]
    return {name: _text(value) if isinstance(value, Decimal) else value for name, value in found.items()}


def _text(value: Decimal) -> str:
    return f"{value:f}"


# --- one row ---------------------------------------------------------------------------------------------------------


def _shown(actor: Actor, rows: list[Row], today: date) -> list[Row]:
    """What this person may read of each, in four statements for the whole page."""
    if not rows:
        return []
    found = [orjson.loads(row["row"]) for row in rows]
    views, directory = _viewpoints(actor, found), get_directory()
    named, people = _named(found), _people(found)
    return [
        _entry(row, views[row["case_id"]], named.get((row["case_id"], row["list_no"])), people, directory, today)
        for row in found
        if row["case_id"] in views
    ]


def _viewpoints(actor: Actor, rows: list[Row]) -> dict[str, Viewpoint]:
    ids, directory = list({row["case_id"] for row in rows}), get_directory()
    about = {row["id"]: row for row in fetch(_ABOUT, [ids, sight_keys(actor)])}
    return {
        row["case_id"]: viewpoint_of(
            actor,
            About(
                row["lead_agency_id"],
                about[row["case_id"]]["agencies"],
                [(agency, kind) for agency, kind in orjson.loads(about[row["case_id"]]["tasks"] or "[]")],
                {"surcharge": {"issued_at": True}} if row["handed_over"] else {},
                row["confidentiality"],
            ),
            directory,
        )
        for row in rows
        if row["case_id"] in about
    }


def _named(rows: list[Row]) -> dict[tuple[str, int], Row]:
    listed = [(row["case_id"], row["list_no"], row["entry"]["list_seq"]) for row in rows if "list_seq" in row["entry"]]
    if not listed:
        return {}
    return {
        (row["case_id"], row["list_no"]): row for row in fetch(_NAMED, [list(c) for c in zip(*listed, strict=True)])
    }


def _people(rows: list[Row]) -> dict[int, str]:
    ids = {by for row in rows for by in _signers(row)}
    sql = "SELECT id, display_name FROM agencies_user WHERE id = ANY(%s)"
    return {row["id"]: row["display_name"] for row in fetch(sql, [sorted(ids)])} if ids else {}


# Who stands under a bill: in the effect that issued it and in the one that reviewed it.
_SIGNED: Final = (("issued", "user"), ("reviewed", "by"))


def _signers(row: Row) -> Iterator[int]:
    for bill in row["bills"] or []:
        yield from (bill[key][by] for key, by in _SIGNED if bill.get(key, {}).get(by))


def _entry(
    row: Row, view: Viewpoint, named: Row | None, people: dict[int, str], directory: Directory, today: date
) -> Row:
    entry, money = row["entry"], view.form(Detail.BILL)
    bills = [_bill(bill, row, view, people, today) for bill in row["bills"] or []]
    fee = sum((bill["_fee"] for bill in bills), ZERO)
    owner = named["agency_id"] if named else None
    return {
        "case": {"id": row["case_id"], "number": row["number"], "title": row["title"], "stage": row["stage"]},
        "region": refs.region(directory, row["region_code"]),
        "list_no": row["list_no"],
        "account": _masked("account", named["account"] if named else None, view.form(Detail.NUMBER, owner)),
        "address": _masked("address", named["address"] if named else None, view.form(Detail.ADDRESS, owner)),
        "starts_on": row["starts_on"],
        "ends_on": row["ends_on"],
        "document": row["document"],
        "rate": str(row["rate"]),
        "state": row["state"],
        "returned": entry.get("refused") if row["state"] == "refused" else None,
        "returns": entry.get("returns") or [],
        "issued_at": entry.get("issued_at"),
        "accepted_at": entry.get("accepted_at"),
        "notified_on": entry.get("notified_on"),
        "notified_by": entry.get("notified_by"),
        "stopped_on": (entry.get("cessation") or row.get("cessation") or {}).get("stopped_on"),
        "ended_at": entry.get("ended_at"),
        "late_fee_rate": entry.get("late_fee"),
        "waiting": row["waiting"],
        "kwh": _figure(row["kwh"], view.form(Detail.KWH)),
        **{name: _figure(row[name], money) for name in MONEY},
        "fee": _figure(fee, money),
        "overdue_days": max((bill["overdue_days"] for bill in bills), default=0),
        "bills": [{key: value for key, value in bill.items() if key != "_fee"} for bill in bills],
    }


def _bill(bill: Row, row: Row, view: Viewpoint, people: dict[int, str], today: date) -> Row:
    money, kwh = view.form(Detail.BILL), view.form(Detail.KWH)
    paid = [p for p in row.get("payments") or [] if p["bill"] == bill["no"]]
    late = arrears_of(bill, paid, row["entry"].get("late_fee"), on=today)
    over = max(Decimal(bill.get("paid", 0)) - Decimal(bill["amount"]), ZERO)
    clear = money is Form.CLEAR
    return {
        **{key: bill.get(key) for key in ("no", "month", "cycle_from", "cycle_to", "state", "listed_days", "due_on")},
        "kwh": _figure(bill["kwh"], kwh),
        "listed_kwh": _figure(bill["listed_kwh"], kwh),
        **{key: _figure(bill.get(key), money) for key in ("energy", "surcharge", "amount", "paid", "refund")},
        **{key: _figure(bill.get(key), money) for key in ("refunded", "fee_paid")},
        "overpaid": _figure(over or None, money),
        "settled": bool(bill.get("settled")),
        "issued_by": people.get(bill.get("issued", {}).get("user")),
        "reviewed_by": people.get(bill.get("reviewed", {}).get("by")),
        "reviewed_at": bill.get("reviewed", {}).get("at"),
        "overdue_days": late.overdue_days if late else 0,
        "fee": _figure(late.fee, money) if late else None,
        "_fee": late.fee if late else ZERO,
        "late": [stretch._asdict() for stretch in late.stretches] if late and clear else [],
        "lines": bill["lines"] if clear else [],
        "payments": [{key: p[key] for key in _OF_A_PAYMENT if key in p} for p in paid] if clear else [],
        "corrections": bill.get("corrections", []) if clear else [],
        "pending": bill.get("pending", {}).get("reason"),
        "certainty": bill.get("certainty"),
        "doubts": bill.get("doubts") or [],
    }


def _figure(value: Any, form: Form) -> str | None:
    """In clear, its size, or nothing."""
    if value is None or form is Form.HIDDEN:
        return None
    text = f"{Decimal(str(value)):f}"
    return text if form is Form.CLEAR else figure(text)


def _masked(kind: str, value: str | None, form: Form) -> str | None:
    return None if not value or form is Form.HIDDEN else mask(kind, value)

"""The lists of a case, one after another: the days on each, the bills made under it, and what is still to be billed.

A later list (after a relapse, or where one has run out) takes the place of the one before in the fact `surcharge`; that
one goes on under `earlier`, without its bills. A bill names its list by `list_no` and is judged, counted and corrected
by that one: what a later list says of days and rate is no reason to take back what an earlier one lawfully charged.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from cases.policy.surcharge import addressee
from cases.policy.tariff import Supply
from cases.policy.tariff.prices import LOWEST_VOLTAGE
from cases.workflow.view import CaseView

Entry = dict[str, Any]

# A list entry in one of these states binds the grid company.
ACTIVE = frozenset({"issued", "accepted", "notified", "billing"})
# In these it holds its days: what was listed is charged, and charged once.
STANDING = ACTIVE | {"ended"}
KEPT = (
    "state",
    "rate",
    "starts_on",
    "ends_on",
    "price_class",
    "reclass_to",
    "voltage",
    "variant",
    "capacity_kva",
    "document",
    "document_from",
    "document_to",
    "covers_persons",
    "local",
    "share",
    "rule_versions",
    "list_file",
    "list_seq",
    "planned",
    "late_fee",
    "notified_on",
    "notified_by",
    "notice_file",
    "paper",
    "returns",
)


def supply_of(found: Mapping[str, Any]) -> Supply:
    """How the account is supplied, by the report on its consumption or by the list that was planned on it."""
    capacity = found.get("capacity_kva")
    return Supply(
        found.get("voltage") or LOWEST_VOLTAGE,
        found.get("variant") or "",
        None if capacity is None else Decimal(str(capacity)),
    )


def charged_as(facts: Mapping[str, Any]) -> str:
    """Whom a surcharge on the determination would reach, as the price documents know it."""
    decided = facts.get("determination") or {}
    return addressee(str(decided.get("subject") or ""), registered=bool(decided.get("registered_enterprise")))


def surcharge_of(view: CaseView) -> Entry:
    """The present list; it carries the bills of all lists and the earlier lists."""
    return view.facts.get("surcharge") or {}


def lists_of(surcharge: Entry) -> list[Entry]:
    """Every list of the case, the present one last."""
    return [*(surcharge.get("earlier") or []), *([surcharge] if surcharge else [])]


def list_of(surcharge: Entry, row: dict[str, Any]) -> Entry:
    """The list under which a bill was made; bills from before lists had numbers belong to the first."""
    number = row.get("list_no", 1)
    return next((entry for entry in surcharge.get("earlier") or [] if entry["list_no"] == number), surcharge)


def bills_under(surcharge: Entry, entry: Entry) -> list[dict[str, Any]]:
    """The bills made under one of the lists."""
    return [row for row in surcharge.get("bills") or [] if list_of(surcharge, row) is entry]


def following(surcharge: Entry) -> Entry:
    """What a new list takes over from the present one: its number, the bills, and the lists that have bills.

    A list that is followed while it binds has run out: it ended on its own last day.
    """
    earlier, bills = list(surcharge.get("earlier") or []), surcharge.get("bills") or []
    if bills_under(surcharge, surcharge):
        kept = {key: surcharge[key] for key in KEPT if key in surcharge}
        over = {"state": "ended"} if surcharge["state"] in ACTIVE else {}
        earlier.append({"list_no": len(earlier) + 1, **kept, **over})
    # An entry that was sent back and never billed is drawn up anew: how often, and why, stays with it.
    back = (
        {} if bills_under(surcharge, surcharge) else {key: surcharge[key] for key in ("returns",) if key in surcharge}
    )
    return {
        **back,
        "list_no": len(earlier) + 1,
        **({"earlier": earlier} if earlier else {}),
        **({"bills": bills} if bills else {}),
    }


def of_this_round(view: CaseView, entry: Entry) -> bool:
    """Planned since the case was last taken up again; what an earlier round charged, it charged by its own finding."""
    reopened = view.facts.get("reopened") or [{}]
    planned: int = (entry.get("planned") or {}).get("seq", 0)
    return bool(planned >= reopened[-1].get("seq", 0))


def listed_period(entry: Entry) -> tuple[date, date | None]:
    """The days on the list that the price document carries."""
    ends = [date.fromisoformat(entry[key]) for key in ("ends_on", "document_to") if entry.get(key)]
    return date.fromisoformat(entry["starts_on"]), min(ends) if ends else None


def listed_days(entry: Entry, first: date, last: date) -> int:
    """How many days of a cycle are listed; on a list that was revoked none is."""
    if entry.get("state") == "revoked":
        return 0
    begin, end = listed_period(entry)
    last_listed = last if end is None else min(last, end)
    return max(0, (last_listed - max(first, begin)).days + 1)


def unbilled(surcharge: Entry, entry: Entry | None = None) -> date | None:
    """The first day of a list, the present one if none is named, that no bill under it covers; None: all are covered.

    The surcharge is collected in full (1283号 五（十三）). A list without an end always has a day after its last bill.
    """
    entry = surcharge if entry is None else entry
    day, end = listed_period(entry)
    rows = [row for row in bills_under(surcharge, entry) if row["state"] != "refused"]
    for first, last in sorted((as_day(row["cycle_from"]), as_day(row["cycle_to"])) for row in rows):
        if first <= day <= last:
            day = last + timedelta(days=1)
    return day if end is None or day <= end else None


def run_out(surcharge: Entry) -> bool:
    """The list has a last day of its own and every day on it is billed: it brings no more work, and nobody ended it."""
    return surcharge.get("state") in ACTIVE and unbilled(surcharge) is None


def as_day(value: Any) -> date:
    """A day as inputs or as facts hold it."""
    return value if isinstance(value, date) else date.fromisoformat(value)

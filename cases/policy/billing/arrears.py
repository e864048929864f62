"""What is still owed on a bill and the fee for paying late: simple, by the day, on what is open (条例 39).

The first day of the fee is the day after the bill fell due, and the day of a payment is the last one that its amount
counts as open. Every stretch between two payments is rounded half-up to 0.01 CNY on its own, as a line is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from cases.policy import law
from cases.policy.tariff import late_fee

ZERO = Decimal(0)
DAY = timedelta(days=1)
#: After so many days of arrears, and after dunning, supply may be stopped by procedure (条例 39).
STOP_AFTER = 30


class Stretch(NamedTuple):
    """Days (both included) over which the same amount was open, and the fee for them."""

    first: date
    last: date
    days: int
    unpaid: Decimal
    fee: Decimal


class Arrears(NamedTuple):
    """A bill as it stands on a day: what is open, for how many days past its due day, and the fee so far."""

    unpaid: Decimal
    overdue_days: int
    stretches: tuple[Stretch, ...]
    fee: Decimal
    article: str


def arrears(
    amount: Decimal,
    due_on: date,
    payments: Sequence[tuple[date, Decimal]],
    *,
    per_mille: Decimal | None,
    on: date,
) -> Arrears:
    """The bill on the day `on`. Without a contracted rate there is no fee. Payments after `on` are not made yet.

    What was paid back is a negative payment. Raises ValueError for a rate outside 1 to 3 per mille a day.
    """
    made = sorted((day, paid) for day, paid in payments if day <= on)
    open_now = max(ZERO, amount - sum((paid for _day, paid in made), ZERO))
    stretches = []
    begin, unpaid = due_on + DAY, amount
    for day, paid in [*made, (on, ZERO)]:
        # What was paid up to the due day is not open afterwards.
        if day >= begin and unpaid > 0:
            days = (day - begin).days + 1
            fee = ZERO if per_mille is None else late_fee(unpaid, days, per_mille, day=day)
            stretches.append(Stretch(begin, day, days, unpaid, fee))
            begin = day + DAY
        unpaid -= paid
    overdue = (on - due_on).days if open_now and on > due_on else 0
    fees = sum((each.fee for each in stretches), ZERO)
    return Arrears(open_now, overdue, tuple(stretches), fees, law.cite("supply_regulation.arrears", on))


def arrears_of(
    bill: Mapping[str, Any], payments: Iterable[Mapping[str, Any]], per_mille: str | None, *, on: date
) -> Arrears | None:
    """The same of a bill and payments as the facts of a case hold them; None before its review or without a due day."""
    if bill["state"] != "reviewed" or not bill.get("due_on"):
        return None
    sign = {"bill": 1, "refund": -1}
    own = [
        (p, sign[p.get("kind", "bill")]) for p in payments if p["bill"] == bill["no"] and p.get("kind") != "late_fee"
    ]
    made = [(date.fromisoformat(p["paid_on"]), Decimal(p["amount"]) * way) for p, way in own]
    rate = Decimal(per_mille) if per_mille else None
    return arrears(Decimal(bill["amount"]), date.fromisoformat(bill["due_on"]), made, per_mille=rate, on=on)

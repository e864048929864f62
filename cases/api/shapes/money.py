"""Charges, the ledger of surcharged accounts, runs of bills, and what was really billed."""

from __future__ import annotations

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, inline_serializer
from rest_framework import serializers as s

from cases.api.shapes.common import RegionRef, Total
from cases.billing.charging import FIELDS, NAMES
from cases.billing.comparing.selecting import SHOWN
from cases.billing.runs.selecting import FATES, REVIEWS
from cases.models.money import BillRun
from cases.selectors.money.query import OWING, SORTS, STATES


def _query(name: str, about: str, **more: Any) -> OpenApiParameter:
    return OpenApiParameter(name, OpenApiTypes.STR, OpenApiParameter.QUERY, description=about, **more)


def _inputs() -> list[OpenApiParameter]:
    """Each input once, with the calculators that read it."""
    found: dict[str, tuple[str, list[str], list[str]]] = {}
    for kind, fields in FIELDS.items():
        for each in fields:
            found.setdefault(each.name, (each.label.en, [], [code for code, _ in each.choices]))[1].append(kind)
    return [
        _query(name, f"{about} ({', '.join(kinds)}).", **({"enum": values} if values else {}))
        for name, (about, kinds, values) in found.items()
    ]


CHARGE_INPUTS = [_query("kind", "Which calculator; the first where it is left out.", enum=list(NAMES)), *_inputs()]
LEDGER_FILTERS = [
    _query("state", "State of the entry.", enum=list(STATES)),
    _query("region", "GB/T 2260 code (2, 4 or 6 digits) or full name; what lies in it counts too."),
    _query("owing", "open: something is unpaid; overdue: past its day; none: billed and paid.", enum=list(OWING)),
    _query("number", "Number of the case."),
    _query("document", "Number of the price document."),
    _query("since", "Entries with a day from here on."),
    _query("until", "Entries that begin no later than this day."),
    _query("order", "The newest case first unless said otherwise.", enum=list(SORTS)),
]


class Charge(s.Serializer[Any]):
    kind = s.ChoiceField(list(NAMES))
    day = s.DateField(help_text="The rules of this day were applied.")
    figures = s.DictField(child=s.CharField(), help_text="kwh, due, penalty, total; or unpaid, days, fee.")
    says = s.CharField(help_text="How it came about, in the language of the request.")
    article = s.CharField()
    certainty = s.CharField(help_text="V-P: the text was read; everything else has to be confirmed.")
    confirm = s.BooleanField()
    nothing = s.BooleanField(help_text="There is nothing to charge; `says` tells why.")
    asked = s.DictField(child=s.CharField())


class _LedgerCase(s.Serializer[Any]):
    id = s.UUIDField()
    number = s.CharField()
    title = s.CharField()
    stage = s.CharField()


class _LedgerBill(s.Serializer[Any]):
    no = s.CharField()
    month = s.CharField()
    cycle_from = s.DateField()
    cycle_to = s.DateField()
    state = s.CharField()
    listed_days = s.IntegerField()
    due_on = s.DateField(allow_null=True)
    kwh = s.CharField(allow_null=True)
    listed_kwh = s.CharField(allow_null=True)
    energy = s.CharField(allow_null=True)
    surcharge = s.CharField(allow_null=True)
    amount = s.CharField(allow_null=True)
    paid = s.CharField(allow_null=True)
    refund = s.CharField(allow_null=True, help_text="Less than the first bill asked for, over all corrections.")
    refunded = s.CharField(allow_null=True, help_text="Paid back to the user so far.")
    overpaid = s.CharField(allow_null=True, help_text="Still to be paid back.")
    fee_paid = s.CharField(allow_null=True, help_text="Paid of the late fee.")
    settled = s.BooleanField()
    issued_by = s.CharField(allow_null=True)
    reviewed_by = s.CharField(allow_null=True)
    reviewed_at = s.DateTimeField(allow_null=True)
    overdue_days = s.IntegerField()
    fee = s.CharField(allow_null=True, help_text="Late fee up to today.")
    late = s.ListField(child=s.DictField(), help_text="The stretches of days that the fee is made of.")
    lines = s.ListField(child=s.DictField())
    payments = s.ListField(child=s.DictField())
    corrections = s.ListField(child=s.DictField(), help_text="Former figures with their reversal lines and reason.")
    pending = s.CharField(allow_null=True, help_text="Reason of a correction that awaits its review.")
    certainty = s.CharField(allow_null=True, help_text="Label of its least certain price; V-P: its clause was read.")
    doubts = s.ListField(
        child=s.CharField(), help_text="price_unverified, price_entered, surcharge_unverified: confirm before charging."
    )


class SurchargeEntry(s.Serializer[Any]):
    case = _LedgerCase()
    region = RegionRef()
    list_no = s.IntegerField()
    account = s.CharField(allow_null=True, help_text="Always masked here.")
    address = s.CharField(allow_null=True, help_text="Down to the district.")
    starts_on = s.DateField()
    ends_on = s.DateField(allow_null=True)
    document = s.CharField()
    rate = s.CharField()
    state = s.ChoiceField(list(STATES))
    returned = s.CharField(allow_null=True, help_text="Reason of the return.")
    returns = s.ListField(child=s.DictField(), help_text="Earlier returns by the grid company, with what it corrected.")
    issued_at = s.DateTimeField(allow_null=True)
    accepted_at = s.DateTimeField(allow_null=True)
    notified_on = s.DateField(allow_null=True)
    notified_by = s.CharField(allow_null=True)
    stopped_on = s.DateField(allow_null=True)
    ended_at = s.DateTimeField(allow_null=True)
    late_fee_rate = s.CharField(allow_null=True, help_text="Per mille a day, as contracted.")
    waiting = s.IntegerField(help_text="Bills and corrections that await their review.")
    kwh = s.CharField(allow_null=True)
    surcharge = s.CharField(allow_null=True)
    amount = s.CharField(allow_null=True)
    paid = s.CharField(allow_null=True)
    unpaid = s.CharField(allow_null=True)
    refund = s.CharField(allow_null=True)
    overpaid = s.CharField(allow_null=True)
    refunded = s.CharField(allow_null=True)
    fee_paid = s.CharField(allow_null=True)
    fee = s.CharField(allow_null=True)
    overdue_days = s.IntegerField()
    bills = _LedgerBill(many=True)


class _Sums(s.Serializer[Any]):
    entries = s.IntegerField()
    cases = s.IntegerField()
    bills = s.IntegerField(allow_null=True)
    active = s.IntegerField()
    overdue = s.IntegerField()
    kwh = s.CharField(allow_null=True)
    surcharge = s.CharField(allow_null=True)
    amount = s.CharField(allow_null=True)
    paid = s.CharField(allow_null=True)
    unpaid = s.CharField(allow_null=True)
    refund = s.CharField(allow_null=True)
    overpaid = s.CharField(allow_null=True)
    refunded = s.CharField(allow_null=True)
    fee_paid = s.CharField(allow_null=True)


SurchargePage = inline_serializer(
    "SurchargePage",
    {
        "results": SurchargeEntry(many=True),
        "next": s.CharField(allow_null=True),
        "previous": s.CharField(allow_null=True),
        "total": Total(),
        "sums": _Sums(help_text="Over all entries that match."),
    },
)

RUN_ROWS = [OpenApiParameter("fate", enum=[*FATES, *REVIEWS], description="What became of the row.")]
BILLED_ROWS = [OpenApiParameter("show", enum=list(SHOWN), description="One kind of difference, or any; all rows.")]


class Readings(s.Serializer[Any]):
    file = s.FileField(
        help_text="CSV or workbook: account, first and last day of the cycle, and energy, its periods or two readings."
    )
    month = s.CharField(help_text="Such as 2026-11.")
    due_on = s.DateField(required=False)
    energy_price = s.CharField(required=False, help_text="Proxy price of the month, where none is on record.")


class BillRunState(s.Serializer[Any]):
    id = s.UUIDField()
    month = s.CharField()
    state = s.CharField(help_text=" | ".join(BillRun.State.values))
    filename = s.CharField()
    sha256 = s.CharField()
    due_on = s.DateField(allow_null=True)
    energy_price = s.CharField(allow_null=True)
    rows = s.IntegerField()
    done = s.IntegerField(help_text="Rows looked at while billing.")
    reviewed = s.IntegerField(help_text="Rows looked at while reviewing.")
    counts = s.DictField(child=s.IntegerField(), help_text="How many rows are of each fate.")
    uploaded_by = s.CharField()
    uploaded_at = s.DateTimeField()
    moved_at = s.DateTimeField(help_text="When it last went forward.")


class BillRunDetail(BillRunState):
    bills = s.IntegerField()
    amount = s.CharField()
    surcharge = s.CharField()
    started_by = s.CharField(allow_null=True)
    started_at = s.DateTimeField(allow_null=True)
    billed_at = s.DateTimeField(allow_null=True)
    reviewed_by = s.CharField(allow_null=True)
    reviewed_at = s.DateTimeField(allow_null=True)
    problem = s.CharField(allow_null=True, help_text="Why it stopped.")
    steps = s.ListField(child=s.CharField(), help_text="What you may do with it now: start, discard, review.")


class BillRunReview(s.Serializer[Any]):
    send_back = s.ListField(
        child=s.IntegerField(), required=False, help_text="Rows whose bill is refused; all others are approved."
    )
    note = s.CharField(required=False, help_text="Why they are sent back.")


class BillRunLine(s.Serializer[Any]):
    number = s.IntegerField()
    account = s.CharField(help_text="Always masked here.")
    case_number = s.CharField(allow_null=True)
    cycle_from = s.DateField(allow_null=True)
    cycle_to = s.DateField(allow_null=True)
    kwh = s.CharField()
    fate = s.CharField(help_text=" | ".join(FATES))
    reason = s.CharField()
    said = s.CharField(allow_null=True, help_text="The reason in words.")
    article = s.CharField()
    bill = s.CharField()
    certainty = s.CharField(allow_null=True, help_text="V-P: the prices were read; all else has to be confirmed.")
    doubts = s.ListField(child=s.CharField(), help_text="What has to be confirmed, by code.")
    amount = s.CharField(allow_null=True)
    surcharge = s.CharField(allow_null=True)
    review = s.CharField()
    review_said = s.CharField(allow_null=True)


class BilledFileState(s.Serializer[Any]):
    id = s.UUIDField()
    filename = s.CharField()
    sha256 = s.CharField()
    months = s.ListField(child=s.CharField())
    rows = s.IntegerField()
    counts = s.DictField(child=s.IntegerField(), help_text="How many rows agree or differ, by kind.")
    uploaded_by = s.CharField()
    uploaded_at = s.DateTimeField()


class BilledUpload(s.Serializer[Any]):
    file = s.FileField(help_text="CSV or workbook: account, month, kWh, amount.")


class BilledLine(s.Serializer[Any]):
    number = s.IntegerField()
    line = s.IntegerField(allow_null=True, help_text="Row of the file; null for what stands here only.")
    account = s.CharField(help_text="Always masked here.")
    case_number = s.CharField(allow_null=True)
    month = s.CharField()
    bill = s.CharField()
    our_kwh = s.CharField(allow_null=True)
    our_amount = s.CharField(allow_null=True)
    their_kwh = s.CharField(allow_null=True)
    their_amount = s.CharField(allow_null=True)
    difference = s.CharField(allow_null=True, help_text="CNY really billed less CNY here.")
    differences = s.ListField(child=s.CharField())
    reason = s.CharField()
    said = s.CharField(allow_null=True, help_text="Why the row cannot be compared.")


def _page(name: str, rows: Any) -> Any:
    around = {"next": s.CharField(allow_null=True), "previous": s.CharField(allow_null=True), "total": Total()}
    return inline_serializer(name, {"results": rows, **around})


BillRunPage = _page("BillRunPage", BillRunState(many=True))
BillRunLines = _page("BillRunLines", BillRunLine(many=True))
BilledFilePage = _page("BilledFilePage", BilledFileState(many=True))
BilledLines = _page("BilledLines", BilledLine(many=True))

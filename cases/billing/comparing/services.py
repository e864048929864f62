"""Taking a file of what was really billed in, and what differs: recorded once, acted on by nobody but a person."""

from __future__ import annotations

import hashlib
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

import orjson
from django.db import transaction

from agencies.actors import Actor
from agencies.authority import event_actor
from agencies.directory import get_directory
from agencies.vocabulary import Role
from audit.actions import Action
from audit.services import record
from audit.sight import working_as
from cases.billing.access import billing_post, company
from cases.billing.sheet import rows_of
from cases.intake.copying import copy_rows
from cases.intake.receiving import scanned
from cases.models.money import BilledFile
from cases.policy.billing.readings import plain_account
from cases.policy.billing.reconciliation import Ours, Theirs, differences
from cases.selectors.masking import mask
from cases.selectors.paging import fetch
from cases.workflow.errors import NotVisible
from cases.workflow.forms.reading import Unreadable, month
from cases.workflow.view import Text

COLUMNS: Final = {
    "account": ("户号", "用户编号", "客户编号", "account"),
    "month": ("月份", "电费月份", "账单月份", "month"),
    "kwh": ("电量", "实收电量", "kwh"),
    "amount": ("金额", "实收金额", "电费", "应收电费", "amount"),
}
NO_HEAD: Final = Text(
    "没有找到表头：应有户号、月份、电量、金额四列", "No header was found: account, month, kWh and amount are needed"
)
_ROW: Final = (
    *("file_id", "number", "line", "account", "case_id", "month", "bill", "our_kwh", "our_amount", "their_kwh"),
    *("their_amount", "differences", "reason", "figures"),
)
# Every list of a case with the account that its letter names, and what was billed under it by month; one that the
# company sent back names the wrong account as like as not, and binds nobody.
_OURS: Final = """SELECT c.id::text AS case_id, s.data->>'account' AS account, x.ends_on, x.state, (
        SELECT jsonb_agg(jsonb_build_array(b->>'month', b->>'kwh', b->>'amount', b->>'no') ORDER BY b->>'no')::text
        FROM jsonb_array_elements(coalesce(c.facts->'surcharge'->'bills', '[]')) b
        WHERE b->>'state' <> 'refused' AND coalesce((b->>'list_no')::int, 1) = x.list_no) AS bills
    FROM cases_caseagency ca JOIN cases_case c ON c.id = ca.case_id AND c.facts ? 'surcharge'
    CROSS JOIN LATERAL (
        SELECT coalesce((e->>'list_no')::int, 1) AS list_no, (e->>'list_seq')::int AS seq, e->>'state' AS state,
            least(e->>'ends_on', e->>'document_to') AS ends_on
        FROM jsonb_array_elements(coalesce(c.facts->'surcharge'->'earlier', '[]')
            || jsonb_build_array(c.facts->'surcharge')) e) x
    JOIN audit_event e ON e.stream = 'case/' || c.id AND e.seq = x.seq JOIN audit_sealed s ON s.event_id = e.id
    WHERE ca.agency_id = %s AND x.state <> 'refused'"""


@dataclass(slots=True)
class _Account:
    """What stands here of one account: its case, its bills by month, and the last day of its lists."""

    case_id: str
    bills: dict[str, list[tuple[Decimal, Decimal, str]]] = field(default_factory=dict)
    ends: list[str | None] = field(default_factory=list)

    def ours(self, which: str) -> Ours | None:
        rows = self.bills.get(which)
        if not rows:
            return None
        return Ours(sum((r[0] for r in rows), Decimal(0)), sum((r[1] for r in rows), Decimal(0)), rows[-1][2])

    def ended_before(self, which: str) -> bool:
        """Every list of it had ended before the first day of this month."""
        return all(end is not None and end[:7] < which for end in self.ends)


@working_as("bill_run")
def compare(*, actor: Actor, content: bytes, filename: str, now: datetime) -> BilledFile:
    """Take the file in and put it beside the bills. Raises NotAllowed, InvalidInput."""
    post = billing_post(actor)
    scanned(filename, content)
    lines = rows_of(content, _head, NO_HEAD)
    found = BilledFile(
        agency_id=post.agency_id,
        filename=filename[:200],
        sha256=hashlib.sha256(content).hexdigest(),
        size=len(content),
        uploaded_by_id=actor.user_id,
        uploaded_at=now,
    )
    with transaction.atomic():
        rows = list(_compared(lines, _accounts(post.agency_id)))
        found.months = sorted({row["month"] for row in rows if row["month"]})
        found.rows_total = len(lines)
        found.counts = dict(Counter(kind for row in rows for kind in _kinds(row)))
        found.save(force_insert=True)
        copy_rows("cases_billedrow", _ROW, (_written(found.id, n, row) for n, row in enumerate(rows, start=1)))
        record(
            stream=f"agency/{get_directory().by_id[post.agency_id].code}",
            action=Action.BILLS_COMPARED,
            actor=event_actor(actor, post, Role.BILLING.value),
            data={"file": str(found.id), "sha256": found.sha256, "rows": found.rows_total, "counts": found.counts},
            now=now,
        )
    return found


def find_file(actor: Actor, file_id: UUID) -> BilledFile:
    """A comparison of the own company. Raises NotVisible."""
    found = BilledFile.objects.filter(id=file_id, agency_id__in=company(actor)).first()
    if found is None:
        raise NotVisible
    return found


def _kinds(row: dict[str, Any]) -> list[str]:
    return ["unusable"] if row["reason"] else list(row["differences"]) or ["agree"]


def _accounts(agency_id: int) -> dict[str, _Account]:
    found: dict[str, _Account] = {}
    for row in fetch(_OURS, [agency_id]):
        account = found.setdefault(plain_account(row["account"] or ""), _Account(row["case_id"]))
        account.case_id = row["case_id"]
        if row["state"] != "revoked":
            account.ends.append(row["ends_on"])
        for which, kwh, amount, number in orjson.loads(row["bills"] or "[]"):
            account.bills.setdefault(which, []).append((Decimal(kwh), Decimal(amount), number))
    found.pop("", None)
    return found


def _head(cells: list[str]) -> dict[str, int] | None:
    """Which column holds what, where these cells are the header; None where they are not."""
    names = [_name(cell) for cell in cells]
    found = {f: next((i for i, n in enumerate(names) if n in known), None) for f, known in COLUMNS.items()}
    places = {field: place for field, place in found.items() if place is not None}
    return places if len(places) == len(COLUMNS) else None


def _name(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text).lower().replace(" ", "")
    return plain.split("(")[0] or plain


def _compared(lines: list[dict[str, str]], known: dict[str, _Account]) -> Iterator[dict[str, Any]]:
    """Every row of the file beside what stands here, then what stands here only, for the months of the file."""
    times = Counter((plain_account(cells["account"]), cells["month"]) for cells in lines)
    seen: set[tuple[str, str]] = set()
    for number, cells in enumerate(lines, start=1):
        row, account = _read(cells), plain_account(cells["account"])
        if not row["reason"] and times[account, cells["month"]] > 1:
            row |= {"reason": "twice", "figures": {"times": str(times[account, cells["month"]])}}
        here = known.get(account)
        if not row["reason"]:
            ours = here.ours(row["month"]) if here else None
            ended = here is not None and here.ended_before(row["month"])
            theirs = Theirs(row["their_kwh"], row["their_amount"])
            row["differences"] = list(differences(ours, theirs, known=here is not None, ended_before=ended))
            row |= _of_ours(ours)
            seen.add((account, row["month"]))
        yield {**row, "line": number, "account": account, "case_id": here.case_id if here else None}
    months = {which for _account, which in seen}
    for account, here in sorted(known.items()):
        for which in sorted(months & here.bills.keys()):
            if (account, which) not in seen:
                ours = here.ours(which)
                empty = {**_EMPTY, "month": which, "account": account, "case_id": here.case_id}
                yield {**empty, **_of_ours(ours), "differences": list(differences(ours, None))}


_EMPTY: Final[dict[str, Any]] = {
    "line": None,
    "month": "",
    "bill": "",
    "our_kwh": None,
    "our_amount": None,
    "their_kwh": None,
    "their_amount": None,
    "differences": [],
    "reason": "",
    "figures": {},
}


def _of_ours(ours: Ours | None) -> dict[str, Any]:
    return {"our_kwh": ours.kwh, "our_amount": ours.amount, "bill": ours.bill} if ours else {}


def _read(cells: dict[str, str]) -> dict[str, Any]:
    """The cells of a row as values; what cannot be read is kept with its reason."""
    row = dict(_EMPTY)
    if not plain_account(cells["account"]):
        return {**row, "reason": "no_account"}
    try:
        row["month"] = month(cells["month"])
    except Unreadable:
        return {**row, "reason": "month", "figures": {"value": cells["month"][:20]}}
    for name, places in (("kwh", -6), ("amount", -2)):
        try:
            value = Decimal(cells[name].replace(",", ""))
            exponent = value.normalize().as_tuple().exponent
        except ArithmeticError:
            return {**row, "reason": "not_a_number", "figures": {"field": name, "value": cells[name][:20]}}
        if not value.is_finite() or abs(value) >= 10**10 or (isinstance(exponent, int) and exponent < places):
            return {**row, "reason": "not_a_number", "figures": {"field": name, "value": cells[name][:20]}}
        row[f"their_{name}"] = value
    return row


def _written(file_id: UUID, number: int, row: dict[str, Any]) -> tuple[Any, ...]:
    numbers = [
        None if row[k] is None else f"{row[k]:f}" for k in ("our_kwh", "our_amount", "their_kwh", "their_amount")
    ]
    account = mask("account", row["account"]) if row["account"] else ""
    return (
        file_id, number, row["line"], account, row["case_id"], row["month"], row["bill"], *numbers,
        row["differences"], row["reason"], row["figures"],
    )  # fmt: skip

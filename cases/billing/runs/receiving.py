"""A month's readings taken in: the file read once, each row with its case or with the sentence why there is none."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.utils import timezone

from agencies.actors import Actor
from agencies.vocabulary import Role
from audit.actions import Action
from audit.sight import working_as
from cases.billing.access import billing_post, note
from cases.billing.runs.accounts import Listed, listed_accounts
from cases.billing.sheet import rows_of
from cases.billing.typed import read
from cases.intake.copying import copy_rows
from cases.intake.receiving import content_of, scanned
from cases.models.money import BillRun
from cases.policy.billing.readings import Reading, Unusable, head_of, plain_account, read_row
from cases.policy.tariff import Tariff, find_tariff
from cases.policy.tariff.prices import BILLED
from cases.selectors.masking import mask
from cases.selectors.rules.entered import entered_rules
from cases.workflow.errors import InvalidInput
from cases.workflow.fields import Field
from cases.workflow.forms import build
from cases.workflow.forms.reading import month as as_month
from cases.workflow.view import Text

# The class that is billed at the month's proxy price where its row names none; the others have a price on record.
PROXY: Final = "commercial"
STATES = BillRun.State
# What is typed beside the file.
FIELDS: Final[tuple[Field, ...]] = (
    build.text("month", "电费月份", "Month", required=True, read=as_month),
    build.day("due_on", "缴费期限", "Due on"),
    build.number(
        "energy_price", "当月代理购电价格（元/kWh）", "Proxy price of the month (CNY/kWh)", places=4, maximum=20
    ),
)
_ROW: Final = ("run_id", "number", "account", "case_id", "cycle_from", "cycle_to", "reading", "fate", "reason", "says",
               "bill", "review", "review_says")  # fmt: skip
NO_HEAD: Final = Text(
    "没有找到表头：应有户号、抄表周期起、抄表周期止三列，以及电量或示数",
    "No header was found: account, first and last day of the cycle, and energy or readings are needed",
)


def given(typed: Mapping[str, Any], upload: Any) -> tuple[dict[str, Any], bytes]:
    """What was typed beside the file, and the file's content; every problem at once. Raises InvalidInput."""
    wrong: dict[str, Text] = {}
    data, content = dict[str, Any](), b""
    try:
        data = read(FIELDS, typed)
    except InvalidInput as mistyped:
        wrong |= mistyped.fields
    try:
        content = content_of(upload)
    except InvalidInput as missing:
        wrong |= missing.fields
    if wrong:
        raise InvalidInput(fields=wrong)
    return data, content


@working_as("bill_run")
def receive_readings(
    *,
    actor: Actor,
    content: bytes,
    filename: str,
    month: str,
    due_on: date | None,
    energy_price: Decimal | None,
    now: datetime,
) -> tuple[BillRun, bool]:
    """Take a file in; returns the run and whether it is new. Raises NotAllowed, InvalidInput.

    The same file again is the run that it was the first time, whatever became of it, unless that was thrown away.
    """
    post = billing_post(actor)
    scanned(filename, content)
    digest = hashlib.sha256(content).hexdigest()
    same = BillRun.objects.exclude(state=STATES.DISCARDED).filter(agency_id=post.agency_id, sha256=digest)
    if (known := same.first()) is not None:
        return known, False
    rows = _rows(content, timezone.localtime(now).date())
    run = BillRun(
        agency_id=post.agency_id,
        month=month,
        filename=filename[:200],
        sha256=digest,
        size=len(content),
        due_on=due_on,
        energy_price=energy_price,
        uploaded_by_id=actor.user_id,
        uploaded_at=now,
        moved_at=now,
        rows_total=len(rows),
    )
    try:
        _keep(run, rows, actor, now)
    except IntegrityError:
        # Sent twice at the same moment, it is still one run.
        return same.get(), False
    return run, True


@transaction.atomic
def _keep(run: BillRun, rows: list[Read], actor: Actor, now: datetime) -> None:
    placed = list(_placed(rows, listed_accounts(run.agency_id)))
    recorded = _recorded(entered_rules().tariffs)
    run.counts = {"unusable": sum(1 for each in placed if each[2] == "unusable")}
    run.save(force_insert=True)
    copy_rows("cases_billrunrow", _ROW, _written(run, placed, recorded))
    note(Action.BILL_RUN_RECEIVED, run, actor, now, Role.BILLING, {"unusable": run.counts["unusable"]})


Read = tuple[str, Reading | None, str, dict[str, str]]
Placed = tuple[str, Reading | None, str, str, dict[str, str], Listed | None]


def _rows(content: bytes, today: date) -> list[Read]:
    """(account, reading or None, reason, figures) of every row. Raises InvalidInput for what is no list of readings."""
    return [_read(cells, today) for cells in rows_of(content, head_of, NO_HEAD)]


def _read(cells: dict[str, str], today: date) -> Read:
    account = plain_account(cells.get("account", ""))
    try:
        return account, read_row(cells, today=today), "", {}
    except Unusable as wrong:
        return account, None, wrong.code, wrong.figures


def _placed(rows: list[Read], known: dict[str, list[Listed]]) -> Iterator[Placed]:
    """(account, reading, fate, reason, figures, where it is listed) of every row."""
    times = Counter(account for account, *_ in rows if account)
    for account, reading, reason, figures in rows:
        listed = known.get(account, [])
        due = [each for each in listed if each.task]
        if reading is None:
            yield account, None, "unusable", reason, figures, None
        elif times[account] > 1:
            yield account, reading, "unusable", "twice", {"times": str(times[account])}, None
        elif not listed:
            yield account, reading, "unusable", "unknown_account", {}, None
        elif len(due) != 1:
            yield account, reading, "unusable", "several_cases" if due else "no_open_bill", {}, None
        elif taken := _overlapping(reading, due[0]):
            yield account, reading, "unusable", "billed_before", taken, due[0]
        else:
            yield account, reading, "ready", "", {}, due[0]


def _overlapping(reading: Reading, listed: Listed) -> dict[str, str] | None:
    begin, end = reading.cycle_from.isoformat(), reading.cycle_to.isoformat()
    for number, first, last in listed.bills:
        if first <= end and last >= begin:
            return {"bill": number, "first": first, "last": last}
    return None


Recorded = Callable[[Listed, date], bool]


def _recorded(extra: tuple[Tariff, ...]) -> Recorded:
    """Whether a price of its class is on record for the account on a day: then the month's typed one is not its own."""

    @cache
    def known(region: str, voltage: str, day: date) -> bool:
        found = find_tariff(region, PROXY, day, voltage=voltage, extra=extra)
        return found is not None and found.status in BILLED

    return lambda listed, day: known(listed.region, listed.voltage, day)


def _written(run: BillRun, placed: list[Placed], recorded: Recorded) -> Iterator[tuple[Any, ...]]:
    for number, (account, reading, fate, reason, figures, listed) in enumerate(placed, start=1):
        asked = _asked(reading, run, listed, recorded) if reading else {}
        first = reading.cycle_from.isoformat() if reading else None
        last = reading.cycle_to.isoformat() if reading else None
        case_id, shown = listed.case_id if listed else None, mask("account", account) if account else ""
        yield run.id, number, shown, case_id, first, last, asked, fate, reason, figures, "", "", {}


def _asked(reading: Reading, run: BillRun, listed: Listed | None, recorded: Recorded) -> dict[str, str]:
    """What the act is asked with, as text. The month of the run where it lies in the cycle, else that of its end."""
    month = run.month
    within = month in (reading.cycle_from.isoformat()[:7], reading.cycle_to.isoformat()[:7])
    found = {"month": month if within else reading.cycle_to.isoformat()[:7], "kwh": f"{reading.kwh:f}"}
    if reading.parts is not None:
        found |= {name: f"{part:f}" for name, part in reading.parts.items()}
    for name in ("demand_kw", "used_before", "energy_price"):
        value = getattr(reading, name)
        if value is not None:
            found[name] = f"{value:f}"
    shop = listed is not None and listed.price_class == PROXY
    if run.energy_price is not None and listed is not None and shop and not recorded(listed, reading.cycle_from):
        found.setdefault("energy_price", f"{run.energy_price:f}")
    return found

"""A month's readings taken in: the file read once, each row with its case or with the sentence why there is none."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.utils import timezone

from agencies.actors import Actor
from agencies.vocabulary import Role
from audit.actions import Action
from audit.sight import working_as
from cases.intake.billing.runs.access import billing_post, note
from cases.intake.billing.runs.accounts import Listed, listed_accounts
from cases.intake.copying import copy_rows
from cases.intake.lists.judging.files import FILE
from cases.intake.lists.reading import Row, is_blank, open_list
from cases.intake.lists.sentences import NotAList, sentence
from cases.intake.lists.values import text_of
from cases.intake.receiving import scanned
from cases.models.money import BillRun
from cases.policy.billing.readings import Reading, Unusable, head_of, plain_account, read_row
from cases.selectors.masking import mask
from cases.workflow.errors import InvalidInput
from cases.workflow.view import Text

MOST_ROWS: Final = 200_000
# A header stands among the first lines; what is above it is a title.
HEAD_LINES: Final = 15
# Classes that are billed at the month's proxy price where their row names none.
PROXY: Final = ("commercial", "two_part")
STATES = BillRun.State
_ROW: Final = ("run_id", "number", "account", "case_id", "cycle_from", "cycle_to", "reading", "fate", "reason", "says",
               "bill", "review", "review_says")  # fmt: skip
NO_HEAD: Final = Text(
    "没有找到表头：应有户号、抄表周期起、抄表周期止三列，以及电量或示数",
    "No header was found: account, first and last day of the cycle, and energy or readings are needed",
)


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
    run.counts = {"unusable": sum(1 for each in placed if each[2] == "unusable")}
    run.save(force_insert=True)
    copy_rows("cases_billrunrow", _ROW, _written(run, placed))
    note(Action.BILL_RUN_RECEIVED, run, actor, now, Role.BILLING, {"unusable": run.counts["unusable"]})


Read = tuple[str, Reading | None, str, dict[str, str]]
Placed = tuple[str, Reading | None, str, str, dict[str, str], Listed | None]


def _rows(content: bytes, today: date) -> list[Read]:
    """(account, reading or None, reason, figures) of every row. Raises InvalidInput for what is no list of readings."""
    try:
        found = [_read(cells, today) for cells in _cells(content)]
    except NotAList as wrong:
        raise InvalidInput(fields={"file": sentence(FILE[wrong.code], wrong.figures)}, code="not_a_list") from wrong
    if not found:
        raise InvalidInput(fields={"file": Text("表头之下没有数据行", "There is no row below the header")})
    if len(found) > MOST_ROWS:
        says = Text(f"超过 {MOST_ROWS} 行，请拆分后上传", f"It has more than {MOST_ROWS} rows; split it")
        raise InvalidInput(fields={"file": says})
    return found


def _cells(content: bytes) -> Iterator[dict[str, str]]:
    """The cells of each row by their field."""
    for sheet in open_list(content):
        if sheet.hidden:
            continue
        rows = (row for row in sheet.rows() if not is_blank(row))
        head = _head(islice(rows, HEAD_LINES), rows)
        if head is None:
            continue
        places, rest = head
        for row in islice(rest, MOST_ROWS + 1):
            yield {name: text_of(row[at]) if at < len(row) else "" for name, at in places.items()}
        return
    raise InvalidInput(fields={"file": NO_HEAD}, code="no_header")


def _head(first: Iterable[Row], rest: Iterator[Row]) -> tuple[dict[str, int], Iterator[Row]] | None:
    lines = list(first)
    for number, row in enumerate(lines):
        if (found := head_of([text_of(cell) for cell in row])) is not None:
            return found, iter([*lines[number + 1 :], *rest]) if number + 1 < len(lines) else rest
    return None


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


def _written(run: BillRun, placed: list[Placed]) -> Iterator[tuple[Any, ...]]:
    for number, (account, reading, fate, reason, figures, listed) in enumerate(placed, start=1):
        asked = _asked(reading, run, listed) if reading else {}
        first = reading.cycle_from.isoformat() if reading else None
        last = reading.cycle_to.isoformat() if reading else None
        case_id, shown = listed.case_id if listed else None, mask("account", account) if account else ""
        yield run.id, number, shown, case_id, first, last, asked, fate, reason, figures, "", "", {}


def _asked(reading: Reading, run: BillRun, listed: Listed | None) -> dict[str, str]:
    """What the act is asked with, as text. The month of the run where it lies in the cycle, else that of its end."""
    month = run.month
    within = month in (reading.cycle_from.isoformat()[:7], reading.cycle_to.isoformat()[:7])
    found = {"month": month if within else reading.cycle_to.isoformat()[:7], "kwh": f"{reading.kwh:f}"}
    if reading.parts is not None:
        found |= dict(zip(("peak", "flat", "valley"), (f"{part:f}" for part in reading.parts), strict=True))
    for name in ("used_before", "energy_price"):
        value = getattr(reading, name)
        if value is not None:
            found[name] = f"{value:f}"
    if run.energy_price is not None and listed is not None and listed.price_class.startswith(PROXY):
        found.setdefault("energy_price", f"{run.energy_price:f}")
    return found

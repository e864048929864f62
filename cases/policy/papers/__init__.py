"""The price documents for surcharges: those of the release, and those that people entered, by one number each."""

import unicodedata
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from functools import cache

from cases.policy.dated import applies, covers, load, region_prefix

_BRACKETS = str.maketrans("[](){}【】〈〉《》", "〔〕〔〕〔〕〔〕〔〕〔〕")


@dataclass(frozen=True, slots=True)
class PriceDocument:
    """One price document: its rate in CNY/kWh, its days, and whether natural persons are within it.

    ``version`` is the id of an entered one; ``share`` the part of the energy that it charges.
    """

    region: str
    document: str
    rate: Decimal | None
    effective_from: date
    effective_to: date | None
    covers_persons: bool
    status: str
    source: str
    certainty: str
    version: str = ""
    share: Decimal = Decimal(1)


@cache
def documents() -> tuple[PriceDocument, ...]:
    """Return every recorded price document, drafts and unconfirmed ones included."""
    return tuple(
        PriceDocument(
            row["region"],
            row["document"],
            Decimal(row["rate"]) if "rate" in row else None,
            row["effective_from"],
            row.get("effective_to"),
            row["covers_persons"],
            row["status"],
            row["source"],
            row["certainty"],
        )
        for row in load("surcharge_rates")["document"]
    )


def on_record(entered: tuple[PriceDocument, ...] = ()) -> tuple[PriceDocument, ...]:
    """Return the documents of the release and the entered ones.

    One of the release ends the day before the first entered version of the same paper begins, and does not come back.
    """
    if not entered:
        return documents()
    begins: dict[tuple[str, str], date] = {}
    for one in entered:
        key = region_prefix(one.region), document_number(one.document)
        begins[key] = min(begins.get(key, one.effective_from), one.effective_from)
    kept = []
    for one in documents():
        first = begins.get((region_prefix(one.region), document_number(one.document)))
        if first is None:
            kept.append(one)
        elif one.effective_from < first:
            last = first - timedelta(days=1)
            kept.append(replace(one, effective_to=last if one.effective_to is None else min(one.effective_to, last)))
    return (*kept, *entered)


def named_document(named: PriceDocument, entered: tuple[PriceDocument, ...] = ()) -> PriceDocument | None:
    """Return the record under this number: it has the record's days and region, whatever is typed beside it.

    Of several versions of one paper the one of the first day that was typed, else the newest.
    """
    found = _in_force_under(named.document, entered)
    exact = [d for d in found if d.effective_from == named.effective_from]
    return max(exact or found, key=lambda d: d.effective_from, default=None)


def registered_document(
    number: str, region: str, day: date, entered: tuple[PriceDocument, ...] = ()
) -> PriceDocument | None:
    """Return what is on record under a number: the version that holds here on this day, else the newest."""
    found = _in_force_under(number, entered)
    here = [d for d in found if covers(d, region) and applies(d, day)]
    return max(here or found, key=lambda d: (len(region_prefix(d.region)), d.effective_from), default=None)


def _in_force_under(number: str, entered: tuple[PriceDocument, ...]) -> list[PriceDocument]:
    wanted = document_number(number)
    return [d for d in on_record(entered) if d.status == "in_force" and document_number(d.document) == wanted]


def document_number(document: str) -> str:
    """A document number without spaces, its brackets and digits in one form."""
    return unicodedata.normalize("NFKC", document).translate(_BRACKETS).replace(" ", "")

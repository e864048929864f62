"""Legal documents and their articles as dated records: which text was in force where, on which day.

A case uses the law in force at the act; a document that replaced another keeps the article's key, so that a caller
asks for ``supply_rules.suspension`` and gets the edition of that day (1996 or 2024).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from typing import Any

from cases.policy.dated import applies, covers, load, region_prefix, rule_set_version

#: Stored in every event, so that a decision names the rules it was taken under.
RULE_SET_VERSION: str = rule_set_version()


@dataclass(frozen=True, slots=True)
class LegalBasis:
    """One article of one edition of a document, with the days and the region in which it has force."""

    key: str
    document: str
    title_zh: str
    title_en: str
    number: str
    article: str
    text_zh: str
    text_en: str
    region: str
    effective_from: date
    effective_to: date | None
    status: str
    replaced_by: str
    source: str
    certainty: str
    version: str = ""  # the id of an entered one

    @property
    def carries(self) -> bool:
        """An act may rest on it, on its days: a text in force, or one whose last day is known."""
        return self.status == "in_force" or (self.status == "repealed" and self.effective_to is not None)

    def cite(self) -> str:
        """Return the citation as it is printed: 《title》number article."""
        number = f"（{self.number}）" if self.number else ""
        return f"《{self.title_zh}》{number}{self.article}"


@cache
def all_bases() -> tuple[LegalBasis, ...]:
    """Return every article of every edition, in the order of the files."""
    documents = load("legal_bases")["document"]
    return tuple(_basis(doc, art) for doc in documents for art in doc["article"])


def _basis(doc: dict[str, Any], art: dict[str, Any]) -> LegalBasis:
    """Join a document and one of its articles; an article may begin later or be less certain than its document."""
    return LegalBasis(
        key=art["key"],
        document=doc["key"],
        title_zh=doc["zh"],
        title_en=doc["en"],
        number=doc.get("number", ""),
        article=art["article"],
        text_zh=art["zh"],
        text_en=art["en"],
        region=doc.get("region", ""),
        effective_from=art.get("effective_from", doc["effective_from"]),
        effective_to=doc.get("effective_to"),
        status=doc["status"],
        replaced_by=doc.get("replaced_by", ""),
        source=doc["source"],
        certainty=art.get("certainty", doc["certainty"]),
    )


@cache
def _editions(key: str) -> tuple[LegalBasis, ...]:
    """Return the editions of one article, narrowest region and newest first; KeyError for an unknown key."""
    found = [b for b in all_bases() if b.key == key]
    if not found:
        raise KeyError(f"no legal basis is recorded under {key!r}")
    return tuple(sorted(found, key=lambda b: (len(region_prefix(b.region)), b.effective_from), reverse=True))


def _with_entered(key: str, entered: tuple[LegalBasis, ...]) -> list[LegalBasis]:
    """The editions together with the entered ones: narrowest region first, then entered, then newest."""
    both = (*(b for b in entered if b.key == key), *_editions(key))
    return sorted(both, key=lambda b: (len(region_prefix(b.region)), b.version != "", b.effective_from), reverse=True)


def in_force(key: str, day: date, region: str = "", entered: tuple[LegalBasis, ...] = ()) -> LegalBasis | None:
    """Return the edition in force on that day in that region, or None; a draft or unconfirmed text never is.

    ``entered`` are those that people entered and others approved; in one region they go before the release.
    """
    if not entered:
        return _released(key, day, region)
    return _first(_with_entered(key, entered), day, region)


@lru_cache(maxsize=8192)
def _released(key: str, day: date, region: str) -> LegalBasis | None:
    """The same of the release alone, once for an article, day and region: a comparison asks it for every case."""
    return _first(_editions(key), day, region)


def _first(editions: Iterable[LegalBasis], day: date, region: str) -> LegalBasis | None:
    return next((b for b in editions if b.carries and applies(b, day) and covers(b, region)), None)


@lru_cache(maxsize=8192)
def cite(key: str, day: date, region: str = "") -> str:
    """Return the citation for an explanation: the edition in force, else the nearest one of this region.

    An explanation may rest on a text that has not begun or has ended (that may be the very reason); an act may not,
    and asks `in_force`.  Empty where no edition was ever made for this region: another province's law is no reason.
    """
    basis = in_force(key, day, region)
    if basis is None:
        basis = next((b for b in _editions(key) if b.carries and covers(b, region)), None)
    return basis.cite() if basis is not None else ""


def expired(key: str, day: date) -> LegalBasis | None:
    """Return the newest edition that had ended before that day, to name what replaced it; None when none had."""
    ended = [b for b in _editions(key) if b.effective_to is not None and b.effective_to < day]
    return max(ended, key=lambda b: b.effective_from, default=None)

"""Approved versions as values: the caller reads them, the gates and the tariff are given them."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from cases.policy.dated import applies
from cases.policy.entered.tariffs import tariff
from cases.policy.law import RULE_SET_VERSION, LegalBasis
from cases.policy.surcharge import PriceDocument
from cases.policy.tariff.prices import Tariff


@dataclass(frozen=True, slots=True)
class Version:
    """One approved version; `effective_to` is the last day on which it holds, None while no other follows it.

    `digest` is the hash of its content, as the event of its proposal holds it.
    """

    id: str
    kind: str
    key: str
    region: str
    body: Mapping[str, Any]
    effective_from: date
    effective_to: date | None
    source: str
    article: str
    certainty: str
    digest: str

    @property
    def status(self) -> str:
        """`in_force`, `draft` or `repealed`, as the paper itself stands."""
        return str(self.body.get("status", "in_force"))


@dataclass(frozen=True)
class Entered:
    """Every approved version that holds on some day, and what they are in the words of the pure cores."""

    versions: tuple[Version, ...] = ()
    by_id: Mapping[str, Version] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_id", {version.id: version for version in self.versions})

    @cached_property
    def rule_set(self) -> str:
        """Names the rules that decide: the shipped ones alone, or together with every version and its days."""
        if not self.versions:
            return RULE_SET_VERSION
        digest = hashlib.sha256(RULE_SET_VERSION.encode())
        for line in sorted(f"{v.id} {v.digest} {v.effective_to or ''}" for v in self.versions):
            digest.update(b"\0" + line.encode())
        return digest.hexdigest()[:12]

    @cached_property
    def documents(self) -> tuple[PriceDocument, ...]:
        """The price documents for surcharges, drafts and repealed ones included."""
        return tuple(price_document(v) for v in self._of("surcharge_document"))

    @cached_property
    def bases(self) -> tuple[LegalBasis, ...]:
        """The regions' own rules on suspension (ground G7)."""
        return tuple(_suspension_rule(v) for v in self._of("local_suspension_rule"))

    @cached_property
    def tariffs(self) -> tuple[Tariff, ...]:
        """The plans and the months' proxy prices; a draft prices nothing and is left to the engine to pass over."""
        return tuple(
            tariff(
                v.body,
                key=v.id,
                region=v.region.ljust(6, "0"),
                effective_from=v.effective_from,
                effective_to=v.effective_to,
                source=v.source,
                certainty=v.certainty,
            )
            for kind in ("tariff", "proxy_price")
            for v in self._of(kind)
        )

    def in_force(self, kind: str, region: str, day: date) -> tuple[Version, ...]:
        """The versions of a kind that hold in a region on a day, the narrowest region first, then the newest."""
        found = [v for v in self._of(kind) if region.startswith(v.region) and applies(v, day)]
        return tuple(sorted(found, key=lambda v: (len(v.region), v.effective_from), reverse=True))

    def _of(self, kind: str) -> Iterable[Version]:
        return (v for v in self.versions if v.kind == kind)


NONE = Entered()


def price_document(version: Version) -> PriceDocument:
    """An entered price document as the one of the data files."""
    body = version.body
    return PriceDocument(
        region=version.region,
        document=body["number"],
        rate=Decimal(body["rate"]) if body.get("rate") else None,
        effective_from=version.effective_from,
        effective_to=version.effective_to,
        covers_persons=body["covers_persons"],
        status=version.status,
        source=version.source,
        certainty=version.certainty,
        version=version.id,
        share=Decimal(body["share"]) if body["volume"] == "share" else Decimal(1),
    )


def _suspension_rule(version: Version) -> LegalBasis:
    body = version.body
    return LegalBasis(
        key="local_supply.suspension",
        document=version.key,
        title_zh=body["title"],
        title_en=body["title"],
        number=body["number"],
        article=version.article,
        text_zh=body["content"],
        text_en=body["content"],
        region=version.region,
        effective_from=version.effective_from,
        effective_to=version.effective_to,
        # A text that is only a draft, or was repealed, carries no act: `law` asks for "unconfirmed" alone.
        status="in_force" if version.status == "in_force" else "unconfirmed",
        replaced_by="",
        source=version.source,
        certainty=version.certainty,
        version=version.id,
    )

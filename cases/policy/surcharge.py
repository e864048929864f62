"""May this account be surcharged, at what rate and for which days?  Gate 9 (1283号 五（十三）, 电力法 43).

A surcharge is a price measure: it needs a price document in force, a list entry of the commission, and covers no day
before the document or the proven mining began, nor any day after the document ended.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from cases.policy.dated import applies, covers, load, most_specific, region_prefix
from cases.policy.evidence import evidence_obstacles
from cases.policy.obstacle import Obstacle, obstacle
from cases.policy.papers import PriceDocument, document_number, documents, named_document, on_record
from cases.policy.suspension import MINING_FINDINGS, NATURAL_PERSON, is_person

__all__ = [
    "FLOOR",
    "NATURAL_PERSON",
    "PriceDocument",
    "Proposal",
    "SurchargeRule",
    "addressee",
    "chargeable_period",
    "document_number",
    "documents",
    "earliest_start",
    "named_document",
    "person_obstacle",
    "surcharge_obstacles",
    "surcharge_refusal",
    "surcharge_rule",
]
FLOOR = Decimal(load("surcharge_rates")["floor"])
PRE_NOTICE_DAYS = int(load("surcharge_rates")["pre_notice_days"])


@dataclass(frozen=True, slots=True)
class SurchargeRule:
    """What applies in a region on a day: the rate and its document, and the document that reaches persons, if any."""

    rate: Decimal
    document: str
    effective_from: date
    effective_to: date | None
    covers_persons: bool
    certainty: str
    confirm: bool  # the region's own document is unknown, a draft or unconfirmed: the deployment must check
    share: Decimal = Decimal(1)
    versions: tuple[str, ...] = ()  # the entered versions among the documents


@dataclass(frozen=True, slots=True)
class Proposal:
    """A surcharge about to be proposed or issued.

    ``starts_on`` and ``ends_on`` are the first and last day charged; ``proven_start`` the day mining is proven from;
    ``price_document`` a local document that is not in the data; ``entered`` those that people entered and others
    approved, which go before the data of the release under the same number; ``bill_now`` and ``bill_reclassified`` the
    monthly totals if the proposal also changes the price class.
    """

    day: date
    region: str
    subject: str
    finding: str
    rate: Decimal | None
    starts_on: date | None
    proven_start: date | None
    ends_on: date | None = None
    price_document: PriceDocument | None = None
    entered: tuple[PriceDocument, ...] = ()
    simulation_seen: bool = False
    bill_now: Decimal | None = None
    bill_reclassified: Decimal | None = None
    families: frozenset[str] = frozenset()
    onsite_recorded: bool = False
    officer_numbers: tuple[str, ...] = ()
    registered_enterprise: bool = False

    @property
    def addressee(self) -> str:
        """The subject as the price documents know it."""
        return addressee(self.subject, registered=self.registered_enterprise)


def addressee(subject: str, *, registered: bool) -> str:
    """A natural person, or what the subject is said to be."""
    return NATURAL_PERSON if is_person(subject, registered=registered) else subject


def surcharge_rule(
    region: str,
    day: date,
    local: PriceDocument | None = None,
    *,
    subject: str = "",
    entered: tuple[PriceDocument, ...] = (),
) -> SurchargeRule | None:
    """Return what applies in this region on this day, or None before any document; ``local`` joins the recorded ones.

    The rate comes from the narrowest document in force that states one; persons are covered when any document in
    force for the region names them.  A natural person is charged for the days of both documents only: 1283 itself
    reaches no person, so what it allowed before the region's own text is no basis against one.
    """
    recorded = on_record(entered)
    known = [d for d in recorded if d.status == "in_force"]
    if local is not None and named_document(local, entered) is None:
        known.append(local)
    best = most_specific((d for d in known if d.rate is not None), region, day)
    if best is None or best.rate is None:
        return None
    persons = most_specific((d for d in known if d.covers_persons), region, day)
    own_doubt = any(d.status in ("draft", "unconfirmed") and covers(d, region) for d in recorded)
    both = [best, persons] if persons is not None and subject == NATURAL_PERSON else [best]
    own = most_specific(known, region, day) or best
    return SurchargeRule(
        rate=best.rate,
        document="、".join(dict.fromkeys(d.document for d in both)),
        effective_from=max(d.effective_from for d in both),
        effective_to=min((d.effective_to for d in both if d.effective_to is not None), default=None),
        covers_persons=persons is not None,
        certainty=best.certainty,
        confirm=any(d.certainty != "V-P" for d in both) or (own_doubt and not region_prefix(best.region)),
        share=own.share,
        versions=tuple(dict.fromkeys(d.version for d in (*both, own) if d.version)),
    )


def earliest_start(proven_start: date, rule: SurchargeRule) -> date:
    """Return the first day that may be charged: the later of the proven start and the document's first day."""
    return max(proven_start, rule.effective_from)


def first_bill_from(notified_on: date) -> date:
    """Return the first day on which a bill with the surcharge may be issued to a user told on that day."""
    return notified_on + timedelta(days=PRE_NOTICE_DAYS)


def chargeable_period(starts_on: date, ends_on: date | None, rule: SurchargeRule) -> tuple[date, date | None] | None:
    """Return the part of a list entry that the document carries, or None; the last day None means open."""
    first = max(starts_on, rule.effective_from)
    ends = [d for d in (ends_on, rule.effective_to) if d is not None]
    last = min(ends) if ends else None
    return None if last is not None and last < first else (first, last)


def surcharge_obstacles(proposal: Proposal, *, list_entry: bool | None = None) -> list[Obstacle]:
    """Return everything that stands against this surcharge; an empty list opens it.

    ``list_entry`` is None while the entry is being made, else whether the commission's entry exists (billing).
    """
    p = proposal
    found = _subject(p)
    found += _named(p)
    rule = surcharge_rule(p.region, p.day, p.price_document, subject=p.addressee, entered=p.entered)
    if rule is None:
        found.append(obstacle("no_price_document", day=p.day, region=p.region))
    else:
        found += _persons(p, rule) + _rate(p, rule) + _period(p, rule)
    if list_entry is False:
        found.append(obstacle("no_list_entry", day=p.day, region=p.region))
    found += _simulation(p)
    found += evidence_obstacles(
        families=p.families,
        onsite_recorded=p.onsite_recorded,
        officer_numbers=p.officer_numbers,
        day=p.day,
        region=p.region,
    )
    return found


def surcharge_refusal(proposal: Proposal, *, list_entry: bool | None = None) -> Obstacle | None:
    """Return the first obstacle, or None."""
    return next(iter(surcharge_obstacles(proposal, list_entry=list_entry)), None)


def person_obstacle(
    subject: str, region: str, day: date, entered: tuple[PriceDocument, ...] = (), *, registered: bool = False
) -> Obstacle | None:
    """Return why a natural person (or an unknown subject) cannot be surcharged here, for use before any rate is set."""
    if subject in ("", "unknown"):
        return obstacle("subject_unknown", day=day, region=region)
    rule = surcharge_rule(region, day, entered=entered)
    if is_person(subject, registered=registered) and (rule is None or not rule.covers_persons):
        return obstacle("persons_not_covered", day=day, region=region)
    return None


def _subject(p: Proposal) -> list[Obstacle]:
    if p.finding == "compromised":
        return [obstacle("victim", day=p.day, region=p.region)]
    found = []
    # 已自行停止 stays chargeable for the days of proven mining; every other finding is no mining at all.
    if p.finding not in MINING_FINDINGS | {"already_stopped"}:
        found.append(obstacle("finding_not_mining", day=p.day, region=p.region))
    if p.subject in ("", "unknown"):
        found.append(obstacle("subject_unknown", day=p.day, region=p.region))
    return found


def _named(p: Proposal) -> list[Obstacle]:
    """A document that the proposal names and that is on record for other days or another region."""
    known = named_document(p.price_document, p.entered) if p.price_document is not None else None
    if known is None or (applies(known, p.day) and covers(known, p.region)):
        return []
    return [
        obstacle(
            "document_recorded_otherwise",
            day=p.day,
            region=p.region,
            document=known.document,
            place=known.region or "100000",
            effective=known.effective_from,
            expires=known.effective_to or "…",
        )
    ]


def _persons(p: Proposal, rule: SurchargeRule) -> list[Obstacle]:
    if p.addressee == NATURAL_PERSON and not rule.covers_persons:
        return [obstacle("persons_not_covered", day=p.day, region=p.region)]
    return []


def _rate(p: Proposal, rule: SurchargeRule) -> list[Obstacle]:
    """The rate: given, not below the national floor, exactly the one of the document in force."""
    if p.rate is None:
        return [obstacle("rate_missing", day=p.day, region=p.region)]
    if p.rate < FLOOR:
        return [obstacle("rate_below_floor", day=p.day, region=p.region, rate=p.rate, floor=FLOOR)]
    if p.rate == rule.rate:
        return []
    code = "rate_below_document" if p.rate < rule.rate else "rate_without_document"
    return [obstacle(code, day=p.day, region=p.region, rate=p.rate, due=rule.rate, document=rule.document)]


def _period(p: Proposal, rule: SurchargeRule) -> list[Obstacle]:
    """The days: known, not before the document or the proven start, not after the document ended."""
    if p.starts_on is None or p.proven_start is None:
        missing = tuple(n for n in ("starts_on", "proven_start") if getattr(p, n) is None)
        return [obstacle("start_unknown", day=p.day, region=p.region, missing=missing)]
    found = []
    day, region, starts, ends = p.day, p.region, p.starts_on, p.ends_on
    if starts < rule.effective_from:
        effective = rule.effective_from
        found.append(obstacle("start_before_document", day=day, region=region, starts=starts, effective=effective))
    if starts < p.proven_start:
        found.append(obstacle("start_before_proven", day=day, region=region, starts=starts, proven=p.proven_start))
    if ends is not None and ends < starts:
        found.append(obstacle("ends_before_start", day=day, region=region, starts=starts, ends=ends))
    expires = rule.effective_to
    if expires is not None and (ends or starts) > expires:
        document = rule.document
        found.append(obstacle("period_after_expiry", day=day, region=region, document=document, expires=expires))
    return found


def _simulation(p: Proposal) -> list[Obstacle]:
    found = []
    if not p.simulation_seen:
        found.append(obstacle("simulation_not_seen", day=p.day, region=p.region))
    now, then = p.bill_now, p.bill_reclassified
    if now is not None and then is not None and then < now:
        less = now - then
        found.append(obstacle("reclass_lowers_bill", day=p.day, region=p.region, now=now, then=then, less=less))
    return found

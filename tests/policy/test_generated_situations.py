"""Thousands of situations against the slow reference: nothing forbidden passes, and nothing allowed is refused.

Subject × ground × region × day × papers × evidence × supply. Each is a complete case of its ground, or entry, in which
some values were drawn anew, so that both sides of every rule are met; the days lie around the first and last days of
rules.
"""

from __future__ import annotations

import random
from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from cases.policy.measures import CaseFacts, decide
from cases.policy.surcharge import Proposal, surcharge_obstacles
from cases.policy.suspension import Situation, evaluate, grounds
from tests.policy import reference_rules as reference

SUSPENSIONS, SURCHARGES, DECISIONS = 70_000, 40_000, 6_000
EDGES = (
    date(2021, 9, 24),  # 1283号
    date(2021, 12, 3),  # Hainan
    date(2022, 1, 20),  # Inner Mongolia
    date(2022, 2, 11),  # Zhejiang
    date(2022, 3, 31),  # Shiyan
    date(2022, 4, 15),  # Sichuan begins
    date(2022, 5, 1),  # Shaanxi begins
    date(2022, 6, 30),  # Guizhou
    date(2022, 12, 31),  # Tianjin
    date(2024, 2, 1),  # the catalogue of 2024
    date(2024, 5, 1),  # Shaanxi has ended
    date(2024, 6, 1),  # 供电营业规则 of 2024
    date(2026, 2, 6),  # 银发〔2021〕237号 is repealed
    date(2027, 4, 15),  # Sichuan has ended
)
DAYS = tuple(sorted({edge + timedelta(days=n) for edge in EDGES for n in (-1, 0, 1)} | {date(2012, 12, 31)}))
REGIONS = (
    *("320303", "320100", "310115", "410102", "370102", "370200", "420303", "420100", "510104", "610103"),
    *("330100", "150100", "460100", "520100", "120101", "440300"),
)
SUBJECTS = (
    *("enterprise", "sole_trader", "natural_person", "state_owned", "internet_cafe", "data_centre", "landlord"),
    "unknown",
)
FINDINGS = (*reference.MINING, "compromised", "already_stopped", "false_positive", "pending_appraisal", "")
YES_NO = (True, False)
RATES = (None, "0.29", "0.30", "0.50", "0.80", "1.00", "2.00")
DRAWN: dict[str, tuple[Any, ...]] = {
    "day": DAYS,
    "region": REGIONS,
    "subject": SUBJECTS,
    "finding": FINDINGS,
    "registered": YES_NO,
    "by": ("organ", "grid"),
    "residents": (True, False, None),
    "mixed": YES_NO,
    "separable": (True, False, None),
    "production_only": YES_NO,
    "important": YES_NO,
    "theft": YES_NO,
    "danger": YES_NO,
    "arrears": (0, 29, 30, 31, 90),
    "dunned": YES_NO,
    "breach": YES_NO,
    "serious": YES_NO,
    "power_authority": YES_NO,
    "serious_or_refused": YES_NO,
    "illegal_use": YES_NO,
    "order": YES_NO,
    "legal": YES_NO,
    "grid_approval": YES_NO,
    "countersigned": YES_NO,
    "copied": YES_NO,
    "families": ((), ("traffic",), ("traffic", "energy"), ("energy", "rumour"), ("funds", "onsite", "traffic")),
    "onsite": YES_NO,
    "officers": ((), ("a",), ("a", "a"), ("a", ""), ("a", "b"), ("a", "b", "c")),
}
ENTRY: dict[str, tuple[Any, ...]] = {
    "rate": RATES,
    "starts": (None, *(d + timedelta(days=n) for d in EDGES for n in (-1, 0, 1))),
    "proven": (None, *EDGES),
    "ends": (None, *(d + timedelta(days=n) for d in EDGES for n in (-1, 0, 1))),
    "listed": YES_NO,
    "simulated": YES_NO,
    "bill_now": (None, "100.00"),
    "bill_then": (None, "99.99", "100.00", "120.00"),
}
COMPLETE: reference.Case = {
    "day": date(2023, 5, 10), "region": "410102", "subject": "enterprise", "finding": "hosted", "registered": True,
    "residents": False, "mixed": False, "separable": None, "production_only": False, "important": False,
    "theft": True, "danger": True, "arrears": 31, "dunned": True, "breach": True, "serious": True,
    "power_authority": True, "serious_or_refused": True, "illegal_use": True, "order": True, "legal": True,
    "grid_approval": True, "countersigned": True, "copied": True, "families": ("traffic", "energy"), "onsite": True,
    "officers": ("a", "b"), "rate": None, "starts": None, "proven": None, "ends": None, "listed": True,
    "simulated": True, "bill_now": None, "bill_then": None,
}  # fmt: skip


def drawn(rng: random.Random, names: dict[str, tuple[Any, ...]], case: reference.Case) -> reference.Case:
    """The case with one to five of these values drawn anew."""
    changed = dict(case)
    for name in rng.sample(sorted(names), rng.choice((1, 1, 2, 3, 5))):
        changed[name] = rng.choice(names[name])
    return changed


def situation(case: reference.Case) -> Situation:
    """The product's words for the same case."""
    c: Any = case
    return Situation(
        day=c["day"], region=c["region"], origin="order" if c["by"] == "organ" else "grid", subject=c["subject"],
        registered_enterprise=c["registered"], finding=c["finding"], serves_residents_living=c["residents"],
        mixed_premises=c["mixed"], circuit_separable=c["separable"], production_circuit_only=c["production_only"],
        important_user=c["important"], theft_proven=c["theft"], danger_recorded=c["danger"], arrears_days=c["arrears"],
        dunned=c["dunned"], breach_found_by_grid=c["breach"], serious_breach=c["serious"],
        decided_by_duties=frozenset({"power_authority"}) if c["power_authority"] else frozenset(),
        serious_or_refused=c["serious_or_refused"], illegal_use_proven=c["illegal_use"], order_document=c["order"],
        legal_document=c["legal"], grid_decision=c["grid_approval"], countersigned=c["countersigned"],
        copy_received=c["copied"], families=frozenset(c["families"]), onsite_recorded=c["onsite"],
        officer_numbers=c["officers"],
    )  # fmt: skip


def entry(case: reference.Case) -> Proposal:
    c: Any = case
    return Proposal(
        day=c["day"], region=c["region"], subject=c["subject"], finding=c["finding"],
        rate=None if c["rate"] is None else Decimal(c["rate"]), starts_on=c["starts"], proven_start=c["proven"],
        registered_enterprise=c["registered"], ends_on=c["ends"], simulation_seen=c["simulated"],
        bill_now=None if c["bill_now"] is None else Decimal(c["bill_now"]),
        bill_reclassified=None if c["bill_then"] is None else Decimal(c["bill_then"]),
        families=frozenset(c["families"]), onsite_recorded=c["onsite"], officer_numbers=c["officers"],
    )  # fmt: skip


def test_no_forbidden_suspension_passes_and_no_allowed_one_is_refused() -> None:
    rng, tally = random.Random(1), Counter[tuple[str, bool]]()
    names = sorted(grounds())
    for n in range(SUSPENSIONS):
        ground = names[n % len(names)]
        by = "grid" if ground in reference.GRID_GROUNDS else "organ"
        case = drawn(rng, DRAWN, {**COMPLETE, "by": by, "residents": rng.choice(YES_NO) if by == "grid" else False})
        if n % 3 == 0:  # homes, too, where an organ asks
            case["residents"] = rng.choice((True, None))
        found = [o.code for o in evaluate(ground, situation(case))]
        allowed = reference.may_suspend(ground, case)
        assert (not found) is allowed, (ground, found, case)
        tally[ground, allowed] += 1
    assert all(tally[ground, side] >= 100 for ground in names for side in YES_NO), tally


def test_no_forbidden_surcharge_passes_and_no_allowed_one_is_refused() -> None:
    rng, tally, rates = random.Random(2), Counter[bool](), Counter[str]()
    for n in range(SURCHARGES):
        region, day = rng.choice(REGIONS), rng.choice(DAYS)
        document = reference.price_document(region, day)
        rate, first = (str(document[0]), document[1]) if document else ("0.30", day)
        case = {
            **COMPLETE, "by": "organ", "region": region, "day": day, "rate": rate, "starts": max(first, day),
            "proven": day - timedelta(days=rng.choice((0, 30))), "subject": rng.choice(SUBJECTS),
        }  # fmt: skip
        if n % 4:
            case = drawn(rng, DRAWN | ENTRY, case)
        found = [o.code for o in surcharge_obstacles(entry(case), list_entry=bool(case["listed"]))]
        allowed = reference.may_surcharge(case)
        assert (not found) is allowed, (found, case)
        tally[allowed] += 1
        if allowed:
            rates[f"{case['region'][:2]} {case['rate']}"] += 1
    assert min(tally[True], tally[False]) >= SURCHARGES // 10, tally
    assert {"51 2.00", "51 0.30", "61 0.30", "33 0.50", "15 1.00", "37 0.30"} <= set(rates), rates


def facts(case: reference.Case) -> CaseFacts:
    """A case before its papers, as the explained decision looks at it; the grid's own record comes with the act."""
    s = situation({**case, "by": "organ"})
    own: Any = {**case, "by": "grid", "finding": "", "onsite": True, "officers": ()}
    charge = entry({**case, "ends": None, "bill_now": None, "bill_then": None})
    c: Any = case
    bills = (Decimal(c["bill_now"]), Decimal(c["bill_then"])) if c["bill_now"] and c["bill_then"] else None
    return CaseFacts(s, situation(own), charge, price_class_known=True, bills=bills)


def expected(case: reference.Case) -> set[str]:
    """Which measures the notes leave open, before papers, rate and days of a list are there."""
    c: Any = dict(case)
    papers = {"order": True, "legal": True, "grid_approval": True, "countersigned": True, "copied": True}
    theirs = {**c, **papers, "by": "grid", "finding": "", "onsite": True, "officers": ("a", "b")}
    found = {f"suspension/{g}" for g in reference.GRID_GROUNDS if reference.may_suspend(g, theirs)}
    ours = {**c, **papers, "by": "organ"}
    found |= {f"suspension/{g}" for g in grounds() if g[:2] > "G4" and reference.may_suspend(g, ours)}
    after = c["day"] >= reference.CIRCULAR
    document = reference.price_document(c["region"], c["day"])
    if document is not None and c["proven"] is not None:
        named = reference.names_persons(c["region"], c["day"]) if reference.person(case) else None
        starts = max(document[1], c["proven"], named or document[1])
        charge = {**c, "rate": str(document[0]), "starts": starts, "ends": None, "listed": True, "simulated": True}
        charge |= {"bill_now": None, "bill_then": None}
        found |= {"surcharge"} if reference.may_surcharge(charge) else set()
    victim, disorder = c["finding"] == "compromised", c["theft"] or c["danger"] or c["illegal_use"] or c["breach"]
    cheaper = c["bill_now"] and c["bill_then"] and Decimal(c["bill_then"]) < Decimal(c["bill_now"])
    found |= {"breach_charge"} if c["breach"] and not victim and not cheaper else set()
    found |= {"theft_charge"} if c["theft"] and not victim else set()
    found |= {"order_correction"} if c["power_authority"] and disorder and not victim else set()
    proven = c["finding"] in reference.MINING
    unit = c["subject"] != "unknown" and not reference.person(case)
    found |= {"persuasion", "interview"} if proven and unit and after else set()
    matter = c["theft"] or c["danger"] or c["illegal_use"] or victim or (c["subject"] == "state_owned" and proven)
    found |= {"refer"} if matter and c["day"] >= date(2021, 7, 15) else set()
    return found | ({"continue_monitoring"} if after else set())


def test_the_explained_decision_opens_exactly_what_the_notes_leave_open() -> None:
    rng, homes = random.Random(3), 0
    nothing = {"theft": False, "danger": False, "breach": False, "illegal_use": False, "arrears": 0}
    for n in range(DECISIONS):
        case = drawn(rng, DRAWN | ENTRY, {**COMPLETE, "proven": date(2022, 1, 5), **(nothing if n % 2 else {})})
        if n % 3 == 0:
            case |= {**nothing, "subject": "natural_person", "residents": True, "finding": "self_operated"}
        decision = decide(facts(case))
        assert {m.key for m in decision.available} == expected(case), case
        if reference.household_without_anything(case) and case["day"] >= reference.CIRCULAR:  # type: ignore[operator]
            homes += 1
            assert [m.key for m in decision.available] == ["continue_monitoring"]
            assert case["finding"] not in reference.MINING or decision.blind
            assert "residents_no_suspension" in [reason.code for reason in decision.reasons]
    assert homes >= DECISIONS // 5


@pytest.mark.parametrize(
    ("region", "last", "rate"),
    [("510104", date(2027, 4, 14), "2.00"), ("610103", date(2024, 4, 30), "0.30")],
)
def test_where_a_local_document_ends_the_national_rate_stands_again(region: str, last: date, rate: str) -> None:
    for day in (last, last + timedelta(days=1)):
        due = rate if day == last else "0.30"
        case = {**COMPLETE, "by": "organ", "region": region, "day": day, "rate": due, "starts": day, "proven": day}
        assert reference.may_surcharge(case)
        assert surcharge_obstacles(entry(case), list_entry=True) == []

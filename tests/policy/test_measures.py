"""The explained decision by hand: the brief's household, the sole trader, theft, arrears, and the days of the rules."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from cases.policy import law
from cases.policy.dated import load
from cases.policy.measures import CaseFacts, decide, suppliers
from cases.policy.surcharge import Proposal
from cases.policy.suspension import Situation, grounds

DAY = date(2026, 11, 20)
EVIDENCE = {"families": frozenset({"traffic", "energy"}), "onsite_recorded": True, "officer_numbers": ("1", "2")}

GRIDS = ("theft_proven", "danger_recorded", "arrears_days", "dunned", "breach_found_by_grid", "serious_breach")


def facts(day: date = DAY, region: str = "320303", **more: object) -> CaseFacts:
    """A sole trader in a shop, mining proven, nothing else on record; names of the situation, then of the case."""
    case = {name: more.pop(name) for name in list(more) if name in CaseFacts.__slots__}
    own = {
        name: more.pop(name) for name in ("theft_proven", "danger_recorded", "arrears_days", "dunned") if name in more
    }
    own |= {name: more.pop(name) for name in ("breach_found_by_grid", "serious_breach") if name in more}
    proven = more.pop("proven_start", date(2026, 10, 1))
    said = {"subject": "sole_trader", "finding": "self_operated", "serves_residents_living": False, **EVIDENCE, **more}
    order = Situation(day, region, decided_by_duties=frozenset({"power_authority"}), **said)
    grid = replace(order, origin="grid", finding="", officer_numbers=(), **own)
    shared = {name: getattr(order, name) for name in ("subject", "finding", *EVIDENCE)}
    charge = Proposal(day, region, rate=None, starts_on=None, proven_start=proven, **shared)
    return CaseFacts(order, grid, charge, **{"price_class_known": True, **case})


HOME = {"subject": "natural_person", "serves_residents_living": True}


def open_keys(given: CaseFacts) -> list[str]:
    return [m.key for m in decide(given).available]


def test_a_household_without_theft_or_arrears_gets_monitoring_and_the_reasons_and_nothing_else() -> None:
    decision = decide(facts(**HOME))
    assert [m.key for m in decision.available] == ["continue_monitoring"]
    assert decision.blind
    assert [r.code for r in decision.reasons] == [
        "residents_no_suspension", "persons_no_surcharge", "not_an_enterprise", "no_local_rule",
    ]  # fmt: skip
    assert decision.measure("suspension/G5_power_authority").codes[0] == "residents_barred"
    assert decision.measure("suspension/G5_power_authority").missing[0].suppliers == (), "a bar: nobody can supply it"
    assert decision.measure("surcharge").codes == ("persons_not_covered",)
    assert decision.rules == law.RULE_SET_VERSION


@pytest.mark.parametrize(
    ("more", "gained"),
    [
        ({"theft_proven": True}, ["suspension/G1_theft", "theft_charge", "order_correction", "refer"]),
        ({"danger_recorded": True}, ["suspension/G2_emergency", "order_correction", "refer"]),
        ({"arrears_days": 31, "dunned": True}, ["suspension/G3_arrears"]),
        ({"arrears_days": 30, "dunned": True}, []),
        ({"arrears_days": 31}, []),
        ({"breach_found_by_grid": True}, ["breach_charge", "order_correction"]),
        (
            {"breach_found_by_grid": True, "serious_breach": True},
            ["suspension/G4_serious_breach", "breach_charge", "order_correction"],
        ),
        ({"illegal_use_proven": True}, ["order_correction", "refer"]),
        ({"region": "420303"}, ["surcharge"]),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, dict) else None,
)
def test_each_thing_found_opens_its_own_measures_in_a_household_and_no_other(
    more: dict[str, object], gained: list[str]
) -> None:
    assert open_keys(facts(**{**HOME, **more})) == [*gained, "continue_monitoring"]


def test_the_sole_trader_of_the_brief() -> None:
    first = decide(facts())
    assert [m.key for m in first.available] == ["surcharge", "persuasion", "interview", "continue_monitoring"]
    assert first.measure("suspension/G5_power_authority").codes == ("not_serious_nor_refused",)
    assert not first.blind
    serious = decide(facts(serious_or_refused=True))
    ground = serious.measure("suspension/G5_power_authority")
    assert ground.available
    assert [piece.obstacle.code for piece in ground.then] == ["no_order_document", "no_legal_document"]
    assert ground.articles[0].startswith("《电力法》第六十五条")
    assert serious.measure("suspension/G6_illegal_enterprise").codes == ("not_an_enterprise", "illegal_use_not_proven")


def test_a_victim_is_referred_and_watched_and_nothing_else() -> None:
    assert open_keys(facts(finding="compromised", reported_victim=True)) == ["refer", "continue_monitoring"]


def test_the_grids_own_record_of_two_comes_with_its_act() -> None:
    theft = decide(facts(theft_proven=True)).measure("suspension/G1_theft")
    assert theft.available
    assert [piece.obstacle.code for piece in theft.then] == ["too_few_officers"]
    arrears = decide(facts(arrears_days=40, dunned=True)).measure("suspension/G3_arrears")
    assert "no_grid_decision" in [piece.obstacle.code for piece in arrears.then]


def test_standing_of_the_case_closes_every_ground() -> None:
    off = decide(facts(serious_or_refused=True, theft_proven=True, power_off=True))
    assert all(m.codes[0] == "power_is_off" for m in off.measures if m.ground)
    assert off.measure("surcharge").available, "a surcharge may stand beside the cut"
    assert all(m.codes[0] == "case_closed" for m in decide(facts(closed=True)).measures)
    stopped = decide(facts(serious_or_refused=True, mining_stopped=True)).measure("suspension/G5_power_authority")
    assert stopped.available
    assert stopped.then[0].obstacle.code == "mining_stopped", "it may be determined, and cannot be carried out"


@pytest.mark.parametrize(
    ("day", "open_then"),
    [(date(2021, 9, 23), False), (date(2021, 9, 24), True), (date(2026, 11, 20), True)],
)
def test_before_1283_there_is_no_surcharge_no_clause_twelve_and_no_monitoring(day: date, *, open_then: bool) -> None:
    given = facts(day, subject="enterprise", illegal_use_proven=True, proven_start=day)
    found = set(open_keys(given))
    assert ("surcharge" in found) is open_then
    assert ("suspension/G6_illegal_enterprise" in found) is open_then
    assert ("continue_monitoring" in found) is open_then


@pytest.mark.parametrize(
    ("region", "day", "rate"),
    [
        ("510100", date(2022, 4, 14), "0.30"),
        ("510100", date(2022, 4, 15), "2.00"),
        ("510100", date(2027, 4, 14), "2.00"),
        ("510100", date(2027, 4, 15), "0.30"),
        ("330100", date(2022, 2, 11), "0.50"),
        ("370100", date(2023, 1, 1), "0.30"),
        ("610100", date(2023, 1, 1), "0.30"),
    ],
)
def test_the_price_document_of_the_day_is_cited(region: str, day: date, rate: str) -> None:
    found = decide(facts(day, region, proven_start=day)).measure("surcharge")
    national = "发改运行〔2021〕1283号"
    assert found.available
    assert (found.articles[-1] == national) is (rate == "0.30")


def test_texts_that_ended_or_never_began_carry_nothing() -> None:
    with_old = decide(facts(date(2024, 5, 31), theft_proven=True)).measure("theft_charge")
    with_new = decide(facts(date(2024, 6, 1), theft_proven=True)).measure("theft_charge")
    assert "电力工业部令第8号" in with_old.articles[0]
    assert "国家发展改革委令第14号" in with_new.articles[0]
    assert decide(facts(region="370102")).measure("suspension/G7_local_rule").codes[0] == "no_local_rule"
    assert decide(facts(region="410102")).measure("suspension/G7_local_rule").available
    drafts = [b for b in law.all_bases() if b.status in ("draft", "unconfirmed")]
    assert drafts and not any(b.carries for b in drafts)


def test_a_repealed_text_without_a_last_day_is_never_in_force() -> None:
    old = next(b for b in law.all_bases() if b.document == "yinfa_237")
    assert old.carries
    assert not replace(old, effective_to=None).carries
    assert not replace(old, status="draft").carries
    assert law.in_force("virtual_currency.general", date(2026, 2, 5)).document == "yinfa_237"
    assert law.in_force("virtual_currency.general", date(2026, 2, 6)).document == "yinfa_42"


def test_who_could_supply_a_piece_is_said_of_obstacles_that_exist_and_nobody_only_of_bars() -> None:
    """That each obstacle a measure can meet has its line is seen where situations are generated."""
    assert set(load("measures")["supplier"]) <= set(load("obstacles"))
    assert {code for ground in grounds().values() for code in ground.requires} <= set(load("measures")["supplier"])
    assert [code for code in load("measures")["supplier"] if suppliers(code) == ()] == [
        "residents_barred", "reclass_lowers_bill", "power_is_off",
    ]  # fmt: skip


def test_the_data_of_each_ground_say_who_against_whom_with_what_and_on_which_papers() -> None:
    for rule in grounds().values():
        assert rule.invoked_by and rule.evidence and rule.basis
        assert set(rule.papers) == {"order", "grid"}
        assert (rule.residents == "barred") is rule.administrative
        assert set(rule.with_act) <= {*rule.papers["grid"], "too_few_officers"}

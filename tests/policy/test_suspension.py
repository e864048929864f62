"""The suspension gate against a table written by hand from the law (grounds G1–G7, bars X1–X2), not from the code.

Each row: what is different from a fully papered case of its ground, and every reason the law gives against it.
"""

from dataclasses import replace
from datetime import date
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cases.policy.suspension import (
    STEPS,
    Situation,
    evaluate,
    ground_citations,
    grounds,
    is_enterprise,
    open_grounds,
    suspension_refusal,
)

DAY = date(2021, 10, 20)
EVIDENCE = {
    "families": frozenset({"traffic", "energy"}),
    "onsite_recorded": True,
    "officer_numbers": ("32-001", "32-002"),
}
ORDER = {"origin": "order", "order_document": True, "legal_document": True}
# A case in which everything the ground needs is there, for a metering point that serves no residents.
COMPLETE: dict[str, Situation] = {
    "G1_theft": Situation(
        DAY, "320300", origin="grid", subject="sole_trader", finding="self_operated", serves_residents_living=False,
        theft_proven=True, **EVIDENCE,
    ),
    "G2_emergency": Situation(
        DAY, "320300", origin="grid", subject="unknown", serves_residents_living=True, danger_recorded=True,
    ),
    "G3_arrears": Situation(
        DAY, "320300", origin="grid", subject="natural_person", serves_residents_living=False, arrears_days=31,
        dunned=True, grid_decision=True,
    ),
    "G4_serious_breach": Situation(
        DAY, "320300", origin="grid", subject="sole_trader", finding="self_operated", serves_residents_living=False,
        breach_found_by_grid=True, serious_breach=True, grid_decision=True, **EVIDENCE,
    ),
    "G5_power_authority": Situation(
        DAY, "320300", subject="sole_trader", finding="self_operated", serves_residents_living=False,
        decided_by_duties=frozenset({"power_authority"}), serious_or_refused=True, **ORDER, **EVIDENCE,
    ),
    "G6_illegal_enterprise": Situation(
        DAY, "320300", subject="enterprise", finding="hosted", serves_residents_living=False, illegal_use_proven=True,
        **ORDER, **EVIDENCE,
    ),
    "G7_local_rule": Situation(
        DAY, "410100", subject="enterprise", finding="hosted", serves_residents_living=False, **ORDER, **EVIDENCE,
    ),
}  # fmt: skip

G1, G2, G3, G4, G5, G6, G7 = COMPLETE
HOME = {"serves_residents_living": True}
MIXED = {"serves_residents_living": True, "mixed_premises": True}
BOTH_PAPERS = "no_order_document no_legal_document"

# (what is said of the case, ground, what differs, every reason against it)
TABLE: list[tuple[str, str, dict[str, object], str]] = [
    # Complete cases stand.
    ("theft proven at a shop, the grid cuts by itself", G1, {}, ""),
    ("a fire stairwell: danger recorded, cut at once though residents live there", G2, {}, ""),
    ("31 days of arrears after dunning", G3, {}, ""),
    ("serious breach found by the grid", G4, {}, ""),
    ("the sole trader of the brief, decided by the power authority", G5, {}, ""),
    ("an enterprise hosting machines on illegal supply", G6, {}, ""),
    ("an enterprise in Henan on the government's written notice", G7, {}, ""),
    ("an enterprise in Shanghai on the organ's notice", G7, {"region": "310115"}, ""),
    # Gate 1: residents' living.
    ("home, power authority's decision", G5, HOME, "residents_barred"),
    ("home, 1283 clause 12", G6, HOME, "residents_barred"),
    ("home, local regulation", G7, HOME, "residents_barred"),
    ("home of a natural person, 1283 clause 12", G6, {**HOME, "subject": "natural_person"},
     "residents_barred not_an_enterprise"),
    ("home, theft proven, the grid's own decision", G1, HOME, ""),
    ("home, theft suspected only", G1, {**HOME, "theft_proven": False}, "theft_not_proven"),
    ("home, theft proven, but asked for by an order", G1, {**HOME, **ORDER},
     "ground_is_the_grids residents_grid_decision_only"),
    ("home, 31 days of arrears, dunned", G3, HOME, ""),
    ("home, 30 days of arrears", G3, {**HOME, "arrears_days": 30}, "arrears_not_over_30"),
    ("home, no arrears at all and never dunned", G3, {**HOME, "arrears_days": 0, "dunned": False},
     "arrears_not_over_30 not_dunned"),
    ("home, arrears, ordered by the commission", G3, {**HOME, **ORDER},
     "ground_is_the_grids residents_grid_decision_only"),
    ("home, serious breach found by the grid", G4, HOME, ""),
    ("home, breach not serious", G4, {**HOME, "serious_breach": False}, "breach_not_serious"),
    ("home, breach claimed by the commission's order", G4, {**HOME, **ORDER, "breach_found_by_grid": False},
     "ground_is_the_grids residents_grid_decision_only breach_not_found_by_grid"),
    ("home, danger, but as a demand of an organ", G2, ORDER, "ground_is_the_grids residents_grid_decision_only"),
    ("nobody has checked whether residents live there", G5, {"serves_residents_living": None}, "residents_unknown"),
    ("nobody has checked, theft", G1, {"serves_residents_living": None}, "residents_unknown"),
    ("nobody has checked, arrears", G3, {"serves_residents_living": None}, "residents_unknown"),
    ("nobody has checked, but there is danger", G2, {"serves_residents_living": None}, ""),
    # Mixed premises: only the separately fed production circuit.
    ("shop below, flat above, production circuit alone is cut", G5,
     {**MIXED, "circuit_separable": True, "production_circuit_only": True}, ""),
    ("the same under 1283", G6, {**MIXED, "circuit_separable": True, "production_circuit_only": True}, ""),
    ("shop and flat on one circuit", G5, {**MIXED, "circuit_separable": False}, "residents_barred mixed_not_separable"),
    ("shop and flat, not known whether separable", G5, MIXED, "residents_barred mixed_not_separable"),
    ("separable, but the whole house would be cut", G5, {**MIXED, "circuit_separable": True},
     "residents_barred mixed_not_separable"),
    ("the meter is the shop's, but somebody lives behind it", G5,
     {**MIXED, "serves_residents_living": False, "circuit_separable": True}, "mixed_not_separable"),
    ("the shop's meter, its circuit alone is cut", G5,
     {**MIXED, "serves_residents_living": False, "circuit_separable": True, "production_circuit_only": True}, ""),
    ("the shop's meter, theft proven by the grid", G1, {**MIXED, "serves_residents_living": False}, ""),
    ("one circuit, theft proven by the grid", G1, {**MIXED, "circuit_separable": False}, ""),
    # Gate 2: each ground's own needs.
    ("theft at a shop, not proven", G1, {"theft_proven": False}, "theft_not_proven"),
    ("danger said but not recorded", G2, {"danger_recorded": False}, "danger_not_recorded"),
    ("arrears of exactly thirty days", G3, {"arrears_days": 30}, "arrears_not_over_30"),
    ("arrears of sixty days, never dunned", G3, {"arrears_days": 60, "dunned": False}, "not_dunned"),
    ("arrears without the grid's approval", G3, {"grid_decision": False}, "no_grid_decision"),
    ("a breach that is not serious", G4, {"serious_breach": False}, "breach_not_serious"),
    ("a breach the grid has not found", G4, {"breach_found_by_grid": False}, "breach_not_found_by_grid"),
    ("a breach without the grid's approval", G4, {"grid_decision": False}, "no_grid_decision"),
    ("decided by a commission without the duty", G5, {"decided_by_duties": frozenset()}, "not_power_authority"),
    ("decided by an agency with another duty", G5, {"decided_by_duties": frozenset({"price_authority"})},
     "not_power_authority"),
    ("first disturbance, corrected when told", G5, {"serious_or_refused": False}, "not_serious_nor_refused"),
    ("the grid invokes the power authority's right", G5, {"origin": "grid"}, "needs_written_order"),
    ("the grid invokes 1283 by itself", G6, {"origin": "grid"}, "needs_written_order"),
    ("the grid invokes a local regulation by itself", G7, {"origin": "grid"}, "needs_written_order"),
    ("1283 against the sole trader", G6, {"subject": "sole_trader"}, "not_an_enterprise"),
    ("1283 against a natural person in a warehouse", G6, {"subject": "natural_person"}, "not_an_enterprise"),
    ("1283 against a registered data centre", G6, {"subject": "data_centre", "registered_enterprise": True}, ""),
    ("1283 against a university", G6, {"subject": "state_owned"}, "not_an_enterprise"),
    ("1283 against an internet cafe run by a registered company", G6,
     {"subject": "internet_cafe", "registered_enterprise": True}, ""),
    ("1283 against an internet cafe of unknown registration", G6, {"subject": "internet_cafe"}, "not_an_enterprise"),
    ("a registration does not make a sole trader an enterprise", G6,
     {"subject": "sole_trader", "registered_enterprise": True}, "not_an_enterprise"),
    ("1283 without proof of illegal use", G6, {"illegal_use_proven": False}, "illegal_use_not_proven"),
    ("1283 before it was published", G6, {"day": date(2021, 9, 23)}, "basis_not_in_force"),
    ("1283 on the day of publication", G6, {"day": date(2021, 9, 24)}, ""),
    ("a local regulation in Jiangsu, which has none on record", G7, {"region": "320300"}, "no_local_rule"),
    ("Jinan, whose text is not confirmed", G7, {"region": "370102"}, "no_local_rule"),
    ("Henan before its regulation began", G7, {"day": date(2012, 12, 31)}, "no_local_rule"),
    ("an order without any paper", G5, {"order_document": False, "legal_document": False}, BOTH_PAPERS),
    ("an order without the effective legal document", G5, {"legal_document": False}, "no_legal_document"),
    ("a legal document without the order", G6, {"order_document": False}, "no_order_document"),
    ("the commission orders a cut for theft at a shop, without paper", G1, {"origin": "order"},
     f"ground_is_the_grids {BOTH_PAPERS}"),
    ("the same with its papers: it is still the grid's own to find", G1, ORDER, "ground_is_the_grids"),
    # Gate 5: important users.
    ("an important user, nothing from the power authority", G5, {"important_user": True},
     "important_not_countersigned important_no_copy"),
    ("an important user, countersigned, no copy", G5, {"important_user": True, "countersigned": True},
     "important_no_copy"),
    ("an important user, copy but not countersigned", G6, {"important_user": True, "copy_received": True},
     "important_not_countersigned"),
    ("an important user, both", G5, {"important_user": True, "countersigned": True, "copy_received": True}, ""),
    ("an important user on fire", G2, {"important_user": True}, ""),
    # Gate 7: evidence.
    ("traffic alone", G5, {"families": frozenset({"traffic"})}, "too_few_families"),
    ("two names, one of them no family", G5, {"families": frozenset({"traffic", "rumour"})}, "too_few_families"),
    ("nothing but a score", G6, {"families": frozenset()}, "too_few_families"),
    ("funds and on-site", G5, {"families": frozenset({"funds", "onsite"})}, ""),
    ("never inspected", G5, {"onsite_recorded": False, "officer_numbers": ()}, "no_onsite_record"),
    ("one officer", G5, {"officer_numbers": ("32-001",)}, "too_few_officers"),
    ("one officer counted twice", G5, {"officer_numbers": ("32-001", "32-001 ")}, "too_few_officers"),
    ("two officers, one without a number", G6, {"officer_numbers": ("32-001", "")}, "too_few_officers"),
    ("theft needs the record, not the families", G1, {"families": frozenset()}, ""),
    ("theft without a record of two", G1, {"officer_numbers": ("g-1",)}, "too_few_officers"),
    ("breach resting on one family", G4, {"families": frozenset({"energy"})}, "too_few_families"),
    # Gate 8: victims, and findings that are no mining.
    ("a hacked host, power authority", G5, {"finding": "compromised"}, "victim"),
    ("a hacked host at an enterprise", G6, {"finding": "compromised"}, "victim"),
    ("a hacked host, local regulation", G7, {"finding": "compromised"}, "victim"),
    ("a hacked host, theft alleged", G1, {"finding": "compromised"}, "victim"),
    ("a hacked host, breach alleged", G4, {"finding": "compromised"}, "victim"),
    ("a hacked host in arrears", G3, {"finding": "compromised"}, "victim"),
    ("a hacked host on fire", G2, {"finding": "compromised"}, ""),
    ("a false positive", G5, {"finding": "false_positive"}, "finding_not_mining"),
    ("already stopped by themselves", G5, {"finding": "already_stopped"}, "finding_not_mining"),
    ("appraisal still open", G6, {"finding": "pending_appraisal"}, "finding_not_mining"),
    ("not determined at all", G5, {"finding": ""}, "finding_not_mining"),
    ("nobody knows whose it is", G5, {"subject": "unknown"}, "subject_unknown"),
    ("nobody knows whose it is, 1283", G6, {"subject": "unknown"}, "subject_unknown not_an_enterprise"),
    # The four households of the brief: no theft, no arrears, a natural person at home.
    ("household, power authority's decision, one family", G5,
     {**HOME, "subject": "natural_person", "families": frozenset({"traffic"})}, "residents_barred too_few_families"),
    ("household, no theft", G1, {**HOME, "subject": "natural_person", "theft_proven": False}, "theft_not_proven"),
    ("household, paid up", G3, {**HOME, "arrears_days": 0}, "arrears_not_over_30"),
    ("household, tier-3 price above commercial: no serious breach", G4,
     {**HOME, "breach_found_by_grid": False, "serious_breach": False}, "breach_not_found_by_grid breach_not_serious"),
]  # fmt: skip


def test_the_table_is_long_enough_and_names_each_situation_once() -> None:
    assert len(TABLE) >= 60
    assert len({row[0] for row in TABLE}) == len(TABLE)


@pytest.mark.parametrize(("said", "ground", "differs", "expected"), TABLE, ids=[row[0] for row in TABLE])
def test_the_gate_gives_every_reason_and_no_other(
    said: str, ground: str, differs: dict[str, object], expected: str
) -> None:
    found = evaluate(ground, replace(COMPLETE[ground], **differs))
    assert sorted(o.code for o in found) == sorted(expected.split())


def test_the_table_uses_every_reason_of_the_gate() -> None:
    seen = {code for row in TABLE for code in row[3].split()}
    needs = {code for ground in grounds().values() for code in ground.requires}
    assert needs <= seen


def test_an_unknown_ground_is_refused() -> None:
    assert [o.code for o in evaluate("G8_because", COMPLETE[G5])] == ["unknown_ground"]


def test_a_bare_situation_opens_nothing() -> None:
    assert open_grounds(Situation(DAY, "320300")) == ()


def test_the_refusal_of_a_home_says_why_in_both_languages_and_names_the_article() -> None:
    refusal = suspension_refusal(G5, replace(COMPLETE[G5], serves_residents_living=True))
    assert refusal is not None
    assert refusal.code == "residents_barred"
    assert "居民生活用电" in refusal.zh
    assert "任何角色都不能越过" in refusal.zh
    assert "no role can pass" in refusal.en
    assert refusal.article == "《行政强制法》第四十三条第二款；《行政强制法》第六十一条第五项"


def test_papers_are_asked_for_from_the_order_on_and_the_countersignature_at_the_cut() -> None:
    bare = replace(COMPLETE[G5], order_document=False, legal_document=False, important_user=True)
    codes = {step: [o.code for o in evaluate(G5, bare, step=step)] for step in STEPS}
    assert codes["determine"] == []
    assert codes["order"] == codes["approve"] == ["no_order_document", "no_legal_document"]
    assert codes["execute"][-2:] == ["important_not_countersigned", "important_no_copy"]


def test_the_citations_are_those_of_the_day() -> None:
    assert "电力工业部令第8号" in ground_citations(G1, DAY, "320300")[0]
    assert "国家发展改革委令第14号" in ground_citations(G1, date(2025, 1, 1), "320300")[0]
    assert ground_citations(G6, date(2021, 9, 1), "320300") == ()


def test_enterprises_are_told_from_sole_traders() -> None:
    assert is_enterprise("enterprise", registered=False)
    assert not is_enterprise("sole_trader", registered=True)
    assert not is_enterprise("unknown", registered=True)


situations = st.builds(
    Situation,
    day=st.dates(date(2021, 9, 24), date(2026, 12, 31)),
    region=st.sampled_from(["320300", "410100", "310115", "370102"]),
    origin=st.sampled_from(["order", "grid"]),
    subject=st.sampled_from(["enterprise", "sole_trader", "natural_person", "data_centre", "unknown"]),
    registered_enterprise=st.booleans(),
    finding=st.sampled_from(["self_operated", "hosted", "compromised", "false_positive", ""]),
    serves_residents_living=st.sampled_from([True, False, None]),
    mixed_premises=st.booleans(),
    circuit_separable=st.sampled_from([True, False, None]),
    production_circuit_only=st.booleans(),
    theft_proven=st.booleans(),
    danger_recorded=st.booleans(),
    arrears_days=st.integers(0, 90),
    dunned=st.booleans(),
    breach_found_by_grid=st.booleans(),
    serious_breach=st.booleans(),
    decided_by_duties=st.sampled_from([frozenset(), frozenset({"power_authority"})]),
    serious_or_refused=st.booleans(),
    illegal_use_proven=st.booleans(),
    order_document=st.booleans(),
    legal_document=st.booleans(),
    grid_decision=st.booleans(),
    families=st.frozensets(st.sampled_from(["traffic", "energy", "onsite"])),
    onsite_recorded=st.booleans(),
    officer_numbers=st.lists(st.sampled_from(["1", "2", "3"])).map(tuple),
)


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(situations, st.sampled_from(sorted(COMPLETE)))
def test_no_combination_opens_a_home_to_an_organ_or_a_victim_to_anybody(s: Situation, ground: str) -> None:
    if evaluate(ground, s):
        return
    only_production = s.mixed_premises and s.circuit_separable and s.production_circuit_only
    if s.serves_residents_living and not only_production:
        assert s.origin == "grid"
        assert ground in {G1, G2, G3, G4}
    assert s.finding != "compromised" or ground == G2
    if ground in {G5, G6, G7}:
        assert s.order_document
        assert s.legal_document
        assert len(set(s.officer_numbers)) >= 2
        assert len(s.families) >= 2


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(situations, st.sampled_from(sorted(COMPLETE)))
def test_a_later_step_never_forgives_what_an_earlier_one_refused(s: Situation, ground: str) -> None:
    by_step = [{o.code for o in evaluate(ground, s, step=step)} for step in STEPS]
    assert by_step == sorted(by_step, key=len)
    for earlier, later in pairwise(by_step):
        assert earlier <= later

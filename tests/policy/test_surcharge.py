"""Gate 9: who may be surcharged, at which rate, for which days."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cases.policy.surcharge import (
    FLOOR,
    NATURAL_PERSON,
    PriceDocument,
    Proposal,
    chargeable_period,
    documents,
    earliest_start,
    person_obstacle,
    surcharge_obstacles,
    surcharge_refusal,
    surcharge_rule,
)

GOOD = Proposal(
    day=date(2021, 10, 20),
    region="320300",
    subject="sole_trader",
    finding="self_operated",
    rate=Decimal("0.30"),
    starts_on=date(2021, 9, 24),
    proven_start=date(2021, 9, 1),
    simulation_seen=True,
    families=frozenset({"traffic", "energy"}),
    onsite_recorded=True,
    officer_numbers=("1", "2"),
)
SICHUAN = replace(GOOD, region="510100", day=date(2022, 6, 1), rate=Decimal("2.00"), starts_on=date(2022, 4, 15))
PLAN = "十堰市整治虚拟货币“挖矿”活动工作方案（2022-03）"
SHIYAN = replace(GOOD, region="420300", subject="natural_person", day=date(2022, 6, 1), starts_on=date(2022, 3, 31))
OWN = PriceDocument(
    "320300", "徐发改价〔2021〕9号", Decimal("0.50"), date(2021, 10, 1), None, False, "in_force", "test", "V-P"
)


@pytest.mark.parametrize(
    ("region", "day", "rate", "document"),
    [
        ("320300", "2021-09-24", "0.30", "发改运行〔2021〕1283号"),
        ("320300", "2026-11-20", "0.30", "发改运行〔2021〕1283号"),
        ("460100", "2021-12-02", "0.30", "发改运行〔2021〕1283号"),
        ("460100", "2021-12-03", "0.80", "海南省发展改革委通知（2021-12-03）"),
        ("150100", "2022-01-20", "1.00", "内发改价费字〔2022〕115号"),
        ("330100", "2022-02-11", "0.50", "浙江省发展改革委通知（2022-02-11）"),
        ("370100", "2022-06-01", "0.30", "发改运行〔2021〕1283号"),  # Shandong: a draft only
        ("510100", "2022-04-14", "0.30", "发改运行〔2021〕1283号"),
        ("510100", "2022-04-15", "2.00", "川发改价格规〔2022〕186号"),
        ("510100", "2027-04-14", "2.00", "川发改价格规〔2022〕186号"),
        ("510100", "2027-04-15", "0.30", "发改运行〔2021〕1283号"),  # after five years
        ("610100", "2022-06-01", "0.30", "发改运行〔2021〕1283号"),  # Shaanxi: amount not seen
        ("520100", "2022-06-15", "0.30", "发改运行〔2021〕1283号"),  # some day of June: the last one counts
        ("520100", "2022-06-30", "2.00", "黔发改价格〔2022〕462号"),
        ("120000", "2023-01-01", "0.50", "天津市通知（2022）"),
        ("420300", "2022-06-01", "0.30", "发改运行〔2021〕1283号"),
    ],
)
def test_the_rate_is_the_one_of_the_narrowest_document_in_force(
    region: str, day: str, rate: str, document: str
) -> None:
    rule = surcharge_rule(region, date.fromisoformat(day))
    assert rule is not None
    assert (rule.rate, rule.document) == (Decimal(rate), document)


def test_before_1283_there_is_no_surcharge_anywhere() -> None:
    assert surcharge_rule("320300", date(2021, 9, 23)) is None
    assert "no_price_document" in codes(replace(GOOD, day=date(2021, 9, 23)))


def test_no_recorded_rate_is_below_the_floor() -> None:
    assert Decimal("0.30") == FLOOR
    assert all(d.rate is None or d.rate >= FLOOR for d in documents())


@pytest.mark.parametrize(
    ("region", "confirm"), [("320300", True), ("440100", True), ("510100", True), ("110000", False)]
)
def test_a_region_whose_own_document_is_not_known_asks_for_confirmation(region: str, confirm: bool) -> None:
    rule = surcharge_rule(region, date(2022, 6, 1))
    assert rule is not None
    assert rule.confirm is confirm


def test_a_document_that_reaches_persons_and_was_not_read_asks_for_confirmation_against_a_person() -> None:
    firm, person = (surcharge_rule("420300", date(2022, 6, 1), subject=kind) for kind in ("enterprise", NATURAL_PERSON))
    assert firm is not None
    assert person is not None
    assert (firm.confirm, person.confirm) == (False, True)


def codes(proposal: Proposal, *, list_entry: bool | None = None) -> list[str]:
    return [o.code for o in surcharge_obstacles(proposal, list_entry=list_entry)]


CASES: list[tuple[str, Proposal, str]] = [
    ("the sole trader of the brief", GOOD, ""),
    ("an enterprise in Sichuan at 2.00", SICHUAN, ""),
    ("a natural person in Xuzhou", replace(GOOD, subject="natural_person"), "persons_not_covered"),
    ("a private landlord in Xuzhou", replace(GOOD, subject="landlord"), "persons_not_covered"),
    ("a landlord that is a company", replace(GOOD, subject="landlord", registered_enterprise=True), ""),
    ("a private landlord where persons are named", replace(SHIYAN, subject="landlord"), ""),
    ("a natural person in Sichuan", replace(SICHUAN, subject="natural_person"), "persons_not_covered"),
    ("a natural person in Shiyan", SHIYAN, ""),
    ("a natural person in a district of Shiyan", replace(SHIYAN, region="420302"), ""),
    (
        "a natural person in Shiyan for days of 1283 alone, which reaches no person",
        replace(SHIYAN, starts_on=date(2022, 3, 30)),
        "start_before_document",
    ),
    ("a trader in Shiyan for the same days", replace(SHIYAN, subject="sole_trader", starts_on=date(2021, 9, 24)), ""),
    (
        "a natural person in Shiyan before its plan",
        replace(GOOD, subject="natural_person", region="420300", day=date(2022, 3, 30)),
        "persons_not_covered",
    ),
    (
        "a natural person elsewhere in Hubei",
        replace(GOOD, subject="natural_person", region="420100", day=date(2022, 6, 1)),
        "persons_not_covered",
    ),
    ("nobody knows whose it is", replace(GOOD, subject="unknown"), "subject_unknown"),
    ("a hacked host", replace(GOOD, finding="compromised"), "victim"),
    ("a false positive", replace(GOOD, finding="false_positive"), "finding_not_mining"),
    ("stopped by themselves: the proven days count", replace(GOOD, finding="already_stopped"), ""),
    ("0.29", replace(GOOD, rate=Decimal("0.29")), "rate_below_floor"),
    ("0", replace(GOOD, rate=Decimal(0)), "rate_below_floor"),
    ("no rate", replace(GOOD, rate=None), "rate_missing"),
    ("0.50 without a local document", replace(GOOD, rate=Decimal("0.50")), "rate_without_document"),
    ("0.50 with one", replace(GOOD, rate=Decimal("0.50"), price_document=OWN, starts_on=date(2021, 10, 1)), ""),
    ("0.50 with one, from before it", replace(GOOD, rate=Decimal("0.50"), price_document=OWN), "start_before_document"),
    (
        "0.50 with one of another city",
        replace(GOOD, rate=Decimal("0.50"), price_document=replace(OWN, region="320100")),
        "rate_without_document",
    ),
    (
        "0.50 with one not yet in force",
        replace(GOOD, rate=Decimal("0.50"), price_document=replace(OWN, effective_from=date(2021, 11, 1))),
        "rate_without_document",
    ),
    (
        "Sichuan's document, typed again after its five years",
        replace(
            SICHUAN,
            day=date(2027, 6, 1),
            price_document=replace(OWN, region="510100", document="川发改价格规[2022]186号", rate=Decimal("2.00")),
        ),
        "document_recorded_otherwise rate_without_document",
    ),
    (
        "Sichuan's document in Jiangsu",
        replace(GOOD, rate=Decimal("2.00"), price_document=replace(OWN, document="川发改价格规〔2022〕186 号")),
        "document_recorded_otherwise rate_without_document",
    ),
    (
        "the plan of Shiyan with a rate that it does not hold",
        replace(SHIYAN, rate=Decimal("0.50"), price_document=replace(OWN, region="420300", document=PLAN)),
        "rate_without_document",
    ),
    ("the floor where the region asks more", replace(SICHUAN, rate=Decimal("0.30")), "rate_below_document"),
    ("from before 1283", replace(GOOD, starts_on=date(2021, 9, 23)), "start_before_document"),
    ("from before the proven start", replace(GOOD, proven_start=date(2021, 10, 1)), "start_before_proven"),
    ("start not given", replace(GOOD, starts_on=None), "start_unknown"),
    ("start not proven", replace(GOOD, proven_start=None), "start_unknown"),
    ("ends before it starts", replace(GOOD, ends_on=date(2021, 9, 1)), "ends_before_start"),
    ("to the last day of the Sichuan document", replace(SICHUAN, ends_on=date(2027, 4, 14)), ""),
    ("a day beyond it", replace(SICHUAN, ends_on=date(2027, 4, 15)), "period_after_expiry"),
    ("simulation not seen", replace(GOOD, simulation_seen=False), "simulation_not_seen"),
    (
        "re-class that lowers the bill",
        replace(GOOD, bill_now=Decimal("28990.50"), bill_reclassified=Decimal("23324.00")),
        "reclass_lowers_bill",
    ),
    (
        "re-class that raises the bill",
        replace(GOOD, bill_now=Decimal("19190.50"), bill_reclassified=Decimal("23324.00")),
        "",
    ),
    ("one family", replace(GOOD, families=frozenset({"traffic"})), "too_few_families"),
    ("no inspection", replace(GOOD, onsite_recorded=False, officer_numbers=()), "no_onsite_record"),
    ("one officer", replace(GOOD, officer_numbers=("1",)), "too_few_officers"),
    (
        "household of the brief",
        replace(GOOD, subject="natural_person", simulation_seen=False),
        "persons_not_covered simulation_not_seen",
    ),
]


@pytest.mark.parametrize(("said", "proposal", "expected"), CASES, ids=[c[0] for c in CASES])
def test_the_gate_gives_every_reason_and_no_other(said: str, proposal: Proposal, expected: str) -> None:
    assert sorted(codes(proposal)) == sorted(expected.split())


def test_billing_needs_the_list_entry_of_the_commission() -> None:
    assert codes(GOOD, list_entry=True) == []
    assert codes(GOOD, list_entry=False) == ["no_list_entry"]
    refusal = surcharge_refusal(GOOD, list_entry=False)
    assert refusal is not None
    assert "第四十三条" in refusal.article


def test_the_refused_re_class_carries_its_figures() -> None:
    found = surcharge_refusal(replace(GOOD, bill_now=Decimal("28990.50"), bill_reclassified=Decimal("23324.00")))
    assert found is not None
    assert found.figures == {"now": "28990.50", "then": "23324.00", "less": "5666.50"}
    assert "反而少收5666.50元" in found.zh
    assert "by 5666.50" in found.en


def test_persons_can_be_judged_before_any_rate_is_set() -> None:
    day = date(2022, 6, 1)
    assert person_obstacle("landlord", "320300", day, registered=True) is None
    assert person_obstacle("landlord", "320300", day) is not None
    refusal = person_obstacle("natural_person", "320300", day)
    assert refusal is not None
    assert refusal.code == "persons_not_covered"
    assert "1283号" in refusal.article
    assert person_obstacle("natural_person", "420300", day) is None
    assert person_obstacle("sole_trader", "320300", day) is None
    unknown = person_obstacle("", "320300", day)
    assert unknown is not None
    assert unknown.code == "subject_unknown"


def test_the_start_is_the_later_of_proof_and_document() -> None:
    rule = surcharge_rule("320300", date(2021, 10, 20))
    assert rule is not None
    assert earliest_start(date(2021, 9, 1), rule) == date(2021, 9, 24)
    assert earliest_start(date(2021, 10, 5), rule) == date(2021, 10, 5)


def test_a_persons_days_begin_and_end_with_the_document_that_covers_persons() -> None:
    day = date(2022, 6, 1)
    rule = surcharge_rule("420300", day, subject="natural_person")
    assert rule is not None
    assert (rule.rate, rule.effective_from, rule.effective_to) == (Decimal("0.30"), date(2022, 3, 31), None)
    assert rule.document == f"发改运行〔2021〕1283号、{PLAN}"
    short = replace(OWN, region="420300", rate=None, covers_persons=True, effective_from=date(2022, 5, 1))
    ending = replace(short, effective_to=date(2022, 12, 31))
    rule = surcharge_rule("420300", day, ending, subject="natural_person")
    assert rule is not None
    assert (rule.effective_from, rule.effective_to) == (date(2022, 5, 1), date(2022, 12, 31))


def test_an_open_list_entry_ends_with_its_document() -> None:
    rule = surcharge_rule("510100", date(2022, 6, 1))
    assert rule is not None
    assert chargeable_period(date(2022, 1, 1), None, rule) == (date(2022, 4, 15), date(2027, 4, 14))
    assert chargeable_period(date(2023, 1, 1), date(2023, 2, 1), rule) == (date(2023, 1, 1), date(2023, 2, 1))
    assert chargeable_period(date(2028, 1, 1), None, rule) is None
    assert chargeable_period(date(2022, 1, 1), date(2022, 2, 1), rule) is None


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from(["320300", "510100", "330100", "420300"]),
    st.sampled_from(["natural_person", "sole_trader", "enterprise", "unknown"]),
    st.sampled_from(["self_operated", "compromised", "already_stopped", ""]),
    st.decimals(0, 3, places=2),
    st.dates(date(2021, 9, 1), date(2028, 1, 1)),
    st.integers(-400, 400),
    st.integers(-400, 400),
)
def test_what_passes_is_never_below_the_floor_nor_outside_the_document(
    region: str, subject: str, finding: str, rate: Decimal, day: date, start: int, proven: int
) -> None:
    starts_on, proven_start = day + timedelta(days=start), day + timedelta(days=proven)
    proposal = replace(
        GOOD,
        day=day,
        region=region,
        subject=subject,
        finding=finding,
        rate=rate,
        starts_on=starts_on,
        proven_start=proven_start,
    )
    if codes(proposal):
        return
    rule = surcharge_rule(region, day)
    assert rule is not None
    assert rate >= Decimal("0.30")
    assert max(rule.effective_from, proven_start) <= starts_on <= (rule.effective_to or date.max)
    assert finding != "compromised"
    assert subject != "natural_person" or region == "420300"

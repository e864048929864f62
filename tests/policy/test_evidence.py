"""Signal families, officers, power against hash rates, and the register of blind spots."""

from datetime import date
from decimal import Decimal

import pytest

from cases.policy.blindspots import blind_spot, blind_spots, reasons_for
from cases.policy.evidence import (
    FAMILIES,
    HashReport,
    count_independent,
    evidence_obstacles,
    independent_families,
    machine_decision,
    power_consistency,
    total_hash_rate,
)
from cases.policy.obstacle import obstacle

D = Decimal
DAY = date(2021, 10, 20)


def test_the_five_families() -> None:
    assert set(FAMILIES) == {"traffic", "hashpower", "energy", "funds", "onsite"}
    assert independent_families({"traffic": 3, "energy": 1, "gossip": 9}) == {"traffic", "energy"}


@pytest.mark.parametrize(
    ("pairs", "count"),
    [
        ([], 0),
        ([("traffic", "a"), ("energy", "b")], 2),
        ([("traffic", "a"), ("traffic", "b")], 1),
        ([("traffic", "a"), ("hashpower", "a")], 1),  # one record computed twice
        ([("traffic", "a"), ("hashpower", "a"), ("hashpower", "b")], 2),
        ([("traffic", "a"), ("traffic", "b"), ("hashpower", "a"), ("energy", "b")], 2),
        ([("traffic", "a"), ("gossip", "b")], 1),
    ],
)
def test_two_families_from_one_source_are_one_piece_of_evidence(pairs: list[tuple[str, str]], count: int) -> None:
    assert count_independent(pairs) == count


def test_the_record_needs_two_officers_with_different_numbers() -> None:
    def codes(numbers: tuple[str, ...], *, recorded: bool = True) -> list[str]:
        found = evidence_obstacles(
            families={"traffic", "energy"}, onsite_recorded=recorded, officer_numbers=numbers, day=DAY
        )
        return [o.code for o in found]

    assert codes(("1", "2")) == []
    assert codes(("1", " 1")) == ["too_few_officers"]
    assert codes(("1", " ")) == ["too_few_officers"]
    assert codes((), recorded=False) == ["no_onsite_record"]
    for again in ("xz 1001", "XZ-1001", "XZ_1001", "ＸＺ１００１", "XZ01001"):
        assert codes(("XZ1001", again)) == ["too_few_officers"], again
    assert codes(("XZ1001", "XZ10010")) == []


def test_a_score_decides_nothing() -> None:
    refusal = machine_decision(by_system=True, day=date(2021, 11, 1))
    assert refusal is not None
    assert "《个人信息保护法》第二十四条" in refusal.article
    assert machine_decision(by_system=False, day=DAY) is None


def test_hash_rates_of_different_algorithms_are_never_added() -> None:
    same = [HashReport("SHA-256", D(10), "PH"), HashReport("SHA-256", D(110), "TH")]
    assert total_hash_rate(same) == D("1.011E+16")
    with pytest.raises(ValueError, match="different algorithms"):
        total_hash_rate([*same, HashReport("Ethash", D(500), "MH")])


def test_the_provincial_figures_of_the_brief() -> None:
    # 260,000 kWh a day are 10.83 MW; 10 PH/s of SHA-256 alone explain 0.15–1 MW of it.
    mean = D(260000) / 24
    alone = power_consistency([HashReport("SHA-256", D(10), "PH")], mean, day=DAY)
    assert (alone.implied_low, alone.implied_high) == (D(150), D(1000))
    assert alone.verdict == "review"
    # With 4.5 TH/s of Ethash beside it the figures agree.
    mixed = [HashReport("SHA-256", D(10), "PH"), HashReport("Ethash", D("4.5"), "TH")]
    assert power_consistency(mixed, mean, day=DAY).verdict == "consistent"


@pytest.mark.parametrize(
    ("metered", "verdict"),
    [
        ("0.82", "review"),
        ("0.825", "consistent"),
        ("1.65", "consistent"),
        ("3.25", "consistent"),
        ("22", "consistent"),
        ("22.1", "review"),
        ("0", "unknown"),
    ],
)
def test_one_machine_is_consistent_from_half_its_best_to_twice_its_worst(metered: str, verdict: str) -> None:
    machine = [HashReport("SHA-256", D(110), "TH")]  # 1.65–11 kW by the table
    found = power_consistency(machine, D(metered), day=DAY)
    assert found.verdict == verdict


def test_unknown_algorithms_coins_and_machines_are_named() -> None:
    odd = power_consistency([HashReport("Equihash", D(1), "kH")], D(5), day=DAY)
    assert (odd.verdict, odd.notes) == ("unknown", ("unknown_algorithm",))
    late = power_consistency([HashReport("Ethash", D(1), "GH", coin="eth")], D(3), day=date(2022, 9, 16))
    assert late.notes == ("coin_ended",)
    assert power_consistency([HashReport("Ethash", D(1), "GH", coin="ETH")], D(3), day=date(2022, 9, 15)).notes == ()
    # The home of the brief: 50 devices on 48.6 kW.
    assert power_consistency([], D("48.6"), day=DAY, unknown_machines=50).verdict == "consistent"


def test_the_households_of_the_brief_enter_the_register_with_their_reasons() -> None:
    refused = [obstacle(code, day=DAY, region="320300") for code in ("residents_barred", "persons_not_covered")]
    reasons = reasons_for(refused)
    assert [r.code for r in reasons] == ["residents_no_suspension", "persons_no_surcharge"]
    assert reasons[0].article(DAY, "320300") == "《行政强制法》第四十三条第二款"
    assert [r.code for r in reasons_for([], "not_locatable", "too_old")] == ["not_locatable", "trace_expired"]
    assert reasons_for([]) == ()


def test_every_reason_can_be_found_and_speaks_both_languages() -> None:
    for reason in blind_spots():
        assert blind_spot(reason.code) is reason
        assert reason.zh
        assert reason.en
        assert reason.causes
    with pytest.raises(KeyError):
        blind_spot("unheard_of")

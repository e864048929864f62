"""Whatever is asked of `quote_tariff` has one answer, whose lines multiply and add up, and says what is unsure."""

import json
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from itertools import product
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from cases.policy.papers import PriceDocument
from cases.policy.tariff.contract import CLASSES, METER, answer_line
from cases.policy.tariff.words import PERIODS, VOLTAGES
from tests.policy.test_tariff_contract import COMMERCIAL, HOME, answer


def test_a_surcharge_says_whether_its_document_was_read() -> None:
    """The national 0.30 was read, 四川's 2.00 was not; an entered document of the region takes the doubt away."""
    month = {**COMMERCIAL, "cycle_from": "2022-06-01", "cycle_to": "2022-06-30", "kwh": 1, "price": "0.7"}

    def doubts(region: str, rate: str, documents: tuple[PriceDocument, ...] = (), **days: str) -> list[str]:
        entry = {"rate": rate, "from": "2022-06-01", **days}
        found = answer_line(json.dumps({**HOME, **month, "region": region, "surcharge": entry}), (), documents)
        return [note["code"] for note in found["notes"]][1:]  # the first is that of the entered price

    own = PriceDocument("510000", "川", Decimal("2.00"), date(2022, 6, 1), None, False, "in_force", "read", "V-P")
    assert doubts("110000", "0.30") == []
    assert doubts("320300", "0.30") == ["surcharge_unverified"], "江苏 may have a document of its own: none was found"
    assert doubts("510000", "2.00") == ["surcharge_unverified"]
    assert doubts("510000", "2.00", (own,)) == []
    assert doubts("510000", "2.00", **{"from": "2022-07-01"}) == [], "no day of the cycle is charged"


LITTER = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.just([]) | st.just({})
READINGS = st.sampled_from([0, 1, -1, "-1", "12.5", 35000, 2760, 10**12, 10**13, 0.000001]) | LITTER
DAYS = st.dates(date(2019, 1, 1), date(2026, 12, 31)).map(str) | st.sampled_from(["2024-02-29", "2023-02-29"]) | LITTER
ASKED = st.fixed_dictionaries(
    {},
    optional={
        "region": st.sampled_from(["320300", "330000", "110105", "32", "440100", 320000]) | LITTER,
        "price_class": st.sampled_from([*CLASSES]) | LITTER,
        "voltage": st.sampled_from([*VOLTAGES]) | LITTER,
        "variant": st.just("rural") | LITTER,
        "industry": st.sampled_from(["restricted", "eliminated"]) | LITTER,
        "proxy": st.sampled_from(["policy_exit", "market_exit"]) | LITTER,
        "surcharge": st.fixed_dictionaries({}, optional={"rate": READINGS, "from": DAYS, "to": DAYS}) | LITTER,
        "price": READINGS,
        "prices": st.dictionaries(st.sampled_from([*PERIODS]), READINGS) | LITTER,
        **dict.fromkeys(("cycle_from", "cycle_to"), DAYS),
        **dict.fromkeys(("kwh", "year_to_date_kwh", *PERIODS, *METER, "capacity_kva", "demand_kw"), READINGS),
    },
)


def holds(found: dict[str, Any]) -> bool:
    """One answer that can be written: a refusal with its sentence, or lines that multiply, and add up to the total."""
    assert "\n" not in json.dumps(found)
    if "error" in found:
        assert found["message"]
        assert "lines" not in found
        return False
    for row in found["lines"]:
        product = Decimal(row.get("quantity", row["kwh"])) * Decimal(row["price"])
        assert product.quantize(Decimal("0.01"), ROUND_HALF_UP) == Decimal(row["amount"]), row
    assert sum(Decimal(row["amount"]) for row in found["lines"]) == Decimal(found["total"])
    return True


@settings(deadline=None, max_examples=300)
@given(ASKED)
def test_whatever_is_asked_has_one_answer(asked: dict[str, Any]) -> None:
    holds(answer_line(json.dumps(asked)))
    holds(answer_line(json.dumps({**HOME, **asked})))


def test_every_class_place_and_voltage_has_one_answer() -> None:
    energies = [{"kwh": "35000.01"}, {"peak": 7000, "valley": 3000}, {"peak": 1, "flat": 2, "valley": 3, "sharp": 4}]
    billed = 0
    for region, kind, voltage in product(("320300", "330100", "110105", "510000"), CLASSES, VOLTAGES):
        for energy in energies:
            asked = {**HOME, "region": region, "price_class": kind, "voltage": voltage, "kwh": None, **energy}
            billed += holds(answer_line(json.dumps({**asked, "cycle_to": "2021-03-31"})))
            crossing = {**asked, "cycle_from": "2020-12-16", "cycle_to": "2021-01-15"}
            billed += holds(answer_line(json.dumps(crossing)))
    # Three tiered homes and two combined, two with 1—10 kV; two by time of use; one shop with 不满1千伏.
    assert billed > 100


def test_a_bill_by_the_year_splits_the_energy_by_its_days() -> None:
    found = answer(cycle_from="2020-12-16", cycle_to="2021-01-15", kwh=3100, year_to_date_kwh=4000)
    assert [(row["item"], row["kwh"], row["amount"], row["from"]) for row in found["lines"]] == [
        ("tier2", "800", "462.64", "2020-12-16"),  # 16 days: 1,600 of which 800 up to 4,800
        ("tier3", "800", "662.64", "2020-12-16"),
        ("tier1", "1500", "792.45", "2021-01-01"),  # 15 days: the year begins anew
    ]

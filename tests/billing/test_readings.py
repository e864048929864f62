"""One row of readings to the energy of a cycle, or to the reason why it is none."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from cases.policy.billing.readings import Unusable, head_of, read_row

TODAY = date(2026, 12, 2)
CYCLE = {"account": "3203 0000-00001", "cycle_from": "2026-10-01", "cycle_to": "2026年10月31日"}


def reading(**cells: str):
    return read_row({**CYCLE, **cells}, today=TODAY)


def test_energy_is_stated_or_follows_from_readings_and_multiplier() -> None:
    assert reading(kwh="35,000").kwh == Decimal(35000)
    metered = reading(previous="1200.5", current="1375.5", multiplier="200")
    assert (metered.kwh, metered.account) == (Decimal("35000.0"), "3203000000001")
    parts = reading(peak="20000", flat="10000", valley="5000")
    assert (parts.kwh, parts.parts) == (Decimal(35000), {"peak": 20000, "flat": 10000, "valley": 5000})
    assert reading(sharp="1", peak="2", valley="3").kwh == 6
    assert reading(kwh="35000", previous="0", current="35000", multiplier="1").kwh == Decimal(35000)
    assert reading(kwh="0").kwh == 0
    assert reading(kwh="1", cycle_from="46296", cycle_to="46326").cycle_from == date(2026, 10, 1)


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ({"kwh": "-1"}, "not_read"),
        ({"current": "-1", "previous": "5"}, "not_read"),
        ({"kwh": "-20"}, "negative"),
        ({"kwh": "many"}, "not_a_number"),
        ({"kwh": "1e9"}, "not_a_number"),
        ({}, "no_energy"),
        ({"previous": "5"}, "one_reading"),
        ({"previous": "500", "current": "499.9", "multiplier": "40"}, "decreasing"),
        ({"previous": "500", "current": "600", "multiplier": "0"}, "multiplier"),
        ({"previous": "500", "current": "600", "multiplier": "1.5"}, "multiplier"),
        ({"kwh": "35000", "multiplier": "40"}, "multiplier_without_readings"),
        ({"kwh": "35000", "previous": "0", "current": "100", "multiplier": "40"}, "disagrees"),
        ({"kwh": "35000", "peak": "1", "flat": "1", "valley": "1"}, "disagrees"),
        ({"peak": "1", "flat": "1"}, "parts_missing"),
        ({"kwh": "1", "account": " "}, "no_account"),
        ({"kwh": "1", "cycle_from": "2026-11-01"}, "cycle"),
        ({"kwh": "1", "cycle_from": "2026-08-01"}, "cycle"),
        ({"kwh": "1", "cycle_from": "2026-11-15", "cycle_to": "2026-12-02"}, "cycle_not_over"),
        ({"kwh": "1", "cycle_to": "2026-10-32"}, "not_a_day"),
        ({"kwh": "1", "cycle_to": "soon"}, "not_a_day"),
        ({"kwh": "1", "energy_price": "0.66641"}, "price"),
        ({"kwh": "1", "energy_price": "21"}, "price"),
    ],
)
def test_what_cannot_be_used_says_why(cells: dict[str, str], code: str) -> None:
    with pytest.raises(Unusable) as wrong:
        reading(**cells)
    assert wrong.value.code == code


def test_the_header_is_known_by_its_names() -> None:
    assert head_of(["户号", "抄表周期起", "抄表周期止", "电量（kWh）"]) == {
        "account": 0, "cycle_from": 1, "cycle_to": 2, "kwh": 3,
    }  # fmt: skip
    assert head_of(["用户编号", "起始日期", "截止日期", "上期示数", "本期示数", "倍率"]) is not None
    assert head_of(["十月抄表清单"]) is None

"""What `quote_tariff` answers: the worked months, and a sentence for everything that is no question."""

import json
from decimal import Decimal
from typing import Any

import pytest

from cases.policy.tariff.contract import answer_line

HOME = {
    "region": "320000",
    "price_class": "residential_tiered",
    "voltage": "lt1kv",
    "kwh": 35000,
    "cycle_from": "2021-02-01",
    "cycle_to": "2021-02-28",
    "year_to_date_kwh": 35000,
}


def answer(**changes: Any) -> dict[str, Any]:
    return answer_line(json.dumps({key: value for key, value in {**HOME, **changes}.items() if value is not ...}))


@pytest.mark.parametrize(
    ("said", "changes", "total"),
    [
        ("Jiangsu January", {"cycle_from": "2021-01-01", "cycle_to": "2021-01-31", "year_to_date_kwh": 0}, "27652.50"),
        ("Jiangsu February", {}, "28990.50"),
        ("a county is its province", {"region": "320324"}, "28990.50"),
        ("a province as the directory has it", {"region": "32"}, "28990.50"),
        ("a city as the directory has it, as a number", {"region": 3203}, "28990.50"),
        ("numbers as texts", {"kwh": "35000", "year_to_date_kwh": "35000.00"}, "28990.50"),
        ("Jiangsu time of use", {"price_class": "residential_tou"}, "26832.17"),
        ("Jiangsu combined", {"price_class": "residential_combined", "year_to_date_kwh": ...}, "19190.50"),
        ("Jiangsu shop", {"price_class": "commercial", "year_to_date_kwh": None}, "23324.00"),
        ("Zhejiang February", {"region": "330100"}, "29330.00"),
        ("Zhejiang time of use", {"region": "330100", "price_class": "residential_tou"}, "26296.67"),
        ("Zhejiang rural", {"region": "330000", "price_class": "residential_combined", "variant": "rural"}, "17780.00"),
        ("Zhejiang 10 kV", {"region": "330000", "price_class": "residential_combined", "voltage": "1_10kv"},
         "18830.00"),
        ("Beijing February", {"region": "110105"}, "27590.50"),
        ("by meter", {"kwh": ..., "reading_from": "100.5", "reading_to": 600.5, "multiplier": 70}, "28990.50"),
        ("a commercial month at its published price", {
            "price_class": "commercial", "cycle_from": "2021-11-01", "cycle_to": "2021-11-30", "price": "0.7012",
        }, "24542.00"),
        ("time of use at published prices", {
            "price_class": "commercial_tou", "cycle_from": "2026-11-01", "cycle_to": "2026-11-30", "kwh": ...,
            "peak": 11680, "flat": 11790, "valley": 11650,
            "prices": {"peak": "1.1459", "flat": "0.6664", "valley": "0.2853"},
        }, "24564.72"),
    ],
)  # fmt: skip
def test_a_month_is_quoted_to_the_cent(said: str, changes: dict[str, Any], total: str) -> None:
    found = answer(**changes)
    assert found.get("total") == total, found
    assert sum(Decimal(row["amount"]) for row in found["lines"]) == Decimal(total)
    assert all(isinstance(value, str) for row in found["lines"] for value in row.values())


def test_the_lines_are_the_tiers_of_the_year() -> None:
    found = answer(cycle_from="2021-01-01", cycle_to="2021-01-31", year_to_date_kwh=0)
    assert found["lines"] == [
        {"item": "tier1", "kwh": "2760", "price": "0.5283", "amount": "1458.11"},
        {"item": "tier2", "kwh": "2040", "price": "0.5783", "amount": "1179.73"},
        {"item": "tier3", "kwh": "30200", "price": "0.8283", "amount": "25014.66"},
    ]
    assert [note["code"] for note in found["notes"]] == ["price_unverified"]
    assert "背景资料，未核实" in found["notes"][0]["message"]
    assert found["certainty"] == "BG"


def test_a_surcharge_takes_the_daily_mean_of_its_days() -> None:
    entry = {"rate": "2.00", "from": "2021-08-20", "to": "2021-09-15"}
    found = answer(price_class="residential_combined", cycle_from="2021-08-01", cycle_to="2021-08-31", surcharge=entry)
    assert found["lines"][-1] == {
        "item": "surcharge", "kwh": "13548.387097", "price": "2.0000", "amount": "27096.77",
    }  # fmt: skip
    assert found["total"] == "46287.27"
    said = [note["code"] for note in found["notes"]]
    assert said == ["price_unverified", "surcharge_without_document"], "before the documents of September 2021"
    whole = answer(price_class="commercial", surcharge={"rate": 0.5, "from": "2021-01-01", "to": None})
    assert (whole["total"], whole["lines"][-1]["amount"]) == ("40824.00", "17500.00")
    outside = answer(surcharge={"rate": "0.30", "from": "2021-03-01", "to": "2021-03-31"})
    assert outside["total"] == "28990.50"


def test_a_number_keeps_all_its_digits() -> None:
    line = json.dumps({**HOME, "kwh": 0}).replace('"kwh": 0', '"kwh": 123456789.123457')
    assert answer_line(line)["lines"][0]["kwh"] == "123456789.123457"
    assert answer(kwh=0) | {"notes": []} == {
        "lines": [], "total": "0.00", "certainty": "BG", "plans": ["js-tiered"], "notes": [],
    }  # fmt: skip


def test_what_was_not_used_or_assumed_is_said() -> None:
    found = answer(surchage={"rate": 9}, year_to_date_kwh=None)
    assert [note["code"] for note in found["notes"][1:]] == ["field_ignored", "year_to_date_assumed"]
    assert found["lines"][0]["item"] == "tier1"
    mistyped = answer(surcharge={"rate": "0.5", "from": "2021-02-01", "until": "2021-02-02"})
    assert any("surcharge.until" in note["message"] for note in mistyped["notes"])
    first = answer(cycle_from="2021-01-01", year_to_date_kwh=None)
    assert [note["code"] for note in first["notes"]] == ["price_unverified"]


COMMERCIAL = {"price_class": "commercial", "year_to_date_kwh": None}


@pytest.mark.parametrize(
    ("code", "changes"),
    [
        ("negative_energy", {"kwh": -2}),
        ("missing_reading", {"kwh": -1}),
        ("missing_reading", {"kwh": ..., "peak": 10, "valley": "-1"}),
        ("negative_energy", {"year_to_date_kwh": "-0.01"}),
        ("missing_field", {"kwh": ...}),
        ("missing_field", {"region": ...}),
        ("missing_field", {"price_class": None}),
        ("missing_field", {"cycle_to": ...}),
        ("invalid_text", {"region": True}),
        ("invalid_number", {"kwh": True}),
        ("invalid_number", {"kwh": "twelve"}),
        ("invalid_number", {"kwh": "1e5"}),
        ("invalid_number", {"kwh": [1]}),
        ("invalid_number", {"kwh": 10**40}),
        ("invalid_number", {"kwh": 10**13}),
        ("invalid_number", {"kwh": float("nan")}),
        ("too_many_digits", {"kwh": "1.1234567"}),
        ("invalid_date", {"cycle_from": "2021-02-29"}),
        ("invalid_date", {"cycle_from": 20210201}),
        ("invalid_date", {"cycle_from": "20210201"}),
        ("invalid_date", {"cycle_to": "9999-12-31"}),
        ("missing_field", {"multiplier": 40}),
        ("missing_field", {"reading_from": 100}),
        ("reversed_dates", {"cycle_to": "2021-01-31"}),
        ("unknown_region", {"region": "32030"}),
        ("unknown_region", {"region": "江苏"}),
        ("unknown_region", {"region": "0"}),
        ("unknown_region", {"region": "000000"}),
        ("unknown_class", {"price_class": "royal"}),
        ("unknown_class", {"price_class": "tiered"}),
        ("unknown_voltage", {"voltage": "500kv"}),
        ("price_missing", {"region": "450000"}),
        ("price_missing", {"cycle_from": "2012-06-30", "cycle_to": "2012-07-30"}),
        ("price_missing", {"region": "110000", "price_class": "residential_combined"}),
        ("price_missing", {"price_class": "residential_combined", "voltage": "35kv"}),
        ("price_missing", {**COMMERCIAL, "cycle_from": "2020-11-30"}),
        ("proxy_price_missing", {**COMMERCIAL, "cycle_from": "2021-11-01", "cycle_to": "2021-11-30"}),
        ("proxy_price_missing", {**COMMERCIAL, "cycle_from": "2021-10-01", "cycle_to": "2021-10-15"}),
        ("proxy_price_missing", {"price_class": "two_part", "cycle_from": "2022-01-01", "cycle_to": "2022-01-31"}),
        ("price_on_record", {"price": "0.5"}),
        ("price_on_record", {**COMMERCIAL, "price": "0.5"}),
        ("parts_do_not_add_up", {"price_class": "residential_tou", "peak": 10000, "valley": 24999}),
        ("parts_do_not_add_up", {"reading_from": 0, "reading_to": 1}),
        ("unknown_period", {"price_class": "residential_tou", "kwh": 3, "peak": 1, "flat": 1, "valley": 1}),
        ("unknown_period", {"prices": {"dawn": 1}}),
        ("reading_backwards", {"kwh": ..., "reading_from": 2, "reading_to": 1}),
        ("missing_reading", {"kwh": ..., "reading_from": 2, "reading_to": -1}),
        ("multiplier_invalid", {"kwh": ..., "reading_from": 0, "reading_to": 1, "multiplier": "0"}),
        ("rate_below_floor", {"surcharge": {"rate": "0.29", "from": "2021-02-01", "to": None}}),
        ("too_many_digits", {"surcharge": {"rate": "0.30001", "from": "2021-02-01", "to": None}}),
        ("reversed_dates", {"surcharge": {"rate": "0.30", "from": "2021-02-10", "to": "2021-02-09"}}),
        ("missing_field", {"surcharge": {"from": "2021-02-01"}}),
        ("missing_field", {"surcharge": {"rate": 1}}),
        ("invalid_surcharge", {"surcharge": "0.30"}),
        ("differential_for_homes", {"industry": "eliminated"}),
        ("unknown_industry", {**COMMERCIAL, "industry": "noisy"}),
        ("charged_as_eliminated", {
            **COMMERCIAL, "industry": "eliminated", "surcharge": {"rate": "0.30", "from": "2021-02-01"},
        }),
        ("unknown_proxy", {
            **COMMERCIAL, "cycle_from": "2021-11-01", "cycle_to": "2021-11-30", "price": 1, "proxy": "whim",
        }),
        ("components_missing", {
            **COMMERCIAL, "cycle_from": "2021-11-01", "cycle_to": "2021-11-30", "price": 1, "proxy": "market_exit",
        }),
    ],
)  # fmt: skip
def test_what_cannot_be_billed_is_refused_with_a_sentence(code: str, changes: dict[str, Any]) -> None:
    found = answer(**changes)
    assert found.get("error") == code, found
    assert found["message"].endswith("。")
    assert found["message_en"].endswith(".")
    assert "lines" not in found


def test_the_missing_month_is_named_and_what_to_enter() -> None:
    found = answer(**COMMERCIAL, cycle_from="2021-10-01", cycle_to="2021-10-31")
    assert "2021-10-15 至 2021-10-31" in found["message"]
    assert "先录入该月的代理购电价、输配电价、线损、系统运行费和政府性基金" in found["message"]
    assert "0.6664" in found["message"]


def test_a_policy_exit_pays_no_multiple() -> None:
    month = {**COMMERCIAL, "cycle_from": "2021-11-01", "cycle_to": "2021-11-30", "price": "0.7"}
    assert answer(**month, proxy="policy_exit")["total"] == "24500.00"


def test_an_industry_class_adds_its_rate() -> None:
    restricted, eliminated = (answer(**COMMERCIAL, industry=name) for name in ("restricted", "eliminated"))
    assert restricted["total"] == "26824.00"  # 23,324 + 35,000 × 0.10
    assert eliminated["total"] == "33824.00"  # 23,324 + 35,000 × 0.30
    # The 0.30 was read in 1283, the 0.10 was not: it says so beside the price of the energy.
    said = [[note["message"].split("”")[0] for note in found["notes"]] for found in (restricted, eliminated)]
    assert said[0] == [*said[1], "电价未经核实：“限制类差别电价"]
    assert len(said[1]) == 1


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("", "bad_json"),
        ("   \r\n", "bad_json"),
        ("{", "bad_json"),
        ("\ufffd\ufffd", "bad_json"),
        ("[" * 100_000, "bad_json"),
        ("[]", "not_an_object"),
        ("7", "not_an_object"),
        ('{"kwh": 1, "kwh": 2}', "duplicate_field"),
        ('{"kwh": NaN}', "invalid_number"),
        ('{"kwh": ' + "9" * 5000 + "}", "bad_json"),
        ('{"kwh": 1e999999999999}', "missing_field"),
        ('{"price_class": "royal", "\\ud800": 1}', "bad_json"),
        ('{"price_class": "\\uD83D\\uDE00"}', "unknown_class"),
    ],
)
def test_a_broken_line_is_answered_too(line: str, code: str) -> None:
    assert answer_line(line)["error"] == code


def test_the_first_line_of_a_windows_file_is_read() -> None:
    assert answer_line("\ufeff" + json.dumps(HOME) + "\r\n")["total"] == "28990.50"


def test_an_open_list_ends_with_the_calendar() -> None:
    assert answer(surcharge={"rate": "0.5", "from": "0001-01-01", "to": "9999-12-31"})["total"] == "46490.50"

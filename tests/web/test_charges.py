"""The calculators of charges: the figures of the worked table, what is refused, and that an answer has an address."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from cases.billing.charging import calculate
from cases.policy.billing.arrears import arrears
from cases.policy.billing.capacity import over_capacity_charge
from cases.workflow.errors import GuardRefused, InvalidInput
from tests.web.conftest import LogIn

D = Decimal
DAY = date(2021, 11, 1)
BREACH = "/charges/?kind=breach&monthly_kwh=35000&paid_price=0.5483&proper_price=0.6664&on=2021-11-01"


def figures(kind: str, **typed: str) -> dict[str, str]:
    return {f.code: f.value for f in calculate(kind, typed, today=DAY).figures}


def test_three_months_of_the_difference_and_twice_it_where_the_dates_are_unknown() -> None:
    found = figures("breach", monthly_kwh="35000", paid_price="0.5483", proper_price="0.6664")
    assert found == {"kwh": "105000", "due": "12400.50", "penalty": "24801.00", "total": "37201.50"}


def test_where_the_difference_is_not_positive_it_is_nothing_and_says_so() -> None:
    typed = {"monthly_kwh": "35000", "paid_price": "0.8283", "proper_price": "0.6664"}
    answer = calculate("breach", typed, today=DAY)
    assert (answer.nothing, {f.value for f in answer.figures}) == (True, {"105000", "0.00"})
    assert "-16999.50元，没有可以追补的电费" in answer.says.zh


def test_known_dates_are_charged_by_the_day() -> None:
    typed = {"monthly_kwh": "36500", "paid_price": "0.5", "proper_price": "0.6", "first": "2021-10-01"}
    # 36,500 × 12 / 365 = 1,200 kWh a day, ten days, 0.10 CNY.
    assert figures("breach", last="2021-10-10", **typed)["due"] == "1200.00"
    with pytest.raises(InvalidInput) as wrong:
        calculate("breach", {**typed, "last": "2021-09-30"}, today=DAY)
    assert list(wrong.value.fields) == ["last"]


def test_theft_needs_evidence_and_then_has_180_days_of_12_hours_and_three_times() -> None:
    typed = {"kilowatts": "50", "price": "0.6664"}
    with pytest.raises(GuardRefused) as refused:
        calculate("theft", typed, today=DAY)
    assert (refused.value.code, "第三十一条" in refused.value.article) == ("no_theft_evidence", True)
    assert figures("theft", evidence="site", **typed) == {
        "kwh": "108000",
        "due": "71971.20",
        "penalty": "215913.60",
        "total": "287884.80",
    }
    assert figures("theft", evidence="meter", lighting="true", **typed)["kwh"] == "54000"


def test_a_multiple_may_be_lowered_only_where_the_rule_of_the_day_limits_it() -> None:
    typed = {"evidence": "site", "kilowatts": "50", "price": "0.6664", "multiple": "1"}
    with pytest.raises(InvalidInput) as wrong:
        calculate("theft", typed, today=DAY)
    assert "multiple" in wrong.value.fields
    assert figures("theft", **typed, on="2024-07-01")["penalty"] == "71971.20"
    with pytest.raises(InvalidInput):
        calculate("theft", {**typed, "multiple": "4", "on": "2024-07-01"}, today=DAY)


def test_over_capacity_by_the_kilowatt_or_by_the_capacity_price() -> None:
    assert over_capacity_charge(D(30), day=DAY).total == D("1500.00")
    two_part = over_capacity_charge(D(100), day=DAY, capacity_price=D(30), months=D(2))
    assert (two_part.due, two_part.penalty, two_part.total) == (D("6000.00"), D("18000.00"), D("24000.00"))
    with pytest.raises(ValueError, match="negative"):
        over_capacity_charge(D(-1), day=DAY)
    with pytest.raises(KeyError):
        over_capacity_charge(D(1), day=date(1990, 1, 1))


def test_the_late_fee_runs_from_the_day_after_on_what_is_open() -> None:
    found = arrears(D(1000), date(2021, 10, 1), [(date(2021, 10, 11), D(400))], per_mille=D(1), on=DAY)
    assert [(s.days, s.unpaid, s.fee) for s in found.stretches] == [(10, D(1000), D("10.00")), (21, D(600), D("12.60"))]
    assert (found.unpaid, found.overdue_days, found.fee) == (D(600), 31, D("22.60"))


@pytest.mark.parametrize("paid_on", ["2021-09-20", "2021-10-01"])
def test_what_is_paid_in_time_costs_nothing(paid_on: str) -> None:
    found = arrears(D(1000), date(2021, 10, 1), [(date.fromisoformat(paid_on), D(1000))], per_mille=D(3), on=DAY)
    assert (found.unpaid, found.overdue_days, found.fee, found.stretches) == (D(0), 0, D(0), ())


def test_what_was_paid_too_much_and_paid_back_opens_nothing_again() -> None:
    made = [(date(2021, 10, 5), D(1200)), (date(2021, 10, 15), D(-200))]
    found = arrears(D(1000), date(2021, 10, 1), made, per_mille=D(1), on=DAY)
    assert (found.unpaid, found.overdue_days, found.fee) == (D(0), 0, D("4.00"))


def test_a_payment_that_is_not_made_yet_is_not_counted_and_without_a_contract_there_is_no_fee() -> None:
    found = arrears(D(1000), date(2021, 10, 1), [(date(2021, 12, 1), D(1000))], per_mille=None, on=DAY)
    assert (found.unpaid, found.overdue_days, found.fee) == (D(1000), 31, D(0))
    with pytest.raises(ValueError, match="per mille"):
        arrears(D(1000), date(2021, 10, 1), [], per_mille=D(4), on=DAY)


def test_the_page_shows_the_figures_at_an_address_of_their_own(log_in: LogIn) -> None:
    client = log_in("grid-billing1")
    page = client.get(BREACH).content.decode()
    assert "37201.50" in page and "第一百条" in page and "V-T" in page and 'value="0.5483"' in page
    english = client.get(BREACH, headers={"Accept-Language": "en"})
    assert english.status_code == 200
    wrong = client.get("/charges/?kind=breach&monthly_kwh=many")
    assert wrong.status_code == 400 and 'value="many"' in wrong.content.decode()
    theft = client.get("/charges/?kind=theft&kilowatts=50&price=0.6664")
    assert theft.status_code == 409 and "没有窃电证据" in theft.content.decode()


def test_the_api_answers_the_same(log_in: LogIn) -> None:
    client = log_in("sup-supervisor1")
    answer = client.get(f"/api/v1{BREACH}").json()
    assert (answer["figures"]["total"], answer["certainty"], answer["confirm"]) == ("37201.50", "V-T", True)
    assert client.get("/api/v1/charges/?kind=theft&kilowatts=50&price=0.6664").json()["code"] == "no_theft_evidence"
    assert client.get("/api/v1/charges/?kind=breach&evidence=site").status_code == 400

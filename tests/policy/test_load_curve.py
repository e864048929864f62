"""Load readings: gaps stay gaps, figures are those computed apart, stops are told by the rule and not otherwise."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest

from cases.policy.energy.days import QUARTERS, clock, kept, merged, news, read, written
from cases.policy.energy.figures import bands, month, of_day, thirty
from cases.policy.energy.stops import Stop, stops

ON = date(2021, 10, 12)


def flat(kw: str = "48", **other: str | None) -> tuple[Decimal | None, ...]:
    """A day of one power, with other values at some quarters (`q13="9.6"`)."""
    values: list[Decimal | None] = [Decimal(kw)] * QUARTERS
    for name, value in other.items():
        values[int(name[1:])] = None if value is None else Decimal(value)
    return tuple(values)


def uneven() -> tuple[Decimal | None, ...]:
    """A day whose 96 values all differ, two of them missing."""
    values = [Decimal(40 * 1000 + n * n * 7 % 9973) / 1000 for n in range(QUARTERS)]
    return tuple(None if n in (5, 60) else value for n, value in enumerate(values))


def test_what_is_written_is_read_again_digit_by_digit() -> None:
    days = {ON: uneven(), ON + timedelta(1): flat("0", q3="0.1204")}
    again = read(written(days))
    assert again == days
    assert again[ON][5] is None, "a gap is no zero"
    assert again[ON + timedelta(1)][0] == 0, "a zero that was measured is no gap"
    assert written(again) == written(days)


@pytest.mark.parametrize("content", [b"", "日期,单位\r\n2021-10-12,kW\r\n".encode()])
def test_another_table_is_not_taken_for_readings(content: bytes) -> None:
    with pytest.raises(ValueError, match="not a table"):
        read(content)


def test_a_row_of_another_unit_is_not_taken_for_kw() -> None:
    with pytest.raises(ValueError, match="row"):
        read(written({ON: flat()}).replace(b",kW,", b",kWh,"))


def test_numbers_are_kept_without_the_digits_that_say_nothing() -> None:
    assert [str(kept(Decimal(text))) for text in ("50.0", "100", "0.00", "0.12345", "1E+2")] == [
        *("50", "100", "0", "0.1234", "100"),
    ]


def test_quarters_are_named_by_their_beginning() -> None:
    assert [clock(n) for n in (0, 1, 13, 95, 96)] == ["00:00", "00:15", "03:15", "23:45", "24:00"]


def test_a_later_value_corrects_and_a_later_gap_does_not() -> None:
    first, second = flat(q1=None), flat(q0="50", q1="47", q2=None)
    assert merged([{ON: first}, {ON: second}])[ON] == flat(q0="50", q1="47")
    assert merged([{ON: second}, {ON: first}])[ON][0] == 48, "the order is that of the bringing"


def test_only_what_is_new_is_news() -> None:
    known = {ON: flat(q1=None)}
    assert news(known, known).days == {}
    assert news(known, {ON: flat(q1=None, q7=None)}).days == {}, "less than what is known is nothing new"
    found = news(known, {ON: flat(q0="50", q1="47"), ON + timedelta(1): flat()})
    assert (found.added, found.corrected, len(found.days)) == (1 + 96, 1, 2)


def test_the_figures_of_a_day_are_those_computed_apart() -> None:
    day = uneven()
    exact = [Fraction(str(value)) for value in day if value is not None]
    night = [Fraction(str(value)) for value in day[:24] if value is not None]
    found = of_day(day)
    assert found.mean is not None and found.factor is not None and found.night is not None
    assert float(found.mean) == pytest.approx(float(sum(exact) / 94), rel=1e-12)
    assert found.peak == max(value for value in day if value is not None)
    assert day[found.peak_at or 0] == found.peak
    assert float(found.factor) == pytest.approx(float(sum(exact) / 94 / max(exact)), rel=1e-12)
    assert float(found.night) == pytest.approx(float(sum(night) / sum(exact)), rel=1e-12)
    assert found.energy is not None and Fraction(found.energy) == sum(exact) / 4
    assert (found.known, of_day(flat("48.2")).energy) == (94, Decimal("48.2") * 24)


def test_a_flat_day_has_a_factor_of_one_and_a_quarter_of_its_energy_by_night() -> None:
    found = of_day(flat("50"))
    assert (found.mean, found.factor, found.night, found.energy) == (50, 1, Decimal("0.25"), 1200)


def test_what_is_hardly_measured_has_no_factor() -> None:
    at_the_limit = of_day(flat(**{f"q{n}": None for n in range(40, 44)}))
    beyond = of_day(flat(**{f"q{n}": None for n in range(40, 45)}))
    assert at_the_limit.factor == 1
    assert (beyond.factor, beyond.night, beyond.mean) == (None, None, 48)
    assert of_day((None,) * QUARTERS).mean is None
    assert of_day(flat("0")).factor is None, "no load has no factor"


def test_thirty_days_say_which_of_them_were_measured() -> None:
    days = {ON - timedelta(n): flat(str(40 + n)) for n in (0, 1, 29, 30)}
    found = month(days, ON)
    assert len(found) == 30 and found[0][0] == ON - timedelta(29) and found[-1][0] == ON
    assert [kwh for _, kwh, _ in found if kwh is not None] == [69 * 24, 41 * 24, 40 * 24]
    assert sum(complete for _, _, complete in found) == 3


def test_a_day_by_the_hour_has_the_energy_of_its_hours() -> None:
    hours = tuple(Decimal(n) for n in range(24))
    found = of_day(hours)
    assert (found.energy, found.mean, found.peak_at) == (sum(range(24)), Decimal("11.5"), 23)
    assert found.night == Decimal(sum(range(6))) / sum(range(24))
    assert of_day((None, *hours[1:])).factor is not None, "an hour is four quarters"
    assert of_day((None, None, *hours[2:])).factor is None
    assert read(written({ON: hours})) == {ON: hours}
    assert stops((*hours[:3], Decimal(0), *hours[4:]), ON) == [], "the mean of an hour hides a fall"
    with pytest.raises(ValueError, match="lengths"):
        written({ON: hours, ON + timedelta(1): flat()})


def test_a_day_that_comes_with_other_points_stands_as_the_later_file_has_it() -> None:
    hours = (Decimal(40),) * 24
    assert merged([{ON: flat()}, {ON: hours}])[ON] == hours
    assert merged([{ON: hours}, {ON: flat(q3=None)}])[ON] == flat(q3=None)
    found = news({ON: hours}, {ON: flat(q3=None)})
    assert (found.added, found.corrected) == (0, 95)


def test_the_band_of_a_month_leaves_out_what_was_not_measured() -> None:
    days = {ON - timedelta(n): flat(str(10 * (n + 1))) for n in range(10)}
    days[ON] = flat("10", q5=None)
    days[ON - timedelta(40)] = flat("1000")
    found = bands(days, thirty(ON))
    first, fifth = found[0], found[5]
    assert first is not None and fifth is not None
    assert (first.mean, first.least, first.most, first.low, first.high) == (55, 10, 100, 10, 90)
    assert (fifth.mean, fifth.least) == (60, 20), "a gap is no zero"
    assert bands({ON: (Decimal(40),) * 24}, [ON])[95] is not None, "an hour holds for its quarters"
    assert bands({}, thirty(ON)) == [None] * 96


def test_a_short_stop_is_told() -> None:
    assert stops(flat(q13="9.6", q14="3"), ON) == [Stop(13, 15)]
    assert Stop(13, 15).minutes == 30
    assert stops(flat(q13="14.4"), ON) == [], "30 percent of 48 is the line itself, not below it"
    assert stops(flat(q13="14.39"), ON) == [Stop(13, 14)]


@pytest.mark.parametrize(
    ("why", "day"),
    [
        ("longer than an hour", flat(**{f"q{n}": "0" for n in range(13, 18)})),
        ("a gap beside it", flat(q12=None, q13="0")),
        ("a gap in it", flat(q13="0", q14=None)),
        ("not over by midnight", flat(q95="0")),
        ("begun before midnight", flat(q0="0")),
        ("a household", flat("2", q13="0")),
        ("more than three", flat(q10="0", q20="0", q30="0", q40="0")),
    ],
)
def test_what_is_no_stop_is_not_told(why: str, day: tuple[Decimal | None, ...]) -> None:
    assert stops(day, ON) == [], why


def test_stops_are_told_by_the_rule_of_the_day() -> None:
    assert stops(flat(q13="0"), date(2021, 9, 23)) == [], "there was no rule yet"
    assert len(stops(flat(**{f"q{n}": "0" for n in range(13, 17)}), ON)) == 1

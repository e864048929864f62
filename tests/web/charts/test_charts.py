"""Charts are pure: from numbers to a drawing, the sentence that it says, and the same numbers as a table."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

import pytest

from cases.web.show.charts import (
    Area,
    Cells,
    Chart,
    Series,
    Span,
    bar_chart,
    bars,
    funnel,
    heat_map,
    line_chart,
    range_bar,
    sparkline,
)
from cases.web.show.charts.bars import Bar, Step
from cases.web.show.charts.marks import scale, write

MONTHS = ["1月", "2月", "3月", "4月"]
ENERGY = Series("日均用电", [26.0, None, 19.6, 6.8], "万 kWh", "c-energy", 1)
MONEY = Series("加价电费实收", [0, 21.4, 48.7, 66.2], "万元", "c-money", 1)


def drawn(text: str) -> ET.Element:
    """The markup parsed: what is not well formed fails here."""
    return ET.fromstring(f"<div>{text}</div>")


def cells(chart: Chart) -> list[list[str]]:
    return [["".join(cell.itertext()) for cell in row] for row in drawn(chart.table).iter("tr")]


def test_a_line_breaks_where_nothing_is_known_and_says_its_course() -> None:
    chart = line_chart("用电", MONTHS, [ENERGY], columns=MONEY, head="月份")
    (path,) = [p.attrib["d"] for p in drawn(chart.svg).iter("path") if "ch-line" in p.attrib.get("class", "")]
    assert path.count("M") == 2, "an unknown month is a gap, not a straight line over it"
    assert "由 1月 的 26.0 万 kWh 到 4月 的 6.8 万 kWh，最高 26.0 万 kWh（1月）" in chart.sentence
    svg = next(e for e in drawn(chart.svg).iter("svg") if e.attrib.get("class") == "chart")
    assert svg.attrib["role"] == "img"
    assert svg.attrib["aria-label"] == chart.sentence
    assert cells(chart) == [
        ["月份", "日均用电（万 kWh）", "加价电费实收（万元）"],
        ["1月", "26.0", "0.0"],
        ["2月", "--", "21.4"],
        ["3月", "19.6", "48.7"],
        ["4月", "6.8", "66.2"],
    ]


def test_no_chart_needs_an_inline_style() -> None:
    chart = line_chart("用电", MONTHS, [ENERGY], columns=MONEY, levels=[("限值", 20)])
    steps = funnel("阶段", [Step("名单", 4), Step("核查", 2)], head="阶段", unit="件")
    for text in (chart.svg, chart.table, steps.svg, sparkline([1, 2]), range_bar(1, 2, 3, 4)):
        assert " style=" not in text


def test_heights_are_in_proportion_to_the_numbers() -> None:
    chart = bar_chart("每月", MONTHS, MONEY)
    heights = [float(rect.attrib["height"]) for rect in drawn(chart.svg).iter("rect")]
    assert heights[0] == 0
    assert heights[3] / heights[1] == pytest.approx(66.2 / 21.4, rel=0.02)


def test_a_day_of_96_points_is_drawn_whole_with_few_labels() -> None:
    labels = [f"{n // 4:02d}:{n % 4 * 15:02d}" for n in range(96)]
    chart = line_chart("负荷", labels, [Series("今日", list(range(96)), "kW")])
    texts = ["".join(t.itertext()) for t in drawn(chart.svg).iter("text")]
    assert "23:45" in texts
    assert len([t for t in texts if re.fullmatch(r"\d\d:\d\d", t)]) <= 12
    assert len(cells(chart)) == 97


@pytest.mark.parametrize(
    ("values", "least", "most"),
    [
        ([], 0, 1),
        ([0, 0], 0, 1),
        ([26.0, 6.8], 0, 30),
        ([None, 139.6], 0, 150),
        ([-3, 4], -4, 4),
        ([0.0004], 0, 0.0004),
    ],
)
def test_a_scale_begins_at_zero_and_ends_at_a_round_number(
    values: list[float | None], least: float, most: float
) -> None:
    found = scale(values)
    assert found.least == least
    assert found.most == pytest.approx(most)
    assert all(found.least <= value <= found.most for value in values if value is not None)


@pytest.mark.parametrize(("most", "written"), [(1, "0.25"), (10, "2.5"), (100, "25"), (0.8, "0.2"), (0.4, "0.1")])
def test_a_tick_is_written_with_all_its_digits(most: float, written: str) -> None:
    found = scale([most])
    assert f"{found.ticks[1]:.{found.digits}f}" == written


def test_a_funnel_tells_the_share_of_the_step_that_it_is_measured_by() -> None:
    begun = [Step("名单", 1286), Step("核查", 1212, of=0)]
    steps = [*begun, Step("停电", 0, of=1), Step("电价", 0, of=2), Step("办结", 442)]
    chart = funnel("各阶段", steps, head="阶段", unit="件")
    assert [row[1:] for row in cells(chart)[1:]] == [
        ["1,286", "--"],
        ["1,212", "94.2%"],
        ["0", "0.0%"],
        ["0", "--"],
        ["442", "--"],
    ]
    assert drawn(chart.svg).find("ol").attrib["aria-label"].startswith("各阶段（件）：名单 1,286、核查 1,212")  # type: ignore[union-attr]


def test_names_are_escaped_and_lead_to_their_list() -> None:
    chart = bars("主体", [Bar("<b>甲</b>", 3, href="/cases/?a=1&b=2"), Bar("乙", 0)], head="主体", unit="件")
    (link,) = drawn(chart.svg).iter("a")
    assert link.attrib["href"] == "/cases/?a=1&b=2"
    assert "".join(link.itertext()) == "<b>甲</b>"


def test_nothing_to_draw_is_drawn_as_nothing() -> None:
    assert "没有数据" in line_chart("用电", ["1月"], [Series("日均", [None])]).sentence
    assert drawn(bars("主体", [], head="主体", unit="件").svg).find("ul") is not None
    assert "<svg" not in sparkline([])
    assert write(None) == "--"
    assert write(0) == "0", "a measured zero is a number"


def test_a_sparkline_says_its_course() -> None:
    found = sparkline([3, 9, 4], what="在办")
    assert 'aria-label="在办由 3 到 4，最低 3，最高 9"' in found


def test_a_range_bar_holds_what_is_longer_than_its_scale() -> None:
    widths = [float(rect.attrib["width"]) for rect in drawn(range_bar(5, 40, 9, 10)).iter("rect")]
    assert max(widths) <= 240


def shapes(chart: Chart, css: str) -> list[ET.Element]:
    svg = next(e for e in drawn(chart.svg).iter("svg") if "chart" in e.attrib.get("class", ""))
    return [e for e in svg.iter() if css in e.attrib.get("class", "").split()]


def test_an_area_lies_between_its_edges_and_breaks_where_one_is_not_known() -> None:
    low, high = Series("P10", [1, 2, None, 3, 4], "kW"), Series("P90", [5, 6, 7, 8, None], "kW")
    chart = line_chart("负荷", list("abcde"), [Series("本户", [1, 2, 3, 4, 10], "kW")], areas=[Area("带", low, high)])
    (path,) = shapes(chart, "ch-area")
    assert path.attrib["d"].count("M") == 2 and path.attrib["d"].count("z") == 2
    assert "带" in chart.svg, "named in the legend"
    assert cells(chart)[0] == ["", "本户（kW）", "P10（kW）", "P90（kW）"]
    assert cells(chart)[3] == ["c", "3", "--", "7"]


def test_a_stretch_of_time_lies_from_its_first_to_its_last_place() -> None:
    series = [Series("本户", [1] * 5, "kW")]
    chart = line_chart("负荷", list("abcde"), series, marked=[Span("停电", 1, 3)])
    (rect,) = shapes(chart, "ch-span")
    other = line_chart("负荷", list("abcde"), series, marked=[Span("停电", 0, 4)])
    (whole,) = shapes(other, "ch-span")
    assert float(rect.attrib["width"]) == pytest.approx(float(whole.attrib["width"]) / 2, abs=0.2)
    assert float(rect.attrib["x"]) > float(whole.attrib["x"]) and "停电" in chart.svg


def heat(values: list[list[float | None]], span: Span | None = None) -> Chart:
    said = Cells(["1", "2", "3"], list("abcd"), values, "kW")
    return heat_map(said, said="三日", table=ENERGY_TABLE, steps=(1, 1), span=span)


ENERGY_TABLE = bar_chart("每月", MONTHS, MONEY).table


def test_a_heat_map_draws_each_cell_by_its_level_and_strikes_gaps_through() -> None:
    chart = heat([[0, 0, None, 20], [20, 20, 20, 20], [None, None, None, None]])
    (lowest,), (highest,), (gaps,) = shapes(chart, "ht-0"), shapes(chart, "ht-5"), shapes(chart, "ht-gap")
    assert lowest.attrib["d"].count("M") == 1, "two zeros beside each other are one run, and no gap"
    assert highest.attrib["d"].count("M") == 2, "a cell of its own, and a row whole"
    assert gaps.attrib["d"].count("M") == 2, "a gap in a day, and a day not measured at all"
    assert not shapes(chart, "ht-2")
    assert chart.svg.count('role="img" aria-label="三日"') == 1 and " style=" not in chart.svg
    assert "缺测" in chart.svg and "kW" in chart.svg


def test_a_heat_map_without_a_number_is_all_gap() -> None:
    chart = heat([[None] * 4] * 3)
    assert len(shapes(chart, "ht-gap")) == 1 and not shapes(chart, "ht-0")


def test_the_outline_follows_the_cells_over_the_ends_of_rows() -> None:
    inside = shapes(heat([[1] * 4] * 3, Span("停电", 1, 2)), "ht-span")[0].attrib["d"]
    over = shapes(heat([[1] * 4] * 3, Span("停电", 2, 9)), "ht-span")[0].attrib["d"]
    assert (inside.count("V"), over.count("V")) == (1, 3)
    xs = [float(x) for x in re.findall(r"[MH](-?[0-9.]+)", over)]
    # From the middle of the first row to the right edge, back to the middle of the last row, to the left edge and up.
    assert xs == [xs[0], max(xs), xs[0], min(xs), xs[0]]

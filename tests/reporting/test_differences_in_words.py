"""What the page says of a figure that two versions of a report give otherwise: where it stands, and both as printed."""

from __future__ import annotations

import pytest
from django.utils import translation

from cases.web.show.reports.figures import change

DIFFERENCES = [
    # A code that stands in two tables, and what has no code yet, are said with their table.
    (("now", "findings", "false_positive"), 1, 2, "本周末 · 按核查结果 · 误报", (1, 2)),
    (("now", "outcomes", "false_positive"), 1, 2, "本周末 · 按销号结果 · 误报排除", (1, 2)),
    (("before", "findings", ""), 2268, 2267, "上周末 · 按核查结果 · 尚未认定", (2268, 2267)),
    (("before", "subjects", ""), 2268, 2267, "上周末 · 按主体性质 · 尚未认定", (2268, 2267)),
    (("now", "outcomes", "handled"), None, 1, "本周末 · 按销号结果 · 已处置", ("--", 1)),
    # Sums of energy as in the tables.
    (
        ("now", "regions", "320302", "kwh"),
        "84400",
        "1000",
        "本周末 · 鼓楼区 · 属实月耗电量（kWh）",
        ("84,400", "1,000"),
    ),
    # A bulletin: the whole city says so, and the week before says of what.
    (("tasks",), 2274, 2273, "合计 · 逾期事项", (2274, 2273)),
    (("before",), 9, 8, "合计 · 上周末逾期事项", (9, 8)),
]


@pytest.mark.parametrize(("path", "before", "after", "where", "cells"), DIFFERENCES)
@pytest.mark.usefixtures("demo_city")
def test_a_difference_says_which_figure_it_is_of(
    path: tuple[str, ...], before: object, after: object, where: str, cells: tuple[object, object]
) -> None:
    with translation.override("zh-hans"):
        assert change(path, before, after) == {"where": where, "before": cells[0], "after": cells[1]}

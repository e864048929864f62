"""Charts drawn on the server: pure functions from numbers to SVG, each with its sentence and its table.

Every drawing carries a sentence for those who do not see it (`aria-label`), every number stands in the table beside it,
and colours are classes of charts.css (`c-…`), so that the page's policy needs no exception and print has them, too.
"""

from cases.web.show.charts.bars import bar_chart, bars, funnel
from cases.web.show.charts.heat import Cells, heat_map
from cases.web.show.charts.lines import line_chart
from cases.web.show.charts.marks import Chart, Series, data_table
from cases.web.show.charts.small import range_bar, sparkline
from cases.web.show.charts.spans import Area, Span

__all__ = [
    "Area",
    "Cells",
    "Chart",
    "Series",
    "Span",
    "bar_chart",
    "bars",
    "data_table",
    "funnel",
    "heat_map",
    "line_chart",
    "range_bar",
    "sparkline",
]

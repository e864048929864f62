"""How long agencies held work: median, ninetieth percentile, limit and share of late ones, a row a step."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.utils.translation import gettext

from agencies.directory import held_directory
from agencies.vocabulary import LABELS, Kind
from cases.policy import deadlines
from cases.selectors.paging import Row
from cases.web.show.charts import range_bar
from cases.web.show.charts.marks import scale, write
from cases.web.show.dashboard.facts import Facts
from cases.web.show.words import AGENCY_CSS, say
from cases.workflow.task_kinds import KINDS
from cases.workflow.texts import describe_task

SHOWN: Final = 12


@dataclass(frozen=True, slots=True)
class Step:
    """Lengths in working days; `limit` None: none is set in these. `over`: the 90th percentile is past it."""

    agency_id: int | None
    css: str
    agency: str
    name: str
    tasks: int
    median: float
    ninety: float
    limit: int | None
    late: float | None

    @property
    def over(self) -> bool:
        return self.limit is not None and round(self.ninety, 1) > self.limit


def steps(facts: Facts) -> list[Step]:
    """The most frequent first."""
    found = [_step(row, facts.scope.home, facts.asked.span.last) for row in facts.work.steps]
    return sorted(found, key=lambda step: (-step.tasks, step.agency, step.name))


def drawn(rows: list[Step]) -> dict[str, Any]:
    """The first of them with their bars on one scale, whose ticks stand in the head of the column."""
    shown = rows[:SHOWN]
    along = scale([length for row in shown for length in (row.ninety, row.limit)], 3)
    most = along.most
    return {
        "rows": [
            {
                "step": row,
                "bar": range_bar(row.median, row.ninety, row.limit, most, row.css),
                "median": write(row.median, 1),
                "ninety": write(row.ninety, 1),
                "limit": write(row.limit),
                "late": share(row),
                "tasks": write(row.tasks),
            }
            for row in shown
        ],
        "most": write(most, along.digits),
        "more": len(rows) - len(shown),
        "tasks": write(sum(row.tasks for row in rows)),
    }


def cells(rows: list[Step]) -> list[list[str]]:
    heads = [gettext("单位"), gettext("环节"), gettext("事项数"), gettext("用时中位数（工作日）")]
    heads += [gettext("九成不超过（工作日）"), gettext("时限（工作日）"), gettext("超期率")]
    return [
        heads,
        *(
            [
                row.agency,
                row.name,
                str(row.tasks),
                write(row.median, 2),
                write(row.ninety, 2),
                write(row.limit),
                share(row),
            ]
            for row in rows
        ),
    ]


def share(row: Step) -> str:
    return "--" if row.late is None else f"{row.late * 100:.1f}%"


def _step(row: Row, home: str, on: date) -> Step:
    directory = held_directory()
    agency = directory.by_id.get(row["agency"]["id"]) if row.get("agency") else None
    kind = agency.kind if agency else KINDS[row["kind"]].addressee if row["kind"] in KINDS else ""
    css = {str(code): look for code, look in AGENCY_CSS.items()}.get(str(kind), "ag-sys")
    _, day = deadlines.office_day()
    return Step(
        agency_id=agency.id if agency else None,
        css=f"c-{css}",
        agency=agency.short_name if agency else say(LABELS[Kind(kind)]) if kind in set(Kind) else "",
        name=say(describe_task(row["kind"])),
        tasks=row["tasks"],
        median=row["median"] / day,
        ninety=row["p90"] / day,
        limit=_limit(row["kind"], home, on),
        late=row["late"],
    )


def _limit(kind: str, home: str, on: date) -> int | None:
    """Working days that the region, or else the release, gives this kind of task; None where it is no such length."""
    if kind not in deadlines.kinds():
        return None
    own = held_directory().parameter(f"deadline.{kind}", home, on)
    if isinstance(own, dict):
        found = own.get("working_days", own.get("amount") if own.get("unit") == "working_days" else None)
        return None if found is None else int(found)
    period = deadlines.default_period(kind)
    return period.amount if period.unit == "working_days" else None

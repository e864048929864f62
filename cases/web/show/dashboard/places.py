"""Where the cases lie: the map, the table of every city or county, and those that need attention."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from agencies.directory import Directory, get_directory
from cases.selectors.dashboard.figures import Region, inside
from cases.selectors.dashboard.scope import WEEKS
from cases.selectors.dashboard.work import InTime
from cases.web.show.charts import sparkline
from cases.web.show.charts.marks import write
from cases.web.show.dashboard.facts import Facts
from cases.web.show.maps import Area, Map, region_map

SHOWN: Final = 8
NOTHING: Final = Region(0, 0, (0,) * WEEKS)
# Names under which the codes of the state put what is no place of its own.
_NO_PLACE: Final = frozenset({"市辖区", "县", "省直辖县级行政区划"})


@dataclass(frozen=True, slots=True)
class Place:
    """One row: open and listed cases, late tasks, what was due and done in time, and the course of eight weeks."""

    code: str
    name: str
    open: int
    listed: int
    late: int
    late_cases: int
    in_time: InTime
    weeks: tuple[int, ...]
    href: str
    late_href: str

    @property
    def share(self) -> str:
        return write(None if self.in_time.share is None else self.in_time.share * 100, 1)

    @property
    def spark(self) -> SafeString:
        return sparkline(self.weeks, what=self.name)


def places(facts: Facts) -> list[Place]:
    """One row for each part of the home region, and one for what lies in none of them where there is any."""
    directory, home = get_directory(), facts.scope.home
    counted = inside(facts.cases.regions, home)
    parts = [
        region.code
        for region in directory.regions.values()
        if region.code[:-2] == home and region.name not in _NO_PLACE
    ]
    late = _late(facts, home)
    codes = sorted({*parts, *counted, *late} - {home, ""})
    rows = [_place(facts, code, counted.get(code, NOTHING), late.get(code, (0, 0)), directory) for code in codes]
    return rows + _rest(facts, counted, late)


def _late(facts: Facts, home: str) -> dict[str, tuple[int, int]]:
    found: dict[str, tuple[int, int]] = {}
    for code, (tasks, cases) in facts.late.items():
        place = (code[: len(home) + 2] if len(home) < 6 else code) if code.startswith(home) else ""
        before = found.get(place, (0, 0))
        found[place] = (before[0] + tasks, before[1] + cases)
    return found


def _place(facts: Facts, code: str, region: Region, late: tuple[int, int], directory: Directory) -> Place:
    named = directory.regions.get(code)
    return Place(
        code=code,
        name=named.name if named else code,
        open=region.open,
        listed=region.listed,
        late=late[0],
        late_cases=late[1],
        in_time=facts.work.inside(code),
        weeks=region.weeks,
        href=facts.asked.list_of("open", region=code),
        late_href=f"{reverse('web:overdue')}?district={code}",
    )


def _rest(facts: Facts, counted: dict[str, Region], late: dict[str, tuple[int, int]]) -> list[Place]:
    """What is placed in the home region and in no part of it, and what lies elsewhere by now."""
    home = facts.scope.home
    rows = []
    for code, name, more in (
        (home, gettext("未定到下级地区"), {"region": home, "exactly": "1"}),
        ("", gettext("本地区以外"), {"outside": "1"}),
    ):
        region, tasks = counted.get(code, NOTHING), late.get(code, (0, 0))
        if region == NOTHING and tasks == (0, 0):
            continue
        in_time = facts.work.inside(home, exactly=True) if code else facts.work.outside(home)
        href = facts.asked.list_of("open", **more)
        rows.append(Place(code, name, region.open, region.listed, *tasks, in_time, region.weeks, href, ""))
    return rows


def map_of(facts: Facts, rows: list[Place]) -> Map | None:
    areas = {
        row.code: Area(row.code, short(row.name), row.open, _spoken(row), row.href)
        for row in rows
        if row.code not in ("", facts.scope.home)
    }
    return region_map(facts.scope.home, areas, gettext("各地在办案件数"))


def short(name: str) -> str:
    """A city without its 市, as on the map: 徐州."""
    return name.removesuffix("市") if len(name) > 2 else name


def _spoken(row: Place) -> str:
    # It begins as the label on the map does, so that whoever speaks what they see finds the link.
    words = {"name": short(row.name), "open": write(row.open), "late": write(row.late)}
    return gettext("%(name)s %(open)s 件在办，超期 %(late)s 项") % words


def attention(rows: list[Place]) -> list[Place]:
    """The rows with the most overdue work first, then those with the most open cases; none where nothing is open."""
    found = sorted(rows, key=lambda row: (-row.late, -row.open, row.code))
    return [row for row in found if row.open or row.late][:SHOWN]


def cells(rows: list[Place]) -> list[list[str]]:
    """As a file: heads, then one row a place."""
    heads = [gettext("地区"), gettext("在办"), gettext("期内立案"), gettext("超期事项"), gettext("超期案件")]
    heads += [gettext("期内到期事项"), gettext("按期办结"), gettext("至今未办"), gettext("按期率（%）")]
    heads += [gettext("%(n)s 周前在办") % {"n": WEEKS - 1 - n} for n in range(WEEKS - 1)]
    return [
        heads,
        *(
            [
                row.name,
                *(
                    str(n)
                    for n in (
                        *(row.open, row.listed, row.late, row.late_cases),
                        *(row.in_time.due, row.in_time.kept, row.in_time.standing),
                    )
                ),
                row.share,
                *(str(n) for n in row.weeks[:-1]),
            ]
            for row in rows
        ),
    ]

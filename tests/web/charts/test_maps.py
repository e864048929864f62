"""Maps: outlines joined by code, every part a link with its name and count, and what has no outline beside it."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from cases.web.show.maps import Area, Map, approval, drawing, locator, region_map
from cases.web.show.maps.drawing import breaks, round_up, shade_of
from cases.web.show.maps.shapes import Frame, children, code_of, frame, projected, shapes

FOLDER = str(settings.MAP_GEOJSON)
# GB/T 2260, written down apart from the files.
CITIES = {f"32{n:02d}" for n in range(1, 14)}


def areas(codes: list[str], count: int = 3) -> dict[str, Area]:
    return {code: Area(code, f"地{code}", count, f"地{code}：{count} 件", f"/cases/?district={code}") for code in codes}


def of(code: str, given: dict[str, Area]) -> Map:
    found = region_map(code, given, "在办")
    assert found is not None
    return found


def links(svg: str) -> dict[str, str]:
    return {a.attrib["href"]: a.attrib["aria-label"] for a in ET.fromstring(svg).iter("a")}


def test_the_province_has_thirteen_cities_and_each_leads_to_its_list() -> None:
    found = of("32", areas(sorted(CITIES)))
    assert links(found.svg) == {f"/cases/?district={code}": f"地{code}：3 件" for code in CITIES}
    assert "style=" not in found.svg


def test_counties_are_joined_by_code_since_a_name_occurs_twice() -> None:
    inside = {city: {shape.code for shape in children(FOLDER, city)} for city in CITIES}
    assert "320106" in inside["3201"], "鼓楼区 of 南京"
    assert "320302" in inside["3203"], "鼓楼区 of 徐州"
    assert sum(map(len, inside.values())) == 95
    assert all(code.startswith(city) for city, codes in inside.items() for code in codes)


def test_functional_areas_have_no_outline_and_stand_beside_the_map() -> None:
    found = of("3205", areas(["320505", "320576"]))
    assert [area.code for area in found.beside] == ["320576"]
    assert list(links(found.svg)) == ["/cases/?district=320505"]


def test_a_region_without_outlines_has_no_map() -> None:
    assert region_map("33", {}, "在办") is None
    assert locator("330106", None, "杭州市西湖区") == ""


@pytest.mark.parametrize(
    ("counts", "edges"),
    [
        ([], []),
        ([0, 0], []),
        ([1], [1]),
        ([3, 7], [2, 4, 6]),
        ([71, 17], [20, 40, 60]),
        ([1000, 1], [200, 400, 600, 800]),
    ],
)
def test_shades_have_round_steps_and_the_darkest_is_reached(counts: list[int], edges: list[int]) -> None:
    assert breaks(counts) == edges
    if counts and edges:
        assert shade_of(max(counts), edges) == len(edges)
        assert shade_of(0, edges) == 0


def test_the_key_tells_the_counts_of_each_shade() -> None:
    key = of("3203", areas(["320302"], 71) | areas(["320303"], 4)).key
    assert [each.text for each in key] == ["0–19", "20–39", "40–59", "≥60"]


def test_neighbours_keep_one_border() -> None:
    """No gap or overlap opens between two counties: each segment of a border stands in both outlines."""
    found = json.loads((Path(FOLDER) / "jiangsu_district.geojson").read_text(encoding="utf-8"))["features"]
    seen: dict[frozenset[tuple[float, float]], int] = {}
    for feature in found:
        for polygon in feature["geometry"]["coordinates"]:
            ring = [tuple(spot) for spot in polygon[0]]
            for a, b in pairwise(ring):
                if a != b:
                    seen[frozenset((a, b))] = seen.get(frozenset((a, b)), 0) + 1
    assert max(seen.values()) == 2
    assert sum(n == 2 for n in seen.values()) > 700


def test_a_degree_north_is_longer_on_the_map_than_a_degree_east() -> None:
    """At 33° a degree of longitude has 0.84 of a degree of latitude: without a projection the province is too wide."""
    east = projected((120, 33))[0] - projected((119, 33))[0]
    north = projected((119, 33.5))[1] - projected((119, 32.5))[1]
    assert east / north == pytest.approx(0.8387, rel=0.001)


def test_outlines_fill_their_frame_and_stay_inside() -> None:
    drawn = children(FOLDER, "32")
    fitted = frame(drawn, 520, 500)
    spots = [fitted.place(spot) for shape in drawn for ring in shape.rings for spot in ring]
    assert (min(x for x, _ in spots), max(x for x, _ in spots)) == pytest.approx((4, 516), abs=0.1)
    above, below = min(y for _, y in spots), 500 - max(y for _, y in spots)
    assert above == pytest.approx(below)
    assert above >= 4


def test_a_name_stands_inside_its_outline() -> None:
    for shape in shapes(FOLDER).values():
        ring = max(shape.rings, key=len)
        x, y = shape.label
        crossed = sum(
            (a[1] > y) != (b[1] > y) and x < a[0] + (y - a[1]) * (b[0] - a[0]) / (b[1] - a[1])
            for a, b in zip(ring, (*ring[1:], ring[0]), strict=True)
        )
        assert crossed % 2 == 1, shape.code


def test_the_place_of_a_case_is_marked_and_its_point_lies_where_it_is() -> None:
    svg = locator("320302", (117.19, 34.29), "江苏省徐州市鼓楼区")
    root = ET.fromstring(svg)
    assert root.attrib["aria-label"] == "位置示意：江苏省徐州市鼓楼区，标出坐标点"
    marked = [path for path in root.iter("path") if path.attrib["class"] == "lo-here"]
    assert len(marked) == 2, "the county in its city, the city in its province"
    dot = next(circle for circle in root.iter("circle") if circle.attrib["class"] == "lo-dot")
    numbers = [float(n) for n in marked[0].attrib["d"].strip("MZ").replace("L", " ").replace("ZM", " ").split()]
    assert min(numbers[::2]) <= float(dot.attrib["cx"]) <= max(numbers[::2])
    assert min(numbers[1::2]) <= float(dot.attrib["cy"]) <= max(numbers[1::2])


@pytest.mark.parametrize("point", [None, (2.35, 48.86), (0.0, 90.0)])
def test_a_point_outside_is_not_drawn(point: tuple[float, float] | None) -> None:
    svg = locator("320302", point, "江苏省徐州市鼓楼区")
    assert "lo-dot" not in svg
    assert 'aria-label="位置示意：江苏省徐州市鼓楼区"' in svg


def test_the_review_number_stands_below_every_map(settings: Any) -> None:
    assert approval() == "底图仅作示意，公开使用前须替换为带审图号的底图"
    settings.MAP_APPROVAL_NO = "苏S（2024）1号"
    assert approval() == "审图号：苏S（2024）1号"
    assert of("3203", {}).note == approval()


def test_a_deployment_brings_its_own_outlines(settings: Any, tmp_path: Path) -> None:
    ring = [[113.0, 35.0], [114.0, 35.0], [114.0, 36.0], [113.0, 36.0], [113.0, 35.0]]
    feature = {"properties": {"adcode": "410100"}, "geometry": {"type": "Polygon", "coordinates": [ring]}}
    (tmp_path / "henan.geojson").write_text(json.dumps({"features": [feature]}))
    settings.MAP_GEOJSON = tmp_path
    assert list(links(of("41", areas(["4101"])).svg)) == ["/cases/?district=4101"]
    (tmp_path / "henan.geojson").write_text('{"features": [{"name": 1}]}')
    shapes.cache_clear()
    with pytest.raises(ValueError, match=r"henan\.geojson"):
        shapes(str(tmp_path))
    drawing._outlines.cache_clear()
    assert region_map("41", areas(["4101"]), "在办") is None, "the page has its table all the same"
    assert locator("410102", None, "郑州市") == ""


def test_codes_lose_their_trailing_pairs() -> None:
    assert [code_of(code) for code in ("320000", "320300", "320302", "320100")] == ["32", "3203", "320302", "3201"]
    assert [round_up(n) for n in (0.2, 1.2, 2.5, 4, 14.2, 33, 61)] == [1, 2, 3, 5, 20, 50, 100]
    assert Frame(0, 1, 10, 10, 10).place((1, 0)) == (10, 10)

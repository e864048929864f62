"""Lists of cities that nobody has seen before, each in its own style, against their truth; and the scorer itself."""

from __future__ import annotations

import random
from ipaddress import IPv4Address
from typing import Any

import pytest

from bench.worlds.catalogue import KINDS, WORLDS, make_world
from bench.worlds.geography import city, city_of, operator_of
from bench.worlds.importing import import_world
from bench.worlds.score import score
from cases.policy import addresses

SITES = 90


@pytest.mark.usefixtures("demo_city")
@pytest.mark.parametrize("code", WORLDS)
def test_a_city_whose_offices_write_in_their_own_way_is_read_to_the_last_row(code: str) -> None:
    world = make_world(code, sites=SITES)
    found = score(world.truth, import_world(world))
    assert found.wrong == {}, "every fate must be that of the truth"
    assert {reason: pair for reason, pair in found.refusals.items() if pair != (1.0, 1.0)} == {}
    assert found.precision >= 0.995, "rows of two sites became one"
    assert found.recall >= 0.97, "rows of one site became two"
    assert found.b_cubed >= 0.98


@pytest.mark.usefixtures("demo_city")
def test_the_order_of_the_files_changes_no_fate_and_no_site() -> None:
    world = make_world("3206", sites=SITES)
    found = score(world.truth, import_world(world, KINDS[::-1]))
    assert (found.wrong, found.good) == ({}, True)


@pytest.mark.parametrize("code", WORLDS)
def test_a_world_is_the_same_each_time_and_another_for_another_seed(code: str) -> None:
    one, again, other = (make_world(code, sites=20, seed=seed) for seed in (1, 1, 2))
    assert (one.truth, one.files["telecom"]) == (again.truth, again.files["telecom"])
    assert one.truth["telecom"] != other.truth["telecom"]


@pytest.mark.parametrize("code", WORLDS)
def test_a_world_holds_what_makes_lists_hard(code: str) -> None:
    world = make_world(code, sites=200)
    fates = {row["fate"] for row in world.truth["telecom"]}
    assert {"accept", "duplicate", "accept:out_of_area", "weak:no_port", "weak:no_time"} <= fates
    assert {"reject:not_global", "reject:well_known", "reject:bad_ip", "reject:no_ip"} <= fates
    kinds = {site["kind"] for site in world.truth["sites"]}
    assert {"resident", "compromised", "internet_cafe", "state_unit"} <= kinds
    doors = [(s["county"], s["road"], s["no"]) for s in world.truth["sites"]]
    assert len(set(doors)) < len(doors), "neighbours in one house"


def test_the_tables_of_operators_and_cities_are_read_alike_by_two_readings() -> None:
    names = {"ct": "chinanet", "cu": "unicom", "cm": "cmcc", "cn": "china"}
    chance = random.Random(7)
    for code in ("3201", "3202", "3203", "3205", "3206"):
        for _ in range(200):
            text = city(code).address(chance)
            ours = addresses.operator_of(text)
            assert names.get(ours or "", ours or "") == operator_of(text), text
            assert addresses.city_hint(text) == code == city_of(IPv4Address(text)), text


TRUTH: dict[str, list[dict[str, Any]]] = {
    "telecom": [
        {"site": 1, "fate": "accept", "traced": True},
        {"site": 1, "fate": "accept", "traced": True},
        {"site": 2, "fate": "accept", "traced": True},
        {"site": 2, "fate": "reject:no_ip"},
    ],
    "grid": [{"site": 2}, {"site": None, "fate": "reject:bad_account"}],
    "tips": [{"site": 1}],
}


def read(*cases: str | None, fates: dict[int, str] | None = None) -> dict[str, list[dict[str, Any]]]:
    """Rows as `batch_rows` prints them; the cases are those of rows 1 to 3, of the grid's row and of the tip."""
    one, two, three, meter, tip = cases
    telecom = [{"fate": "accept", "case": case} for case in (one, two, three)]
    telecom.append({"fate": "reject:no_ip", "case": None})
    for number, fate in (fates or {}).items():
        telecom[number]["fate"] = fate
    grid = [{"fate": "accept", "case": meter}, {"fate": "reject:bad_account", "case": None}]
    return {"telecom": telecom, "grid": grid, "tips": [{"fate": "accept", "case": tip}]}


def test_a_right_reading_has_full_marks() -> None:
    found = score(TRUTH, read("A", "A", "B", "B", "A"))
    assert (found.good, found.precision, found.recall, found.b_cubed) == (True, 1.0, 1.0, 1.0)
    assert found.refusals == {"reject:bad_account": (1.0, 1.0), "reject:no_ip": (1.0, 1.0)}


def test_what_is_joined_wrongly_costs_precision_and_what_is_torn_apart_recall() -> None:
    joined = score(TRUTH, read("A", "A", "A", "A", "A"))
    assert (joined.precision, joined.recall, joined.good) == (0.4, 1.0, False)
    torn = score(TRUTH, read("A", "C", "B", "B", None))
    assert (torn.precision, torn.recall, torn.good) == (1.0, 0.25, False)
    assert torn.b_cubed < 1.0


def test_a_refusal_that_is_missed_or_made_up_is_told_by_its_reason() -> None:
    found = score(TRUTH, read("A", "A", "B", "B", "A", fates={0: "reject:no_ip", 3: "accept"}))
    assert found.wrong == {("accept", "reject:no_ip"): 1, ("reject:no_ip", "accept"): 1}
    assert found.refusals["reject:no_ip"] == (0.0, 0.0)
    assert not found.good


def test_a_row_that_is_missing_is_no_score_at_all() -> None:
    rows = read("A", "A", "B", "B", "A")
    del rows["tips"][0]
    with pytest.raises(ValueError, match="shorter"):
        score(TRUTH, rows)

"""The weights that say whether two entries are one site: what merges, what is asked, what stays apart."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from math import log2

import pytest

from cases.intake.suggestions.words import grounds, percent, words_of
from cases.policy.dated import load
from cases.policy.matching.spots import around, read_spot
from cases.policy.matching.weights import comparisons, model_on, models, probability

MODEL = model_on(date(2026, 11, 20))

MERGED = (
    ["broadband"],
    ["meter", "door", "holder_other"],
    ["door"],
    ["flat", "account_other_flat"],
    ["flat", "township", "holder_other_flat", "account_other_flat"],
    ["door", "holder", "account_other"],
    ["door", "phone", "account_other"],
    ["lead"],
)
ASKED = (
    ["door", "account_other"],
    ["door", "township", "account_other"],
    ["door", "holder_other"],
    ["door", "township", "holder_other"],
    ["flat", "holder_other_flat"],
    ["flat", "holder", "township_other"],
    ["phone"],
    ["phone", "holder", "door_other"],
    ["spot", "holder"],
    ["lead_far"],
)
APART = (
    ["spot"],
    ["door", "township_other"],
    ["flat", "township_other"],
    ["door", "holder_other", "account_other"],
    ["phone", "door_other"],
    ["phone", "account_other"],
)


@pytest.mark.parametrize("codes", MERGED, ids="+".join)
def test_this_is_merged_by_rule(codes: list[str]) -> None:
    assert MODEL.merges(codes)


@pytest.mark.parametrize("codes", ASKED, ids="+".join)
def test_this_is_asked_of_an_officer(codes: list[str]) -> None:
    assert not MODEL.merges(codes)
    assert MODEL.suggests(codes)


@pytest.mark.parametrize("codes", APART, ids="+".join)
def test_this_stays_apart(codes: list[str]) -> None:
    assert not MODEL.merges(codes)
    assert not MODEL.suggests(codes)


def test_nothing_is_merged_by_rule_that_names_no_place_however_much_agrees() -> None:
    codes = ["phone", "holder", "spot", "township"]
    assert MODEL.score(codes) > MODEL.merge
    assert not MODEL.merges(codes)
    assert MODEL.suggests(codes)


def test_a_weight_is_the_logarithm_of_how_much_likelier_the_comparison_is_for_one_site() -> None:
    for row in load("matching")["comparison"]:
        assert comparisons()[row["code"]].bits == pytest.approx(log2(row["m"] / row["u"]), abs=0.01), row["code"]
        assert 0 < row["m"] <= 1, row["code"]
        assert 0 < row["u"] <= 1, row["code"]


def test_the_score_does_not_depend_on_the_order_of_the_reasons() -> None:
    assert MODEL.score(["door", "holder", "account_other"]) == MODEL.score(["account_other", "holder", "door"])
    assert probability(0) == pytest.approx(0.5)
    assert probability(MODEL.merge) > 0.94


def test_a_model_is_dated_and_no_two_are_in_force_on_one_day() -> None:
    found = models()
    assert model_on(date(2000, 1, 1)) is found[0]
    for one, after in pairwise(found):
        assert one.effective_to is not None
        assert one.effective_to < after.effective_from


def test_every_reason_has_words_in_both_languages() -> None:
    for code in comparisons():
        assert words_of(code).zh != code
        assert words_of(code).en.isascii(), code
    text = grounds(["door", "holder"], 8.98)
    assert (
        text.zh == "归入依据：门牌相同（未具体到室）、户名相同（分值 +9.0，可能性约 >99.9%）。" or "门牌相同" in text.zh
    )
    assert "same house number" in text.en
    assert percent(-20) == "<1%"
    assert percent(0) == "50%"


def test_coordinates_are_a_cell_whose_neighbours_touch_it() -> None:
    cell = read_spot("117.2857", "34.2044")
    assert len(cell) == 8
    assert read_spot("117.28571", "34.20441") == cell, "a few metres on"
    around_it = list(around(cell))
    assert around_it[0] == cell
    assert len(set(around_it)) == 9
    assert all(cell in around(other) for other in around_it), "neighbours are neighbours of each other"
    # Known values of the usual writing of such cells.
    assert read_spot("116.3906", "39.9077").startswith("wx4g0")


@pytest.mark.parametrize(
    ("longitude", "latitude"), [("", ""), ("117.2", ""), ("东经", "1"), ("34.2", "117.2"), ("0", "0"), ("nan", "34")]
)
def test_what_is_no_place_in_china_is_no_evidence(longitude: str, latitude: str) -> None:
    assert read_spot(longitude, latitude) == ""

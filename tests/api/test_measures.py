"""Measures on a case over the API, on its page and at the shell: visible to whom, by which day, how precise."""

from __future__ import annotations

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from cases.policy.law import RULE_SET_VERSION
from tests.web import story

HOUSEHOLD = {"result": "abnormal", "user_class": "residential", "price_class": "tiered", "serves_residents": True}


@pytest.fixture
def household(demo_city):
    case = story.dispatched()
    story.do("telecom-handler1", "report_subscriber", case, result="identified", subject="natural_person")
    return story.do("grid-handler1", "report_consumption", case, **HOUSEHOLD, monthly_kwh="900", arrears_days=12)


def by_key(answer) -> dict:
    return {row["ground"] or row["measure"]: row for row in answer["measures"]}


def test_the_decision_says_what_is_missing_by_which_article_and_who_supplies_it(household, person):
    answer = person("drc-handler1").get(f"cases/{household.number}/measures?on=2026-11-20").data
    assert (answer["number"], answer["on"], answer["rules"]) == (household.number, "2026-11-20", RULE_SET_VERSION)
    assert [row["measure"] for row in answer["measures"] if row["available"]] == ["continue_monitoring"]
    barred = by_key(answer)["G5_power_authority"]["missing"][0]
    assert barred["code"] == "residents_barred"
    assert "行政强制法》第四十三条第二款" in barred["article"]
    assert barred["suppliers"] == []
    found = by_key(answer)["G5_power_authority"]["missing"]
    mining = next(piece for piece in found if piece["code"] == "finding_not_mining")
    assert mining["suppliers"][0]["agency_code"] == "320300-drc"
    assert mining["suppliers"][0]["zh"] == "发展改革委（经办）：提出认定意见"
    assert mining["suppliers"][0]["act"] == "propose_determination"
    charge = by_key(answer)["surcharge"]["missing"]
    assert "persons_not_covered" in [piece["code"] for piece in charge]
    assert answer["blind_spot"]["applies"] is False, "nothing is determined yet"


def test_the_day_chooses_the_rules(household, person):
    asked = person("drc-handler1").get
    assert by_key(asked(f"cases/{household.number}/measures?on=2021-09-23").data)["continue_monitoring"]["missing"][0][
        "code"
    ] == ("basis_not_in_force")
    bad = asked(f"cases/{household.number}/measures?on=yesterday")
    assert (bad.status_code, bad.data["code"]) == (400, "invalid_input")
    assert asked(f"cases/{household.number}/measures?day=2026-11-20").status_code == 400


def test_who_does_not_see_the_case_or_only_a_part_of_it_learns_nothing(household, person):
    path = f"cases/{household.number}/measures"
    unknown = person("nj-drc-handler1").get(path)
    assert (unknown.status_code, unknown.data["code"]) == (404, "not_found")
    assert person("drc-handler1").get("cases/XZ26-9999/measures").status_code == 404
    part = person("grid-handler1").get(path)
    assert (part.status_code, part.data["code"]) == (403, "own_part")


def test_a_figure_that_is_not_shown_does_not_come_with_a_sentence(household, person):
    """Days in arrears are the bill's: the commission reads them as its precision says, a superior does not."""
    for who in ("drc-handler1", "js-drc-handler1"):
        answer = person(who).get(f"cases/{household.number}/measures").data
        piece = by_key(answer)["G3_arrears"]["missing"][0]
        case = person(who).get(f"cases/{household.number}").data
        shown = case["facts"]["findings"]["check_consumption"].get("arrears_days") == 12
        assert (piece["figures"] == {"days": "12"}) is shown, who
        assert ("12天" in piece["zh"]) is shown, who
        assert ("bill" in answer["withheld"]) is not shown, who


def test_the_page_lists_what_is_open_first_and_each_refusal_with_its_article(household, person):
    page = person("drc-handler1").client.get(f"/cases/{household.number}/").content.decode()
    section = page[page.index('id="measures"') :]
    assert section.index('data-measure="continue_monitoring"') < section.index('data-measure="G5_power_authority"')
    assert 'data-code="residents_barred"' in section
    assert "任何单位都不能补" in section
    assert RULE_SET_VERSION in section
    assert 'id="measures"' not in person("grid-handler1").client.get(f"/cases/{household.number}/").content.decode()
    old = person("drc-handler1").client.get(f"/cases/{household.number}/?on=2021-09-23").content.decode()
    assert "按 2021-09-23 的规定" in old
    wrong = person("drc-handler1").client.get(f"/cases/{household.number}/?on=x").content.decode()
    assert "日期无法识别" in wrong


def measures(*asked: str) -> str:
    out = StringIO()
    call_command("measures", *asked, stdout=out)
    return out.getvalue()


def test_the_command_prints_the_same_decision(household, person):
    for reference in (household.number, household.number.lower(), str(household.case_id)):
        told = json.loads(measures(reference, "--on", "2026-11-20", "--json"))
        assert told["number"] == household.number
        assert told["withheld"] == []
        assert by_key(told)["G3_arrears"]["missing"][0]["figures"] == {"days": "12"}
    lines = measures(household.number, "--on", "2026-11-20")
    assert "可以  持续监测" in lines
    assert "residents_barred" in lines


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (("XZ26-9999",), "没有编号或 id 为“XZ26-9999”的案件"),
        (("018f0000-0000-7000-8000-00000000f11e", "--json"), "没有编号或 id 为"),
        (("XZ26-0001", "--on", "2026-13-01"), "不是日期"),
    ],
)
def test_the_command_says_what_it_cannot_find(demo_city, asked, said):
    with pytest.raises(CommandError, match=said):
        measures(*asked)

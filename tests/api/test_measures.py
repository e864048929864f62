"""Measures on a case over the API, on its page and at the shell: visible to whom, by which day, how precise."""

from __future__ import annotations

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from audit import clock
from cases.policy.dated import CHINA
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


def test_a_past_day_is_answered_with_the_facts_of_that_day(demo_city, person):
    """Theft that was found on the third day opens nothing on the first, and what was then open is told."""
    first = clock.now().astimezone(CHINA).date()
    case = story.dispatched()
    clock.advance(timedelta(days=2))
    story.do("telecom-handler1", "report_subscriber", case, result="identified", subject="natural_person")
    case = story.do("grid-handler1", "report_consumption", case, **HOUSEHOLD, monthly_kwh="900", theft=True)
    asked = person("drc-handler1").get

    def on(days: int) -> dict:
        day = first + timedelta(days=days)
        answer = asked(f"cases/{case.number}/measures?on={day}").data
        shell = json.loads(measures(case.number, "--on", str(day), "--json"))
        for name in ("facts_of", "version", "stage", "on", "blind_spot"):
            assert answer[name] == shell[name]
        assert [(m["ground"], m["available"]) for m in answer["measures"]] == [
            (m["ground"], m["available"]) for m in shell["measures"]
        ]
        return answer

    then, now, later, before = on(0), on(2), on(30), on(-1)
    assert [a["facts_of"] for a in (then, now, later, before)] == ["day", "now", "now", "before_case"]
    assert (then["version"], now["version"]) == (2, 4)
    assert "theft_not_proven" in [piece["code"] for piece in by_key(then)["G1_theft"]["missing"]]
    for answer in (now, later, before):
        assert "theft_not_proven" not in [piece["code"] for piece in by_key(answer)["G1_theft"]["missing"]]


def test_a_closed_case_is_told_open_on_the_days_before(demo_city, person):
    first = clock.now().astimezone(CHINA).date()
    case = story.opened()
    clock.advance(timedelta(days=3))
    story.do("drc-handler1", "propose_exclusion", case, reason_code="node", explanation="区块链节点")
    story.do("drc-reviewer1", "decide_exclusion", case, decision="approve")
    asked = person("drc-handler1").get
    closed = asked(f"cases/{case.number}/measures").data
    open_then = asked(f"cases/{case.number}/measures?on={first}").data
    assert {piece["code"] for row in closed["measures"] for piece in row["missing"][:1]} == {"case_closed"}
    assert closed["stage"] == "closed"
    assert (open_then["stage"], open_then["version"]) == ("monitoring", 1)
    assert "case_closed" not in [piece["code"] for row in open_then["measures"] for piece in row["missing"]]


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
    ("asked", "code", "said"),
    [
        (("XZ26-9999",), "unknown_case", "没有编号或 id 为“XZ26-9999”的案件"),
        (("018f0000-0000-7000-8000-00000000f11e",), "unknown_case", "没有编号或 id 为"),
        (("",), "unknown_case", "没有编号或 id 为"),
        (("XZ26-0001", "--on", "2026-13-01"), "invalid_day", "不是日期"),
        (("XZ26-0001", "--on", ""), "invalid_day", "不是日期"),
    ],
)
def test_the_command_says_what_it_cannot_find(demo_city, asked, code, said):
    out = StringIO()
    with pytest.raises(CommandError, match=said) as raised:
        call_command("measures", *asked, "--json", stdout=out)
    error = json.loads(out.getvalue())
    assert error == {"error": code, "message": str(raised.value)}
    assert raised.value.returncode == 1
    with pytest.raises(CommandError, match=said):
        call_command("measures", *asked, stdout=(plain := StringIO()))
    assert plain.getvalue() == ""


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "1949-10-01", "2999-12-31", "2027-02-30"])
def test_no_day_breaks_the_answer(household, person, day):
    answer = person("drc-handler1").get(f"cases/{household.number}/measures?on={day}")
    assert answer.status_code == (200 if day in ("1949-10-01", "2999-12-31") else 400)
    assert person("drc-handler1").get(f"rule-changes?to={day}").status_code == answer.status_code
    assert person("drc-handler1").client.get(f"/rule-changes/?to={day}").status_code == answer.status_code
    assert person("drc-handler1").client.get(f"/cases/{household.number}/?on={day}").status_code == 200
    if answer.status_code == 200:
        assert json.loads(measures(household.number, "--on", day, "--json"))["on"] == day

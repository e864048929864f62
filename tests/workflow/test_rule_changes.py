"""Which open cases a change of the rules covers or uncovers: two days, or with and without an entered version."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from io import StringIO
from itertools import pairwise
from time import perf_counter
from typing import Any
from uuid import UUID

import orjson
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from agencies.actors import find_actor
from agencies.directory import get_directory
from agencies.sight import seeing
from cases.policy.entered import NONE, Entered
from cases.policy.measures.changes import State, in_effect, turning_days
from cases.selectors.law import opencases
from cases.workflow.measures import comparing
from cases.workflow.measures.comparing import compare, without
from tests.api.conftest import Person
from tests.rules.papers import approved, version
from tests.web import story
from tests.workflow.desk import Desk, city
from tests.workflow.test_measures_agree import account, reported

DAY = date(2026, 12, 20)
SHOP = {"kind": "commercial", "prices": ["2.0000"], "status": "in_force", "zh": "一般工商业", "en": "commercial"}


def row(desk: Desk, n: int, region: str) -> dict[str, Any]:
    view = desk.view
    names = ("stage", "version", "level", "source", "outcome", "review_on", "lead_agency_id", "confidentiality")
    return {
        **{name: getattr(view, name) for name in names},
        "id": UUID(int=n), "number": f"XZ26-{n:04d}", "title": "某处", "region_code": region,
        "facts": orjson.dumps(view.facts).decode(), "opened_at": view.opened_at, "stage_since": view.stage_since,
    }  # fmt: skip


def over(monkeypatch: pytest.MonkeyPatch, *rows: dict[str, Any]) -> None:
    """The comparison over these cases, whatever the database holds."""

    def some(_actor: Any, regions: list[str], most: int) -> Iterator[dict[str, Any]]:
        yield from [r for r in rows if r["region_code"] in regions][:most]

    places: dict[str, int] = {}
    for one in rows:
        places[one["region_code"]] = places.get(one["region_code"], 0) + 1
    monkeypatch.setattr(comparing, "open_cases", some)
    monkeypatch.setattr(comparing, "open_regions", lambda *_: sorted(places.items()))


def told(found: comparing.Comparison) -> set[tuple[str, str, bool, str]]:
    return {(r["number"], r["ground"] or r["measure"], r["opened"], r["proposal"]) for r in found.rows}


def test_the_end_of_the_document_of_sichuan_changes_no_measure_there_and_nothing_elsewhere(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    trader = Desk().verified().proposed("surcharge", proven_from="2021-10-01")
    over(monkeypatch, row(trader, 1, "510104"), row(trader, 2, "320303"))
    days = State(date(2027, 4, 14), NONE), State(date(2027, 4, 15), NONE)
    found = compare(None, city(), *days, region=None, most=100, seen=DAY)
    assert (found.regions, found.cases, found.compared, found.left) == (["510104"], 2, 1, 0)
    assert found.rows == [], "the national rate stands in its place"


def test_before_and_after_the_national_notice(monkeypatch: pytest.MonkeyPatch) -> None:
    trader = Desk().verified().proposed("surcharge", proven_from="2021-09-01")
    over(monkeypatch, row(trader, 1, "320303"))
    days = State(date(2021, 9, 23), NONE), State(date(2021, 9, 24), NONE)
    assert told(compare(None, city(), *days, region=None, most=9, seen=DAY)) == {
        ("XZ26-0001", "surcharge", True, "open"), ("XZ26-0001", "persuasion", True, "note"),
        ("XZ26-0001", "interview", True, "note"), ("XZ26-0001", "continue_monitoring", True, "note"),
    }  # fmt: skip
    back = compare(None, city(), days[1], days[0], region=None, most=9, seen=DAY)
    assert ("XZ26-0001", "surcharge", False, "redetermine") in told(back), "what was determined lost its basis"


def test_an_entered_document_for_persons_opens_the_surcharge_of_households_and_its_end_closes_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    home = Desk().verified(
        subject="natural_person", user_class="residential", price_class="tiered", serves_residents=True
    )
    home.proposed("continue_monitoring", subject="natural_person", proven_from="2026-10-01")
    over(monkeypatch, row(home, 1, "320303"), row(home, 2, "410102"))
    paper = version(body={"covers_persons": True}, effective_to=date(2026, 12, 31))
    rules = Entered((paper,))
    gained = compare(None, city(), State(DAY, without(rules, "v1")), State(DAY, rules), region=None, most=9, seen=DAY)
    assert told(gained) == {("XZ26-0001", "surcharge", True, "open")}
    assert gained.rows[0]["because"][0]["code"] == "persons_not_covered"
    assert paper.body["number"] in gained.rows[0]["articles"]
    lost = compare(None, city(), State(DAY, rules), State(date(2027, 1, 1), rules), region=None, most=9, seen=DAY)
    assert told(lost) == {("XZ26-0001", "surcharge", False, "note")}


def test_a_measure_under_way_that_loses_its_basis_is_to_be_stopped_and_nothing_is_done(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rules = Entered((version("local_suspension_rule", region="3203", effective_to=date(2026, 12, 31)),))
    desk = Desk().verified()
    desk.rules = rules
    desk.determined("suspension", ground="G7_local_rule")
    before = orjson.dumps(desk.view.facts)
    over(monkeypatch, row(desk, 1, "320303"))
    found = compare(None, city(), State(DAY, rules), State(date(2027, 1, 1), rules), region=None, most=9, seen=DAY)
    assert told(found) == {("XZ26-0001", "G7_local_rule", False, "stop")}
    assert orjson.dumps(desk.view.facts) == before


def test_where_the_rules_are_equal_no_decision_differs() -> None:
    """What a region's rules are is all that a decision knows of the day: else a case would be passed over."""
    rng = random.Random(5)
    days = [date(2021, 9, 1) + timedelta(days=61 * n) for n in range(34)]
    for _ in range(20):
        desk = reported(rng)
        for one, other in pairwise(days):
            old, new = State(one, NONE), State(other, NONE)
            if in_effect("320303", old) == in_effect("320303", new):
                found = [comparing.explain(desk.view, city(), s.day, rules=s.entered, seen=DAY) for s in (old, new)]
                assert not comparing.changes(*found)


def test_days_in_arrears_that_pass_between_two_days_are_no_change_of_the_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    today = Desk().now.date()
    due, dunned = today - timedelta(days=40), today - timedelta(days=20)
    owing = account(arrears_due_on=str(due), arrears_dunned_on=str(dunned))
    over(monkeypatch, row(owing, 1, "320303"))
    days = State(date(2021, 9, 23), NONE), State(today, NONE)
    found = told(compare(None, city(), *days, region=None, most=9, seen=today))
    assert found
    assert "G3_arrears" not in {ground for _, ground, *_ in found}


def test_the_month_is_no_rule_and_a_price_is_one() -> None:
    """The tiers that a year has used up belong to the facts; what a kilowatt-hour costs belongs to the rules."""
    broken = account(breach="use_changed", monthly_kwh=Decimal(3000))
    states = [State(date(2026, month, 10), NONE) for month in (1, 12)]
    early, late = (comparing.explain(broken.view, city(), s.day, seen=states[1].day) for s in states)
    assert in_effect("320303", states[0]) == in_effect("320303", states[1])
    assert early.measure("breach_charge").codes == late.measure("breach_charge").codes == ("reclass_lowers_bill",)
    assert not comparing.changes(early, late)
    january = comparing.explain(broken.view, city(), states[0].day)
    assert january.measure("breach_charge").codes == (), "the first tier of a new year is cheaper than any shop's price"
    dear = State(states[1].day, Entered((replace(version(), kind="tariff", body=SHOP),)))
    assert in_effect("320303", dear) != in_effect("320303", states[1])
    costly = comparing.explain(broken.view, city(), dear.day, rules=dear.entered)
    assert [(c.measure.key, c.opened) for c in comparing.changes(late, costly)] == [("breach_charge", True)]


def test_three_thousand_cases_are_compared_in_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    trader = row(Desk().verified().proposed("surcharge", proven_from="2021-09-01"), 1, "320303")
    over(monkeypatch, *({**trader, "number": f"XZ26-{n}", "id": UUID(int=n)} for n in range(1, 4001)))
    days = State(date(2021, 9, 23), NONE), State(date(2021, 9, 24), NONE)
    began = perf_counter()
    found = compare(None, city(), *days, region=None, most=3000, seen=DAY)
    assert (found.compared, found.left, len({r["number"] for r in found.rows})) == (3000, 1000, 3000)
    assert perf_counter() - began < 60


def test_the_days_on_which_rules_turn_are_offered() -> None:
    days = {day.isoformat(): (said, begins) for day, said, begins in turning_days("51", NONE)}
    assert days["2027-04-15"] == ("川发改价格规〔2022〕186号", False)
    assert days["2022-04-15"] == ("川发改价格规〔2022〕186号", True)
    assert not any("青海" in said for said, _ in days.values())
    assert not [said for _, said, _ in turning_days("32", NONE) if "川发改" in said or "征求意见稿" in said]


@pytest.fixture
def household(demo_city: None) -> Any:
    case = story.dispatched(title="居民用户")
    story.do("telecom-handler1", "report_subscriber", case, result="identified", subject="natural_person")
    return case


def test_the_statements_do_not_grow_with_the_cases(household: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opencases, "CHUNK", 3)
    for _ in range(6):
        story.opened()
    states = State(date(2021, 9, 23), NONE), State(date(2021, 9, 24), NONE)
    actor = find_actor("drc-handler1")
    with seeing(actor), CaptureQueriesContext(connection) as seen:
        found = compare(actor, get_directory(), *states, region=None, most=100, seen=DAY)
    assert found.compared == 7
    assert len([q for q in seen.captured_queries if "cases_case" in q["sql"]]) == 1 + 3


def test_the_page_the_api_and_the_command_say_the_same(household: Any) -> None:
    client = Person("drc-handler1")
    asked = client.get("rule-changes/?from=2021-09-23&to=2021-09-24").data
    assert {(r["number"], r["measure"], r["opened"]) for r in asked["results"]} == {
        (household.number, "continue_monitoring", True)
    }
    page = client.client.get("/rule-changes/?from=2021-09-23&to=2021-09-24").content.decode()
    assert household.number in page and "新增可用" in page and "只提示，不办理" in page
    out = StringIO()
    call_command("rule_changes", "--from", "2021-09-23", "--to", "2021-09-24", "--json", stdout=out)
    assert [r["number"] for r in json.loads(out.getvalue())["results"]] == [household.number]
    text = StringIO()
    call_command("rule_changes", "--from", "2021-09-23", "--to", "2021-09-24", "--region", "320300", stdout=text)
    assert "新增可用  持续监测" in text.getvalue()
    elsewhere = client.get("rule-changes/?from=2021-09-23&to=2021-09-24&region=320302").data
    assert elsewhere["results"] == []
    assert client.get("rule-changes/?from=2026-11-01&to=2026-11-02").data["compared"] == 0


def test_an_approved_version_is_compared_by_its_id(household: Any) -> None:
    paper = approved(kind="local_suspension_rule", by="drc-handler1", then="drc-approver1")
    client = Person("drc-handler1")
    found = client.get(f"rule-changes/?from=2026-12-02&to=2026-12-02&without={paper.pk}").data
    assert (found["without"], found["compared"]) == (str(paper.pk), 1)
    assert client.client.get(f"/rule-changes/?to=2026-12-02&version={paper.pk}").status_code == 200


def test_what_cannot_be_read_is_said_and_who_answers_for_no_region_is_not_told(household: Any) -> None:
    client = Person("drc-handler1")
    assert client.get("rule-changes/?from=x").status_code == 400
    assert client.get("rule-changes/?without=x").status_code == 400
    wrong = client.client.get("/rule-changes/?from=x&to=2026-12-02")
    assert (
        wrong.status_code == 400 and "日期无法识别" in wrong.content.decode() and 'value="x"' in wrong.content.decode()
    )
    for who in ("grid-handler1", "telecom-handler1", "cac-handler1"):
        assert Person(who).get("rule-changes/").status_code == 404
        assert Person(who).client.get("/rule-changes/").status_code == 404
    with pytest.raises(CommandError, match="没有 id 为"):
        call_command("rule_changes", "--without", "x")
    assert Person("nj-drc-handler1").get("rule-changes/?from=2021-09-23&to=2021-09-24").data["cases"] == 0

"""Personal data over the API: masked by default, in clear for half an hour after a reason, each reading logged."""

from __future__ import annotations

from datetime import timedelta

import pytest

from audit import clock
from audit.models import Access
from tests.web import story

HOLDER, PHONE, ADDRESS = "邵建国", "13805201234", "江苏省徐州市铜山区柳新镇孟庄村3组12号"


@pytest.fixture
def known(demo_city):
    case = story.dispatched()
    return story.do(
        "telecom-handler1", "report_subscriber", case, result="identified", subject="natural_person",
        subscriber=HOLDER, phone=PHONE, address=ADDRESS,
    )  # fmt: skip


def values(person, case) -> dict[str, str]:
    return {row["item"]: row["value"] for row in person.get(f"cases/{case.number}/personal").data["results"]}


def test_each_reader_gets_its_own_form(known, person):
    assert values(person("telecom-handler1"), known) == {"subscriber": HOLDER, "phone": PHONE, "address": ADDRESS}
    assert values(person("drc-handler1"), known) == {"subscriber": "邵**", "phone": "138****1234", "address": ADDRESS}
    district = {"subscriber": "邵**", "phone": "138****1234", "address": "江苏省徐州市铜山区***"}
    assert values(person("cac-handler1"), known) == district
    assert values(person("grid-handler1"), known) == {"address": "江苏省徐州市铜山区***"}
    assert values(person("js-drc-handler1"), known) == {"address": "江苏省徐州市铜山区***"}


def test_a_reveal_over_the_api_opens_the_item_for_half_an_hour(known, person):
    handler = person("drc-handler1")
    case = handler.get(f"cases/{known.number}").data
    assert case["revealable"] == ["subscriber", "phone", "identity", "account", "reporter"]
    handler.act(case, "reveal_personal_data", items=["phone"], purpose="visit", reason="约定现场检查时间")
    answer = handler.get(f"cases/{known.number}/personal").data
    row = next(row for row in answer["results"] if row["item"] == "phone")
    assert row["value"] == PHONE and not row["masked"] and row["until"]
    assert answer["signature"].startswith("李明远 drc-handler1 · 徐州市发展和改革委员会 · ")
    assert values(handler, known)["subscriber"] == "邵**", "the other item stays masked"
    assert values(person("drc-handler2"), known)["phone"] == "138****1234", "for nobody else"
    clock.advance(timedelta(minutes=31))
    assert values(handler, known)["phone"] == "138****1234"
    clock.clear()


def test_who_may_not_ask_is_told_so(known, person):
    grid = person("grid-handler1")
    version = grid.get(f"cases/{known.number}").headers["ETag"]
    asked = {"items": ["phone"], "purpose": "visit", "reason": "约定现场检查时间"}
    answer = grid.post(f"cases/{known.number}/actions/reveal_personal_data", asked, If_Match=version)
    assert (answer.status_code, answer.data["code"]) == (403, "nothing_to_reveal")
    assert "不能申请查看明文" in answer.data["detail"]


def test_a_reading_in_clear_is_a_line_of_the_access_log_and_a_masked_one_is_none(known, person):
    person("cac-handler1").get(f"cases/{known.number}/personal")
    assert not Access.objects.filter(username="cac-handler1").exists()
    person("telecom-handler1").get(f"cases/{known.number}/personal")
    line = Access.objects.get(username="telecom-handler1")
    assert (line.way, sorted(line.items), str(line.case_id)) == (
        "api",
        ["address", "phone", "subscriber"],
        known.case_id,
    )


def test_a_case_that_is_not_visible_has_no_personal_data(known, person):
    assert person("nj-drc-handler1").get(f"cases/{known.number}/personal").status_code == 404

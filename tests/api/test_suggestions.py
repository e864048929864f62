"""/api/v1/suggestions/: the pairs, one of them, and the answer that they are two."""

from __future__ import annotations

import pytest

from cases.models import SiteSuggestion
from tests.api.conftest import Person
from tests.intake.small import HOUSE, meters, two_tenants

pytestmark = pytest.mark.usefixtures("demo_city")


def test_a_pair_is_told_with_both_cases_and_its_reasons_in_words() -> None:
    pair = two_tenants()
    handler = Person("drc-handler1")
    page = handler.get("suggestions/")
    assert page.status_code == 200
    (found,) = page.data["results"]
    assert (found["id"], found["state"], found["score"]) == (str(pair.id), "open", -0.83)
    assert [reason["code"] for reason in found["reasons"]] == ["door", "account_other"]
    assert [reason["bits"] > 0 for reason in found["reasons"]] == [True, False]
    assert found["reasons"][0]["label"] == "门牌相同（未具体到室）"
    assert {case["id"] for case in found["cases"]} == {str(pair.one_id), str(pair.other_id)}
    assert HOUSE not in str(page.data)
    assert handler.get(f"suggestions/{pair.id}").data == found
    english = Person("drc-handler1", language="en").get(f"suggestions/{pair.id}").data
    assert english["reasons"][0]["label"] == "same house number, no room named"


def test_rejecting_is_remembered_and_answered_once() -> None:
    pair = two_tenants()
    handler = Person("drc-handler1")
    done = handler.post(f"suggestions/{pair.id}/rejection", {"why": "other_tenant"})
    assert (done.status_code, done.data["state"], done.data["why"]) == (200, "rejected", "other_tenant")
    assert done.data["decided_by"]["name"]
    again = handler.post(f"suggestions/{pair.id}/rejection", {"why": "other_tenant"})
    assert (again.status_code, again.data["code"]) == (409, "already_answered")
    assert handler.get("suggestions/").data["results"] == []
    assert len(handler.get("suggestions/?state=rejected").data["results"]) == 1


@pytest.mark.parametrize("body", [{}, {"why": "because"}, {"why": 7}, {"why": "other_tenant", "note": "x"}])
def test_a_body_that_says_no_known_reason_is_refused(body: dict[str, object]) -> None:
    pair = two_tenants()
    assert Person("drc-handler1").post(f"suggestions/{pair.id}/rejection", body).status_code == 400
    assert SiteSuggestion.objects.get().state == "open"


def test_who_does_not_read_both_is_told_that_there_is_none_and_a_reviewer_that_it_is_not_his() -> None:
    pair = two_tenants()
    for outsider in ("grid-handler1", "nj-drc-handler1"):
        person = Person(outsider)
        assert person.get("suggestions/").data["results"] == [], outsider
        assert person.get(f"suggestions/{pair.id}").status_code == 404, outsider
        assert person.post(f"suggestions/{pair.id}/rejection", {"why": "other_tenant"}).status_code == 404, outsider
    reviewer = Person("drc-reviewer1")
    assert reviewer.get(f"suggestions/{pair.id}").status_code == 200
    assert reviewer.post(f"suggestions/{pair.id}/rejection", {"why": "other_tenant"}).status_code == 403


@pytest.mark.parametrize("query", ["state=lost", "reason=because", "region=nowhere", "other=1", "cursor=abc"])
def test_a_filter_that_cannot_be_read_is_refused(query: str) -> None:
    assert Person("drc-handler1").get(f"suggestions/?{query}").status_code == 400


def test_the_pages_of_the_list_follow_each_other() -> None:
    two_tenants()
    meters(("3203000000021", "", "铜山区大许镇人民路8号"), ("3203000000022", "", "铜山区大许镇人民路8号"), name="二")
    handler = Person("drc-handler1")
    first = handler.get("suggestions/?page_size=1").data
    second = handler.get(f"suggestions/?page_size=1&cursor={first['next']}").data
    assert first["results"][0]["score"] > second["results"][0]["score"]
    assert second["next"] is None

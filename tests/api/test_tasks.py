"""What my agency owes: whose tasks, which order, which total."""

from __future__ import annotations

from django.utils.dateparse import parse_datetime

from tests.api.conftest import OPENING


def kinds(answer):
    return [task["kind"] for task in answer.data["results"]]


def dispatched(person, case, *findings):
    return person("drc-handler1").act(case, "dispatch_verification", findings=list(findings))


def test_each_agency_sees_what_it_owes_and_nothing_else(person, case):
    dispatched(person, case, "trace_subscriber", "check_consumption", "inspect_site")
    assert kinds(person("telecom-handler1").get("tasks/")) == ["trace_subscriber"]
    assert kinds(person("grid-handler1").get("tasks/")) == ["check_consumption"]
    assert kinds(person("drc-handler2").get("tasks/")) == ["inspect_site"]
    assert kinds(person("cac-handler1").get("tasks/")) == []
    assert kinds(person("sup-supervisor1").get("tasks/")) == []


def test_a_task_says_what_it_is_in_the_language_of_the_reader(person, case):
    task = person("drc-handler1").get("tasks/").data["results"][0]
    assert (task["kind"], task["label"]) == ("triage", "线索分办")
    assert task["case"]["number"] == case["number"]
    assert task["agency"]["code"] == "320300-drc"
    assert task["overdue"] is False
    assert parse_datetime(task["due_at"]) > parse_datetime(task["opened_at"])
    assert person("drc-handler1", language="en").get("tasks/").data["results"][0]["label"] == "Triage"


def test_a_sub_unit_sees_what_was_given_to_it(person, case):
    dispatched(person, case, "trace_subscriber")
    bureau, carrier = person("telecom-handler1"), person("ct-handler1")
    task = bureau.get("tasks/").data["results"][0]
    unit = next(a for a in bureau.get("agencies/?region=3203").data["results"] if a["code"] == "320300-telecom-ct")
    bureau.act(case, "assign_task", task=task["id"], unit=unit["code"])
    assert kinds(carrier.get("tasks/")) == ["trace_subscriber"]
    assert carrier.get("tasks/").data["results"][0]["unit"]["code"] == "320300-telecom-ct"
    assert kinds(bureau.get("tasks/")) == ["trace_subscriber"]
    assert carrier.get(f"cases/{case['number']}").status_code == 200


def test_the_total_follows_every_act(person, case):
    handler = person("drc-handler1")
    total = lambda query="": handler.get(f"tasks/{query}").data["total"]  # noqa: E731 — read many times below
    assert total() == {"value": 1, "exact": True, "text": "1"}
    second = handler.post("cases/", {**OPENING, "region_code": "320302"}).data
    assert total()["value"] == 2
    assert total("?region=320302")["value"] == total("?region=320303")["value"] == 1
    assert total("?region=3203&stage=monitoring")["value"] == 2
    handler.act(second, "dispatch_verification", findings=["trace_subscriber", "inspect_site"])
    assert total()["value"] == 2
    assert total("?stage=monitoring")["value"] == 1
    assert total("?stage=verification")["value"] == 1
    assert total("?stage=verification&region=320303")["value"] == 0
    assert total("?kind=inspect_site") == {"value": 1, "exact": True, "text": "1"}
    assert total("?accepted=true")["value"] == 0


def test_pages_are_in_the_order_of_the_deadlines(person):
    handler = person("drc-handler1")
    for n in range(5):
        handler.post("cases/", {**OPENING, "title": f"点位 {n}", "region_code": f"32030{2 + n % 2}"})
    for query in ("", "&region=3203", "&stage=monitoring", "&stage=monitoring&region=3203"):
        seen, cursor, backward = [], "", None
        for _ in range(3):
            answer = handler.get(f"tasks/?page_size=2{query}{cursor}").data
            seen += [(task["due_at"], task["id"]) for task in answer["results"]]
            cursor, backward = f"&cursor={answer['next']}", answer["previous"]
        assert len(set(seen)) == 5
        assert seen == sorted(seen)
        assert answer["next"] is None
        before = handler.get(f"tasks/?page_size=2{query}&cursor={backward}").data["results"]
        assert [(task["due_at"], task["id"]) for task in before] == seen[2:4]


def test_filters_of_a_task_list(person, case):
    handler = person("drc-handler1")
    for query, count in {
        "?mine=true": 0,
        "?accepted=false": 1,
        "?due_before=2020-01-01": 0,
        "?due_before=2100-01-01T00:00:00Z": 1,
        "?paused=true": 0,
        "?paused=false": 1,
        "?kind=triage": 1,
        "?agency=320300-drc": 1,
        "?agency=320300-grid": 0,
    }.items():
        assert handler.get(f"tasks/{query}").data["total"]["value"] == count, query
    task = handler.get("tasks/").data["results"][0]
    handler.act(case, "assign_task", task=task["id"], assignee="drc-handler1")
    assert handler.get("tasks/?mine=true").data["total"]["value"] == 1
    assert person("drc-handler2").get("tasks/?mine=true").data["total"]["value"] == 0
    assert handler.get("tasks/?mine=true").data["results"][0]["assignee"]["name"]
    assert handler.get("tasks/?kind=nap").status_code == 400
    assert handler.get("tasks/?due_before=tomorrow").status_code == 400

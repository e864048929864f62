"""Cases over HTTP: who sees what, the list and its filters, one case, its history."""

from __future__ import annotations

import base64

import pytest

from tests.api.conftest import OPENING

OUTSIDERS = ["nj-drc-handler1", "police-handler1", "ct-handler1", "gulou-crew1", "admin1", "grid-handler1"]
ADDRESSES = ["", "/timeline", "/actions", "/attachments/"]


def titles(answer):
    return [row["title"] for row in answer.data["results"]]


def test_a_case_is_opened_and_read_by_id_and_by_number(person, case):
    handler = person("drc-handler1")
    for ref in (case["case_id"], case["number"], case["number"].lower(), f"{case['number']}/"):
        answer = handler.get(f"cases/{ref}")
        assert answer.status_code == 200
        assert answer.data["id"] == case["case_id"]
        assert answer.headers["ETag"] == '"1"'
        assert answer.data["region"]["path"] == "江苏省徐州市云龙区"
        assert answer.data["tasks"][0]["kind"] == "triage"
        assert answer.data["lead_agency"]["code"] == "320300-drc"
    assert handler.get("cases/").data["results"][0]["number"] == case["number"]


@pytest.mark.parametrize("username", OUTSIDERS)
def test_an_outsider_sees_nothing_and_cannot_tell_that_it_exists(person, case, username):
    outsider = person(username)
    missing = {"id": "01a00000-0000-7000-8000-000000000000", "number": "XZ26-9999"}
    for address in ADDRESSES:
        for ref, other in ((case["case_id"], missing["id"]), (case["number"], missing["number"])):
            seen, unseen = outsider.get(f"cases/{ref}{address}"), outsider.get(f"cases/{other}{address}")
            assert seen.status_code == unseen.status_code == 404
            assert seen.content == unseen.content
    for ref, other in ((case["case_id"], missing["id"]), (case["number"], missing["number"])):
        seen = outsider.post(f"cases/{ref}/actions/comment", {"comment": "备注"}, If_Match='"1"')
        unseen = outsider.post(f"cases/{other}/actions/comment", {"comment": "备注"}, If_Match='"1"')
        assert seen.status_code == unseen.status_code == 404
        assert seen.content == unseen.content


@pytest.mark.parametrize("username", OUTSIDERS)
def test_lists_counts_and_searches_tell_an_outsider_nothing(person, case, username):
    outsider = person(username)
    nothing = {"results": [], "next": None, "previous": None, "total": {"value": 0, "exact": True, "text": "0"}}
    for query in (
        "",
        "?q=解放路",
        f"?q={case['number']}",
        f"?number={case['number']}",
        "?holder=320300-drc",
        "?region=320303",
    ):
        assert outsider.get(f"cases/{query}").data == nothing
    assert outsider.get("tasks/").data == nothing
    assert outsider.get("tasks/?agency=320300-drc").data == nothing
    answer = outsider.get("events/?action=open_case").data
    assert answer == nothing
    assert outsider.get(f"events/?case={case['number']}").status_code == 404


def test_the_province_sees_what_lies_in_its_cities(person, case):
    assert person("sup-supervisor1").get(f"cases/{case['number']}").status_code == 200


def test_each_filter_narrows_the_list(person, case):
    handler = person("drc-handler1")
    other = {**OPENING, "title": "鼓楼区 网吧", "region_code": "320302", "level": "priority"}
    second = handler.post("cases/", other).data
    handler.act(second, "dispatch_verification", findings=["trace_subscriber"])
    first, both = ["云龙区 解放路旧仓库二层"], ["鼓楼区 网吧", "云龙区 解放路旧仓库二层"]
    expected = {
        "": both,
        "?region=3203": both,
        "?region=320300": both,
        "?region=320303": first,
        "?region=徐州市云龙区": first,
        "?stage=verification": both[:1],
        "?level=priority": both[:1],
        "?holder=320300-telecom": both[:1],
        "?holder=320300-drc": first,
        "?mine=true": first,
        "?closed=false": both,
        "?closed=true": [],
        "?outcome=handled": [],
        "?q=网吧": both[:1],
        "?q=旧仓库": first,
        "?q=仓": first,
        "?q=100%25": [],
        f"?q={second['number']}": both[:1],
        f"?number={case['number']}": first,
        "?q=网吧&region=320303": [],
    }
    for query, found in expected.items():
        answer = handler.get(f"cases/{query}")
        assert titles(answer) == found, query
        assert answer.data["total"] == {"value": len(found), "exact": True, "text": str(len(found))}
    assert (
        handler.get("cases/?stage=verification").data["results"][0]["next_task"]["agency"]["code"] == "320300-telecom"
    )


def test_pages_go_forward_and_back_and_lose_nothing_when_a_case_is_opened_in_between(person):
    handler = person("drc-handler1")
    for n in range(7):
        handler.post("cases/", {**OPENING, "title": f"点位 {n}"})
    first = handler.get("cases/?page_size=3")
    assert titles(first) == ["点位 6", "点位 5", "点位 4"]
    assert first.data["previous"] is None
    handler.post("cases/", {**OPENING, "title": "点位 7"})
    second = handler.get(f"cases/?page_size=3&cursor={first.data['next']}")
    assert titles(second) == ["点位 3", "点位 2", "点位 1"]
    third = handler.get(f"cases/?page_size=3&cursor={second.data['next']}")
    assert titles(third) == ["点位 0"]
    assert third.data["next"] is None
    back = handler.get(f"cases/?page_size=3&cursor={third.data['previous']}")
    assert titles(back) == titles(second)
    newer = handler.get(f"cases/?page_size=3&cursor={back.data['previous']}")
    assert titles(newer) == titles(first)
    assert newer.data["previous"] is not None


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("?stage=closing", "stage"),
        ("?region=99", "region"),
        ("?page_size=0", "page_size"),
        ("?page_size=101", "page_size"),
        ("?holder=nobody", "holder"),
        ("?stagee=closed", "stagee"),
        ("?cursor=abc", "cursor"),
        ("?mine=perhaps", "mine"),
        ("?q=%00", "q"),
        ("?stage=monitoring&stage=closed", "stage"),
        ("?holder=320300-drc&mine=true", "mine"),
        ("?format=xml", "format"),
    ],
)
def test_an_unusable_filter_is_refused_by_name(person, query, name):
    answer = person("drc-handler1").get(f"cases/{query}")
    assert answer.status_code == 400
    assert list(answer.data["errors"]) == [name]


def test_the_cursor_of_another_list_is_refused(person, case):
    handler = person("drc-handler1")
    handler.post("cases/", OPENING)
    cursor = handler.get("cases/?page_size=1").data["next"]
    assert handler.get(f"tasks/?cursor={cursor}").status_code == 400


@pytest.mark.parametrize(
    "place", ["Infinity", "1e999", "NaN", "[1]", "{}", "null", '"x"', "99999999999999999999", "[" * 90]
)
def test_a_cursor_that_was_made_up_is_refused(person, case, place):
    for path, front in (
        ("cases/", ""),
        (f"cases/{case['number']}/timeline", ""),
        ("events/", '"2026-01-01T00:00:00+00:00",'),
        ("tasks/", '"2026-01-01T00:00:00+23:59:59.999999",'),
        ("imports/", '"0001-01-01T00:00:00+14:00",'),
    ):
        name = path.strip("/").rsplit("/", 1)[-1]
        cursor = base64.urlsafe_b64encode(f'["{name}","f",{front}{place}]'.encode()).decode().rstrip("=")
        answer = person("drc-handler1").get(f"{path}?cursor={cursor}")
        assert answer.status_code == 400, path
        assert list(answer.data["errors"]) == ["cursor"], path


def test_the_history_is_told_in_the_language_of_the_reader(person, case):
    handler = person("drc-handler1")
    handler.act(case, "comment", comment="当事人电话 13812345678，约明日到场")
    history = handler.get(f"cases/{case['number']}/timeline").data
    assert [entry["seq"] for entry in history["results"]] == [1, 2]
    assert history["total"] == {"value": 2, "exact": True, "text": "2"}
    opened, commented = history["results"]
    assert opened["sentence"].startswith("市发改委") or "列入监测名单" in opened["sentence"]
    assert "线索分办" in opened["sentence"]
    assert commented["text"] == "当事人电话 138****5678，约明日到场"
    assert opened["leaf"] != commented["leaf"]
    english = person("drc-handler1", language="en").get(f"cases/{case['number']}/timeline?order=newest").data
    assert [entry["seq"] for entry in english["results"]] == [2, 1]
    assert "Triage handed to 320300-drc" in english["results"][1]["sentence"]


def test_the_history_has_pages(person, case):
    handler = person("drc-handler1")
    for n in range(4):
        handler.act(case, "comment", comment=f"第 {n} 次")
    first = handler.get(f"cases/{case['number']}/timeline?page_size=3").data
    second = handler.get(f"cases/{case['number']}/timeline?page_size=3&cursor={first['next']}").data
    assert [entry["seq"] for entry in first["results"] + second["results"]] == [1, 2, 3, 4, 5]


def test_a_case_number_is_not_a_pattern(person, case):
    for ref in ("%", "XZ26-%", "_", "XZ26-0001'--", "\u5f90"):
        assert person("drc-handler1").get(f"cases/{ref}").status_code == 404

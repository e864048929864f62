"""抽查: a population that is fixed before the draw, the draw done again, findings that reach the agency, who may."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from agencies.actors import find_actor
from agencies.models import User
from audit import clock
from audit.models import Event
from audit.verification import verify
from cases.models import Sample, SampleFinding, SampleUnit, Task
from cases.oversight.sampling import planning, reviewing
from cases.oversight.sampling.checking import PREFIX
from cases.policy.sampling import Member, draw, population_hash
from cases.workflow.errors import GuardRefused, NotAllowed
from tests.days import today
from tests.servers import Servers
from tests.web import story
from tests.web.test_reading import entered
from tests.web.test_registers import behind_the_triggers

SUPERVISOR = "sup-supervisor1"


def closed(title: str, region: str = "320303") -> Any:
    case = story.opened(title=title, region=region)
    story.do("drc-handler1", "propose_exclusion", case, reason_code="research", explanation="高校研究用机")
    return story.do("drc-reviewer1", "decide_exclusion", case, decision="approve")


def plan(size: str = "2", by: str = "county") -> dict[str, str]:
    return {
        "closed_from": today(-3).isoformat(),
        "closed_to": today().isoformat(),
        "by": by,
        "size": size,
    }


@pytest.fixture
def cases(demo_city: None) -> list[Any]:
    return [closed(f"旧厂房{n}", "320303" if n < 3 else "320311") for n in range(4)]


@pytest.fixture
def sample(cases: list[Any]) -> Sample:
    asked = planning.read_plan(plan(), clock.now())
    return planning.plan_and_draw(find_actor(SUPERVISOR), asked, clock.now())


def test_the_plan_is_on_record_before_anything_is_drawn_and_anybody_draws_the_same(cases: list[Any]) -> None:
    open_one = story.opened(title="未办结")
    client = entered(SUPERVISOR)
    answer = client.post("/sampling/", plan())
    sample = Sample.objects.get()
    assert answer["Location"] == f"/sampling/{sample.pk}/"
    first, second = Event.objects.filter(stream=f"{PREFIX}{sample.pk}").order_by("seq")
    assert (first.action, second.action) == ("sample_planned", "sample_drawn")
    said = json.loads(bytes(first.body))["data"]
    units = {unit.number: unit for unit in SampleUnit.objects.all()}
    assert units.keys() == {case.number for case in cases}
    assert open_one.number not in units
    members = [Member(unit.number, unit.stratum) for unit in units.values()]
    assert said["population_sha256"] == population_hash(members)
    assert bytes(first.leaf).hex() == sample.plan == json.loads(bytes(second.body))["data"]["plan"]
    taken = sorted((u for u in units.values() if u.position), key=lambda u: u.position or 0)
    assert [u.number for u in taken] == draw(members, 2, sample.seed)
    assert {u.stratum for u in taken} == {"320303", "320311"}
    page = client.get(f"/sampling/{sample.pk}/?again=1").content.decode()
    assert "复算一致" in page
    rows = list(
        csv.reader(io.StringIO(client.get(f"/sampling/{sample.pk}/population.csv").content.decode("utf-8-sig")))
    )
    assert draw([Member(r[0], r[1]) for r in rows[1:]], int(rows[1][4]), rows[1][3]) == [u.number for u in taken]
    assert verify().ok
    assert "抽取案件" in client.get("/audit/").content.decode()


def test_what_was_fixed_does_not_change_and_nothing_is_drawn_twice(sample: Sample) -> None:
    with pytest.raises(GuardRefused, match="不能再抽"):
        planning.draw_sample(find_actor(SUPERVISOR), sample, clock.now())
    for statement in (
        "UPDATE cases_sample SET seed = repeat('0', 64)",
        "UPDATE cases_sampleunit SET position = NULL WHERE position = 1",
        "UPDATE cases_sampleunit SET position = 9 WHERE position IS NULL",
        "UPDATE cases_sample SET size = 1",
        "DELETE FROM cases_sampleunit",
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_a_draw_that_was_interrupted_goes_on_from_its_plan(cases: list[Any]) -> None:
    actor = find_actor(SUPERVISOR)
    made = planning.make_plan(actor, planning.read_plan(plan(), clock.now()), clock.now())
    client = entered(SUPERVISOR)
    assert "尚未抽取" in client.get(f"/sampling/{made.pk}/").content.decode()
    later = closed("后来办结的")
    assert client.post(f"/sampling/{made.pk}/draw/").status_code == 302
    made.refresh_from_db()
    assert made.seed
    assert not SampleUnit.objects.filter(number=later.number).exists()


def test_a_problem_reaches_the_agency_is_answered_and_struck_off(sample: Sample) -> None:
    client = entered(SUPERVISOR)
    address = f"/sampling/{sample.pk}/1/"
    unit = SampleUnit.objects.get(position=1)
    # What was typed stays after a refusal.
    wrong = client.post(address, {"result": "problem", "opinion": "缺少现场照片"})
    assert wrong.status_code == 400
    assert "缺少现场照片" in wrong.content.decode()
    until = today(10).isoformat()
    entry = {
        "result": "problem",
        "kind": "evidence",
        "severity": "serious",
        "opinion": "缺少现场照片",
        "correct_by": until,
    }
    stale = client.post(address, {**entry, "version": "1"})
    assert stale.status_code == 412
    assert "缺少现场照片" in stale.content.decode()
    assert client.post(address, entry).status_code == 302
    finding = SampleFinding.objects.get()
    task = Task.objects.get(pk=finding.task_id)
    assert (task.kind, task.agency.code) == ("answer_urge", unit.lead.code)
    assert Event.objects.get(stream=f"case/{unit.case_id}", seq=finding.event_seq).action == "sample_case"
    asked = entered("drc-handler1").get("/urges/").content.decode()
    day = today(10)
    assert f"整改期限{day.year}年{day.month}月{day.day}日" in asked
    assert client.post(f"{address}accept/").status_code == 409
    story.do("drc-reviewer1", "answer_urge", story_case(unit), task=str(task.pk), answer="已补拍并入卷")
    page = client.get(address).content.decode()
    assert "已补拍并入卷" in page
    assert client.post(f"{address}accept/").status_code == 302
    assert "已销号" in client.get(f"/sampling/{sample.pk}/").content.decode()
    assert client.post(address, {"result": "pass"}).status_code == 409
    rows = list(csv.reader(io.StringIO(client.get(f"/sampling/{sample.pk}/results.csv").content.decode("utf-8-sig"))))
    assert rows[1][6:9] == ["问题", "证据", "一般"]
    assert verify().ok


def story_case(unit: SampleUnit) -> Any:
    from types import SimpleNamespace

    return SimpleNamespace(case_id=str(unit.case_id), number=unit.number)


def test_nobody_reviews_what_they_handled(sample: Sample, monkeypatch: pytest.MonkeyPatch) -> None:
    unit = SampleUnit.objects.get(position=1)
    handler = User.objects.get(username="drc-handler1").pk
    assert (str(unit.case_id), handler) in planning.handled_by([str(unit.case_id)], [handler])
    monkeypatch.setattr(reviewing, "handled_by", lambda cases, users: {(cases[0], users[0])})
    client = entered(SUPERVISOR)
    answer = client.post(f"/sampling/{sample.pk}/1/", {"result": "pass"})
    assert (answer.status_code, "不能由你评查" in answer.content.decode()) == (403, True)
    assert not SampleFinding.objects.exists()
    with pytest.raises(NotAllowed):
        reviewing.accept_correction(find_actor(SUPERVISOR), sample, 1, clock.now())


@pytest.mark.parametrize("username", ["drc-handler1", "drc-approver1", "grid-handler1", "admin1"])
def test_sampling_is_for_supervisors_alone(sample: Sample, username: str) -> None:
    client = entered(username)
    for address in (
        "/sampling/",
        f"/sampling/{sample.pk}/",
        f"/sampling/{sample.pk}/1/",
        f"/sampling/{sample.pk}/results.csv",
    ):
        assert client.get(address).status_code == 403
    assert client.post("/sampling/", plan()).status_code == 403
    assert "/sampling/" not in client.get("/").content.decode()


def test_verify_audit_finds_another_population_seed_or_finding(
    servers: Servers, fresh_db: Any, demo_city: None
) -> None:
    made = [closed(f"旧厂房{n}") for n in range(3)]
    asked = planning.read_plan(plan(size="1"), clock.now())
    sample = planning.plan_and_draw(find_actor(SUPERVISOR), asked, clock.now())
    review = reviewing.Review("pass")
    reviewing.note_finding(find_actor(SUPERVISOR), sample, 1, review, None, clock.now())
    assert made
    assert verify().ok
    for table, change, back in (
        ("cases_sampleunit", "stratum = 'x'", "stratum = '320303'"),
        ("cases_sampleunit", "position = position + 1", "position = position - 1"),
        ("cases_sample", f"seed = '{'0' * 64}'", f"seed = '{sample.seed}'"),
        ("cases_samplefinding", "event_seq = event_seq + 1", "event_seq = event_seq - 1"),
    ):
        behind_the_triggers(servers, fresh_db.name, table, f"UPDATE {table} SET {change}")
        assert {problem.code for problem in verify().problems} == {"sample"}, change
        behind_the_triggers(servers, fresh_db.name, table, f"UPDATE {table} SET {back}")
    assert verify().ok

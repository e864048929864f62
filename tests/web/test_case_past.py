"""The page of a case as of a past day: it says what the page said on that day, and nothing can be done on it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from django.db import connections
from django.http import QueryDict
from django.test import Client

from agencies.actors import find_actor
from agencies.models import User
from audit import clock
from cases.policy.dated import CHINA
from cases.selectors.case import get_case
from cases.web.show import case as case_page
from cases.web.show.casepage import past
from cases.workflow.deciding.available import available_actions
from tests.conftest import SERVERS
from tests.web.counting import statements
from tests.workflow.world import World

SUSPENSION = {
    "finding": "self_operated", "subject": "sole_trader", "disposals": ["suspension"], "ground": "G5_power_authority",
    "serious_or_refused": True,
}  # fmt: skip
# Who reads the whole, who supervises, who reads an own part, and who is asked later than the case was opened.
READERS = ("drc-handler1", "sup-supervisor1", "telecom-handler1", "grid-handler1", "cac-handler1")
PARTS = ("steps", "findings", "decision", "bills", "tasks", "evidence", "participants", "withheld", "cut_warnings")


@pytest.fixture(autouse=True)
def no_session_of_another_day() -> Iterator[None]:
    """The clock is set here; sessions begun under it would be younger or older than those of the next test."""
    yield
    SERVERS.flush_redis()


def entered(username: str) -> Client:
    client = Client()
    client.force_login(User.objects.get(username=username))
    return client


def told(found: dict[str, Any]) -> dict[str, Any]:
    """What is compared: the parts, the papers without their comparison, and the history."""
    papers = [{**row, "verdict": None} for row in found["papers"]["rows"]]
    acts = [{**row, "trail": ""} for row in found["timeline"]["rows"]]
    head = {
        name: found["case"][name] for name in ("number", "title", "stage", "outcome", "version", "subject", "own_part")
    }
    return {
        **{name: found[name] for name in PARTS}, "papers": papers, "acts": acts, "head": head,
        "total": found["timeline"]["total"],
    }  # fmt: skip


def shown_now(who: str, case: str, now: datetime) -> dict[str, Any] | None:
    actor = find_actor(who)
    row = get_case(actor, case)
    if row is None:
        return None
    acts = available_actions(case_id=case, actor=actor, now=now)
    return told(case_page.build(actor, row, acts, now, QueryDict()))


def shown_of(who: str, case: str, day: date, now: datetime) -> dict[str, Any] | None:
    actor = find_actor(who)
    row = get_case(actor, case)
    assert row
    end = datetime.combine(day + timedelta(days=1), time(), CHINA)
    found = past.build(actor, row, end, now, QueryDict())
    return told(found) if found else None


def a_fortnight(world: World) -> tuple[str, dict[date, dict[str, Any]]]:
    """A case with something done on most days, and what its page said to everybody at the end of each."""
    case = ""
    pages: dict[date, dict[str, Any]] = {}

    def rest() -> None:
        day = world.now.astimezone(CHINA).date()
        world.now = datetime.combine(day, time(23, 59, 30), CHINA)
        clock.set_clock(world.now, frozen=True)
        pages[day] = {who: shown_now(who, case, world.now) for who in READERS}
        world.now = datetime.combine(day + timedelta(days=1), time(10), CHINA)

    case = world.open(signals=[{"family": "traffic", "count": 2}, {"family": "energy", "count": 1}])
    rest()
    world.verified(case)
    rest()
    world.act(case, "drc-handler1", "comment", comment="走访物业")
    rest()
    world.determined(case, **SUSPENSION)
    rest()
    world.served(case)
    rest()
    world.later(days=3)
    world.final_notice(case)
    world.later(minutes=40)
    world.execute(case)
    world.act(case, "grid-crew2", "confirm_suspension", confirmed_at=world.iso, load_is_zero=True, reading="1204.5")
    rest()
    return case, pages


def test_the_case_of_each_day_is_told_as_its_page_told_it_on_that_day(demo_city: None) -> None:
    world = World()
    case, pages = a_fortnight(world)
    clock.set_clock(world.now, frozen=True)
    # Rights are those of today: whoever read the whole then and has an own part now is told that part of the day.
    own = {who: (get_case(find_actor(who), case) or {}).get("part") == "own" for who in READERS}
    compared = 0
    for day, of_day in pages.items():
        for who, then in of_day.items():
            now = shown_of(who, case, day, world.now) if then is not None else None
            if then is None or now is None:
                assert then is None, (day, who)
                continue
            assert now["head"]["own_part"] is own[who], (day, who)
            if then["head"]["own_part"] is own[who]:
                assert now == then, (day, who, [part for part in then if now[part] != then[part]])
                compared += 1
    assert compared > 20
    stages = [of_day["drc-handler1"]["head"]["stage"] for of_day in pages.values()]
    assert len(set(stages)) >= 3, "the days differ"
    assert set(own.values()) == {True, False}, "both sorts of readers were compared"


def test_a_past_page_can_only_be_read_and_says_so(demo_city: None) -> None:
    world = World()
    case, pages = a_fortnight(world)
    clock.set_clock(world.now, frozen=True)
    number, day = world.view(case).number, sorted(pages)[3]
    client = entered("drc-handler1")
    page = client.get(f"/cases/{number}/past/?on={day}").content.decode()
    assert f"截至 {day} 终了的案件" in page
    main = page[page.index('<main id="main"') : page.index("</main>")]
    assert "data-action" not in main
    assert 'method="post"' not in main
    assert "/actions/" not in main
    # Its own links stay on that day.
    assert all(f"on={day}" in link for link in re.findall(r'href="(\?signal=[^"]+|\?on=[^"]*signal=[^"]+)"', main))
    assert re.search(r'href="\?on=[^"]*signal=', main)
    before = world.view(case).version
    client.post(f"/cases/{number}/past/?on={day}", {"on": str(day)})
    assert world.view(case).version == before
    assert entered("nj-drc-handler1").get(f"/cases/{number}/past/?on={day}").status_code == 404


@pytest.mark.parametrize(
    ("on", "status", "sentence"),
    [
        ("gestern", 400, "截至日期应为以前的日期"),
        ("", 400, "截至日期应为以前的日期"),
        ("2026-11-03", 200, "尚未终了"),
        ("2027-01-01", 200, "尚未终了"),
        ("2026-10-01", 200, "还没有你可以查阅的记录；本案 2026-11-03 立案"),
    ],
)
def test_a_day_of_which_there_is_no_page_is_told_why(demo_city: None, on: str, status: int, sentence: str) -> None:
    world = World()
    number = world.view(world.open()).number
    clock.set_clock(world.now, frozen=True)
    answer = entered("drc-handler1").get(f"/cases/{number}/past/?on={on}")
    assert answer.status_code == status
    assert sentence in answer.content.decode()


def test_the_past_page_names_no_case_that_its_reader_does_not_see(demo_city: None, fresh_db: object) -> None:
    """A case that was merged into this one then, and is confidential today, is not told of by the past day either."""
    world = World()
    survivor, absorbed = world.open(), world.open()
    number, other = world.view(survivor).number, world.view(absorbed).number
    world.act(absorbed, "drc-handler1", "merge_case", survivor=number, reason_code="same_site")
    world.later(days=2)
    clock.set_clock(world.now, frozen=True)
    address = f"/cases/{number}/past/?on=2026-11-03"
    assert other in entered("drc-handler1").get(address).content.decode()
    with connections["owner"].cursor() as cursor:
        cursor.execute("ALTER TABLE cases_case DISABLE TRIGGER USER")
        cursor.execute("UPDATE cases_case SET confidentiality = 'internal' WHERE id = %s", [absorbed])
        cursor.execute("UPDATE cases_caseagency SET rank = 2 WHERE case_id = %s", [absorbed])
    page = entered("drc-handler1").get(address)
    assert page.status_code == 200
    assert other not in page.content.decode()


def test_a_past_day_costs_the_same_queries_however_much_came_before_it(demo_city: None) -> None:
    world = World()
    few, many = (world.determined(world.verified(world.open()), **SUSPENSION) for _ in range(2))
    for case, n in ((few, 1), (many, 12)):
        for each in range(n):
            world.act(case, "drc-handler1", "comment", comment=f"第{each}次走访")
            world.act(
                case, "drc-handler1", "attach_document", attachments=[world.attach(case, "drc-handler1")], paper="other"
            )
    clock.set_clock(world.now + timedelta(days=2), frozen=True)
    client = entered("drc-handler1")
    counted = []
    for case in (few, many):
        address = f"/cases/{world.view(case).number}/past/?on=2026-11-03"
        counted.append(len(statements(client, address)))
    assert counted[0] == counted[1] < 60

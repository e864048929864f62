"""The list of cases in each order and under each condition: pages, totals, counts, and what it may not tell."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection, connections

from agencies.sight import seeing
from audit import clock
from cases.selectors.cases import CaseFilter, Order, Place, Sort, count_cases, list_cases, matching
from cases.selectors.paging import InvalidCursor
from tests.web import story
from tests.workflow.world import World

CONSUMPTION = {"user_class": "ordinary", "price_class": "commercial", "serves_residents": "false", "theft": "false"}
ORDERS = [Order(sort, descending=down) for sort in Sort for down in (False, True)]


def walked(actor, wanted, size=2, meanwhile=lambda: None, exact=True):
    """All pages forward; after the first something may happen."""
    found, cursor = [], None
    while True:
        page = list_cases(actor, wanted, cursor=cursor, size=size, exact=exact)
        found.append(page)
        if cursor is None:
            meanwhile()
        cursor = page.next
        if cursor is None:
            return found


def ids(pages):
    return [row["id"] for page in pages for row in page.rows]


@pytest.fixture
def some(demo_city):
    """Seven cases: with energy and without, with a deadline and without, closed and open."""
    made = [story.opened(title=f"点位 {n}") for n in range(7)]
    for n, case in enumerate(made[:3]):
        sent = story.do("drc-handler1", "dispatch_verification", case, findings=["check_consumption"])
        story.do(
            "grid-handler1",
            "report_consumption",
            sent,
            result="abnormal",
            **CONSUMPTION,
            monthly_kwh=str(1000 * (n + 1)),
        )
    closing = story.do("drc-handler1", "propose_exclusion", made[6], reason_code="node", explanation="区块链节点")
    story.do("drc-reviewer2", "decide_exclusion", closing, decision="approve")
    return [case.case_id for case in made]


@pytest.mark.parametrize("order", ORDERS, ids=lambda order: f"{order.sort}{'-' if order.descending else '+'}")
def test_pages_of_each_order_lose_and_double_nothing_while_cases_come(some, who, order):
    actor = who("drc-handler1")
    wanted = CaseFilter(order=order)
    whole = ids([list_cases(actor, wanted, size=50, exact=True)])
    assert sorted(whole) == sorted(some)
    pages = walked(actor, wanted, meanwhile=lambda: story.opened(title="后来的点位"))
    assert [each for each in ids(pages) if each in some] == whole
    assert len(set(ids(pages))) == len(ids(pages))
    # Back again, and the place in the list is told of each page.
    back = list_cases(actor, wanted, cursor=pages[2].previous, size=2, exact=True)
    assert [row["id"] for row in back.rows] == [row["id"] for row in pages[1].rows]
    assert back.before is not None
    everything = ids([list_cases(actor, wanted, size=50, exact=True)])
    assert everything[back.before] == back.rows[0]["id"]
    assert list_cases(actor, wanted, size=2, exact=True).total == 8


def test_what_has_no_value_stands_last_whichever_way(some, who):
    for down in (False, True):
        rows = list_cases(who("drc-handler1"), CaseFilter(order=Order(Sort.KWH, descending=down)), exact=True).rows
        assert [row["monthly_kwh"] for row in rows][3:] == [None] * 4
        assert [row["monthly_kwh"] for row in rows][:3] == sorted(["1000", "2000", "3000"], reverse=down)
        rows = list_cases(who("drc-handler1"), CaseFilter(order=Order(Sort.DUE, descending=down)), exact=True).rows
        assert rows[-1]["next_task"] is None
        assert all(row["next_task"] for row in rows[:-1])


def test_a_position_of_one_order_is_refused_by_another_and_a_made_up_one_by_all(some, who):
    actor = who("drc-handler1")
    token = list_cases(actor, CaseFilter(order=Order(Sort.KWH)), size=2, exact=True).next
    for order in ORDERS:
        made_up = order.keyset.encode({"key": "now()", "id": some[0]}, backward=False)
        for wrong in (made_up, *([token] if order != Order(Sort.KWH) else [])):
            with pytest.raises(InvalidCursor):
                list_cases(actor, CaseFilter(order=order), cursor=wrong)


def test_counts_are_those_of_the_lists_and_a_result_can_be_gone_through(some, who):
    actor, now = who("drc-handler1"), clock.now()
    asked = [
        CaseFilter(),
        CaseFilter(closed=False),
        CaseFilter(stage="verification", q="点位"),
        CaseFilter(kwh_from=Decimal(2000)),
        CaseFilter(family="energy", strength=3),
        CaseFilter(family="traffic", strength=1),
        CaseFilter(due_before=now + timedelta(days=400), holder_ids=(actor.posts[0].principal_id,)),
        CaseFilter(subjects=("natural_person",)),
        CaseFilter(q="没有这样的点位"),
    ]
    counts = count_cases(actor, asked)
    assert counts == [list_cases(actor, wanted, size=50, exact=True).total for wanted in asked]
    assert counts[0] == 7
    assert counts[1:5] == [6, 3, 2, 3]
    assert counts[-2:] == [0, 0]
    for order in ORDERS:
        gone, after = [], None
        while part := matching(actor, CaseFilter(order=order), after=after, size=2):
            gone += [place.id for place in part]
            after = Place(*part[-1])
        assert gone == ids([list_cases(actor, CaseFilter(order=order), size=50, exact=True)])


def test_strength_is_what_was_found_and_else_how_much_was_reported(some, who):
    rows = {row["id"]: row for row in list_cases(who("drc-handler1"), CaseFilter(), size=50).rows}
    assert rows[some[0]]["signals"]["energy"] == {"strength": 3, "awaited": False}
    assert rows[some[3]]["signals"]["energy"] == {"strength": 1, "awaited": False}
    assert rows[some[3]]["signals"]["funds"] == {"strength": 0, "awaited": False}
    sent = story.dispatched()
    (row,) = list_cases(who("drc-handler1"), CaseFilter(numbers=(sent.number,))).rows
    before = row["signals"]["traffic"]["strength"]
    assert row["signals"]["traffic"]["awaited"]
    story.do("cac-handler1", "report_traffic", sent, result="not_confirmed")
    (row,) = list_cases(who("drc-handler1"), CaseFilter(numbers=(sent.number,))).rows
    assert row["signals"]["traffic"] == {"strength": min(before, 1), "awaited": False}


@pytest.mark.parametrize("username", ["cac-handler1", "telecom-handler1", "sup-supervisor1"])
def test_energy_is_no_condition_and_no_order_for_whoever_does_not_see_it(demo_city, who, username):
    """Neither the length of a list nor its order tells what the page does not say."""
    for n in (3000, 1000, 2000):
        case = story.dispatched(title=f"点位{n}")
        story.do("grid-handler1", "report_consumption", case, result="abnormal", **CONSUMPTION, monthly_kwh=str(n))
    own, other = who("drc-handler1"), who(username)
    assert count_cases(own, [CaseFilter(kwh_from=Decimal(n)) for n in (1, 2000, 3000)]) == [3, 2, 1]
    assert count_cases(other, [CaseFilter(kwh_from=Decimal(n)) for n in (1, 2000, 3000)]) == [0, 0, 0]
    for down in (False, True):
        rows = list_cases(other, CaseFilter(order=Order(Sort.KWH, descending=down)), exact=True).rows
        assert [row["monthly_kwh"] for row in rows] == [None] * 3
        # All are equal in what is told, hence in the order of their opening.
        assert [row["title"] for row in rows] == [
            f"点位{n}" for n in ((2000, 1000, 3000) if down else (3000, 1000, 2000))
        ]


def test_of_an_own_part_no_condition_finds_what_only_the_whole_tells(demo_city, who):
    case = story.dispatched()
    story.do("telecom-handler1", "report_subscriber", case, result="identified", subject="sole_trader")
    asked = [
        CaseFilter(subjects=("sole_trader",)),
        CaseFilter(family="traffic"),
        CaseFilter(due_from=clock.now()),
        CaseFilter(due_before=clock.now() + timedelta(days=400)),
    ]
    assert count_cases(who("grid-handler1"), asked) == [1, 1, 1, 1]
    assert count_cases(who("telecom-handler1"), [*asked, CaseFilter()]) == [0, 0, 0, 0, 1]


def test_the_columns_are_those_that_a_rebuilding_finds(fresh_db, demo_city):
    story.reported()
    # Its clock stands still while the answer is awaited.
    story.do("cac-handler1", "request_assistance", story.dispatched(), agency="320300-police", question="请协助")
    gone = story.do("drc-handler1", "propose_exclusion", story.opened(), reason_code="node", explanation="区块链节点")
    story.do("drc-reviewer2", "decide_exclusion", gone, decision="approve")
    with connections["owner"].cursor() as cursor:
        found = []
        for _ in range(2):
            cursor.execute("SELECT to_jsonb(l)::text FROM cases_caselist l ORDER BY case_id")
            found.append(cursor.fetchall())
            cursor.execute("SELECT case_list_rebuild()")
        assert found[0] == found[1]
        assert len(found[0]) == 3


def test_nobody_reads_the_columns_but_through_the_doors(some, who):
    with seeing(who("drc-handler1")), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM cases_caselist")
        assert cursor.fetchone() == (0,)


def test_through_several_agencies_a_case_is_counted_once_and_by_the_best_of_them(demo_city, who):
    """Read whole through one agency and in part through another, it meets what only the whole tells."""
    world = World()
    case = world.open()
    world.act(case, "drc-handler1", "dispatch_verification", findings=["trace_subscriber", "check_consumption"])
    world.act(case, "telecom-handler1", "report_subscriber", result="identified", subject="sole_trader", lines=1)
    world.give("telecom-handler1", "handler", "320300-grid")
    asked = [CaseFilter(), CaseFilter(subjects=("sole_trader",)), CaseFilter(subjects=("natural_person",))]
    assert count_cases(who("grid-handler1"), asked) == [1, 1, 0]
    both = who("telecom-handler1")
    assert count_cases(both, asked) == [1, 1, 0]
    for order in ORDERS:
        assert [list_cases(both, replace(w, order=order), exact=True).total for w in asked] == [1, 1, 0]


def test_the_newest_of_a_district_are_those_of_every_other_way(demo_city, who):
    """They are looked up in the index of the case; pages, totals and the other conditions are the same."""
    made = [story.opened(title=f"点位{n}", region="320312" if n % 2 else "320303") for n in range(6)]
    story.do("drc-handler1", "dispatch_verification", made[1], findings=["inspect_site"])
    for wanted, there in (
        (CaseFilter(region="320312"), [5, 3, 1]),
        (CaseFilter(region="320312", stage="monitoring"), [5, 3]),
        (CaseFilter(region="320312", stage="verification"), [1]),
        (CaseFilter(region="320312", q="点位3"), [3]),
        (CaseFilter(region="3203", stage="verification"), [1]),
    ):
        pages = walked(who("drc-handler1"), wanted, exact=False)
        assert ids(pages) == [made[n].case_id for n in there]
        assert {page.total for page in pages} == {len(there)}
        assert count_cases(who("drc-handler1"), [wanted]) == [len(there)]
        assert list_cases(who("grid-handler1"), wanted).rows == []

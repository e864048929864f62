"""Cases and tasks of somebody with posts in several agencies; the cap of a total; how many statements a list costs."""

from __future__ import annotations

import pytest

from agencies.actors import find_actor, system_actor
from agencies.models import Agency, User
from agencies.services import grant_role
from audit import clock
from cases.selectors import cases as lists
from cases.selectors.attachments import list_attachments
from cases.selectors.case import find_case_id, get_case
from cases.selectors.cases import CaseFilter, list_cases
from cases.selectors.events import EventFilter, search_events
from cases.selectors.tasks import TaskFilter, list_tasks
from cases.selectors.timeline import timeline


@pytest.fixture
def both(demo_city):
    """A handler of the commission who is one of the grid company as well."""

    def grant(username="drc-handler1", agency="320300-grid", role="handler"):
        user, there = User.objects.get(username=username), Agency.objects.get(code=agency)
        grant_role(actor=system_actor(), user=user, agency=there, role=role, now=clock.now())
        return find_actor(username)

    return grant


def test_a_case_seen_through_two_agencies_is_listed_once(do, opened, both):
    ids = [opened(title=f"点位 {n}") for n in range(5)]
    for case in ids[:3]:
        do("drc-handler1", "dispatch_verification", case, findings=["check_consumption"])
    actor = both()
    seen, cursor = [], None
    while True:
        page = list_cases(actor, CaseFilter(), cursor=cursor, size=2)
        assert (page.total, page.exact) == (5, True)
        seen += [row["id"] for row in page.rows]
        cursor = page.next
        if cursor is None:
            break
    assert seen == ids[::-1]


def test_tasks_of_both_agencies_are_one_list_in_due_order(do, opened, both):
    for n in range(4):
        case = opened(title=f"点位 {n}")
        if n % 2:
            do("drc-handler1", "dispatch_verification", case, findings=["check_consumption"])
    actor = both()
    page = list_tasks(actor, TaskFilter(), now=clock.now())
    assert (page.total, page.exact) == (4, True)
    assert [row["due_at"] for row in page.rows] == sorted(row["due_at"] for row in page.rows)
    assert {row["agency"]["code"] for row in page.rows} == {"320300-drc", "320300-grid"}
    grid = Agency.objects.get(code="320300-grid").pk
    assert list_tasks(actor, TaskFilter(agency_id=grid), now=clock.now()).total == 2
    assert list_tasks(actor, TaskFilter(stage="verification"), now=clock.now()).total == 2


def test_an_administrator_and_the_system_read_nothing(opened, who):
    case = opened()
    for actor in (who("admin1"), system_actor()):
        assert find_case_id(actor, case) is None
        assert get_case(actor, case) is None
        assert timeline(actor, case) is None
        assert list_cases(actor, CaseFilter()).total == 0
        assert list_tasks(actor, TaskFilter(), now=clock.now()).total == 0
        assert list_attachments(actor, case) == []
        assert not any(row["case"] for row in search_events(actor, EventFilter()).rows)


def test_beyond_the_cap_the_total_says_that_it_is_more(opened, who, monkeypatch):
    for n in range(4):
        opened(title=f"点位 {n}")
    monkeypatch.setattr(lists, "CAP", 2)
    monkeypatch.setattr("cases.selectors.paging.CAP", 2)
    actor = who("drc-handler1")
    first = list_cases(actor, CaseFilter(), size=2)
    assert (first.total, first.exact, first.total_text) == (2, False, "2+")
    second = list_cases(actor, CaseFilter(), cursor=first.next, size=2)
    assert (second.total, second.exact) == (2, False)
    assert [row["title"] for row in first.rows + second.rows] == ["点位 3", "点位 2", "点位 1", "点位 0"]
    assert second.next is None


def test_lists_cost_one_statement_however_long_they_are(opened, who, django_assert_num_queries):
    actor = who("drc-handler1")
    for n in range(6):
        opened(title=f"点位 {n}")
    case = opened()
    list_cases(actor, CaseFilter())
    for read in (
        lambda: list_cases(actor, CaseFilter(stage="monitoring", q="点位")),
        lambda: search_events(actor, EventFilter()),
    ):
        with django_assert_num_queries(1):
            read()
    # One case is asked about first: how much of it this person reads.
    for read in (lambda: get_case(actor, case), lambda: timeline(actor, case)):
        with django_assert_num_queries(2):
            read()


def test_a_search_takes_its_words_literally(opened, who):
    opened(title="100%_点位")
    opened(title="别的\\点位")
    actor = who("drc-handler1")
    for words, found in (
        ("100%_", 1),
        ("0%_", 1),
        ("%", 1),
        ("__", 0),
        ("的\\点", 1),
        ("点位", 2),
        ("点", 2),
        ("'", 0),
    ):
        assert list_cases(actor, CaseFilter(q=words)).total == found, words


def test_the_beginning_of_a_number_finds_what_begins_so_and_a_whole_number_only_itself(opened, who):
    actor = who("drc-handler1")
    numbers = sorted(get_case(actor, opened(title=f"点位{n}"))["number"] for n in range(3))

    def found(words):
        return sorted(row["number"] for row in list_cases(actor, CaseFilter(q=words)).rows)

    assert found(numbers[0]) == found(numbers[0].lower()) == [numbers[0]]
    assert found(numbers[0][:-1]) == [number for number in numbers if number.startswith(numbers[0][:-1])]
    assert found(numbers[0][:5]) == numbers
    assert found("XZ26-9999") == []
    assert list_cases(actor, CaseFilter(q=numbers[0], stage="closed")).rows == []

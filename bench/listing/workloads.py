"""The pages of `bench.lists`: each by its selectors and by hand."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, NamedTuple

from bench.sandbox import Sandbox

PAGE = 20
DEPTH = 1_000
GROUP = 12
DISTRICT, STAGE = "320302", "verification"
HANDLER, SUPERVISOR = "320300-drc-p1", "320000-supervision-p1"


class Workload(NamedTuple):
    """The same page twice: `selector` returns (rows, total) to `who`, `sql` runs the hand-written statements."""

    name: str
    who: Any
    selector: Callable[[], tuple[int, int]]
    sql: Callable[[], int]


def workloads(box: Sandbox, superuser: Any) -> Iterator[Workload]:
    from agencies.actors import find_actor
    from bench.listing.by_hand import Plain
    from bench.listing.dashboard import dashboards
    from config.embedded import OWNER_ROLE

    plain = Plain(box.connect(OWNER_ROLE), superuser)  # by hand, hence behind the wall
    handler, supervisor = find_actor(HANDLER), find_actor(SUPERVISOR)
    agency = handler.agency_ids[0]
    yield from _task_lists(plain, handler, agency)
    yield from _standing(plain, handler, agency)
    yield from _histories(plain, handler, supervisor)
    yield from _case_lists(plain, handler, agency)
    yield from _orders(plain, handler, agency)
    yield from _values(plain, superuser, handler, agency)
    # Last: it writes facts that the lists above are not measured with.
    yield from dashboards(plain, superuser, {"province": supervisor, "city": handler})


def _task_lists(plain: Any, handler: Any, agency: int) -> Iterator[Workload]:
    from cases.selectors.tasks import BY_DUE, TaskFilter, list_tasks

    now = datetime.now(UTC)

    def page(wanted: TaskFilter, mark: Callable[[], Any]) -> tuple[int, int]:
        found = list_tasks(handler, wanted, now=now, cursor=mark()[0], size=PAGE)
        return len(found.rows), found.total

    def plainly(wanted: TaskFilter, mark: Callable[[], Any]) -> int:
        return int(plain.tasks(agency, wanted.stage, wanted.region, mark()[1], PAGE))

    first = _turns([(None, None)])
    for suffix, wanted in (("", TaskFilter()), ("_district_stage", TaskFilter(stage=STAGE, region=DISTRICT))):
        yield Workload(f"tasks_first{suffix}", handler, partial(page, wanted, first), partial(plainly, wanted, first))
        places = plain.places(agency, wanted.stage, wanted.region, PAGE * DEPTH, 50)
        if places:
            marks = [(BY_DUE.encode({"due_at": due, "id": id_}, backward=False), (due, id_)) for due, id_ in places]
            deep = _turns(marks)
            yield Workload(
                f"tasks_page_{DEPTH}{suffix}", handler, partial(page, wanted, deep), partial(plainly, wanted, deep)
            )


def _standing(plain: Any, handler: Any, agency: int) -> Iterator[Workload]:
    """The group 暂停计时 of the workbench, and its tiles, which leave those tasks out."""
    from cases.selectors.desk.counts import cells, count
    from cases.selectors.tasks import TaskFilter, list_tasks
    from cases.web.show.tasks import cuts

    plain.pause_some()
    now = datetime.now(UTC)
    today_end, week_end = cuts(now)

    def group() -> tuple[int, int]:
        found = list_tasks(handler, TaskFilter(paused=True), now=now, size=GROUP)
        return len(found.rows), found.total

    def tiles() -> tuple[int, int]:
        found = cells(handler, now=now, today_end=today_end, week_end=week_end)
        return len(found), count(found)

    yield Workload("tasks_paused", handler, group, partial(plain.paused, agency, GROUP))
    yield Workload("tiles", handler, tiles, partial(plain.tiles, agency, now, today_end, week_end))


def _histories(plain: Any, handler: Any, supervisor: Any) -> Iterator[Workload]:
    from cases.selectors.events import EventFilter, search_events
    from cases.selectors.timeline import timeline

    case = _turns(plain.some_cases(handler.agency_ids[0], 200))

    def history() -> tuple[int, int]:
        found = timeline(handler, case())
        return (len(found.rows), found.total) if found else (0, 0)

    yield Workload("history_of_a_case", handler, history, lambda: plain.history(case()))
    person = _turns(plain.some_people(handler.agency_ids[0], 40))
    week = _turns([datetime(2025, 12, 1, tzinfo=UTC) + timedelta(weeks=w) for w in range(40)])

    def search() -> tuple[int, int]:
        since = week()
        wanted = EventFilter(actor_id=person(), since=since, until=since + timedelta(weeks=1))
        found = search_events(supervisor, wanted, size=PAGE)
        return len(found.rows), found.total

    yield Workload(
        "audit_person_week",
        supervisor,
        search,
        lambda: plain.person_week(person(), week(), supervisor.agency_ids[0], PAGE),
    )


def _case_lists(plain: Any, handler: Any, agency: int) -> Iterator[Workload]:
    from cases.selectors.cases import CaseFilter, list_cases

    def page(wanted: CaseFilter) -> tuple[int, int]:
        found = list_cases(handler, wanted, size=PAGE)
        return len(found.rows), found.total

    def search(words: Callable[[], str]) -> tuple[int, int]:
        return page(CaseFilter(q=words()))

    def plainly(words: Callable[[], str]) -> int:
        return int(plain.search(agency, words(), PAGE))

    for name, wanted in (
        ("cases_first", CaseFilter()),
        ("cases_stage_district", CaseFilter(stage=STAGE, region=DISTRICT)),
    ):
        yield Workload(
            name, handler, partial(page, wanted), partial(plain.cases, agency, wanted.stage, wanted.region, PAGE)
        )
    # The first city has the numbers whose last two digits are below 45 (see seed.sql).
    rare = [f"{n}号" for n in random.Random(7).sample([n for n in range(1000, 10_000) if n % 100 < 45], 40)]
    for name, choice in (("cases_search_rare", rare), ("cases_search_common", ["冷库", "网吧", "机房"])):
        yield Workload(name, handler, partial(search, _turns(choice)), partial(plainly, _turns(choice)))


def _orders(plain: Any, handler: Any, agency: int) -> Iterator[Workload]:
    """The page as it opens, in each order with its exact total; and the counts of all its views at once."""
    from cases.selectors.cases import CaseFilter, Order, Sort, count_cases, list_cases
    from cases.web.show.listing.asked import VIEWS, of_view

    now = datetime.now(UTC)
    for sort, down in ((Sort.DUE, False), (Sort.KWH, True), (Sort.UPDATED, True)):
        wanted = CaseFilter(closed=False, order=Order(sort, descending=down))

        def page(wanted: CaseFilter = wanted) -> tuple[int, int]:
            found = list_cases(handler, wanted, size=PAGE, exact=True)
            return len(found.rows), found.total

        yield Workload(f"cases_by_{sort}", handler, page, partial(plain.cases_by, agency, sort.value, PAGE))
    views = [of_view(handler, view, now) for view in VIEWS]

    def counts() -> tuple[int, int]:
        found = count_cases(handler, views)
        return len(found), found[-1]

    yield Workload("cases_counts_of_views", handler, counts, partial(plain.counts_of_views, agency, now))


def _values(plain: Any, superuser: Any, handler: Any, agency: int) -> Iterator[Workload]:
    """Two characters and more of a name or address that stands sealed, beside LIKE over the same values in clear."""
    from bench.listing.values import ROADS, seed_values
    from cases.selectors.cases import CaseFilter, Order, Sort, list_cases

    seed_values(superuser)
    due = Order(Sort.DUE, descending=False)

    def find(words: Callable[[], str]) -> tuple[int, int]:
        found = list_cases(handler, CaseFilter(q=words(), personal=True, order=due), size=PAGE, exact=True)
        return len(found.rows), found.total

    some = random.Random(3)
    choices = {
        "two_characters": ["水口", "孟庄", "人民", "青年", "大许", "棠张"],
        "a_door": [f"{some.choice(ROADS)}{some.randrange(100, 999)}号" for _ in range(40)],
        "nothing": ["蓬莱", "昆仑", "敦煌"],
    }
    for name, words in choices.items():
        yield Workload(
            f"cases_found_by_{name}",
            handler,
            partial(find, _turns(words)),
            partial(plain.found_in_clear, agency, _turns(words), PAGE),
        )


def _turns(values: list[Any]) -> Callable[[], Any]:
    """The values one after the other, again and again, in a fixed mixed order."""
    mixed = list(values)
    random.Random(11).shuffle(mixed)
    state = {"i": -1}

    def following() -> Any:
        state["i"] += 1
        return mixed[state["i"] % len(mixed)]

    return following

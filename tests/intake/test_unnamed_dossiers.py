"""A case without a name is nobody's: an address brings no row into a dossier with a name, nor takes one along."""

from __future__ import annotations

from itertools import permutations

import pytest

from agencies.actors import find_actor
from audit import clock
from bench.worlds.catalogue import KINDS, make_world
from bench.worlds.importing import import_world
from cases.models import Case, PersonalRecord, Signal, SiteSuggestion
from cases.workflow.engine import perform
from tests.intake.samples import bring, partition, rows_of
from tests.intake.small import FLAT, NEXT_DOOR, ONE, OTHER, TELECOM, TRACE, cases, located, meters, seen, sheet

pytestmark = pytest.mark.usefixtures("demo_city")
SUN = ("xz01@adsl", "孙玲", FLAT)
LI = ("xz02@adsl", "李敏", NEXT_DOOR)
Rows = tuple[tuple[object, ...], ...]


def act(case: Case, who: str, action: str, **data: object) -> None:
    perform(
        case_id=case.id,
        action=action,
        actor=find_actor(who),
        data=data,
        expected_version=None,
        idempotency_key=None,
        now=clock.now(),
    )


def the_case(number: str | None) -> Case:
    return Case.objects.get(number=number)


@pytest.mark.parametrize("replies_first", [False, True])
@pytest.mark.parametrize("turned", [False, True])
def test_of_two_ports_of_one_address_only_the_answered_one_is_in_the_named_dossier(
    *, replies_first: bool, turned: bool
) -> None:
    rows = seen(1, ONE, 1001, 1), seen(2, ONE, 2002, 1)
    lists = [
        ("telecom", sheet(TELECOM, *(rows[::-1] if turned else rows)), "名单"),
        ("trace", sheet(TRACE, located(ONE, 1001, 1, *SUN)), "答复"),
    ]
    for kind, content, name in reversed(lists) if replies_first else lists:
        bring(kind, content, name=name)
    found = dict(zip([2, 1] if turned else [1, 2], cases("名单"), strict=True))
    assert found[1] != found[2], "a stranger's port stands in a named dossier"
    assert the_case(found[1]).title.startswith("云龙区 居民用户")
    assert "待溯源" in the_case(found[2]).title
    assert cases("答复") == [found[1]]
    assert {record.case.number for record in PersonalRecord.objects.select_related("case")} == {found[1]}
    pair = SiteSuggestion.objects.get()
    assert (pair.state, pair.reasons) == ("open", ["lead", "one_named"])
    assert {pair.one_id, pair.other_id} == {the_case(number).id for number in found.values()}


def test_the_signal_goes_with_the_answered_row_and_the_rest_of_the_case_stays() -> None:
    bring("telecom", sheet(TELECOM, *(seen(n, ONE, 1000 + n, n) for n in (1, 2, 3))), name="名单")
    (number,) = set(cases("名单"))
    bring("trace", sheet(TRACE, located(ONE, 1001, 1, *SUN)), name="答复")
    live = Signal.objects.filter(withdrawn_at=None).order_by("row__number")
    assert [signal.case.number for signal in live] == cases("名单")
    assert cases("名单")[1:] == [number, number]
    assert rows_of("答复")[0]["effect"] == "new_case"
    left = the_case(number)
    assert (left.stage, left.sites.get().located) == ("monitoring", False)


@pytest.mark.parametrize("day", [2, 25, 60])
def test_an_address_that_had_a_subscriber_once_brings_no_row_to_him(day: int) -> None:
    bring("telecom", sheet(TELECOM, seen(1, ONE, 1001, 1)), name="名单")
    bring("trace", sheet(TRACE, located(ONE, 1001, 1, *SUN)), name="答复")
    when = f"2026-10-{day:02d}" if day < 31 else "2026-11-30"
    # The same port as well: a port is given out anew within minutes.
    bring("telecom", sheet(TELECOM, (2, ONE, 1001, "xmr.pool.example", f"{when} 08:00", "", "云龙区")), name="又")
    assert cases("又") != cases("名单")
    reasons = ["lead", "one_named"] if day < 31 else ["lead_far"]
    assert SiteSuggestion.objects.get().reasons == reasons


def test_a_case_whose_rows_are_all_one_subscribers_keeps_its_number() -> None:
    bring("telecom", sheet(TELECOM, *(seen(n, ONE, 1000 + n, n) for n in (1, 2, 3))), name="名单")
    before = cases("名单")
    bring("trace", sheet(TRACE, *(located(ONE, 1000 + n, n, *SUN) for n in (1, 2, 3))), name="答复")
    assert cases("名单") == before
    assert Case.objects.count() == 1
    assert not Signal.objects.exclude(withdrawn_at=None).exists()


def test_a_case_answered_bit_by_bit_is_the_last_ones_and_none_is_left_empty() -> None:
    bring("telecom", sheet(TELECOM, *(seen(n, ONE, 1000 + n, n) for n in (1, 2, 3))), name="名单")
    number = cases("名单")[0]
    bring("trace", sheet(TRACE, located(ONE, 1001, 1, *SUN)), name="甲")
    bring("trace", sheet(TRACE, located(ONE, 1002, 2, *LI)), name="乙")
    first, second, third = cases("名单")
    assert third == number
    assert len({first, second, third}) == 3
    bring("trace", sheet(TRACE, located(ONE, 1003, 3, *SUN)), name="丙")
    assert cases("名单") == [first, second, first]
    assert the_case(number).merged_into == the_case(first)
    assert SiteSuggestion.objects.filter(state="open").count() <= 1


def test_two_subscribers_who_have_cases_already_take_their_rows_out_of_a_case_that_is_answered_whole() -> None:
    meters(("3203000000017", "孙玲", FLAT), ("3203000000018", "李敏", NEXT_DOOR))
    sun, li = cases("户")
    bring("telecom", sheet(TELECOM, *(seen(n, ONE, 1000 + n, n) for n in (1, 2, 3))), name="名单")
    answers = [located(ONE, 1000 + n, n, *who) for n, who in ((1, SUN), (2, LI), (3, SUN))]
    bring("trace", sheet(TRACE, *answers), name="答复")
    assert cases("名单") == [sun, li, sun]
    assert Case.objects.filter(outcome="merged").count() == 1
    assert not SiteSuggestion.objects.filter(state="open").exists()


def test_a_case_that_somebody_is_at_work_on_gives_up_the_answered_row_and_nothing_else() -> None:
    bring("telecom", sheet(TELECOM, *(seen(n, ONE, 1000 + n, n) for n in (1, 2))), name="名单")
    case = the_case(cases("名单")[0])
    act(case, "drc-handler1", "dispatch_verification", findings=["trace_subscriber"])
    case.refresh_from_db()
    before = (case.stage, case.title, case.region_code, case.version)
    bring("trace", sheet(TRACE, located(ONE, 1001, 1, *SUN)), name="答复")
    case.refresh_from_db()
    assert (case.stage, case.title, case.region_code, case.version) == before
    assert cases("名单")[1] == case.number != cases("名单")[0]


def test_a_closed_case_gives_up_the_answered_row_and_stays_closed() -> None:
    bring("telecom", sheet(TELECOM, *(seen(n, ONE, 1000 + n, n) for n in (1, 2))), name="名单")
    case = the_case(cases("名单")[0])
    act(case, "drc-handler1", "propose_exclusion", reason_code="browsing", explanation="误报")
    act(case, "drc-reviewer1", "decide_exclusion", decision="approve")
    case.refresh_from_db()
    before = (case.stage, case.outcome, case.title, case.version)
    bring("trace", sheet(TRACE, located(ONE, 1001, 1, *SUN)), name="答复")
    case.refresh_from_db()
    assert (case.stage, case.outcome, case.title, case.version) == before
    assert cases("名单")[1] == case.number != cases("名单")[0]


def test_a_new_sight_at_a_closed_households_address_accuses_nobody() -> None:
    bring("telecom", sheet(TELECOM, seen(1, ONE, 1001, 1)), name="名单")
    bring("trace", sheet(TRACE, located(ONE, 1001, 1, *SUN)), name="答复")
    case = the_case(cases("名单")[0])
    act(case, "drc-handler1", "propose_exclusion", reason_code="browsing", explanation="误报")
    act(case, "drc-reviewer1", "decide_exclusion", decision="approve")
    bring("telecom", sheet(TELECOM, seen(2, ONE, 2002, 3)), name="又")
    again = the_case(cases("又")[0])
    assert "relapse" not in again.facts
    assert "待溯源" in again.title


def test_the_case_of_an_answered_row_is_as_urgent_as_the_one_it_left_and_tells_of_the_coin() -> None:
    header = (*TELECOM, "币种", "级别")
    rows = [(*seen(n, ONE, 1000 + n, n), "门罗币", "重点") for n in (1, 2)]
    bring("telecom", sheet(header, *rows), name="名单")
    left = the_case(cases("名单")[1])
    bring("trace", sheet(TRACE, located(ONE, 1001, 1, *SUN)), name="答复")
    case = the_case(cases("名单")[0])
    assert case != left
    assert case.level == left.level
    assert case.title.partition(" · ")[2] == left.title.partition(" · ")[2]


# One address on three days, each a fortnight or more from the next: named in the middle, and not near without it.
CHAIN: Rows = (
    (1, ONE, 1001, "xmr.pool.example", "2026-08-01 08:00", "", "云龙区"),
    (2, ONE, 2002, "xmr.pool.example", "2026-08-25 08:00", "", "云龙区"),
    (3, ONE, 3003, "xmr.pool.example", "2026-09-20 08:00", "", "云龙区"),
)
ANSWER = (ONE, 2002, "2026/8/25 8:00", "已定位", "xz01@adsl", "孙玲", "13800001111", FLAT)


@pytest.mark.parametrize("order", list(permutations("123答")), ids="".join)
def test_what_a_named_sight_lies_between_is_one_in_every_order(order: tuple[str, ...]) -> None:
    for each in order:
        content = sheet(TRACE, ANSWER) if each == "答" else sheet(TELECOM, CHAIN[int(each) - 1])
        bring("trace" if each == "答" else "telecom", content, name=each)
    first, middle, last = (cases(name)[0] for name in "123")
    assert first == last != middle


ORDERS = (KINDS, KINDS[::-1], ("trace", "telecom", "tips", "grid"), ("grid", "telecom", "tips", "trace"))
FIRST: dict[str, object] = {}


@pytest.mark.parametrize("order", ORDERS, ids="-".join)
def test_every_row_of_a_city_is_with_the_same_others_in_any_order_of_the_files(order: tuple[str, ...]) -> None:
    found = partition(import_world(make_world("3206", sites=90), order))
    assert any(len(part) > 1 for part in found)
    assert found == FIRST.setdefault("parts", found)


def test_rows_of_another_address_are_not_asked_about() -> None:
    bring("telecom", sheet(TELECOM, seen(1, ONE, 1001, 1), seen(2, OTHER, 2002, 1)), name="名单")
    bring("trace", sheet(TRACE, located(ONE, 1001, 1, *SUN)), name="答复")
    assert not SiteSuggestion.objects.exists()

"""The code for the second person: six digits, ten minutes, once, another person, few tries; a way, no permission."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from agencies.access.sessions import UNATTENDED
from agencies.actors import find_actor
from agencies.sight import seeing
from audit import clock
from audit.models import Event
from audit.sight import nobody, working_as
from cases.models import SecondCode
from cases.workflow.errors import GuardRefused, InvalidInput, NotAllowed, NotVisible
from cases.workflow.second import codes
from cases.workflow.second.redeeming import CodeRefused, TooManyTries, redeem
from tests.wall.conftest import rows
from tests.web.conftest import LogIn
from tests.web.test_acts import text
from tests.web.test_cut_pages import cut
from tests.workflow.world import World

ACT = "confirm_suspension"


@pytest.fixture
def at_the_meter(demo_city: None) -> tuple[World, str]:
    """A case whose cut was made by grid-crew1 and waits for its confirmation."""
    world = World()
    case = cut(world)
    clock.set_clock(world.later(minutes=5), frozen=True)
    return world, case


def shown(case: str, who: str = "grid-crew1", *, now: Any = None) -> codes.Shown:
    return codes.mint(find_actor(who), case, ACT, now=now or clock.now())


def confirmed(world: World, case: str) -> None:
    world.later(minutes=1)
    done = {"confirmed_at": world.iso, "load_is_zero": True, "reading": "1204.5"}
    world.act(case, "grid-crew2", ACT, **done)


def told() -> list[tuple[str, str]]:
    events = Event.objects.filter(stream__startswith="account/", action__startswith="second_code").order_by("id")
    return [(event.stream, event.action) for event in events]


def test_a_code_leads_another_person_to_the_act_and_only_once(at_the_meter: tuple[World, str]) -> None:
    _, case = at_the_meter
    code, second = shown(case).code, find_actor("grid-crew2")
    assert re.fullmatch(r"\d{6}", code)
    found = redeem(f" {code[:3]} {code[3:]} ", second, now=clock.now())
    assert (str(found.case_id), found.action) == (case, ACT)
    with pytest.raises(CodeRefused, match="已用过"):
        redeem(code, find_actor("grid-crew2"), now=clock.now())
    assert told() == [
        ("account/grid-crew1", "second_code_minted"),
        ("account/grid-crew2", "second_code_used"),
        ("account/grid-crew2", "second_code_refused"),
    ]


def test_the_person_who_showed_it_cannot_use_it(at_the_meter: tuple[World, str]) -> None:
    _, case = at_the_meter
    code = shown(case).code
    with pytest.raises(CodeRefused, match="你自己出示的"):
        redeem(code, find_actor("grid-crew1"), now=clock.now())
    assert redeem(code, find_actor("grid-crew2"), now=clock.now()).action == ACT, "it is not used up by that"


def test_a_code_ends_after_ten_minutes_and_with_the_next_one(at_the_meter: tuple[World, str]) -> None:
    _, case = at_the_meter
    now, second = clock.now(), find_actor("grid-crew2")
    first = shown(case)
    with pytest.raises(CodeRefused, match="已过期"):
        redeem(first.code, second, now=now + timedelta(minutes=10))
    again = shown(case)
    # Where the clock stands still, both were shown at one moment.
    current = codes.current(find_actor("grid-crew1"), case, ACT)
    assert current is not None
    assert (current.code, current.open_at(now)) == (again.code, True)
    with pytest.raises(CodeRefused, match="已换了新的"):
        redeem(first.code, second, now=now + timedelta(minutes=1))
    assert redeem(again.code, second, now=now + timedelta(minutes=9, seconds=59)).action == ACT


def test_after_five_refusals_no_code_is_taken_for_ten_minutes(at_the_meter: tuple[World, str]) -> None:
    _, case = at_the_meter
    now, second, code = clock.now(), find_actor("grid-crew2"), shown(case).code
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    for typed in (wrong, wrong, "12", "", wrong):
        with pytest.raises(CodeRefused, match="没有这个确认码"):
            redeem(typed, second, now=now)
    with pytest.raises(TooManyTries):
        redeem(code, second, now=now)
    assert redeem(code, find_actor("grid-reviewer1"), now=now).action == ACT, "the others are not held up"
    later = now + timedelta(minutes=10, seconds=1)
    with pytest.raises(CodeRefused):
        redeem(code, second, now=later)


def test_who_does_not_see_the_case_or_may_not_do_the_act_gets_nowhere(at_the_meter: tuple[World, str]) -> None:
    _, case = at_the_meter
    code = shown(case).code
    with pytest.raises(CodeRefused, match="没有这个确认码"):
        redeem(code, find_actor("nj-drc-handler1"), now=clock.now())
    with pytest.raises(NotAllowed):
        redeem(code, find_actor("cac-handler1"), now=clock.now())
    assert redeem(code, find_actor("grid-crew2"), now=clock.now()).action == ACT


def test_a_code_is_shown_by_who_did_the_first_half_while_the_second_waits(at_the_meter: tuple[World, str]) -> None:
    world, case = at_the_meter
    for who in ("grid-crew2", "grid-handler1"):
        with pytest.raises(GuardRefused):
            shown(case, who)
    with pytest.raises(NotVisible):
        shown(case, "nj-drc-handler1")
    with pytest.raises(InvalidInput):
        codes.mint(find_actor("grid-crew1"), case, "execute_suspension", now=clock.now())
    code = shown(case).code
    confirmed(world, case)
    with pytest.raises(GuardRefused):
        shown(case)
    with pytest.raises(GuardRefused):
        redeem(code, find_actor("grid-reviewer1"), now=clock.now())


def test_a_code_of_one_case_opens_no_other(at_the_meter: tuple[World, str]) -> None:
    world, case = at_the_meter
    other = cut(world)
    clock.set_clock(world.later(minutes=5), frozen=True)
    mine, theirs = shown(case), shown(other)
    assert mine.code != theirs.code
    second = find_actor("grid-crew2")
    assert str(redeem(theirs.code, second, now=clock.now()).case_id) == other
    assert str(redeem(mine.code, second, now=clock.now()).case_id) == case


def test_the_digits_stand_nowhere_in_the_table_or_the_trail(at_the_meter: tuple[World, str]) -> None:
    _, case = at_the_meter
    code = shown(case).code
    row = SecondCode.objects.get()
    kept = [bytes(row.nonce), bytes(row.hashed), str(row.id).encode()]
    kept += [bytes(event.body) for event in Event.objects.filter(action="second_code_minted")]
    assert not any(code.encode() in each for each in kept)
    assert codes.code_of(row) == code


@pytest.mark.own_sight
def test_the_database_shows_a_code_to_the_two_persons_and_to_nobody_else(demo_city: None) -> None:
    with working_as("tests"):
        world = World()
        case = cut(world)
        clock.set_clock(world.later(minutes=5), frozen=True)
    first, second, third = (find_actor(name) for name in ("grid-crew1", "grid-crew2", "grid-reviewer1"))
    with seeing(first):
        code = codes.mint(first, case, ACT, now=clock.now()).code
    counts = []
    for actor in (first, second, third):
        with seeing(actor):
            counts.append(rows("SELECT count(*) FROM cases_secondcode")[0][0])
    assert counts == [1, 0, 0]
    with seeing(second):
        redeem(code, second, now=clock.now())
        assert rows("SELECT count(*) FROM cases_secondcode")[0][0] == 1
        assert rows("UPDATE cases_secondcode SET used_at = now() RETURNING 1") == []
    with seeing(third), pytest.raises(CodeRefused):
        redeem(code, third, now=clock.now())
    with nobody():
        assert codes.discard_expired(clock.now() + timedelta(hours=24)) == 0
        assert codes.discard_expired(clock.now() + timedelta(hours=25)) == 1


def test_the_pages_from_one_person_to_the_other(at_the_meter: tuple[World, str], log_in: LogIn) -> None:
    world, case = at_the_meter
    number = world.view(case).number
    first, second = log_in("grid-crew1"), log_in("grid-crew2")
    page = f"/cases/{number}/second/{ACT}/"
    own = first.get(f"/cases/{number}/actions/{ACT}/")
    assert f'href="{page}">请第二人确认</a>' in own.content.decode(), "whoever may not is led to who may"
    assert page not in log_in("grid-handler1").get(f"/cases/{number}/actions/{ACT}/").content.decode()
    assert "等待第二人：复核停电" in text(first.get(page))
    assert first.post(page)["Location"] == page
    waiting = first.get(page)
    assert "等待第二人确认：复核停电" in text(waiting)
    content = waiting.content.decode()
    code = re.search(r"data-code>(\d{3}) (\d{3})<", content)
    assert code
    assert content.count("<svg") > 1
    digits = code[1] + code[2]

    assert second.get(page)["Location"] == f"/cases/{number}/actions/{ACT}/", "who may do it is led there"
    typed = second.get("/second/", {"code": digits})
    assert f'value="{digits}"' in typed.content.decode()
    own = first.post("/second/", {"code": digits})
    assert own.status_code == 400
    assert "须由另一人用本人账号确认" in text(own)
    led = second.post("/second/", {"code": digits})
    assert led["Location"] == f"/cases/{number}/actions/{ACT}/"
    entered = second.get(led["Location"])
    assert "实施人填写的内容" in text(entered)

    state = f"/second/state/?case={number}&act={ACT}"
    looking = text(first.get(state))
    assert "已用确认码，正在核对" in looking
    assert find_actor("grid-crew2").display_name in looking
    assert second.get(state).status_code == 404, "it is the first person's page"
    confirmed(world, case)
    after = first.get(state)
    assert "确认" in text(after)
    assert "hx-get" not in after.content.decode(), "nothing more to wait for"
    assert re.search(r"已于 \d\d:\d\d 确认", text(after))


def test_asking_how_it_stands_is_no_sign_of_a_person() -> None:
    assert "/second/state/" in UNATTENDED


def test_others_have_no_such_page(at_the_meter: tuple[World, str], log_in: LogIn) -> None:
    world, case = at_the_meter
    page = f"/cases/{world.view(case).number}/second/{ACT}/"
    assert log_in("nj-drc-handler1").get(page).status_code == 404
    refused: Client = log_in("cac-handler1")
    assert refused.get(page).status_code == 409
    assert refused.get(page.replace(ACT, "comment")).status_code == 404

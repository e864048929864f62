"""Eight writers on one stream: no gap, no fork, and whoever loses is told so."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection, transaction

from audit.chain import NO_PREV, check_link, leaf
from audit.errors import StaleHeadError
from audit.log import build_body, encode_body
from audit.models import Event
from audit.services import append_body
from audit.verification import verify

from .conftest import ADMIN, NINE, Record

pytestmark = pytest.mark.usefixtures("fresh_db")
WRITERS, TURNS, STREAM = 8, 25, "config/race"


def race(work: Callable[[int], Any]) -> list[Any]:
    """What the eight threads return, all started at the same moment."""
    start = Barrier(WRITERS)

    def run(writer: int) -> Any:
        start.wait()
        try:
            return work(writer)
        finally:
            connection.close()

    with ThreadPoolExecutor(WRITERS) as pool:
        return list(pool.map(run, range(WRITERS)))


def chain() -> list[Event]:
    """The events of the stream, after checking that each follows the one before."""
    rows = list(Event.objects.filter(stream=STREAM).order_by("seq"))
    seq, head = 0, NO_PREV
    for row in rows:
        assert check_link(head_seq=seq, head_leaf=head, seq=row.seq, prev=bytes(row.prev)) is None
        seq, head = row.seq, leaf(bytes(row.body))
    return rows


def test_eight_threads_that_wait_for_the_head_all_get_their_events_in(note: Record) -> None:
    race(lambda writer: [note(STREAM, writer=writer, turn=turn) for turn in range(TURNS)])
    assert len(chain()) == WRITERS * TURNS
    assert verify().ok


def test_of_eight_threads_that_append_to_the_same_head_one_wins_each_turn_and_seven_are_told(note: Record) -> None:
    def attempt(writer: int) -> list[str]:
        """Append to whatever head is there, without waiting: one outcome for each try."""
        outcomes = []
        for turn in range(TURNS):
            head = Event.objects.filter(stream=STREAM).order_by("-seq").first()
            seq, prev = (head.seq, bytes(head.leaf)) if head else (0, NO_PREV)
            members = {"data": {"writer": writer, "turn": turn}}
            body = build_body(
                stream=STREAM, seq=seq + 1, prev=prev, at=NINE, action="role_granted", actor=ADMIN, members=members
            )
            try:
                with transaction.atomic():
                    append_body(encode_body(body))
                outcomes.append("won")
            except StaleHeadError as lost:
                outcomes.append(str(lost))
        return outcomes

    outcomes = [outcome for thread in race(attempt) for outcome in thread]
    won = outcomes.count("won")
    assert len(chain()) == won
    assert 0 < won < WRITERS * TURNS
    for outcome in outcomes:
        assert outcome == "won" or outcome.startswith("该记录链已有新的事件，请重新读取后再提交")
    assert verify().ok


def test_exactly_one_of_eight_threads_writes_the_first_event() -> None:
    body = encode_body(build_body(stream=STREAM, seq=1, at=NINE, action="role_granted", actor=ADMIN))

    def attempt(_writer: int) -> bool:
        try:
            with transaction.atomic():
                append_body(body)
        except StaleHeadError:
            return False
        return True

    assert race(attempt).count(True) == 1
    assert len(chain()) == 1

"""Every way in which the books may be wrong has its name; right books have none."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.drills.telling.books import DISORDERED, DOUBLED, LOST, REFUSED, Books, Delivery, Event, Message, Row, flaws


def act(case: str, version: int, opened: dict[str, str], closed: dict[str, str]) -> dict[str, object]:
    receipt = {"case": case, "version": version, "event": version, "leaf": f"{case}{version}"}
    return {**receipt, "action": "act", "opened": opened, "closed": closed}


def right() -> Books:
    """Two cases of two acts: the first opens a task and tells 甲 and 乙, the second ends it and tells 甲."""
    books = Books("peace", [])
    for place, case in enumerate(("peace", "case")):
        task, first = f"task of {case}", 10 * place
        books.acts = [*books.acts, act(case, 1, {task: "triage"}, {}), act(case, 2, {}, {task: "done"})]
        books.events += [Event(case, 1, 1, f"{case}1"), Event(case, 2, 2, f"{case}2")]
        books.versions[case] = 2
        books.tasks.append((task, case, "done"))
        books.rows += [Row(first, case, 1, ("opened", "triage"), True), Row(first + 1, case, 2, ("ended", ""), True)]
        books.messages += [
            Message(first, "甲", (1, first)),
            Message(first, "乙", (1, first + 1)),
            Message(first + 1, "甲", (2, first + 2)),
        ]
        books.deliveries += [
            Delivery(f"{first}", first, "甲", "sent"),
            Delivery(f"{first + 1}", first + 1, "甲", "sent"),
        ]
        books.received = [*books.received, f"{first}", f"{first}", f"{first + 1}"]
    return books


def swapped(books: Books) -> None:
    books.messages[3] = books.messages[3]._replace(seen=(3, 99))


def seen_late(books: Books) -> None:
    books.messages[3] = books.messages[3]._replace(seen=(9, 10))


def test_right_books_have_no_flaw() -> None:
    assert flaws(right()) == []
    assert right().again == 2


@pytest.mark.parametrize(
    ("wrong", "kind"),
    [
        (lambda books: books.events.pop(), LOST),
        (lambda books: books.events.append(Event("case", 3, 3, "x")), DOUBLED),
        (lambda books: books.events.append(Event("second", 1, 4, "x")), DOUBLED),
        (lambda books: books.versions.update(case=1), LOST),
        (lambda books: books.versions.update(case=3), DOUBLED),
        (lambda books: books.versions.update(second=1), DOUBLED),
        (lambda books: books.tasks.pop(), LOST),
        (lambda books: books.tasks.append(("another", "case", "open")), DOUBLED),
        (lambda books: books.tasks.__setitem__(1, ("task of case", "case", "open")), LOST),
        (lambda books: books.rows.__setitem__(3, books.rows[3]._replace(delivered=False)), LOST),
        (lambda books: books.rows.append(Row(30, "case", 2, ("ended", ""), True)), DOUBLED),
        (lambda books: books.messages.pop(), LOST),
        (lambda books: books.messages.append(Message(10, "乙", (1, 20))), DOUBLED),
        (lambda books: books.messages.append(Message(11, "丙", (2, 20))), DOUBLED),
        (lambda books: books.deliveries.__setitem__(3, books.deliveries[3]._replace(state="waiting")), LOST),
        (
            lambda books: books.deliveries.append(Delivery("12", 10, "甲", "sent")) or books.received.insert(0, "12"),
            DOUBLED,
        ),
        (lambda books: books.received.pop(), LOST),
        (lambda books: books.received.append("strange"), DOUBLED),
        (lambda books: books.received.reverse(), DISORDERED),
        (swapped, DISORDERED),
        (seen_late, DISORDERED),
        (lambda books: books.acts.append({"case": "case", "action": "act", "refused": "stale"}), REFUSED),
    ],
)
def test_each_wrong_entry_is_named(wrong: Callable[[Books], object], kind: str) -> None:
    books = right()
    wrong(books)
    assert {flaw.kind for flaw in flaws(books)} == {kind}


def test_a_receipt_that_is_not_the_events_is_noticed() -> None:
    books = right()
    books.events[3] = books.events[3]._replace(leaf="another")
    assert {flaw.kind for flaw in flaws(books)} == {LOST, DOUBLED}

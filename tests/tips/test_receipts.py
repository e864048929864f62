"""The number of a tip survives being copied by hand, and is not to be guessed."""

from __future__ import annotations

import os

from cases.intake.tips import receipts


def drawn(n: int) -> list[str]:
    return [receipts.draw(os.urandom(16)) for _ in range(n)]


def test_a_number_is_the_same_for_the_same_tip_and_another_for_another() -> None:
    assert receipts.draw(b"a" * 16) == receipts.draw(b"a" * 16)
    numbers = drawn(500)
    assert len(set(numbers)) == 500
    assert {len(number) for number in numbers} == {13}
    assert {mark for number in numbers for mark in number} == set(receipts.ALPHABET), "every mark is used"


def test_it_is_read_however_it_is_written() -> None:
    for number in drawn(50):
        grouped = receipts.shown(number)
        for typed in (number, grouped, grouped.lower(), f" {grouped} ", grouped.replace("0", "O").replace("1", "l")):
            assert receipts.read(typed) == number, typed


def test_every_single_slip_and_nearly_every_swap_of_neighbours_is_found() -> None:
    missed = swaps = 0
    for number in drawn(20):
        for place, mark in enumerate(number):
            for other in receipts.ALPHABET:
                if other != mark:
                    assert receipts.read(number[:place] + other + number[place + 1 :]) is None
        for place in range(len(number) - 1):
            one, two = number[place], number[place + 1]
            if one != two:
                swaps += 1
                missed += receipts.read(number[:place] + two + one + number[place + 2 :]) is not None
    assert missed <= swaps / 20


def test_what_cannot_be_a_number_is_none() -> None:
    for typed in ("", "A", "*" * 13, "0" * 12, "0" * 14, "U" * 13, "零" * 13, "x" * 100_000):
        assert receipts.read(typed) is None


def test_what_is_kept_of_a_number_does_not_hold_it() -> None:
    (number,) = drawn(1)
    assert number.encode() not in receipts.blind(number)
    assert len(receipts.blind(number)) == 16

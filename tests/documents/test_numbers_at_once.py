"""Numbers drawn by several processes at once, on a database of their own: gapless, and none twice."""

from __future__ import annotations

from tests.conftest import Bench


def test_four_processes_draw_numbers_without_a_gap_or_a_double_and_some_give_up(bench: Bench) -> None:
    ours, hand = bench("numbers", "--workers", "4", "--numbers", "220")
    assert (ours["numbers"], ours["gaps"], ours["doubles"], ours["texts_missing"]) == (220, 0, 0, 0)
    assert (ours["first"], ours["given_up"]) == (1, 4)
    assert hand["numbers"] == 220

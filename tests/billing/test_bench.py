"""The workload of a month's bills, small: every account billed once, also by the worker that was killed."""

from __future__ import annotations

from tests.conftest import Bench


def test_a_month_is_measured_beside_a_hand_and_no_killed_worker_doubles_a_bill(bench: Bench) -> None:
    (line,) = bench("month", "--accounts", "450")
    assert (line["accounts"], line["doubled"], line["lost"]) == (450, 0, 0)
    assert min(line["bills_per_s"], line["reviews_per_s"], line["ratio"], line["peak_mb"]) > 0

"""The sample batch against its truth: every fate, every site, in any order of the files."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.intake.samples import TRUTH, bring, partition, rows_of, score

pytestmark = pytest.mark.usefixtures("demo_city")
KINDS = ("telecom", "trace", "grid", "tips")
FIRST: dict[str, object] = {}


@pytest.mark.parametrize("order", [KINDS, KINDS[::-1]], ids="-".join)
def test_it_finds_the_sites_in_any_order_of_the_files(order: tuple[str, ...]) -> None:
    for kind in order:
        assert bring(kind).state == "done"
    rows = {kind: rows_of(kind) for kind in KINDS}
    wrong = Counter(
        (truth["fate"], row["fate"])
        for truth, row in zip(TRUTH["telecom"], rows["telecom"], strict=True)
        if truth["fate"] != row["fate"]
    )
    assert wrong == Counter()
    assert {row["fate"] for row in rows["grid"]} | {row["fate"] for row in rows["tips"]} == {"accept"}
    found = score(rows)
    assert found.precision >= 0.995
    assert found.recall >= 0.97
    parts = partition(rows)
    assert parts == FIRST.setdefault("parts", parts), "rows are with others than in the first order"

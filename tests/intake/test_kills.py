"""A worker that is killed while it imports loses nothing and doubles nothing; `make drills` kills two hundred."""

from __future__ import annotations

import pytest

from tests.intake.kills import killed_imports

SOME = 12


@pytest.mark.usefixtures("fresh_db", "demo_city")
def test_workers_killed_at_any_moment_leave_every_row_once() -> None:
    lists, kills = killed_imports(SOME, seed=7)
    assert (lists >= 1, kills) == (True, SOME)

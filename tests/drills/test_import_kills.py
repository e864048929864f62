"""Drill: two hundred workers are killed while they import; no row is lost, none is doubled."""

from __future__ import annotations

import os

import pytest

from tests.intake.kills import killed_imports


@pytest.mark.usefixtures("fresh_db", "demo_city")
def test_two_hundred_killed_workers_lose_nothing_and_double_nothing() -> None:
    wanted = int(os.environ.get("KILLS", "200"))
    _lists, kills = killed_imports(wanted, seed=200)
    assert kills == wanted

"""The second wall alone, for one person of each sort of sight at every address, some minutes: `make drills`."""

from __future__ import annotations

import sys

import pytest

from tests.wall.test_alone import BOTH, CAST, base, compared, first_wall_down

__all__ = ["base", "first_wall_down"]
pytestmark = pytest.mark.own_sight


@pytest.mark.usefixtures("first_wall_down")
def test_every_address_answers_everybody_in_two_worlds_with_the_same_bytes(base):
    count = compared(base, dict.fromkeys(CAST, BOTH))
    sys.stdout.write(f"\n{len(CAST)} people, {count} answers compared\n")
    assert count > 2000

"""2,000 lives of a case with fifty random steps each: `make drills`. LIVES says how many, where 2,000 are too many."""

from __future__ import annotations

import os

from tests.security.test_people_at_random import city, lives

__all__ = ["city"]


def test_two_thousand_lives_among_random_people(city):
    lives(int(os.environ.get("LIVES", "2000")))

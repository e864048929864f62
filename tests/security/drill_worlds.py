"""Two worlds and the canaries for one person of every agency and role, some minutes: `make drills`."""

from __future__ import annotations

import sys

from tests.security.in_clear import told
from tests.security.test_two_worlds import compare, pair, summary

__all__ = ["pair"]


def test_nobody_can_tell_the_worlds_apart(pair):
    seen = compare(pair)
    sys.stdout.write(f"\n{len(pair.people)} people, {summary(seen)}\n")
    assert seen.differing == []
    assert (seen.leaked, seen.in_clear, told(pair.heard, pair.hidden)) == ([], [], [])

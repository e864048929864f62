"""All cells of the policy table, a few minutes: `make drills`."""

from __future__ import annotations

import sys

from cases.workflow.transitions import TRANSITIONS
from tests.security.asking import ask
from tests.security.tables import Policy
from tests.security.test_policy_table import city

__all__ = ["city"]


def test_every_cell_of_the_policy_table(city):
    cells = list(Policy().cells(TRANSITIONS))
    asked = ask(city, cells)
    sys.stdout.write(f"\n{asked.cells} cells, {asked.denials} of them denials, {len(asked.violations)} violations\n")
    assert asked.violations == []
    assert asked.cells == len(cells)

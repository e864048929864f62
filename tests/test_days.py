"""A moment has no day before it stands in China: `now().date()` is yesterday from midnight to eight in the morning.

A term, a rate or a rule of law that begins on a day would begin eight hours late. ruff's DTZ rules ask for a zone, and
UTC is one; this asks for the right one.
"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("audit", "agencies", "cases", "notifications", "config", "bench", "tools")


def is_moment(node: ast.expr) -> bool:
    """A call of a clock, or a name that the house gives to moments, as they come (in UTC); also with days added."""
    if isinstance(node, ast.BinOp):
        return is_moment(node.left)
    if isinstance(node, ast.Call):
        placed = bool(node.args) and ast.unparse(node.args[0]) != "UTC"
        return isinstance(node.func, ast.Attribute) and node.func.attr in {"now", "real_now"} and not placed
    name = node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
    return name in {"now", "received"} or name.endswith("_at")


def days_of_moments(source: str) -> list[int]:
    """Lines that take the day of a moment without asking where."""
    return [
        node.lineno
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "date"
        and not node.args
        and is_moment(node.func.value)
    ]


def calls_of_clocks(source: str) -> list[int]:
    """The same in tests, whose own moments (`world.now`) are China's: the product's clock only."""
    return [
        line for line in days_of_moments(source) if "clock.now()" in source.splitlines()[line - 1].split(".date()")[0]
    ]


def test_the_product_takes_the_day_of_a_moment_in_china() -> None:
    paths = [path for package in PACKAGES for path in (ROOT / package).rglob("*.py")]
    assert len(paths) > 300
    found = {str(path.relative_to(ROOT)): lines for path in paths if (lines := days_of_moments(path.read_text()))}
    assert not found, f"say .astimezone(CHINA).date(): {found}"


def test_tests_take_the_day_of_the_clock_from_one_place() -> None:
    paths = list((ROOT / "tests").rglob("*.py"))
    found = {str(path.relative_to(ROOT)): lines for path in paths if (lines := calls_of_clocks(path.read_text()))}
    assert not found, f"say tests.days.today(): {found}"


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        ("clock.now().date()", True),
        ("(clock.now() + timedelta(days=3)).date()", True),
        ("view.opened_at.date()", True),
        ("now.date()", True),
        ("datetime.now(UTC).date()", True),
        ("datetime.now(CHINA).date()", False),
        ("now.astimezone(CHINA).date()", False),
        ("timezone.localtime(clock.now()).date()", False),
        ("local.date()", False),
        ("date(2026, 1, 1)", False),
    ],
)
def test_what_is_taken_for_a_moment(line: str, wrong: bool) -> None:
    assert bool(days_of_moments(line)) is wrong

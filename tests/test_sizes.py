"""Size is a lint: files of at most 300 lines, functions of at most 40, folders of about twelve modules.

Code is pleasant because of its median and bad because of its maximum. Tests and migrations are apart: a table of cases
or a schema reads best in one piece. Each exception stands below with its reason.
"""

from __future__ import annotations

import ast
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("audit", "agencies", "cases", "notifications", "config", "bench", "tools")
LONGEST_FILE, LONGEST_FUNCTION, FULLEST_FOLDER = 300, 40, 13

FILE_EXCEPTIONS: dict[str, str] = {}
FUNCTION_EXCEPTIONS: dict[str, str] = {}
FOLDER_EXCEPTIONS: dict[str, str] = {}


def modules() -> list[Path]:
    found = [path for package in PACKAGES for path in (ROOT / package).rglob("*.py")]
    return sorted(path for path in found if not {"migrations", "node_modules"} & set(path.parts))


def long_functions(source: str) -> list[tuple[str, int]]:
    """Functions over the limit with their length: from `def` to the last line, without decorators."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > LONGEST_FUNCTION:
                found.append((node.name, lines))
    return found


def test_no_file_is_over_300_lines() -> None:
    lengths = {str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in modules()}
    over = {name: length for name, length in lengths.items() if length > LONGEST_FILE}
    assert set(over) == set(FILE_EXCEPTIONS), f"split these files (or drop exceptions that are none): {over}"


def test_no_function_is_over_40_lines() -> None:
    over = {
        f"{path.relative_to(ROOT)}:{name}": lines
        for path in modules()
        for name, lines in long_functions(path.read_text())
    }
    assert set(over) == set(FUNCTION_EXCEPTIONS), f"split these functions (or drop exceptions that are none): {over}"


def test_no_folder_holds_more_than_a_dozen_modules() -> None:
    counts = Counter(str(path.parent.relative_to(ROOT)) for path in modules() if path.name != "__init__.py")
    over = {name: count for name, count in counts.items() if count > FULLEST_FOLDER}
    assert set(over) == set(FOLDER_EXCEPTIONS), f"divide these folders (or drop exceptions that are none): {over}"


@pytest.mark.parametrize(("lines", "too_long"), [(38, False), (39, False), (40, True)])
def test_the_measure_counts_from_the_line_of_the_name(lines: int, too_long: bool) -> None:
    body = "\n".join("    x = 1" for _ in range(lines))
    assert bool(long_functions(f"@decorated\ndef f():\n{body}\n")) is too_long

"""The tool that takes permission conditions away: what it takes, and that its list of targets leads somewhere."""

from __future__ import annotations

import importlib
import importlib.util
import sys
import tomllib
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCE = """
_SEEN = "SELECT 1 FROM t WHERE t.agency_id = ANY(%s)"

@page
def view(request):
    if not allowed(request):
        raise NotAllowed
    return render(f"SELECT 1 WHERE {visible} ORDER BY 1")

def sees(actor, post):
    rest = post.roles - {"agency_admin"}
    return bool(rest and post.active) and any(p for p in actor.posts if p.open)
"""
TAKEN = {
    "sql without t.agency_id = ANY(%s)",
    "without @page",
    "if not allowed(request) → if False",
    "sql without {visible}",
    "post.roles - {'agency_admin'} → post.roles",
    "and without bool(rest and post.active)",
    "and without any((p for p in actor.posts if p.open))",
    "and without rest",
    "and without post.active",
    "no filter p.open",
    "return bool(rest and post.active) and any((p for p in actor.posts if p.open)) → True",
}


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("mutations", ROOT / "tools" / "mutations.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["mutations"] = module
    spec.loader.exec_module(module)
    return module


def test_it_takes_every_condition_away_one_at_a_time(tool: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "code.py").write_text(SOURCE)
    made = list(tool.mutations(tmp_path, "code.py"))
    assert {m.what for m in made} == TAKEN
    assert len({m.source for m in made}) == len(made)
    for mutation in made:
        compile(mutation.source, "code.py", "exec")


def test_it_keeps_to_the_functions_named(tool: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "code.py").write_text(SOURCE)
    found = {m.what for m in tool.mutations(tmp_path, "code.py", frozenset({"view", "_SEEN"}))}
    assert found == {w for w in TAKEN if "visible" in w or "page" in w or "allowed" in w or "ANY" in w}


def test_it_opens_each_policy_of_a_file_of_sql(tool: ModuleType, tmp_path: Path) -> None:
    text = "CREATE POLICY p ON t USING (a = b AND c = d)\n  WITH CHECK (e = f);\n"
    (tmp_path / "wall.sql").write_text(text)
    sources = [m.source for m in tool.mutations(tmp_path, "wall.sql")]
    assert [s for s in sources if "USING (TRUE OR a = b" in s]
    assert [s for s in sources if "WITH CHECK (TRUE OR e = f" in s]
    assert [s for s in sources if "AND (TRUE OR c = d)" in s]


def test_tests_that_fail_without_a_mutation_count_for_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise a test that is gone would kill every mutation."""
    monkeypatch.syspath_prepend(str(ROOT / "tools"))
    monkeypatch.delenv("DJANGO_SETTINGS_MODULE")
    mutate = importlib.import_module("mutate")
    (tmp_path / "test_good.py").write_text("def test_it():\n    pass\n")
    (tmp_path / "test_bad.py").write_text("def test_it():\n    raise AssertionError('broken before')\n")
    mutate.sound(tmp_path, ("test_good.py",), "")
    for tests in (("test_good.py", "test_bad.py"), ("test_gone.py",)):
        with pytest.raises(SystemExit, match=r"do not pass without a mutation: .*test_"):
            mutate.sound(tmp_path, tests, "")


def test_a_run_knows_nothing_of_the_servers_of_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In one Redis the tries that one run counts would be refused in the next, which then counted as killed."""
    monkeypatch.syspath_prepend(str(ROOT / "tools"))
    monkeypatch.setenv("REDIS_URL", "unix:///somebody/elses")
    mutate = importlib.import_module("mutate")
    told = "('DJANGO_SETTINGS_MODULE', 'REDIS_URL', 'DATABASE_URL', 'TEST_CLUSTER')"
    (tmp_path / "test_told.py").write_text(
        f"import os\n\ndef test_it():\n    assert [n for n in {told} if n in os.environ] == []\n"
    )
    mutate.sound(tmp_path, ("test_told.py",), "")


@pytest.fixture(scope="module")
def targets(tool: ModuleType) -> list[tuple[dict[str, Any], list[str]]]:
    """Each row of the list with what can be taken away there."""
    rows = tomllib.loads((ROOT / "tests" / "security" / "mutation.toml").read_text())["target"]
    return [
        (row, [m.what for m in tool.mutations(ROOT, row["path"], frozenset(row.get("functions", ())))]) for row in rows
    ]


def test_every_target_is_there_and_has_something_to_take_away(targets: list[tuple[dict[str, Any], list[str]]]) -> None:
    assert [row["path"] for row, made in targets if not made] == []
    for row, _ in targets:
        source = (ROOT / row["path"]).read_text()
        assert [f for f in row.get("functions", ()) if f.split(".")[-1] not in source] == [], row["path"]
        assert [t for t in row["tests"] if not (ROOT / t.partition("::")[0]).exists()] == [], row["path"]


def test_what_is_called_harmless_is_a_mutation_that_there_is_and_has_a_reason(
    targets: list[tuple[dict[str, Any], list[str]]],
) -> None:
    for row, made in targets:
        excused = row.get("harmless", [])
        assert [each["what"] for each in excused if made.count(each["what"]) != 1] == [], row["path"]
        assert all(len(each["why"]) > 20 for each in excused), row["path"]

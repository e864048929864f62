"""The gate keeps itself: what CI runs is what the README says, and the pages about settings are complete."""

from __future__ import annotations

import re
import subprocess

import pytest

from tests.installation import ROOT, is_foreign
from tools.check_words import complaints


def read(name: str) -> str:
    return (ROOT / name).read_text()


def test_ci_runs_the_checks_and_then_the_readmes_test_command() -> None:
    assert re.search(r"^make test\b", read("README.md"), re.MULTILINE)
    assert "'make check && make test'" in read(".ci/run")


def test_the_readme_can_be_read_in_one_sitting() -> None:
    assert len(read("README.md").splitlines()) < 120


def test_every_target_is_explained_by_make_alone() -> None:
    listed = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for target in ("setup", "demo", "test", "check", "bench", "drills"):
        assert re.search(rf"^make {target} +\S", listed, re.MULTILINE), target


def test_every_variable_is_documented_and_every_documented_one_is_read() -> None:
    kinds = "get|text|flag|integer|choice|words|hosts|pairs|directory|secret|database|redis|required|scanner"
    readers = re.compile(rf'\.(?:{kinds})\(\s*"([A-Z_]+)"')
    sources = [path.read_text() for path in (ROOT / "config").rglob("*.py")]
    read_here = {name for source in sources for name in readers.findall(source)} - {"PATH"}
    read_here |= {"DATABASE_URL", "DATABASE_OWNER_URL"}  # through a helper
    documented = set(re.findall(r"^\| `([A-Z_]+)` \|", read("docs/operations.md"), re.MULTILINE))
    assert documented == read_here


def test_the_tests_forget_every_variable_that_the_caller_may_have_set() -> None:
    documented = set(re.findall(r"^\| `([A-Z_]+)` \|", read("docs/operations.md"), re.MULTILINE))
    assert {name for name in documented if not is_foreign(name)} == set()


def test_the_lock_of_the_product_is_part_of_the_lock_for_development() -> None:
    pins = {
        name: set(re.findall(r"^\S+==\S+", read(f"requirements/{name}.lock"), re.MULTILINE))
        for name in ("runtime", "dev")
    }
    assert pins["runtime"]
    assert pins["runtime"] <= pins["dev"]


@pytest.mark.parametrize("name", ["runtime", "dev"])
def test_every_pin_has_a_hash_and_no_address(name: str) -> None:
    lock = read(f"requirements/{name}.lock")
    entries = re.split(r"\n(?=[a-z0-9])", lock.strip(), flags=re.IGNORECASE)
    assert all("--hash=sha256:" in entry for entry in entries if re.match(r"\S+==", entry))
    assert "://" not in lock


@pytest.mark.parametrize(
    ("path", "text", "complaint"),
    [
        ("a.py", "raise Not" + "ImplementedError", "a.py:1: a stub: NotImpl"),
        ("a.py", "x = 1\n# TO" + "DO later", "a.py:2: unfinished work: TO"),
        ("tests/a.py", "    assert " + "True\n", "a test that tests nothing"),
        ("tests/a.py", "@pytest.mark." + "skip\n", "a test that is not run"),
        ("a.py", "x = y  # type: " + "ignore\n", "a type error that is hidden without its name"),
        ("a.py", "x = y  # no" + "qa\n", "a lint error that is hidden without its name"),
        ("notes.md", "see https://files.python" + "hosted.org/x", "an address of a package registry"),
        ("requirements/x.lock", "--index-url https://mirror/simple", "an address in a lock file"),
        ("assets/package-lock.json", '{"resolved": "https://mirror/x.tgz"}', "an address in a lock file"),
    ],
)
def test_the_word_check_finds(path: str, text: str, complaint: str) -> None:
    assert any(complaint in line for line in complaints(path, text))


def test_the_word_check_lets_ordinary_text_pass() -> None:
    text = "assert " + "True is not False\nx: int = y  # type: " + "ignore[assignment]\n# no" + "qa: S608 — why\n"
    assert list(complaints("a.py", text)) == []


@pytest.mark.parametrize(
    "script", sorted(path.name for path in [*(ROOT / "tools").iterdir(), ROOT / ".ci/run"] if not path.suffix)
)
def test_every_script_is_sound_shell_and_may_be_run(script: str) -> None:
    path = ROOT / ".ci/run" if script == "run" else ROOT / "tools" / script
    if path.is_dir():
        return
    assert path.stat().st_mode & 0o111
    assert path.read_text().startswith("#!/bin/sh\n")
    subprocess.run(["sh", "-n", str(path)], check=True)

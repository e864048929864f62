"""Locked packages against the committed advisories: an affected one stops the check, offline and on every day alike."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tools import advisories

ROOT = Path(__file__).resolve().parent.parent.parent
PILLOW = "PYSEC-2023-227"


@pytest.fixture
def folder(tmp_path):
    for name in (*advisories.LOCKS, advisories.SNAPSHOT, advisories.EXCUSED):
        shutil.copy(ROOT / "requirements" / name, tmp_path / name)
    return tmp_path


def lock(folder, line):
    (folder / "runtime.lock").write_text(f"{line}\n", encoding="utf-8")


def test_what_is_locked_here_is_not_known_to_be_flawed():
    assert list(advisories.complaints(ROOT / "requirements")) == []
    assert len(advisories.locked(ROOT / "requirements")) > 100


def test_an_affected_version_is_named_with_what_to_do(folder):
    lock(folder, "pillow==9.5.0 \\")
    found = [line for line in advisories.complaints(folder) if PILLOW in line]
    assert len(found) == 1
    assert "pillow 9.5.0 is affected" in found[0]
    assert "CVE-2023-44271" in found[0]
    assert "Lock another version, or excuse it" in found[0]
    lock(folder, "pillow==10.0.0 \\")
    assert not [line for line in advisories.complaints(folder) if PILLOW in line]


def test_an_excuse_needs_a_reason_and_something_to_excuse(folder):
    lock(folder, "pillow==9.5.0")
    excuses = folder / advisories.EXCUSED
    excuses.write_text(f'[excused]\n{PILLOW} = "  "\n', encoding="utf-8")
    assert [line for line in advisories.complaints(folder) if f"affected by {PILLOW}" in line]
    excuses.write_text(f'[excused]\n{PILLOW} = "no text is ever drawn"\n', encoding="utf-8")
    assert not [line for line in advisories.complaints(folder) if PILLOW in line]
    lock(folder, "pillow==13.0.0")
    assert [line for line in advisories.complaints(folder) if f"excuses {PILLOW}, which affects nothing" in line]


def test_a_package_that_the_snapshot_does_not_know_stops_the_check(folder):
    lock(folder, "brand-new-thing[extra]==1.0 ; python_version < '4'")
    assert "brand-new-thing 1.0 is not in the snapshot" in next(advisories.complaints(folder))


@pytest.mark.parametrize(
    ("version", "affected"),
    [("1.0", False), ("2.0", True), ("2.1.9", True), ("2.2", False), ("3.0", True), ("3.1", True), ("3.1.1", False),
     ("9.9", True)],
)  # fmt: skip
def test_a_version_is_judged_by_the_ranges_of_the_record(version, affected):
    record = {
        "versions": ["9.9"],
        "ranges": [[["introduced", "2.0"], ["fixed", "2.2"]], [["introduced", "3.0"], ["last_affected", "3.1"]]],
    }
    assert advisories.is_affected(version, record) is affected


def test_a_snapshot_is_taken_from_a_clone(folder, tmp_path):
    clone = tmp_path / "clone"
    (clone / "vulns" / "pillow").mkdir(parents=True)
    record = {
        "id": "PYSEC-1",
        "details": "A picture does harm. Then more.",
        "affected": [
            {
                "package": {"ecosystem": "PyPI", "name": "Pillow"},
                "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "14"}]}],
            }
        ],
    }
    (clone / "vulns" / "pillow" / "PYSEC-1.yaml").write_text(json.dumps(record), encoding="utf-8")
    gone = {**record, "id": "PYSEC-2", "withdrawn": "2024-01-01"}
    (clone / "vulns" / "pillow" / "PYSEC-2.yaml").write_text(json.dumps(gone), encoding="utf-8")
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@b", "-C", str(clone)]
    for command in (["init", "-q"], ["add", "."], ["commit", "-qm", "x"]):
        subprocess.run([*git, *command], check=True)
    advisories.refresh(folder, clone)
    found = [line for line in advisories.complaints(folder) if "PYSEC" in line]
    assert len(found) == 1
    assert "PYSEC-1 (): A picture does harm." in found[0]


def test_the_check_of_the_project_asks(tmp_path):
    assert "tools/advisories.py" in (ROOT / "tools" / "check").read_text(encoding="utf-8")
    done = subprocess.run(
        [sys.executable, ROOT / "tools" / "advisories.py"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "")

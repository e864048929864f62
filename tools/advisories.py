"""Known flaws in the locked Python packages, by a committed snapshot: the answer changes with the files, not with time.

`advisories.py` reads requirements/*.lock and requirements/advisories.json, asks nobody, and exits 1 where a locked
version is affected and not excused (with its reason) in requirements/excused.toml, where a locked package is not
in the snapshot, or where an excuse excuses nothing. `advisories.py refresh CLONE` takes the snapshot anew from a clone
of the advisory database of the Python Packaging Authority (OSV records in vulns/NAME/*.yaml).
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parent.parent
LOCKS = ("runtime.lock", "dev.lock")
SNAPSHOT, EXCUSED = "advisories.json", "excused.toml"
_PIN = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^\]]*\])?==([^\s;\\]+)", re.MULTILINE)


def locked(folder: Path) -> set[tuple[str, str]]:
    """Name and version of every package that a lock names."""
    return {
        (canonicalize_name(name), version)
        for lock in LOCKS
        for name, version in _PIN.findall((folder / lock).read_text(encoding="utf-8"))
    }


def is_affected(version: str, advisory: dict[str, Any]) -> bool:
    """Whether the version lies in one of the ranges of an OSV record, or is named."""
    if version in advisory["versions"]:
        return True
    found = Version(version)
    return any(_within(found, events) for events in advisory["ranges"])


def _within(found: Version, events: list[list[str]]) -> bool:
    """Events in order; each sets whether the versions from it on are affected."""
    affected = False
    for kind, bound in events:
        if kind == "introduced" and (bound == "0" or found >= Version(bound)):
            affected = True
        elif (kind == "fixed" and found >= Version(bound)) or (kind == "last_affected" and found > Version(bound)):
            affected = False
    return affected


def complaints(folder: Path) -> Iterator[str]:
    """What is wrong with the locks."""
    snapshot = json.loads((folder / SNAPSHOT).read_text(encoding="utf-8"))
    excused: dict[str, str] = tomllib.loads((folder / EXCUSED).read_text(encoding="utf-8")).get("excused", {})
    used = set()
    for name, version in sorted(locked(folder)):
        if name not in snapshot["packages"]:
            yield f"{name} {version} is not in the snapshot; run tools/advisories.py refresh CLONE"
            continue
        for advisory in snapshot["packages"][name]:
            if not is_affected(version, advisory):
                continue
            if excused.get(advisory["id"], "").strip():
                used.add(advisory["id"])
                continue
            yield (
                f"{name} {version} is affected by {advisory['id']} ({', '.join(advisory['aliases'])}): "
                f"{advisory['about']} Lock another version, or excuse it with a reason in requirements/{EXCUSED}"
            )
    yield from (
        f"requirements/{EXCUSED} excuses {unused}, which affects nothing" for unused in sorted({*excused} - used)
    )


def refresh(folder: Path, clone: Path) -> None:
    """The advisories on exactly the locked packages, as the last commit of the clone has them."""
    import yaml

    listed = _git(clone, "ls-tree", "-r", "--name-only", "HEAD", "vulns").splitlines()
    packages: dict[str, list[dict[str, Any]]] = {}
    for name in sorted({name for name, _ in locked(folder)}):
        files = [path for path in listed if path.startswith(f"vulns/{name}/") and path.endswith(".yaml")]
        records = [yaml.safe_load(_git(clone, "show", f"HEAD:{path}")) for path in files]
        packages[name] = [_kept(name, record) for record in records if not record.get("withdrawn")]
    told = _git(clone, "log", "-1", "--format=%H %cs").split()
    snapshot = {"source": "pypa/advisory-database", "commit": told[0], "date": told[1], "packages": packages}
    (folder / SNAPSHOT).write_text(json.dumps(snapshot, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _kept(name: str, record: dict[str, Any]) -> dict[str, Any]:
    """What the check needs of an OSV record."""
    ranges, versions = [], []
    for affected in record.get("affected", ()):
        if canonicalize_name(affected["package"]["name"]) != name:
            continue
        spans = [each for each in affected.get("ranges", ()) if each["type"] == "ECOSYSTEM"]
        ranges += [[[kind, str(at)] for event in span["events"] for kind, at in event.items()] for span in spans]
        if not spans:
            versions += [str(version) for version in affected.get("versions", ())]
    about = re.sub(r"\s+", " ", str(record.get("summary") or record.get("details", ""))).split(". ")[0][:200]
    aliases = [str(alias) for alias in record.get("aliases", ())]
    return {"id": str(record["id"]), "aliases": aliases, "about": f"{about.rstrip('.')}.", "ranges": ranges,
            "versions": versions}  # fmt: skip


def _git(clone: Path, *arguments: str) -> str:
    return subprocess.run(["git", "-C", str(clone), *arguments], capture_output=True, check=True, text=True).stdout


def main(arguments: list[str]) -> int:
    folder = ROOT / "requirements"
    if arguments[:1] == ["refresh"] and len(arguments) == 2:
        refresh(folder, Path(arguments[1]))
    found = list(complaints(folder))
    for line in found:
        sys.stdout.write(f"{line}\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Words that may not stand in a tracked file: addresses of package registries, and whatever marks unfinished work.

The forbidden words are put together from pieces here, so that this file passes its own check.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

HOSTS = ("pypi." + "org", "python" + "hosted.org", "registry." + "npmjs", "registry." + "yarnpkg")
EVERYWHERE = {
    "an address of a package registry": re.compile("|".join(re.escape(host) for host in HOSTS)),
    "a path of somebody's machine": re.compile("/" + r"(work/(main|shared)|root/\.|home/[a-z]+)/"),
}
IN_LOCKS = {
    "an address in a lock file": re.compile(r'^--(extra-)?index-url|^--find-links|"resolved":', re.MULTILINE),
}
IN_CODE = {
    "unfinished work": re.compile(r"\b(" + "|".join(("TO" + "DO", "FIX" + "ME", "XX" + "X")) + r")\b"),
    "a stub": re.compile("Not" + r"Implemented(Error)?\b"),
    "a test that tests nothing": re.compile("assert " + r"True\s*$", re.MULTILINE),
    "a test that is not run": re.compile(r"pytest\.(mark\.)?(skip|xfail|importor" + r"skip)|unittest\.skip"),
    "a type error that is hidden without its name": re.compile(r"# type: " + r"ignore(?!\[)"),
    "a lint error that is hidden without its name": re.compile(r"# no" + r"qa(?!:)"),
}
CODE = {".py", ".html", ".js", ".css", ".sh", ".sql", ".toml", ".mjs"}


def complaints(path: str, text: str) -> Iterator[str]:
    """What is wrong with one file, each with its line."""
    rules = dict(EVERYWHERE)
    if path.endswith((".lock", "package-lock.json")):
        rules |= IN_LOCKS
    if Path(path).suffix in CODE:
        rules |= IN_CODE
    for meaning, pattern in rules.items():
        for found in pattern.finditer(text):
            line = text.count("\n", 0, found.start()) + 1
            yield f"{path}:{line}: {meaning}: {found.group().strip()}"


def tracked_files() -> list[str]:
    listed = subprocess.run(["git", "-C", str(ROOT), "ls-files", "-z"], capture_output=True, check=True)
    return [name for name in listed.stdout.decode().split("\0") if name]


def main() -> int:
    found: list[str] = []
    for name in tracked_files():
        path = ROOT / name
        if not path.is_file():
            continue
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        found += complaints(name, text)
    for line in found:
        sys.stdout.write(f"{line}\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())

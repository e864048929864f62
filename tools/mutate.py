"""Take each condition, filter and refusal away that decides who may see or do, one at a time, and see a test fail.

    .venv/bin/python tools/mutate.py                     every target, with its tests
    .venv/bin/python tools/mutate.py agencies/visibility.py
    .venv/bin/python tools/mutate.py --list              only say which mutations there are
    .venv/bin/python tools/mutate.py --quick             without the slow tests: what survives, they may still kill

First the tests of each target run on the copy as it is: where they do not pass, nothing they say later counts.
One cluster with migrated templates serves all runs; each mutation is made in a copy of the checkout, so the checkout
itself is never touched. Where the mutated file is SQL of a migration the templates are made anew. What survives is
listed; the exit code is 1 where less than 95 % were killed.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from queue import SimpleQueue
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
sys.path.insert(0, str(ROOT / "tools"))

from mutations import Mutation, mutations  # noqa: E402

from tests.installation import is_foreign  # noqa: E402

WANTED = 95.0  # per cent
SECONDS = 900  # a run that takes longer has gone into a loop, which somebody would notice
COPIED = ("audit", "agencies", "assets", "cases", "config", "notifications", "tests", "tools", "bench", "docs")


class Target(NamedTuple):
    """A file, the functions of it that decide (none: all), and the tests that have to notice.

    `harmless`: mutations after which everybody may and sees what they did before, each looked at by hand.
    """

    path: str
    functions: frozenset[str]
    tests: tuple[str, ...]  # cheap ones first
    harmless: frozenset[str]


Work = tuple[Mutation, tuple[str, ...]]
Done = subprocess.CompletedProcess[bytes]


class Outcome(NamedTuple):
    mutation: Mutation
    killed: bool
    seconds: float


def table() -> dict[str, Any]:
    with (ROOT / "tests" / "security" / "mutation.toml").open("rb") as file:
        return tomllib.load(file)


def targets(named: list[str]) -> list[Target]:
    found = [
        Target(
            row["path"],
            frozenset(row.get("functions", ())),
            tuple(row["tests"]),
            frozenset(each["what"] for each in row.get("harmless", ())),
        )
        for row in table()["target"]
    ]
    return [target for target in found if not named or target.path in named]


def tested(root: Path, tests: tuple[str, ...], cluster: str, without: Sequence[str]) -> Done:
    """These tests in this copy, up to the first that fails; on databases of their own where no cluster is lent."""
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *tests]
    command += [f"--deselect={test}" for test in without]
    # What the tests of this process were told would have theirs meet in one Redis, and one's counts refuse another's.
    own = ("TEST_CLUSTER", "DJANGO_SETTINGS_MODULE")
    environment = {k: v for k, v in os.environ.items() if k not in own and not is_foreign(k)}
    environment |= {"TEST_CLUSTER": cluster} if cluster else {}
    return subprocess.run(command, cwd=root, env=environment, capture_output=True, timeout=SECONDS, check=False)


def said(done: Done) -> str:
    return done.stdout.decode()[-2000:] + done.stderr.decode()[-2000:]


def sound(root: Path, tests: tuple[str, ...], cluster: str, without: Sequence[str] = ()) -> None:
    """Tests that fail anyway, or are not there, would count every mutation as killed."""
    done = tested(root, tests, cluster, without)
    if done.returncode not in (0, 5):  # 5: everything in it was left out
        raise SystemExit(f"these tests do not pass without a mutation: {' '.join(tests)}\n{said(done)}")


def run(root: Path, mutation: Mutation, tests: tuple[str, ...], cluster: str, without: Sequence[str]) -> Outcome:
    """The tests in this copy with the mutation; killed where one of them fails."""
    place = root / mutation.path
    before, began = place.read_bytes(), time.monotonic()
    try:
        place.write_text(mutation.source, encoding="utf-8")
        done = tested(root, tests, "" if mutation.path.endswith(".sql") else cluster, without)
        # 2 and 4: the tests could not even be collected, which they can without the mutation (`sound`).
        if done.returncode not in (0, 1, 2, 4):
            raise RuntimeError(said(done))
        killed = done.returncode != 0
    except subprocess.TimeoutExpired:
        killed = True
    finally:
        place.write_bytes(before)
    return Outcome(mutation, killed, time.monotonic() - began)


def copy(parent: Path, n: int) -> Path:
    root = parent / str(n)
    root.mkdir()
    for name in COPIED:
        shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("node_modules", "__pycache__"))
    for file in (
        *ROOT.glob("*.toml"),
        *ROOT.glob("*.md"),
        ROOT / "manage.py",
        ROOT / ".importlinter",
        ROOT / "Makefile",
    ):
        shutil.copy(file, root)
    shutil.copytree(ROOT / "requirements", root / "requirements")
    (root / ".venv").symlink_to(ROOT / ".venv")
    return root


def all_of(work: list[Work], workers: int, cluster: str, without: Sequence[str]) -> list[Outcome]:
    with tempfile.TemporaryDirectory() as parent, ThreadPoolExecutor(workers) as pool:
        free: SimpleQueue[Path] = SimpleQueue()
        for n in range(workers):
            free.put(copy(Path(parent), n))

        @contextmanager
        def lent() -> Iterator[Path]:
            root = free.get()
            try:
                yield root
            finally:
                free.put(root)

        def passes(file: str) -> None:
            with lent() as root:
                sound(root, (file,), cluster, without)

        def one(item: Work) -> Outcome:
            with lent() as root:
                outcome = run(root, *item, cluster, without)
            word = "killed  " if outcome.killed else "SURVIVED"
            say(f"{word} {outcome.seconds:5.0f} s  {outcome.mutation.name}")
            return outcome

        list(pool.map(passes, dict.fromkeys(file for _, tests in work for file in tests)))
        return list(pool.map(one, work))


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("path", nargs="*")
    options.add_argument("--list", action="store_true")
    options.add_argument("--quick", action="store_true")
    options.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    given = options.parse_args()
    work = [
        (mutation, target.tests)
        for target in targets(given.path)
        for mutation in mutations(ROOT, target.path, target.functions)
        if mutation.what not in target.harmless
    ]
    if given.list:
        say("\n".join([*(m.name for m, _ in work), f"{len(work)} mutations"]))
        return 0
    from tests.conftest import SERVERS, make_templates

    SERVERS.start()
    try:
        make_templates(with_city=True)
        _disconnect()
        outcomes = all_of(work, given.workers, str(SERVERS.root), table()["slow"] if given.quick else ())
    finally:
        SERVERS.stop()
    return report(outcomes)


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _disconnect() -> None:
    from django.db import connections

    for alias in connections:
        connections[alias].close()


def report(outcomes: list[Outcome]) -> int:
    survived = [outcome.mutation.name for outcome in outcomes if not outcome.killed]
    share = 100 * (len(outcomes) - len(survived)) / max(len(outcomes), 1)
    say(f"\n{len(outcomes)} mutations, {len(outcomes) - len(survived)} killed ({share:.1f} %). Survived:")
    say("\n".join(survived) or "none")
    return 0 if share >= WANTED else 1


if __name__ == "__main__":
    sys.exit(main())

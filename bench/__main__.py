"""`python -m bench NAME [options] [--json]`: run a workload on a throwaway database, beside its hand-written SQL.

With --json one JSON object a line, else the same figures for reading. Without a name, or with --help: the list.
"""

from __future__ import annotations

import argparse
import importlib
import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

FOLDER = Path(__file__).resolve().parent
DEEPER = (
    "deadlines.escalation",
    "delivery.telling",
    "handoffs.numbers",
    "importing.recount",
    "listing.casepage",
    "listing.clocks",
    "listing.many",
    "listing.pages",
    "reporting.reports",
)


def workloads() -> dict[str, ModuleType]:
    """The modules of this folder (and DEEPER) that are workloads: `add_arguments(parser)` and `run(arguments)`."""
    names = sorted([*(path.stem for path in FOLDER.glob("*.py") if not path.stem.startswith("_")), *DEEPER])
    modules = {name: importlib.import_module(f"bench.{name}") for name in names}
    return {_spoken(name): module for name, module in modules.items() if hasattr(module, "add_arguments")}


def main(arguments: list[str]) -> int:
    """Run one workload; 0, or 2 where there is none of that name."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    commands = parser.add_subparsers(dest="name", metavar="NAME", required=True)
    found = workloads()
    for name, module in found.items():
        summary = (module.__doc__ or "").strip().partition("\n")[0]
        command = commands.add_parser(name, help=summary, description=module.__doc__)
        command.formatter_class = argparse.RawDescriptionHelpFormatter
        module.add_arguments(command)
        command.add_argument("--json", action="store_true", help="one JSON object a line")
    commands.add_parser("all", help="every workload with its own defaults").add_argument("--json", action="store_true")
    if not arguments:
        parser.print_help()
        return 2
    chosen = parser.parse_args(arguments)
    if chosen.name == "all":
        return _run_all(list(found), arguments[1:])
    for line in found[chosen.name].run(chosen):
        print(json.dumps(line, ensure_ascii=False) if chosen.json else _readable(line), flush=True)
    return 0


def _run_all(names: list[str], options: list[str]) -> int:
    # Django binds its database once in a process, so each workload has a process of its own.
    statuses = [
        subprocess.run([sys.executable, "-m", "bench", name, *options], check=False).returncode for name in names
    ]
    return max(statuses)


def _spoken(module: str) -> str:
    # "import" is a word of Python: its module is called import_, or intake_import.
    return module.rpartition(".")[2].removeprefix("intake_").rstrip("_")


def _readable(line: dict[str, Any]) -> str:
    return "  ".join(
        f"{key}={value:,}" if isinstance(value, int | float) else f"{key}={value}" for key, value in line.items()
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""`make demo` installs less than the tests do: the product must run with the runtime lock alone."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
# Imports everything that the demo's processes import, with the distributions of the development lock hidden.
PROGRAM = """
import importlib.metadata, re, sys
pins = set(sys.argv[1].split())
plain = lambda name: re.sub(r"[-_.]+", "-", name).lower()
owners = importlib.metadata.packages_distributions()
hidden = {m for m, dists in owners.items() if not {plain(d) for d in dists} & pins} - {"pip", "setuptools"}

class Hide:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in hidden:
            raise ModuleNotFoundError(f"{name} is not in requirements/runtime.lock")

sys.meta_path.insert(0, Hide())
import django
django.setup()
from django.core.management import get_commands, load_command_class
from django.urls import get_resolver
get_resolver().url_patterns
for name, app in get_commands().items():
    if app in ("audit", "agencies", "cases", "notifications", "config"):
        load_command_class(app, name)
import config.celery, config.wsgi, granian, celery.bin.worker, celery.bin.beat
from kombu import Connection
Connection(config.celery.app.conf.broker_url).transport_cls
from kombu.transport import resolve_transport
resolve_transport(Connection(config.celery.app.conf.broker_url).transport_cls)
print("complete")
"""


@pytest.fixture
def pins() -> str:
    lock = (ROOT / "requirements" / "runtime.lock").read_text(encoding="utf-8")
    return " ".join(
        re.sub(r"[-_.]+", "-", name).lower() for name in re.findall(r"^([A-Za-z0-9_.-]+)==", lock, re.MULTILINE)
    )


def run(pins: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", PROGRAM, pins],
        cwd=ROOT,
        env=dict(os.environ),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_the_product_imports_nothing_beyond_its_runtime_lock(pins: str) -> None:
    done = run(pins)
    assert done.stdout == "complete\n", done.stderr


def test_a_library_missing_from_the_lock_would_be_noticed(pins: str) -> None:
    without = " ".join(name for name in pins.split() if name != "packaging")
    assert "packaging is not in requirements/runtime.lock" in run(without).stderr

"""A demo played once in a run of the tests: what it printed, and the installation that holds what it left."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import pytest

from tests.installation import Installation


class FirstDemo(NamedTuple):
    """From an empty directory to its end; nothing of it runs any more."""

    home: Installation
    told: str


@pytest.fixture(scope="session")
def first_demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FirstDemo]:
    """Whoever starts it again stops it again."""
    home = Installation(tmp_path_factory.mktemp("演示 demo") / "home")
    home.environment["DEMO_EXIT"] = "1"
    told = home.run("demo", seconds=600)
    del home.environment["DEMO_EXIT"]
    yield FirstDemo(home, told)
    home.stop()

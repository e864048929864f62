"""Everything that anything logs while a test goes on, to be searched for what no log may hold."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest


class Heard(logging.Handler):
    """With arguments and tracebacks."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(logging.Formatter().format(record))


@pytest.fixture
def heard() -> Iterator[Heard]:
    """In the place of every other handler: hundreds of refusals leave a line each."""
    handler, root = Heard(), logging.getLogger()
    level, others = root.level, root.handlers
    root.handlers = [handler]
    root.setLevel(logging.DEBUG)
    yield handler
    root.setLevel(level)
    root.handlers = others

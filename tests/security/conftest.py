"""What the tests of security share."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from tests.security.in_clear import Heard


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

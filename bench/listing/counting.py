"""How many statements a page sends to the database: seen where they are sent, whoever asks for the page."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

# The bench runs as the demo does, whose clock is read every second; no other installation has it.
DEMO_ALONE = "audit_democlock"


class Counter:
    """An execute wrapper that counts."""

    def __init__(self) -> None:
        self.n = 0

    def __call__(self, execute: Any, sql: str, *rest: Any) -> Any:
        self.n += DEMO_ALONE not in sql
        return execute(sql, *rest)


@contextmanager
def counted() -> Iterator[Counter]:
    """What is sent meanwhile, as where the names that templates keep for a second have to be read anew."""
    from django.db import connections

    from cases.templatetags.lianzhi import forget_names

    forget_names()
    counter = Counter()
    with connections["default"].execute_wrapper(counter):
        yield counter

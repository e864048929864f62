"""A long import stays at it: it reads ahead while the database works, and tidies up between chunks, not within one."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

Item = TypeVar("Item")


def read_ahead(items: Iterator[Item]) -> Iterator[Item]:
    """The same items in the same order, each begun one step before it is asked for; errors come where they belong.

    The iterator runs in the other thread, which has no connection to the database: it must not need one.
    """
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="read-ahead") as pool:
        waiting = pool.submit(next, items, None)
        while (item := waiting.result()) is not None:
            waiting = pool.submit(next, items, None)
            yield item


@contextmanager
def undisturbed() -> Iterator[None]:
    """No search for cycles of garbage inside the block; what had gathered is found right after it.

    A chunk makes some hundred thousand objects that all live until its end, without a cycle among them. Looking through
    them again and again took a quarter of the time of an import.
    """
    before = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if before:
            gc.enable()

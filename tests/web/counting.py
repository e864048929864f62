"""The statements that a page costs: the same however slow the machine is."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from unittest import mock

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

# Whether the directory is the same and what the clock shows is asked anew once a second, however long a page takes.
ONCE_A_SECOND = ("audit.clock", "cases.templatetags.lianzhi")


@contextmanager
def second_that_stands_still() -> Iterator[None]:
    at = time.monotonic()
    still = SimpleNamespace(monotonic=lambda: at)
    with mock.patch(f"{ONCE_A_SECOND[0]}.time", still), mock.patch(f"{ONCE_A_SECOND[1]}.time", still):
        yield


def statements(client: Client, address: str) -> list[str]:
    """What a page asks the database that was opened before in the same second; savepoints are left out."""
    with second_that_stands_still():
        client.get(address)  # warms what is kept per process
        with CaptureQueriesContext(connection) as caught:
            answer = client.get(address)
    assert answer.status_code == 200, address
    return [query["sql"] for query in caught.captured_queries if "SAVEPOINT" not in query["sql"]]

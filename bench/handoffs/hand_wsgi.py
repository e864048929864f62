"""The smallest web application that writes one recorded transaction by hand for each POST: no login, no checks."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable
from typing import Any

import orjson
import psycopg2

from bench.handoffs.by_hand import Hand, Record

DSN = "BENCH_BY_HAND_DSN"
_thread = threading.local()


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """200 with the answer as JSON; a connection to the database for each thread, kept."""
    if environ["REQUEST_METHOD"] == "POST":
        if not hasattr(_thread, "hand"):
            _thread.hand = Hand(psycopg2.connect(os.environ[DSN]))
        record = Record.from_json(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
        answer = orjson.dumps(_thread.hand.transact(record))
    else:
        answer = b"{}"
    start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(answer)))])
    return [answer]

"""Webhooks, robots and an SMS gateway over HTTP: an id comes in a header, the answer is what this kind answers."""

from __future__ import annotations

import json
import os
import socket
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.receivers.book import SLOW_SECONDS, Book

ANSWERS = {
    "webhook": {},
    "sms": {"code": 0, "message": "accepted"},
    "wecom": {"errcode": 0, "errmsg": "ok"},
    "dingtalk": {"errcode": 0, "errmsg": "ok"},
    "feishu": {"code": 0, "msg": "success", "data": {}},
}


class Handler(BaseHTTPRequestHandler):
    """The first part of the path names the kind where a webhook receiver plays a robot: `/wecom/…`."""

    kind: str
    book: Book

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        place = self.path.partition("?")[0].split("/")[1]
        kind = place if place in ANSWERS else self.kind
        fault, _, said = self.book.fault().partition("|")
        status, *more = fault.split(";")
        taken = (not fault or status == "slow" or status.startswith("accept")) and not said
        self.book.keep(
            self.headers.get("webhook-id") or self.headers.get("Idempotency-Key") or "",
            kept=taken,
            fault=fault,
            path=self.path,
            headers={name.lower(): value for name, value in self.headers.items()},
            body=body,
        )
        if status == "accept_and_die":
            os._exit(1)
        if status in {"hang_up", "accept_and_hang_up"}:
            self._hang_up(half=status == "hang_up")
            return
        if status in {"slow", "silent"}:
            time.sleep(SLOW_SECONDS if status == "slow" else 3600)
        number = int(status) if status.isdecimal() else 200
        self._answer(number, more, said or json.dumps(ANSWERS[kind] if number == 200 else {"error": number}))

    def _answer(self, status: int, more: list[str], content: str) -> None:
        self.send_response(status)
        for header in more:
            self.send_header(*header.split("=", 1))
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content.encode())))
        self.end_headers()
        self.wfile.write(content.encode())

    def _hang_up(self, *, half: bool) -> None:
        """In the middle of the answer, or before the first byte of it."""
        if half:
            self.wfile.write(b"HTTP/1.0 2")
        self.connection.shutdown(socket.SHUT_RDWR)
        self.close_connection = True

    def log_message(self, *args: Any) -> None:
        pass


def serve(kind: str, book: Book, port: int, ready: Callable[[int], None]) -> None:
    handler = type("Bound", (Handler,), {"kind": kind, "book": book})
    server = ThreadingHTTPServer(("127.0.0.1", port), handler)
    server.daemon_threads = True
    ready(server.server_address[1])
    threading.current_thread().name = f"{kind} receiver"
    server.serve_forever()

"""One HTTP exchange with a named host: no redirect is followed, and time and size have an end."""

from __future__ import annotations

import http.client
import socket
import ssl
from collections.abc import Mapping
from time import monotonic
from typing import NamedTuple
from urllib.parse import urlencode, urlsplit

from django.conf import settings

from agencies.outgoing.guard import OutgoingRefused, check_host, open_connection

PATIENCE_SECONDS = 10.0
MOST_BYTES = 1 << 20
_PIECE = 16_384


class Answer(NamedTuple):
    status: int
    content: bytes


class _Plain(http.client.HTTPConnection):
    def connect(self) -> None:
        self.sock = open_connection(self.host, self.port, timeout=PATIENCE_SECONDS)


class _Tls(http.client.HTTPSConnection):
    def connect(self) -> None:
        plain = open_connection(self.host, self.port, timeout=PATIENCE_SECONDS)
        # The certificate has to be that of the name, whichever address was called.
        self.sock = _context().wrap_socket(plain, server_hostname=self.host)


def call(url: str, *, form: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None) -> Answer:
    """GET the address, or POST the form to it. Raises OutgoingRefused, OSError."""
    parts = urlsplit(url)
    host = check_host(parts.hostname or "")
    if parts.scheme != "https" and not (parts.scheme == "http" and settings.DEMO):
        raise OutgoingRefused(f"只可经 https 访问 {host}: only https may be used to call {host}")
    kind = _Tls if parts.scheme == "https" else _Plain
    until = monotonic() + PATIENCE_SECONDS
    connection = kind(host, parts.port or (443 if kind is _Tls else 80), timeout=PATIENCE_SECONDS)
    try:
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        said = {"Accept": "application/json", "Connection": "close", **(headers or {})}
        if form is None:
            connection.request("GET", target, headers=said)
        else:
            said["Content-Type"] = "application/x-www-form-urlencoded"
            connection.request("POST", target, body=urlencode(form).encode(), headers=said)
        response = connection.getresponse()
        return Answer(response.status, _read(response, connection.sock, until, host))
    except http.client.HTTPException as error:
        raise ConnectionError(f"{host} 的答复不是 HTTP the answer of {host} is no HTTP") from error
    finally:
        connection.close()


def _read(response: http.client.HTTPResponse, wire: socket.socket | None, until: float, host: str) -> bytes:
    """The body, as long as it is short enough and comes soon enough."""
    content = b""
    while piece := response.read1(_PIECE):
        content += piece
        if len(content) > MOST_BYTES or monotonic() > until:
            raise OutgoingRefused(f"{host} 的答复过长或过慢 the answer of {host} is too long or too slow")
    return content


def _context() -> ssl.SSLContext:
    return ssl.create_default_context()

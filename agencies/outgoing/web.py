"""One HTTP exchange with a named host: no redirect is followed, and time and size have an end."""

from __future__ import annotations

import http.client
import socket
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from threading import Timer
from time import monotonic
from types import MappingProxyType
from typing import NamedTuple
from urllib.parse import SplitResult, urlencode, urlsplit

from django.conf import settings

from agencies.outgoing.guard import AnswerRefused, OutgoingRefused, check_host, open_connection

PATIENCE_SECONDS = 10.0
MOST_BYTES = 1 << 20
_PIECE = 16_384


class Answer(NamedTuple):
    """`headers` by their names in lower case."""

    status: int
    content: bytes
    headers: Mapping[str, str] = MappingProxyType({})


class _Plain(http.client.HTTPConnection):
    def connect(self) -> None:
        self.sock = open_connection(self.host, self.port, timeout=PATIENCE_SECONDS)


class _Tls(http.client.HTTPSConnection):
    def connect(self) -> None:
        plain = open_connection(self.host, self.port, timeout=PATIENCE_SECONDS)
        # The certificate has to be that of the name, whichever address was called.
        self.sock = _context().wrap_socket(plain, server_hostname=self.host)


def check_address(url: str) -> tuple[SplitResult, str]:
    """The parts of an address that may be called, and its host. Raises OutgoingRefused."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError as error:
        raise OutgoingRefused("地址无法识别", "the address cannot be read") from error
    host = check_host(host)
    if parts.scheme != "https" and not (parts.scheme == "http" and settings.DEMO):
        raise OutgoingRefused(f"{host} 只可经 https 访问", f"only https may be used to call {host}")
    return parts, host


def call(
    url: str,
    *,
    form: Mapping[str, str] | None = None,
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
) -> Answer:
    """GET the address, or POST the form or the body to it as it is, whose type the headers name.

    Raises OutgoingRefused, OSError.
    """
    parts, host = check_address(url)
    sent = urlencode(form).encode() if form is not None else body
    said = {"Accept": "application/json", "Connection": "close", **(headers or {})}
    if form is not None:
        said["Content-Type"] = "application/x-www-form-urlencoded"
    kind = _Tls if parts.scheme == "https" else _Plain
    until = monotonic() + PATIENCE_SECONDS
    connection = kind(host, parts.port or (443 if kind is _Tls else 80), timeout=PATIENCE_SECONDS)
    try:
        connection.connect()
        # The response holds the wire, the connection no longer.
        with ending(connection.sock, until), _asked(connection, parts, sent, said) as response:
            told = {name.lower(): value for name, value in response.getheaders()}
            return Answer(response.status, _read(response, until, host), told)
    except (http.client.HTTPException, ConnectionError) as error:
        if monotonic() > until:
            raise _late(error, host) from error
        if isinstance(error, http.client.HTTPException):
            raise ConnectionError(f"{host} 的答复不是 HTTP the answer of {host} is no HTTP") from error
        raise
    finally:
        connection.close()


def _late(error: Exception, host: str) -> OSError:
    """It was we who hung up: what is still sent after that resets the connection, in the head or in the body."""
    if isinstance(error, http.client.RemoteDisconnected):
        return TimeoutError(f"{host} 没有及时答复 {host} did not answer in time")
    return _too_much(host)


def _too_much(host: str) -> AnswerRefused:
    return AnswerRefused(f"{host} 的答复过长或过慢", f"the answer of {host} is too long or too slow")


def _asked(
    connection: http.client.HTTPConnection,
    parts: SplitResult,
    sent: bytes | None,
    said: Mapping[str, str],
) -> http.client.HTTPResponse:
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    connection.request("GET" if sent is None else "POST", target, body=sent, headers=dict(said))
    return connection.getresponse()


@contextmanager
def ending(wire: socket.socket, until: float) -> Iterator[None]:
    """Hang up then. Each wait for a byte has an end; of a server that sends them one by one the sum has none."""
    end = hang_up_at(wire, until)
    try:
        yield
    finally:
        end.cancel()
        end.join()


def hang_up_at(wire: socket.socket, until: float) -> Timer:
    """The same for whoever cannot wait inside a block; to be cancelled when the exchange is over."""
    end = Timer(max(0.0, until - monotonic()), _hang_up, (wire,))
    end.daemon = True
    end.start()
    return end


def _hang_up(wire: socket.socket) -> None:
    with suppress(OSError):  # it ended at the same moment
        socket.socket.shutdown(wire, socket.SHUT_RDWR)


def _read(response: http.client.HTTPResponse, until: float, host: str) -> bytes:
    """The body, as long as it is short enough and comes soon enough."""
    content = b""
    while True:
        piece = response.read1(_PIECE)
        content += piece
        if len(content) > MOST_BYTES or monotonic() > until:
            raise _too_much(host)
        if not piece:
            return content


def _context() -> ssl.SSLContext:
    return ssl.create_default_context()

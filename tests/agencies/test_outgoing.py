"""Calls to other machines: only to hosts that were named, only to addresses that were judged, no further."""

from __future__ import annotations

import ast
import http.client
import http.server
import socket
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Thread

import pytest

from agencies.outgoing import OutgoingRefused, call, open_connection
from agencies.outgoing import web as web_module

ROOT = Path(__file__).resolve().parent.parent.parent


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.0"

    def do_GET(self):
        if self.path == "/away":
            self.send_response(302)
            self.send_header("Location", "http://169.254.169.254/latest/meta-data/")
            self.end_headers()
            return
        if self.path.startswith("/drip"):
            self.wfile.write(b"HTTP/1.0 200 OK\r\n" + (b"\r\n" if self.path == "/drip-body" else b""))
            with suppress(OSError):  # hung up on
                for _ in range(40):
                    self.wfile.write(b"X: y\r\n")
                    time.sleep(0.1)
            return
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"x" * (3 << 20) if self.path == "/long" else b'{"host":"%s"}' % self.headers["Host"].encode())

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(202)
        self.send_header("Retry-After", "7")
        self.end_headers()
        self.wfile.write(self.headers["Content-Type"].encode() + b" " + body)

    def log_message(self, *args):
        pass


@contextmanager
def serving():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def port():
    with serving() as port:
        yield port


@pytest.fixture
def named(settings):
    settings.OUTGOING_HOSTS = frozenset({"sso.city.cn", "127.0.0.1", "localhost"})
    settings.OUTGOING_PRIVATE = frozenset({"127.0.0.1", "localhost"})


def resolve(monkeypatch, *addresses):
    """Names lead to these addresses, one answer for each time somebody asks."""
    answers, asked = list(addresses), []

    def getaddrinfo(name, port, **_):
        asked.append(name)
        address = answers[min(len(asked), len(answers)) - 1]
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        return [(family, socket.SOCK_STREAM, 6, "", (address, port))]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return asked


def test_a_host_that_nobody_named_is_not_called(named, port):
    with pytest.raises(OutgoingRefused, match="LIANZHI_OUTGOING_HOSTS"):
        call(f"http://elsewhere.cn:{port}/")
    with pytest.raises(OutgoingRefused, match="LIANZHI_OUTGOING_HOSTS"):
        call("http://169.254.169.254/")
    with pytest.raises(OutgoingRefused, match="LIANZHI_OUTGOING_HOSTS"):
        call(f"http://sso.city.cn@127.0.0.2:{port}/")


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "100.64.0.1", "169.254.169.254", "0.0.0.0", "224.0.0.1",
     "100.100.100.200", "::1", "fe80::1", "fd00:ec2::254", "fc00::1", "::ffff:10.0.0.1", "::ffff:169.254.169.254",
     "64:ff9b::a00:1", "2002:7f00:1::"],
)  # fmt: skip
def test_a_named_host_with_an_inner_address_is_not_called(named, monkeypatch, address):
    resolve(monkeypatch, address)
    with pytest.raises(OutgoingRefused, match="LIANZHI_OUTGOING_PRIVATE"):
        open_connection("sso.city.cn", 443, timeout=1)


@pytest.mark.parametrize(
    "address", ["169.254.169.254", "::ffff:169.254.169.254", "fe80::1", "100.100.100.200", "0.0.0.0"]
)
def test_where_inner_addresses_are_allowed_metadata_still_is_not(named, settings, monkeypatch, address):
    settings.OUTGOING_PRIVATE = frozenset({"sso.city.cn"})
    resolve(monkeypatch, address)
    with pytest.raises(OutgoingRefused, match="inner address"):
        open_connection("sso.city.cn", 443, timeout=1)


def test_the_address_that_was_judged_is_the_one_that_is_called(named, settings, monkeypatch, port):
    """A name that answers differently the second time leads nowhere else: it is asked once."""
    settings.OUTGOING_PRIVATE = frozenset({"sso.city.cn"})
    asked = resolve(monkeypatch, "127.0.0.1", "169.254.169.254")
    assert call(f"http://sso.city.cn:{port}/").content == b'{"host":"sso.city.cn:%d"}' % port
    assert asked == ["sso.city.cn"]


def test_a_redirect_is_handed_back_and_not_followed(named, port):
    assert call(f"http://127.0.0.1:{port}/away").status == 302


def test_a_body_is_posted_as_it_is_and_the_headers_of_the_answer_come_back(named, port):
    answer = call(f"http://127.0.0.1:{port}/", body='{"字":1}'.encode(), headers={"Content-Type": "application/json"})
    assert answer.status == 202 and answer.content == 'application/json {"字":1}'.encode()
    assert answer.headers["retry-after"] == "7"
    assert call(f"http://127.0.0.1:{port}/", form={"a": "b c"}).content == b"application/x-www-form-urlencoded a=b+c"
    assert call(f"http://127.0.0.1:{port}/", body=b"", headers={"Content-Type": "x/y"}).content == b"x/y "


def test_an_address_that_cannot_be_read_is_refused(named):
    for address in ("https://127.0.0.1:x/", "https://[::1/", "", "https://"):
        with pytest.raises(OutgoingRefused):
            call(address)


def test_an_answer_without_end_is_broken_off(named, port):
    with pytest.raises(OutgoingRefused, match="too long"):
        call(f"http://127.0.0.1:{port}/long")


def test_a_server_that_says_nothing_is_given_up(named, monkeypatch):
    monkeypatch.setattr(web_module, "PATIENCE_SECONDS", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(TimeoutError):
        call(f"http://127.0.0.1:{silent.getsockname()[1]}/")


@pytest.mark.parametrize("path", ["/drip-head", "/drip-body"])
def test_an_answer_that_comes_a_few_bytes_at_a_time_is_given_up_as_a_whole(named, monkeypatch, port, path):
    monkeypatch.setattr(web_module, "PATIENCE_SECONDS", 0.5)
    began = time.monotonic()
    with pytest.raises(OutgoingRefused, match="too slow"):
        call(f"http://127.0.0.1:{port}{path}")
    assert time.monotonic() - began < 2, "each byte came in time, all of them did not"


@pytest.mark.parametrize("reading", ["begin", "read1"])
def test_what_still_comes_after_we_hung_up_is_told_as_too_slow(named, monkeypatch, port, reading):
    """It resets the connection when we are too busy to read before: seen on a slow machine."""
    monkeypatch.setattr(web_module, "PATIENCE_SECONDS", 0.3)
    read = getattr(http.client.HTTPResponse, reading)

    def busy(response, *args):
        time.sleep(0.6)
        return read(response, *args)

    monkeypatch.setattr(http.client.HTTPResponse, reading, busy)
    with pytest.raises(OutgoingRefused, match="too slow") as refused:
        call(f"http://127.0.0.1:{port}/drip-head")
    assert isinstance(refused.value.__cause__, ConnectionResetError)


def test_outside_the_demo_only_https_is_spoken(named, settings, port):
    settings.DEMO = False
    with pytest.raises(OutgoingRefused, match="https"):
        call(f"http://127.0.0.1:{port}/")
    for scheme in ("file:///etc/passwd", "gopher://127.0.0.1/", "ftp://127.0.0.1/"):
        with pytest.raises(OutgoingRefused):
            call(scheme)


# --- the only way out ------------------------------------------------------------------------------------------------

CALLING = {"requests", "urllib.request", "urllib3", "http.client", "socket", "httpx", "aiohttp", "smtplib", "ftplib",
           "telnetlib", "xmlrpc", "asyncio", "socketserver", "websockets", "paramiko", "clamav_client"}  # fmt: skip
# What speaks to our own servers, or is the guard itself.
OWN = {
    "agencies/outgoing/guard.py": "the guard",
    "agencies/outgoing/web.py": "the guard",
    "cases/documents/uploads/scanner.py": "its connection is the guard's",
    "notifications/channels/mail.py": "its connection is the guard's",
    "config/embedded": "our own PostgreSQL and Redis",
    "config/demo": "the demo drives its own API",
}


def test_nothing_else_in_the_product_opens_a_connection():
    found = set()
    for package in ("audit", "agencies", "cases", "notifications", "config"):
        for path in (ROOT / package).rglob("*.py"):
            place = str(path.relative_to(ROOT))
            if not any(place.startswith(own) for own in OWN) and _calls(path.read_text()):
                found.add(place)
    assert found == set(), "go through agencies.outgoing, which asks the operator's list first"


def _calls(source: str) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return {name for name in names if any(name == bad or name.startswith(f"{bad}.") for bad in CALLING)}


def test_the_rule_sees_every_way_of_importing():
    for source in (
        "import socket",
        "from urllib import request",
        "import urllib.request as r",
        "from requests import get",
    ):
        assert _calls(source), source
    assert not _calls("from urllib.parse import urlsplit\nfrom rest_framework.request import Request")

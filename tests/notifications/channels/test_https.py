"""Calls over HTTPS: spoken where the certificate is of a known authority and of the very name, and only there."""

from __future__ import annotations

import ssl
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from agencies.outgoing import call
from notifications.channels import webhook as channel
from notifications.channels.base import Temporary
from tests.notifications.channels.test_tls import papers  # noqa: F401 — a fixture
from tests.notifications.channels.test_webhook import SECRET


class Quiet(HTTPServer):
    def handle_error(self, request, client_address):
        """Whoever hangs up during the handshake is what these tests are about."""


@pytest.fixture
def server(papers, settings):  # noqa: F811
    """A port, and what was posted there."""
    taken = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            taken.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *args):
            pass

    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(papers / "server.pem")
    http = Quiet(("127.0.0.1", 0), Handler)
    http.socket = context.wrap_socket(http.socket, server_side=True)
    settings.OUTGOING_HOSTS = settings.OUTGOING_PRIVATE = frozenset({"127.0.0.1", "localhost"})
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield http.server_port, taken
    http.shutdown()
    http.server_close()
    thread.join(10)


def test_a_known_authority_and_the_right_name_are_spoken_to(server, papers, monkeypatch):  # noqa: F811
    port, taken = server
    monkeypatch.setenv("SSL_CERT_FILE", str(papers / "ca.pem"))
    assert call(f"https://127.0.0.1:{port}/", body=b"x").status == 204
    assert taken == [b"x"]


def test_a_certificate_of_an_unknown_authority_ends_it_before_a_word_is_said(server, outgoing):
    port, taken = server
    with pytest.raises(Temporary, match="SSLCertVerificationError"):
        channel.send(outgoing("webhook", f"https://127.0.0.1:{port}/", secret=SECRET))
    assert taken == []


def test_so_does_one_of_another_name(server, papers, outgoing, monkeypatch):  # noqa: F811
    port, taken = server
    monkeypatch.setenv("SSL_CERT_FILE", str(papers / "ca.pem"))
    with pytest.raises(Temporary, match="SSLCertVerificationError"):
        channel.send(outgoing("webhook", f"https://localhost:{port}/", secret=SECRET))
    assert taken == []

"""Mail over TLS, with a certificate of an authority of this test: spoken where it is trusted, and only there."""

from __future__ import annotations

import asyncio
import ipaddress
import ssl
import threading
from datetime import UTC, datetime, timedelta

import pytest
from aiosmtpd.smtp import SMTP, AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from notifications.channels import mail as channel
from notifications.channels.base import Temporary
from tests.notifications.channels.test_mail import TO, channel_settings

WORD = "word-of-the-mail"


@pytest.fixture(scope="module")
def papers(tmp_path_factory):
    """The authority's certificate, and a server's for 127.0.0.1."""
    folder, now = tmp_path_factory.mktemp("tls"), datetime.now(UTC)
    own, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())

    def made(name, public, *extensions):
        start = x509.CertificateBuilder().subject_name(named(name)).issuer_name(named("CA")).public_key(public)
        start = start.serial_number(x509.random_serial_number()).not_valid_before(now - timedelta(days=1))
        start = start.not_valid_after(now + timedelta(days=1))
        for extension, critical in extensions:
            start = start.add_extension(extension, critical)
        return start.sign(own, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)

    authority = made(
        "CA", own.public_key(), (x509.BasicConstraints(True, None), True),
        (x509.KeyUsage(*[False] * 5, True, True, False, False), True),
        (x509.SubjectKeyIdentifier.from_public_key(own.public_key()), False),
    )  # fmt: skip
    here = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(own.public_key())
    server = made("127.0.0.1", key.public_key(), (here, False), (issuer, False))
    plain = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "ca.pem").write_bytes(authority)
    (folder / "server.pem").write_bytes(server + plain)
    return folder


def named(name):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


@pytest.fixture
def server(papers):
    """Starts a mail server; what it took, each with whether it came over TLS and who had logged in."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(papers / "server.pem")
    loop, taken, servers = asyncio.new_event_loop(), [], []

    class Handler:
        async def handle_DATA(self, server, session, envelope):  # noqa: N802
            taken.append((session.ssl is not None or server.transport.get_extra_info("sslcontext") is not None,
                          session.auth_data, envelope.rcpt_tos))  # fmt: skip
            return "250 OK"

    def login(_server, _session, _envelope, _mechanism, data):
        return AuthResult(success=data.password == WORD.encode(), handled=False, auth_data=data.login.decode())

    def smtp(tls):
        more = {"tls_context": context, "require_starttls": True} if tls == "starttls" else {}
        return SMTP(Handler(), hostname="mail.invalid", authenticator=login, loop=loop,
                    auth_require_tls=tls == "starttls", **more)  # fmt: skip

    def start(tls):
        made = loop.create_server(lambda: smtp(tls), "127.0.0.1", 0, ssl=context if tls == "tls" else None)
        servers.append(asyncio.run_coroutine_threadsafe(made, loop).result(10))
        return servers[-1].sockets[0].getsockname()[1]

    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    yield start, taken
    asyncio.run_coroutine_threadsafe(closed(servers), loop).result(10)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(10)
    loop.close()


async def closed(servers):
    """No socket is left, also of what broke off."""
    for each in servers:
        each.close()
        await each.wait_closed()
    others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    await asyncio.sleep(0)


@pytest.mark.parametrize("tls", ["starttls", "tls"])
def test_name_password_and_message_go_over_tls(server, papers, settings, outgoing, monkeypatch, tls):
    start, taken = server
    monkeypatch.setenv("SSL_CERT_FILE", str(papers / "ca.pem"))
    settings.MAIL = channel_settings(start(tls), tls=tls, user="lz", password=WORD)
    channel.send(outgoing("email", TO))
    assert taken == [(True, "lz", [TO])]


@pytest.mark.parametrize("tls", ["starttls", "tls"])
def test_a_certificate_of_an_unknown_authority_ends_it_before_a_word_is_said(server, settings, outgoing, tls):
    start, taken = server
    settings.MAIL = channel_settings(start(tls), tls=tls, user="lz", password=WORD)
    with pytest.raises(Temporary, match="SSLCertVerificationError") as told:
        channel.send(outgoing("email", TO))
    assert taken == [] and WORD not in str(told.value)


def test_a_wrong_password_is_our_trouble_and_kills_no_message(server, papers, settings, outgoing, monkeypatch):
    start, taken = server
    monkeypatch.setenv("SSL_CERT_FILE", str(papers / "ca.pem"))
    settings.MAIL = channel_settings(start("starttls"), tls="starttls", user="lz", password="another word")
    with pytest.raises(Temporary, match="535"):
        channel.send(outgoing("email", TO))
    assert taken == []

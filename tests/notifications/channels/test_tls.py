"""Mail over TLS, with a certificate of an authority of this test: spoken where it is trusted, and only there."""

from __future__ import annotations

import ipaddress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from notifications.channels import mail as channel
from notifications.channels.base import Temporary
from tests.notifications.channels.test_mail import TO, channel_settings
from tests.receivers import start

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
def server(papers, tmp_path):
    """Starts a mail server that wants a password: a process, with which its sockets go, also of what broke off."""
    started = []

    def begin(tls):
        started.append(start("smtp", tmp_path / "smtp", options=[tls, str(papers / "server.pem"), WORD]))
        return started[-1]

    yield begin
    for each in started:
        each.stop()


@pytest.mark.parametrize("tls", ["starttls", "tls"])
def test_name_password_and_message_go_over_tls(server, papers, settings, outgoing, monkeypatch, tls):
    mails = server(tls)
    monkeypatch.setenv("SSL_CERT_FILE", str(papers / "ca.pem"))
    settings.MAIL = channel_settings(mails.port, tls=tls, user="lz", password=WORD)
    channel.send(outgoing("email", TO))
    assert [(got["tls"], got["user"], got["to"]) for got in mails.got()] == [(True, "lz", [TO])]


def opened():
    """How many files and sockets this process has open."""
    return len(list(Path("/proc/self/fd").iterdir()))


@pytest.mark.parametrize("tls", ["starttls", "tls"])
def test_a_certificate_of_an_unknown_authority_ends_it_before_a_word_is_said(server, settings, outgoing, tls):
    mails = server(tls)
    settings.MAIL = channel_settings(mails.port, tls=tls, user="lz", password=WORD)
    before = opened()
    with pytest.raises(Temporary, match="SSLCertVerificationError") as told:
        channel.send(outgoing("email", TO))
    assert mails.got() == [] and WORD not in str(told.value)
    assert opened() == before  # while `told` still holds what broke off


def test_a_wrong_password_is_our_trouble_and_kills_no_message(server, papers, settings, outgoing, monkeypatch):
    mails = server("starttls")
    monkeypatch.setenv("SSL_CERT_FILE", str(papers / "ca.pem"))
    settings.MAIL = channel_settings(mails.port, tls="starttls", user="lz", password="another word")
    with pytest.raises(Temporary, match="535"):
        channel.send(outgoing("email", TO))
    assert mails.got() == []

"""A mail server (aiosmtpd) that takes messages by their Message-ID; with TLS and a password if asked for."""

from __future__ import annotations

import asyncio
import email
import email.policy
import os
import socket
import ssl
from collections.abc import Callable
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult

from tests.receivers.book import SLOW_SECONDS, Book

# RCPT is where a server says that it does not know somebody; `rcpt550` breaks there, `550` after the whole message.
RCPT = "rcpt"


class Handler:
    def __init__(self, book: Book) -> None:
        self._book = book

    async def handle_RCPT(  # noqa: N802
        self, server: Any, session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        fault = session.fault = self._book.fault()
        if fault.startswith(RCPT):
            self._book.keep("", kept=False, fault=fault, to=address)
            return f"{fault.removeprefix(RCPT)} {address} is not to be had"
        if fault == "hang_up":
            self._book.keep("", kept=False, fault=fault, to=address)
            server.transport.abort()
            return "421 gone"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802
        self, server: Any, session: Any, envelope: Any
    ) -> str:
        fault = session.fault
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        taken = not fault or fault == "slow" or fault.startswith("accept")
        text, page = mail.get_body(("plain",)), mail.get_body(("html",))
        self._book.keep(
            str(mail["Message-ID"]).strip("<>").partition("@")[0],
            kept=taken,
            fault=fault,
            to=envelope.rcpt_tos,
            tls=session.ssl is not None or server.transport.get_extra_info("sslcontext") is not None,
            user=session.auth_data,
            sender=envelope.mail_from,
            headers={name.lower(): str(value) for name, value in mail.items()},
            text=text.get_content() if text else "",
            html=page.get_content() if page else "",
        )
        if fault == "accept_and_die":
            os._exit(1)
        if fault == "accept_and_hang_up":
            server.transport.abort()
        if fault in {"slow", "silent"}:
            await asyncio.sleep(SLOW_SECONDS if fault == "slow" else 3600)
        return "250 OK" if taken else f"{fault} not taken from {envelope.mail_from} to {envelope.rcpt_tos[0]}"


def serve(
    kind: str, book: Book, port: int, ready: Callable[[int], None], tls: str = "", pem: str = "", password: str = ""
) -> None:
    """Until killed. `tls`: `tls` from the first byte, `starttls`, or none; `pem`: the server's key and certificate."""
    context = None
    if tls:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(pem)
    more: dict[str, Any] = {"tls_context": context, "require_starttls": True} if tls == "starttls" else {}
    if password:
        more |= {"authenticator": _login(password), "auth_require_tls": tls == "starttls"}

    async def run() -> None:
        loop = asyncio.get_running_loop()
        listening = socket.create_server(("127.0.0.1", port))
        server = await loop.create_server(
            lambda: SMTP(Handler(book), hostname="mail.invalid", **more),
            sock=listening,
            ssl=context if tls == "tls" else None,
        )
        ready(listening.getsockname()[1])
        await server.serve_forever()

    asyncio.run(run())


def _login(password: str) -> Callable[..., AuthResult]:
    def login(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        right = data.password == password.encode()
        return AuthResult(success=right, handled=False, auth_data=data.login.decode())

    return login

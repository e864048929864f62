"""E-mail through the installation's own mail server: Django's SMTP backend over the guard's connection.

The Message-ID is made of the delivery's id, so that a message that is sent again after a broken connection is the same
one to whoever receives it (RFC 5322 3.6.4). Of the server's answers the codes alone are kept: their text may repeat
the address. What is wrong with our settings or the server as a whole is temporary: the operator has three days.
"""

from __future__ import annotations

import re
import smtplib
import socket
from contextlib import suppress
from email.utils import parseaddr
from functools import partial
from time import monotonic
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.smtp import EmailBackend
from django.utils.html import format_html

from agencies.outgoing import hang_up_at, open_connection
from agencies.vocabulary import Label
from notifications.channels.base import Outgoing, Permanent, Temporary
from notifications.channels.wire import one_line

_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})+")
_FOOT = Label(
    "本邮件由系统自动发送，请勿回复。案件内容请登录后查看。",
    "Sent by the system; please do not answer. Log in to read what it is about.",
)
_OPEN = Label("查看", "Open")


def send(message: Outgoing) -> None:
    """Hand it in at the mail server. Raises Temporary, Permanent."""
    server = settings.MAIL
    if server is None:
        raise Permanent("未设置邮件服务器（LIANZHI_SMTP_HOST）", "no mail server is set (LIANZHI_SMTP_HOST)")
    if not _ADDRESS.fullmatch(message.address):
        raise Permanent("邮箱地址不可用", "the mail address cannot be used")
    backend = _Backend(server)
    try:
        backend.open()
        backend.send_messages([composed(message)])
    except smtplib.SMTPRecipientsRefused as error:
        _judge(next(iter(error.recipients.values()))[0], error)
    except smtplib.SMTPDataError as error:
        _judge(error.smtp_code, error)
    except smtplib.SMTPResponseException as error:
        # The greeting, the login, our own address: none of them is the message's.
        raise Temporary(
            f"SMTP {error.smtp_code}：邮件服务器拒绝本系统", f"SMTP {error.smtp_code}: the mail server refuses us"
        ) from error
    except OSError as error:
        kind = type(error).__name__
        raise Temporary(f"邮件服务器没有答复（{kind}）", f"no answer from the mail server ({kind})") from error
    finally:
        with suppress(OSError):  # whatever was accepted is accepted
            backend.close()


def _judge(code: int, error: Exception) -> None:
    if 500 <= code < 600:
        raise Permanent(
            f"SMTP {code}：邮件服务器拒绝投递", f"SMTP {code}: the mail server refuses to deliver it"
        ) from error
    raise Temporary(
        f"SMTP {code}：邮件服务器暂不能投递", f"SMTP {code}: the mail server cannot deliver it now"
    ) from error


def written(message: Outgoing) -> str:
    """The plain text of a mail: what is told, where it leads, who sends it."""
    foot = _FOOT.en if message.language == "en" else _FOOT.zh
    return f"{message.text}\n\n{message.link}\n\n{foot}\n"


def composed(message: Outgoing) -> EmailMultiAlternatives:
    """Plain text with a simple page beside it."""
    sender: str = settings.MAIL.sender
    foot = _FOOT.en if message.language == "en" else _FOOT.zh
    mail = EmailMultiAlternatives(
        subject=one_line(message.subject),
        body=written(message),
        from_email=sender,
        to=[message.address],
        headers={
            "Message-ID": f"<{message.id}@{parseaddr(sender)[1].rpartition('@')[2]}>",
            # RFC 3834: nobody's absence note shall answer, nor a robot.
            "Auto-Submitted": "auto-generated",
            "X-Auto-Response-Suppress": "All",
        },
    )
    mail.attach_alternative(
        format_html(
            # Each fact on a line of its own, as in the plain text.
            '<!doctype html><html lang="{}"><body><p style="white-space: pre-line">{}</p>'
            '<p><a href="{}">{}</a></p><p>{}</p></body></html>',
            "en" if message.language == "en" else "zh-CN",
            message.text,
            message.link,
            _OPEN.en if message.language == "en" else _OPEN.zh,
            foot,
        ),
        "text/html",
    )
    return mail


class _Guarded(smtplib.SMTP):
    """Its connection is the guard's, and the whole exchange has an end, however slowly the server answers."""

    def __init__(self, *args: Any, until: float, **more: Any) -> None:
        self._until = until
        super().__init__(*args, **more)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        wire = open_connection(host, port, timeout=timeout, named=True)
        # A second handle on the same connection: the first one is wrapped when TLS begins.
        self._spare = wire.dup()
        self._end = hang_up_at(self._spare, self._until)
        return wire

    def close(self) -> None:
        if hasattr(self, "_end"):
            self._end.cancel()
            self._spare.close()
        super().close()


class _GuardedTls(_Guarded, smtplib.SMTP_SSL):
    """TLS from the first byte; the certificate has to be that of the name."""

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        plain = super()._get_socket(host, port, timeout)
        try:
            return self.context.wrap_socket(plain, server_hostname=host)
        except BaseException:
            self.close()  # nobody else has this half-made connection: its second handle and its end go with it
            raise


class _Backend(EmailBackend):
    def __init__(self, server: Any) -> None:
        super().__init__(
            host=server.host,
            port=server.port,
            username=server.user,
            password=server.password,
            use_tls=server.tls == "starttls",
            use_ssl=server.tls == "tls",
            timeout=server.timeout,
        )
        self._until = monotonic() + server.timeout

    @property
    def connection_class(self) -> Any:
        return partial(_GuardedTls if self.use_ssl else _Guarded, until=self._until)

"""Mail to a real server process: one message whatever breaks, and which answers are final."""

from __future__ import annotations

import re
import socket
import time
from threading import Thread

import pytest

from notifications.channels import mail as channel
from notifications.channels.base import Permanent, Temporary

TO = "zhang.wei@example.gov.cn"


def test_a_message_arrives_as_text_and_page_and_says_that_nobody_shall_answer(mail, outgoing):
    message = outgoing("email", TO)
    channel.send(message)
    got = mail.got()[-1]
    assert got["id"] == message.id and got["fresh"]
    assert got["to"] == [TO] and got["sender"] == "lz@city.gov.cn"
    assert got["headers"]["auto-submitted"] == "auto-generated"
    assert got["headers"]["message-id"] == f"<{message.id}@city.gov.cn>"
    assert got["headers"]["subject"] == message.subject
    for part in (got["text"], got["html"]):
        assert message.text in part and message.link in part
    assert f'<a href="{message.link}">' in got["html"] and 'lang="zh-CN"' in got["html"]


def test_the_page_escapes_what_it_is_told_and_speaks_english(mail, outgoing):
    channel.send(outgoing("email", TO, text="A <b>bold</b> & quick one", language="en"))
    page = mail.got()[-1]["html"]
    assert "&lt;b&gt;bold&lt;/b&gt; &amp; quick" in page and "please do not answer" in page and 'lang="en"' in page


@pytest.mark.parametrize("fault", ["accept_and_hang_up", "accept_and_die"])
def test_a_message_that_was_taken_and_not_answered_is_one_message_when_it_comes_again(mail, outgoing, fault):
    message = outgoing("email", TO)
    mail.fail(fault)
    with pytest.raises(Temporary):
        channel.send(message)
    if fault == "accept_and_die":
        mail.wait()
        mail.restart()
    channel.send(message)
    arrivals = [line for line in mail.got() if line["id"] == message.id]
    assert [line["kept"] for line in arrivals] == [True, True]
    assert mail.effects().count(message.id) == 1


@pytest.mark.parametrize("fault", ["450", "421", "rcpt450", "hang_up", "rcpt421"])
def test_what_may_pass_is_temporary(mail, outgoing, fault):
    mail.fail(fault)
    with pytest.raises(Temporary) as told:
        channel.send(outgoing("email", TO))
    assert TO not in str(told.value)


@pytest.mark.parametrize("fault", ["550", "554", "rcpt550", "rcpt553"])
def test_what_is_refused_for_good_is_permanent_and_repeats_no_address(mail, outgoing, fault):
    mail.fail(fault)
    with pytest.raises(Permanent, match=fault[-3:]) as told:
        channel.send(outgoing("email", TO))
    assert TO not in str(told.value), "the server repeats the address in its answer; it is not kept"


@pytest.mark.parametrize("says", [b"", b"220-still\r\n"])
def test_a_server_that_says_nothing_or_never_ends_is_given_up(settings, outgoing, says):
    stop = []
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def drip():
            wire, _ = listening.accept()
            with wire:
                while not stop and says:
                    try:
                        wire.sendall(says)
                    except OSError:
                        return
                    time.sleep(0.05)
                while not stop:
                    time.sleep(0.05)

        thread = Thread(target=drip)
        thread.start()
        settings.MAIL = channel_settings(listening.getsockname()[1], timeout=0.4)
        began = time.monotonic()
        with pytest.raises(Temporary):
            channel.send(outgoing("email", TO))
        assert time.monotonic() - began < 3, "each line came in time, all of them did not"
        stop.append(True)
        thread.join()


def channel_settings(port, **more):
    from config.settings.channels import MailServer

    usual = {"host": "127.0.0.1", "port": port, "tls": "none", "user": "", "password": "",
             "sender": "lz@city.gov.cn", "timeout": 5}  # fmt: skip
    return MailServer(**(usual | more))


def test_without_tls_nothing_is_said_where_it_was_asked_for(settings, smtp_receiver, outgoing):
    """The receiver offers no STARTTLS: neither the password nor the message goes out in clear."""
    settings.MAIL = channel_settings(smtp_receiver.port, tls="starttls", user="lz", password="word-of-the-mail")
    before = len(smtp_receiver.got())
    with pytest.raises(Temporary) as told:
        channel.send(outgoing("email", TO))
    assert len(smtp_receiver.got()) == before and "word-of-the-mail" not in str(told.value)


def test_no_connection_is_temporary_and_metadata_are_never_called(settings, outgoing):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        free = taken.getsockname()[1]
    settings.MAIL = channel_settings(free)
    with pytest.raises(Temporary):
        channel.send(outgoing("email", TO))
    settings.MAIL = channel_settings(25, host="169.254.169.254")
    with pytest.raises(Temporary, match="OutgoingRefused"):
        channel.send(outgoing("email", TO))
    settings.MAIL = None
    with pytest.raises(Permanent, match="LIANZHI_SMTP_HOST"):
        channel.send(outgoing("email", TO))


def test_a_subject_with_line_breaks_adds_no_header(mail, outgoing):
    nasty = "待办\r\nBcc: someone@elsewhere.cn\r\n\r\nbody\u2028more\x00"
    channel.send(outgoing("email", TO, subject=nasty))
    got = mail.got()[-1]
    assert "bcc" not in got["headers"] and got["to"] == [TO]
    assert re.fullmatch(r"待办 Bcc: someone@elsewhere\.cn body more", got["headers"]["subject"])


@pytest.mark.parametrize(
    "address",
    ["", "nobody", "a@b", "a b@c.cn", "a@c.cn\r\nRCPT TO:<x@y.cn>", "a@c.cn,x@y.cn", "<a@c.cn>", "张@c.cn", "a@c.cn "],
)
def test_an_address_that_is_none_never_reaches_the_server(mail, outgoing, address):
    before = len(mail.got())
    with pytest.raises(Permanent):
        channel.send(outgoing("email", address))
    assert len(mail.got()) == before

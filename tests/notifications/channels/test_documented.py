"""The receiver of webhooks that docs/operations.md prints does what the page says."""

from __future__ import annotations

import re
import threading
from http.server import HTTPServer

import pytest

from notifications.channels import webhook as channel
from notifications.channels.base import Temporary
from tests.conftest import ROOT
from tests.notifications.channels.test_webhook import OTHER, SECRET

LAST = 'HTTPServer(("", 8080), Receiver).serve_forever()\n'


@pytest.fixture
def documented(capfd, settings):
    """It runs, on a port of its own; its address, and what it printed."""
    page = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"```python\n(from http\.server .*?)```", page, re.DOTALL)
    assert code.endswith(LAST)
    names: dict[str, object] = {}
    exec(code.removesuffix(LAST).replace("whsec_…", SECRET), names)
    server = HTTPServer(("127.0.0.1", 0), names["Receiver"])
    settings.OUTGOING_HOSTS = settings.OUTGOING_PRIVATE = frozenset({"127.0.0.1"})
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/", lambda: capfd.readouterr().out
    server.shutdown()
    server.server_close()
    thread.join(10)


def test_it_verifies_takes_each_message_once_and_prints_it(documented, outgoing):
    address, printed = documented
    message = outgoing("webhook", address, secret=SECRET)
    channel.send(message)
    channel.send(message)
    said = printed()
    assert len(said.splitlines()) == 1
    assert f"'link': '{message.link}'" in said


def test_it_takes_nothing_that_another_secret_signed(documented, outgoing):
    address, printed = documented
    with pytest.raises(Temporary):
        channel.send(outgoing("webhook", address, secret=OTHER))
    assert printed() == ""
    # While a secret is changed both sign, and it knows one of them.
    channel.send(outgoing("webhook", address, secret=f"{OTHER} {SECRET}"))
    assert printed() != ""

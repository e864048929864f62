"""The server dies in the middle of an upload: the telephone sends again by itself, and the picture is there once."""

from __future__ import annotations

import os
import re
import signal
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.test_phone import due, kept, log_in
from tests.conftest import answers, child, wait_for
from tests.files import photo
from tests.workflow.world import World

__all__ = ["due"]
SLOW = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": 200_000}
FAST = {**SLOW, "uploadThroughput": -1}


@pytest.fixture
def server(site: str, tmp_path: Path) -> Callable[[], Any]:
    """A web server of its own on the database of the other browser tests, at one address however often it begins."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)]
    command += ["--workers", "1", "--blocking-threads", "4", "config.wsgi:application"]
    address = f"http://127.0.0.1:{port}"

    def begin() -> Any:
        log = tmp_path / "web.log"
        return child(command, log), address, lambda running: wait_for(lambda: answers(address), running, log)

    return begin


def kill(running: Any) -> None:
    """The server and its worker at once, as a machine that loses its power."""
    workers = Path(f"/proc/{running.pid}/task/{running.pid}/children").read_text(encoding="ascii").split()
    for one in (running.pid, *map(int, workers)):
        os.kill(one, signal.SIGKILL)


def test_a_server_killed_in_the_middle_takes_the_picture_once(
    due: tuple[World, str, str], server: Callable[[], Any], browser: Browser
) -> None:
    _, case, no = due
    first, address, ready = server()
    context = browser.new_context(
        base_url=address, viewport={"width": 375, "height": 812}, locale="zh-CN", service_workers="block"
    )
    with first as running:
        ready(running)
        page = context.new_page()
        log_in(page, "grid-crew1")
        page.goto(f"/suspensions/{no}/photo/")
        wire = context.new_cdp_session(page)
        wire.send("Network.emulateNetworkConditions", SLOW)
        large = {"name": "大.jpg", "mimeType": "image/jpeg", "buffer": photo(b"0" * 1_000_000)}
        with page.expect_event("requestfailed", lambda one: "/photo/" in one.url):
            with page.expect_request("**/photo/*-*/"):
                page.locator("#p-meter").set_input_files(large)
            kill(running)
    assert kept(case) == 0
    expect(page.locator("[data-net]")).to_contain_text("1 张待传")
    wire.send("Network.emulateNetworkConditions", FAST)
    again, _, ready = server()
    with again as running:
        ready(running)
        expect(page.locator("[data-net]")).to_have_text(re.compile("^已连接$"), timeout=40_000)
        assert kept(case) == 1
        page.reload()
        expect(page.locator(".shots li[data-id]")).to_have_count(1)
    context.close()

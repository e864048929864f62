"""Pages as a browser opens them: what a person waits for, with an empty cache, on this machine."""

from __future__ import annotations

import os
import shutil
import socket
import statistics
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

TIMES = 9
_TIMINGS = """() => new Promise((resolve) => {
  new PerformanceObserver((list) => {
    const [page] = performance.getEntriesByType('navigation');
    const [paint] = performance.getEntriesByName('first-contentful-paint');
    resolve({first_byte: page.responseStart, first_paint: paint ? paint.startTime : 0,
             largest_paint: list.getEntries().at(-1).startTime, loaded: page.loadEventEnd});
  }).observe({type: 'largest-contentful-paint', buffered: true});
})"""


def opened(pages: Sequence[tuple[str, str, str]]) -> Iterator[dict[str, Any]]:
    """One line a page: medians in milliseconds of TIMES openings, each in a window that has nothing stored."""
    from django.conf import settings
    from playwright.sync_api import sync_playwright

    with _served() as address, sync_playwright() as playwright:
        chromium = shutil.which("chromium") or shutil.which("chromium-browser")
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for name, who, path in pages:
            found = []
            for _ in range(TIMES):
                context = browser.new_context(base_url=address, viewport={"width": 1440, "height": 900})
                page = context.new_page()
                page.goto("/login/")
                page.fill("#u", who)
                page.fill("#p", settings.DEMO_PASSWORD)
                with page.expect_navigation():
                    page.press("#p", "Enter")
                context.new_cdp_session(page).send("Network.clearBrowserCache")
                page.goto(path, wait_until="load")
                found.append(page.evaluate(_TIMINGS))
                context.close()
            yield {"bench": "pages", "page": name, "in": "chromium"} | {
                f"{key}_ms": round(statistics.median(each[key] for each in found))
                for key in ("first_byte", "first_paint", "largest_paint", "loaded")
            }
        browser.close()


@contextmanager
def _served() -> Iterator[str]:
    """The address of a web server of the bench's own, on its database."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)]
    command += ["--workers", "1", "--blocking-threads", "4", "config.wsgi:application"]
    with subprocess.Popen(command, env=os.environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            address = f"http://127.0.0.1:{port}"
            _wait(address)
            yield address
        finally:
            server.terminate()


def _wait(address: str) -> None:
    until = time.monotonic() + 60
    while not _answers(address):
        if time.monotonic() > until:
            raise RuntimeError("the web server does not answer")
        time.sleep(0.2)


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/login/") as answer:
            return bool(answer.read())
    except (urllib.error.URLError, ConnectionError):
        return False

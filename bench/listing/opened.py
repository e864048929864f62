"""Pages as a browser opens them: what a person waits for, with an empty cache, on this machine."""

from __future__ import annotations

import gzip
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
from typing import Any, NamedTuple


class Screen(NamedTuple):
    """A window, and how many times slower its processor is than this one."""

    width: int
    height: int
    slower: int


TIMES = 5
# The office machine as it is; the phone as Lighthouse has it: four times slower.
SCREENS = (Screen(1440, 900, 1), Screen(375, 812, 4))
QUIET_MS = 500
KEYS = ("first_byte", "fcp", "lcp", "tbt", "loaded")
# As Lighthouse counts: of each task after the first paint what goes beyond 50 ms; of the shifts that nobody caused the
# worst window of five seconds without a pause of one.
_WATCH = """
window.seen = {lcp: 0, tasks: [], shifts: []};
const watch = (type, note) =>
  new PerformanceObserver((list) => list.getEntries().forEach(note)).observe({type, buffered: true});
watch('largest-contentful-paint', (each) => { seen.lcp = each.startTime; });
watch('longtask', (each) => seen.tasks.push([each.startTime, each.duration]));
watch('layout-shift', (each) => { if (!each.hadRecentInput) seen.shifts.push([each.startTime, each.value]); });
"""
_TIMINGS = """() => {
  const [page] = performance.getEntriesByType('navigation');
  const [paint] = performance.getEntriesByName('first-contentful-paint');
  if (!paint || !seen.lcp) throw new Error('nothing was painted');
  const tbt = seen.tasks.filter(([at]) => at >= paint.startTime).reduce((sum, [, took]) => sum + took - 50, 0);
  let cls = 0, sum = 0, begin = -Infinity, last = -Infinity;
  for (const [at, value] of seen.shifts) {
    if (at - last > 1000 || at - begin > 5000) { sum = 0; begin = at; }
    last = at; sum += value; cls = Math.max(cls, sum);
  }
  return {first_byte: page.responseStart, fcp: paint.startTime, lcp: seen.lcp, tbt, cls, loaded: page.loadEventEnd};
}"""


def opened(pages: Sequence[tuple[str, str, str]]) -> Iterator[dict[str, Any]]:
    """One line a page and screen: medians of TIMES openings, each in a window that has nothing stored."""
    from playwright.sync_api import sync_playwright

    with _served() as address, sync_playwright() as playwright:
        chromium = shutil.which("chromium") or shutil.which("chromium-browser")
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        inside = {who: _logged_in(browser, address, who) for _, who, _ in pages}
        for name, who, path in pages:
            for screen in SCREENS:
                found = [_open(browser, address + path, inside[who], screen) for _ in range(TIMES)]
                yield {"bench": "pages", "page": name, "in": "chromium", "width": screen.width} | {
                    "cpu_slower": screen.slower,
                    **{f"{key}_ms": round(statistics.median(each[key] for each in found)) for key in KEYS},
                    "cls": round(statistics.median(each["cls"] for each in found), 4),
                    "requests": found[0]["requests"],
                    "first_view_kb": round(found[0]["weight"] / 1024, 1),
                }
        browser.close()


def _logged_in(browser: Any, address: str, who: str) -> Any:
    """The cookies of this person, through the login page."""
    from django.conf import settings

    context = browser.new_context(base_url=address)
    page = context.new_page()
    page.goto("/login/")
    page.fill("#u", who)
    page.fill("#p", settings.DEMO_PASSWORD)
    page.press("#p", "Enter")
    page.wait_for_url(f"{address}/")
    state = context.storage_state()
    context.close()
    return state


def _open(browser: Any, address: str, inside: Any, screen: Screen) -> dict[str, float]:
    """The page once in a new window: its timings, how much it loads and what that weighs compressed."""
    size = {"width": screen.width, "height": screen.height}
    context = browser.new_context(viewport=size, storage_state=inside)
    page = context.new_page()
    page.add_init_script(_WATCH)
    context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": screen.slower})
    answers: list[Any] = []

    def note(answer: Any) -> None:  # playwright takes functions of Python alone
        answers.append(answer)

    page.on("response", note)
    page.goto(address, wait_until="load")
    if page.url != address:
        raise RuntimeError(f"{address} led to {page.url}")
    page.wait_for_timeout(QUIET_MS)
    loaded = [answer for answer in answers if answer.url.startswith("http")]
    weight = sum(len(gzip.compress(answer.body())) for answer in loaded)
    timings: dict[str, float] = page.evaluate(_TIMINGS)
    context.close()
    return timings | {"requests": len(loaded), "weight": weight}


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

"""`make screens`: pictures of the pages over the demo, into docs/screens/, to be looked at beside the design.

The demo is played in a throwaway directory, its clock stands where the stories end, and the pictures are made by
Debian's Chromium at 1440 and 375 pixels. The crew's steps need a cut that is due: for them the clock moves on.
"""

from __future__ import annotations

import io
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from tests.installation import Installation

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "screens"
ADDRESS = re.compile(r"打开 (http://127\.0\.0\.1:\d+)")
COLOURS = 128
WIDE, NARROW = 1440, 375
OFFICER, CREW, SUPERVISOR = "drc-handler1", "grid-crew1", "sup-supervisor1"


class Shot(NamedTuple):
    """One picture: its name, who looks, and at what."""

    name: str
    who: str
    path: str
    width: int = WIDE
    english: bool = False


SHOTS = (
    Shot("01-workbench-1440", OFFICER, "/"),
    Shot("01-workbench-375", OFFICER, "/", NARROW),
    Shot("01-workbench-en-1440", OFFICER, "/", english=True),
    Shot("01-workbench-supervision-1440", SUPERVISOR, "/"),
    Shot("02-cases-1440", OFFICER, "/cases/"),
    Shot("02-cases-375", OFFICER, "/cases/", NARROW),
    Shot("02-cases-en-1440", OFFICER, "/cases/", english=True),
    Shot("03-case-1440", OFFICER, "/cases/XZ21-2930/"),
    Shot("03-case-375", OFFICER, "/cases/XZ21-2930/", NARROW),
    Shot("03-case-en-1440", OFFICER, "/cases/XZ21-2918/", english=True),
    Shot("04a-import-upload-1440", OFFICER, "/imports/"),
    Shot("06-audit-1440", SUPERVISOR, "/audit/?case=XZ21-2930"),
    Shot("07-dashboard-1440", SUPERVISOR, "/dashboard/"),
    Shot("07-dashboard-375", SUPERVISOR, "/dashboard/", NARROW),
    Shot("08-tariff-1440", OFFICER, "/tariff/"),
    Shot("10-not-found-1440", OFFICER, "/cases/XZ26-9999/"),
    Shot("13-settings-1440", "admin1", "/settings/"),
    Shot("14-overdue-1440", SUPERVISOR, "/overdue/"),
    Shot("15-help-1440", OFFICER, "/help/cases/"),
)


def main() -> None:
    """Play, look, and write the pictures; those that are no longer taken go."""
    with ExitStack() as stack:
        root = Path(tempfile.mkdtemp(prefix="lianzhi-screens-"))
        stack.callback(shutil.rmtree, root, ignore_errors=True)
        home = Installation(root / "home")
        stack.callback(home.stop)
        demo = stack.enter_context(home.popen("demo"))
        stack.callback(demo.terminate)
        address = next(match[1] for line in demo.stdout or () if (match := ADDRESS.search(line)))
        playwright = stack.enter_context(sync_playwright())
        chromium = shutil.which("chromium") or shutil.which("chromium-browser")
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        taken = [*_before_the_log_in(browser, address), *_pages(browser, address)]
        taken += _crew(browser, address, home)
        browser.close()
    for path in FOLDER.glob("*.png"):
        if path.stem not in taken:
            path.unlink()


def _before_the_log_in(browser: Browser, address: str) -> Iterable[str]:
    for width in (WIDE, NARROW):
        page = browser.new_context(base_url=address, viewport={"width": width, "height": 900}).new_page()
        page.goto("/login/")
        yield _keep(page, f"09-login-{width}")
        page.context.close()


def _pages(browser: Browser, address: str) -> Iterable[str]:
    for shot in SHOTS:
        page = _enter(browser, address, shot.who, shot.width)
        if shot.english:
            _speak(page, "English")
        page.goto(shot.path)
        yield _keep(page, shot.name)
        if shot.english:
            _speak(page, "中文")
        page.context.close()


def _crew(browser: Browser, address: str, home: Installation) -> Iterable[str]:
    """The crew's steps: a cut that is due, made through the engine in the demo's own database."""
    number = _due(home)
    page = _enter(browser, address, CREW, NARROW)
    for name, step in (("a", ""), ("b", "checks/"), ("c", "photo/"), ("d", "confirm/")):
        page.goto(f"/suspensions/{number}/{step}")
        yield _keep(page, f"05{name}-suspension-375")
    page.context.close()


def _due(home: Installation) -> str:
    os.environ |= {"LIANZHI_HOME": str(home.home.root), "DJANGO_SETTINGS_MODULE": "config.settings"}
    # The browser's loop runs in this thread; nothing here is awaited.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    import django

    django.setup()
    from audit import clock
    from tests.web.test_cut_pages import determined, number
    from tests.workflow.world import World

    world = World()
    case = world.served(determined(world))
    clock.set_clock(world.later(days=4), frozen=True)
    return str(number(world, case))


def _enter(browser: Browser, address: str, who: str, width: int) -> Page:
    from config.settings.base import DEMO_PASSWORD

    page = browser.new_context(
        base_url=address, viewport={"width": width, "height": 900}, locale="zh-CN", has_touch=width == NARROW
    ).new_page()
    page.goto("/login/")
    page.fill("#u", who)
    page.fill("#p", DEMO_PASSWORD)
    with page.expect_navigation():
        page.press("#p", "Enter")
    return page


def _speak(page: Page, language: str) -> None:
    page.goto("/")
    with page.expect_navigation():
        page.get_by_role("button", name=language).first.click()


def _keep(page: Page, name: str) -> str:
    """Write the picture of the whole page in few colours, which a page of text does not miss."""
    FOLDER.mkdir(exist_ok=True)
    whole = Image.open(io.BytesIO(page.screenshot(full_page=True)))
    whole.convert("RGB").quantize(COLOURS).save(FOLDER / f"{name}.png", optimize=True)
    sys.stdout.write(f"{name}\n")
    return name


if __name__ == "__main__":
    main()

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
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import django
from django.db import connections
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from tests.installation import Installation

if TYPE_CHECKING:
    from tests.workflow.world import World

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "screens"
ADDRESS = re.compile(r"打开 (http://127\.0\.0\.1:\d+)")
COLOURS = 128
WIDE, NARROW, SHEET = 1440, 375, 718
LIST = (
    "源IP地址,出口源端口号,矿池地址,首次发现时间,户名\n"
    "36.154.192.217,1159,pool.example,2026-03-10 08:00,徐州某某网络科技有限公司\n"
    "36.154.192.218,1160,pool.example,2026-03-10 09:00,孙玲\n"
    "36.154.192.300,1161,pool.example,2026-03-10 09:30,\n"
)
OFFICER, CREW, SUPERVISOR = "drc-handler1", "grid-crew1", "sup-supervisor1"

# The month of the design's mockup, with its prices.
COMPARED = (
    "from=2021-11-06&to=2021-12-05&used_before=351200&rate=0.50&on=2021-11-20&peak=11680&flat=11790&valley=11650"
    "&price_peak=1.1459&price_flat=0.6664&price_valley=0.2853"
)


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
    Shot("03-case-load-1440", OFFICER, "/cases/XZ21-2930/?signal=energy"),
    Shot("03-case-load-375", OFFICER, "/cases/XZ21-2930/?signal=energy", NARROW),
    Shot("03-case-en-1440", OFFICER, "/cases/XZ21-2918/", english=True),
    Shot("04a-import-upload-1440", OFFICER, "/imports/"),
    Shot("06-audit-1440", SUPERVISOR, "/audit/?case=XZ21-2930"),
    Shot("07-dashboard-1440", SUPERVISOR, "/dashboard/"),
    Shot("07-dashboard-375", SUPERVISOR, "/dashboard/", NARROW),
    Shot("08-tariff-1440", OFFICER, f"/tariff/?{COMPARED}"),
    Shot("08-tariff-375", OFFICER, f"/tariff/?{COMPARED}", NARROW),
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
        _set_up(home)
        demo = stack.enter_context(home.popen("demo"))
        stack.callback(demo.terminate)
        address = next(match[1] for line in demo.stdout or () if (match := ADDRESS.search(line)))
        playwright = stack.enter_context(sync_playwright())
        chromium = shutil.which("chromium") or shutil.which("chromium-browser")
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        taken = [*_before_the_log_in(browser, address), *_pages(browser, address)]
        taken += [*_list(browser, address), *_printed(browser, address), *_crew(browser, address)]
        browser.close()
    for path in FOLDER.glob("*.png"):
        if path.stem not in taken:
            path.unlink()


def _set_up(home: Installation) -> None:
    """Before the settings are read: they say where the database is."""
    os.environ |= {"LIANZHI_HOME": str(home.home.root), "DJANGO_SETTINGS_MODULE": "config.settings"}
    # The browser's loop runs in this thread; nothing here is awaited.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    django.setup()


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


def _list(browser: Browser, address: str) -> Iterable[str]:
    """A list on its way in: columns, preview, result; taken back in the end."""
    page = _enter(browser, address, "telecom-handler1", WIDE)
    page.goto("/imports/")
    page.set_input_files("#file", {"name": "名单.csv", "mimeType": "text/csv", "buffer": LIST.encode("gb18030")})
    page.select_option("#kind", "telecom")
    page.fill("#batch", "2026 年 3 月第 2 批")
    page.get_by_role("button", name="下一步：匹配列").click()
    page.wait_for_url("**/mapping/", timeout=60_000)
    yield _keep(page, "04b-import-map-1440")
    page.get_by_role("button", name="下一步：校验预览").click()
    page.wait_for_url("**/preview/", timeout=60_000)
    yield _keep(page, "04c-import-preview-1440")
    page.get_by_role("button", name="确认导入").click()
    page.locator("[data-tile=new_case]").wait_for(timeout=60_000)
    yield _keep(page, "04d-import-result-1440")
    page.context.close()


def _printed(browser: Browser, address: str) -> Iterable[str]:
    """A case as the printer gets it, as wide as a sheet of A4 within its margins."""
    page = _enter(browser, address, OFFICER, SHEET)
    page.goto("/cases/XZ21-2930/")
    page.emulate_media(media="print")
    yield _keep(page, "12-print-case-A4")
    page.context.close()


def _crew(browser: Browser, address: str) -> Iterable[str]:
    """The crew's steps: a cut that is due, made through the engine in the demo's own database."""
    from audit import clock
    from tests.browser import test_phone as phone

    world, number = _due()
    page = _enter(browser, address, CREW, NARROW)
    page.goto(f"/suspensions/{number}/")
    yield _keep(page, "05a-suspension-375")
    page.goto(f"/suspensions/{number}/checks/")
    phone.answer(page)
    yield _keep(page, "05b-suspension-375")
    phone.press(page, "下一步")
    page.wait_for_url("**/photo/")
    page.context.close()
    # The cut is allowed half an hour after the last word to the user; by then the session is over.
    clock.set_clock(world.later(minutes=40), frozen=True)
    _session.cache_clear()
    page = _enter(browser, address, CREW, NARROW)
    page.goto(f"/suspensions/{number}/photo/")
    while not page.locator("[name='f.executed_at']").input_value().startswith(phone.typed(world)):
        page.reload()  # each process hears of the clock a moment later
    for name in ("meter", "seal"):
        page.locator(f"#p-{name}").set_input_files(phone.picture(name))
    page.locator(".shots li[data-id]", has_text="已上传").nth(1).wait_for()
    page.fill("[name='f.reading']", "41872.35")
    page.fill("[name='f.seal_no']", "TS-2026-00318")
    page.fill("[name='f.photo_reason']", "地下室")
    page.locator("[name=dead]").check()
    yield _keep(page, "05c-suspension-375")
    phone.press(page, "下一步")
    page.wait_for_url("**/confirm/")
    yield _keep(page, "05d-suspension-375")
    phone.prove(page)
    phone.press(page, "确认停电")
    code = page.locator("[data-code]").inner_text().replace(" ", "")
    yield _keep(page, "05d-suspension-code-375")
    second = _enter(browser, address, "grid-crew2", NARROW)
    second.goto(f"/suspensions/code/?code={code}")
    phone.press(second, "核对并继续")
    second.locator("[name='f.load_is_zero'][value=true]").check(force=True)
    second.fill("[name='f.reading']", "41872.35")
    yield _keep(second, "05d-suspension-second-375")
    phone.prove(second)
    phone.press(second, "监护人确认")
    second.locator("[data-receipt]").wait_for()
    yield _keep(second, "05e-suspension-375")
    second.context.close()
    page.context.close()


def _due() -> tuple[World, str]:
    from audit import clock, sight
    from config.database import wall
    from tests.web.test_cut_pages import determined, number
    from tests.workflow.world import World

    # As in the tests, one who sets the scene may read and write everything: the database is thrown away.
    with connections["owner"].cursor() as cursor:
        wall.apply(cursor, all_powerful="tests")
    sight.unless_said = sight.Sight(system="tests")
    world = World()
    case = world.served(determined(world))
    clock.set_clock(world.later(days=4), frozen=True)
    return world, str(number(world, case))


def _enter(browser: Browser, address: str, who: str, width: int) -> Page:
    screen: Any = {"viewport": {"width": width, "height": 900}, "has_touch": width == NARROW}
    state = _session(browser, address, who)
    return browser.new_context(base_url=address, locale="zh-CN", storage_state=state, **screen).new_page()


@cache
def _session(browser: Browser, address: str, who: str) -> Any:
    """Logged in once: the door lets nobody try more than ten times a minute."""
    from config.settings.base import DEMO_PASSWORD

    page = browser.new_context(base_url=address, locale="zh-CN").new_page()
    page.goto("/login/")
    page.fill("#u", who)
    page.fill("#p", DEMO_PASSWORD)
    page.press("#p", "Enter")
    page.wait_for_url(lambda address: "/login/" not in address)
    state = page.context.storage_state()
    page.context.close()
    return state


def _speak(page: Page, language: str) -> None:
    page.goto("/")
    with page.expect_navigation():
        page.get_by_role("button", name=language).first.click()


def _keep(page: Page, name: str) -> str:
    """Write the picture of the whole page in few colours, which a page of text does not miss."""
    FOLDER.mkdir(exist_ok=True)
    if ("/login/" in page.url) != name.startswith("09-login"):
        raise SystemExit(f"{name} would be a picture of {page.url}")
    size = page.viewport_size
    if size and size["width"] == NARROW:  # what stands at the foot of the screen belongs to the foot of the picture
        page.set_viewport_size(size | {"height": page.evaluate("document.documentElement.scrollHeight")})
    whole = Image.open(io.BytesIO(page.screenshot(full_page=True)))
    whole.convert("RGB").quantize(COLOURS).save(FOLDER / f"{name}.png", optimize=True)
    if size:
        page.set_viewport_size(size)
    sys.stdout.write(f"{name}\n")
    return name


if __name__ == "__main__":
    main()

"""Opens pages as their readers do, and collects what is wrong with each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from functools import partial
from typing import NamedTuple
from urllib.parse import urljoin

from django.conf import settings
from playwright.sync_api import Browser, Page

from tests.browser.every import data, finding, looking
from tests.installation import Installation

Watch = Callable[[Page, str], None]


class Known(NamedTuple):
    """What may stand on an English page in Chinese."""

    texts: str
    names: set[str]

    @classmethod
    def of(cls, query: data.Query, typed: str = "") -> Known:
        """`typed`: what a draft keeps sealed."""
        return cls(f"{data.texts(query)}\n{typed}", data.names(query))


def wrong_with(page: Page, known: Known | None) -> list[str]:
    """What is wrong with the open page; one that is to be English comes with what may be Chinese."""
    found = looking.wrong_with(page)
    if known:
        assert page.locator("html").get_attribute("lang") == "en"
        found += [f"left in Chinese: {word}" for word in looking.chinese_left(page, *known)]
    return found


def in_both_languages(page: Page, site: str, *paths: str, typed: str = "") -> list[str]:
    """What is wrong with these pages over the database of this test; Chinese again after it."""
    found = []
    for language in ("en", "zh-hans"):
        page.context.add_cookies([{"name": settings.LANGUAGE_COOKIE_NAME, "value": language, "url": site}])
        known = Known.of(data.past_every_wall, typed) if language == "en" else None
        for path in paths:
            answer = page.goto(path)
            assert answer is not None
            assert answer.ok and page.url == urljoin(site, path), (path, answer.status, page.url)
            found += [f"{path} {language}: {complaint}" for complaint in wrong_with(page, known)]
    return found


def complaints(
    played: tuple[Installation, str], pages: Iterable[finding.Found], browser: Browser, watch: Watch, language: str
) -> list[str]:
    """What is wrong with these pages in this language, each with its name, address and reader."""
    home, address = played
    known = Known.of(partial(home.query, role="postgres")) if language == "en" else None
    wrong, by_person = [], defaultdict(list)
    for each in pages:
        by_person[each.person].append(each)
    for person, theirs in by_person.items():
        context = browser.new_context(base_url=address, locale="zh-CN")
        page = context.new_page()
        watch(page, address)
        _enter(page, person, language)
        for each in theirs:
            page.goto(each.path)
            wrong += [f"{each.name} {each.path} ({person}): {complaint}" for complaint in wrong_with(page, known)]
        _leave(page, language)
        context.close()
    return wrong


def _enter(page: Page, person: str, language: str) -> None:
    page.goto("/login/")
    page.fill("#u", person)
    page.fill("#p", settings.DEMO_PASSWORD)
    with page.expect_navigation():
        page.press("#p", "Enter")
    if language == "en":
        with page.expect_navigation():
            page.get_by_role("button", name="English").click()


def _leave(page: Page, language: str) -> None:
    """The choice of language is kept for the person: give it back."""
    if language == "en":
        page.goto("/")
        with page.expect_navigation():
            page.get_by_role("button", name="中文").click()

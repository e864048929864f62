"""Opens pages as their readers do, and collects what is wrong with each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable

from django.conf import settings
from playwright.sync_api import Browser, Page

from tests.browser.every import data, finding, looking
from tests.installation import Installation

Watch = Callable[[Page, str], None]


def complaints(
    played: tuple[Installation, str], pages: Iterable[finding.Found], browser: Browser, watch: Watch, language: str
) -> list[str]:
    """What is wrong with these pages in this language, each with its name, address and reader."""
    home, address = played
    known, names = (data.texts(home), data.names(home)) if language == "en" else ("", set())
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
            found = looking.wrong_with(page)
            if language == "en":
                found += [f"left in Chinese: {word}" for word in looking.chinese_left(page, known, names)]
            wrong += [f"{each.name} {each.path} ({person}): {complaint}" for complaint in found]
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

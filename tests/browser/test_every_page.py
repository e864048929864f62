"""Every page of the product over the cases of the demo, found by its links: accessible, narrow, quiet, bilingual.

A small version of `drill_pages.py` beside it: here each kind of page once, where most is to be seen on it.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page

from cases.web.show.guide import texts as guide
from tests.browser.every import finding, walking
from tests.browser.every.elsewhere import ELSEWHERE
from tests.installation import Installation

Watch = Callable[[Page, str], None]


def test_every_address_is_found_by_links_or_has_a_reason(found: list[finding.Found]) -> None:
    names, known = {page.name.split()[0] for page in found}, finding.all_names()
    assert known - names - set(ELSEWHERE) == set(), "no link leads there: add one, or say in elsewhere.py why not"
    assert set(ELSEWHERE) & names == set(), "found by links: take them out of elsewhere.py"
    assert set(ELSEWHERE) - known == set(), "no such address any more"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_page_is_accessible_narrow_quiet_and_in_its_language(
    played: tuple[Installation, str], found: list[finding.Found], browser: Browser, watched: Watch, language: str
) -> None:
    wrong = walking.complaints(played, finding.fullest(found), browser, watched, language)
    assert not wrong, "\n".join(wrong)


def test_every_page_has_a_help_of_its_own(found: list[finding.Found]) -> None:
    names = {guide.key_of(page.name.split()[0]) for page in found} - {"guides", "help"}
    assert names - set(guide.texts()) == set(), "write what the page is for, in cases/data/help/"
    assert set(guide.texts()) - {guide.key_of(name) for name in finding.all_names()} == set(), "no such page any more"

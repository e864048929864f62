"""Every page as each of its readers sees it, in both languages, asked what `test_every_page.py` asks of one of a kind.

Part of `make drills`; `-s` shows how many pages were looked at.
"""

from __future__ import annotations

import sys

import pytest
from playwright.sync_api import Browser

from tests.browser.every import finding, walking
from tests.installation import Installation


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_page_of_everybody(
    played: tuple[Installation, str], browser: Browser, watched: walking.Watch, language: str
) -> None:
    found = [page for person in finding.PEOPLE for page in finding.pages_of(played[1], person, each=2)]
    wrong = walking.complaints(played, found, browser, watched, language)
    sys.stdout.write(
        f"\n{language}: {len(found)} pages of {len({page.name for page in found})} kinds, {len(wrong)} complaints\n"
    )
    assert not wrong, "\n".join(wrong)

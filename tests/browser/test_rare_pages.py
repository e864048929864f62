"""The pages of which the played demo has no example: accessible, narrow, quiet, bilingual, like all others."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from audit import clock
from tests.browser.conftest import open_session
from tests.browser.every import elsewhere, rare, walking

# Looked at in the same way by the tests that lead to them.
THERE = {
    "web:bring_load": "test_load_curve.py",
    "web:run": "test_bulk.py",
    "web:sample": "test_overseers.py",
    "web:sample_unit": "test_overseers.py",
}
# No page of ours: the answer leads on to the city's log-in, or back from it.
NO_PAGE = {"web:sso", "web:sso_logout", "web:sso_return"}


@pytest.fixture
def moving_clock(site: str) -> Iterator[None]:
    yield
    clock.clear()


@pytest.mark.parametrize("group", rare.GROUPS, ids=[group.__name__ for group in rare.GROUPS])
@pytest.mark.usefixtures("moving_clock")
def test_a_page_that_the_demo_has_no_example_of_is_like_all_others(
    group: Callable[[], Iterable[rare.Rare]], site: str, browser: Browser, watched: Callable[[Page, str], None]
) -> None:
    wrong, seen = [], set()
    for each in group():
        with browser.new_context(base_url=site, locale="zh-CN") as context:
            open_session(context, each.client, site)
            page = context.new_page()
            watched(page, site)
            wrong += walking.in_both_languages(page, site, each.path, typed=each.typed)
            seen.add(each.name)
    assert not wrong, "\n".join(wrong)
    assert seen == rare.GROUPS[group]


def test_no_page_is_left_out() -> None:
    reasons = {elsewhere.RARE, elsewhere.PART, elsewhere.DOOR}
    wanted = {name for name, reason in elsewhere.ELSEWHERE.items() if reason in reasons}
    assert set(THERE).union(NO_PAGE, *rare.GROUPS.values()) == wanted
    for file in set(THERE.values()):
        said = (Path(__file__).parent / file).read_text(encoding="utf-8")
        assert "in_both_languages(" in said or "looking.wrong_with(" in said, file

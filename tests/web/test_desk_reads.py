"""The workbench asks the database as often with a few tasks as with many."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from audit import clock
from tests.web import story
from tests.web.counting import statements
from tests.web.test_reading import entered

PEOPLE = ("drc-handler1", "cac-handler1", "grid-crew1", "sup-supervisor1")


def figure(username: str, key: str) -> int:
    page = entered(username).get("/").content.decode()
    found = re.search(rf'data-tile="{key}".*?class="big">([0-9,]+)<', page, re.DOTALL)
    assert found is not None
    return int(found[1].replace(",", ""))


def more(cases: int) -> None:
    """What is there becomes overdue, and so many come that fall due later."""
    clock.advance(timedelta(days=30))
    for n in range(cases):
        story.dispatched(title=f"工作台第{n}案")


@pytest.mark.usefixtures("demo_city")
def test_the_workbench_asks_as_often_with_few_tasks_as_with_many() -> None:
    more(2)
    more(2)
    few = {username: len(statements(entered(username), "/")) for username in PEOPLE}
    before = figure("cac-handler1", "overdue")
    more(14)
    more(14)
    assert figure("cac-handler1", "overdue") >= before + 14, "more than any group shows"
    assert {username: len(statements(entered(username), "/")) for username in PEOPLE} == few
    assert max(few.values()) <= 40

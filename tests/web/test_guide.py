"""Help: every page leads to its own text, in the language of the reader; before the log-in too."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from cases.web.show.guide import texts as guide
from tests.web.conftest import LogIn

CHINESE = re.compile(r"[\u3400-\u9fff]")


def test_each_text_says_something_in_both_languages() -> None:
    for key, page in guide.texts().items():
        assert CHINESE.search(page.text.zh) and CHINESE.search(page.name.zh), key
        assert len(page.text.en) > 30 and not CHINESE.search(page.text.en + page.name.en), key
        assert page.text.zh.count("\n- ") == page.text.en.count("\n- "), f"{key}: the languages do not say the same"


def test_a_page_leads_to_its_help_and_the_help_to_all_others(log_in: LogIn) -> None:
    client = log_in("drc-handler1")
    assert 'href="/help/tasks/"' in client.get("/tasks/").content.decode()
    shown = client.get("/help/tasks/").content.decode()
    assert "暂停计时的事项不算超期" in shown and 'href="/help/"' in shown
    everything = client.get("/help/").content.decode()
    assert all(f'href="/help/{key}/"' in everything for key in guide.texts())
    assert client.get("/help/no-such-page/").status_code == 404


@pytest.mark.parametrize("key", sorted(guide.OPEN))
def test_help_before_the_log_in_is_open(demo_city: None, key: str) -> None:
    assert Client().get(f"/help/{key}/").status_code == 200


def test_the_rest_asks_for_a_log_in(demo_city: None) -> None:
    for address in ("/help/", "/help/case/"):
        assert Client().get(address).status_code == 302


def test_the_words_follow_the_language(log_in: LogIn) -> None:
    client = log_in("drc-handler1")
    client.post("/language/", {"language": "en", "next": "/"})
    shown = client.get("/help/tasks/").content.decode()
    assert "The name leads to the case" in shown and not CHINESE.search(shown.split("<main")[1].split("</main>")[0])

"""Too often is refused with when to come back, at the API and on pages, and losing Redis keeps nobody out."""

from __future__ import annotations

from hashlib import sha256
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, RequestFactory
from redis.exceptions import ConnectionError as RedisAway

from agencies.access import rates
from agencies.access.logins import count_try
from agencies.access.rates import Rate, TooOften, spend
from tests.api.conftest import V1
from tests.files import PDF


@pytest.fixture
def tight(settings, monkeypatch):
    """Every rate is three."""
    settings.RATE_FACTOR = 1

    def limit(name, times=3):
        old = getattr(rates, name)
        monkeypatch.setattr(rates, "count", _counting(old.name, times, old.times))

    return limit


def _counting(name, times, limit):
    seen: dict[str, int] = {}

    def count(what, seconds, more=1):
        if not what.startswith(f"{name}/"):
            return 0
        seen[what] = seen.get(what, 0) + more
        return limit + 1 if seen[what] > times else 1

    return count


def refused(answer):
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) >= 1
    assert "过于频繁" in answer.content.decode()
    return True


@pytest.mark.parametrize(
    ("rate", "path"),
    [
        ("API", f"{V1}/regions/"),
        ("ADDRESS", f"{V1}/regions/"),
        ("SEARCHES", f"{V1}/cases/?q=解放路"),
        ("SEARCHES", "/cases/?q=解放路"),
        ("PAGES", "/tasks/"),
    ],
)
def test_the_fourth_request_of_a_person_is_refused_where_three_are_allowed(person, tight, rate, path):
    handler, other = person("drc-handler1"), person("drc-handler2")
    tight(rate)
    for _ in range(3):
        assert handler.client.get(path).status_code == 200
    assert refused(handler.client.get(path))
    assert other.client.get(path).status_code == (429 if rate == "ADDRESS" else 200)


def test_strangers_are_counted_by_their_address(db, tight):
    tight("ADDRESS")
    for _ in range(3):
        assert Client().get(f"{V1}/cases/", REMOTE_ADDR="10.1.1.1").status_code == 401
    answer = Client().get(f"{V1}/cases/", REMOTE_ADDR="10.1.1.1")
    assert (answer.status_code, answer.json()["code"]) == (429, "throttled")
    assert Client().get(f"{V1}/cases/", REMOTE_ADDR="10.1.1.2").status_code == 401


def test_revealing_is_counted_through_both_doors(person, case, tight):
    handler = person("drc-handler1")
    tight("REVEALS")
    path = f"cases/{case['number']}/actions/reveal_personal_data"
    for _ in range(3):
        assert handler.post(path, {}, If_Match='"1"').status_code != 429
    assert refused(handler.post(path, {}, If_Match='"1"'))
    page = f"/cases/{case['number']}/actions/reveal_personal_data/"
    assert refused(handler.client.post(page, {"step": "confirm"}))


@pytest.mark.parametrize("door", range(5))
def test_files_are_counted_once_through_all_doors(person, case, tight, door):
    """One rate for lists and files, on pages and at the API: what is refused at each was spent at the others."""
    handler = person("drc-handler1")
    tight("UPLOADS", 4)
    act = f"/cases/{case['number']}/actions/attach_document/"
    doors = (
        lambda: handler.client.post("/imports/", {}),
        lambda: handler.client.post(f"{V1}/imports/", {"kind": "poem"}),
        lambda: handler.client.post(f"{V1}/cases/{case['number']}/attachments/", {"kind": "poem"}),
        lambda: handler.client.post(f"{V1}/imports/{uuid4()}/preview/corrections", {}),
        lambda: handler.client.post(act, {"f.document": SimpleUploadedFile("函.pdf", PDF), "step": "check"}),
    )
    for other in (n for n in range(len(doors)) if n != door):
        assert doors[other]().status_code != 429
    assert refused(doors[door]())


def test_every_file_that_is_taken_out_is_counted(person, tight):
    supervisor, sender = person("sup-supervisor1"), person("telecom-handler1")
    content = "户号,户名,地址,IP地址\n1,某人,某路,203.0.113.7\n"
    typed = {"kind": "telecom", "agency": "320300-telecom", "batch": "十月"}
    sent = sender.client.post(f"{V1}/imports/", {"file": SimpleUploadedFile("a.csv", content.encode()), **typed})
    batch = f"/imports/{sent.json()['id']}/refused.csv"
    problems = f"/imports/{sent.json()['id']}/preview/problems"
    log, register = "/audit/access/access-log.csv", "/audit/registers/impact.csv"
    for reader, path, last in (
        *((supervisor, log, register), (supervisor, register, log), (sender, batch, batch)),
        *((sender, batch, f"{problems}.xlsx"), (sender, batch, f"{V1}{problems}")),
    ):
        tight("EXPORTS")
        for _ in range(3):
            assert reader.client.get(path).status_code == 200
        assert refused(reader.client.get(last)), last


def test_a_count_begins_again_when_its_window_is_over(settings):
    settings.RATE_FACTOR = 1
    rate = Rate("test", 2, 1)
    spend(rate, "x")
    spend(rate, "x")
    with pytest.raises(TooOften) as slow:
        spend(rate, "x")
    assert slow.value.wait == 1
    spend(rate, "y")
    cache.clear()  # what the window's end does
    spend(rate, "x")


def test_the_operator_can_widen_every_rate(settings):
    settings.RATE_FACTOR = 2
    rate = Rate("test", 2, 60)
    for _ in range(4):
        spend(rate, "x")
    with pytest.raises(TooOften):
        spend(rate, "x")


def test_losing_redis_keeps_nobody_out(settings, monkeypatch, caplog):
    settings.RATE_FACTOR = 1

    def away(*args, **kwargs):
        raise RedisAway("10.0.0.1 refused")

    monkeypatch.setattr(rates.cache, "add", away)
    for _ in range(5):
        spend(Rate("test", 1, 60), "x")
    assert "cannot be counted" in caplog.text
    assert "10.0.0.1" not in caplog.text


def test_what_is_counted_never_stands_in_a_key(settings, monkeypatch):
    keys = []
    monkeypatch.setattr(rates.cache, "add", lambda key, *_: keys.append(key))
    spend(Rate("test", 1, 60), "10.20.30.40")
    assert len(keys) == 1
    assert "10.20.30.40" not in keys[0]


def test_neither_does_a_guessable_hash_of_whoever_tries_to_log_in(monkeypatch):
    keys = []
    monkeypatch.setattr(rates.cache, "add", lambda key, *_: keys.append(key))
    count_try("drc-handler1", RequestFactory(REMOTE_ADDR="10.20.30.40").post("/login/"))
    assert len(keys) == 2
    for what in ("drc-handler1", "account/drc-handler1", "10.20.30.40", "address/10.20.30.40"):
        assert not any(what in key or sha256(what.encode()).hexdigest() in key for key in keys), what

"""The public form takes a tip from anybody, once, and says at each field what is wrong."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from kombu.exceptions import OperationalError
from redis.exceptions import ConnectionError as RedisAway

from agencies.access import rates
from cases.models import Tip, TipPart
from cases.models.tips import REPORTER
from tests.files import PDF, picture
from tests.tips.reporting import NAME, PERSON, PHONE, TIP, number_in, send, standing

PNG = picture("PNG")
pytestmark = pytest.mark.usefixtures("demo_city")


def page(answer) -> str:
    return answer.content.decode()


def test_the_form_is_there_without_an_account_in_both_languages_and_is_kept_by_no_cache() -> None:
    client = Client()
    answer = client.get("/report/")
    assert answer.status_code == 200
    assert "no-store" in answer.headers["Cache-Control"]
    assert "举报疑似" in page(answer)
    assert "云龙区" in page(answer)
    client.post("/language/", {"language": "en", "next": "/report/"})
    assert "Report a suspected" in page(client.get("/report/"))


def test_a_tip_is_kept_sealed_and_answered_with_a_number() -> None:
    answer = send(**PERSON)
    number = number_in(answer)
    assert "no-store" in answer.headers["Cache-Control"]
    tip = Tip.objects.get()
    assert tip.agency.code == "320300-drc"
    words = tip.words()
    assert words["address"] == "徐州市云龙区子房街道民主路12号3号楼2单元501室"
    assert words["content"].startswith("昼夜不停的风扇轰鸣声、持续向外排热风。夜里更响（发现时间：一个月以内）")
    part = TipPart.objects.get()
    assert (part.number, NAME in part.content().decode()) == (REPORTER, True)
    assert NAME.encode() not in bytes(part.sealed)
    assert NAME not in str(words)
    assert PHONE not in str(words)
    assert standing(number) == "received"


def test_without_a_reporter_nothing_is_kept_of_one() -> None:
    number_in(send())
    assert not TipPart.objects.exists()


def test_the_same_form_sent_twice_is_one_tip_and_a_changed_one_another() -> None:
    token = __import__("cases.web.views.tips.typed", fromlist=["new_token"]).new_token(60)
    first, again = number_in(send(token=token)), number_in(send(token=token))
    assert first == again
    assert Tip.objects.count() == 1
    other = number_in(send(token=token, content="还有一间"))
    assert other != first
    assert Tip.objects.count() == 2


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"district": ""}, "district"),
        ({"district": "110101"}, "district"),
        ({"district": "999999"}, "district"),
        ({"address": "路"}, "address"),
        ({"address": "路" * 121}, "address"),
        ({"signs": [], "content": ""}, "content"),
        ({"signs": ["nonsense"], "content": ""}, "content"),
        ({"content": "字" * 1001}, "content"),
        ({"phone": "1" * 31}, "phone"),
        ({"website": "http://x"}, "website"),
        ({"age": 0}, "report"),
        ({"age": 13 * 3600}, "report"),
        ({"token": "made.1:up"}, "report"),
    ],
)
def test_what_cannot_be_taken_is_said_at_its_field_and_the_rest_stays_in_the_form(change, field) -> None:
    answer = send(**{**PERSON, **change})
    assert answer.status_code == 400
    assert f'href="#{field}"' in page(answer)
    assert not Tip.objects.exists()
    if field != "phone":
        assert PHONE in page(answer), "nobody types it twice"


def test_a_form_refused_for_haste_is_taken_when_it_is_sent_once_more(monkeypatch) -> None:
    from cases.web.views.tips import typed

    token = typed.new_token()
    assert send(token=token).status_code == 400
    real = typed.time.time
    monkeypatch.setattr(typed.time, "time", lambda: real() + 10)
    number_in(send(token=token))


def test_pictures_are_checked_and_sealed() -> None:
    number_in(send(pictures=[SimpleUploadedFile("窗.png", PNG), SimpleUploadedFile("楼.png", PNG)], **PERSON))
    parts = list(TipPart.objects.order_by("number"))
    assert [(part.number, part.content_type) for part in parts] == [
        (0, "application/json"), (1, "image/png"), (2, "image/png"),
    ]  # fmt: skip
    assert parts[1].content() == PNG
    assert PNG[:32] not in bytes(parts[1].sealed)


@pytest.mark.parametrize(
    "files",
    [
        [("a.pdf", PDF)],
        [("a.png", PDF)],
        [("a.png", PNG)] * 4,
        [("a.png", PNG + b"\x00" * (4 << 20))],
        [("a.png", b"")],
    ],
)
def test_a_file_that_is_no_picture_is_refused_and_nothing_is_kept(files) -> None:
    answer = send(pictures=[SimpleUploadedFile(name, content) for name, content in files])
    assert answer.status_code == 400
    assert 'href="#pictures"' in page(answer)
    assert not Tip.objects.exists()


def test_a_form_without_its_token_against_forgery_comes_back_filled_in() -> None:
    client = Client(enforce_csrf_checks=True)
    answer = client.post("/report/", {**TIP, **PERSON}, headers={"Origin": "http://testserver"})
    assert answer.status_code == 403
    assert PHONE in page(answer)
    assert not Tip.objects.exists()
    foreign = client.post("/report/", {**TIP, **PERSON}, headers={"Origin": "https://elsewhere.example"})
    assert foreign.status_code == 403
    assert PHONE not in page(foreign), "what another site sends is not shown"


def test_the_form_can_be_closed(settings) -> None:
    settings.PUBLIC_TIPS = False
    for path in ("/report/", "/report/follow/"):
        assert Client().get(path).status_code == 404
        assert Client().post(path, TIP).status_code == 404
    assert not Tip.objects.exists()


def test_too_many_from_one_address_wait_and_so_do_too_many_from_everywhere(settings) -> None:
    settings.RATE_FACTOR = 1
    for n in range(rates.TIPS.times):
        number_in(send(content=f"第{n}处"))
    slow = send(content="又一处")
    assert slow.status_code == 429
    assert int(slow.headers["Retry-After"]) > 0
    other = Client(REMOTE_ADDR="203.0.113.9")
    number_in(send(other, content="别处"))
    cache.clear()
    rates.count(f"{rates.ALL_TIPS.name}/all", 3600, rates.ALL_TIPS.times)
    assert send(other, content="别处又一处").status_code == 429


def test_without_redis_a_tip_is_kept_all_the_same(monkeypatch) -> None:
    def away(*_, **__):
        raise RedisAway("gone")

    def unreachable(*_, **__):
        raise OperationalError("gone")

    monkeypatch.setattr(cache, "add", away)
    monkeypatch.setattr("cases.intake.tips.taking.current_app.send_task", unreachable)
    number_in(send())
    assert Tip.objects.count() == 1


def test_a_number_is_looked_up_for_whoever_has_it_and_a_made_up_one_is_unknown() -> None:
    number = number_in(send())
    assert standing(number.lower().replace("-", "")) == "received"
    for made_up in ("0000-0000-0000-0", "x", number[:-1], number[:-1] + ("0" if number[-1] != "0" else "1")):
        assert standing(made_up) == "unknown", made_up


def test_numbers_are_not_tried_out(settings) -> None:
    settings.RATE_FACTOR = 1
    client = Client()
    for _ in range(rates.FOLLOWS.times):
        standing("0000-0000-0000-0", client)
    assert client.post("/report/follow/", {"number": "0000-0000-0000-0"}).status_code == 429

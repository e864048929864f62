"""The page of a case that no list row stands behind any more, and the list of cases narrowed to such."""

from __future__ import annotations

import pytest
from django.urls import reverse

from cases.intake.selectors import row_results
from cases.models import Case
from notifications.models import Message
from notifications.relay import deliver_all
from tests.intake.ledgers import batch
from tests.intake.samples import bring
from tests.intake.small import FLAT, NEXT_DOOR, TRACE, located, sheet
from tests.intake.test_unlisted import corrected, one_answered
from tests.selectors.sites import build, to_measures
from tests.web.conftest import LogIn


def test_the_page_says_it_with_the_reply_and_the_filter_finds_it(log_in: LogIn) -> None:
    case = one_answered()
    corrected()
    client = log_in("drc-handler1")
    page = client.get(f"/cases/{case.number}/").content.decode()
    assert "已无名单线索支持，请复核" in page
    assert "批次“更正”第 1 行的答复更正了用户" in page
    assert "系统不自行办结" in page
    listed = client.get("/cases/?listed=none").content.decode()
    assert case.number in listed
    other = next(iter(row_results(batch("名单").id)))["case"]
    assert other not in listed
    assert "已无名单线索支持，请复核" not in client.get(f"/cases/{other}/").content.decode()


def reply(account: str, holder: str, address: str, name: str) -> None:
    """What the carrier says of the sight that the case of `build` began with."""
    row = ("58.218.10.21", 51317, "2026-10-16 07:53:00", *located("", 0, 1, account, holder, address)[3:])
    bring("trace", sheet(TRACE, row), name=name)


def test_a_case_with_a_measure_asks_for_a_review_at_once(log_in: LogIn, monkeypatch: pytest.MonkeyPatch) -> None:
    world, number = build(monkeypatch)
    to_measures(world, number)
    reply("xz01@adsl", "孙玲", FLAT, "答复")
    stage = Case.objects.get(pk=number).stage
    reply("xz02@adsl", "李敏", NEXT_DOOR, "更正")
    case = Case.objects.get(pk=number)
    assert case.stage == stage != "closed", "nothing is undone or closed by itself"
    page = log_in("drc-handler1").get(f"/cases/{case.number}/").content.decode()
    assert "已无名单线索支持，处置措施已启动，须立即复核" in page
    assert "别无依据的，停止措施，恢复供电、更正加价，并书面告知当事人" in page
    deliver_all()
    told = Message.objects.filter(topic="case.unlisted_measured", case=case).values_list("user__username", flat=True)
    assert "drc-handler1" in told
    assert "而处置措施已启动，请立即复核" in log_in("drc-handler1").get(reverse("notifications:inbox")).content.decode()


def test_a_determination_made_since_rests_on_what_there_is_and_the_notice_goes(
    log_in: LogIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    world, number = build(monkeypatch)
    reply("xz01@adsl", "孙玲", FLAT, "答复")
    reply("xz02@adsl", "李敏", NEXT_DOOR, "更正")
    case, client = Case.objects.get(pk=number), log_in("drc-handler1")
    assert "已无名单线索支持" in client.get(f"/cases/{case.number}/").content.decode()
    assert case.number in client.get("/cases/?listed=none").content.decode()
    world.later(minutes=5)
    to_measures(world, number)
    assert "已无名单线索支持" not in client.get(f"/cases/{case.number}/").content.decode()
    assert case.number not in client.get("/cases/?listed=none").content.decode()
    assert Case.objects.get(pk=number).facts["reassigned"][0]["batch"] == "更正", "history stays"

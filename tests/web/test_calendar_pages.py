"""工作日历: the year with its marks, a day entered, corrected and withdrawn, a plan of two people."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone

from cases.models import CalendarEntry
from tests.calendar.entries import entered as day_entered
from tests.calendar.entries import proposed
from tests.web.test_reading import entered
from tests.web.test_step_up import aged

pytestmark = pytest.mark.usefixtures("demo_city")
PLAN = "2027-01-01/2027-01-03,休\n2027-02-05/2027-02-11,休\n2027-01-09,班\n2027-02-14,班\n"


def soon(days: int = 10) -> str:
    return (timezone.localdate() + timedelta(days=days)).isoformat()


def form(**more: Any) -> dict[str, Any]:
    values = {"kind": "disaster", "region": "320300", "reason": "暴雪停工", "source": "徐政办发电〔2026〕12号"}
    return {**values, "first": soon(), **more}


def prove(client: Any) -> None:
    assert client.post("/security/confirm/", {"password": settings.DEMO_PASSWORD}).status_code == 302


def text_of(username: str, address: str) -> str:
    answer = entered(username).get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


def test_everybody_reads_the_year_with_its_marks_and_only_some_may_enter() -> None:
    page = text_of("cac-handler1", "/calendar/?region=3203&year=2026")
    assert page.count('<table class="cal">') == 12
    # 1 January is off, Sunday 4 January is worked.
    assert '<td class="off">1<b>休</b></td>' in page
    assert '<td class="on">4<b>班</b></td>' in page
    assert "录入本地安排" not in page
    assert "录入全国放假安排" not in page
    assert "录入本地安排" in text_of("drc-approver1", "/calendar/")
    assert "录入全国放假安排" not in text_of("drc-approver1", "/calendar/")
    assert "录入全国放假安排" in text_of("js-drc-handler1", "/calendar/")
    assert entered("drc-handler1").get("/calendar/new/").status_code == 403
    assert entered("drc-approver1").get("/calendar/plans/new/").status_code == 403


def test_a_year_without_a_plan_says_so_and_a_strange_address_shows_the_running_year() -> None:
    assert "2040 年放假安排尚未载入" in text_of("cac-handler1", "/calendar/?year=2040")
    assert "年放假安排尚未载入" not in text_of("cac-handler1", "/calendar/?year=2026")
    assert f"工作日历 {timezone.localdate().year}" in text_of("cac-handler1", "/calendar/?year=x&month=99&region=nope")


def test_a_month_says_who_set_a_day_and_why() -> None:
    entry = day_entered()
    page = text_of("cac-handler1", "/calendar/?region=320303&year=2026&month=11")
    assert page.count('<table class="cal">') == 1
    assert "灾害停工日：暴雪红色预警停工" in page
    assert f"/calendar/{entry.pk}/" in page
    assert "郑国栋" in page
    # The province's own calendar has no such day; the list below names it as one of a region inside.
    around = text_of("cac-handler1", "/calendar/?region=32&year=2026&month=11")
    assert "灾害停工日：暴雪红色预警停工" not in around
    assert "暴雪红色预警停工" in around


def test_a_day_is_previewed_entered_corrected_and_withdrawn_on_the_page() -> None:
    client = entered("drc-approver1")
    aged(client)
    preview = client.post("/calendar/new/", form(step="preview"))
    assert preview.status_code == 200
    assert "对未办结期限的影响" in preview.content.decode()
    assert not CalendarEntry.objects.exists()
    asked = client.post("/calendar/new/", form(step="enter"))
    assert asked.status_code == 403  # who one is comes first; what was typed is carried along
    assert "暴雪停工" in asked.content.decode()
    prove(client)
    made = client.post("/calendar/new/", form(step="enter"))
    entry = CalendarEntry.objects.get()
    assert (made.status_code, made.url) == (302, f"/calendar/{entry.pk}/")
    assert "更正" in client.get(made.url).content.decode()
    fresh = client.get(f"/calendar/new/?from={entry.pk}").content.decode()
    assert 'value="暴雪停工"' in fresh
    client.post("/calendar/new/", form(step="enter", first=soon(11), supersedes=str(entry.pk)))
    second = CalendarEntry.objects.get(status="in_force")
    assert second.supersedes_id == entry.pk
    address = f"/calendar/{second.pk}/"
    without = client.post(address, {"do": "withdraw", "reason": " "})
    assert (without.status_code, "请填写事由" in without.content.decode()) == (400, True)
    assert "对未办结期限的影响" in client.post(address, {"do": "preview"}).content.decode()
    assert client.post(address, {"do": "withdraw", "reason": "预警解除"}).status_code == 302
    assert "预警解除" in client.get(address).content.decode()
    assert client.post(address, {"do": "withdraw", "reason": "再撤"}).status_code == 409


def test_what_was_typed_is_kept_when_it_is_refused() -> None:
    client = entered("drc-approver1")
    prove(client)
    answer = client.post("/calendar/new/", form(step="enter", first="", source=""))
    page = answer.content.decode()
    assert answer.status_code == 400
    assert 'value="暴雪停工"' in page
    assert "请填写所依据的文件" in page
    assert "请填写日期" in page
    elsewhere = client.post("/calendar/new/", form(step="enter", region="320100"))
    assert (elsewhere.status_code, "签发人设置" in elsewhere.content.decode()) == (403, True)


def test_a_plan_is_typed_by_one_and_checked_by_another() -> None:
    client = entered("js-drc-handler1")
    typed = {"year": "2027", "days": PLAN, "source": "国办发明电〔2026〕9号", "reason": ""}
    preview = client.post("/calendar/plans/new/", {**typed, "step": "preview"}).content.decode()
    assert "02-05 – 02-11" in preview
    wrong = client.post("/calendar/plans/new/", {**typed, "days": "2027-01-01,假", "step": "propose"})
    assert (wrong.status_code, "第 1 行" in wrong.content.decode()) == (400, True)
    made = client.post("/calendar/plans/new/", {**typed, "step": "propose"})
    assert made.status_code == 302
    assert "与通知一致" not in client.get(made.url).content.decode()
    checker = entered("js-drc-approver1")
    aged(checker)
    assert "与通知一致" in checker.get(made.url).content.decode()
    assert checker.post(made.url, {"do": "approve"}).status_code == 403
    prove(checker)
    assert checker.post(made.url, {"do": "approve"}).status_code == 302
    assert CalendarEntry.objects.get().status == "in_force"


def test_who_entered_a_plan_reads_why_they_do_not_check_it() -> None:
    entry = proposed("js-drc-reviewer1")
    client = entered("js-drc-reviewer1")
    assert "须由另一人对照文件核对" in client.get(f"/calendar/{entry.pk}/").content.decode()
    assert client.post(f"/calendar/{entry.pk}/", {"do": "take_back"}).status_code == 302
    assert client.post(f"/calendar/{entry.pk}/", {"do": "reject"}).status_code == 409

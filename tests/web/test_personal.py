"""Personal data on the case page: masked, and in clear for half an hour for what and to whom a reason was given."""

from __future__ import annotations

from datetime import timedelta

from django.test import Client

from audit import clock
from cases.workflow.engine import Result
from tests.web import story
from tests.web.test_reading import entered

HOLDER, PHONE, ADDRESS = "邵建国", "13805201234", "江苏省徐州市铜山区柳新镇孟庄村3组12号"


def known() -> Result:
    case = story.dispatched()
    story.do(
        "telecom-handler1", "report_subscriber", case, result="identified", subject="natural_person",
        subscriber=HOLDER, phone=PHONE, address=ADDRESS,
    )  # fmt: skip
    return case


def page(client: Client, case: Result) -> str:
    return client.get(f"/cases/{case.number}/").content.decode()


def test_it_is_masked_by_default(demo_city: None) -> None:
    case = known()
    shown = page(entered("drc-handler1"), case)
    for clear in (HOLDER, PHONE, ADDRESS, "孟庄村"):
        assert clear not in shown
    assert "邵**" in shown
    assert "138****1234" in shown
    assert "铜山区柳新镇***" in shown


def test_only_what_was_asked_for_is_shown_and_only_to_who_asked(demo_city: None) -> None:
    case = known()
    story.do(
        "drc-handler1", "reveal_personal_data", case, items=["phone"], purpose="visit", reason="联系当事人约定检查时间"
    )
    mine = page(entered("drc-handler1"), case)
    assert PHONE in mine
    assert HOLDER not in mine
    assert "此次查看已留痕" in mine
    assert PHONE not in page(entered("drc-handler2"), case)


def test_it_is_masked_again_after_half_an_hour(demo_city: None) -> None:
    case = known()
    story.do(
        "drc-handler1", "reveal_personal_data", case, items=["phone"], purpose="visit", reason="联系当事人约定检查时间"
    )
    clock.advance(timedelta(minutes=29))
    assert PHONE in page(entered("drc-handler1"), case)
    clock.advance(timedelta(minutes=2))
    assert PHONE not in page(entered("drc-handler1"), case)
    clock.clear()


def test_no_other_page_and_no_audit_body_holds_it(demo_city: None) -> None:
    case = known()
    client = entered("sup-supervisor1")
    for address in ("/", "/cases/", "/tasks/", f"/audit/?case={case.number}"):
        shown = client.get(address).content.decode()
        assert not any(clear in shown for clear in (HOLDER, PHONE, "孟庄村")), address

"""Personal data on the case page: masked, and in clear for half an hour for what and to whom a reason was given."""

from __future__ import annotations

from datetime import timedelta

from django.test import Client

from audit import clock
from cases.models import Case
from cases.workflow.engine import Result
from tests.intake.samples import bring
from tests.web import story
from tests.web.test_reading import entered

LIST = (
    "序号,源IP地址,源端口,矿池地址,币种,首次发现时间,最近发现时间,提交次数,运营商,疑似区县,名单级别\n"
    "1,58.218.10.21,51317,pool.example:7777,BTC,2026-10-16 07:56:00,2026-10-18 06:22:00,999,电信,云龙区,重点\n"
)
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
    assert HOLDER not in shown and PHONE not in shown
    assert "邵**" in shown
    assert "138****1234" in shown
    assert ADDRESS in shown, "the commission in charge has to find the place"
    elsewhere = page(entered("cac-handler1"), case)
    for clear in (HOLDER, PHONE, "柳新镇", "孟庄村"):
        assert clear not in elsewhere
    assert "邵**" in elsewhere and "江苏省徐州市铜山区***" in elsewhere


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


def test_the_network_address_of_a_list_is_for_those_who_trace_it(demo_city: None) -> None:
    """It stands in the sealed rows of the list; supervision recognises it, the superior sees none."""
    bring("telecom", LIST.encode(), name="一行的名单")
    address = f"/cases/{Case.objects.get().number}/"
    assert "58.218.10.21" in entered("drc-handler1").get(address).content.decode()
    for username, form in (("xzsup-supervisor1", "58.218.*.*"), ("js-drc-handler1", "")):
        shown = entered(username).get(address).content.decode()
        assert "58.218.10.21" not in shown, username
        assert form in shown and ("58.218" in shown) == bool(form), username


def test_equal_kinds_stand_under_one_label(demo_city: None) -> None:
    case = known()
    story.do(
        "grid-handler1", "report_consumption", case, result="no_such_account", address="徐州市铜山区柳新镇水口村1号"
    )
    shown = page(entered("xzsup-supervisor1"), case)
    assert shown.count("<dt>地址</dt>") == 1
    assert "徐州市铜山区***" in shown


def test_no_other_page_and_no_audit_body_holds_it(demo_city: None) -> None:
    case = known()
    client = entered("sup-supervisor1")
    for address in ("/", "/cases/", "/tasks/", f"/audit/?case={case.number}"):
        shown = client.get(address).content.decode()
        assert not any(clear in shown for clear in (HOLDER, PHONE, "孟庄村")), address

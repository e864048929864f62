"""Personal data on the case page: masked, and in clear for half an hour for what and to whom a reason was given."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client

from audit import clock
from audit.models import Event
from cases.models import Case, Task
from cases.workflow.engine import Result
from cases.workflow.errors import NotAllowed
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


def reveal(case: Result, who: str = "drc-handler1", *items: str) -> Result:
    return story.do(
        who, "reveal_personal_data", case, items=list(items or ("phone",)), purpose="visit", reason="联系当事人约定检查"
    )


def test_only_the_commission_in_charge_may_ask_and_only_for_what_it_sees_masked(demo_city: None) -> None:
    case = known()
    for who in ("cac-handler1", "telecom-handler1", "grid-handler1", "js-drc-handler1"):
        with pytest.raises(NotAllowed, match="不能申请查看明文") as refused:
            reveal(case, who)
        assert refused.value.code == "nothing_to_reveal"
        assert "/actions/reveal_personal_data/" not in page(entered(who), case), "no button that only refuses"
    for item, name in (("address", "地址"), ("network", "网络地址")):
        with pytest.raises(NotAllowed, match=f"“{name}”不在你可以申请查看的项目内"):
            reveal(case, "drc-handler1", "phone", item)
    assert Event.objects.filter(action="reveal_personal_data").count() == 0


def test_the_page_ends_the_half_hour_by_itself(demo_city: None) -> None:
    case = known()
    client = entered("drc-handler1")
    assert 'http-equiv="refresh"' not in page(client, case)
    reveal(case)
    seconds = re.search(r'http-equiv="refresh" content="(\d+)"', page(client, case))
    assert seconds is not None and 1795 <= int(seconds[1]) <= 1801
    assert "后恢复遮盖" in page(client, case)


def test_whoever_sees_something_in_clear_has_the_own_name_across_the_page(demo_city: None) -> None:
    case = known()
    shown = page(entered("drc-handler1"), case)
    line = re.search(r'class="wmline">.*?本次查看已留痕：(.+?)</span>', shown, re.DOTALL)
    assert line is not None
    assert line[1].startswith("李明远 XZ1001 · 徐州市发展和改革委员会 · 20") and line[1].endswith(case.number)
    assert shown.count(f"<span>{line[1]}</span>") > 20, "and all over it"
    assert "wmline" not in page(entered("cac-handler1"), case), "nothing is in clear there"


def test_what_was_typed_stands_under_the_own_name_where_it_is_checked(demo_city: None) -> None:
    case = story.dispatched()
    client = entered("telecom-handler1")
    task = story_task(case, "trace_subscriber")
    typed = {"f.task": task, "f.result": "identified", "f.subscriber": HOLDER, "step": "check", "version": case.version}
    checked = client.post(f"/cases/{case.number}/actions/report_subscriber/", {**typed, **own(client, case)})
    shown = checked.content.decode()
    assert HOLDER in shown and "许昊 XZ1024" in shown and "wmline" in shown


def story_task(case: Result, kind: str) -> str:
    return str(Task.objects.get(case_id=case.case_id, kind=kind, state="open").pk)


def own(client: Client, case: Result) -> dict[str, str]:
    """What every form of a page carries."""
    form = client.get(f"/cases/{case.number}/actions/report_subscriber/").content.decode()
    found = re.findall(r'name="(whose|key|version)" value="([^"]*)"', form)
    return dict(found)


def test_nothing_revealed_stands_in_lists_messages_addresses_or_the_pages_of_others(demo_city: None) -> None:
    case = known()
    reveal(case)
    client = entered("drc-handler1")
    addresses = ["/", "/cases/", "/tasks/", "/inbox/", f"/audit/?case={case.number}"]
    addresses += [f"/api/v1/{a}" for a in ("cases/", "tasks/", f"cases/{case.number}", f"cases/{case.number}/timeline")]
    for address in addresses:
        shown = client.get(address).content.decode()
        assert PHONE not in shown, address
    assert PHONE not in page(entered("drc-handler2"), case)
    other = known()
    assert PHONE not in page(client, other), "on this case only"

"""How much each persona's main job asks of the hand, from the workbench to its end: presses and fields, by the page.

Printed with `-s`, one line a job. A number that grows is a decision, not an accident.
"""

from __future__ import annotations

import json
import re
from datetime import datetime
from typing import NamedTuple

from django.utils.timezone import localtime
from playwright.sync_api import Page, expect

from agencies.actors import find_actor
from cases.selectors.case import get_case
from cases.workflow.onsite.steps import ITEMS
from tests.browser.conftest import Enter
from tests.browser.test_phone import Phone, at, due, phone, press, prove
from tests.days import today
from tests.files import taken_picture
from tests.web import story
from tests.workflow.world import World

__all__ = ["due", "phone"]

# A press is a pointer of the device, whatever it leads to; a field is one that was typed into or chosen from.
COUNTING = """(() => {
    const note = (change) => {
        const found = JSON.parse(sessionStorage.getItem("test.hand") || '{"presses": 0, "fields": []}');
        change(found);
        sessionStorage.setItem("test.hand", JSON.stringify(found));
    };
    addEventListener("pointerdown", (event) => event.isTrusted && note((found) => found.presses++), true);
    const field = ({ target }) => {
        if (!target.name || ["checkbox", "radio", "file", "hidden"].includes(target.type)) return;
        note((found) => found.fields.push(`${location.pathname} ${target.name}`));
    };
    for (const name of ["input", "change"]) addEventListener(name, field, true);
})()"""


class Hand(NamedTuple):
    presses: int
    fields: int


def counted(page: Page) -> Page:
    """At the workbench, with nothing done yet."""
    page.context.add_init_script(COUNTING)
    page.goto("/")
    return page


def hand(page: Page, job: str) -> Hand:
    found = json.loads(page.evaluate("sessionStorage.getItem('test.hand')"))
    done = Hand(found["presses"], len(set(found["fields"])))
    print(f"\n{job}: {done.presses} presses, {done.fields} fields")  # noqa: T201 (the figures of the closing note)
    return done


def within(done: Hand, most: Hand) -> None:
    assert done.presses <= most.presses, done
    assert done.fields <= most.fields, done


def test_an_officer_takes_a_hand_off_and_answers_it(enter: Enter) -> None:
    story.dispatched(title="点击一案")
    page = counted(enter("cac-handler1"))
    row = page.locator("#in ~ ul.hand li", has_text="流量核查").first
    row.get_by_role("button", name="签收").click()
    expect(page.locator(".note.ok")).to_contain_text("已办理：签收")
    page.locator(".todo", has_text="流量核查").first.get_by_role("link", name="办理").click()
    page.get_by_label("确有矿池通信").check()
    page.fill("[name='f.pools']", "2")
    page.fill("[name='f.connections']", "41260")
    page.get_by_role("button", name="反馈流量核查").click()
    expect(page.locator(".note.ok, h1").first).to_contain_text("反馈流量核查")
    within(hand(page, "officer, 签收 to 反馈"), Hand(4, 2))


def test_a_crew_cuts_and_a_second_person_confirms(due: tuple[World, str, str], phone: Phone) -> None:
    world, case, no = due
    # A picture of the camera says when it was taken; the place is that of the telephone.
    page = counted(
        phone("grid-crew1", permissions=["geolocation"], geolocation={"longitude": 117.28, "latitude": 34.2})
    )
    page.locator(".crewf, .crewl li", has_text=no).get_by_role("link", name=re.compile("办理")).click()
    page.locator(".ph-bar a").click()
    page.get_by_role("group", name="通知方式").locator("input").first.click()
    for item in ITEMS:
        page.locator(f"#i-{item} input[value=true]").click()
    press(page, "下一步")
    page.wait_for_url(f"**/suspensions/{no}/photo/")
    at(world, minutes=40)
    page.goto(f"/suspensions/{no}/photo/")
    page.locator("[data-place]").click()
    for slot in ("meter", "breaker"):
        with page.expect_file_chooser() as chosen:
            page.locator(f"label.cap[for=p-{slot}]").click()
        content = taken_picture("2026:11:07 10:40:00", mark=slot.encode())
        chosen.value.set_files({"name": f"{slot}.jpg", "mimeType": "image/jpeg", "buffer": content})
    page.fill("[name='f.reading']", "41872.35")
    page.fill("[name='f.seal_no']", "TS-2026-00318")
    page.locator("[name=dead]").click()
    press(page, "下一步")
    page.wait_for_url(f"**/suspensions/{no}/confirm/")
    prove(page)
    press(page, "确认停电")
    code = page.locator("[data-code]").inner_text()
    first = hand(page, "crew at 375 px, 停电确认, operator")

    second = counted(phone("grid-crew2"))
    second.get_by_role("link", name="监护人确认").click()
    second.fill("[name=code]", code)
    press(second, "核对并继续")
    second.locator("#i-load_is_zero input[value=true]").click()
    second.fill("[name='f.reading']", "41872.35")
    press(second, "监护人确认")
    expect(second.locator("[data-receipt]")).to_have_text(re.compile(r"TD-\d{8}-\d+"))
    within(first, Hand(17, 2))
    within(hand(second, "crew at 375 px, 停电确认, second person"), Hand(4, 2))
    assert world.view(case).facts["suspension"]["state"] == "confirmed"


def test_a_supervisor_finds_who_changed_a_date(enter: Enter) -> None:
    case = story.dispatched(title="改期一案")
    asked = get_case(find_actor("cac-handler1"), case.number)
    assert asked
    task = next(each for each in asked["tasks"] if each["kind"] == "analyse_traffic")
    before = localtime(datetime.fromisoformat(str(task["due_at"]))).strftime("%m-%d %H:%M")
    on = today(20).isoformat()
    story.do("cac-handler1", "request_extension", case, task=task["id"], due_on=on, reason="数据未到")
    story.do("drc-reviewer1", "decide_extension", case, decision="grant")
    page = counted(enter("sup-supervisor1"))
    page.locator("#q").click()
    page.keyboard.type(case.number)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(f"/cases/{case.number}/"))
    line = page.locator(".tl li", has_text="审批延期").first
    line.locator("summary").click()
    expect(line.locator("dl > div").first).to_have_text(
        re.compile(rf"流量核查 · 期限\s*{before}.*→\s*改为\s*{on[5:]} 18:00")
    )
    expect(line).to_contain_text("周启明")
    within(hand(page, "supervisor, who changed a date"), Hand(2, 1))

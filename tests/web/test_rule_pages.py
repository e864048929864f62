"""规则: the list with its filters, a proposal that keeps what was typed, a version with its differences."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile

from cases.models.rules import RuleVersion
from tests.rules.papers import approved, proposed
from tests.web.test_reading import entered
from tests.web.test_step_up import aged

NEW = "/rules/new/"
PAPER = {
    "kind": "surcharge_document",
    "b-number": "苏发改价格发〔2026〕88号",
    "b-rate": "0.50",
    "b-volume": "whole",
    "b-covers_persons": "no",
    "b-status": "in_force",
    "region": "320000",
    "effective_from": "2026-12-01",
    "source": "省发展改革委门户网站",
    "article": "第二条",
    "certainty": "V-T",
}
PLAN = {
    "kind": "tariff",
    "b-kind": "tiered_tou",
    "b-prices": "0.5300 0.5800，0.8300",
    "b-limits": "2760 4800",
    "b-periods-peak": "0.5600",
    "b-periods-valley": "0.3600",
    "b-hours-peak": "13",
    "b-hours-valley": "11",
    "b-status": "in_force",
    "region": "江苏省",
    "effective_from": "2026-12-01",
    "source": "省发展改革委门户网站",
    "article": "附件",
    "certainty": "V-P",
}


def page_of(username: str, address: str) -> str:
    answer = entered(username).get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


def prove(client: Any) -> None:
    assert client.post("/security/confirm/", {"password": settings.DEMO_PASSWORD}).status_code == 302


def test_an_empty_list_says_what_would_stand_there_and_who_may_begin(demo_city: None) -> None:
    assert "没有符合条件的规则版本" in page_of("cac-handler1", "/rules/")
    assert "提出新版本" not in page_of("cac-handler1", "/rules/")
    assert "提出新版本" in page_of("drc-handler1", "/rules/")
    assert "提出新版本" in page_of("grid-billing1", "/rules/")


def test_a_version_is_proposed_on_the_page_with_its_paper(demo_city: None) -> None:
    client = entered("js-drc-handler1")
    paper = SimpleUploadedFile("文件.pdf", b"%PDF-1.7 paper")
    answer = client.post(NEW, PAPER | {"step": "propose", "file": paper})
    version = RuleVersion.objects.get()
    assert answer.headers["Location"] == f"/rules/{version.pk}/"
    shown = page_of("cac-handler1", f"/rules/{version.pk}/")
    assert "苏发改价格发〔2026〕88号" in shown
    assert "未核原件" in shown
    assert "17,500.00" in shown  # 35,000 kWh at 0.50
    assert "规则版本由管辖该地区的发展改革委审核、签发人员批准" in shown
    file = entered("cac-handler1").get(f"/rules/{version.pk}/file/")
    assert file.content == b"%PDF-1.7 paper"
    assert file.headers["Content-Type"] == "application/octet-stream"


def test_a_plan_is_read_from_its_fields(demo_city: None) -> None:
    assert entered("js-drc-handler1").post(NEW, PLAN | {"step": "propose"}).status_code == 302
    version = RuleVersion.objects.get()
    assert version.body["prices"] == ["0.5300", "0.5800", "0.8300"]
    assert version.body["periods"] == {"peak": "0.5600", "valley": "0.3600"}
    assert version.body["hours"] == {"peak": 13, "valley": 11}
    assert (version.region_id, version.key) == ("32", "tiered_tou/-/*")


def test_what_was_typed_stays_where_something_is_wrong(demo_city: None) -> None:
    wrong = PAPER | {"b-rate": "0.10", "source": "", "step": "propose"}
    answer = entered("js-drc-handler1").post(NEW, wrong)
    said = answer.content.decode()
    assert answer.status_code == 400
    assert "有 2 处需要修改" in said
    for anchor in re.findall(r'<a href="#([^"]+)">', said.split('class="esum"')[1].split("</ul>")[0]):
        assert f'id="{anchor}"' in said, anchor
    for value in ("苏发改价格发〔2026〕88号", "0.10", "第二条", "2026-12-01"):
        assert f'value="{value}"' in said
    assert not RuleVersion.objects.exists()


def test_a_character_that_no_text_holds_is_refused_and_the_rest_stays(demo_city: None) -> None:
    answer = entered("js-drc-handler1").post(NEW, PAPER | {"b-number": "苏发改\x00号", "step": "propose"})
    assert answer.status_code == 400
    assert "含有不能使用的字符" in answer.content.decode()
    assert 'value="第二条"' in answer.content.decode()


def test_a_version_leads_to_the_cases_that_it_covers_or_uncovers(demo_city: None) -> None:
    document = approved()
    address = f"/rule-changes/?version={document.pk}&amp;to=2026-12-01"
    assert address in page_of("drc-handler1", f"/rules/{document.pk}/")
    shown = page_of("drc-handler1", address.replace("&amp;", "&"))
    assert "受影响的在办案件" in shown
    assert f'<option value="{document.pk}" selected>' in shown
    # Who does not watch the region's cases has no such page; what waits holds nowhere yet.
    assert "/rule-changes/?version" not in page_of("grid-billing1", f"/rules/{document.pk}/")
    waiting = proposed(body={"number": "苏发改价格发〔2026〕99号"})
    assert "/rule-changes/?version" not in page_of("drc-handler1", f"/rules/{waiting.pk}/")


def test_a_preview_stores_nothing_and_shows_what_changes(demo_city: None) -> None:
    answer = entered("js-drc-handler1").post(NEW, PAPER | {"step": "preview"})
    said = answer.content.decode()
    assert "10,500.00" in said
    assert "17,500.00" in said
    assert 'value="苏发改价格发〔2026〕88号"' in said
    assert not RuleVersion.objects.exists()


@pytest.mark.parametrize("who", ["drc-reviewer1", "grid-crew1", "cac-handler1", "sup-supervisor1"])
def test_nobody_else_opens_or_sends_the_form(demo_city: None, who: str) -> None:
    assert entered(who).get(NEW).status_code == 403
    assert entered(who).post(NEW, PAPER | {"step": "propose"}).status_code == 403
    assert not RuleVersion.objects.exists()


def test_the_grids_billing_finds_the_months_price_alone(demo_city: None) -> None:
    assert "月份" in page_of("grid-billing1", NEW)
    assert entered("grid-billing1").get(f"{NEW}?kind=tariff").status_code == 403
    assert entered("grid-billing1").post(NEW, PAPER | {"step": "propose"}).status_code == 403


def test_the_list_is_narrowed_by_kind_region_status_and_day(demo_city: None) -> None:
    here = proposed()
    there = proposed("drc-handler1", kind="local_suspension_rule")

    def shown(query: str) -> set[str]:
        return set(re.findall(r'data-rule="([^"]+)"', page_of("drc-handler1", f"/rules/?{query}")))

    assert shown("") == {str(here.pk), str(there.pk)}
    assert shown("kind=surcharge_document") == {str(here.pk)}
    assert shown("region=320303") == {str(here.pk), str(there.pk)}
    assert shown("region=32") == {str(here.pk), str(there.pk)}
    assert shown("status=approved") == set()
    assert shown("day=2026-11-30") == set()
    assert shown("day=2026-12-01") == {str(here.pk), str(there.pk)}


def test_approving_wants_a_proof_and_another_person(demo_city: None) -> None:
    version = proposed()
    address = f"/rules/{version.pk}/"
    own = entered("js-drc-handler1")
    assert own.post(address, {"do": "approve"}).status_code == 403
    client = entered("js-drc-approver1")
    aged(client)
    asked = client.post(address, {"do": "approve"})
    assert asked.status_code == 403
    assert "password" in asked.content.decode()
    assert RuleVersion.objects.get().status == "proposed"
    prove(client)
    assert client.post(address, {"do": "approve"}).status_code == 302
    assert RuleVersion.objects.get().status == "approved"


def test_a_rejection_without_a_reason_is_sent_back_and_one_with_it_stands(demo_city: None) -> None:
    version = proposed()
    client, address = entered("js-drc-reviewer1"), f"/rules/{version.pk}/"
    assert client.post(address, {"do": "reject", "reason": " "}).status_code == 400
    assert client.post(address, {"do": "reject", "reason": "文号有误"}).status_code == 302
    assert "文号有误" in page_of("cac-handler1", address)
    assert client.post(address, {"do": "nothing"}).status_code == 404


def test_a_correction_begins_with_what_the_version_says_and_shows_the_difference(demo_city: None) -> None:
    old = approved()
    form = page_of("js-drc-handler1", f"{NEW}?from={old.pk}")
    assert 'value="0.5000"' in form
    sent = PAPER | {"b-rate": "0.80", "effective_from": "2027-03-01", "supersedes": str(old.pk), "step": "propose"}
    assert entered("js-drc-handler1").post(NEW, sent).status_code == 302
    new = RuleVersion.objects.get(supersedes=old)
    said = page_of("js-drc-approver1", f"/rules/{new.pk}/")
    changed = re.findall(r"<tr data-changed><th scope=\"row\">([^<]+)</th><td>([^<]*)</td><td><b>([^<]*)</b>", said)
    assert ("加价标准（元/kWh）", "0.5000", "0.8000") in changed
    assert "适用至 2027-02-28" in said
    client = entered("js-drc-approver1")
    assert client.post(f"/rules/{new.pk}/", {"do": "approve"}).status_code == 302
    old.refresh_from_db()
    assert old.holds_to == date(2027, 2, 28)


def test_a_repeal_asks_for_no_content(demo_city: None) -> None:
    old = approved()
    form = page_of("js-drc-handler1", f"{NEW}?from={old.pk}&repeal=1")
    assert "b-rate" not in form
    sent = {name: PAPER[name] for name in ("kind", "region", "source", "article", "certainty")}
    sent |= {"effective_from": "2027-06-01", "supersedes": str(old.pk), "repeal": "1", "step": "propose"}
    assert entered("js-drc-handler1").post(NEW, sent).status_code == 302
    assert RuleVersion.objects.get(supersedes=old).repeal is True


def test_the_pages_speak_english(demo_city: None) -> None:
    version = proposed()
    client = entered("js-drc-handler1")
    client.post("/language/", {"language": "en", "next": "/"})
    for address, words in (
        ("/rules/", "Price document for surcharges"),
        (f"/rules/{version.pk}/", "What the approval changes"),
        (NEW, "Propose a version of a rule"),
    ):
        said = client.get(address).content.decode()
        assert words in said, address


def test_what_is_not_there_is_not_found(demo_city: None) -> None:
    nowhere = "/rules/01900000-0000-7000-8000-000000000000/"
    for address in (nowhere, f"{nowhere}file/"):
        assert entered("drc-handler1").get(address).status_code == 404
    assert entered("drc-handler1").get(f"/rules/{proposed().pk}/file/").status_code == 404

"""疑似同一场所: the list, the two dossiers side by side, the buttons, and where the pages lead there."""

from __future__ import annotations

import re

from audit.models import Access
from cases.models import Case, SiteSuggestion
from tests.intake.small import FLAT, HOUSE, meters, two_tenants
from tests.web.conftest import LogIn


def test_the_workbench_and_the_case_lead_to_the_pairs(log_in: LogIn) -> None:
    two_tenants()
    client = log_in("drc-handler1")
    number = Case.objects.order_by("number")[0].number
    assert 'data-count="pairs"' in client.get("/").content.decode()
    case = client.get(f"/cases/{number}/").content.decode()
    assert f"/suggestions/?case={number}" in case
    listed = client.get(f"/suggestions/?case={number}").content.decode()
    assert "门牌相同（未具体到室）、同类账号不同" in listed
    assert listed.count("data-suggestion=") == 1
    assert "data-suggestion=" not in client.get("/suggestions/?case=XZ26-999999").content.decode()
    outsider = log_in("grid-handler1")
    assert 'data-count="pairs"' not in outsider.get("/").content.decode()
    assert "data-suggestion=" not in outsider.get("/suggestions/").content.decode()


def test_two_dossiers_stand_side_by_side_masked_with_what_agrees_and_what_differs(log_in: LogIn) -> None:
    meters(("3203000000051", "", HOUSE), ("3203000000052", "赵强", HOUSE))
    pair = SiteSuggestion.objects.get()
    page = log_in("drc-handler1").get(f"/suggestions/{pair.id}/").content.decode()
    assert "赵强" not in page, "a name is masked here as everywhere"
    assert "3203000000052" not in page
    rows = dict(re.findall(r'<tr><th scope="row">([^<]+)</th>.*?<span class="tagx \w*">([^<]+)</span></td></tr>', page))
    assert rows["所在地区"] == "相同"
    assert rows["地址"] == "相同"
    assert rows["用户名称"] == "仅一方"
    assert "户号" not in rows, "the commission is not told it on the case either"
    assert "-6.1" in page, "the weight of what speaks against it"


def test_values_that_differ_under_the_same_mask_are_told_apart(log_in: LogIn) -> None:
    """The page shows no more than the mask, and says that the two are not the same."""
    meters(("3203000000061", "王小明", FLAT), name="甲")
    meters(("3203000000062", "王大明", "云龙区民主路12号3号楼2单元501室"), name="乙")
    pair = SiteSuggestion.objects.get()
    assert pair.reasons == ["flat", "holder_other_flat", "account_other_flat"]
    page = log_in("drc-handler1").get(f"/suggestions/{pair.id}/").content.decode()
    rows = dict(re.findall(r'<tr><th scope="row">([^<]+)</th>.*?<span class="tagx \w*">([^<]+)</span></td></tr>', page))
    assert page.count("王**") == 2
    assert rows["用户名称"] == "不同"


def test_the_buttons_merge_through_the_act_or_say_that_they_are_two(log_in: LogIn) -> None:
    pair = two_tenants()
    client = log_in("drc-handler1")
    page = client.get(f"/suggestions/{pair.id}/").content.decode()
    earlier, later = Case.objects.order_by("number")
    href = f"/cases/{later.number}/actions/merge_case/?survivor={earlier.number}&amp;reason_code=same_site"
    assert href in page
    form = client.get(href.replace("&amp;", "&")).content.decode()
    assert f'value="{earlier.number}"' in form, "the form knows the survivor"
    assert client.post(f"/suggestions/{pair.id}/", {"why": ""}).status_code == 400
    done = client.post(f"/suggestions/{pair.id}/", {"why": "other_household"}, follow=True)
    assert "已记录为不是同一场所" in done.content.decode()
    pair.refresh_from_db()
    assert (pair.state, pair.why, pair.decided_by.username) == ("rejected", "other_household", "drc-handler1")
    assert 'name="why"' not in done.content.decode(), "an answered pair has no buttons"
    assert client.post(f"/suggestions/{pair.id}/", {"why": "other_household"}).status_code == 409


def test_a_reviewer_looks_and_has_no_button_and_others_find_nothing(log_in: LogIn) -> None:
    pair = two_tenants()
    reviewer = log_in("drc-reviewer1")
    page = reviewer.get(f"/suggestions/{pair.id}/")
    assert page.status_code == 200
    assert 'name="why"' not in page.content.decode()
    assert reviewer.post(f"/suggestions/{pair.id}/", {"why": "other_tenant"}).status_code == 403
    outsider = log_in("grid-handler1")
    assert outsider.get(f"/suggestions/{pair.id}/").status_code == 404
    assert outsider.post(f"/suggestions/{pair.id}/", {"why": "other_tenant"}).status_code == 404
    assert SiteSuggestion.objects.get().state == "open"


def test_values_that_stand_in_clear_are_in_the_access_log_of_both_cases(log_in: LogIn) -> None:
    """The commission reads the address of an assigned case in full; so it does here, and it is noted."""
    pair = two_tenants()
    client = log_in("drc-handler1")
    before = Access.objects.count()
    page = client.get(f"/suggestions/{pair.id}/").content.decode()
    assert HOUSE in page
    noted = Access.objects.order_by("id")[before:]
    assert {line.case_id for line in noted} == {pair.one_id, pair.other_id}
    assert "wmline" in page, "and the page carries the name of who looks"


def test_the_page_reads_in_english_and_its_filters_are_named(log_in: LogIn) -> None:
    pair = two_tenants()
    client = log_in("drc-handler1")
    client.post("/language/", {"language": "en", "next": "/"})
    page = client.get(f"/suggestions/{pair.id}/").content.decode()
    assert "same house number, no room named" in page
    listed = client.get("/suggestions/?state=rejected").content.decode()
    assert "Possibly one site" in listed

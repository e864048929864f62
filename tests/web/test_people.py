"""The page of one account: roles with days and ceilings, substitutions, corrections; and the filter of the list."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from agencies.actors import find_actor, system_actor
from agencies.models import Agency, Membership, Substitution, User
from agencies.services import disable_user, end_role, grant_role
from audit import clock
from tests.agencies.cast import NOW, events
from tests.web.test_reading import entered

pytestmark = pytest.mark.usefixtures("demo_city")


def sent(who: str, username: str, do: str, **data: object) -> tuple[int, str]:
    answer = entered(who).post(f"/accounts/{username}/", {"do": do, **data}, follow=True)
    return answer.status_code, answer.content.decode()


def test_the_list_is_narrowed_by_name_agency_and_state() -> None:
    disable_user(actor=system_actor(), user=User.objects.get(username="grid-crew1"), now=NOW)
    end_role(actor=system_actor(), membership=Membership.objects.get(user__username="grid-crew2"), now=NOW)
    client = entered("grid-admin1")
    for query, there, gone in (
        ("q=赵一鸣", "grid-handler1", "grid-handler2"),
        ("q=XZ1009", "grid-handler2", "grid-handler1"),
        ("agency=320302-grid", "gulou-crew1", "grid-handler1"),
        ("agency=320300-drc", "grid-handler1", "drc-handler1"),
        ("state=disabled", "grid-crew1", "grid-handler1"),
        ("state=roleless", "grid-crew2", "grid-handler1"),
        ("state=active", "grid-handler1", "grid-crew1"),
    ):
        page = client.get(f"/accounts/?{query}").content.decode()
        assert f'href="/accounts/{there}/"' in page, query
        assert f'href="/accounts/{gone}/"' not in page, query


def test_the_page_tells_roles_days_ceilings_and_who_gave_them() -> None:
    status, page = sent("sec-admin1", "drc-handler1", "grant", agency="320300-drc", role="approver", ceiling="internal")
    assert status == 200
    assert "徐州市发展和改革委员会 · 签发" in page
    assert "内部" in page
    assert "闫敏" in page
    _, page = sent("admin1", "drc-handler1", "end", agency="320300-drc", role="approver")
    assert Membership.objects.get(user__username="drc-handler1", role="approver").until is not None
    assert "徐州市发展和改革委员会 · 签发" in page


def test_a_role_is_given_for_days_to_come_and_ended_with_a_day() -> None:
    today = timezone.localdate(clock.now())
    first, last = (today + timedelta(days=n) for n in (3, 9))
    given = {"agency": "320300-drc", "role": "approver", "from_day": first.isoformat(), "to_day": last.isoformat()}
    status, page = sent("sec-admin1", "drc-handler1", "grant", **given)
    row = next(row for row in re.findall(r"<tr.*?</tr>", page, re.DOTALL) if "· 签发" in row)
    assert (status, [first.isoformat() in row, last.isoformat() in row, "未到任" in row]) == (200, [True] * 3)
    assert all("approver" not in post.roles for post in find_actor("drc-handler1").posts)
    sooner = (today + timedelta(days=5)).isoformat()
    _, page = sent("admin1", "drc-handler1", "end", agency="320300-drc", role="approver", to_day=sooner)
    assert f"的角色到 {sooner} 止（含当日），期满自动收回" in page
    assert Membership.objects.get(user__username="drc-handler1", role="approver").last_day.isoformat() == sooner
    # Refused, what was typed stands in the form.
    status, page = sent("sec-admin1", "drc-handler2", "grant", **{**given, "to_day": today.isoformat()})
    assert (status, "最后一日不早于今天" in page) == (400, True)
    assert f'name="from_day" value="{first.isoformat()}"' in page
    assert f'name="to_day" value="{today.isoformat()}"' in page
    # The three separated administrators have no last day, hence no field for one.
    page = entered("sec-admin1").get("/accounts/audit-admin1/").content.decode()
    assert 'name="do" value="end"' in page
    assert 'id="end-' not in page


def test_a_refusal_stands_on_the_page_with_its_status() -> None:
    status, page = sent("admin1", "drc-handler1", "grant", agency="320300-drc", role="approver")
    assert (status, "由安全管理员授予" in page) == (403, True)
    # Whoever may not open the way in again finds neither the link nor the page.
    assert "/sign-in/" not in entered("sys-admin1").get("/accounts/drc-handler1/").content.decode()
    assert entered("sys-admin1").get("/accounts/drc-handler1/sign-in/").status_code == 404
    status, page = sent("sec-admin1", "sec-admin1", "grant", agency="320300-drc", role="security_admin")
    assert (status, "不能给自己授予角色" in page) == (403, True)


def test_a_substitution_is_arranged_and_ended_on_the_page() -> None:
    today = timezone.localdate(clock.now())
    data = {"agency": "320300-grid", "roles": ["reviewer"], "substitute": "grid-handler1", "reason": "出差"}
    days = {"first_day": today.isoformat(), "last_day": (today + timedelta(days=3)).isoformat()}
    status, page = sent("grid-admin1", "grid-reviewer1", "substitute", **data, **days)
    assert status == 200
    assert "由 赵一鸣 代理至" in page
    assert len(find_actor("grid-handler1").posts) == 2
    assert "代理 何静" in entered("grid-admin1").get("/accounts/grid-handler1/").content.decode()
    made = str(Substitution.objects.get().pk)
    _, page = sent("grid-admin1", "grid-reviewer1", "end_substitution", substitution=made)
    assert "已提前结束代理" in page
    assert len(find_actor("grid-handler1").posts) == 1
    status, page = sent("grid-admin1", "grid-reviewer1", "substitute", **data, first_day="morgen", last_day="2026-12-1")
    assert (status, "日期须写作" in page) == (400, True)
    assert sent("grid-admin1", "grid-reviewer2", "end_substitution", substitution=made)[0] == 404


def arranged(who: str, username: str) -> dict[str, list[str]]:
    """The roles that each form for a substitution offers, by its agency."""
    page = entered(who).get(f"/accounts/{username}/").content.decode()
    forms = [part for part in page.split("<form")[1:] if 'value="substitute"' in part]
    return {
        re.findall(r'name="agency" value="([^"]+)"', form)[0]: re.findall(r'name="roles" value="(\w+)"', form)
        for form in forms
    }


def test_a_substitution_is_arranged_in_every_agency_where_the_person_works() -> None:
    person = User.objects.get(username="gulou-crew1")
    grant_role(
        actor=system_actor(), user=person, agency=Agency.objects.get(code="320300-grid"), role="approver", now=NOW
    )
    assert arranged("sec-admin1", "gulou-crew1") == {"320300-grid": ["approver"], "320302-grid": ["field_crew"]}
    assert arranged("grid-admin1", "gulou-crew1") == {"320302-grid": ["field_crew"]}, "an approver is not theirs"
    today = timezone.localdate(clock.now()).isoformat()
    data = {"agency": "320302-grid", "roles": ["field_crew"], "substitute": "grid-crew1"}
    assert sent("grid-admin1", "gulou-crew1", "substitute", **data, first_day=today, last_day=today)[0] == 200
    assert [post.agency_code for post in find_actor("grid-crew1").posts] == ["320300-grid", "320302-grid"]
    assert arranged("sys-admin1", "gulou-crew1") == {}


def test_a_name_is_corrected_with_an_event_that_does_not_tell_it() -> None:
    status, page = sent("admin1", "drc-handler1", "rename", display_name="李明源", staff_no="XZ2001")
    assert (status, "李明源" in page) == (200, True)
    assert events("account/drc-handler1")[-1]["action"] == "account_changed"
    assert "李明源" not in str(events("account/drc-handler1"))
    status, page = sent("admin1", "drc-handler2", "rename", display_name="陈洁", staff_no="XZ2001")
    assert (status, "工号 XZ2001 已属于另一账号" in page) == (400, True)
    assert sent("sec-admin1", "drc-handler2", "rename", display_name="别人", staff_no="")[0] == 403


@pytest.mark.parametrize("do", ["rename", "disable", "grant", "end", "substitute", "create", "", "x"])
def test_the_page_of_another_agencys_account_is_not_there(do: str) -> None:
    there, nowhere = sent("grid-admin1", "drc-handler1", do), sent("grid-admin1", "nobody-at-all", do)
    assert (there[0], nowhere[0]) == (404, 404)
    assert entered("sec-admin1").get("/accounts/nj-drc-handler1/").status_code == 404
    for who in ("drc-handler1", "audit-admin1"):
        assert entered(who).get("/accounts/drc-handler2/").status_code == 403


def test_an_account_without_a_role_is_found_where_it_was_opened() -> None:
    data = {"username": "grid-new1", "display_name": "新来", "staff_no": "XZ9001", "agency": "320302-grid", "role": ""}
    assert "grid-new1" in entered("sys-admin1").post("/accounts/", {"do": "create", **data}).content.decode()
    assert "还没有角色" in entered("grid-admin1").get("/accounts/grid-new1/").content.decode()
    assert entered("admin1").get("/accounts/grid-new1/").status_code == 404


def test_a_refused_form_keeps_what_was_chosen() -> None:
    days = {"first_day": "2026-12-08", "last_day": "2026-12-01"}
    chosen = {"agency": "320300-drc", "substitute": "drc-handler2", "roles": "handler", "reason": "培训", **days}
    status, page = sent("admin1", "drc-handler1", "substitute", **chosen)
    assert status == 400
    for kept in ('value="drc-handler2" selected', 'value="培训"', 'value="2026-12-08"', 'value="2026-12-01"'):
        assert kept in page, kept
    chosen = {"agency": "320300-grid", "role": "reviewer", "ceiling": "internal"}
    _, page = sent("sec-admin1", "drc-handler1", "grant", **{**chosen, "role": "supervisor"})
    for kept in ('value="320300-grid" selected', 'value="supervisor" selected', 'value="internal" selected'):
        assert kept in page, kept

"""Three separated administrators: nobody is two of them, none works on cases, each reaches a region, the last stays."""

from __future__ import annotations

import threading

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, connections, transaction

from agencies.actors import find_actor, system_actor
from agencies.errors import AgencyError, BadInput, NotPermitted
from agencies.models import Agency, Membership, User
from agencies.services import close_agency, create_agency, create_user, disable_user, enable_user, end_role, grant_role
from agencies.visibility import case_agencies
from tests.agencies.cast import NOW, events, told

THREE = ("system_admin", "security_admin", "audit_admin")
HOLDERS = {"system_admin": "sys-admin1", "security_admin": "sec-admin1", "audit_admin": "audit-admin1"}
PASSWORD = "shan-shui-2026-xz"
NOTHING_BESIDE = "系统、安全、审计管理员须分别由不同的人担任，也不兼任其他角色"


def give(actor, user, agency, role, **more):
    return grant_role(actor=actor, user=user, agency=agency, role=role, now=NOW, **more)


def newcomer(actor, agency, name="new1", roles=(), staff_no="XZ9001"):
    return create_user(
        actor=actor,
        agency=agency,
        roles=roles,
        username=name,
        display_name="新来",
        staff_no=staff_no,
        password=PASSWORD,
        now=NOW,
    )


@pytest.mark.parametrize("held", THREE)
@pytest.mark.parametrize("wanted", [*THREE, "agency_admin", "handler", "approver"])
def test_nobody_is_one_of_them_and_anything_else(user, agency, held, wanted):
    if held == wanted:
        return
    with pytest.raises(AgencyError, match=NOTHING_BESIDE) as refused:
        give(system_actor(), user(HOLDERS[held]), agency("320300-drc"), wanted)
    assert (refused.value.code, refused.value.status) == ("separated_roles", 409)


@pytest.mark.parametrize("wanted", THREE)
@pytest.mark.parametrize("holder", ["drc-handler1", "xzsup-supervisor1", "admin1", "grid-crew1"])
def test_whoever_has_another_role_becomes_none_of_them_not_even_in_another_agency(user, agency, holder, wanted):
    with pytest.raises(AgencyError, match=NOTHING_BESIDE):
        give(system_actor(), user(holder), agency("320300-drc"), wanted)
    with pytest.raises(AgencyError, match=NOTHING_BESIDE):
        give(system_actor(), user(holder), agency("320300-supervision"), wanted)


def test_the_database_refuses_it_too_whoever_asks(user, agency):
    told("account/sec-admin1")
    row = {"user": user("sec-admin1"), "agency": agency("320000-drc"), "since": NOW, "granted_by": user("system")}
    for role in ("audit_admin", "handler", "agency_admin"):
        with pytest.raises(IntegrityError, match="系统、安全、审计管理员须由不同的人担任"), transaction.atomic():
            Membership.objects.create(role=role, **row)
    with pytest.raises(IntegrityError, match="须由不同的人担任"), transaction.atomic():
        Membership.objects.filter(user__username="sec-admin1").update(user=user("audit-admin1"))
    ended = Membership.objects.create(role="handler", active=False, until=NOW, **row)
    with pytest.raises(IntegrityError, match="须由不同的人担任"), transaction.atomic():
        Membership.objects.filter(pk=ended.pk).update(active=True, until=None)


def test_of_two_grants_at_once_the_database_takes_one(demo_city, fresh_db):
    """Past the services, which lock the account first: straight into the table, from two connections."""
    drc = Agency.objects.get(code="320300-drc")
    person = newcomer(system_actor(), drc)
    outcomes: list[str] = []

    # The event of a stream is written by one at a time: the second inserts when the first has committed.
    def insert(role):
        try:
            with transaction.atomic():
                told("account/new1")
                Membership.objects.create(
                    user=person, agency=drc, role=role, since=NOW, granted_by=User.objects.get(username="system")
                )
            outcomes.append("given")
        except IntegrityError:
            outcomes.append("refused")
        finally:
            connections["default"].close()

    threads = [threading.Thread(target=insert, args=(role,)) for role in ("system_admin", "audit_admin")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["given", "refused"]
    assert Membership.objects.filter(user=person, active=True).count() == 1


def test_of_two_administrators_who_give_one_person_two_roles_at_once_one_is_refused(demo_city, fresh_db):
    drc = Agency.objects.get(code="320300-drc")
    person = newcomer(system_actor(), drc)
    outcomes, start = [], threading.Barrier(3)

    def grant(role):
        try:
            start.wait()
            give(find_actor("sec-admin1"), person, drc, role)
            outcomes.append("given")
        except AgencyError as error:
            outcomes.append(error.code)
        finally:
            connections["default"].close()

    threads = [threading.Thread(target=grant, args=(role,)) for role in ("system_admin", "audit_admin", "handler")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["given", "separated_roles", "separated_roles"]


def test_a_transaction_that_waits_for_the_account_sees_what_the_other_committed(demo_city, fresh_db):
    """The trigger's own lock, without that of a service or of a stream: two connections, one after the other's lock."""
    drc, person = Agency.objects.get(code="320300-drc"), newcomer(system_actor(), Agency.objects.get(code="320300-drc"))
    insert = """INSERT INTO agencies_membership (user_id, agency_id, role, active, since, ceiling, granted_by_id)
        VALUES (%s, %s, %s, true, now(), 'ordinary', (SELECT id FROM agencies_user WHERE username = 'system'))"""
    said, inserted = [], threading.Event()

    def second():
        inserted.wait()
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(insert, [person.pk, drc.pk, "audit_admin"])
        except IntegrityError as error:
            said.append(str(error))
        finally:
            connections["default"].close()

    thread = threading.Thread(target=second)
    thread.start()
    with transaction.atomic():
        told("account/new1")
        with connection.cursor() as cursor:
            cursor.execute(insert, [person.pk, drc.pk, "system_admin"])
        inserted.set()
        thread.join(timeout=0.5)
        assert thread.is_alive()
    thread.join()
    assert len(said) == 1
    assert "须由不同的人担任" in said[0]


@pytest.mark.parametrize("code", ["320300-grid", "320302-grid", "320300-police", "320300-cac"])
def test_they_sit_in_a_commission_or_a_supervision(user, agency, code):
    person = newcomer(system_actor(), agency(code))
    with pytest.raises(BadInput, match="须设在发展改革委或督查单位本级"):
        give(system_actor(), person, agency(code), "audit_admin")
    give(system_actor(), person, agency("320300-supervision"), "audit_admin")


@pytest.mark.parametrize("username", HOLDERS.values())
def test_none_of_them_sees_a_case(who, username):
    assert case_agencies(who(username)) == []


def test_the_security_administrator_gives_every_role_and_ceiling_of_the_region(who, user, agency):
    security = who("sec-admin1")
    held = give(security, user("drc-handler1"), agency("320300-drc"), "approver", ceiling="internal")
    assert (held.role, held.ceiling) == ("approver", "internal")
    give(security, user("gulou-crew1"), agency("320302-grid"), "agency_admin")
    assert events("account/gulou-crew1")[-1]["actor"]["role"] == "security_admin"
    with pytest.raises(NotPermitted, match="你不能管理南京市发展和改革委员会的账号"):
        give(security, user("nj-drc-handler1"), agency("320100-drc"), "approver")
    with pytest.raises(NotPermitted, match="你不能管理江苏省发展和改革委员会的账号"):
        give(security, user("js-drc-handler1"), agency("320000-drc"), "reviewer")


def test_it_names_another_of_the_three_and_never_itself(who, agency):
    person = newcomer(who("sys-admin1"), agency("320300-drc"))
    give(who("sec-admin1"), person, agency("320300-drc"), "audit_admin")
    with pytest.raises(NotPermitted, match="不能给自己授予角色"):
        give(who("sec-admin1"), User.objects.get(username="sec-admin1"), agency("320300-supervision"), "security_admin")


@pytest.mark.parametrize(
    ("role", "ceiling"),
    [
        ("approver", "ordinary"),
        ("agency_admin", "ordinary"),
        ("system_admin", "ordinary"),
        ("security_admin", "ordinary"),
        ("audit_admin", "ordinary"),
        ("reviewer", "sensitive"),
        ("reviewer", "internal"),
    ],
)
def test_an_agencys_own_administrator_gives_ordinary_roles_only(who, user, agency, role, ceiling):
    with pytest.raises(NotPermitted, match="由安全管理员授予") as refused:
        give(who("admin1"), user("drc-handler1"), agency("320300-drc"), role, ceiling=ceiling)
    assert refused.value.code == "security_admin_only"
    with pytest.raises(NotPermitted, match="由安全管理员授予"):
        newcomer(who("admin1"), agency("320300-drc"), roles=[role] if ceiling == "ordinary" else ["approver"])
    assert not User.objects.filter(username="new1").exists()


def test_the_system_administrator_opens_accounts_and_gives_no_role(who, user, agency):
    person = newcomer(who("sys-admin1"), agency("320302-grid"))
    assert who("new1").posts == ()
    assert events("account/new1")[0]["actor"]["role"] == "system_admin"
    for role in ("handler", "field_crew", "agency_admin"):
        with pytest.raises(NotPermitted, match="由安全管理员授予"):
            give(who("sys-admin1"), person, agency("320302-grid"), role)
    with pytest.raises(NotPermitted, match="由安全管理员授予"):
        newcomer(who("sys-admin1"), agency("320302-grid"), "new2", ["handler"], "XZ9002")
    with pytest.raises(NotPermitted, match="你不能管理南京供电公司的账号"):
        newcomer(who("sys-admin1"), agency("320100-grid"), "new2", (), "XZ9002")
    give(who("grid-admin1"), person, agency("320302-grid"), "field_crew")
    assert who("new1").posts[0].roles == {"field_crew"}


def test_the_system_administrator_sets_up_and_closes_agencies_of_the_region(who):
    made = {"kind": "partner", "name": "徐州市市场监督管理局", "short_name": "市场监管局", "monogram": "市"}
    agency = create_agency(
        actor=who("sys-admin1"), code="320300-market", region="3203", partner_sort="market", now=NOW, **made
    )
    assert events("agency/320300-market")[0]["actor"]["role"] == "system_admin"
    close_agency(actor=who("sys-admin1"), agency=agency, now=NOW)
    for actor in ("sec-admin1", "audit-admin1", "admin1"):
        with pytest.raises(NotPermitted, match="单位由本地区的系统管理员"):
            close_agency(actor=who(actor), agency=agency, now=NOW)
    with pytest.raises(NotPermitted):
        create_agency(
            actor=who("sys-admin1"), code="320100-market", region="3201", partner_sort="market", now=NOW, **made
        )


def test_the_audit_administrator_changes_nothing(who, user, agency):
    audit, person = who("audit-admin1"), user("drc-handler1")
    attempts = [
        lambda: give(audit, person, agency("320300-drc"), "reviewer"),
        lambda: end_role(actor=audit, membership=person.memberships.get(), now=NOW),
        lambda: disable_user(actor=audit, user=person, now=NOW),
        lambda: enable_user(actor=audit, user=person, now=NOW),
        lambda: newcomer(audit, agency("320300-drc")),
    ]
    for attempt in attempts:
        with pytest.raises(NotPermitted):
            attempt()


def test_an_agencys_own_administrator_ends_work_but_no_administration(who):
    for username in ("drc-approver1", "drc-handler1"):
        end_role(actor=who("admin1"), membership=Membership.objects.get(user__username=username), now=NOW)
    for username in ("admin2", "sec-admin1", "audit-admin1"):
        with pytest.raises(NotPermitted, match="由安全管理员收回"):
            end_role(actor=who("admin1"), membership=Membership.objects.get(user__username=username), now=NOW)


@pytest.mark.parametrize("username", HOLDERS.values())
def test_only_the_security_administrator_puts_one_of_them_out_of_use(who, user, agency, username):
    drc = agency("320300-drc")
    for n, role in enumerate(THREE):
        give(system_actor(), newcomer(system_actor(), drc, f"new{n}", (), f"XZ900{n}"), drc, role)
    for actor in {"admin1", "sys-admin1", "audit-admin1"} - {username}:
        with pytest.raises(NotPermitted):
            disable_user(actor=who(actor), user=user(username), now=NOW)
    disable_user(actor=who("new1"), user=user(username), now=NOW)
    assert not user(username).is_active


@pytest.mark.parametrize("role", THREE)
def test_the_last_of_a_kind_stays_until_it_is_said(who, user, agency, role):
    held = Membership.objects.get(role=role)
    sentence = "是徐州市发展和改革委员会最后一名"
    actor = who("sec-admin1") if role != "security_admin" else system_actor()
    for attempt in (
        lambda: end_role(actor=actor, membership=held, now=NOW),
        lambda: disable_user(actor=actor, user=held.user, now=NOW),
        lambda: call_command("change_role", "end", held.user.username, "320300-drc", role),
        lambda: call_command("change_account", "disable", held.user.username),
    ):
        with pytest.raises((AgencyError, CommandError), match=sentence):
            attempt()
    # Somebody who is out of use is nobody's successor.
    other = newcomer(system_actor(), agency("320300-drc"))
    give(system_actor(), other, agency("320300-drc"), role)
    disable_user(actor=system_actor(), user=other, now=NOW)
    with pytest.raises(AgencyError, match=sentence):
        end_role(actor=actor, membership=held, now=NOW)
    call_command("change_role", "end", held.user.username, "320300-drc", role, "--last")
    assert not Membership.objects.filter(pk=held.pk, active=True).exists()


def test_no_page_ends_the_last_even_if_it_says_so(who):
    held = Membership.objects.get(role="audit_admin")
    with pytest.raises(AgencyError, match="最后一名"):
        end_role(actor=who("sec-admin1"), membership=held, now=NOW, last=True)


def test_two_security_administrators_who_end_each_other_at_once_leave_one(demo_city, fresh_db):
    drc = Agency.objects.get(code="320300-drc")
    give(system_actor(), newcomer(system_actor(), drc), drc, "security_admin")
    outcomes, start = [], threading.Barrier(2)

    def end(actor, other):
        try:
            acting, held = find_actor(actor), Membership.objects.get(user__username=other)
            start.wait()
            end_role(actor=acting, membership=held, now=NOW)
            outcomes.append("ended")
        except AgencyError as error:
            outcomes.append(error.code)
        finally:
            connections["default"].close()

    threads = [threading.Thread(target=end, args=pair) for pair in (("sec-admin1", "new1"), ("new1", "sec-admin1"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["ended", "last_administrator"]
    assert Membership.objects.filter(role="security_admin", active=True).count() == 1


def test_whoever_works_on_cases_needs_a_staff_number(who, agency, user):
    person = newcomer(who("sys-admin1"), agency("320300-drc"), staff_no="")
    with pytest.raises(BadInput, match="还没有登记工号") as refused:
        give(who("admin1"), person, agency("320300-drc"), "handler")
    assert refused.value.field == "staff_no"
    give(who("sec-admin1"), person, agency("320300-drc"), "agency_admin")
    # Whoever sets up the system at its shell answers for the numbers himself.
    other = newcomer(system_actor(), agency("320300-drc"), "new2", ["handler"], "")
    assert other.staff_no == ""

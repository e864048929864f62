"""Accounts and passwords: made, disabled, enabled and changed by those who may."""

from __future__ import annotations

import pytest

from agencies.actors import NoSuchActor, system_actor
from agencies.errors import AgencyError, BadInput, NotPermitted
from agencies.models import User
from agencies.services import change_password, create_user, disable_user, enable_user, grant_role
from audit.models import Event, Sealed
from tests.agencies.cast import NOW, events

PASSWORD = "shan-shui-2026-xz"
NEW = {"username": "drc-new1", "display_name": "新来", "staff_no": "XZ7001", "password": PASSWORD, "roles": ["handler"]}


def create(actor, agency, **changes):
    return create_user(actor=actor, agency=agency, now=NOW, **(NEW | changes))


def test_an_administrator_makes_an_account_with_its_first_roles(who, agency):
    person = create(who("admin1"), agency("320300-drc"), roles=["handler", "reviewer"])
    assert person.check_password(PASSWORD)
    assert who("drc-new1").posts[0].roles == {"handler", "reviewer"}
    assert [event["action"] for event in events("account/drc-new1")] == [
        "account_created",
        "role_granted",
        "role_granted",
    ]


def test_name_staff_number_and_password_stand_in_no_event_body(who, agency):
    create(who("admin1"), agency("320300-drc"))
    bodies = b"".join(bytes(body) for body in Event.objects.values_list("body", flat=True))
    for secret in ("新来", "XZ7001", PASSWORD):
        assert secret.encode() not in bodies
    sealed = Sealed.objects.get(event__stream="account/drc-new1")
    assert sealed.data == {"display_name": "新来", "staff_no": "XZ7001"}
    assert events("account/drc-new1")[0]["sealed"]


def test_an_administrator_makes_no_account_elsewhere(who, agency):
    with pytest.raises(NotPermitted, match="你不能管理徐州供电公司的账号"):
        create(who("admin1"), agency("320300-grid"))
    assert not User.objects.filter(username="drc-new1").exists()


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"username": "Drc"}, "username", "用户名须为 2 到 64 位小写字母"),
        ({"username": "李明远"}, "username", "用户名须为 2 到 64 位小写字母"),
        ({"username": "drc-handler1"}, "username", "用户名“drc-handler1”已经使用。"),
        ({"display_name": "  "}, "display_name", "请填写姓名。"),
        ({"language": "fr"}, "language", "语言只能是中文或英文。"),
        ({"password": "12345678"}, "password", "密码不能使用"),
        ({"password": "drc-new1-drc"}, "password", "密码不能使用"),
    ],
)
def test_it_refuses_what_cannot_be_an_account(who, agency, changes, field, sentence):
    with pytest.raises(BadInput) as refused:
        create(who("admin1"), agency("320300-drc"), **changes)
    assert refused.value.field == field
    assert refused.value.text.zh.startswith(sentence)


def test_it_refuses_a_staff_number_of_another(who, user, agency):
    with pytest.raises(BadInput, match="已属于另一账号"):
        create(who("admin1"), agency("320300-drc"), staff_no=user("drc-handler1").staff_no)


def test_a_disabled_account_is_out_at_once_and_can_come_back(who, user):
    person = user("drc-handler1")
    disable_user(actor=who("admin1"), user=person, now=NOW)
    with pytest.raises(NoSuchActor):
        who("drc-handler1")
    enable_user(actor=who("admin1"), user=person, now=NOW)
    assert who("drc-handler1").posts
    assert [e["action"] for e in events("account/drc-handler1")][-2:] == ["account_disabled", "account_enabled"]


def test_disabling_twice_is_recorded_once(who, user):
    for _ in range(2):
        disable_user(actor=who("admin1"), user=user("drc-handler1"), now=NOW)
    assert [e["action"] for e in events("account/drc-handler1")].count("account_disabled") == 1


def test_an_administrator_disables_neither_themself_nor_people_elsewhere(who, user):
    with pytest.raises(AgencyError, match="不能停用自己的账号"):
        disable_user(actor=who("admin1"), user=user("admin1"), now=NOW)
    with pytest.raises(NotPermitted, match="你不能管理徐州供电公司的账号"):
        disable_user(actor=who("admin1"), user=user("grid-handler1"), now=NOW)
    with pytest.raises(NotPermitted, match="系统账号不能更改"):
        disable_user(actor=who("admin1"), user=user("system"), now=NOW)


def test_somebody_who_also_works_elsewhere_is_not_one_administrators_to_change(who, user, agency):
    person = user("drc-handler1")
    grant_role(actor=system_actor(), user=person, agency=agency("320300-supervision"), role="supervisor", now=NOW)
    with pytest.raises(NotPermitted, match="徐州市人民政府督查室"):
        disable_user(actor=who("admin1"), user=person, now=NOW)
    disable_user(actor=system_actor(), user=person, now=NOW)


def test_people_change_their_own_password_with_the_current_one(who, user, settings):
    person = user("drc-handler1")
    change_password(actor=who("drc-handler1"), user=person, current=settings.DEMO_PASSWORD, new=PASSWORD, now=NOW)
    person.refresh_from_db()
    assert person.check_password(PASSWORD)
    told = events("account/drc-handler1")[-1]["data"]
    assert told.pop("password_set_at")
    assert told == {"user": person.pk, "by": "self", "must_change": False}


@pytest.mark.parametrize("current", ["wrong", None])
def test_without_the_current_password_it_is_refused(who, user, current):
    with pytest.raises(BadInput, match="当前密码不正确。"):
        change_password(actor=who("drc-handler1"), user=user("drc-handler1"), current=current, new=PASSWORD, now=NOW)


def test_the_security_administrator_resets_forgotten_passwords_of_the_region_and_nobody_else_does(who, user):
    person = user("drc-handler1")
    change_password(actor=who("sec-admin1"), user=person, new=PASSWORD, now=NOW)
    person.refresh_from_db()
    assert person.check_password(PASSWORD)
    assert events("account/drc-handler1")[-1]["data"]["by"] == "administrator"
    change_password(actor=who("sec-admin1"), user=user("grid-handler1"), new=PASSWORD, now=NOW)
    for other in ("admin1", "sys-admin1", "audit-admin1"):
        with pytest.raises(NotPermitted, match="由安全管理员办理"):
            change_password(actor=who(other), user=person, new=PASSWORD, now=NOW)
    with pytest.raises(NotPermitted, match="南京"):
        change_password(actor=who("sec-admin1"), user=user("nj-drc-handler1"), new=PASSWORD, now=NOW)
    with pytest.raises(NotPermitted):
        change_password(actor=who("drc-handler1"), user=user("drc-handler2"), new=PASSWORD, now=NOW)


def test_a_weak_password_changes_nothing(who, user, settings):
    person = user("drc-handler1")
    with pytest.raises(BadInput, match="密码不能使用"):
        change_password(actor=who("sec-admin1"), user=person, new="short", now=NOW)
    person.refresh_from_db()
    assert person.check_password(settings.DEMO_PASSWORD)


def test_the_password_of_the_demo_is_set_for_nobody_outside_it(who, user, settings):
    settings.DEMO = False
    with pytest.raises(BadInput, match="演示环境公开的密码"):
        change_password(actor=who("sec-admin1"), user=user("drc-handler1"), new=settings.DEMO_PASSWORD, now=NOW)

"""Setting up a deployment from the shell: agencies, first accounts, roles."""

from __future__ import annotations

import io
import re

import pytest
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command

from agencies.actors import NoSuchActor, find_actor
from agencies.models import Agency, User
from tests.agencies.cast import events
from tests.entry_tools import with_app

AGENCY = (
    "create_agency",
    "330100-drc",
    "杭州市发展和改革委员会",
    "--kind",
    "development_commission",
    "--short",
    "市发改委",
)


def run(*arguments):
    out = io.StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


@pytest.fixture
def hangzhou(db):
    return run(*AGENCY, "--monogram", "发", "--duty", "power_authority")


def test_an_empty_installation_gets_its_agencies_and_first_administrator(hangzhou):
    assert hangzhou == "已新设 330100-drc 杭州市发展和改革委员会\n"
    assert Agency.objects.get(code="330100-drc").duties == ["power_authority"]
    out = run("create_account", "hz-admin", "某管理员", "--agency", "330100-drc", "--role", "agency_admin")
    password = re.search(r"初始密码 (\S+)（", out).group(1)
    assert authenticate(username="hz-admin", password=password) == User.objects.get(username="hz-admin")
    assert find_actor("hz-admin").posts[0].roles == {"agency_admin"}


def test_a_password_is_reset_with_its_event_and_not_by_djangos_command(hangzhou):
    run("create_account", "hz-1", "甲", "--agency", "330100-drc", "--role", "handler")
    password = re.search(r"的密码：(\S+)（", run("changepassword", "hz-1")).group(1)
    assert authenticate(username="hz-1", password=password) == User.objects.get(username="hz-1")
    assert events("account/hz-1")[-1]["action"] == "password_changed"
    with pytest.raises(CommandError, match="系统账号不能更改"):
        run("changepassword", "system")


def test_an_account_is_taken_out_of_use_and_put_back(hangzhou):
    run("create_account", "hz-1", "甲", "--agency", "330100-drc", "--role", "handler")
    assert run("change_account", "disable", "hz-1") == "已停用 hz-1\n"
    with pytest.raises(NoSuchActor):
        find_actor("hz-1")
    assert run("change_account", "enable", "hz-1") == "已启用 hz-1\n"
    assert find_actor("hz-1").posts
    assert [event["action"] for event in events("account/hz-1")][-2:] == ["account_disabled", "account_enabled"]


def test_an_agency_is_closed_once_nobody_works_there(hangzhou):
    run("create_account", "hz-1", "甲", "--agency", "330100-drc", "--role", "handler")
    with pytest.raises(CommandError, match="还有 1 个在任角色"):
        run("close_agency", "330100-drc")
    run("change_role", "end", "hz-1", "330100-drc", "handler")
    assert run("close_agency", "330100-drc") == "已停用 330100-drc 杭州市发展和改革委员会\n"
    assert events("agency/330100-drc")[-1]["action"] == "agency_closed"


def test_a_sub_unit_is_set_up_under_its_agency(hangzhou):
    run("create_agency", "330102-drc", "上城区发改局", "--kind", "development_commission", "--short", "上城发改",
        "--monogram", "发", "--parent", "330100-drc")  # fmt: skip
    assert Agency.objects.get(code="330102-drc").parent.code == "330100-drc"


def test_roles_are_given_and_ended(hangzhou):
    run("create_account", "hz-1", "甲", "--agency", "330100-drc", "--role", "handler", "--role", "reviewer")
    assert "已授予" in run("change_role", "grant", "hz-1", "330100-drc", "approver")
    assert find_actor("hz-1").posts[0].roles == {"handler", "reviewer", "approver"}
    assert "已终止" in run("change_role", "end", "hz-1", "330100-drc", "handler")
    assert find_actor("hz-1").posts[0].roles == {"reviewer", "approver"}


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((*AGENCY, "--monogram", "发"), "单位代码“330100-drc”已经使用"),
        (("create_account", "hz-1", "甲", "--agency", "nowhere", "--role", "handler"), "没有代码为“nowhere”的单位"),
        (("create_account", "hz-1", "甲", "--agency", "330100-drc", "--role", "billing"), "没有“电费核算”角色"),
        (("change_role", "grant", "nobody", "330100-drc", "handler"), "没有账号“nobody”"),
        (("change_role", "end", "system", "330100-drc", "handler"), "没有 handler 角色"),
    ],
)
def test_a_refusal_is_one_sentence(hangzhou, arguments, sentence):
    with pytest.raises(CommandError, match=sentence):
        run(*arguments)


def test_the_operator_opens_the_way_in_where_nobody_else_can(hangzhou):
    run("create_account", "hz-1", "甲", "--agency", "330100-drc", "--role", "agency_admin")
    with_app("hz-1")
    assert run("reset_factors", "hz-1") == "已重置 hz-1 的双因素（1 个），其登录会话已全部结束\n"
    assert run("unlock", "hz-1") == "已解除 hz-1 的登录锁定\n"
    assert [event["action"] for event in events("account/hz-1")][-2:] == ["factors_reset", "account_unlocked"]
    for command in ("reset_factors", "unlock"):
        with pytest.raises(CommandError, match="没有账号"):
            run(command, "nobody")
        with pytest.raises(CommandError, match="系统账号不能更改"):
            run(command, "system")

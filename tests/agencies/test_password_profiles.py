"""Two profiles of passwords: 等保 with classes and regular change, ASVS 5.0 with length and neither."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.contrib.auth import authenticate

from agencies.access import standing
from agencies.access.passwords.rules import one_time_password
from agencies.actors import system_actor
from agencies.errors import BadInput, NotPermitted
from agencies.models import Password, PastPassword
from agencies.services import change_password, give_password
from audit import clock
from tests.agencies.cast import NOW, events, told
from tests.entry_tools import with_app

pytestmark = pytest.mark.usefixtures("demo_city")
GOOD = "Vier-Jahreszeiten"


def change(who: Any, user: Any, new: str, current: str = django_settings.DEMO_PASSWORD) -> None:
    change_password(actor=who("drc-handler1"), user=user("drc-handler1"), current=current, new=new, now=NOW)


def refusal(who: Any, user: Any, new: str) -> str:
    with pytest.raises(BadInput) as refused:
        change(who, user, new)
    assert user("drc-handler1").check_password(django_settings.DEMO_PASSWORD)
    return refused.value.text.zh


@pytest.mark.parametrize(
    ("profile", "new", "sentence"),
    [
        ("dengbao", "Vier-Jahr3s", "密码至少 12 位"),
        ("dengbao", "vierjahreszeiten", "四类中的至少三类"),
        ("dengbao", "vier-jahreszeiten", "四类中的至少三类"),
        ("dengbao", "Lianzhi-2026!", "单位、系统或账号的名称"),
        ("dengbao", "drc-handler1-Xuzhou", "密码"),
        ("dengbao", "发改委徐州挖矿2026Ab", "单位、系统或账号的名称"),
        ("asvs", "fourteen chars", "密码至少 15 位"),
        ("asvs", "lianzhi xuzhou 26", "单位、系统或账号的名称"),
        ("asvs", "11111111111111111", "数字"),
    ],
)
def test_what_does_not_fit_the_profile_is_refused(
    who: Any, user: Any, settings: Any, profile: str, new: str, sentence: str
) -> None:
    settings.PASSWORD_PROFILE = profile
    assert sentence in refusal(who, user, new)


@pytest.mark.parametrize(
    ("profile", "new"),
    [
        ("dengbao", "Vier-Jahres1"),
        ("dengbao", "四季分明 four 2026"),
        ("asvs", "correct horse battery staple"),
        ("asvs", "一二三四五六七八九十 春夏秋冬"),
        ("asvs", "x" * 40 + " and y" * 14),
    ],
)
def test_what_fits_the_profile_is_taken_as_it_was_typed(
    who: Any, user: Any, settings: Any, profile: str, new: str
) -> None:
    settings.PASSWORD_PROFILE = profile
    change(who, user, new)
    assert user("drc-handler1").check_password(new)
    assert not user("drc-handler1").check_password(new[:64] if len(new) > 64 else new.upper() + "x")


def test_beside_a_second_factor_twelve_characters_are_enough(who: Any, user: Any, settings: Any) -> None:
    settings.PASSWORD_PROFILE = "asvs"
    assert "15 位" in refusal(who, user, "quite short 3")
    with_app("drc-handler1")
    change(who, user, "quite short 3")


def test_the_last_five_are_not_used_again(who: Any, user: Any, settings: Any) -> None:
    settings.PASSWORD_PROFILE = "dengbao"
    last = django_settings.DEMO_PASSWORD
    for n in range(5):
        change(who, user, f"{GOOD}-{n}", last)
        last = f"{GOOD}-{n}"
    for n in range(5):
        with pytest.raises(BadInput, match="最近 5 次"):
            change(who, user, f"{GOOD}-{n}", last)
    change(who, user, f"{GOOD}-9", last)
    change(who, user, f"{GOOD}-0", f"{GOOD}-9")
    assert PastPassword.objects.filter(user=user("drc-handler1")).count() == 5
    assert not PastPassword.objects.filter(password__contains=GOOD).exists()


def owed(user: Any, username: str) -> str:
    return standing.standing(str(user(username).pk), {}).owes  # type: ignore[arg-type]


@pytest.mark.parametrize(("profile", "owes"), [("dengbao", "password"), ("asvs", "")])
def test_after_ninety_days_only_one_profile_wants_another(user: Any, settings: Any, profile: str, owes: str) -> None:
    settings.PASSWORD_PROFILE = profile
    told("account/drc-handler1")
    row = Password.objects.filter(user=user("drc-handler1"))
    row.update(set_at=clock.real_now() - timedelta(days=89, hours=23))
    assert owed(user, "drc-handler1") == ""
    row.update(set_at=clock.real_now() - timedelta(days=90, seconds=1))
    assert owed(user, "drc-handler1") == owes


@pytest.mark.parametrize("profile", ["dengbao", "asvs"])
def test_a_password_that_somebody_else_gave_works_once_and_for_a_day(
    who: Any, user: Any, settings: Any, profile: str
) -> None:
    settings.PASSWORD_PROFILE = profile
    secret = give_password(actor=who("sec-admin1"), user=user("drc-handler1"), now=NOW)
    assert authenticate(username="drc-handler1", password=secret)
    assert owed(user, "drc-handler1") == "password"
    event = events("account/drc-handler1")[-1]["data"]
    assert (event["by"], event["must_change"]) == ("administrator", True)
    Password.objects.filter(user=user("drc-handler1")).update(expires_at=clock.real_now() - timedelta(seconds=1))
    assert authenticate(username="drc-handler1", password=secret) is None
    secret = give_password(actor=system_actor(), user=user("drc-handler1"), now=NOW)
    change(who, user, f"{GOOD}-2026 four", secret)
    assert owed(user, "drc-handler1") == ""


def test_nobody_gives_themself_a_password_without_the_old_one(who: Any, user: Any) -> None:
    with pytest.raises(NotPermitted, match="不能为自己办理"):
        give_password(actor=who("sec-admin1"), user=user("sec-admin1"), now=NOW)


def test_a_password_for_one_use_fits_both_profiles(user: Any, settings: Any) -> None:
    from agencies.access.passwords.rules import Rules

    for profile in ("dengbao", "asvs"):
        settings.PASSWORD_PROFILE = profile
        drawn = {one_time_password() for _ in range(200)}
        assert len(drawn) == 200
        for each in drawn:
            Rules().validate(each, user("drc-handler1"))

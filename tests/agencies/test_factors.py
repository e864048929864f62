"""Second factors: a code is taken once, secrets are sealed, no change without its event, the last one stays."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import orjson
import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth
from django.db import DatabaseError, connection, transaction

from agencies.access.second import factors
from agencies.errors import AgencyError, BadInput, NotPermitted
from agencies.models import LiveSession
from agencies.services import add_app, new_recovery_codes, remove_factor, reset_factors
from cases.models.factors import Adapter
from tests import entry_tools
from tests.agencies.cast import NOW, events
from tests.entry_tools import code_of, with_app

SECRET = "A" * 32
pytestmark = pytest.mark.usefixtures("demo_city")


@pytest.fixture
def still(monkeypatch: pytest.MonkeyPatch) -> None:
    """No step of half a minute ends while the test runs."""
    for module in (auth, entry_tools):
        monkeypatch.setattr(module, "time", SimpleNamespace(time=lambda: 1_795_000_010.0))


@pytest.mark.usefixtures("still")
def test_a_code_is_taken_once_and_none_before_it(user: Any) -> None:
    secret, _ = with_app("drc-approver1")
    person = user("drc-approver1")
    first, now = (code_of(secret, n) for n in (-1, 0))
    assert factors.check_code(person, first) == "", "it was shown when the app was added"
    assert factors.check_code(person, f"{now[:3]} {now[3:]}") == "totp"
    assert factors.check_code(person, now) == ""
    assert factors.check_code(person, code_of(secret, 1)) == "totp", "a phone may be half a minute ahead"
    assert factors.check_code(person, now) == ""
    assert factors.check_code(person, code_of(secret, 5)) == ""


def test_a_recovery_code_is_taken_once(user: Any) -> None:
    _, codes = with_app("drc-approver1")
    person = user("drc-approver1")
    assert len(set(codes)) == 10
    assert factors.check_code(person, codes[3]) == "recovery_codes"
    assert factors.check_code(person, codes[3]) == ""
    assert factors.check_code(person, codes[4]) == "recovery_codes"
    assert next(each.left for each in factors.held(person) if each.type == "recovery_codes") == 8
    assert factors.check_code(user("drc-reviewer1"), codes[5]) == ""


def test_new_codes_end_the_old_ones(who: Any, user: Any) -> None:
    _, old = with_app("drc-approver1")
    new = new_recovery_codes(actor=who("drc-approver1"), user=user("drc-approver1"), now=NOW)
    assert not set(old) & set(new)
    assert factors.check_code(user("drc-approver1"), old[0]) == ""
    assert factors.check_code(user("drc-approver1"), new[0]) == "recovery_codes"


@pytest.mark.parametrize("typed", ["", " ", "12345", "abcdef", "000000", "１２３４５６", "0" * 400])
def test_what_is_no_code_opens_nothing(user: Any, typed: str) -> None:
    with_app("drc-approver1")
    assert factors.check_code(user("drc-approver1"), typed) == ""


def test_secrets_are_sealed_in_the_database() -> None:
    secret, codes = with_app("drc-approver1")
    kept = orjson.dumps(list(Authenticator.objects.values_list("data", flat=True))).decode()
    assert secret not in kept
    assert not any(code in kept for code in codes)
    assert Adapter().decrypt(Authenticator.objects.get(type="totp").data["secret"]) == secret


def test_an_app_is_taken_with_its_first_right_code_only(who: Any, user: Any) -> None:
    with pytest.raises(BadInput, match="动态码不正确"):
        add_app(
            actor=who("drc-approver1"),
            user=user("drc-approver1"),
            secret=SECRET,
            code="000000",
            now=NOW,
            session=None,
        )
    assert not Authenticator.objects.exists()
    with_app("drc-approver1")
    with pytest.raises(AgencyError, match="已有一个验证器"):
        with_app("drc-approver1")


def test_nobody_sets_up_a_factor_for_somebody_else(who: Any, user: Any) -> None:
    with pytest.raises(BadInput, match="只能由本人设置"):
        add_app(
            actor=who("sec-admin1"),
            user=user("drc-approver1"),
            secret=SECRET,
            code=code_of(SECRET),
            now=NOW,
            session=None,
        )


def test_every_change_has_its_event(who: Any, user: Any) -> None:
    with_app("drc-approver1")
    row = Authenticator.objects.get(type="totp")
    remove_factor(actor=who("drc-approver1"), user=user("drc-approver1"), factor_id=row.pk, now=NOW, session=None)
    told = events("account/drc-approver1")[-3:]
    assert [event["action"] for event in told] == ["factor_added", "recovery_codes_made", "factor_removed"]
    assert told[0]["data"] == {"user": user("drc-approver1").pk, "factor": "totp", "factor_id": row.pk}
    assert not Authenticator.objects.exists(), "recovery codes go with the last factor"


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM mfa_authenticator",
        "UPDATE mfa_authenticator SET user_id = (SELECT id FROM agencies_user WHERE username = 'drc-reviewer1')",
        """INSERT INTO mfa_authenticator (user_id, type, data, created_at) SELECT id, 'webauthn', '{}', now()
        FROM agencies_user WHERE username = 'drc-handler1'""",
        "UPDATE agencies_password SET must_change = false",
    ],
)
def test_the_database_takes_no_change_without_an_event(fresh_db: Any, statement: str) -> None:
    with_app("drc-approver1")
    with pytest.raises(DatabaseError, match="has no event of this transaction"), transaction.atomic():
        connection.cursor().execute(statement)


def test_using_a_factor_is_no_change_of_it_and_is_kept(fresh_db: Any, user: Any) -> None:
    """With commits, at which the database looks for the event."""
    secret, codes = with_app("drc-approver1")
    assert factors.check_code(user("drc-approver1"), code_of(secret)) == "totp"
    assert factors.check_code(user("drc-approver1"), codes[0]) == "recovery_codes"
    assert factors.check_code(user("drc-approver1"), codes[0]) == ""


def test_the_last_factor_stays_where_one_is_required(who: Any, user: Any, settings: Any) -> None:
    settings.SECOND_FACTOR = "required"
    with_app("drc-approver1")
    with_app("drc-handler1")
    for username, refused in (("drc-approver1", True), ("drc-handler1", False)):
        person = user(username)
        row = Authenticator.objects.get(type="totp", user=person)
        if refused:
            with pytest.raises(AgencyError, match="不能移除最后一个"):
                remove_factor(actor=who(username), user=person, factor_id=row.pk, now=NOW, session=None)
        else:
            remove_factor(actor=who(username), user=person, factor_id=row.pk, now=NOW, session=None)
    strange = Authenticator.objects.get(type="totp", user=user("drc-approver1"))
    with pytest.raises(BadInput, match="没有这个双因素"):
        remove_factor(actor=who("drc-handler1"), user=user("drc-handler1"), factor_id=strange.pk, now=NOW, session=None)


def test_required_are_those_who_decide_and_those_who_administer(user: Any, settings: Any) -> None:
    settings.SECOND_FACTOR = "required"
    for username in (
        "drc-approver1",
        "drc-reviewer1",
        "grid-reviewer1",
        "admin1",
        "sys-admin1",
        "sec-admin1",
        "audit-admin1",
    ):
        assert factors.required_of(user(username)), username
    for username in ("drc-handler1", "grid-crew1", "cac-handler1", "sup-supervisor1"):
        assert not factors.required_of(user(username)), username
    settings.SECOND_FACTOR = "optional"
    assert not factors.required_of(user("drc-approver1"))


def test_lost_factors_are_reset_by_an_administrator_and_never_ones_own(who: Any, user: Any) -> None:
    with_app("drc-approver1")
    LiveSession.objects.create(
        id="0" * 32, user=user("drc-approver1"), begun_at=NOW, seen_at=NOW, device="", address=""
    )
    for helper in ("drc-approver1", "drc-handler1", "admin1"):
        with pytest.raises(NotPermitted):
            reset_factors(actor=who(helper), user=user("drc-approver1"), now=NOW)
    assert reset_factors(actor=who("sec-admin1"), user=user("drc-approver1"), now=NOW) == 1
    assert not Authenticator.objects.exists()
    assert not LiveSession.objects.filter(user=user("drc-approver1")).exists()
    told = events("account/drc-approver1")[-1]
    assert (told["action"], told["actor"]["username"], told["data"]["factors"]) == ("factors_reset", "sec-admin1", 1)

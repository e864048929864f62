"""The city's sign-on logs in whom it names, if there is such an account here, and nobody by any other way."""

from __future__ import annotations

import http.client
import json
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from django.test import Client

from agencies.actors import system_actor
from agencies.models import Agency, User
from agencies.services import create_client, disable_user
from agencies.sso import counts_as_second_factor
from audit import clock
from audit.models import Event
from config.env import SettingError, provider


def approve(address, user, flaw=""):
    """What the provider answers once the person has logged in there: the way back."""
    parts = urlsplit(f"{address}&{urlencode({'user': user, 'flaw': flaw})}")
    provider = http.client.HTTPConnection(parts.netloc)
    provider.request("GET", f"{parts.path}?{parts.query}")
    back = provider.getresponse().headers["Location"]
    provider.close()
    return back.removeprefix("http://testserver")


def come(user, flaw="", *, client=None, target="/cases/"):
    client = client or Client()
    out = client.get("/sso/", {"next": target})
    assert out.status_code == 302, out.content.decode()
    back = approve(out["Location"], user, flaw)
    return client, client.get(back), back


def logged_in(client):
    return "_auth_user_id" in client.session


def told(action):
    return [json.loads(bytes(e.body))["data"] for e in Event.objects.filter(action=action).order_by("id")]


def test_who_is_named_is_logged_in_and_goes_where_he_wanted_to(sso):
    client, answer, _ = come("drc-handler1")
    assert (answer.status_code, answer["Location"]) == (302, "/cases/")
    assert client.session["_auth_user_id"] == str(User.objects.get(username="drc-handler1").pk)
    assert client.get("/cases/").status_code == 200
    assert told("sso_accepted")[0]["second_factor"] is False
    assert told("login_succeeded")


def test_the_way_out_carries_state_nonce_and_challenge(sso):
    asked = parse_qs(urlsplit(Client().get("/sso/")["Location"]).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["response_type"] == ["code"]
    assert asked["redirect_uri"] == ["http://testserver/sso/return/"]
    again = parse_qs(urlsplit(Client().get("/sso/")["Location"]).query)
    for name in ("state", "nonce", "code_challenge"):
        assert len(asked[name][0]) >= 43
        assert asked[name] != again[name]


def test_the_session_is_a_new_one_after_the_login(sso):
    client = Client()
    client.get("/sso/")
    before = client.session.session_key
    come("drc-handler1", client=client)
    assert client.session.session_key != before


@pytest.mark.parametrize(
    ("flaw", "code"),
    [
        ("nonce", "nonce"),
        ("issuer", "token_invalidissuer"),
        ("audience", "token_invalidaudience"),
        ("azp", "azp"),
        ("expired", "token_expiredsignature"),
        ("no expiry", "token_missingrequiredclaim"),
        ("alg none", "algorithm"),
        ("shared secret", "algorithm"),
        ("forged", "token_invalidsignature"),
        ("unknown key", "key"),
        ("no token", "token_decode"),
    ],
)
def test_a_token_that_is_not_as_it_has_to_be_logs_nobody_in(sso, flaw, code):
    client, answer, _ = come("drc-handler1", flaw)
    assert answer.status_code == 502
    assert "没有登录" in answer.content.decode()
    assert not logged_in(client)
    assert told("sso_refused")[-1]["code"] == code


def test_an_answer_is_taken_once(sso):
    client, _, back = come("drc-handler1")
    client.post("/logout/")
    assert client.get(back).status_code == 400
    assert not logged_in(client)


@pytest.mark.parametrize("flaw", ["", "nonce"])
def test_an_answer_is_not_tried_a_second_time_whatever_became_of_the_first(sso, flaw):
    """The provider would refuse the code again; here it is not even asked."""
    client, _, back = come("drc-handler1", flaw)
    assert client.get(back).status_code == 400


def test_a_code_is_redeemed_once_even_in_a_session_that_waits_for_another(sso):
    _, _, back = come("drc-handler1")
    used = parse_qs(urlsplit(back).query)["code"][0]
    client = Client()
    state = parse_qs(urlsplit(client.get("/sso/")["Location"]).query)["state"][0]
    answer = client.get("/sso/return/", {"code": used, "state": state})
    assert answer.status_code == 502
    assert not logged_in(client)


def test_the_answer_to_another_browser_is_refused(sso):
    """Nobody is logged in as somebody else by a link that was sent to him."""
    attacker, victim = Client(), Client()
    back = approve(attacker.get("/sso/")["Location"], "drc-handler1")
    for client in (victim, Client()):
        assert client.get(back).status_code == 400
        assert not logged_in(client)
    victim.get("/sso/")
    assert victim.get(back).status_code == 400


def test_an_answer_that_comes_too_late_is_refused(sso, monkeypatch):
    client = Client()
    back = approve(client.get("/sso/")["Location"], "drc-handler1")
    session = client.session
    session["sso_pending"] = {**session["sso_pending"], "at": session["sso_pending"]["at"] - 601}
    session.save()
    assert client.get(back).status_code == 400


def test_the_answer_of_another_issuer_is_refused(sso):
    client = Client()
    back = approve(client.get("/sso/")["Location"], "drc-handler1")
    assert client.get(f"{back}&iss=http://other.example").status_code == 502
    assert not logged_in(client)


def test_an_error_of_the_provider_is_said_and_not_shown(sso):
    client = Client()
    state = parse_qs(urlsplit(client.get("/sso/")["Location"]).query)["state"][0]
    shown = client.get("/sso/return/", {"error": "<b>access_denied", "state": state})
    assert shown.status_code == 400
    assert "access_denied" not in shown.content.decode()


@pytest.mark.parametrize("user", ["nobody-here", "system", "", "feed", "off"])
def test_who_has_no_active_account_here_is_told_whom_to_ask(sso, user):
    telecom = Agency.objects.get(code="320300-telecom")
    create_client(
        actor=system_actor(),
        agency=telecom,
        username="feed",
        display_name="系统",
        scopes=["cases:read"],
        now=clock.now(),
    )
    if user == "off":
        user = "drc-handler2"
        disable_user(actor=system_actor(), user=User.objects.get(username=user), now=clock.now())
    before = User.objects.count()
    client, answer, _ = come(user)
    assert answer.status_code == 403
    assert "请联系本单位管理员" in answer.content.decode()
    assert not logged_in(client)
    assert User.objects.count() == before
    assert told("sso_refused")[-1]["code"] == "no_account"


def test_an_address_of_mail_names_nobody(sso):
    client, answer, _ = come("drc-handler1", "only mail")
    assert answer.status_code == 403
    assert not logged_in(client)


def test_people_can_be_found_by_their_staff_number(sso):
    sso.OIDC = sso.OIDC._replace(claim="staff_no", field="staff_no")
    person = User.objects.exclude(staff_no="").filter(is_active=True).first()
    client, _, _ = come(person.staff_no, "staff number")
    assert client.session["_auth_user_id"] == str(person.pk)


def test_a_second_factor_at_the_provider_counts_where_the_operator_says_so(sso):
    client, _, _ = come("drc-handler1", "two factors")
    assert counts_as_second_factor(client.session)
    client, _, _ = come("drc-handler1")
    assert not counts_as_second_factor(client.session)
    sso.OIDC = sso.OIDC._replace(second_factor=frozenset())
    client, _, _ = come("drc-handler1", "two factors")
    assert not counts_as_second_factor(client.session)


def test_the_button_stands_on_the_login_page_only_where_there_is_a_sign_on(sso):
    assert "统一身份认证登录" in Client().get("/login/").content.decode()
    sso.OIDC = None
    assert "统一身份认证" not in Client().get("/login/").content.decode()
    for path in ("/sso/", "/sso/return/", "/sso/logout/"):
        assert Client().get(path).status_code == 404


def test_the_session_of_the_provider_can_be_left_too(sso, issuer):
    there = Client().get("/sso/logout/")["Location"]
    assert there.startswith(f"{issuer}/logout?")
    assert parse_qs(urlsplit(there).query)["post_logout_redirect_uri"] == ["http://testserver/login/"]


def test_a_provider_that_is_away_or_not_allowed_is_said_to_be(sso):
    sso.OUTGOING_HOSTS = frozenset()
    assert Client().get("/sso/").status_code == 502
    sso.OUTGOING_HOSTS = frozenset({"127.0.0.1"})
    sso.OIDC = sso.OIDC._replace(issuer="http://127.0.0.1:9")
    assert Client().get("/sso/").status_code == 502
    assert Client().get("/sso/logout/")["Location"] == "/login/"


def test_no_other_site_is_gone_on_to(sso):
    _, answer, _ = come("drc-handler1", target="https://evil.example/")
    assert answer["Location"] == "/"


def test_a_provider_is_named_as_a_whole_and_over_https():
    found = provider("https://sso.city.cn/", "a", "b")
    assert (found.issuer, found.claim, found.field) == ("https://sso.city.cn", "preferred_username", "username")
    assert provider(None, None, None) is None
    with pytest.raises(SettingError, match="belong together"):
        provider("https://sso.city.cn", None, "b")
    with pytest.raises(SettingError, match="https://"):
        provider("http://sso.city.cn", "a", "b")

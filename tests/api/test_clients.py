"""Systems of agencies: a token for one agency and a few acts of a handler, and no way beyond them."""

from __future__ import annotations

import base64
import csv
import hashlib
import json
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test import Client as Browser
from django.urls import get_resolver
from oauth2_provider.models import AccessToken, Application

from agencies.actors import find_actor, system_actor
from agencies.authority import event_actor
from agencies.errors import BadInput, NotPermitted
from agencies.machines.validator import ClientValidator
from agencies.models import Agency, Client, Membership, User
from agencies.services import (
    change_password,
    create_client,
    disable_user,
    end_client,
    grant_role,
    rotate_client_secret,
)
from audit import clock
from audit.actions import Action
from audit.models import Event
from audit.services import record
from cases.api.base import ApiView
from cases.api.bearer import ACTS
from cases.workflow.transitions import TRANSITIONS
from tests.api.conftest import OPENING, V1

ALL = ("cases:read", "signals:write", "findings:write")
MATRIX = Path(__file__).resolve().parent.parent / "permission-matrix.csv"


class System:
    """A system of an agency with its credentials."""

    def __init__(self, agency="320300-telecom", scopes=ALL, username="telecom-feed"):
        self.client, self.secret = create_client(
            actor=system_actor(),
            agency=Agency.objects.get(code=agency),
            username=username,
            display_name="通管局监测系统",
            scopes=scopes,
            now=clock.now(),
        )
        self.username, self.browser = username, Browser()
        self.id = self.client.application.client_id

    def ask(self, *, secret=None, address="127.0.0.1", grant="client_credentials", basic=True, **more):
        pair = (self.id, secret or self.secret)
        form = {"grant_type": grant, **more}
        headers = {}
        if basic:
            headers["Authorization"] = "Basic " + base64.b64encode(":".join(pair).encode()).decode()
        else:
            form |= {"client_id": pair[0], "client_secret": pair[1]}
        return self.browser.post(
            f"{V1}/oauth/token",
            "&".join(f"{k}={v}" for k, v in form.items()),
            "application/x-www-form-urlencoded",
            headers=headers,
            REMOTE_ADDR=address,
        )

    @property
    def token(self):
        answer = self.ask()
        assert answer.status_code == 200, answer.content
        return answer.json()["access_token"]

    def send(self, token, method, path, body=None, **headers):
        headers = {"Authorization": f"Bearer {token}", **{k.replace("_", "-"): v for k, v in headers.items()}}
        answer = self.browser.generic(
            method,
            f"{V1}/{path}",
            json.dumps(body or {}) if method == "POST" else b"",
            "application/json",
            headers=headers,
        )
        answer.data = json.loads(answer.content) if answer.content and "json" in answer["Content-Type"] else None
        return answer

    def events(self, action):
        return list(Event.objects.filter(stream=f"account/{self.username}", action=action).order_by("seq"))


@pytest.fixture
def system(demo_city):
    return System()


# --- tokens ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("basic", [True, False])
def test_a_system_gets_a_token_that_lasts_no_longer_than_an_hour(system, basic):
    answer = system.ask(basic=basic)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    given = answer.json()
    assert (given["token_type"], given["expires_in"] <= 3600, set(given["scope"].split())) == ("Bearer", True, set(ALL))
    assert "refresh_token" not in given
    kept = AccessToken.objects.get()
    assert kept.expires <= clock.real_now() + timedelta(hours=1)


def test_neither_secret_nor_token_is_kept_as_it_is(system):
    token = system.token
    rows = []
    with connection.cursor() as cursor:
        for table in ("oauth2_provider_application", "oauth2_provider_accesstoken", "audit_event", "audit_sealed"):
            cursor.execute(f"SELECT row_to_json(t)::text FROM {table} t")
            rows += [row[0] for row in cursor.fetchall()]
    text = "\n".join(rows)
    assert token not in text
    assert system.secret not in text
    assert hashlib.sha256(token.encode()).hexdigest() in text
    assert "argon2" in Application.objects.get().client_secret


@pytest.mark.parametrize(
    ("change", "status", "error"),
    [
        ({"secret": "wrong"}, 401, "invalid_client"),
        ({"secret": "wrong", "basic": False}, 401, "invalid_client"),
        (
            {"grant": "password", "username": "drc-handler1", "password": "Lianzhi-Demo-2026"},
            400,
            "unsupported_grant_type",
        ),
        ({"grant": "authorization_code", "code": "x"}, 400, "unsupported_grant_type"),
        ({"grant": "refresh_token", "refresh_token": "x"}, 400, "unsupported_grant_type"),
        ({"scope": "cases:read everything"}, 400, "invalid_scope"),
    ],
)
def test_nothing_but_the_one_grant_with_the_right_secret_gets_a_token(system, change, status, error):
    answer = system.ask(**change)
    assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert not AccessToken.objects.exists()
    assert [event.body["data"]["code"] for event in _bodies(system.events("client_token_refused"))] == [error]


def test_the_validator_itself_knows_no_other_grant(system):
    """Whatever the server in front of it would let through."""
    allowed, application = ClientValidator().validate_grant_type, system.client.application
    assert allowed(system.id, "client_credentials", application, None)
    for grant in ("password", "authorization_code", "refresh_token", "implicit", ""):
        assert not allowed(system.id, grant, application, None), grant
    application.authorization_grant_type = "password"
    assert not allowed(system.id, "client_credentials", application, None)


class _Told:
    def __init__(self, body):
        self.body = body


def _bodies(events):
    return [_Told(json.loads(bytes(event.body))) for event in events]


def test_a_token_in_the_address_or_a_form_of_another_kind_is_refused(system):
    assert system.browser.post(f"{V1}/oauth/token?client_id={system.id}", {}).status_code == 400
    assert system.browser.post(f"{V1}/oauth/token", "{}", "application/json").status_code == 400
    assert system.browser.get(f"{V1}/oauth/token").status_code == 405
    token = system.token
    assert system.browser.get(f"{V1}/cases/?access_token={token}").status_code == 401


def test_a_token_of_fewer_scopes_can_be_asked_for(system):
    token = system.ask(scope="cases:read").json()["access_token"]
    assert system.send(token, "GET", "cases/").status_code == 200
    refused = system.send(token, "POST", "cases/", OPENING)
    assert (refused.status_code, refused.data["code"]) == (403, "insufficient_scope")
    assert 'error="insufficient_scope", scope="signals:write"' in refused.headers["WWW-Authenticate"]


def test_every_token_is_an_event_and_a_guess_too(system):
    system.ask()
    system.ask(secret="wrong")
    issued, refused = _bodies([*system.events("client_token_issued"), *system.events("client_token_refused")])
    assert issued.body["data"]["client"] == system.id
    assert issued.body["actor"]["username"] == "telecom-feed"
    assert refused.body["data"]["code"] == "invalid_client"
    stranger = System.__new__(System)
    stranger.id, stranger.secret, stranger.browser = "张三的密码", "x", Browser()
    assert stranger.ask().status_code == 401
    body = bytes(Event.objects.filter(stream="account/unknown").latest("id").body).decode()
    assert "name_digest" in body
    assert "张三" not in body


def test_guessing_is_slowed_down_per_client_and_per_address(system, settings):
    settings.RATE_FACTOR = 1
    answers = [system.ask(secret="wrong", address=f"10.0.0.{n}") for n in range(21)]
    assert {answer.status_code for answer in answers[:20]} == {401}
    assert (answers[20].status_code, answers[20].json()) == (429, {"error": "slow_down"})
    assert int(answers[20].headers["Retry-After"]) >= 1
    other = System(username="other-feed")
    for n in range(60):
        stranger = System.__new__(System)
        stranger.id, stranger.secret, stranger.browser = f"id{n}", "x", Browser()
        stranger.ask(address="10.9.9.9")
    assert other.ask(address="10.9.9.9").status_code == 429
    assert other.ask(address="10.9.9.8").status_code == 200


def test_a_system_gives_its_token_back(system):
    token = system.token
    answer = system.browser.post(
        f"{V1}/oauth/revoke",
        f"token={token}&client_id={system.id}&client_secret={system.secret}",
        "application/x-www-form-urlencoded",
    )
    assert answer.status_code == 200
    assert system.send(token, "GET", "cases/").status_code == 401
    assert len(system.events("client_token_revoked")) == 1


# --- what a token opens ----------------------------------------------------------------------------------------------


def test_a_system_acts_within_its_agency_and_the_event_names_it(system, person):
    opened = system.send(system.token, "POST", "cases/", OPENING)
    assert opened.status_code == 201, opened.data
    event = json.loads(bytes(Event.objects.filter(action="open_case").latest("id").body))
    assert (event["actor"]["username"], event["actor"]["role"]) == ("telecom-feed", "handler")
    assert event["actor"]["agency"] == system.client.agency_id
    stranger = System(agency="320100-drc", username="nj-feed")
    hidden = stranger.send(stranger.token, "GET", f"cases/{opened.data['number']}")
    assert (hidden.status_code, hidden.data["code"]) == (404, "not_found")


def test_a_request_with_a_token_needs_no_csrf_and_takes_no_persons_session(system, person):
    handler = person("drc-approver1")
    system.browser = handler.client
    answer = system.send(system.token, "GET", "events/")
    assert (answer.status_code, answer.data["code"]) == (403, "insufficient_scope")


@pytest.mark.parametrize("token", ["", "x", "Ünicode", "a" * 500, "null"])
def test_what_is_no_token_opens_nothing(system, token):
    answer = system.send(token, "GET", "cases/")
    assert (answer.status_code, answer.data["code"]) == (401, "invalid_token")
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="lianzhi", error="invalid_token"'


def test_an_expired_token_opens_nothing(system):
    token = system.token
    stale = AccessToken.objects.get()
    AccessToken.objects.all().delete()
    stale.pk, stale.expires, stale._raw_token = None, clock.real_now() - timedelta(seconds=1), token
    stale.save(force_insert=True)
    assert system.send(token, "GET", "cases/").status_code == 401


PEOPLE_ONLY = [
    ("GET", "session/"), ("POST", "session/"), ("DELETE", "session/"), ("GET", "events/"), ("GET", "events/1"),
    ("GET", "attachments/01a00000-0000-7000-8000-000000000000"), ("GET", "cases/XZ21-1/attachments/"),
]  # fmt: skip


def test_what_is_for_people_stays_closed_to_systems(system):
    token = system.token
    for method, path in PEOPLE_ONLY:
        answer = system.send(token, method, path, {"username": "drc-handler1", "password": "Lianzhi-Demo-2026"})
        assert (answer.status_code, answer.data["code"]) == (403, "insufficient_scope"), path
        assert "外部系统不能调用" in answer.data["detail"]


def test_no_act_beyond_the_short_list_is_a_systems(system):
    token = system.token
    others = sorted(set(TRANSITIONS) - set(ACTS))
    assert len(others) == len(TRANSITIONS) - 5
    for action in others:
        answer = system.send(token, "POST", f"cases/XZ21-1/actions/{action}", {}, If_Match='"1"')
        assert (answer.status_code, answer.data["code"]) == (403, "insufficient_scope"), action


def test_the_short_list_holds_only_acts_that_a_handler_alone_may_do():
    """Against the matrix, which no code reads: no reviewer's, approver's, crew's or biller's act is among them."""
    rows = {row["action"]: row for row in csv.DictReader(MATRIX.read_text(encoding="utf-8").splitlines())}
    assert len(ACTS) == 5
    for action in ACTS:
        assert rows[action]["role"] == "handler", action


def test_every_address_says_who_may_call_it():
    """A new address is closed to systems until somebody names a scope for it here and there."""
    named = {}
    for pattern in get_resolver("cases.api.urls").url_patterns:
        view = getattr(pattern.callback, "cls", None)
        if view is not None and issubclass(view, ApiView):
            named[view.__name__] = {method: str(scope) for method, scope in view.scopes.items()}
    assert {name: scopes for name, scopes in named.items() if scopes} == {
        "CasesView": {"GET": "cases:read", "POST": "signals:write"},
        "CaseView": {"GET": "cases:read"},
        "TimelineView": {"GET": "cases:read"},
        "MeasuresView": {"GET": "cases:read"},
        "CaseClockView": {"GET": "cases:read"},
        "CalendarView": {"GET": "cases:read"},
        "EntryView": {"GET": "cases:read"},
        "ReportsView": {"GET": "cases:read"},
        "ReportView": {"GET": "cases:read"},
        "ReportFileView": {"GET": "cases:read"},
        "ActionsView": {"GET": "cases:read"},
        "CaseAttachmentsView": {"POST": "findings:write"},
        "LoadCurveView": {"GET": "cases:read", "POST": "findings:write"},
        "TasksView": {"GET": "cases:read"},
        "ImportsView": {"GET": "signals:write", "POST": "signals:write"},
        "ImportView": {"GET": "signals:write"},
        "ImportRowsView": {"GET": "signals:write"},
        "ImportMappingView": {"GET": "signals:write", "POST": "signals:write"},
        "ImportPreviewView": {"GET": "signals:write"},
        "ImportMendsView": {"POST": "signals:write"},
        "ImportCorrectionsView": {"POST": "signals:write"},
        "ImportCommitView": {"POST": "signals:write"},
        "ImportCancelView": {"POST": "signals:write"},
        "ImportResumeView": {"POST": "signals:write"},
        "UploadsView": {"GET": "signals:write", "POST": "signals:write"},
        "UploadView": {"GET": "signals:write", "PATCH": "signals:write", "DELETE": "signals:write"},
        "UploadFinishView": {"POST": "signals:write"},
        "FeedbacksView": {"GET": "signals:write"},
        "FeedbackView": {"GET": "signals:write"},
        "FeedbackRowsView": {"GET": "signals:write"},
        "RulesView": {"GET": "cases:read"},
        "RuleView": {"GET": "cases:read"},
        "SignalsView": {"POST": "signals:push"},
        "PushedView": {"GET": "signals:push"},
        "DeadlinesView": {"GET": "*"},
        "RegionsView": {"GET": "*"},
        "AgenciesView": {"GET": "*"},
        "ChargesView": {"GET": "*"},
    }


# --- ending ----------------------------------------------------------------------------------------------------------


def test_what_is_ended_ends_on_the_next_request(system):
    token = system.token
    assert system.send(token, "GET", "cases/").status_code == 200
    end_client(actor=system_actor(), client=system.client, now=clock.now())
    assert system.send(token, "GET", "cases/").status_code == 401
    assert system.ask().status_code == 401
    assert not Membership.objects.filter(user=system.client.user, active=True).exists()


def test_a_disabled_account_ends_on_the_next_request(system):
    token = system.token
    disable_user(actor=system_actor(), user=system.client.user, now=clock.now())
    assert system.send(token, "GET", "cases/").status_code == 401
    assert system.ask().status_code == 401


def test_a_new_secret_ends_the_old_one_and_its_tokens(system):
    token = system.token
    fresh = rotate_client_secret(actor=system_actor(), client=system.client, now=clock.now())
    assert system.send(token, "GET", "cases/").status_code == 401
    assert system.ask().status_code == 401
    assert system.ask(secret=fresh).status_code == 200


def test_a_closed_agency_ends_on_the_next_request(system):
    token = system.token
    with transaction.atomic():
        Agency.objects.filter(pk=system.client.agency_id).update(active=False)
        record(
            stream="agency/320300-telecom",
            action=Action.AGENCY_CLOSED,
            actor=event_actor(system_actor()),
            data={"agency": system.client.agency_id},
            now=clock.now(),
        )
    assert system.send(token, "GET", "cases/").status_code == 401
    assert system.ask().status_code == 401


# --- no person -------------------------------------------------------------------------------------------------------


def test_the_account_of_a_system_never_logs_in(system):
    user = system.client.user
    for password in ("", "!", user.password, system.secret):
        assert Browser().post("/login/", {"username": user.username, "password": password}).status_code == 400
    browser = Browser()
    browser.force_login(user, backend="agencies.access.backend.Accounts")
    assert browser.get("/").status_code == 302
    with pytest.raises(NotPermitted, match="没有密码"):
        change_password(actor=system_actor(), user=user, new="Xuzhou-Monitoring-77", now=clock.now())
    user.set_password("x")
    with pytest.raises(IntegrityError, match="没有密码"), transaction.atomic():
        user.save(update_fields=["password"])


def test_a_system_holds_no_other_role_and_no_other_agency(system):
    user, actor = system.client.user, system_actor()
    telecom, commission = system.client.agency, Agency.objects.get(code="320300-drc")
    for agency, role in ((telecom, "approver"), (telecom, "reviewer"), (commission, "handler")):
        with pytest.raises(BadInput, match="只能在其所属单位担任经办"):
            grant_role(actor=actor, user=user, agency=agency, role=role, now=clock.now())
        with pytest.raises(IntegrityError, match="担任经办"), transaction.atomic():
            Membership.objects.create(
                user=user, agency=agency, role=role, since=clock.now(), granted_by_id=actor.user_id
            )


def test_nobody_hands_a_task_to_a_system(system, person):
    from agencies.selectors import assignable, rosters

    handler = find_actor("telecom-handler1")
    agency = system.client.agency_id
    assert "telecom-feed" not in {each.username for each in assignable(handler, agency, ["handler"], rank=0)}
    assert "telecom-feed" not in {each.username for each in rosters([agency])[agency]}


def test_only_the_operator_sets_systems_up_and_each_step_is_an_event(system):
    for act in (
        lambda actor: rotate_client_secret(actor=actor, client=system.client, now=clock.now()),
        lambda actor: end_client(actor=actor, client=system.client, now=clock.now()),
    ):
        with pytest.raises(NotPermitted, match="系统运维人员"):
            act(find_actor("telecom-handler1"))
    rotate_client_secret(actor=system_actor(), client=system.client, now=clock.now())
    end_client(actor=system_actor(), client=system.client, now=clock.now())
    told = Event.objects.filter(stream="account/telecom-feed").order_by("seq").values_list("action", flat=True)
    assert list(told) == [
        "account_created", "client_created", "role_granted", "client_secret_changed", "role_ended", "client_ended",
        "account_disabled",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "change",
    [
        lambda system: Client.objects.filter(pk=system.client.pk).update(active=False, ended_at=clock.now()),
        lambda system: Application.objects.filter(name=system.username).update(client_secret="!"),
        lambda _: Application.objects.create(name="nobody", client_type="confidential"),
    ],
)
def test_nothing_of_a_system_changes_without_an_event(fresh_db, demo_city, change):
    system = System()  # in a transaction of its own
    with pytest.raises(DatabaseError, match="has no event of this transaction"):
        change(system)
    assert Client.objects.get().active


def test_nothing_of_a_system_is_deleted(system):
    for rows in (Client.objects.all(), Application.objects.all()):
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            rows._raw_delete("default")


def test_the_commands_make_change_and_end_a_system(demo_city, capsys):
    call_command("create_client", "grid-feed", "用采系统", agency="320300-grid", scope=["cases:read"])
    said = capsys.readouterr().out
    secret = said.split("client_secret ")[1].split("（")[0]
    assert len(secret) == 64
    call_command("rotate_client_secret", "grid-feed")
    assert secret not in capsys.readouterr().out
    call_command("end_client", "grid-feed")
    assert not User.objects.get(username="grid-feed").is_active
    with pytest.raises(CommandError, match="已终止"):
        call_command("rotate_client_secret", "grid-feed")
    with pytest.raises(CommandError, match="没有外部系统账号"):
        call_command("end_client", "nobody")

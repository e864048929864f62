"""Endpoints of an agency: who may set them up, what is kept and told of them, and what the relay is answered."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from standardwebhooks import Webhook

from agencies.actors import find_actor
from agencies.directory import get_directory
from agencies.errors import AgencyError, BadInput, NotPermitted
from agencies.models import Agency
from agencies.sight import seeing
from audit.sight import working_as
from cases.intake import rotation
from cases.models.sealing import CannotOpen
from notifications.channels.base import Outgoing
from notifications.channels.endpoints import relaying, services
from notifications.channels.endpoints.sealing import opened
from notifications.channels.webhook import send
from notifications.choices.kinds import GROUPS
from notifications.models import Endpoint
from tests.agencies.cast import events

NOW = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
HOOK = "https://hooks.city.gov.cn/lianzhi?for=duty"
ROBOT = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a91f6-canary"
GRID, DRC = "320300-grid", "320300-drc"

pytestmark = pytest.mark.usefixtures("demo_city", "hosts")


@pytest.fixture
def hosts(settings):
    settings.OUTGOING_HOSTS = frozenset({"hooks.city.gov.cn", "qyapi.weixin.qq.com", "oapi.dingtalk.com", "127.0.0.1"})
    settings.OUTGOING_PRIVATE = frozenset({"127.0.0.1"})


def draft(channel="webhook", url=HOOK, **more):
    usual = {"name": "值班系统", "secret": "", "topics": list(GROUPS), "language": "zh"}
    return services.Draft(channel=channel, url=url, **(usual | more))


def add(username="grid-admin1", agency=GRID, **more):
    return services.add_endpoint(
        actor=find_actor(username), agency=Agency.objects.get(code=agency), draft=draft(**more), now=NOW
    )


def last(agency=GRID):
    return events(f"agency/{agency}")[-1]


# --- setting up ------------------------------------------------------------------------------------------------------


def test_an_endpoint_is_sealed_and_its_event_names_neither_address_nor_secret():
    made, secret = add()
    row = Endpoint.objects.get(pk=made.pk)
    assert b"hooks" not in bytes(row.sealed) and secret.encode() not in bytes(row.sealed)
    assert opened(row).url == HOOK and opened(row).secret == secret
    assert len(base64.b64decode(secret.removeprefix("whsec_"))) == 32
    told = last()
    assert told["action"] == "endpoint_added" and told["data"]["endpoint"] == str(made.pk)
    assert "值班系统" not in json.dumps(told, ensure_ascii=False), "what somebody typed is sealed"
    assert "duty" not in json.dumps(told) and secret not in json.dumps(told) and "whsec" not in json.dumps(told)
    assert secret not in repr(opened(row)) and HOOK not in repr(opened(row))


def test_a_sealed_address_opens_in_its_own_row_only():
    one, _ = add()
    other, _ = add(channel="wecom", url=ROBOT)
    other.sealed = one.sealed
    with pytest.raises(CannotOpen):
        opened(other)


@pytest.mark.parametrize("username", ["grid-handler1", "grid-reviewer1", "admin1", "sup-supervisor1"])
def test_only_the_administrator_of_the_agency_itself_sets_one_up(username):
    with pytest.raises(NotPermitted):
        add(username)
    made, _ = add()
    act = {"actor": find_actor(username), "endpoint": made, "now": NOW}
    for change in (
        lambda: services.change_endpoint(**act, name="x", topics=["handoffs"], language="zh"),
        lambda: services.switch_endpoint(**act, active=False),
        lambda: services.change_secret(**act, secret="", at_once=True),
        lambda: services.try_endpoint(**act),
    ):
        with pytest.raises(NotPermitted):
            change()


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"url": "https://elsewhere.cn/"}, "url"),
        ({"url": "https://169.254.169.254/"}, "url"),
        ({"url": "ftp://hooks.city.gov.cn/"}, "url"),
        ({"url": "https://u:p@hooks.city.gov.cn/"}, "url"),
        ({"url": "https://hooks.city.gov.cn/#x"}, "url"),
        ({"url": "https://hooks.city.gov.cn/ x"}, "url"),
        ({"url": "https://hooks.city.gov.cn/\r\nX: y"}, "url"),
        ({"url": "https://hooks.city.gov.cn/" + "x" * 1000}, "url"),
        ({"channel": "wecom", "url": "https://qyapi.weixin.qq.com/cgi-bin/webhook/send"}, "url"),
        ({"channel": "wecom", "url": ROBOT, "secret": "SEC1"}, "secret"),
        (
            {"channel": "dingtalk", "url": "https://oapi.dingtalk.com/robot/send?access_token=a1", "secret": "!"},
            "secret",
        ),
        ({"channel": "telegram"}, "channel"),
        ({"name": " "}, "name"),
        ({"name": "x" * 41}, "name"),
        ({"topics": []}, "topics"),
        ({"topics": ["handoffs", "gossip"]}, "topics"),
        ({"language": "fr"}, "language"),
    ],
)
def test_what_cannot_be_used_is_refused_with_its_place_and_leaves_nothing(more, field):
    before = len(events(f"agency/{GRID}"))
    with pytest.raises(BadInput) as refused:
        add(**more)
    assert refused.value.field == field
    assert Endpoint.objects.count() == 0 and len(events(f"agency/{GRID}")) == before


def test_plain_http_is_refused_outside_the_demo(settings):
    settings.DEMO = False
    with pytest.raises(BadInput, match="https"):
        add(url="http://hooks.city.gov.cn/")


def test_the_same_address_twice_is_refused_and_another_agency_may_have_it():
    add()
    with pytest.raises(AgencyError) as refused:
        add()
    assert refused.value.code == "endpoint_twice"
    add("admin1", DRC)
    assert Endpoint.objects.count() == 2


def test_changes_and_switches_are_told_once():
    made, _ = add()
    act = {"actor": find_actor("grid-admin1"), "endpoint": made, "now": NOW}
    services.change_endpoint(**act, name="新名称", topics=["warnings", "handoffs"], language="en")
    assert (last()["action"], last()["data"]["topics"]) == ("endpoint_changed", ["handoffs", "warnings"])
    services.switch_endpoint(**act, active=False)
    before = len(events(f"agency/{GRID}"))
    services.switch_endpoint(**act, active=False)
    assert len(events(f"agency/{GRID}")) == before
    made.refresh_from_db()
    assert (made.active, made.off, made.language) == (False, "by_hand", "en")


# --- secrets ---------------------------------------------------------------------------------------------------------


def _signed_by(endpoint, now, monkeypatch):
    """Which secrets the relay signs with at this moment."""
    monkeypatch.setattr(relaying.clock, "now", lambda: now)
    return relaying.open_endpoint(endpoint.pk)[1].split()


def test_after_a_rotation_both_secrets_sign_for_seven_days(monkeypatch):
    made, first = add()
    act = {"actor": find_actor("grid-admin1"), "endpoint": made, "now": NOW}
    second = services.change_secret(**act, secret="", at_once=False)
    assert second != first and _signed_by(made, NOW, monkeypatch) == [second, first]
    assert _signed_by(made, NOW + timedelta(days=6, hours=23), monkeypatch) == [second, first]
    assert _signed_by(made, NOW + timedelta(days=7), monkeypatch) == [second]
    third = services.change_secret(**act, secret="", at_once=True)
    assert _signed_by(made, NOW, monkeypatch) == [third]
    assert first not in json.dumps(events(f"agency/{GRID}")) and third not in json.dumps(last())
    assert last()["data"]["version"] == 3


def test_the_secret_of_a_robot_is_entered_and_not_shown():
    made, shown = add(channel="dingtalk", url="https://oapi.dingtalk.com/robot/send?access_token=a1", secret="SECabc")
    assert shown == "" and relaying.open_endpoint(made.pk)[:2] == (opened(made).url, "SECabc")
    answer = services.change_secret(
        actor=find_actor("grid-admin1"), endpoint=made, secret="SECdef", at_once=False, now=NOW
    )
    assert answer == "" and relaying.open_endpoint(made.pk)[1] == "SECdef"


def test_another_key_of_the_vault_seals_it_again_without_an_event(settings):
    made, secret = add()
    settings.VAULT_KEYS = {"next": bytes(range(32)), **settings.VAULT_KEYS}
    before = len(events(f"agency/{GRID}"))
    done = rotation.rotate(actor=find_actor("system"), now=NOW)
    assert done.moved["notifications_endpoint"] == 1 and done.unreadable == 0
    made.refresh_from_db()
    assert opened(made).secret == secret and bytes(made.sealed)[2:6] == b"next"
    assert len(events(f"agency/{GRID}")) == before


# --- trying it out ---------------------------------------------------------------------------------------------------


def test_a_test_is_recorded_and_its_answer_kept(webhook_receiver):
    made, secret = add(url=f"{webhook_receiver.url}/try")
    act = {"actor": find_actor("grid-admin1"), "endpoint": made, "now": NOW}
    assert services.try_endpoint(**act) is None
    got = webhook_receiver.got()[-1]
    content = Webhook(secret).verify(got["body"], got["headers"])
    assert content["type"] == "endpoint.test" and set(content["data"]) == {"link"}
    assert last()["action"] == "endpoint_tested"
    made.refresh_from_db()
    assert made.answered_at == NOW and made.failures == 0
    webhook_receiver.fail("503")
    assert all("503" in half for half in services.try_endpoint(**act))
    made.refresh_from_db()
    assert (made.failures, made.failed_at, made.answered_at) == (1, NOW, NOW) and "503" in made.problem


# --- what the relay asks ---------------------------------------------------------------------------------------------


def id_of(code):
    return Agency.objects.get(code=code).pk


def test_a_batch_is_one_query_and_only_what_is_wanted_comes_back(django_assert_num_queries):
    hook, _ = add(topics=["handoffs"])
    robot, _ = add("admin1", DRC, channel="wecom", url=ROBOT, topics=["escalations", "system"])
    off, _ = add("admin1", DRC, topics=["escalations"])
    services.switch_endpoint(actor=find_actor("admin1"), endpoint=off, active=False, now=NOW)
    grid, drc = id_of(GRID), id_of(DRC)
    rows = [(grid, "task.opened"), (grid, "deadline.today"), (drc, "deadline.today"), (None, "task.opened"), (-1, "x")]
    directory = get_directory()
    with working_as("relay"), django_assert_num_queries(1):
        found = relaying.for_rows(rows * 100, directory)
    assert {row: [each.id for each in listed] for row, listed in found.items()} == {
        (grid, "task.opened"): [hook.pk],
        (grid, "deadline.today"): [],
        (drc, "deadline.today"): [robot.pk],
        (None, "task.opened"): [],
        (-1, "x"): [],
    }
    assert found[drc, "deadline.today"][0].channel == "wecom"


def test_a_row_for_a_unit_reaches_its_principals_endpoints_too():
    unit = Agency.objects.filter(parent__isnull=False, active=True).select_related("parent").first()
    system = find_actor("system")
    made = [
        services.add_endpoint(actor=system, agency=agency, draft=draft(url=f"{HOOK}{n}"), now=NOW)[0]
        for n, agency in enumerate((unit, unit.parent))
    ]
    rows = relaying.for_rows([(unit.pk, "task.opened"), (unit.parent_id, "task.opened")])
    assert [each.id for each in rows[unit.pk, "task.opened"]] == [each.pk for each in made]
    assert [each.id for each in rows[unit.parent_id, "task.opened"]] == [made[1].pk]


def test_one_that_is_switched_off_is_not_opened():
    made, _ = add()
    services.switch_endpoint(actor=find_actor("grid-admin1"), endpoint=made, active=False, now=NOW)
    assert relaying.open_endpoint(made.pk) is None


def test_gone_switches_it_off_and_tells_the_administrators_once(texts):
    made, _ = add()
    with working_as("relay"):
        relaying.answered(made.pk, now=NOW, problem="HTTP 410" + "x" * 500)
        relaying.gone(made.pk, NOW)
        relaying.gone(made.pk, NOW)
    made.refresh_from_db()
    assert (made.active, made.off, made.failures) == (False, "gone", 1)
    assert [e["action"] for e in events(f"agency/{GRID}")].count("endpoint_gone") == 1
    from notifications.relay import deliver_all

    deliver_all()
    said = "单位通知渠道已失效并停用，请检查：业务系统推送（Webhook）"
    for admin in ("grid-admin1", "grid-admin2"):
        assert [text for text in texts(admin) if "通知渠道" in text] == [said]
    assert not [text for text in texts("grid-handler1") if "通知渠道" in text]
    with working_as("relay"):
        relaying.answered(made.pk, now=NOW)
    made.refresh_from_db()
    assert made.failures == 0 and made.problem == ""


# --- behind the services ---------------------------------------------------------------------------------------------


@pytest.mark.own_sight
def test_nobody_but_the_agencys_administrator_and_the_relay_sees_a_row():
    with seeing(find_actor("grid-admin1")):
        made, _ = add()
        assert Endpoint.objects.count() == 1
    for username in ("admin1", "grid-handler1", "grid-reviewer1", "drc-approver1", "sup-supervisor1"):
        with seeing(find_actor(username)):
            assert Endpoint.objects.count() == 0, username
            assert Endpoint.objects.filter(pk=made.pk).update(failures=9) == 0, username
    for system, sees in (("relay", 1), ("rotation", 1), ("intake", 0)):
        with working_as(system):
            assert Endpoint.objects.count() == sees, system
    with working_as("verifier"):  # it rebuilds the rows from their events, and changes none
        assert Endpoint.objects.count() == 1
        assert Endpoint.objects.filter(pk=made.pk).update(failures=9) == 0


@pytest.mark.own_sight
def test_an_administrator_adds_none_for_another_agency_at_the_table_either():
    with seeing(find_actor("grid-admin1")):
        made, _ = add()
        made.pk, made.agency_id, made.blind = services.new_id(), id_of(DRC), b"x" * 16
        with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
            made.save(force_insert=True)


@pytest.mark.parametrize("column", ["agency_id = agency_id", "channel = 'feishu'", "host = 'x'", "blind = '\\x00'"])
def test_where_it_goes_never_changes_and_it_is_never_deleted(column):
    add()
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE notifications_endpoint SET {column}")
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM notifications_endpoint")


def test_the_table_itself_knows_what_it_may_hold():
    made, _ = add()
    for wrong in ({"channel": "telegram"}, {"topics": []}, {"language": "fr"}, {"active": False}, {"off": "gone"}):
        again = Endpoint.objects.get(pk=made.pk)
        again.pk, again.blind = services.new_id(), b"y" * 16
        for name, value in wrong.items():
            setattr(again, name, value)
        with pytest.raises(IntegrityError), transaction.atomic():
            again.save(force_insert=True)


def test_what_arrives_at_a_webhook_of_the_relay_verifies(webhook_receiver):
    made, secret = add(url=f"{webhook_receiver.url}/relay")
    address, signs, language = relaying.open_endpoint(made.pk)
    message = Outgoing(
        id="0192f0c1-0000-7000-8000-00000000ffff",
        channel="webhook",
        address=address,
        language=language,
        topic="task.opened",
        subject="",
        text="",
        link="https://l/",
        created_at=NOW,
        payload={"number": "CZ-1"},
        secret=signs,
    )
    send(message)
    got = webhook_receiver.got()[-1]
    assert Webhook(secret).verify(got["body"], got["headers"])["data"] == {"number": "CZ-1", "link": "https://l/"}

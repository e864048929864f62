"""To the groups and systems of an agency: what its people are told of ordinary cases, in order, each once by its id."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connections

from agencies.actors import find_actor, system_actor
from agencies.models import Agency
from cases.models import Outbox
from cases.workflow.bulk import Request, perform_many
from cases.workflow.recording.notices import notice
from notifications.channels import base
from notifications.channels.base import Permanent, Temporary
from notifications.channels.endpoints import services
from notifications.channels.problems import in_both
from notifications.choices.kinds import GROUPS
from notifications.delivery import messages, outgoing, sending
from notifications.delivery.sending import send_all
from notifications.models import Delivery, Endpoint
from notifications.relay import deliver_all
from tests.notifications.conftest import NOW, Receiver

HOOK = "https://hooks.city.gov.cn/lianzhi?for=duty"


@pytest.fixture(autouse=True)
def hosts(settings, monkeypatch):
    settings.OUTGOING_HOSTS = frozenset({"hooks.city.gov.cn"})
    monkeypatch.setattr(sending.clock, "now", lambda: NOW + timedelta(seconds=5))


@pytest.fixture
def hook(demo_city, monkeypatch):
    """A webhook of the commission that wants everything, and what is behind it."""
    draft = services.Draft(channel="webhook", url=HOOK, name="值班系统", secret="", topics=list(GROUPS), language="zh")
    drc = Agency.objects.get(code="320300-drc")
    services.add_endpoint(actor=find_actor("admin1"), agency=drc, draft=draft, now=NOW)
    found = Receiver()
    monkeypatch.setattr(base, "SENDERS", {"webhook": found})
    return found


def test_a_hand_off_reaches_the_endpoint_with_its_secret_and_link(opened, hook):
    opened()
    deliver_all()
    assert send_all() == 1
    (call,) = hook.calls
    row = Delivery.objects.get()
    assert (call.id, call.address, call.topic) == (str(row.id), HOOK, "task.opened")
    assert call.secret.startswith("whsec_")
    assert call.text.endswith("待办：线索分办，11-25 18:00 前")
    assert call.link.endswith(f"/cases/{call.payload['number']}/")
    assert "某小区" not in str(call)
    assert Endpoint.objects.get().answered_at == NOW + timedelta(seconds=5)


def test_a_row_that_is_delivered_again_is_sent_once(opened, hook):
    opened()
    deliver_all()
    Outbox.objects.update(delivered_at=None)
    assert deliver_all() == 1
    assert Delivery.objects.count() == 1


def test_an_imported_list_is_one_line_with_its_count(hook):
    rows = [
        Request("open_case", {"region_code": "320302", "title": f"某楼 {n}", "source": "telecom"}) for n in range(9)
    ]
    perform_many(rows, actor=system_actor(), now=NOW)
    deliver_all()
    assert send_all() == 1
    assert hook.calls[0].text == "9 件新待办：线索分办"
    assert hook.calls[0].payload["count"] == 9


def test_a_confidential_case_is_told_to_no_group_also_when_it_became_so_later(
    demo_city, fresh_db, opened, hook, monkeypatch
):
    monkeypatch.setattr(messages, "messages_of", lambda _: [])
    case = opened()
    deliver_all()
    with connections["owner"].cursor() as cursor:
        cursor.execute("ALTER TABLE cases_case DISABLE TRIGGER case_row_has_event")
        cursor.execute("UPDATE cases_case SET confidentiality = 'sensitive' WHERE id = %s", [case])
        cursor.execute("ALTER TABLE cases_case ENABLE ALWAYS TRIGGER case_row_has_event")
    send_all()
    assert (hook.calls, in_both(Delivery.objects.get().problem)) == ([], outgoing.NOT_FOR_GROUPS)
    Outbox.objects.update(delivered_at=None)
    connections["owner"].cursor().execute("DELETE FROM notifications_delivery")
    deliver_all()
    assert Delivery.objects.count() == 0


def test_what_administrators_hear_is_told_to_no_group(hook):
    drc = Agency.objects.get(code="320300-drc").pk
    payload = {"roles": ["agency_admin"], "dead": 1, "retrying": 0, "oldest": NOW.isoformat()}
    notice(topic="delivery.stuck", agency_id=drc, payload=payload, key="k", now=NOW)
    assert deliver_all() == 1
    assert Delivery.objects.count() == 0


def test_an_endpoint_that_is_switched_off_meanwhile_is_not_called(opened, hook):
    opened()
    deliver_all()
    services.switch_endpoint(actor=find_actor("admin1"), endpoint=Endpoint.objects.get(), active=False, now=NOW)
    assert send_all() == 0
    assert (hook.calls, in_both(Delivery.objects.get().problem)) == ([], outgoing.NO_ENDPOINT)
    assert Endpoint.objects.get().failures == 0


def test_failures_stand_beside_the_endpoint_and_a_gone_one_is_switched_off(opened, hook):
    def answer(fault):
        def give(_):
            raise fault

        hook.answers[HOOK] = give

    opened()
    deliver_all()
    answer(Temporary("HTTP 503"))
    send_all()
    assert (Endpoint.objects.get().failures, Endpoint.objects.get().problem) == (1, "HTTP 503")
    assert Delivery.objects.get().state == "waiting"
    answer(Permanent("HTTP 410", gone=True))
    Delivery.objects.update(not_before=NOW)
    send_all()
    assert (Endpoint.objects.get().active, Delivery.objects.get().state) == (False, "dead")
    assert Outbox.objects.filter(topic="endpoint.gone").count() == 1


def test_an_agency_hears_only_its_own(opened, hook):
    """The grid company's tasks go to none of the commission's systems."""
    opened()
    grid = Agency.objects.get(code="320300-grid").pk
    payload = {"roles": ["handler"], "number": "XZ26-0001"}
    case = str(Outbox.objects.get().case_id)
    notice(topic="deadline.overdue", agency_id=grid, payload=payload, key="k", now=NOW, case_id=case, seq=1)
    deliver_all()
    assert list(Delivery.objects.values_list("topic", flat=True)) == ["task.opened"]

"""What an endpoint is changes only with an event of its agency in the same transaction: on a database of its own."""

from __future__ import annotations

from contextlib import closing

import pytest
from django.db import DatabaseError, connection, transaction

from agencies.actors import find_actor
from agencies.models import Agency
from audit.sight import working_as
from audit.verification import verify
from notifications.channels.endpoints import relaying, services
from notifications.models import Endpoint
from tests.conftest import SERVERS
from tests.notifications.channels.test_endpoints import GRID, NOW, ROBOT, draft
from tests.security.worlds import without_triggers


def _change(sql, *values):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)


def test_no_change_of_it_without_an_event_and_results_need_none(fresh_db, demo_city, settings):
    settings.OUTGOING_HOSTS = frozenset({"hooks.city.gov.cn"})
    agency = Agency.objects.get(code=GRID)
    made, _ = services.add_endpoint(actor=find_actor("grid-admin1"), agency=agency, draft=draft(), now=NOW)
    for change in (
        "active = false, off = 'by_hand'",
        "topics = '{system}'",
        "name = 'x'",
        "language = 'en'",
        "secret_version = 9",
        "former_until = now()",
    ):
        with pytest.raises(DatabaseError, match="no event"):
            _change(f"UPDATE notifications_endpoint SET {change} WHERE id = %s", made.pk)
    made.pk, made.blind = services.new_id(), b"y" * 16
    with pytest.raises(DatabaseError, match="no event"), transaction.atomic():
        made.save(force_insert=True)
    _change("UPDATE notifications_endpoint SET failures = 3, problem = 'x', sealed = sealed")
    assert Endpoint.objects.values_list("failures", "name").get() == (3, "值班系统")


def test_verify_audit_rebuilds_them_from_their_events(fresh_db, demo_city, settings):
    settings.OUTGOING_HOSTS = frozenset({"hooks.city.gov.cn", "qyapi.weixin.qq.com"})
    who, agency = find_actor("grid-admin1"), Agency.objects.get(code=GRID)
    one, _ = services.add_endpoint(actor=who, agency=agency, draft=draft(), now=NOW)
    other, _ = services.add_endpoint(actor=who, agency=agency, draft=draft(channel="wecom", url=ROBOT), now=NOW)
    on = {"actor": who, "endpoint": one, "now": NOW}
    services.change_endpoint(**on, name="新名称", topics=["system"], language="en")
    services.change_secret(**on, secret="", at_once=False)
    services.switch_endpoint(**on, active=False)
    services.switch_endpoint(**on, active=True)
    with working_as("relay"):
        relaying.gone(other.pk, NOW)
        relaying.answered(one.pk, now=NOW, problem="HTTP 500")
    assert verify().problems == ()

    def found(change):
        owner = SERVERS.cluster.connect(fresh_db.name)
        with closing(owner), owner, owner.cursor() as cursor, without_triggers(cursor):
            cursor.execute(change)
        return [(problem.code, problem.stream, problem.en) for problem in verify().problems]

    table = "notifications_endpoint"
    ((code, stream, said),) = found(
        f"UPDATE {table} SET active = true, off = '' WHERE channel = 'wecom' AND NOT active"
    )[:1]
    assert (code, stream) == ("projection", f"agency/{GRID}") and "active differs" in said
    assert any("topics differs" in said for *_, said in found(f"UPDATE {table} SET topics = '{{handoffs}}'"))
    assert any("former_until differs" in said for *_, said in found(f"UPDATE {table} SET former_until = NULL"))
    assert any("is gone" in said for *_, said in found(f"DELETE FROM {table} WHERE channel = 'wecom'"))

"""What an endpoint is changes only with an event of its agency in the same transaction: on a database of its own."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction

from agencies.actors import find_actor
from agencies.models import Agency
from notifications.channels.endpoints import services
from notifications.models import Endpoint
from tests.notifications.channels.test_endpoints import GRID, NOW, draft


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

"""A contact is used once its code came back, sealed, masked, limited, and forgotten when its person leaves."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError

from agencies.access.rates import TooOften
from agencies.actors import find_actor, system_actor
from agencies.errors import AgencyError, BadInput
from agencies.models import Membership, User
from agencies.services import disable_user, end_role
from audit.models import Event
from audit.sight import working_as
from cases.models.sealing import CannotOpen
from notifications.channels.base import SENDERS, Permanent
from notifications.choices import codes, services, store
from notifications.choices.models import Contact
from notifications.choices.sealing import code_of, opened
from tests.notifications.conftest import NOW

NUMBER, ADDRESS = "13805201234", "limingyuan@xz.gov.cn"


@pytest.fixture
def me(who, posted):
    return who("drc-handler2")


def entered(actor, channel="sms", typed=NUMBER, now=NOW):
    return services.enter_contact(actor=actor, channel=channel, typed=typed, now=now)


def confirmed(actor, channel="sms", typed=NUMBER, now=NOW):
    contact = entered(actor, channel, typed, now)
    services.confirm_contact(actor=actor, channel=channel, code=code_of(contact), now=now)
    return contact


def test_nothing_is_delivered_before_the_code_came_back(me, posted):
    contact = entered(me)
    assert (store.address_of(me.user_id, "sms"), store.of_oneself(me.user_id).confirmed) == (None, frozenset())
    with working_as("contacts"):
        assert codes.send_codes(NOW) == 1
    code = re.search(r"验证码 (\d{6})，", posted[0].text)[1]
    assert (posted[0].address, code) == (NUMBER, code_of(contact))
    services.confirm_contact(actor=me, channel="sms", code=code, now=NOW)
    assert store.address_of(me.user_id, "sms") == NUMBER
    assert store.chosen_of([me.user_id])[me.user_id].confirmed == {"sms"}


def test_a_code_is_sent_once_and_not_when_it_counts_no_more(me, posted):
    entered(me)
    with working_as("contacts"):
        assert (codes.send_codes(NOW), codes.send_codes(NOW)) == (1, 0)
    entered(me, now=NOW + timedelta(minutes=2))
    with working_as("contacts"):
        assert codes.send_codes(NOW + timedelta(minutes=2) + services.LIVES) == 0


def test_what_could_not_be_sent_is_said_without_the_number(me, posted, monkeypatch):
    def refuse(_message):
        raise Permanent("网关拒绝")

    monkeypatch.setitem(SENDERS, "sms", refuse)
    contact = entered(me)
    with working_as("contacts"):
        assert (codes.send_codes(NOW), codes.send_codes(NOW)) == (0, 0)
    contact.refresh_from_db()
    assert "网关拒绝" in contact.problem and NUMBER not in contact.problem


def test_a_code_lives_a_quarter_of_an_hour(me):
    contact = entered(me)
    with pytest.raises(BadInput, match="失效"):
        services.confirm_contact(actor=me, channel="sms", code=code_of(contact), now=NOW + services.LIVES)
    services.confirm_contact(
        actor=me, channel="sms", code=code_of(contact), now=NOW + services.LIVES - timedelta(seconds=1)
    )


def test_five_wrong_tries_void_the_code(me):
    contact = entered(me)
    wrong = f"{(int(code_of(contact)) + 1) % 10**6:06d}"
    for left in (4, 3, 2, 1, 0):
        with pytest.raises(BadInput, match=f"还可以试 {left} 次"):
            services.confirm_contact(actor=me, channel="sms", code=wrong, now=NOW)
    with pytest.raises(BadInput, match="失效"):
        services.confirm_contact(actor=me, channel="sms", code=code_of(contact), now=NOW)


def test_another_code_voids_the_one_before_and_comes_a_minute_later_at_the_earliest(me):
    first = entered(me)
    with pytest.raises(AgencyError, match="刚发出"):
        entered(me, now=NOW + timedelta(seconds=59))
    second = entered(me, now=NOW + services.PAUSE)
    assert code_of(first) != code_of(second)
    with pytest.raises(BadInput):
        services.confirm_contact(actor=me, channel="sms", code=code_of(first), now=NOW + services.PAUSE)


def test_codes_are_limited_by_person_and_by_where_they_go(me, who, settings):
    settings.RATE_FACTOR = 1
    for n in range(5):
        entered(me, now=NOW + n * services.PAUSE)
    with pytest.raises(TooOften):
        entered(me, typed="13805205678", now=NOW + 5 * services.PAUSE)
    with pytest.raises(TooOften):
        entered(who("grid-handler1"))
    entered(who("grid-handler1"), typed="13805205678")


def test_tries_are_limited_by_person_too(me, settings):
    settings.RATE_FACTOR = 1
    for _ in range(20):
        with pytest.raises(BadInput):
            services.confirm_contact(actor=me, channel="sms", code="x", now=NOW)
    with pytest.raises(TooOften):
        services.confirm_contact(actor=me, channel="sms", code="x", now=NOW)


def test_the_one_in_use_stays_until_the_next_one_is_confirmed(me):
    confirmed(me)
    later = NOW + services.PAUSE
    contact = entered(me, typed="13805205678", now=later)
    assert store.address_of(me.user_id, "sms") == NUMBER
    services.confirm_contact(actor=me, channel="sms", code=code_of(contact), now=later)
    assert store.address_of(me.user_id, "sms") == "13805205678"
    assert Contact.objects.filter(user_id=me.user_id).count() == 1


def test_it_lies_sealed_and_opens_in_its_own_row_only(me, who):
    mine, other = confirmed(me, "email", ADDRESS), entered(who("grid-handler1"), "email", "x@y.cn")
    with connection.cursor() as cursor:
        cursor.execute("SELECT notifications_contact::text FROM notifications_contact")
        everything = repr(cursor.fetchall())
    assert ADDRESS not in everything and ADDRESS.encode().hex() not in everything
    assert code_of(other) not in everything
    other.sealed = mine.sealed
    with pytest.raises(CannotOpen):
        opened(other)


def test_events_tell_the_channel_and_never_the_value(me):
    confirmed(me, "email", ADDRESS)
    services.remove_contact(actor=me, channel="email", now=NOW)
    told = [
        json.loads(bytes(event.body)) for event in Event.objects.filter(stream="account/drc-handler2").order_by("seq")
    ]
    ours = [(event["action"], event["data"]) for event in told if event["action"].startswith("contact_")]
    about = {"user": me.user_id, "channel": "email"}
    assert ours == [("contact_entered", about), ("contact_confirmed", about), ("contact_removed", about)]
    assert ADDRESS not in json.dumps(told)
    assert store.address_of(me.user_id, "email") is None
    assert not services.remove_contact(actor=me, channel="email", now=NOW)


def test_nobody_sees_or_changes_the_contact_of_another(me, who):
    from agencies.sight import seeing

    contact = confirmed(me)
    stranger = who("grid-handler1")
    with seeing(stranger):
        assert not Contact.objects.exists()
        assert not Contact.objects.filter(pk=contact.pk).update(tries=4)
        assert Contact.objects.filter(pk=contact.pk).delete()[0] == 0
        with pytest.raises(DatabaseError), transaction.atomic():
            Contact.objects.create(
                user_id=me.user_id, channel="email", sealed=b"x", nonce=b"", wanted_at=NOW, expires_at=NOW
            )
    with seeing(me):
        assert Contact.objects.count() == 1
    for system in ("relay", "contacts"):
        with working_as(system):
            assert Contact.objects.count() == 1
    with working_as("windows"):
        assert not Contact.objects.exists()


def test_who_leaves_is_forgotten(me, who):
    contact = confirmed(me)
    disable_user(actor=system_actor(), user=User.objects.get(pk=me.user_id), now=NOW)
    assert not Contact.objects.filter(pk=contact.pk).exists()


def test_so_is_who_has_no_role_any_more(me, who):
    confirmed(me)
    held = list(Membership.objects.filter(user_id=me.user_id, active=True))
    for left in range(len(held) - 1, -1, -1):
        assert Contact.objects.exists()
        end_role(actor=system_actor(), membership=held.pop(), now=NOW)
        assert Contact.objects.exists() is (left > 0)


def test_a_channel_that_the_installation_has_no_more_is_not_used(me, settings):
    confirmed(me)
    settings.SMS = None
    assert store.chosen_of([me.user_id])[me.user_id].confirmed == frozenset()
    with pytest.raises(BadInput, match="没有开通"):
        entered(find_actor("grid-handler1"))


def test_the_key_of_the_vault_is_changed_for_contacts_too(me, settings):
    from cases.intake.rotation import rotate

    contact = confirmed(me)
    settings.VAULT_KEYS = {"next": b"n" * 32, **settings.VAULT_KEYS}
    with working_as("rotation"):
        assert rotate(actor=system_actor(), now=NOW).moved["notifications_contact"] == 1
    contact.refresh_from_db()
    assert bytes(contact.sealed)[2:6] == b"next"
    assert store.address_of(me.user_id, "sms") == NUMBER

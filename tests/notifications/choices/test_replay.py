"""Choices and contacts rebuilt from their events: what somebody changed in the tables is found."""

from __future__ import annotations

from datetime import time, timedelta

import pytest
from django.utils import timezone

from agencies.actors import system_actor
from agencies.models import User
from agencies.services import disable_user
from audit.verification import verify
from notifications.choices import services
from notifications.choices.models import Contact, Preference
from notifications.choices.planning import Choice, Quiet
from notifications.choices.sealing import code_of
from tests.notifications.conftest import NOW

STREAM = "account/drc-handler2"


@pytest.fixture
def chosen(who, posted):
    """drc-handler2 with choices, a confirmed number and one that is to take its place."""
    me = who("drc-handler2")
    services.choose(
        actor=me, groups={"progress": Choice("off", ())}, quiet=Quiet(time(22), time(7)), digest_at=time(9), now=NOW
    )
    contact = services.enter_contact(actor=me, channel="sms", typed="13805201234", now=NOW)
    services.confirm_contact(actor=me, channel="sms", code=code_of(contact), now=NOW)
    services.enter_contact(actor=me, channel="sms", typed="13805205678", now=NOW + timedelta(minutes=2))
    return me


def problems():
    return [problem.en for problem in verify(stream=STREAM).problems]


def test_what_was_done_by_the_page_is_what_the_events_tell(chosen):
    assert problems() == []
    services.remove_contact(actor=chosen, channel="sms", now=NOW)
    assert problems() == []


def test_contacts_of_who_leaves_are_told_to_be_gone(chosen):
    disable_user(actor=system_actor(), user=User.objects.get(pk=chosen.user_id), now=NOW)
    assert not Contact.objects.exists()
    assert problems() == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda: Preference.objects.update(groups={}), "groups differs"),
        (lambda: Preference.objects.update(quiet_from=time(23)), "quiet_from differs"),
        (lambda: Preference.objects.update(digest_at=time(10)), "digest_at differs"),
        (lambda: Contact.objects.exclude(confirmed_at=None).update(confirmed_at=timezone.now()), "lacks a row"),
        (lambda: Contact.objects.filter(confirmed_at=None).delete(), "lacks a row that is told: sms"),
    ],
)
def test_what_no_event_tells_is_found(chosen, change, said):
    change()
    assert any(said in problem for problem in problems())


def test_a_row_that_nobody_chose_is_found(who):
    Preference.objects.create(user_id=who("drc-handler2").user_id, digest_at=time(9), changed_at=NOW)
    assert any("no event made" in problem for problem in problems())

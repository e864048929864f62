"""提醒设置: what the form keeps, refuses and shows."""

from __future__ import annotations

from datetime import time, timedelta

import pytest
from django.utils import timezone

from agencies.actors import system_actor
from agencies.models import Agency, User
from agencies.services import grant_substitution
from audit import clock
from audit.verification import verify
from notifications.choices import services, store
from notifications.choices.kinds import GROUPS
from notifications.choices.models import Contact, Preference
from notifications.choices.planning import Choice, Quiet
from notifications.choices.sealing import code_of

ADDRESS = "/inbox/settings/"


@pytest.fixture
def client(visit, posted):
    return visit("drc-handler2")


def form(**changes):
    sent = {"do": "choose", "digest_at": "08:30", "language": "zh"}
    for code, group in GROUPS.items():
        sent |= {f"mode_{code}": group.mode if group.must else "off", f"channels_{code}": ["email"]}
    return sent | changes


def confirm(client, channel="email", value="li@xz.gov.cn"):
    assert client.post(ADDRESS, {"do": "enter", "channel": channel, channel: value}).status_code == 302
    code = code_of(Contact.objects.get(channel=channel, confirmed_at__isnull=True))
    assert client.post(ADDRESS, {"do": "confirm", "channel": channel, f"code_{channel}": code}).status_code == 302


def test_a_contact_is_entered_confirmed_shown_masked_and_removed(client):
    confirm(client)
    page = client.get(ADDRESS).content.decode()
    assert "l***@xz.gov.cn" in page and "li@xz.gov.cn" not in page
    assert client.post(ADDRESS, {"do": "remove", "channel": "email"}).status_code == 302
    assert not Contact.objects.exists()
    assert client.post(ADDRESS, {"do": "remove", "channel": "email"}).status_code == 404


def test_a_wrong_address_stays_in_the_form_with_what_to_do(client):
    answer = client.post(ADDRESS, {"do": "enter", "channel": "email", "email": "li@xz"})
    page = answer.content.decode()
    assert answer.status_code == 400
    assert "请填写完整的邮箱地址" in page and 'value="li@xz"' in page and "data-focus" in page


def test_choices_are_kept_and_shown(client, who):
    confirm(client)
    sent = form(
        mode_handoffs="digest", quiet="1", quiet_from="21:30", quiet_to="07:00", digest_at="17:15", language="en"
    )
    assert client.post(ADDRESS, sent).status_code == 302
    own = who("drc-handler2")
    chosen = store.of_oneself(own.user_id)
    assert chosen.groups["handoffs"] == Choice("digest", ("email",))
    assert chosen.groups["progress"].mode == "off"
    assert (chosen.quiet, chosen.digest_at, own.language) == (Quiet(time(21, 30), time(7)), time(17, 15), "en")
    page = client.get(ADDRESS).content.decode()
    assert 'value="17:15"' in page and 'value="21:30"' in page and 'value="en" selected' in page
    assert 'name="mode_handoffs" value="digest" checked' in page
    # Words and language are told by events, and the directory is still what they tell.
    assert [problem.text for problem in verify(stream="account/drc-handler2").problems] == []


@pytest.mark.parametrize("group", ["handoffs", "escalations", "warnings"])
def test_what_must_be_told_cannot_be_switched_off_by_hand_made_forms_either(client, group):
    confirm(client)
    answer = client.post(ADDRESS, form(**{f"mode_{group}": "off"}))
    assert answer.status_code == 400
    assert "不能" in answer.content.decode()
    assert client.post(ADDRESS, form(**{f"channels_{group}": []})).status_code == 400
    assert not Preference.objects.exists()
    page = client.get(ADDRESS).content.decode()
    assert f'name="mode_{group}" value="off"' not in page
    assert str(GROUPS[group].why.zh) in page


@pytest.mark.parametrize(
    "changes",
    [
        {"quiet": "1", "quiet_from": "08:00", "quiet_to": "21:00"},
        {"quiet": "1", "quiet_from": "", "quiet_to": "07:00"},
        {"digest_at": "25:00"},
        {"mode_progress": "sometimes"},
    ],
)
def test_what_does_not_fit_is_refused_and_nothing_typed_is_lost(client, changes):
    confirm(client)
    answer = client.post(ADDRESS, form(mode_system="at_once", **changes))
    page = answer.content.decode()
    assert answer.status_code == 400
    assert 'name="mode_system" value="at_once" checked' in page
    assert not Preference.objects.exists()


def test_the_form_as_it_is_shown_can_be_saved_by_who_has_no_contact_yet(client, who):
    sent = {"do": "choose", "digest_at": "08:30", "language": "en"}
    sent |= {f"mode_{code}": group.mode for code, group in GROUPS.items()}
    assert client.post(ADDRESS, sent).status_code == 302
    assert who("drc-handler2").language == "en"


def test_a_language_that_there_is_not_is_refused(client):
    assert client.post(ADDRESS, form(language="xx")).status_code == 400


@pytest.mark.parametrize("do", ["", "nothing", "again", "remove"])
def test_buttons_that_are_not_there_lead_nowhere(client, do):
    assert client.post(ADDRESS, {"do": do, "channel": "sms"}).status_code == 404


def test_without_mail_server_and_gateway_the_page_says_so(visit, settings):
    settings.MAIL = settings.SMS = None
    assert "只有站内消息" in visit("drc-handler2").get(ADDRESS).content.decode()


def test_another_code_is_asked_for_by_a_button(client):
    client.post(ADDRESS, {"do": "enter", "channel": "sms", "sms": "13805201234"})
    assert client.post(ADDRESS, {"do": "again", "channel": "sms"}).status_code == 409
    Contact.objects.update(sent_at=None)
    first = Contact.objects.get()
    clock_was = clock.now()
    services.enter_contact(actor=_me(), channel="sms", typed="13805201234", now=clock_was + timedelta(minutes=2))
    assert Contact.objects.get().pk != first.pk


def _me():
    from agencies.actors import find_actor

    return find_actor("drc-handler2")


def test_the_page_says_who_stands_in(client, visit, who):
    today = timezone.localdate(clock.now())
    absent, substitute = (User.objects.get(username=name) for name in ("drc-handler2", "drc-handler1"))
    agency = Agency.objects.get(pk=who("drc-handler2").posts[0].agency_id)
    grant_substitution(
        actor=system_actor(), absent=absent, substitute=substitute, agency=agency, roles=["handler"],
        first_day=today, last_day=today, now=clock.now(),
    )  # fmt: skip
    assert f"由 {substitute.display_name} 代理" in client.get(ADDRESS).content.decode()
    assert f"你代理 {absent.display_name}" in visit("drc-handler1").get(ADDRESS).content.decode()
    assert "代理" not in visit("drc-reviewer1").get(ADDRESS).content.decode().split("<main")[1]


def test_administrators_are_led_to_the_samples(visit, posted):
    assert "/inbox/samples/" in visit("admin1").get(ADDRESS).content.decode()
    assert "/inbox/samples/" not in visit("drc-handler2").get(ADDRESS).content.decode()

"""Receivers as processes, one of each kind for the whole run, started when the first test asks."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from config.settings.channels import MailServer, SmsGateway
from notifications.channels.base import Outgoing
from tests.receivers import start

HERE = "127.0.0.1"


def _kept(kind):
    @pytest.fixture(scope="session", name=f"{kind}_process")
    def process(tmp_path_factory):
        receiver = start(kind, tmp_path_factory.mktemp(kind))
        yield receiver
        receiver.stop()

    @pytest.fixture(name=f"{kind}_receiver")
    def receiver(request):
        found = request.getfixturevalue(f"{kind}_process")
        found.fail()
        if not found.alive():
            found.restart()
        return found

    return process, receiver


smtp_process, smtp_receiver = _kept("smtp")
webhook_process, webhook_receiver = _kept("webhook")
sms_process, sms_receiver = _kept("sms")


@pytest.fixture
def allowed(settings):
    """The receivers may be called."""
    settings.OUTGOING_HOSTS = settings.OUTGOING_PRIVATE = frozenset({HERE})


@pytest.fixture
def mail(settings, smtp_receiver):
    settings.MAIL = MailServer(HERE, smtp_receiver.port, "none", "", "", "联治 <lz@city.gov.cn>", 5)
    return smtp_receiver


@pytest.fixture
def sms(settings, allowed, sms_receiver):
    settings.SMS = gateway(f"{sms_receiver.url}/send")
    return sms_receiver


def gateway(url, **more):
    """A gateway as most of them are; `more` says what this one does differently."""
    usual = {
        "form": False,
        "fields": {"number": "mobile", "text": "content", "id": "request_id"},
        "fixed": {"account": "lianzhi"},
        "key": "the-key-of-the-gateway",
        "proof": "bearer",
        "sign": "某市发改委",
        "most_parts": 2,
        "code_field": "code",
        "accepted": frozenset({"0"}),
        "later": frozenset({"-1", "busy"}),
    }
    return SmsGateway(url=url, **(usual | more))


_COUNT = iter(range(1, 10**6))


@pytest.fixture
def outgoing():
    """A message to somebody, with an id of its own; `more` replaces what this test is about."""

    def make(channel, address, **more):
        usual = {
            "id": f"0192f0c1-0000-7000-8000-{next(_COUNT):012d}",
            "language": "zh",
            "topic": "task.opened",
            "subject": "CZ-2026-000123 待办：现场核查",
            "text": "CZ-2026-000123 待办：现场核查，11-30 18:00 前",
            "link": "https://lianzhi.city.gov.cn/cases/CZ-2026-000123/",
            "created_at": datetime(2026, 11, 26, 2, 30, tzinfo=UTC),
            "payload": {
                "number": "CZ-2026-000123",
                "kind": "site_check",
                "stage": "verifying",
                "due_at": "2026-11-30T10:00:00+00:00",
                "action": "open_case",
                "by": 7,
            },
            "secret": "",
        }
        return Outgoing(channel=channel, address=address, **(usual | more))

    return make

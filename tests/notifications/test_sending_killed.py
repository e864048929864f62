"""A real worker is killed while it sends to a real mail server: nothing lost, doubled in effect or out of order."""

from __future__ import annotations

import json
import os
import sys

import pytest

from agencies.actors import find_actor
from audit.ids import new_id
from cases.models import Case
from cases.workflow.recording.notices import notice
from notifications.choices.models import Contact
from notifications.choices.sealing import sealed
from notifications.models import Delivery
from tests.conftest import child, wait_for
from tests.notifications.conftest import NOW
from tests.notifications.test_worker import kill_with_children, until
from tests.receivers import start

pytestmark = pytest.mark.usefixtures("demo_city")

WORKER = [sys.executable, "-m", "celery", "-A", "tests.notifications.hurried", "worker", "--beat", "--loglevel", "INFO"]
CASES, EACH, KILLS = 4, 3, 2


@pytest.fixture
def mail(tmp_path, monkeypatch):
    receiver = start("smtp", tmp_path / "mail")
    for name, value in (
        ("SMTP_HOST", "127.0.0.1"),
        ("SMTP_PORT", str(receiver.port)),
        ("SMTP_TLS", "none"),
        ("MAIL_FROM", "lz@city.gov.cn"),
        ("OUTGOING_PRIVATE", "127.0.0.1"),
    ):
        monkeypatch.setenv(f"LIANZHI_{name}", value)
    yield receiver
    receiver.stop()


def reach(username):
    """The mail address of somebody, as if it had been confirmed."""
    id_ = new_id()
    Contact.objects.create(
        id=id_, user=find_actor_user(username), channel="email", sealed=sealed(id_, "a@city.gov.cn"), nonce=b"x" * 16,
        wanted_at=NOW, expires_at=NOW, confirmed_at=NOW,
    )  # fmt: skip


def find_actor_user(username):
    from agencies.models import User

    return User.objects.get(username=username)


def tell(case, n):
    reader = find_actor("drc-handler2")
    payload = {"roles": ["handler"], "assignee": reader.user_id, "number": Case.objects.get(pk=case).number}
    notice(
        topic="deadline.overdue", agency_id=reader.posts[0].agency_id, payload=payload, key=f"{case}/{n}", now=NOW,
        case_id=case, seq=1,
    )  # fmt: skip


def waiting():
    return Delivery.objects.filter(state="waiting").count()


def flaws(receiver):
    """What a receiver that knows ids again did too little, too much or too early."""
    rows = list(Delivery.objects.order_by("outbox_id"))
    effects = [id_.strip("<>").split("@")[0] for id_ in receiver.effects()]
    known = {str(row.id): row for row in rows}
    found = [f"lost {id_}" for id_ in known if id_ not in effects]
    found += [f"an effect that nothing asked for {id_}" for id_ in effects if id_ not in known]
    for case in {row.case_id for row in rows}:
        order = [known[id_].outbox_id for id_ in effects if id_ in known and known[id_].case_id == case]
        found += [f"out of order {case}: {order}"] if order != sorted(order) else []
    return found


@pytest.mark.parametrize("sabotage", ["", "fresh_ids"])
def test_kills_while_it_sends(fresh_db, mail, opened, tmp_path, monkeypatch, sabotage):
    """With the ids taken out, the same check finds what was sent twice: it can fail."""
    monkeypatch.setenv("SABOTAGE", sabotage)
    reach("drc-handler2")
    cases = [opened() for _ in range(CASES)]
    for n in range(EACH - 1):
        for case in cases:
            tell(case, n)
    # Accepted, but the answer is lost: the worker has to send it again.
    mail.fail(*["accept_and_hang_up", "slow"] * 2)
    kills = 1 if sabotage else KILLS
    for n in range(kills + 1):
        log = tmp_path / f"{n}.log"
        with child([*WORKER, "--concurrency", "2", "--schedule", str(tmp_path / f"beat{n}")], log) as worker:
            wait_for(lambda log=log: " ready." in log.read_text(errors="replace"), worker, log)
            if n < kills:
                seen = len(mail.got())
                assert until(lambda seen=seen: len(mail.got()) > seen, 60), log.read_text()[-3000:]
                kill_with_children(worker.pid)
            else:
                assert until(lambda: Delivery.objects.count() == CASES * EACH and not waiting(), 90), (
                    json.dumps(list(Delivery.objects.values("state", "attempts", "problem")), ensure_ascii=False)
                    + log.read_text()[-3000:]
                )
    assert bool(flaws(mail)) == bool(sabotage), flaws(mail)
    assert {row.state for row in Delivery.objects.all()} == {"sent"}


def test_the_worker_of_the_product_knows_no_sabotage():
    """The switch lies in the tests alone."""
    from tests.conftest import ROOT

    found = [
        str(path)
        for app in ("agencies", "audit", "cases", "config", "notifications")
        for path in (ROOT / app).rglob("*.py")
        if "SABOTAGE" in path.read_text(encoding="utf-8")
    ]
    assert found == []
    assert os.environ.get("SABOTAGE") is None

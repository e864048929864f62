"""Who reported appears nowhere: on no page, in no list, export, document, message, event or log, for anybody."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from django.core.management import call_command
from django.db import connection

from cases import tasks
from cases.models import Case, Erasure, ListBatch, Tip
from notifications.relay import deliver_all
from tests.hearing import Heard, heard
from tests.intake.test_privacy import dumped, text_columns
from tests.retention.story import act
from tests.tips.reporting import number_in, send
from tests.tips.test_opening import REASON
from tests.web.test_reading import entered

__all__ = ["heard"]
V1 = "/api/v1"
# Of each sort of agency who works there, and who oversees them.
PEOPLE = (
    *("drc-handler1", "drc-handler2", "drc-reviewer1", "drc-approver1"),
    *("grid-handler1", "telecom-handler1", "cac-handler1", "sup-supervisor1", "xzsup-supervisor1"),
)
CANARY = {"name": "欧阳鹮鹬", "phone": "13977776666", "contact": "鸬鹚巷子十三号院"}


def addresses(case: Case, tip: Tip, batch: ListBatch) -> list[str]:
    number = case.number
    pages = ["/", "/tasks/", "/cases/", f"/cases/?q={quote(CANARY['name'])}", f"/cases/{number}/", "/imports/"]
    pages += [f"/imports/{batch.id}/", f"/imports/{batch.id}/refused.csv", f"/tips/{tip.id}/", "/inbox/"]
    pages += ["/audit/", "/audit/?action=reporter_opened", "/audit/access/", "/audit/access/access-log.csv"]
    pages += ["/audit/erasures/", "/audit/registers/provision/", "/audit/registers/provision.csv"]
    api = ["cases/", f"cases/{number}", f"cases/{number}/personal", f"cases/{number}/timeline", "events/", "imports/"]
    api += [f"cases/{number}/actions", f"cases/{number}/attachments/", f"imports/{batch.id}/rows", "tasks/"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM audit_event ORDER BY id DESC LIMIT 12")
        events = [row[0] for row in cursor.fetchall()]
    pages += [f"/audit/{event}/" for event in events]
    return [*pages, *(f"{V1}/{path}" for path in api)]


def test_nobody_but_the_opener_reads_it_and_nothing_keeps_it_in_clear(demo_city: None, heard: Heard) -> None:
    receipt = number_in(send(**CANARY))
    tasks.place_tips()
    tip, case, batch = Tip.objects.get(), Case.objects.get(), ListBatch.objects.get()
    entered("drc-handler1").post(f"/tips/{tip.id}/", REASON)
    act(
        "drc-reviewer1",
        "reveal_personal_data",
        case,
        items=["reporter"],
        purpose="clarify",
        reason="核对举报情况",
    )
    act("drc-handler1", "dispatch_verification", case, findings=["trace_subscriber", "inspect_site"])
    deliver_all()
    tasks.note_provisions()
    asked = 0
    paths = addresses(case, tip, batch)
    for username in PEOPLE:
        person = entered(username)
        for path in paths:
            answer = person.get(path)
            text = (b"".join(answer.streaming_content) if answer.streaming else answer.content).decode(errors="replace")
            if username == "drc-handler1" and path == f"/tips/{tip.id}/":
                assert CANARY["name"] in text, "the one page that shows it"
                continue
            echoed = text.replace(quote(CANARY["name"]), "").replace(CANARY["name"], "") if "?q=" in path else text
            assert not [value for value in CANARY.values() if value in echoed], (username, path)
            asked += answer.status_code == 200
    assert asked > 150
    for table, column in text_columns():
        text = dumped(table, column)
        assert not [v for v in (*CANARY.values(), receipt, receipt.replace("-", "")) if v in text], (table, column)
    logged = "\n".join(heard.lines)
    assert len(heard.lines) > 50
    # Statements of the database with their values are logged by tests alone, which turn everything up.
    told = "\n".join(line for line in heard.lines if "INSERT" not in line and "SELECT" not in line)
    assert not [value for value in (*CANARY.values(), receipt) if value in told], logged[:0]


def test_the_shell_prints_it_neither(demo_city: None, capsys: pytest.CaptureFixture[str]) -> None:
    send(**CANARY)
    tasks.place_tips()
    call_command("batch_rows", ListBatch.objects.get().name, "--json")
    call_command("verify_audit", "--json")
    out = capsys.readouterr()
    assert out.out
    assert not [value for value in CANARY.values() if value in out.out + out.err]
    assert not Erasure.objects.exists()

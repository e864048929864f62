"""The trail's page at work: who changed a date, what deserves a look, files that prove themselves, and the lock."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from audit import clock
from audit.log import EventActor
from audit.models import Access, Event
from audit.verification.keeping import last_kept
from cases.models import Task
from cases.oversight.trail import verifying
from tests.days import today
from tests.servers import Servers
from tests.web import story
from tests.web.counting import statements
from tests.web.test_reading import entered
from tests.web.test_registers import behind_the_triggers

VERIFY = "/audit/verify/"


def content(answer: Any) -> bytes:
    return b"".join(answer.streaming_content)


@pytest.fixture
def extended(demo_city: None) -> Any:
    """A case in which somebody moved a deadline."""
    case = story.dispatched(title="鼓楼区旧厂房")
    task = Task.objects.get(case_id=case.case_id, kind="check_consumption")
    until = today(20).isoformat()
    story.do(
        "grid-handler1", "request_extension", case, task=str(task.pk), due_on=until, reason="需停产配合，等待抄表周期"
    )
    asked = Task.objects.get(case_id=case.case_id, kind="decide_extension", state="open")
    story.do("drc-reviewer1", "decide_extension", case, task=str(asked.pk), decision="grant")
    return case


def test_a_supervisor_finds_who_moved_a_deadline_from_when_to_when(extended: Any) -> None:
    client = entered("sup-supervisor1")
    page = client.get(f"/audit/?case={extended.number}&risk=dates").content.decode()
    decided = Event.objects.get(stream=f"case/{extended.case_id}", action="decide_extension")
    line = page[page.index(f'data-event="{decided.pk}"') :].split("</tr>")[0]
    assert "改为" in line
    assert "期限：" in line
    assert 'data-action="open_case"' not in page
    panel = client.get(f"/audit/{decided.pk}/?part=event").content.decode()
    assert panel.lstrip().startswith("<section")
    assert "<del>" in panel
    assert "由上一条与本条内容算得，一致" in panel
    # What it takes beside the list is what stands on the page of its own.
    assert panel.split("<dl")[1] in client.get(f"/audit/{decided.pk}/").content.decode()


def test_neither_page_nor_panel_nor_file_tells_of_a_case_that_is_not_seen(extended: Any) -> None:
    event = Event.objects.get(stream=f"case/{extended.case_id}", seq=1).pk
    stranger = entered("nj-drc-handler1")
    for address in (f"/audit/{event}/", f"/audit/{event}/?part=event"):
        assert stranger.get(address).status_code == 404
    rows = list(csv.reader(io.StringIO(content(stranger.get("/audit/trail.csv")).decode("utf-8-sig"))))
    assert extended.number not in {row[6] for row in rows}
    assert stranger.get(f"/audit/package.zip?case={extended.number}").status_code == 400


def test_looking_and_taking_along_are_on_record(extended: Any) -> None:
    client = entered("sup-supervisor1")
    client.get(f"/audit/?case={extended.number}")
    looked = Access.objects.filter(target="trail").latest("id")
    assert (looked.username, str(looked.case_id), looked.items) == (
        "sup-supervisor1",
        extended.case_id,
        ["audit_trail"],
    )
    answer = client.get(f"/audit/trail.csv?case={extended.number}")
    rows = list(csv.reader(io.StringIO(content(answer).decode("utf-8-sig"))))
    assert {row[-1] for row in rows[1:]} == {"一致"}
    assert len(rows) - 1 == Event.objects.filter(stream=f"case/{extended.case_id}").count()
    taken = Access.objects.filter(way="export").latest("id")
    event = Event.objects.filter(action="export_made").latest("id")
    data = json.loads(bytes(event.body))["data"]
    assert (data["what"], data["rows"], data["sha256"]) == ("audit_trail", len(rows) - 1, taken.file_hash)
    book = content(client.get(f"/audit/trail.xlsx?case={extended.number}"))
    assert zipfile.ZipFile(io.BytesIO(book)).testzip() is None
    assert client.get("/audit/trail.csv?risk=nonsense").status_code == 400


def check(package: Path) -> subprocess.CompletedProcess[str]:
    """The program of the package in a process that knows nothing of the product."""
    program = package.with_suffix(".py")
    with zipfile.ZipFile(io.BytesIO(GOOD["package"])) as packed:
        program.write_bytes(packed.read("verify.py"))
    return subprocess.run(
        [sys.executable, "-I", "-S", str(program), str(package)],
        check=False,
        capture_output=True,
        text=True,
        cwd="/",
        timeout=60,
    )


GOOD: dict[str, bytes] = {}


def test_a_package_proves_itself_offline_and_one_byte_breaks_it(extended: Any, tmp_path: Path) -> None:
    client = entered("sup-supervisor1")
    answer = client.get(f"/audit/package.zip?case={extended.number}")
    assert answer["Content-Type"] == "application/zip"
    whole = content(answer)
    GOOD["package"] = whole
    package = tmp_path / "audit.zip"
    package.write_bytes(whole)
    done = check(package)
    assert (done.returncode, done.stdout[:2]) == (0, "OK"), done.stdout + done.stderr
    made = Event.objects.filter(action="export_made").latest("id")
    assert json.loads(bytes(made.body))["data"]["manifest"] in done.stdout
    with zipfile.ZipFile(io.BytesIO(whole)) as packed:
        files = {name: packed.read(name) for name in packed.namelist()}
    assert json.loads(files["manifest.json"])["events"] == len(files["index.csv"].splitlines()) - 1
    first = Event.objects.get(stream=f"case/{extended.case_id}", seq=1).pk
    for name in ("events.jsonl", "index.csv", "heads.csv", "manifest.json", "manifest.sha256", "README.txt"):
        changed = bytearray(files[name])
        changed[len(changed) // 2] ^= 1
        package.write_bytes(repacked({**files, name: bytes(changed)}))
        broken = check(package)
        assert (broken.returncode, "FAILED 未通过" in broken.stdout) == (1, True), name
        assert "Traceback" not in broken.stderr, name
    # Whoever also redoes the manifest is told by the hashes of the events themselves.
    forged = {**files, "events.jsonl": files["events.jsonl"].replace(b'"open_case"', b'"open_cast"', 1)}
    broken = forge(forged, package)
    assert f"第 {first} 号记录的原文与散列不符" in broken.stdout
    for damage in (whole[: len(whole) // 2], whole[:40] + bytes([whole[40] ^ 255]) + whole[41:]):
        package.write_bytes(damage)
        assert check(package).returncode == 1


def repacked(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        for name, each in files.items():
            packed.writestr(name, each)
    return out.getvalue()


def forge(files: dict[str, bytes], package: Path) -> subprocess.CompletedProcess[str]:
    from hashlib import sha256

    manifest = json.loads(files["manifest.json"])
    changed = files["events.jsonl"]
    manifest["files"]["events.jsonl"] = {"sha256": sha256(changed).hexdigest(), "bytes": len(changed)}
    text = json.dumps(manifest).encode()
    package.write_bytes(
        repacked({**files, "manifest.json": text, "manifest.sha256": sha256(text).hexdigest().encode() + b"  x\n"})
    )
    return check(package)


def locked(client: Client) -> bool:
    found = set()
    for address in ("/audit/trail.csv", "/audit/trail.xlsx", "/audit/package.zip"):
        answer = client.get(address)
        answer.close()
        found.add(answer.status_code)
    assert len(found) == 1
    return found == {409}


def test_one_byte_of_an_event_is_told_by_its_number_and_locks_every_file(
    servers: Servers, fresh_db: Any, demo_city: None
) -> None:
    case = story.opened()
    event = Event.objects.get(stream=f"case/{case.case_id}", seq=1).pk
    client = entered("sup-supervisor1")
    assert not locked(client)
    change = "UPDATE audit_event SET body = convert_to(replace(convert_from(body, 'UTF8'), '{}', '{}'), 'UTF8')"
    for old, new in (("monitoring", "monitorinx"), ("monitorinx", "monitoring")):
        said = f"{change.format(old, new)} WHERE id = {event}"
        behind_the_triggers(servers, fresh_db.name, "audit_event", said)
        if new == "monitoring":
            break
        # Whoever takes the event along comes upon it, keeps it on record and takes nothing.
        assert client.get(f"/audit/package.zip?case={case.number}").status_code == 409
        kept = last_kept()
        assert kept is not None
        assert (kept.ok, kept.broken, kept.code) == (False, event, "leaf")
        assert locked(client)
        page = client.get("/audit/").content.decode()
        assert "完整性校验未通过" in page
        assert f"第 {event:,} 号记录" in page
        assert "导出已锁定" in page
        client.post(VERIFY)
        assert f"第 {event:,} 号记录" in client.get("/audit/").content.decode()
        assert f"第 {event} 号记录的内容与其散列不符" in client.get(f"/audit/{event}/").content.decode()
        assert '<td class="bad">' in client.get(f"/audit/?case={case.number}").content.decode()
        # A stranger is told that something is wrong, and not where.
        told = entered("nj-drc-handler1").get("/audit/").content.decode()
        assert "一条你无权查看的记录" in told
    assert locked(client)
    client.post(VERIFY)
    assert not locked(client)


def test_opening_a_changed_event_is_enough_to_lock(servers: Servers, fresh_db: Any, demo_city: None) -> None:
    case = story.opened()
    event = Event.objects.get(stream=f"case/{case.case_id}", seq=1).pk
    change = "UPDATE audit_event SET body = convert_to(replace(convert_from(body, 'UTF8'), 'monitoring', 'x'), 'UTF8')"
    behind_the_triggers(servers, fresh_db.name, "audit_event", f"{change} WHERE id = {event}")
    client = entered("sup-supervisor1")
    client.get(f"/audit/{event}/?part=event")
    client.get(f"/audit/{event}/")
    assert locked(client)
    assert Event.objects.filter(action="audit_broken").count() == 1


def test_a_long_trail_is_verified_by_a_worker_whose_progress_is_shown(
    demo_city: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    story.opened()
    monkeypatch.setattr(verifying, "AT_ONCE", 0)
    rung: list[tuple[str, dict[str, Any]]] = []
    monkeypatch.setattr(verifying, "_ring", lambda job, who: rung.append((job, who)))
    client = entered("sup-supervisor1")
    answer = client.post(VERIFY)
    address = answer["Location"]
    assert address.startswith("/audit/verify/")
    page = client.get(address).content.decode()
    assert "正在等待服务器" in page
    assert 'http-equiv="refresh"' in page
    # Asking again while one runs leads to that one.
    assert client.post(VERIFY)["Location"] == address
    assert entered("drc-handler1").get(address).status_code == 403
    [(job, who)] = rung
    heard: list[int] = []
    put = verifying._put
    monkeypatch.setattr(verifying, "_put", lambda *a, **k: (heard.append(a[2]), put(*a, **k)))
    verifying.run(job, EventActor(**who))
    assert heard[-1] == Event.objects.exclude(stream="config/audit").count() == last_kept().events  # type: ignore[union-attr]
    page = client.get(address).content.decode()
    assert "完整性校验通过" in page
    assert "hx-trigger" not in page.split("<main")[1]
    assert Event.objects.filter(action="audit_verified").count() == 1
    assert "没有完成" in client.get("/audit/verify/0123456789abcdef/").content.decode()


def test_the_trail_is_verified_by_itself_every_night_and_says_when(demo_city: None) -> None:
    from cases.tasks import verify_trail

    verify_trail()
    assert last_kept().ok  # type: ignore[union-attr]
    now = clock.now()
    assert now < verifying.next_run(now) <= now + timedelta(days=1)
    assert "下次校验" in entered("drc-handler1").get("/audit/").content.decode()


def test_the_page_asks_as_often_for_many_events_as_for_few(demo_city: None) -> None:
    def asked() -> int:
        rows.append(client.get(address).content.decode().count("data-event="))
        return len(statements(client, address))

    client, rows = entered("sup-supervisor1"), list[int]()
    case = story.dispatched(title="第一案")
    address = f"/audit/?case={case.number}"
    few = asked()
    for n in range(12):
        story.do("drc-handler1", "comment", case, comment=f"备注{n}")
    many = asked()
    assert rows[1] >= rows[0] + 12
    assert many == few

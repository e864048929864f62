"""Uploads against live servers that are killed and lines that break: what was answered stays, and nothing is halved."""

from __future__ import annotations

import hashlib
import os
import random
import signal
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import pytest
import requests
from django.conf import settings
from django.db import connection, connections
from django.db.models import Sum

from agencies.actors import find_actor
from agencies.directory import get_directory
from agencies.sight import seeing
from audit import clock
from bench.importing.lists import as_csv, make_rows
from cases.intake.receiving import original_file
from cases.intake.uploads.beginning import Announced, begin, find_upload
from cases.intake.uploads.finishing import finish
from cases.intake.uploads.parts import append_part
from cases.models import ListBatch, ListUpload, ListUploadPart
from tests.conftest import answers, child, wait_for

LIST = as_csv(make_rows(2_000, 0))
PART = 70_000
SAID = {"kind": "telecom", "agency": "320300-telecom", "batch": "十一月名单", "filename": "名单.csv", "size": len(LIST)}
pytestmark = pytest.mark.usefixtures("demo_city", "fresh_db", "redis_url")


@contextmanager
def web(tmp_path: Path) -> Iterator[tuple[str, Any]]:
    """A live server and its process, which leads a group of its own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)]
    command += ["--workers", "1", "--blocking-threads", "2", "config.wsgi:application"]
    log, address = tmp_path / f"web{port}.log", f"http://127.0.0.1:{port}"
    with child(command, log) as server:
        wait_for(lambda: answers(address), server, log)
        yield address, server


def log_in(address: str) -> requests.Session:
    session = requests.Session()
    told = {"username": "telecom-handler1", "password": settings.DEMO_PASSWORD}
    answer = session.post(f"{address}/api/v1/session/", json=told)
    assert answer.status_code == 200, answer.text
    session.headers["X-CSRFToken"] = answer.json()["csrf_token"]
    return session


def send(session: requests.Session, upload: str, start: int, size: int = PART) -> requests.Response:
    headers = {"Content-Type": "application/partial-upload", "Upload-Offset": str(start)}
    return session.patch(upload, LIST[start : start + size], headers=headers, timeout=30)


def test_a_server_that_is_killed_between_two_parts_costs_nothing(tmp_path: Path) -> None:
    with web(tmp_path) as (address, server):
        session = log_in(address)
        begun = session.post(f"{address}/api/v1/imports/uploads/", json=SAID)
        assert begun.status_code == 201, begun.text
        place = begun.headers["Location"]
        assert send(session, address + place, 0).status_code == 200
        os.killpg(server.pid, signal.SIGKILL)
        server.wait(20)
    with web(tmp_path) as (address, _server):
        session.headers.pop("Connection", None)
        asked = session.head(address + place)
        assert (asked.status_code, asked.headers["Upload-Offset"]) == (200, str(PART)), "the session holds as well"
        for start in range(PART, len(LIST), PART):
            assert send(session, address + place, start).status_code == 200
        done = session.post(f"{address}{place}/finish", json={})
        assert done.status_code == 202, done.text
        assert done.json()["sha256"] == hashlib.sha256(LIST).hexdigest()


def test_a_part_that_breaks_off_is_not_kept_and_the_upload_goes_on(served: str) -> None:
    session = log_in(served)
    place = session.post(f"{served}/api/v1/imports/uploads/", json=SAID).headers["Location"]
    assert send(session, served + place, 0).status_code == 200
    host, port = urlsplit(served).netloc.split(":")
    cookies = "; ".join(f"{name}={value}" for name, value in session.cookies.items())
    head = (
        f"PATCH {place} HTTP/1.1\r\nHost: {host}:{port}\r\nCookie: {cookies}\r\n"
        f"X-CSRFToken: {session.headers['X-CSRFToken']}\r\nContent-Type: application/partial-upload\r\n"
        f"Upload-Offset: {PART}\r\nContent-Length: {PART}\r\n\r\n"
    )
    for sent in (0, 10, 66_000):
        with socket.create_connection((host, int(port)), timeout=10) as line:
            line.sendall(head.encode() + LIST[PART : PART + sent])
    time.sleep(1)
    asked = session.get(served + place)
    assert asked.json()["offset"] == PART
    for start in range(PART, len(LIST), PART):
        assert send(session, served + place, start).status_code == 200
    assert session.post(f"{served}{place}/finish", json={}).json()["sha256"] == hashlib.sha256(LIST).hexdigest()


MOST_LISTS = 40


def test_processes_that_are_killed_at_any_moment_leave_nothing_half_written() -> None:
    """Parts and the ends of three lists or more, by processes that live for some milliseconds.

    On a busy machine fewer are killed at work, and more lists are sent; and each lives a little longer than the one
    before, or none would come to the end of a list.
    """
    chance, kills, number = random.Random(48), 0, -1
    while number < 2 or kills <= 6:
        number += 1
        assert number < MOST_LISTS, "so few are killed at work that nothing is tried"
        content = as_csv(make_rows(2_000, number))
        upload, longest = _begin(number, content), 0.12
        while not _finished(upload):
            kills += _killed_at_work(upload, content, chance.uniform(0, longest))
            longest *= 1.1
            _nothing_is_half_written()
        batch = ListUpload.objects.get(id=upload).batch
        assert batch is not None
        assert original_file(batch) == content
        assert ListBatch.objects.filter(sha256=hashlib.sha256(content).hexdigest()).count() == 1


def _begin(number: int, content: bytes) -> UUID:
    actor, agency = find_actor("telecom-handler1"), get_directory().by_code["320300-telecom"]
    said = Announced("telecom", agency, f"名单{number}", "a.csv", len(content))
    with seeing(actor):
        found: UUID = begin(actor=actor, announced=said, now=clock.now()).id
    return found


def _finished(upload: UUID) -> bool:
    return ListUpload.objects.filter(id=upload, batch__isnull=False).exists()


def _killed_at_work(upload: UUID, content: bytes, seconds: float) -> bool:
    connections.close_all()  # what a fork inherits it must not close
    worker = os.fork()
    if worker == 0:
        _work(upload, content)
    time.sleep(seconds)
    if os.waitpid(worker, os.WNOHANG) != (0, 0):
        return False
    os.kill(worker, signal.SIGKILL)
    os.waitpid(worker, 0)
    return True


def _work(upload_id: UUID, content: bytes) -> None:
    """What a client does: ask where it stands, go on from there, finish."""
    try:
        actor, now = find_actor("telecom-handler1"), clock.now()
        with seeing(actor):
            start = find_upload(actor, upload_id, now).received
            while start < len(content):
                piece = content[start : start + PART]
                start = append_part(actor=actor, upload_id=upload_id, start=start, content=piece, now=now).received
            finish(actor=actor, upload_id=upload_id, now=now)
    finally:
        os._exit(0)  # never back into the test that this is a copy of


def _nothing_is_half_written() -> None:
    # The server may still be ending the transaction of a session whose client is gone; the lock says when it is over.
    with connection.cursor() as cursor:
        cursor.execute("BEGIN; LOCK TABLE cases_listupload IN SHARE ROW EXCLUSIVE MODE; COMMIT")
    for upload in ListUpload.objects.all():
        kept = ListUploadPart.objects.filter(upload=upload).aggregate(bytes=Sum("size"))["bytes"] or 0
        assert kept == (0 if upload.batch_id else upload.received), "a part and the offset stand for different bytes"

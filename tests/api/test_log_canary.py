"""Nothing personal in a line of the log, a page of an error or a mail: canaries through every door, at level DEBUG.

The doors of other processes are tried as processes: commands, the live worker, the database server.
"""

from __future__ import annotations

import io
import logging
import logging.config
import re
import subprocess
import sys
from contextlib import contextmanager
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, connections
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

import agencies.access.logins
import cases.api.base
import cases.tasks
import cases.web.pages
import cases.web.views.entry.factors
from tests.api.conftest import OPENING, V1
from tests.conftest import ROOT, SERVERS, child, wait_for
from tests.entry_tools import code_of

NAME, PHONE, PLACE, ACCOUNT = "王金丝雀", "13912345677", "金丝雀路九十九号", "3203009988776"
ADDRESS, PASSWORD, SECRET, CODE = "203.0.113.77", "Canary-Password-9", "canary-token-abcdefgh", "135792"
CANARIES = (NAME, PHONE, PLACE, ACCOUNT, ADDRESS, PASSWORD, SECRET, CODE)
TEXT = " ".join(CANARIES)
LIST = f"户号,户名,地址,IP地址,电话\n{ACCOUNT},{NAME},{PLACE},{ADDRESS},{PHONE}\n"


@pytest.fixture
def log():
    """What the product's own formatter writes, with everything told that can be told."""
    config = {**settings.LOGGING, "root": {"handlers": ["stderr"], "level": "DEBUG"}}
    written = io.StringIO()
    logging.config.dictConfig(config)
    handler = logging.getLogger().handlers[0]
    handler.setStream(written)
    connection.force_debug_cursor = True
    yield written
    connection.force_debug_cursor = False
    logging.config.dictConfig(settings.LOGGING)


def assert_clean(text, where, canaries=CANARIES):
    for canary in canaries:
        for form in (canary, ascii(canary)[1:-1]):
            assert form not in text, f"{form} in {where}: {text[max(0, text.find(form) - 300) :][:600]}"


def strict(client):
    client.raise_request_exception = False
    return client


def addresses(resolver=None, before=""):
    """Every address with a canary for each of its parts."""
    for pattern in (resolver or get_resolver()).url_patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern, route)
        elif isinstance(pattern, URLPattern):
            filled = re.sub(r"<uuid:\w+>", "01a00000-0000-7000-8000-000000000000", route)
            yield "/" + re.sub(r"<(?!uuid|int)\w+:\w+>|<\w+>", NAME, re.sub(r"<int:\w+>", "1", filled))


@pytest.mark.parametrize("username", ["drc-handler1", "sup-supervisor1"])
def test_no_address_tells_what_was_typed(log, person, username):
    client = strict(person(username).client)
    for address in addresses():
        if address == "/logout/":
            continue
        # Closed as a server closes them, read or not: a file among them would stay open.
        client.get(address, {"q": TEXT, "next": PLACE, "number": ACCOUNT}).close()
        client.post(address, {"f.note": TEXT, "username": NAME, "password": PASSWORD, "code": CODE}).close()
        client.post(address, f'{{"note": "{TEXT}"', "application/json").close()
    assert log.getvalue().count("\n") > 50
    assert_clean(log.getvalue(), "the log")
    assert not mail.outbox


def test_no_failed_login_tells_what_was_typed(log, db):
    client = strict(Client(REMOTE_ADDR=ADDRESS))
    client.post("/login/", {"username": NAME, "password": PASSWORD})
    client.post(f"{V1}/session/", {"username": NAME, "password": PASSWORD}, "application/json")
    client.get(f"{V1}/cases/", headers={"Authorization": f"Bearer {SECRET}"})
    form = f"grant_type=client_credentials&client_id={NAME}&client_secret={SECRET}"
    client.post(f"{V1}/oauth/token", form, "application/x-www-form-urlencoded")
    client.post("/nowhere/" + NAME, {"totp": CODE})
    assert_clean(log.getvalue(), "the log")


def test_no_act_list_or_file_tells_what_stands_in_it(log, person, case):
    handler = person("drc-handler1")
    strict(handler.client)
    handler.post("cases/", {**OPENING, "title": TEXT})
    handler.post("cases/", {**OPENING, "signals": TEXT})
    handler.post(f"cases/{case['number']}/actions/comment", {"text": TEXT}, If_Match='"1"')
    for content in (LIST, f'{LIST}{NAME},"{PHONE}'):
        for address in (f"{V1}/imports/", "/imports/"):
            fields = {"kind": "telecom", "agency": "320300-telecom", "batch": f"批次{len(content)}{address[1:3]}"}
            handler.client.post(address, {"file": SimpleUploadedFile(f"{NAME}.csv", content.encode()), **fields})
    handler.client.post(
        f"{V1}/cases/{case['number']}/attachments/", {"file": SimpleUploadedFile(f"{NAME}.pdf", TEXT.encode())}
    )
    assert_clean(log.getvalue(), "the log")


def test_no_step_of_a_second_factor_tells_its_secret_or_its_codes(log, demo_city, monkeypatch):
    monkeypatch.setattr(agencies.access.logins, "PER_ACCOUNT", 100)
    client = strict(Client())
    login = {"username": "drc-approver1", "password": settings.DEMO_PASSWORD}
    client.post("/login/", login)
    shown = re.search(r"<code>([A-Z2-7 ]+)</code>", client.get("/security/app/").content.decode())[1]
    secret = shown.replace(" ", "")
    client.post("/security/app/", {"code": CODE})

    def fails(**given):
        raise ValueError(f"{given} {shown} cannot be kept: {secret}") from KeyError(secret)

    with monkeypatch.context() as patch:
        patch.setattr(cases.web.views.entry.factors, "add_app", fails)
        assert client.post("/security/app/", {"code": code_of(secret)}).status_code == 500
    added = client.post("/security/app/", {"code": code_of(secret)})
    codes = re.findall(r"<li><code>(\d{10})</code>", added.content.decode())
    assert len(codes) == 10
    for typed, status in ((secret, 400), (codes[0], 302), (codes[0], 400), (code_of(secret, 1), 302)):
        again = strict(Client())
        again.post("/login/", login)
        assert again.post("/login/second/", {"code": typed}).status_code == status
    client.post("/security/confirm/", {"code": codes[1]})
    inside = strict(Client()).post(f"{V1}/session/", {**login, "code": codes[2]}, "application/json")
    assert inside.status_code == 200
    assert "ValueError" in log.getvalue()
    assert_clean(log.getvalue(), "the log", (*CANARIES, shown, secret, *codes))


def database_refuses(*_):
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::int", [TEXT])


def row_is_refused(*_):
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO notifications_message SELECT (jsonb_populate_record(NULL::notifications_message, %s)).*",
            [f'{{"topic": "{TEXT}"}}'],
        )


def something_fails(*_):
    held = {"name": NAME, "text": TEXT}
    raise ValueError(f"{held} cannot be read: {TEXT}") from KeyError(TEXT)


@pytest.mark.parametrize("fault", [database_refuses, row_is_refused, something_fails])
def test_no_failure_tells_what_it_failed_on(log, person, monkeypatch, fault):
    client = strict(person("drc-handler1").client)
    monkeypatch.setattr(cases.api.base, "load_actor", fault)
    monkeypatch.setattr(cases.web.pages, "load_actor", fault)
    for address in ("/", f"{V1}/cases/"):
        answer = client.get(address)
        assert answer.status_code in (400, 500)
        assert_clean(answer.content.decode(), "the page of the error")
        connection.set_rollback(False)
    told = log.getvalue()
    assert_clean(told, "the log")
    assert fault.__name__ in told, "where it failed is told"
    assert "SQLSTATE" in told or "builtins.ValueError" in told


def test_no_failed_task_tells_what_it_failed_on(log, monkeypatch):
    rows = SimpleNamespace(get=lambda **_: something_fails())
    monkeypatch.setattr(cases.tasks, "ListBatch", SimpleNamespace(objects=rows))
    failed = cases.tasks.import_batch.apply(args=["01a00000-0000-7000-8000-000000000000"])
    assert failed.failed()
    assert "ValueError" in log.getvalue()
    assert_clean(log.getvalue(), "the log")


def test_the_formatter_is_the_one_of_the_settings(log):
    try:
        something_fails()
    except ValueError:
        logging.getLogger("any").exception("a line")
    told = log.getvalue()
    assert "a line" in told
    assert "内容不记入日志" in told
    assert "其后发生" in told
    assert_clean(told, "the log")


# --- other processes -------------------------------------------------------------------------------------------------


@contextmanager
def refusing_rows():
    """The database refuses each row of a list and repeats what it refused, as its own constraints do."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION canary() RETURNS trigger LANGUAGE plpgsql AS "
            "$f$ BEGIN RAISE EXCEPTION USING MESSAGE = TG_ARGV[0], DETAIL = TG_ARGV[0]; END $f$"
        )
        cursor.execute(
            "CREATE TRIGGER canary BEFORE INSERT ON cases_listrow FOR EACH ROW EXECUTE FUNCTION canary(%s)", [TEXT]
        )
    yield
    with connections["owner"].cursor() as cursor:
        cursor.execute("DROP TRIGGER canary ON cases_listrow")
        cursor.execute("DROP FUNCTION canary()")


@pytest.mark.usefixtures("demo_city", "fresh_db")
def test_no_command_tells_what_stands_in_a_list_or_what_it_failed_on(tmp_path, monkeypatch):
    monkeypatch.setenv("LIANZHI_LOG_LEVEL", "DEBUG")
    path = tmp_path / "list.csv"
    path.write_text(LIST, encoding="utf-8")

    def imports(batch, *more):
        command = [sys.executable, "manage.py", "import_list", path, "--kind", "telecom", "--agency", "320300-telecom"]
        done = subprocess.run(
            [*command, "--batch", batch, *more], cwd=ROOT, capture_output=True, text=True, check=False
        )
        return done.returncode, done.stdout + done.stderr

    with refusing_rows():
        failed, told = imports("一")
        assert failed == 1
        assert "SQLSTATE P0001" in told
        assert "in _commit" in told, "where it failed is told"
        assert_clean(told, "what the command wrote")
        _, asked = imports("二", "--traceback")
        assert NAME in asked, "whoever stands before the screen can ask for all of it"
    done, told = imports("三")
    assert done == 0, told
    assert_clean(told, "what the command wrote")
    assert_clean(SERVERS.cluster.log.read_text(errors="replace"), "the log of the database")


@pytest.mark.usefixtures("demo_city", "fresh_db", "redis_url")
def test_the_live_worker_tells_nothing_of_a_list_or_of_what_it_failed_on(person, tmp_path, monkeypatch):
    monkeypatch.setenv("LIANZHI_LOG_LEVEL", "DEBUG")
    sender, log = person("telecom-handler1"), tmp_path / "worker.log"
    command = [sys.executable, "-m", "celery", "-A", "config", "worker", "--concurrency", "1", "--loglevel", "DEBUG"]

    def told():
        return log.read_text(errors="replace")

    def send(batch, content):
        fields = {"kind": "telecom", "agency": "320300-telecom", "batch": batch}
        file = SimpleUploadedFile(f"{NAME}.csv", content.encode())
        return sender.client.post(f"{V1}/imports/", {"file": file, **fields})

    with child(command, log) as worker:
        wait_for(lambda: " ready." in told(), worker, log)
        with refusing_rows():
            assert send("一", LIST).status_code == 202
            wait_for(lambda: "SQLSTATE P0001" in told(), worker, log)
        assert send("二", f"{LIST}{ACCOUNT}1,{NAME},{PLACE},{ADDRESS},{PHONE}\n").status_code == 202
        wait_for(lambda: re.search(r"cases.import_batch\[\S+\] succeeded", told()), worker, log)
    assert "Task cases.import_batch" in told()
    assert_clean(told(), "the log of the worker")

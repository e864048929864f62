"""Every operation of the API that is described: reached with a valid request, and refused without a valid session.

The stories of the workflow go over the API, so that each request is one that succeeds. Just before it does, the very
same request is sent by nobody: without a session, with a made-up one, with one that has ended, with other credentials.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest
import requests
import schemathesis
import yaml
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from schemathesis.core.transport import Response

from agencies.actors import find_actor
from agencies.models import User
from audit import clock
from cases.billing.runs.working import work
from cases.documents.papers.text import paper_of
from cases.intake.corrections.form import KEYS
from cases.intake.feedback.services import draw_version
from cases.intake.lists.reading import open_list
from cases.intake.services import process_list
from cases.intake.steps.preview import run_preview
from cases.models import Document, Feedback, ListBatch, ReportVersion
from cases.policy.dated import CHINA
from cases.policy.reports.weeks import last_complete
from cases.reporting.drawing import draw_version as draw_report
from cases.workflow.engine import Result
from tests.intake.samples import workbook
from tests.intake.small import two_tenants
from tests.security.asking import V1, written
from tests.workflow.test_statements import STORIES, Counting

BREACH = "charges/?kind=breach&monthly_kwh=35000&paid_price=0.5483&proper_price=0.6664&on=2021-11-01"
READINGS = "户号,抄表周期起,抄表周期止,电量\n3203999999999,2026-10-01,2026-10-31,100\n"
LOAD = "时间,功率（kW）\n2026-10-01 00:00,48\n"
WANTED = 0.9  # of the operations described
COOKIE = settings.SESSION_COOKIE_NAME
LIST = (
    "序号,源IP地址,源端口,矿池地址,币种,首次发现时间,最近发现时间,提交次数,运营商,疑似区县,名单级别\n"
    "1,58.218.10.21,51317,pool.example:7777,BTC,2026-10-16 07:56:00,2026-10-18 06:22:00,9,电信,云龙区,重点\n"
)


@dataclass
class Api:
    """The API as it describes itself, what was reached of it, and what went wrong."""

    schema: Any
    reached: dict[str, int] = field(default_factory=dict)
    ignored: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    clients: dict[str, Client] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.operations = {
            f"{op.method.upper()} {op.path}": op for op in (found.ok() for found in self.schema.get_all_operations())
        }
        self.open = {
            label
            for label, op in self.operations.items()
            if not op.definition.raw.get("security", [{"cookieAuth": []}])
        }
        ended = Client()
        ended.force_login(User.objects.get(username="drc-handler1"))
        self.ended = ended.cookies[COOKIE].value
        ended.post("/logout/")

    def client(self, username: str) -> Client:
        if username not in self.clients:
            self.clients[username] = Client()
            self.clients[username].force_login(User.objects.get(username=username))
        return self.clients[username]

    def label(self, method: str, address: str) -> str:
        path = address.partition("?")[0]
        fitting = [
            label
            for label in self.operations
            if label.startswith(f"{method} ") and re.fullmatch(_pattern(label.split(" ", 1)[1]), path)
        ]
        return min(fitting, key=lambda label: label.count("{"))

    def send(self, username: str, method: str, address: str, **sent: Any) -> Any:
        """First by nobody, then by the person; the answer has to be as it is described."""
        label = self.label(method, address)
        if label not in self.reached and label != f"POST {V1}/session/":
            self._nobody(label, method, address, sent)
        answer = _request(self.client(username), method, address, sent)
        if answer.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
            self.broken.append(f"{label}: {answer.status_code}")
        if answer.status_code < HTTPStatus.MULTIPLE_CHOICES:
            self.reached[label] = answer.status_code
            self._as_described(label, answer)
        return answer

    def _nobody(self, label: str, method: str, address: str, sent: dict[str, Any]) -> None:
        for session, headers in (
            (None, {}),
            ("made-up", {}),
            (self.ended, {}),
            (None, {"Authorization": "Bearer made-up"}),
            (None, {"Authorization": "Basic ZHJjLWhhbmRsZXIxOng="}),
        ):
            client, before = Client(), written()
            if session:
                client.cookies[COOKIE] = session
            both = {**sent, "headers": {**sent.get("headers", {}), **headers}}
            answer = _request(client, method, address, both)
            if answer.status_code != HTTPStatus.UNAUTHORIZED:
                self.ignored.append(f"{label} with {session or headers}: {answer.status_code}")
            if written() != before:
                self.ignored.append(f"{label} with {session or headers}: wrote rows")

    def _as_described(self, label: str, answer: Any) -> None:
        method, path = label.split(" ", 1)
        given = Response(
            status_code=answer.status_code,
            headers={name.lower(): [value] for name, value in answer.headers.items()},
            content=b"".join(answer.streaming_content) if answer.streaming else answer.content,
            request=requests.Request(method, f"http://testserver{path}").prepare(),
            elapsed=0.1,
            verify=True,
        )
        self.operations[label].validate_response(given)


def _pattern(path: str) -> str:
    return re.sub(r"\\\{[a-z_]+\\\}", "[^/]+", re.escape(path))


def _request(client: Client, method: str, address: str, sent: dict[str, Any]) -> Any:
    headers = sent.get("headers", {})
    if "form" in sent:
        return client.post(address, {k: v() if callable(v) else v for k, v in sent["form"].items()}, headers=headers)
    if "part" in sent:
        return client.generic(method, address, sent["part"], "application/partial-upload", headers=headers)
    body = json.dumps(sent["body"], default=str).encode() if "body" in sent else b""
    return client.generic(method, address, body, "application/json", headers=headers)


class OverTheApi(Counting):
    """The world of the stories, every act of it a request."""

    api: Api

    def act(self, case: str | None, username: str, action: str, **options: Any) -> Result:
        clock.set_clock(self.now, frozen=True)
        if case is None:
            answer = self.api.send(username, "POST", f"{V1}/cases/", body=options)
        else:
            version = {"If-Match": f'"{self.view(case).version}"'}
            address = f"{V1}/cases/{case}/actions/{action}"
            answer = self.api.send(username, "POST", address, body=options, headers=version)
        assert answer.status_code in (200, 201), (action, answer.content.decode())
        data = json.loads(answer.content)
        return Result(**{name: data[name] for name in Result.__slots__ if name in data})

    def attach(self, case: str, username: str, name: str = "函.pdf", content: bytes = b"") -> str:
        clock.set_clock(self.now, frozen=True)
        real = content or f"%PDF-1.7 {name}".encode()
        form = {"file": lambda: SimpleUploadedFile(name, real), "kind": "attach_document"}
        answer = self.api.send(username, "POST", f"{V1}/cases/{case}/attachments/", form=form)
        assert answer.status_code == HTTPStatus.CREATED, answer.content.decode()
        return str(json.loads(answer.content)["id"])


@pytest.fixture
def api(demo_city: None) -> Iterator[Api]:
    logging.disable(logging.CRITICAL)  # a line for each refusal
    with Path("docs/openapi.yaml").open(encoding="utf-8") as page:
        yield Api(schemathesis.openapi.from_dict(yaml.safe_load(page)))
    logging.disable(logging.NOTSET)


def reads(api: Api, world: OverTheApi) -> None:
    """What the stories do not ask for."""
    case = world.open()
    file = world.attach(case, "drc-handler1")
    for tail in ("", "/timeline", "/actions", "/attachments/", "/personal", "/measures", "/clock"):
        api.send("drc-handler1", "GET", f"{V1}/cases/{case}{tail}")
    for address in ("cases/", "tasks/", "events/", "imports/", "regions/", "agencies/", "session/"):
        api.send("sup-supervisor1", "GET", f"{V1}/{address}")
    for address in (
        "surcharges/",
        BREACH,
        "deadlines/?from=2026-11-03",
        "tariff/simulation/?kwh=35000",
        "blind-spots/",
        "working-time/",
        "blind-spots/report",
        "rule-changes/",
    ):
        api.send("drc-handler1", "GET", f"{V1}/{address}")
    api.send("drc-handler1", "GET", f"{V1}/attachments/{file}")
    form = {"file": lambda: SimpleUploadedFile("x.csv", LOAD.encode())}
    world.act(case, "drc-handler1", "dispatch_verification", findings=["check_consumption"])
    api.send("grid-handler1", "POST", f"{V1}/cases/{case}/load-curve", form=form)
    api.send("drc-handler1", "GET", f"{V1}/cases/{case}/load-curve")
    found = api.send("drc-handler1", "GET", f"{V1}/events/")
    api.send("drc-handler1", "GET", f"{V1}/events/{json.loads(found.content)['results'][0]['id']}")
    form = {
        "file": lambda: SimpleUploadedFile("x.csv", LIST.encode()),
        "kind": "telecom",
        "agency": "320300-telecom",
        "batch": "试批",
    }
    sent = api.send("telecom-handler1", "POST", f"{V1}/imports/", form=form)
    assert sent.status_code in (200, 202), sent.content.decode()
    batch = json.loads(sent.content)["id"]
    for tail in ("", "/rows"):
        api.send("telecom-handler1", "GET", f"{V1}/imports/{batch}{tail}")
    process_list(batch_id=batch, actor=find_actor("telecom-handler1"), now=clock.now())
    feedback(api, f"{V1}/imports/{batch}/feedback")
    step_by_step(api, form)
    in_parts(api)
    entered_rules(api)
    calendar(api)
    weekly(api)
    bills_of_a_month(api)
    pair = two_tenants().id
    for tail in ("", f"{pair}"):
        api.send("drc-handler1", "GET", f"{V1}/suggestions/{tail}")
    api.send("drc-handler1", "POST", f"{V1}/suggestions/{pair}/rejection", body={"why": "other_tenant"})
    push = {"kind": "telecom", "agency": "320300-telecom", "signals": [{"ip": "58.218.10.22", "port": 51318}]}
    sent = api.send("telecom-handler1", "POST", f"{V1}/signals/", body=push, headers={"Idempotency-Key": "h-1"})
    api.send("telecom-handler1", "GET", f"{V1}/signals/{json.loads(sent.content)['id']}")
    api.send("cac-handler1", "POST", f"{V1}/session/step-up", body={"password": settings.DEMO_PASSWORD})
    told = {"username": "cac-handler2", "password": settings.DEMO_PASSWORD}
    api.send("cac-handler2", "POST", f"{V1}/session/", body=told)
    api.send("cac-handler2", "DELETE", f"{V1}/session/")


def weekly(api: Api) -> None:
    """A ledger looked ahead to, drawn up, listed, read and taken along."""
    week = f"{last_complete(clock.now()).first}"
    api.send("drc-handler1", "GET", f"{V1}/reports/preview?kind=ledger&week={week}")
    sent = api.send("drc-handler1", "POST", f"{V1}/reports/", body={"kind": "ledger", "week": week})
    report = json.loads(sent.content)["id"]
    draw_report(ReportVersion.objects.get(report_id=report).pk, clock.now())
    for tail in ("", report, f"{report}/versions/1/xlsx", f"{report}/versions/1/pdf"):
        api.send("drc-handler1", "GET", f"{V1}/reports/{tail}")


def deliveries(api: Api) -> None:
    """What has not arrived, asked and changed by who keeps it."""
    api.send("admin1", "GET", f"{V1}/deliveries/")
    for do in ("resend", "withdraw"):
        api.send("admin1", "POST", f"{V1}/deliveries/{do}", body={"state": "dead"})


def papers(api: Api) -> None:
    """A document of the stories: read, taken, corrected and voided by others than the one who signed it."""
    order = Document.objects.filter(kind="suspension_order").order_by("at")[0]
    asked = f"agency={order.agency_id}&kind={order.kind}&year={order.year}"
    address = f"{V1}/documents/{order.pk}"
    for asked_for in (f"{V1}/documents/?{asked}", address, f"{address}/versions/1/pdf"):
        api.send("drc-handler1", "GET", asked_for)
    paper = paper_of(bytes(order.versions.get().content))
    sections = ["\n".join(part.paragraphs) for part in paper.sections]
    body = {"sections": ["更正后的事实。", *sections[1:]], "reason": "事实写错"}
    api.send("drc-approver2", "POST", f"{address}/corrections", body=body)
    api.send("drc-reviewer1", "POST", f"{address}/void", body={"reason": "not_sent", "explanation": "未发出"})


def feedback(api: Api, address: str) -> None:
    """Drawn up, checked, sent, and taken out by whoever sent the list."""
    api.send("drc-handler1", "POST", f"{address}/")
    draw_version(Feedback.objects.get().pk, clock.now())
    api.send("drc-handler1", "POST", f"{address}/1/check")
    letter = {"document_number": "徐发改函〔2026〕9号", "sent_on": f"{clock.now().astimezone(CHINA):%Y-%m-%d}"}
    api.send("drc-handler1", "POST", f"{address}/1/send", body=letter)
    for tail in ("/", "/1", "/1/rows", "/1/workbook", "/1/report"):
        api.send("telecom-handler1", "GET", f"{address}{tail}")


def step_by_step(api: Api, form: dict[str, Any]) -> None:
    """A list led in, cancelled and gone on with."""
    content = LIST.replace("51317", "51319").encode()
    more = {"file": lambda: SimpleUploadedFile("y.csv", content), "batch": "逐步", "steps": "true"}
    sent = api.send("telecom-handler1", "POST", f"{V1}/imports/", form={**form, **more})
    address = f"{V1}/imports/{json.loads(sent.content)['id']}"
    for step in ("cancel", "resume"):
        api.send("telecom-handler1", "POST", f"{address}/{step}")
    mapped = json.loads(api.send("telecom-handler1", "GET", f"{address}/mapping").content)
    (sheet,) = mapped["sheets"]
    columns = {column["field"]: column["column"] for column in sheet["columns"] if column["field"]}
    api.send("telecom-handler1", "POST", f"{address}/mapping", body={"sheets": [{"columns": columns, "orders": {}}]})
    run_preview(ListBatch.objects.get(name="逐步").pk)
    api.send("telecom-handler1", "GET", f"{address}/preview")
    mend = {"row": 1, "cells": {str(columns["port"]): ""}}
    api.send("telecom-handler1", "POST", f"{address}/mends", body=mend)
    by_file(api, f"{address}/preview", columns["port"])
    api.send("telecom-handler1", "POST", f"{address}/commit")


def by_file(api: Api, address: str, port: int) -> None:
    """The row that now needs a look, taken out and sent back with another port."""
    api.send("telecom-handler1", "GET", f"{address}/problems")
    answer = api.client("telecom-handler1").get(f"{address}/problems")
    (sheet,) = open_list(b"".join(answer.streaming_content))
    rows = list(sheet.rows())
    rows[-1][len(KEYS) + port] = "51320"
    corrected = workbook(("更正", rows))
    form = {"file": lambda: SimpleUploadedFile("更正.xlsx", corrected)}
    api.send("telecom-handler1", "POST", f"{address}/corrections", form=form)
    run_preview(ListBatch.objects.get(name="逐步").pk)


def in_parts(api: Api) -> None:
    """A list begun, sent, asked about, finished and, as nobody was answered, withdrawn; another one given up."""
    content = LIST.replace("51317", "51321").encode()
    told = {"kind": "telecom", "agency": "320300-telecom", "filename": "z.csv", "size": len(content)}
    for batch, end in (("分片", "finish"), ("弃传", "")):
        begun = api.send("telecom-handler1", "POST", f"{V1}/imports/uploads/", body={**told, "batch": batch})
        address = f"{V1}/imports/uploads/{json.loads(begun.content)['id']}"
        api.send("telecom-handler1", "PATCH", address, part=content, headers={"Upload-Offset": "0"})
        for method, asked in (("GET", address), ("GET", f"{V1}/imports/uploads/")):
            api.send("telecom-handler1", method, asked)
        api.send("telecom-handler1", "POST" if end else "DELETE", f"{address}/{end}" if end else address)
    batch_id = ListBatch.objects.get(name="分片").pk
    process_list(batch_id=batch_id, actor=find_actor("telecom-handler1"), now=clock.now())
    api.send("telecom-handler1", "POST", f"{V1}/imports/{batch_id}/withdraw", body={"reason": "trial"})


# Ending a session that is none is no harm, and nobody has to be anybody to ask for one.
WITHOUT_SESSION = {f"DELETE {V1}/session/"}


def test_every_operation_is_reached_and_none_of_them_by_nobody(api: Api) -> None:
    OverTheApi.api = api
    for story in STORIES:
        story(OverTheApi())
    reads(api, OverTheApi())
    papers(api)
    deliveries(api)
    missed = sorted(set(api.operations) - set(api.reached))
    assert len(api.reached) >= WANTED * len(api.operations), missed
    assert missed == []
    assert [line for line in api.ignored if not line.startswith(tuple(WITHOUT_SESSION))] == []
    assert api.broken == []


def bills_of_a_month(api: Api) -> None:
    """A run thrown away, another billed and reviewed by somebody else; and what was really billed beside it."""
    form = {"file": lambda: SimpleUploadedFile("x.csv", READINGS.encode()), "month": "2026-10"}
    gone = json.loads(api.send("grid-billing1", "POST", f"{V1}/bill-runs/", form=form).content)["id"]
    api.send("grid-billing1", "POST", f"{V1}/bill-runs/{gone}/discard", body={})
    run = json.loads(api.send("grid-billing1", "POST", f"{V1}/bill-runs/", form=form).content)["id"]
    api.send("grid-billing1", "POST", f"{V1}/bill-runs/{run}/start", body={})
    assert work(run).state == "billed"
    api.send("grid-reviewer1", "POST", f"{V1}/bill-runs/{run}/review", body={"send_back": []})
    sent = {"file": lambda: SimpleUploadedFile("x.csv", "户号,月份,电量,金额\n1,2026-10,7,6.76\n".encode())}
    file = json.loads(api.send("grid-billing1", "POST", f"{V1}/reconciliation/", form=sent).content)["id"]
    for address in ("bill-runs/", f"bill-runs/{run}", f"bill-runs/{run}/rows?fate=unusable"):
        api.send("grid-reviewer1", "GET", f"{V1}/{address}")
    for address in ("reconciliation/", f"reconciliation/{file}", f"reconciliation/{file}/rows?show=different"):
        api.send("grid-reviewer1", "GET", f"{V1}/{address}")


PLAN_2027 = "2027-01-01/2027-01-03,休\n2027-02-05/2027-02-11,休\n2027-01-09,班\n2027-02-14,班\n"


def calendar(api: Api) -> None:
    """Days of a region entered with a preview and withdrawn; plans entered, checked, refused and withdrawn."""
    soon = f"{clock.now().astimezone(CHINA):%Y-%m-%d}"
    days = {
        "kind": "disaster",
        "region": "320300",
        "first": soon,
        "reason": "停工",
        "source": "徐政办发〔2026〕1号",
    }
    plan = {"year": 2027, "days": PLAN_2027, "reason": "放假", "source": "国办发明电〔2026〕9号"}
    for who in ("drc-approver1", "js-drc-reviewer1"):
        api.send(who, "POST", f"{V1}/session/step-up", body={"password": settings.DEMO_PASSWORD})
    api.send("drc-approver1", "POST", f"{V1}/calendar/preview", body=days)
    entry = json.loads(api.send("drc-approver1", "POST", f"{V1}/calendar/", body=days).content)["id"]
    api.send("cac-handler1", "GET", f"{V1}/calendar/?region=320300&year=2026")
    api.send("cac-handler1", "GET", f"{V1}/calendar/{entry}")
    api.send("drc-approver1", "POST", f"{V1}/calendar/{entry}/withdrawal", body={"reason": "误录"})
    for end in ("rejection", "approval"):
        sent = api.send("js-drc-handler1", "POST", f"{V1}/calendar/plans/", body=plan)
        api.send("js-drc-reviewer1", "POST", f"{V1}/calendar/{json.loads(sent.content)['id']}/{end}")


def entered_rules(api: Api) -> None:
    """Proposed with a preview, read, approved, rejected and taken back."""
    wanted = {
        "kind": "proxy_price",
        "region": "320000",
        "body": {"month": "2026-11", "kind": "commercial", "components": {"proxy": "0.42", "transmission": "0.2"}},
        "source": "国网江苏电力 2026-10-28",
        "article": "附表",
        "certainty": "V-P",
    }
    api.send("grid-billing1", "POST", f"{V1}/rules/preview", body=wanted)
    ids = [json.loads(api.send("grid-billing1", "POST", f"{V1}/rules/", body=wanted).content)["id"] for _ in range(3)]
    api.send("cac-handler1", "GET", f"{V1}/rules/")
    api.send("cac-handler1", "GET", f"{V1}/rules/{ids[0]}")
    api.send("js-drc-reviewer1", "POST", f"{V1}/session/step-up", body={"password": settings.DEMO_PASSWORD})
    api.send("js-drc-reviewer1", "POST", f"{V1}/rules/{ids[0]}/approval", body={})
    api.send("js-drc-reviewer1", "POST", f"{V1}/rules/{ids[1]}/rejection", body={"reason": "重复"})
    api.send("grid-billing1", "POST", f"{V1}/rules/{ids[2]}/withdrawal")

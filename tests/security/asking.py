"""Asking the product for each cell of the policy table, through its own addresses, and reading what it answered."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test import Client

from tests.security.city import City
from tests.security.tables import Cell

V1 = "/api/v1"
DENIALS = frozenset({"401", "403", "404", "later", "absent"})
NOT_NOW = {"wrong_stage", "no_open_task"}
# Rows written in this transaction in every table, those undone by a savepoint among them. Left out: sessions and the
# list of them, which note every minute that somebody is still there, whatever the request came to.
WRITTEN = """SELECT coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0)::bigint FROM pg_stat_xact_user_tables
    WHERE relname NOT IN ('django_session', 'agencies_livesession')"""
OPENING = {
    "region_code": "3203",
    "title": "某仓库",
    "source": "telecom",
    "signals": [{"family": "traffic", "count": 1}],
}


@dataclass
class Asked:
    """What was asked and where the answer was another one."""

    cells: int = 0
    denials: int = 0
    violations: list[str] = field(default_factory=list)


def ask(city: City, cells: Iterable[Cell], *, to_first: bool = False) -> Asked:
    """Ask for every cell. First all that have to be turned down: after them no table has a row more or less.

    `to_first`: only up to the person with the first wrong answer, for whoever wants to know whether there is one.
    """
    asked = Asked()
    by_person: dict[tuple[str, str], list[Cell]] = defaultdict(list)
    for cell in cells:
        by_person[cell.place, cell.role].append(cell)
    for person, own in by_person.items():
        if to_first and asked.violations:
            break
        client = city.client(*person)
        denied = [c for c in own if c.answer in DENIALS]
        before = written()
        _each(city, client, denied, asked)
        # What is written is only counted up: nothing in all of them is nothing in any.
        if written() != before:
            asked.violations += _writing(city, client, denied)
        asked.denials += len(denied)
        _each(city, client, [c for c in own if c.answer not in DENIALS], asked)
    return asked


def _each(city: City, client: Client, cells: list[Cell], asked: Asked) -> None:
    for cell in cells:
        with transaction.atomic():
            found = ANSWERS[cell.kind](city, client, cell)
            transaction.set_rollback(True)
        asked.cells += 1
        if found != cell.answer:
            asked.violations.append(f"{cell.place} {cell.role} {cell.stage} {cell.thing}: {found}, not {cell.answer}")


def _writing(city: City, client: Client, denied: list[Cell]) -> list[str]:
    """Which of them it was."""
    found = []
    for cell in denied:
        before = written()
        _each(city, client, [cell], Asked())
        if written() != before:
            found.append(f"{cell.place} {cell.role} {cell.stage} {cell.thing}: a denial wrote rows")
    return found or ["a denial wrote rows, and asked again it did not"]


def written() -> int:
    with connection.cursor() as cursor:
        cursor.execute(WRITTEN)
        return int(cursor.fetchone()[0])


def _act(city: City, client: Client, cell: Cell) -> str:
    number = city.numbers[cell.stage]
    if cell.thing == "upload":
        file = SimpleUploadedFile("x.pdf", b"%PDF-1.7 x")
        answer = client.post(f"{V1}/cases/{number}/attachments/", {"file": file})
    else:
        version = f'"{city.versions[cell.stage]}"'
        address = f"{V1}/cases/{number}/actions/{cell.thing}"
        answer = client.post(address, b"{}", "application/json", headers={"If-Match": version})
    return _done(answer)


def _done(answer: Any) -> str:
    if answer.status_code in (401, 403, 404):
        return str(answer.status_code)
    if answer.status_code >= 500:
        return "error"
    if answer.status_code == 409 and json.loads(answer.content).get("code") in NOT_NOW:
        return "later"
    return "allow"


READS = {
    "case": V1 + "/cases/{number}",
    "case_by_id": V1 + "/cases/{id}",
    "timeline": V1 + "/cases/{number}/timeline",
    "actions": V1 + "/cases/{id}/actions",
    "attachments": V1 + "/cases/{number}/attachments/",
    "download": V1 + "/attachments/{file}",
    "event": V1 + "/events/{event}",
    "list": V1 + "/cases/?number={number}",
    "search": V1 + "/cases/?q={stage}",
    "tasks": V1 + "/tasks/?page_size=100",
    "events_of_case": V1 + "/events/?action=open_case&page_size=100",
    "page_case": "/cases/{number}/",
    "page_form": "/cases/{number}/actions/comment/",
    "page_file": "/cases/{number}/files/{file}/",
    "page_list": "/cases/?q={stage}",
    "page_tasks": "/tasks/",
    "page_event": "/audit/{event}/",
}
LISTS = {"list", "search", "tasks", "events_of_case", "page_list", "page_tasks"}


def _names(city: City, stage: str) -> dict[str, Any]:
    """What stands in the addresses for the case of this stage."""
    return {
        "number": city.numbers[stage],
        "id": city.ids[stage],
        "file": city.files[stage],
        "event": city.events[stage],
        "stage": stage,
    }


def _read(city: City, client: Client, cell: Cell) -> str:
    answer = client.get(READS[cell.thing].format_map(_names(city, cell.stage)))
    if _turned_away(answer):
        return "401"
    if cell.thing in LISTS and answer.status_code == 200:
        # The number stands in a row; an address with the typed words in it does not count.
        number = city.numbers[cell.stage]
        return "shown" if number in answer.content.decode().replace(f"number={number}", "") else "absent"
    return str(answer.status_code)


def _turned_away(answer: Any) -> bool:
    return answer.status_code == 401 or (answer.status_code == 302 and "/login/" in answer.headers["Location"])


ELSEWHERE = {
    "import": V1 + "/imports/{batch}",
    "import_rows": V1 + "/imports/{batch}/rows",
    "page_import": "/imports/{batch}/",
    "import_export": "/imports/{batch}/refused.csv",
    "import_elsewhere": "/imports/{batch}/elsewhere.csv",
    "pair": V1 + "/suggestions/{pair}",
    "page_pair": "/suggestions/{pair}/",
    "import_mapping": V1 + "/imports/{batch}/mapping",
    "import_preview": V1 + "/imports/{batch}/preview",
    # A list that is imported has none any more: 409 for who may have them.
    "import_problems": V1 + "/imports/{batch}/preview/problems",
    "page_import_problems": "/imports/{batch}/preview/problems.xlsx",
    "page_import_mapping": "/imports/{batch}/mapping/",
    # The list of the city is imported: its preview leads to its result.
    "page_import_preview": "/imports/{batch}/preview/",
    "import_withdraw": "/imports/{batch}/withdraw/",
    "feedback": V1 + "/imports/{batch}/feedback/",
    "feedback_version": V1 + "/imports/{batch}/feedback/1",
    "feedback_rows": V1 + "/imports/{batch}/feedback/1/rows",
    "feedback_workbook": V1 + "/imports/{batch}/feedback/1/workbook",
    "page_feedback": "/imports/{batch}/feedback/1/",
    "page_feedback_report": "/imports/{batch}/feedback/1/report/",
    "page_feedback_workbook": "/imports/{batch}/feedback/1/feedback.xlsx",
    "uploads": V1 + "/imports/uploads/",
    "upload": V1 + "/imports/uploads/{upload}",
    "accounts": "/accounts/",
    "channels": "/channels/",
    "rules": V1 + "/rules/",
    "page_rules": "/rules/",
    "page_new_rule": "/rules/new/",
    "page_report": "/report/",
    "page_follow": "/report/follow/",
    "page_tip": "/tips/{tip}/",
}
PUSH = {"kind": "telecom", "agency": "320300-telecom", "signals": [{"ip": "58.218.10.77", "port": 1}]}
UPLOAD = {"kind": "telecom", "agency": "320300-telecom", "batch": "分片", "filename": "a.csv", "size": 9}
# What is done to an upload that somebody else has begun.
ON_AN_UPLOAD = {"upload_append": ("PATCH", ""), "upload_cancel": ("DELETE", ""), "upload_finish": ("POST", "/finish")}


def _upload(city: City, client: Client, thing: str) -> str:
    if thing == "upload_begin":
        return _done(client.post(f"{V1}/imports/uploads/", json.dumps(UPLOAD).encode(), "application/json"))
    method, tail = ON_AN_UPLOAD[thing]
    kind = "application/partial-upload" if method == "PATCH" else "application/json"
    address = f"{V1}/imports/uploads/{city.upload}{tail}"
    return _done(client.generic(method, address, b"{}", kind, headers={"Upload-Offset": "0"}))


def _elsewhere(city: City, client: Client, cell: Cell) -> str:
    if cell.thing == "open_case":
        return _done(client.post(f"{V1}/cases/", json.dumps(OPENING).encode(), "application/json"))
    if cell.thing == "feedback_draw":
        answer = client.post(f"{V1}/imports/{city.batch}/feedback/", b"{}", "application/json")
        return "401" if _turned_away(answer) else str(answer.status_code)
    if cell.thing == "upload_begin" or cell.thing in ON_AN_UPLOAD:
        return _upload(city, client, cell.thing)
    if cell.thing == "push":
        body = json.dumps(PUSH).encode()
        return _done(client.post(f"{V1}/signals/", body, "application/json", headers={"Idempotency-Key": "k"}))
    if cell.thing == "open_reporter":
        answer = client.post(f"/tips/{city.tip}/", {"reason": "clarify", "note": "核实线索"})
        return "401" if _turned_away(answer) else _done(answer)
    answer = client.get(
        ELSEWHERE[cell.thing].format(batch=city.batch, pair=city.pair, tip=city.tip, upload=city.upload)
    )
    if answer.streaming:
        b"".join(answer.streaming_content)  # a file is closed where its answer ends
    return "401" if _turned_away(answer) else str(answer.status_code)


ANSWERS: dict[str, Callable[[City, Client, Cell], str]] = {"act": _act, "read": _read, "elsewhere": _elsewhere}

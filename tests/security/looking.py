"""Everything that one person can read, asked for in one order: the whole read surface with guessed ids and numbers.

What is random by nature is made equal before it is compared: the tokens against forged forms, the keys of forms and
the seconds that a verification took. Everything else has to be the same to the last byte.
Left out are the verification of the whole trail, which finds that a case was taken out, as it should, and the page of
the provisions, whose lines get their ids when somebody looks (its file is compared).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db import connection, transaction
from django.test import Client
from django.utils.encoding import iri_to_uri

from agencies.models import User
from audit import clock
from cases.workflow.task_kinds import KINDS
from cases.workflow.transitions import TRANSITIONS
from tests.security.city import City
from tests.security.tables import STAGES
from tests.security.worlds import ADDRESS, WORD, Hidden

V1 = "/api/v1"
RANDOM = (
    (re.compile(rb'(name="csrfmiddlewaretoken" value=")[^"]+'), rb"\1-"),
    (re.compile(rb'("csrf_token":")[^"]+'), rb"\1-"),
    (re.compile(rb'(name="(?:key|token|p\.\w+\.id)" value=")[^"]+'), rb"\1-"),
    (re.compile(rb"[0-9.,]+( (?:\xe7\xa7\x92|s\b))"), rb"-\1"),
)
# When a page that may not be kept has gone out of date: now.
UNEQUAL_HEADERS = {"set-cookie", "date", "expires"}
# The visible cases that are looked at one by one.
SEEN = ("verification", "closed", "later")
AGENCIES = ("320300-drc", "320300-grid", "320300-telecom", "320100-drc", "110000-drc")


def enter(username: str) -> str:
    """The key of a session of this person. Before the worlds part, since logging in leaves an event with a number."""
    client = Client()
    client.force_login(User.objects.get(username=username))
    return str(client.cookies[settings.SESSION_COOKIE_NAME].value)


def answers(session: str, city: City, hidden: list[Hidden]) -> dict[str, bytes]:
    """Each address with the bytes of its answer, headers first. Nothing that was sent stays."""
    client, found = entered(session), dict[str, bytes]()
    with transaction.atomic():
        for address in addresses(city, hidden):
            found[address] = _get(client, address)
        found |= _paged(client)
        for address in list(_followed(found)):
            found[address] = _get(client, address)
        for method, address, body in posts(city, hidden):
            with transaction.atomic():
                found[f"{method} {address} {body}"] = plain(_send(client, method, address, body))
                transaction.set_rollback(True)
        transaction.set_rollback(True)
    return found


def answers_of(session: str, asked: Iterable[str]) -> dict[str, bytes]:
    """The same of these addresses alone."""
    client = entered(session)
    return {address: _get(client, address) for address in asked}


def entered(session: str) -> Client:
    clock.forget()
    cache.clear()  # or a session would bring along what it was told in the other world
    client = Client(raise_request_exception=False)
    client.cookies[settings.SESSION_COOKIE_NAME] = session
    return client


def _get(client: Client, address: str) -> bytes:
    with transaction.atomic():
        answer = plain(client.get(iri_to_uri(address)))
        transaction.set_rollback(True)
    return answer


def _send(client: Client, method: str, address: str, body: Any) -> Any:
    if method == "FORM":
        return client.post(address, body)
    return client.generic(method, address, json.dumps(body).encode(), "application/json", headers={"If-Match": '"1"'})


def plain(answer: Any) -> bytes:
    """Status, headers and body as one text."""
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    kept = sorted((k.lower(), v) for k, v in answer.headers.items() if k.lower() not in UNEQUAL_HEADERS)
    text = f"{answer.status_code} {kept}\n".encode() + body
    for pattern, other in RANDOM:
        text = pattern.sub(other, text)
    return text


def addresses(city: City, hidden: list[Hidden]) -> Iterator[str]:
    yield from lists(hidden)
    seen = [city.numbers[stage] for stage in SEEN]
    for ref in (*seen, city.ids["later"], *(h.number for h in hidden), *(h.case for h in hidden)):
        for tail in ("", "/timeline", "/timeline?order=newest&page_size=3", "/actions", "/attachments/", "/clock"):
            yield f"{V1}/cases/{ref}{tail}"
    for number in (*seen, *(h.number for h in hidden), "XZ26-9999"):
        yield f"/cases/{number}/"
        yield f"/cases/{number}/clock/"
        yield f"/surcharges/{number}/1/"
        yield from (f"/suspensions/{number}/{tail}" for tail in ("", "checks/", "photo/", "confirm/", "receipt/"))
        yield f"/suspensions/state/?case={number}"
        for action in ("comment", "merge_case", "assign_task"):
            yield f"/cases/{number}/actions/{action}/"
    for each in hidden:
        for file in each.files:
            yield f"{V1}/attachments/{file}"
            yield f"/cases/{each.number}/files/{file}/"
            yield f"/cases/{city.numbers['later']}/files/{file}/"
        for event in each.events[:3]:
            yield f"{V1}/events/{event}"
            yield f"/audit/{event}/"
    for batch in _batches():
        for tail in ("", "/rows", "/rows?fate=accept&page_size=1", "/rows?cursor=1", "/mapping", "/preview",
                     "/preview/problems",
                     "/feedback/", "/feedback/1/rows"):  # fmt: skip
            yield f"{V1}/imports/{batch}{tail}"
        yield from (f"/imports/{batch}/{tail}" for tail in
                    ("", "?fate=accept", "refused.csv", "elsewhere.csv", "mapping/", "preview/",
                     "preview/problems.xlsx",
                     "withdraw/"))  # fmt: skip


def lists(hidden: list[Hidden]) -> Iterator[str]:
    """Every list with its filters, one at a time and together with the words of the hidden cases."""
    words = [WORD, WORD[:2], ADDRESS, "四层", "六层", *(h.number for h in hidden), *(h.number[:-1] for h in hidden)]
    yield f"{V1}/session/"
    for query in ("", *(f"stage={s}" for s in STAGES), "region=3203", "region=320311", "region=320102", "region=11",
                  "level=priority", "level=full", "outcome=false_positive", "mine=true", "closed=true", "closed=false",
                  *(f"q={w}" for w in words), *(f"number={h.number}" for h in hidden),
                  *(f"holder={a}" for a in AGENCIES),
                  f"q={WORD}&stage=verification&level=priority"):  # fmt: skip
        yield f"{V1}/cases/?{query}"
        yield f"{V1}/cases/?page_size=1&{query}"
    for query in ("", *(f"stage={s}" for s in STAGES), "region=320311", *(f"kind={k}" for k in KINDS), "mine=true",
                  "accepted=false", "due_before=2026-12-31", "paused=true", "paused=false",
                  *(f"agency={a}" for a in AGENCIES)):  # fmt: skip
        yield f"{V1}/tasks/?{query}"
    for query in ("", *(f"agency={a}" for a in AGENCIES), *(f"case={h.number}" for h in hidden),
                  *(f"case={h.case}" for h in hidden), "action=open_case", "action=comment",
                  "action=reveal_personal_data", "action=attachment_read", "person=drc-handler2",
                  "person=bj-drc-handler", "person=nj-drc-handler1", "week=2026-W45", "since=2026-11-01"):  # fmt: skip
        yield f"{V1}/events/?page_size=100&{query}"
    yield from (f"{V1}/imports/", f"{V1}/imports/?kind=telecom", f"{V1}/imports/?state=done", f"{V1}/schema/",
                f"{V1}/suggestions/", f"{V1}/suggestions/?state=rejected", f"{V1}/rules/",
                f"{V1}/calendar/", f"{V1}/calendar/?region=320300&year=2027",
                f"{V1}/imports/?overdue=true", f"{V1}/imports/uploads/",
                f"{V1}/imports/uploads/01900000-0000-7000-8000-000000000000",
                f"{V1}/imports/?level=priority&order=due", "/imports/?overdue=true",
                f"{V1}/surcharges/", f"{V1}/surcharges/?page_size=1&order=unpaid",
                f"{V1}/working-time/?of=open", "/working-time/", "/working-time/?of=open&by=person",
                f"{V1}/agencies/", f"{V1}/regions/?parent=3203",
                f"{V1}/deadlines/?from=2026-11-03", "/deadlines/?from=2026-11-03",
                f"{V1}/tariff/simulation/?kwh=35000", "/tariff/?kwh=35000",
                f"{V1}/reports/", f"{V1}/reports/?kind=ledger&region=320300", "/reports/", "/reports/?kind=overdue",
                *(f"{at}/preview/?kind={kind}&week=2026-10-26" for at in ("/reports", f"{V1}/reports")
                  for kind in ("ledger", "overdue")),
                "/compensation/", "/deliveries/", "/deliveries/?state=dead", f"{V1}/deliveries/",
                "/dashboard/", "/dashboard/?period=30d&map=table&money=table",
                *(f"/dashboard/cases/?of={f}" for f in ("open", "listed", "mining", "done", "billed", "went-watched")),
                "/dashboard/cases/?of=open&region=320303", "/dashboard/places.csv", "/dashboard/stages.csv",
                "/overdue/", "/overdue/?kind=triage", "/urges/", "/urges/?state=open&sort=due",
                "/escalation-rules/")  # fmt: skip
    yield from ("/", "/?scope=mine", "/more/", "/tasks/", "/cases/new/", "/inbox/", "/inbox/?unread=1", "/imports/",
                "/suggestions/", "/suggestions/?state=rejected",
                "/surcharges/", "/surcharges/?owing=open&order=start", "/surcharges/surcharges.csv",
                "/rules/", "/rules/new/", "/calendar/", "/calendar/?region=3203&year=2026&month=11",
                "/calendar/new/", "/calendar/plans/new/", "/channels/",
                "/password/", "/accounts/", "/security/", "/audit/access/", "/audit/access/access-log.csv",
                "/audit/erasures/", "/audit/erasures/?view=done", "/audit/registers/impact/",
                "/audit/registers/provision.csv", "/audit/access/?person=drc-handler2",
                "/audit/", "/audit/?action=open_case", "/audit/?person=drc-handler2",
                "/audit/?from=2026-11-01&to=2026-11-30", "/tasks/?due=overdue", "/tasks/?due=week",
                "/tasks/?accepted=no", *(f"/audit/?case={h.number}" for h in hidden),
                *(f"/tariff/?case={h.number}" for h in hidden))  # fmt: skip
    for query in ("", "view=all", "view=ours", "view=closed", *(f"q={w}" for w in words),
                  *(f"view=all&stage={s}" for s in STAGES), "view=all&district=320311", "level=priority"):  # fmt: skip
        yield f"/cases/?{query}"


def _paged(client: Client) -> dict[str, bytes]:
    """Every page of each list, a few rows at a time."""
    found = {}
    for start in (f"{V1}/cases/?page_size=1", f"{V1}/tasks/?page_size=2", f"{V1}/events/?page_size=20"):
        address: str | None = start
        for _ in range(40):
            if address is None:
                break
            with transaction.atomic():
                answer = client.get(address)
                transaction.set_rollback(True)
            found[f"page {address}"] = plain(answer)
            cursor = json.loads(answer.content).get("next") if answer.status_code == 200 else None
            address = f"{start}&cursor={cursor}" if cursor else None
    return found


def _followed(found: dict[str, bytes]) -> Iterator[str]:
    """The messages of the inbox and the further pages that the pages themselves lead to."""
    for address in ("/inbox/", "/cases/?view=all", "/audit/", "/tasks/"):
        for link in sorted(set(re.findall(rb'href="((?:/inbox/[0-9]+/|\?[^"]*cursor=[^"]*))"', found[address])))[:40]:
            text = link.decode().replace("&amp;", "&")
            yield text if text.startswith("/") else f"{address.split('?')[0]}{text}"


def posts(city: City, hidden: list[Hidden]) -> Iterator[tuple[str, str, Any]]:
    """Acts that name what is hidden, and acts on it: what is said in refusing them."""
    mine = city.numbers["later"]
    opening = {"region_code": "320303", "title": "某仓库", "source": "telecom"}
    for i, each in enumerate(hidden):
        for action in TRANSITIONS if i == 0 else ("comment", "urge", "accept_task"):
            yield "POST", f"{V1}/cases/{each.number}/actions/{action}", {}
        yield "POST", f"{V1}/cases/{each.case}/actions/comment", {"comment": "x"}
        yield "POST", f"{V1}/cases/{mine}/actions/merge_case", {"survivor": each.number, "reason_code": "same_site"}
        yield "POST", f"{V1}/cases/{mine}/actions/merge_case", {"survivor": each.case, "reason_code": "same_site"}
        yield "POST", f"{V1}/cases/{mine}/actions/undo_merge", {"survivor": each.number, "reason": "x"}
        yield "POST", f"{V1}/cases/", {**opening, "relapse_of": each.number}
        yield "POST", f"{V1}/cases/", {**opening, "relapse_of": each.case}
        yield "FORM", f"/cases/{each.number}/actions/comment/", {"comment": "x", "version": "1", "step": "now"}
        yield "FORM", "/audit/verify/", {"case": each.number}
        for task in each.tasks[:1]:
            for action in ("accept_task", "return_task", "assign_task", "request_extension"):
                yield "POST", f"{V1}/cases/{mine}/actions/{action}", {"task": task}
        for file in each.files[:1]:
            yield "POST", f"{V1}/cases/{mine}/actions/comment", {"comment": "x", "attachments": [file]}
            yield "POST", f"{V1}/cases/{mine}/actions/attach_document", {"attachments": [file], "paper": "other"}


def _batches() -> Iterable[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT id::text FROM cases_listbatch ORDER BY received_at, id")
        return [row[0] for row in cursor.fetchall()]


def differing(one: dict[str, bytes], other: dict[str, bytes]) -> list[tuple[str, int]]:
    """The addresses whose answers differ, with how many bytes do."""
    found = []
    for address in sorted(one.keys() | other.keys()):
        a, b = one.get(address, b""), other.get(address, b"")
        if a != b:
            found.append((address, abs(len(a) - len(b)) + sum(x != y for x, y in zip(a, b, strict=False))))
    return found

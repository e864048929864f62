"""Undoing a merge restores both dossiers to the byte: every row that is about them, and their pages."""

from __future__ import annotations

import json
import re
from difflib import unified_diff
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test import Client

from agencies.actors import find_actor
from audit import clock
from cases.models import Case, Signal, SiteKey
from cases.templatetags.lianzhi import short_hash
from cases.workflow.engine import perform
from tests.intake.samples import bring, rows_of
from tests.intake.small import FLAT, NEXT_DOOR, ONE, OTHER, TELECOM, TRACE, cases, located, meters, seen, sheet
from tests.workflow.world import at

pytestmark = pytest.mark.usefixtures("demo_city")

# What counts the events goes on counting.
DUMP = """
    SELECT jsonb_build_object(
      'case', (SELECT to_jsonb(c) - '{version,head,updated_at}'::text[] FROM cases_case c
               WHERE id = %(id)s),
      'tasks', (SELECT jsonb_agg(to_jsonb(t) || jsonb_build_object('clock', i.state) ORDER BY t.id)
                FROM cases_task t LEFT JOIN cases_clockinterval i ON i.task_id = t.id AND i.ended_at IS NULL
                WHERE t.case_id = %(id)s),
      'agencies', (SELECT jsonb_agg(to_jsonb(a) ORDER BY a.agency_id) FROM cases_caseagency a WHERE a.case_id = %(id)s),
      'search', (SELECT jsonb_agg(to_jsonb(s)) FROM cases_casesearch s WHERE s.case_id = %(id)s),
      'signals', (SELECT jsonb_agg(to_jsonb(s) ORDER BY s.id) FROM cases_signal s WHERE s.case_id = %(id)s),
      'sites', (SELECT jsonb_agg(to_jsonb(s) ORDER BY s.id) FROM cases_site s WHERE s.case_id = %(id)s),
      'keys', (SELECT jsonb_agg(to_jsonb(k) ORDER BY k.id) FROM cases_sitekey k JOIN cases_site s ON s.id = k.site_id
               WHERE s.case_id = %(id)s),
      'rows', (SELECT jsonb_agg(to_jsonb(r) ORDER BY r.id) FROM cases_listrow r JOIN cases_site s ON s.id = r.site_id
               WHERE s.case_id = %(id)s),
      'people', (SELECT jsonb_agg(to_jsonb(p) ORDER BY p.id) FROM cases_personalrecord p WHERE p.case_id = %(id)s),
      'files', (SELECT jsonb_agg(to_jsonb(a) ORDER BY a.id) FROM cases_attachment a WHERE a.case_id = %(id)s),
      'papers', (SELECT jsonb_agg(to_jsonb(d) ORDER BY d.id) FROM cases_document d WHERE d.case_id = %(id)s),
      'counters', (SELECT jsonb_agg(to_jsonb(y) ORDER BY agency_id, region_code, stage, rank)
                   FROM (SELECT agency_id, region_code, stage, rank, sum(n) AS n FROM (
                           SELECT agency_id, region_code, stage, rank, n FROM cases_taskcounter
                           UNION ALL SELECT agency_id, region_code, stage, rank, n FROM cases_taskcounterdelta) x
                         GROUP BY 1, 2, 3, 4 HAVING sum(n) <> 0) y)
    )::text
"""
# The history goes on, and its number with it; a token and a key are new with every page.
CHANGING = (
    r'<section class="card" aria-labelledby="h-tl">.*?</section>',
    r'name="csrfmiddlewaretoken" value="[^"]*"',
    r'name="key" value="[^"]*"',
    r'name="version" value="[^"]*"',
    r'<section class="card" aria-labelledby="h-msg">.*?</section>',
    r'href="/inbox/"[^>]*>.*?</a>',
)
STAMP = '<p class="only-print casepage-mark">{number} 打印时留痕至第 {n} 号，链首散列 {head}</p>'


def dump(case: Case) -> dict[str, Any]:
    with connection.cursor() as cursor:
        cursor.execute(DUMP, {"id": str(case.id)})
        found: dict[str, Any] = json.loads(cursor.fetchone()[0])
    return found


def pages(client: Client, case: Case) -> dict[str, str]:
    """The page of the case and what the API says of it, without the history."""
    html = client.get(f"/cases/{case.number}/").content.decode()
    assert "h-tl" in html
    for pattern in CHANGING:
        html = re.sub(pattern, "", html, flags=re.DOTALL)
    told = json.loads(client.get(f"/api/v1/cases/{case.number}").content)
    # Paper says up to which event it goes: its line has the number of the moment, and nothing else of the page moves.
    stamp = STAMP.format(number=case.number, n=told["version"], head=short_hash(told["head"]))
    assert html.count(stamp) == 1, stamp
    html = html.replace(stamp, "")
    for name in ("version", "head", "updated_at"):
        told.pop(name)
    personal = client.get(f"/api/v1/cases/{case.number}/personal").content.decode()
    return {"page": html, "api": json.dumps(told, ensure_ascii=False), "personal": personal}


@pytest.fixture
def client() -> Client:
    clock.set_clock(at("2026-11-20 10:00"), frozen=True)
    client = Client()
    client.post("/login/", {"username": "drc-handler1", "password": settings.DEMO_PASSWORD})
    return client


def act(case: Case, who: str, action: str, **data: Any) -> None:
    perform(
        case_id=case.id,
        action=action,
        actor=find_actor(who),
        data=data,
        expected_version=None,
        idempotency_key=None,
        now=clock.now(),
    )


def two_dossiers() -> tuple[Case, Case]:
    """A traced household with a meter, and another one that a list brought in twice."""
    rows = (
        seen(1, ONE, 1001, 1),
        seen(2, OTHER, 2002, 5, "btc.pool.example"),
        seen(3, OTHER, 2003, 6, "btc.pool.example"),
    )
    bring("telecom", sheet(TELECOM, *rows), name="名单")
    answers = (
        located(ONE, 1001, 1, "xz01@adsl", "孙玲", FLAT),
        located(OTHER, 2002, 5, "xz02@adsl", "李敏", NEXT_DOOR),
        located(OTHER, 2003, 6, "xz02@adsl", "李敏", NEXT_DOOR),
    )
    bring("trace", sheet(TRACE, *answers), name="答复")
    meters(("3203000000017", "孙玲", FLAT), name="户")
    return tuple(Case.objects.get(number=number) for number in dict.fromkeys(cases("名单")))  # type: ignore[return-value]


@pytest.mark.parametrize("dispatched", [False, True])
@pytest.mark.parametrize("swap", [False, True])
def test_undoing_restores_both_dossiers_to_the_byte(client: Client, *, dispatched: bool, swap: bool) -> None:
    survivor, case = reversed(two_dossiers()) if swap else two_dossiers()
    if dispatched:
        kinds = ["trace_subscriber", "check_consumption"]
        act(case, "drc-handler1", "dispatch_verification", findings=kinds)
        act(case, "grid-handler1", "accept_task")
    before = [(dump(each), pages(client, each)) for each in (case, survivor)]
    rows = {name: rows_of(name) for name in ("名单", "答复", "户")}
    clock.set_clock(at("2026-11-24 15:30"), frozen=True)
    act(case, "drc-handler1", "merge_case", survivor=survivor.number, reason_code="same_site")
    assert dump(survivor) != before[1][0]
    assert len(set(cases("名单"))) == 1, "the rows lead to the survivor while the two are one"
    act(case, "drc-reviewer1", "undo_merge", survivor=survivor.number, reason="两户")
    # On the pages the same day as before: what they count up to today is counted alike.
    clock.set_clock(at("2026-11-20 10:00"), frozen=True)
    for each, (rest, shown) in zip((case, survivor), before, strict=True):
        now = dump(each)
        assert now == rest, {name: (rest[name], now[name]) for name in rest if rest[name] != now[name]}
        for name, text in pages(client, each).items():
            assert text == shown[name], "\n".join(unified_diff(shown[name].split("\n"), text.split("\n"), n=0))
    assert {name: rows_of(name) for name in rows} == rows
    call_command("verify_audit")


def test_what_came_while_the_two_were_one_stays_with_the_survivor_row_signal_and_key(client: Client) -> None:
    """Even where the key that led there was the other case's."""
    survivor, case = two_dossiers()
    before = dump(case)
    act(case, "drc-handler1", "merge_case", survivor=survivor.number, reason_code="same_site")
    meters(("3203000000099", "李敏", NEXT_DOOR), name="新")
    assert cases("新") == [survivor.number]
    act(case, "drc-reviewer1", "undo_merge", survivor=survivor.number, reason="两户")
    assert dump(case) == before
    assert cases("新") == [survivor.number]
    signal = Signal.objects.get(row__batch__name="新")
    assert (signal.case_id, signal.withdrawn_at) == (survivor.id, None)
    assert SiteKey.objects.filter(kind="meter", site__case=survivor).count() == 2
    survivor.refresh_from_db()
    assert survivor.facts["signals"] == {"traffic": 1, "energy": 2}


def test_the_next_list_after_an_undo_leads_each_row_to_its_own_case() -> None:
    survivor, case = two_dossiers()
    act(case, "drc-handler1", "merge_case", survivor=survivor.number, reason_code="same_site")
    act(case, "drc-reviewer1", "undo_merge", survivor=survivor.number, reason="两户")
    rows = seen(11, ONE, 1011, 7), seen(12, OTHER, 2012, 8, "btc.pool.example")
    bring("telecom", sheet(TELECOM, *rows), name="又")
    answers = located(ONE, 1011, 7, "xz01@adsl", "孙玲", FLAT), located(OTHER, 2012, 8, "xz02@adsl", "李敏", NEXT_DOOR)
    bring("trace", sheet(TRACE, *answers), name="复")
    assert cases("又") == [survivor.number, case.number]

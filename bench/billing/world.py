"""So many surcharged accounts, each with its first bill due, in a throwaway database.

One case is led there by the product, from its opening to the user who was told of the list; the others are copies of
its row, its open task and the two events that a bill needs (the letter of the list and the last one), each with an
account of its own. Their older events are left out: nothing that is measured reads them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from typing import Any

CHINA = timezone(timedelta(hours=8))
OPENED = datetime(2026, 11, 3, 10, tzinfo=CHINA)
BILLED = datetime(2026, 12, 2, 10, tzinfo=CHINA)
PRICE = "0.6664"
PDF = b"%PDF-1.7 bench"


class _Desk:
    """People by their names, doing acts on one case."""

    def __init__(self) -> None:
        self.people: dict[str, Any] = {}
        self.case: str | None = None

    def act(self, username: str, action: str, **data: Any) -> None:
        from agencies.actors import find_actor
        from agencies.sight import seeing
        from cases.workflow.engine import perform

        actor = self.people.setdefault(username, find_actor(username))
        asked = {"case_id": self.case, "action": action, "data": data, "expected_version": None}
        with seeing(actor):
            self.case = perform(**asked, idempotency_key=None, actor=actor, now=OPENED).case_id


def one_case() -> str:
    """The id of a case whose user was told of the list."""
    desk = _Desk()
    _verify(desk.act)
    _list(desk)
    return str(desk.case)


def _verify(act: Any) -> None:
    opening = {"region_code": "320303", "title": "云龙区 某仓库", "source": "telecom"}
    act("drc-handler1", "open_case", **opening, signals=[{"family": "traffic", "count": 3}])
    kinds = ["trace_subscriber", "check_consumption", "analyse_traffic", "inspect_site"]
    act("drc-handler1", "dispatch_verification", findings=kinds)
    act("telecom-handler1", "report_subscriber", result="identified", subject="sole_trader", lines=1)
    act(
        "grid-handler1", "report_consumption", result="abnormal", user_class="ordinary", theft=False,
        price_class="commercial", serves_residents=False, monthly_kwh="35000", capacity_kva="250", illegal_use=True,
        arrears_days=0,
    )  # fmt: skip
    act("cac-handler1", "report_traffic", result="confirmed", pools=2, connections=40)
    officers = [{"staff_no": "XZ1001", "officer": "李明远"}, {"staff_no": "XZ1002", "officer": "陈洁"}]
    act(
        "drc-handler2", "record_inspection", result="running", inspected_at=OPENED.isoformat(), officers=officers,
        home_entry=False, consent=True, signature="signed", subject="sole_trader", devices=50, power_kw="48.6",
        serves_residents=False,
    )  # fmt: skip
    proposal = {"finding": "self_operated", "subject": "sole_trader", "disposals": ["surcharge"]}
    act("drc-handler1", "propose_determination", opinion="事实清楚", proven_from="2026-10-01", **proposal)
    act("drc-reviewer1", "decide_determination", decision="approve")


def _list(desk: _Desk) -> None:
    act, case = desk.act, str(desk.case)
    plan = {"rate": "0.30", "starts_on": "2026-10-01", "monthly_kwh": "35000", "price_class": "commercial"}
    act("drc-handler1", "propose_surcharge", **plan, commercial_price=PRICE, simulation_seen=True)
    letter, notice = _attach(case, "drc-approver1"), _attach(case, "grid-billing1")
    named = {"account": account(1), "address": "云龙区和平路1号"}
    act("drc-approver1", "issue_surcharge_list", list_file=letter, **named)
    act("grid-billing1", "acknowledge_surcharge", account_matches=True)
    told = {"method": "direct", "notified_on": str(OPENED.date()), "notice_file": notice}
    act("grid-billing1", "notify_subscriber", **told)


def _attach(case: str, username: str) -> str:
    from django.core.files.uploadedfile import SimpleUploadedFile

    from agencies.actors import find_actor
    from agencies.sight import seeing
    from cases.documents.attachments import store_attachment

    upload = SimpleUploadedFile("paper.pdf", PDF + username.encode())
    actor = find_actor(username)
    with seeing(actor):
        return store_attachment(actor=actor, case_id=case, kind="document", upload=upload, now=OPENED)


def account(number: int) -> str:
    return f"3203{number:09d}"


def month(number: int, count: int) -> bytes:
    """The readings of one month (10 or 11) of all accounts, as CSV."""
    last = {10: 31, 11: 30}[number]
    rows = (f"{account(n)},2026-{number}-01,2026-{number}-{last},{30000 + n % 977}" for n in range(1, count + 1))
    return "\n".join(("户号,抄表周期起,抄表周期止,电量", *rows)).encode()


_COPIES = """
CREATE TEMP TABLE copy ON COMMIT DROP AS
    SELECT n, gen_random_uuid() AS id, gen_random_uuid() AS task FROM generate_series(2, %(count)s) n;
INSERT INTO cases_case SELECT (jsonb_populate_record(NULL::cases_case, to_jsonb(c)
        || jsonb_build_object('id', m.id, 'number', 'BE26-' || m.n))).* FROM cases_case c, copy m WHERE c.id = %(case)s;
INSERT INTO cases_caseagency SELECT (jsonb_populate_record(NULL::cases_caseagency, to_jsonb(a)
        || jsonb_build_object('case_id', m.id))).* FROM cases_caseagency a, copy m WHERE a.case_id = %(case)s;
INSERT INTO cases_task SELECT (jsonb_populate_record(NULL::cases_task, to_jsonb(t)
        || jsonb_build_object('id', m.task, 'case_id', m.id))).*
    FROM cases_task t, copy m WHERE t.case_id = %(case)s AND t.state = 'open';
INSERT INTO cases_clockinterval SELECT (jsonb_populate_record(NULL::cases_clockinterval, to_jsonb(k)
        || jsonb_build_object('id', nextval(pg_get_serial_sequence('cases_clockinterval', 'id')), 'case_id', m.id,
            'task_id', m.task))).*
    FROM cases_clockinterval k JOIN cases_task t ON t.id = k.task_id, copy m
    WHERE t.case_id = %(case)s AND t.state = 'open';
INSERT INTO audit_event (stream, seq, prev, body, leaf, tx, at, action, actor_id, agency_id)
    SELECT 'case/' || m.id, e.seq, e.prev, e.body, e.leaf, e.tx, e.at, e.action, e.actor_id, e.agency_id
    FROM audit_event e, cases_case c, copy m WHERE c.id = %(case)s AND e.stream = 'case/' || c.id
        AND e.seq IN ((c.facts->'surcharge'->>'list_seq')::int, c.version);
INSERT INTO audit_sealed (event_id, salt, data)
    SELECT n.id, s.salt, s.data || jsonb_build_object('account', '3203' || lpad(m.n::text, 9, '0'))
    FROM audit_sealed s JOIN audit_event e ON e.id = s.event_id AND e.action = 'issue_surcharge_list'
        AND e.stream = 'case/' || %(case)s, copy m
    JOIN audit_event n ON n.stream = 'case/' || m.id AND n.action = 'issue_surcharge_list';
"""


_ALWAYS = """SELECT c.relname, t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
    WHERE t.tgenabled = 'A' AND NOT t.tgisinternal AND c.relname = ANY(%s)"""
_WRITTEN = (
    *("audit_event", "audit_sealed", "cases_case", "cases_task", "cases_caseagency", "cases_clockinterval"),
    "cases_billrunrow",
)


@contextmanager
def unguarded(cursor: Any) -> Iterator[None]:
    """Without the triggers of the tables, those that run for a replica too among them; afterwards they are back."""
    cursor.execute("SET LOCAL session_replication_role = replica")
    cursor.execute(_ALWAYS, [list(_WRITTEN)])
    always = cursor.fetchall()
    for table, trigger in always:
        cursor.execute(f'ALTER TABLE "{table}" DISABLE TRIGGER "{trigger}"')
    yield
    for table, trigger in always:
        cursor.execute(f'ALTER TABLE "{table}" ENABLE ALWAYS TRIGGER "{trigger}"')


def copy(superuser: Any, case: str, count: int) -> None:
    """`count` cases in all. One transaction of a superuser, without the triggers that guard what is measured later."""
    superuser.autocommit = False
    with superuser, superuser.cursor() as cursor, unguarded(cursor):
        cursor.execute(_COPIES, {"count": count, "case": case})
    superuser.autocommit = True
    with superuser.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")

"""Two databases that differ in one case only: everything is built once, then the case is taken out of a copy.

The cases that somebody may not see are rich (tasks, files, documents, personal data, messages, a row of a list that
visible cases came in with too) and lie close by: the number beside, the same words, the same address and account.
Both worlds have the same ids and the same gaps in every series: a number that is missing tells that there is a case
with that number, and nothing else; decision 0068.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.db import connection, connections

from agencies.actors import find_actor, system_actor
from agencies.directory import get_directory
from agencies.services import create_agency, create_user
from audit import clock
from cases.documents.attachments import read_attachment
from cases.intake.receiving import find_agency
from cases.intake.services import import_file
from notifications.relay import deliver_all
from tests.security import city as town
from tests.security.city import City
from tests.workflow.world import World, at

NOW = "2026-11-03 10:00"
WORD = "解放路旧仓库"
ACCOUNT, ADDRESS, HOLDER, PHONE = "3203000000001", "云龙区和平路1号", "邵建国", "13805201234"
# Outside the province: nobody of the demo city sees what happens there, whatever the role.
CAPITAL = (
    ("110000-drc", "development_commission", "北京市发展和改革委员会", ("handler", "reviewer", "approver")),
    ("110000-grid", "grid_company", "北京供电公司", ("handler",)),
    ("110000-telecom", "telecom_bureau", "北京市通信管理局", ("handler",)),
    ("110000-cac", "cyberspace_office", "北京市互联网信息办公室", ("handler",)),
)
LIST = (
    "序号,源IP地址,源端口,矿池地址,币种,首次发现时间,最近发现时间,提交次数,运营商,疑似区县,名单级别\n"
    "1,58.218.10.21,51317,pool.example:7777,BTC,2026-10-16 07:56:00,2026-10-18 06:22:00,99,电信,云龙区,重点\n"
    "2,58.218.10.22,51317,pool.example:7777,BTC,2026-10-16 07:56:00,2026-10-18 06:22:00,99,电信,云龙区,重点\n"
    "3,no address,51317,pool.example:7777,BTC,2026-10-16 07:56:00,2026-10-18 06:22:00,99,电信,云龙区,重点\n"
)


@dataclass
class Hidden:
    """A case and everybody who may know of it: the agencies that see it. All others may not tell the worlds apart."""

    name: str
    case: str
    number: str
    seen_by: frozenset[str]
    tasks: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    events: list[int] = field(default_factory=list)

    def may_see(self, agency: str, role: str) -> bool:
        return agency in self.seen_by and role != "agency_admin"

    @property
    def canaries(self) -> dict[str, str]:
        """Strings that stand in this case and nowhere else."""
        return {kind: canary(self.name, kind) for kind in ("title", "comment", "filename", "content", "request")}


def canary(name: str, kind: str) -> str:
    """A word like no other, of Chinese characters: digits and Latin letters are masked or refused in some places."""
    spread = hashlib.sha256(f"{name} {kind}".encode()).digest()
    return "".join(chr(0x7000 + byte) for byte in spread[:6])


def build(servers: Any, full: str) -> tuple[City, list[Hidden]]:
    """Everything that is there, in the database that is in use: visible cases before, between and after the hidden."""
    clock.set_clock(at(NOW), frozen=True)
    city = town.build()
    _capital()
    _in_office_for_long(servers, full)
    world = World(NOW)
    visible = [world.open(title=f"云龙区{WORD}一层")]
    hidden = [_hidden_in_the_capital(world), _hidden_in_nanjing(world)]
    visible.append(world.open(title=f"云龙区{WORD}二层", level="priority"))
    hidden.append(_hidden_from_the_telecom_bureau(world))
    hidden.append(_hidden_from_the_grid(world))
    hidden.append(_hidden_by_its_level(world))
    visible.append(world.open(title=f"泉山区{WORD}三层", region_code="320311"))
    for case in visible:
        world.act(case, "drc-handler1", "dispatch_verification", findings=town.FINDINGS)
    city.numbers["later"], city.ids["later"] = world.view(visible[-1]).number, visible[-1]
    deliver_all()
    for each in hidden:
        _note(world, each)
    for alias in connections:
        connections[alias].close()
    return city, hidden


def _in_office_for_long(servers: Any, full: str) -> None:
    """Everybody has had the post since before the clock of these worlds, so that administrators read what they did."""
    with closing(servers.cluster.connect(full)) as owner, owner.cursor() as cursor, without_triggers(cursor):
        cursor.execute("UPDATE agencies_membership SET since = '2025-01-01' WHERE active")


@contextmanager
def without_triggers(cursor: Any) -> Iterator[None]:
    """As the owner of the machine could: nothing checks and nothing records. Afterwards everything does again."""
    cursor.execute("SET session_replication_role = replica")
    cursor.execute("SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE tgenabled = 'A'")
    always = cursor.fetchall()
    for table, trigger in always:
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {trigger}")
    yield
    for table, trigger in always:
        cursor.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {trigger}")
    cursor.execute("SET session_replication_role = DEFAULT")


def _note(world: World, each: Hidden) -> None:
    each.tasks = [task.id for task in world.view(each.case).tasks]
    with connection.cursor() as cursor:
        cursor.execute("SELECT id::text FROM cases_attachment WHERE case_id = %s ORDER BY id", [each.case])
        each.files = [row[0] for row in cursor.fetchall()]
        cursor.execute("SELECT id FROM audit_event WHERE stream = %s ORDER BY id", [f"case/{each.case}"])
        each.events = [row[0] for row in cursor.fetchall()]


def _capital() -> None:
    for code, kind, name, roles in CAPITAL:
        agency = create_agency(
            actor=system_actor(), code=code, kind=kind, region="11", name=name, short_name=name[:4], monogram="京",
            now=clock.now(),
        )  # fmt: skip
        for role in roles:
            create_user(
                actor=system_actor(), agency=agency, roles=[role], username=f"bj-{code[7:]}-{role}",
                # Any other would have to be changed before its owner sees anything.
                display_name=f"京{role}", password=settings.DEMO_PASSWORD, now=clock.now(),
            )  # fmt: skip


def _open(world: World, who: str, region: str, name: str, **more: Any) -> str:
    title = f"云龙区{WORD}四层{canary(name, 'title')}"
    data = {"region_code": region, "title": title, "source": "telecom", "level": "priority", **more}
    return world.act(None, who, "open_case", signals=[{"family": "traffic", "count": 9}], **data).case_id


def _enrich(world: World, case: str, who: str, name: str, *, kinds: list[str]) -> None:
    """What a case may hold: tasks elsewhere, a paper that was read, a comment, a number drawn, a name revealed."""
    world.act(case, who, "dispatch_verification", findings=kinds)
    content = f"%PDF-1.7 {canary(name, 'content')}".encode()
    paper = world.attach(case, who, f"{WORD}{canary(name, 'filename')}.pdf", content)
    world.act(case, who, "attach_document", attachments=[paper], paper="other")
    world.act(case, who, "comment", comment=f"{WORD} {ACCOUNT} {ADDRESS} {canary(name, 'comment')}")
    world.act(case, who, "reveal_personal_data", items=["phone"], purpose="visit", reason="入户检查")
    assert read_attachment(find_actor(who), _uuid(paper), now=world.now)


def _uuid(text: str) -> Any:
    from uuid import UUID

    return UUID(text)


def _hidden_in_the_capital(world: World) -> Hidden:
    case = _open(world, "bj-drc-handler", "110101", "capital")
    _enrich(world, case, "bj-drc-handler", "capital", kinds=["trace_subscriber", "check_consumption"])
    _named(world, case, "bj-telecom-handler")
    return Hidden("capital", case, world.view(case).number, frozenset(code for code, *_ in CAPITAL))


def _named(world: World, case: str, who: str) -> None:
    world.act(
        case, who, "report_subscriber", result="identified", subject="natural_person", subscriber=HOLDER, phone=PHONE,
        address=ADDRESS,
    )  # fmt: skip


def _hidden_in_nanjing(world: World) -> Hidden:
    case = world.open(title=f"云龙区{WORD}五层")
    world.act(case, "drc-handler2", "dispatch_verification", findings=["inspect_site"])
    other = _open(world, "nj-drc-handler1", "320102", "nanjing")
    _enrich(world, other, "nj-drc-handler1", "nanjing", kinds=["check_consumption", "inspect_site"])
    seen_by = frozenset({"320100-drc", "320100-grid", "320000-drc", "320000-supervision", "320100-supervision"})
    return Hidden("nanjing", other, world.view(other).number, seen_by)


WATCHING = {"320300-drc", "320300-supervision", "320000-drc", "320000-supervision"}


def _hidden_from_the_telecom_bureau(world: World) -> Hidden:
    """Born from the second row of a list that the bureau sent: it reads its rows, but takes no part in the case."""
    batch = import_file(
        actor=system_actor(), content=LIST.encode(), filename="名单.csv", kind="telecom",
        agency=find_agency("320300-telecom", get_directory()), batch_name="二批", now=world.now,
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT s.case_id::text FROM cases_listrow r JOIN cases_site s ON s.id = r.site_id"
            " WHERE r.batch_id = %s AND r.number = 2",
            [str(batch.id)],
        )
        case = cursor.fetchone()[0]
    _enrich(world, case, "drc-handler2", "without_telecom", kinds=["check_consumption", "inspect_site"])
    task = next(t.id for t in world.view(case).tasks if t.kind == "check_consumption")
    world.act(case, "grid-handler1", "assign_task", task=task, unit="320302-grid")
    world.act(
        case,
        "drc-approver1",
        "refer_case",
        partner="320300-police",
        matter="crime",
        request=canary("without_telecom", "request"),
    )
    seen_by = frozenset({*WATCHING, "320300-grid", "320302-grid", "320300-police"})
    return Hidden("without_telecom", case, world.view(case).number, seen_by)


def _hidden_from_the_grid(world: World) -> Hidden:
    title = f"泉山区{WORD}六层{canary('without_grid', 'title')}"
    case = world.open(title=title, region_code="320311")
    _enrich(world, case, "drc-handler2", "without_grid", kinds=["trace_subscriber", "analyse_traffic", "inspect_site"])
    task = next(t.id for t in world.view(case).tasks if t.kind == "trace_subscriber")
    world.act(case, "telecom-handler1", "assign_task", task=task, unit="320300-telecom-cu")
    _named(world, case, "telecom-handler1")
    seen_by = frozenset({*WATCHING, "320300-telecom", "320300-telecom-cu", "320300-cac"})
    return Hidden("without_grid", case, world.view(case).number, seen_by)


def _hidden_by_its_level(world: World) -> Hidden:
    """More confidential than the ceiling of everybody in the city, colleagues and superiors too."""
    case = _open(world, "cleared", "320303", "level", confidentiality="internal")
    _enrich(world, case, "cleared", "level", kinds=["inspect_site"])
    return Hidden("level", case, world.view(case).number, frozenset())


def people() -> list[tuple[str, str, str]]:
    """One person of every agency and role of the city: username, agency, role."""
    sql = """SELECT DISTINCT ON (a.code, m.role) u.username, a.code, m.role FROM agencies_membership m
        JOIN agencies_user u ON u.id = m.user_id JOIN agencies_agency a ON a.id = m.agency_id
        WHERE m.active AND u.is_active AND u.username NOT LIKE 'cell-%%' AND u.username <> 'cleared'
        ORDER BY a.code, m.role, u.username"""
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return [(row[0], row[1], row[2]) for row in cursor.fetchall()]


@contextmanager
def taken_out(servers: Any, full: str, cases: list[str], name: str) -> Iterator[str]:
    """A copy of the database without these cases and whatever is about them."""
    servers.clone(full, name)
    try:
        with closing(servers.cluster.connect(name)) as owner, owner.cursor() as cursor:
            with without_triggers(cursor):
                for case in cases:
                    for statement in REMOVE:
                        cursor.execute(statement, {"case": case})
            assert [mentions(cursor, case) for case in cases] == [[]] * len(cases)
        yield name
    finally:
        servers._run(f'DROP DATABASE "{name}" WITH (FORCE)')


_EVENTS = """SELECT id FROM audit_event WHERE stream = 'case/' || %(case)s
    OR convert_from(body, 'UTF8') LIKE '%%' || %(case)s || '%%'"""
REMOVE = (
    f"DELETE FROM audit_sealed WHERE event_id IN ({_EVENTS})",
    "DELETE FROM agencies_provision WHERE case_id = %(case)s::uuid",
    "DELETE FROM cases_erasure WHERE case_id = %(case)s::uuid",
    "DELETE FROM cases_clockinterval WHERE case_id = %(case)s::uuid",
    "DELETE FROM cases_documentversion WHERE document_id IN (SELECT id FROM cases_document WHERE case_id = %(case)s)",
    "DELETE FROM cases_document WHERE case_id = %(case)s::uuid",
    "DELETE FROM cases_attachment WHERE case_id = %(case)s::uuid",
    "DELETE FROM notifications_message WHERE case_id = %(case)s::uuid",
    "DELETE FROM cases_outbox WHERE case_id = %(case)s::uuid",
    "DELETE FROM cases_personalrecord WHERE case_id = %(case)s::uuid",
    "DELETE FROM cases_signal WHERE case_id = %(case)s::uuid",
    # The row of the list stays with whoever sent it; it leads nowhere any more.
    "DELETE FROM cases_sitesuggestion WHERE %(case)s::uuid IN (one_id, other_id)",
    "DELETE FROM cases_sitekey WHERE site_id IN (SELECT id FROM cases_site WHERE case_id = %(case)s::uuid)",
    "DELETE FROM cases_site WHERE case_id = %(case)s::uuid",
    "DELETE FROM cases_idempotencykey WHERE response->>'case_id' = %(case)s",
    "DELETE FROM cases_task WHERE case_id = %(case)s::uuid",
    "DELETE FROM cases_caseagency WHERE case_id = %(case)s::uuid",
    "DELETE FROM cases_casesearch WHERE case_id = %(case)s::uuid",
    "DELETE FROM cases_caselist WHERE case_id = %(case)s::uuid",
    "DELETE FROM cases_billfigure WHERE case_id = %(case)s::uuid",
    "DELETE FROM cases_casefigure WHERE case_id = %(case)s::uuid",
    "DELETE FROM cases_searchkey WHERE case_id = %(case)s::uuid",
    f"DELETE FROM audit_event WHERE id IN ({_EVENTS})",
    "DELETE FROM cases_case WHERE id = %(case)s::uuid",
)


def mentions(cursor: Any, case: str) -> list[str]:
    """The tables that still know of the case: there must be none, or the worlds would differ in less than they say."""
    cursor.execute("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
                   " AND table_type = 'BASE TABLE'")  # fmt: skip
    # That somebody read something is told to whoever oversees the reader, though not of which case (access log).
    tables = [row[0] for row in cursor.fetchall() if row[0] != "audit_access"]
    left = []
    for table in tables:
        text = "convert_from(t.body, 'UTF8') || t.stream" if table == "audit_event" else "t::text"
        cursor.execute(f'SELECT count(*) FROM "{table}" t WHERE {text} LIKE %s', [f"%{case}%"])
        if cursor.fetchone()[0]:
            left.append(table)
    return left

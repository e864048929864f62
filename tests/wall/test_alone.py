"""The second wall alone: the application believes that everybody holds every post, and still nothing leaks.

Two databases differ in cases that a person may not see: one of another city, one of the own city that is confidential.
Every page, every address of the API and every table answers both with the same bytes, for every person of the demo.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings
from django.db import connection, connections
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from agencies import actors
from agencies import sight as people_sight
from agencies.actors import Actor, find_actor, load_actor
from agencies.models import Agency, User
from agencies.sight import seeing, sight_of
from agencies.visibility import case_agencies
from agencies.vocabulary import CASE_ROLES, Role
from audit import clock
from audit.sight import Sight, looking
from cases.retention import provisions
from cases.workflow.deciding import standing
from tests.conftest import SERVERS, on_database
from tests.intake.samples import SAMPLE, bring
from tests.wall.conftest import GETTING_IN, rows
from tests.workflow.world import World, at

pytestmark = pytest.mark.own_sight
TESTS = Sight(system="tests")
NOW = "2026-11-03 10:00"
# Addresses that change something: read last, since what they leave behind is numbered by the whole installation.
WRITING = ("file", "attachment", "import_refused", "open", "access_csv", "register_csv", "register")
WRITING += (
    "document_file",
    "document_receipt",
    "document-copy",
    "surcharges_file",
    "compensation_csv",
    "blind_spots_file",
)
WRITING += ("blind-spots-report", "working_time_file", "dashboard_file")
WRITING += ("dossier", "cases_file", "tasks_file", "run_file", "sample_results", "sample_population", "audit_file")

# Not compared: what ends the session, and pages of one's own ways in, which hold fresh secrets and the machine's clock.
# Nor the whole trail as a package, in which stand the numbers of the exports before it: parts of it are asked below.
PASSING = {"logout", "language", "schema", "security", "add_app", "add_key", "confirm", "audit_package"}

# What an import and the relay leave beside a case.
BESIDE = r"""
WITH s AS (
    INSERT INTO cases_site (id, case_id, region_code, subject, located, created_at)
    VALUES (gen_random_uuid(), %(c)s, '320303', 'unknown', true, now()) RETURNING id
), k AS (
    INSERT INTO cases_sitekey (site_id, kind, value, flat, created_at) SELECT id, 'meter', '\x00', false, now() FROM s
), g AS (
    INSERT INTO cases_sitesuggestion (id, one_id, other_id, score, reasons, since, state, why)
    SELECT gen_random_uuid(), least(%(c)s::uuid, o.id), greatest(%(c)s::uuid, o.id), 1, '["phone"]', now(), 'open', ''
    FROM (SELECT id FROM cases_case WHERE id <> %(c)s AND stage = 'monitoring' ORDER BY id LIMIT 1) o
), p AS (
    INSERT INTO cases_personalrecord (id, case_id, field, source, sealed, key_id, blind, protected, created_at)
    VALUES (gen_random_uuid(), %(c)s, 'phone', 'grid', '\x01', 'k', '\x02', false, now())
), m AS (
    INSERT INTO notifications_message (outbox_id, user_id, agency_id, case_id, topic, payload, created_at)
    SELECT (SELECT min(id) FROM cases_outbox), u.id, min(m.agency_id), %(c)s, 'task.opened', '{}', now()
    FROM agencies_user u JOIN agencies_membership m ON m.user_id = u.id AND m.active GROUP BY u.id
)
INSERT INTO cases_signal (case_id, family, numbers, created_at) VALUES (%(c)s, 'traffic', '{}', now())
"""


@contextmanager
def world_with(base: str, lay: Callable[[], str]) -> Iterator[tuple[str, str]]:
    """A copy of this world with a case more: the name of its database, and the case."""
    connections.close_all()
    with SERVERS.throwaway_clone(base) as name:
        with on_database(name), looking(TESTS):
            case = lay()
            # What cannot be delivered is shown to whoever keeps the system (0090); nothing is waiting here.
            with connections["owner"].cursor() as cursor:
                cursor.execute("UPDATE cases_outbox SET delivered_at = now() WHERE case_id = %s", [case])
            connections.close_all()
        yield name, case
        connections.close_all()


@contextmanager
def worlds(base: str) -> Iterator[dict[str, Any]]:
    """The same city three times: as it is, with a case of Nanjing more, with a confidential case of Xuzhou more."""
    with world_with(base, lay_in_nanjing) as nanjing, world_with(base, lay_confidential) as confidential:
        yield {"base": base, "more": dict([nanjing, confidential])}


def full_case(world: World, opener: str, **data: Any) -> str:
    """A case with tasks, a file, sealed data and everybody's questions."""
    data = {"signals": [{"family": "traffic", "count": 3}], **data}
    case = world.act(None, opener, "open_case", source="telecom", **data).case_id
    world.act(case, opener, "comment", comment="隐秘的一句话")
    world.attach(case, opener, "隐秘.pdf")
    return case


def lay_in_nanjing() -> str:
    return full_case(World(NOW), "nj-drc-handler1", region_code="320102", title="玄武区 隐秘仓库 金陵")


def lay_confidential() -> str:
    """With rows of a list and personal data beside it, as an import leaves them."""
    counted = rows("SELECT coalesce(max(id), 0) FROM cases_taskcounterdelta")[0][0]
    world = World(NOW)
    case = world.verified(full_case(world, "drc-handler1", region_code="320303", title="云龙区 隐秘机房"))
    with connections["owner"].cursor() as cursor:
        # Nobody of the demo reaches this level, so no act of theirs gives it.
        cursor.execute("ALTER TABLE cases_case DISABLE TRIGGER case_row_has_event")
        cursor.execute("UPDATE cases_case SET confidentiality = 'internal' WHERE id = %s", [case])
        cursor.execute("ALTER TABLE cases_case ENABLE ALWAYS TRIGGER case_row_has_event")
        cursor.execute(BESIDE, {"c": case})
        # As `case_commit` counts a case of this level.
        cursor.execute("UPDATE cases_taskcounterdelta SET rank = 2 WHERE id > %s", [counted])
    return case


@pytest.fixture
def base(fresh_db: Any, demo_city: None) -> str:
    """A city at work at a moment that stands still, everybody logged in."""
    with looking(TESTS):
        clock.set_clock(at(NOW), frozen=True)
        world = World(NOW)
        world.verified(full_case(world, "drc-handler1", region_code="320303", title="云龙区 解放路仓库"))
        full_case(world, "drc-handler1", region_code="320302", title="鼓楼区 网吧")
        full_case(world, "nj-drc-handler1", region_code="320102", title="玄武区 老仓库")
        head = (SAMPLE / "telecom-list-batch1.csv").read_bytes().split(b"\n")[:25]
        bring("telecom", b"\n".join(head), name="第一批")
        # The numbers of these lines are drawn at random: drawn here, they are the same in every world.
        provisions.generate(at(NOW))
    return str(fresh_db.name)


@pytest.fixture
def first_wall_down(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everybody holds every post, as far as the application knows; what the database is told stays true."""
    real = {"load": load_actor, "sight": sight_of}

    @cache
    def everything(user_id: int) -> Actor:
        return omnipotent(real["load"](user_id))

    for module in ("cases.web.pages", "cases.api.base", "cases.web.frame", "notifications.context"):
        monkeypatch.setattr(f"{module}.load_actor", everything)
    monkeypatch.setattr(people_sight, "sight_of", lambda actor: real["sight"](real["load"](actor.user_id)))
    monkeypatch.setattr(standing, "is_visible", lambda *_: True)
    for name in ("cases.workflow.engine", "cases.workflow.deciding.available"):
        monkeypatch.setattr(f"{name}.is_visible", lambda *_: True, raising=False)


def omnipotent(actor: Actor) -> Actor:
    """The same person with every role in every agency, and no ceiling."""
    roles = frozenset({*(role.value for role in CASE_ROLES), Role.AGENCY_ADMIN.value})
    posts = tuple(
        actors.Post(
            agency_id=agency.pk,
            agency_code=agency.code,
            agency_name=agency.name,
            kind=agency.kind,
            region_code=agency.region_id,
            principal_id=agency.parent_id or agency.pk,
            is_unit=agency.parent_id is not None,
            duties=frozenset(agency.duties),
            roles=roles,
            ceiling="internal",
        )
        for agency in Agency.objects.order_by("id")
    )
    return replace(actor, posts=posts)


def people() -> list[User]:
    """One person for each sight: who sees through the same agencies at the same ceiling sees the same."""
    found: dict[Any, User] = {}
    for user in User.objects.filter(is_system=False, is_active=True).order_by("id"):
        found.setdefault(replace(sight_of(find_actor(user.username)), user=None), user)
    return list(found.values())


def sees(user: User, case: str) -> bool:
    """Told apart from both walls: by the participants and the level as they stand."""
    with looking(TESTS):
        taking_part = {r[0] for r in rows("SELECT agency_id FROM cases_caseagency WHERE case_id = %s", case)}
        level = rows("SELECT confidentiality FROM cases_case WHERE id = %s", case)[0][0]
    return level == "ordinary" and not taking_part.isdisjoint(case_agencies(find_actor(user.username)))


# Every sort of sight once: leading, executing, a unit, supervising, a partner, administering, another city.
CAST = (
    "drc-handler1",
    "grid-handler1",
    "gulou-crew1",
    "sup-supervisor1",
    "police-handler1",
    "admin1",
    "nj-drc-handler1",
)


# -- raw SQL over every table ------------------------------------------------------------------------------------------


def walled() -> list[str]:
    return [r[0] for r in rows("SELECT relname FROM pg_class WHERE relrowsecurity ORDER BY 1")]


def dump(sight: Sight) -> dict[str, str]:
    """What each table shows, as a hash of its rows in order."""
    with looking(sight):
        return {
            table: rows(f"SELECT coalesce(md5(string_agg(md5(t::text), '' ORDER BY t::text)), '') FROM {table} t")[0][0]
            for table in walled()
        }


def test_raw_sql_over_every_table_shows_nobody_a_hidden_case(base: str) -> None:
    with worlds(base) as both:
        with on_database(base):
            sights = {user: sight_of(find_actor(user.username)) for user in people()}
            before = {user: dump(sight) for user, sight in sights.items()}
            everything, nothing = dump(TESTS), dump(Sight())
        assert set(nothing.values()) == {""}
        differing, compared, told_apart = [], 0, set()
        for name, case in both["more"].items():
            with on_database(name):
                told_apart |= {table for table, hash_ in dump(TESTS).items() if hash_ != everything[table]}
                for user, sight in sights.items():
                    if not sees(user, case):
                        compared += 1
                        now = dump(sight)
                        differing += [(user.username, table) for table in now if now[table] != before[user][table]]
                    else:
                        assert dump(sight)["cases_case"] != before[user]["cases_case"], user.username
        assert differing == []
        assert compared > len(sights)
        # The comparison would see it: all these tables differ between the worlds.
        assert told_apart >= set(walled()) - {
            *("cases_documentseries", "cases_document", "cases_documentversion", "cases_documentvoid"),
            *("cases_idempotencykey", "cases_rulefile", "cases_ruleversion", "cases_calendarentry"),
            *("cases_listbatch", "cases_listpart"),
            *("cases_listrow", "cases_taskcounter", "audit_sealed"),
            # Nobody has billed a month at once, or put beside it what was really billed.
            *("cases_billrun", "cases_billrunrow", "cases_billedfile", "cases_billedrow", "cases_billfigure"),
            # Nobody has done one act on many cases.
            *("cases_bulkrun", "cases_bulkrow", "cases_bulkinput"),
            # Not of cases, or nothing has been read, provided or erased yet.
            *("cases_feedback", "cases_feedbackrow", "cases_feedbackpart"),
            # No deadline of theirs has come near.
            "cases_escalation",
            # Nobody has led a list in step by step, reported or pushed.
            *(
                "cases_listmend",
                "cases_listname",
                "cases_rowanswer",
                "cases_previewkey",
                "cases_previewrow",
                "cases_sourcemapping",
            ),
            *("cases_tip", "cases_tippart", "cases_signalrequest", "cases_listupload", "cases_listuploadpart"),
            # Nobody is filling in an act, and nobody waits for a second person (tests/web).
            *("cases_draft", "cases_secondcode"),
            # Nobody has kept a view of the list, and what the cases hold came by no list and no sealed field.
            *("cases_savedview", "cases_listsetting", "cases_searchkey"),
            # Nothing was sampled.
            *("cases_sample", "cases_sampleunit", "cases_samplefinding"),
            # No paper of the week was drawn.
            *("cases_report", "cases_reportversion", "cases_reportfile", "cases_reportpart"),
            # No agency has a robot or webhook, and nobody has chosen how to be told: nothing goes out.
            *("notifications_endpoint", "notifications_preference", "notifications_contact"),
            *("notifications_delivery", "notifications_dailyrun"),
            *("audit_access", "agencies_impactassessment", "agencies_provision", "cases_erasure", *GETTING_IN),
        }


# -- every page and every address of the API ---------------------------------------------------------------------------


# Of these there is none in either world.
NOBODYS = ("tip_id", "upload_id", "run_id", "version_id", "report_id")
NOBODYS += ("job_id", "endpoint_id", "entry_id", "sample_id", "view_id")


def addresses(case_ids: list[str], numbers: list[str], more: dict[str, list[Any]]) -> Iterator[tuple[str, str]]:
    """(name, address) of everything that answers GET, for these cases."""
    for pattern, name in _patterns(get_resolver()):
        wanted = re.findall(r"<(?:\w+:)?(\w+)>", pattern)
        choices: dict[str, list[Any]] = {
            "number": numbers, "ref": [*numbers, *case_ids], "action": ["comment"],
            "event_id": more["events"], "file_id": more["files"], "attachment_id": more["files"],
            "batch_id": more["batches"], "message_id": more["messages"], "suggestion_id": more["suggestions"],
            "document_id": more["documents"], "version": [1], "form": ["pdf", "docx"], "list_no": [1], "kind": ["csv"],
            "seq": [1, 2], "name": ["clearance"], "position": [1], "key": ["cases", "retention.years"],
            "edition": [1], **{key: ["01900000-0000-7000-8000-000000000000"] for key in NOBODYS},
            "username": ["drc-handler1", "grid-handler1", "admin1"], "sort": ["impact", "provision"],
            "step": ["checks", "photo"],
        }  # fmt: skip
        for values in _product([choices[each] for each in wanted]):
            address = pattern
            for each, value in zip(wanted, values, strict=True):
                address = re.sub(rf"<(?:\w+:)?{each}>", str(value), address)
            yield name, "/" + address
    for query in ("q=%E9%9A%90%E7%A7%98", "q=%E4%BB%93", "region=3201", "stage=monitoring", "closed=false"):
        yield "cases", f"/cases/?{query}"
        yield "cases", f"/api/v1/cases/?{query}"
    for query in ("action=open_case", "action=comment", "username=nj-drc-handler1", "username=drc-handler1"):
        yield "events", f"/api/v1/events/?{query}"
    for query in ("action=open_case", "action=comment"):
        yield "audit_file", f"/audit/trail.csv?{query}"
        yield "audit_file", f"/audit/package.zip?{query}"


def _patterns(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, str]]:
    for each in resolver.url_patterns:
        route = prefix + str(each.pattern)
        if isinstance(each, URLResolver):
            yield from _patterns(each, route)
        elif isinstance(each, URLPattern) and each.name and each.name not in PASSING:
            yield route, each.name


def _product(lists: list[list[Any]]) -> Iterator[tuple[Any, ...]]:
    if not lists:
        yield ()
        return
    for first in lists[0]:
        for rest in _product(lists[1:]):
            yield (first, *rest)


def answer(client: Client, address: str) -> tuple[int, str]:
    """Status and hash of the body; only what is random in every answer is left out."""
    response = client.get(address)
    body = b"".join(response.streaming_content) if response.streaming else response.content
    body = re.sub(rb'(name="csrfmiddlewaretoken" value="|"csrf_token":")[^"]+', rb"\1", body)
    # A fresh key for each form; and the moment that the page was made.
    body = re.sub(rb'(name="(?:key|token|p\.\w+\.id)" value="|"token": ")[^"]+', rb"\1", body)
    return response.status_code, hashlib.sha256(body).hexdigest()


def everywhere(cookies: dict[int, str], asked: list[tuple[str, str]], only: set[int] | None = None) -> dict[Any, Any]:
    found = {}
    for late in (False, True):
        for user_id, key in cookies.items():
            if only is not None and user_id not in only:
                continue
            client = Client()
            client.cookies[settings.SESSION_COOKIE_NAME] = key
            for name, address in asked:
                if (name in WRITING) is late:
                    found[user_id, address] = answer(client, address)
    return found


def material(case: str | None = None) -> dict[str, list[Any]]:
    """Ids to ask for: of the case, or of everything."""
    where = ("WHERE case_id = %s", [case]) if case else ("", [])
    pair = ("WHERE %s::uuid IN (one_id, other_id)", [case]) if case else ("", [])
    stream = ("WHERE stream = 'case/' || %s::text", [case]) if case else ("", [])
    with looking(TESTS):
        return {
            "events": [
                r[0] for r in rows(f"SELECT id FROM audit_event {stream[0]} ORDER BY id DESC LIMIT 2", *stream[1])
            ],
            "files": [r[0] for r in rows(f"SELECT id FROM cases_attachment {where[0]} ORDER BY id LIMIT 2", *where[1])],
            "documents": [
                r[0] for r in rows(f"SELECT id FROM cases_document {where[0]} ORDER BY id LIMIT 2", *where[1])
            ],
            "batches": [] if case else [r[0] for r in rows("SELECT id FROM cases_listbatch")],
            "suggestions": [r[0] for r in rows(f"SELECT id FROM cases_sitesuggestion {pair[0]} LIMIT 2", *pair[1])],
            "messages": [r[0] for r in rows(f"SELECT id FROM notifications_message {where[0]} LIMIT 2", *where[1])],
        }


def logged_in(cast: list[User]) -> dict[int, str]:
    cookies = {}
    for user in cast:
        client = Client()
        with looking(TESTS):
            client.force_login(user)
        cookies[user.pk] = client.cookies[settings.SESSION_COOKIE_NAME].value
    return cookies


def asked_for(*hidden: str) -> list[tuple[str, str]]:
    """All addresses of these cases and of one that everybody knows, in the world that is open."""
    with looking(TESTS):
        numbers = {str(case): number for case, number in rows("SELECT id, number FROM cases_case ORDER BY number")}
        known = next(case for case in numbers if case not in hidden)
        asked = [each for case in hidden for each in addresses([case], [numbers[case]], material(case))]
        return list(dict.fromkeys([*asked, *addresses([known], [numbers[known]], material())]))


@pytest.mark.usefixtures("first_wall_down")
def test_every_address_answers_two_worlds_with_the_same_bytes(base: str) -> None:
    """Whoever sees neither case is asked without and with both, whoever sees the one without and with the other."""
    cast = list(User.objects.filter(username__in=CAST).order_by("id"))
    cookies = logged_in(cast)
    with world_with(base, lay_in_nanjing) as (nanjing, one), world_with(nanjing, lay_confidential) as (both, other):
        with on_database(both):
            asked = asked_for(one, other)
            assert not any(sees(user, other) for user in cast)
            of_nanjing = {user.pk for user in cast if sees(user, one)}
        leaks, compared, statuses = [], 0, set()
        for less, asking in ((base, cookies.keys() - of_nanjing), (nanjing, of_nanjing)):
            answers = []
            for world in (less, both):
                with SERVERS.throwaway_clone(world) as copy, on_database(copy):
                    SERVERS.flush_redis()
                    answers.append(everywhere(cookies, asked, asking))
                    connections.close_all()
            without, with_case = answers
            compared += len(without)
            statuses |= {status for status, _ in without.values()}
            leaks += [key for key, told in without.items() if with_case[key] != told]
        assert 0 < len(of_nanjing) < len(cast)
        assert not leaks, "\n".join(sorted({address for _, address in leaks}))
        assert compared > 2000
        assert {200, 404} <= statuses
        assert not any(status >= 500 for status in statuses)


def test_with_both_walls_down_the_same_comparison_finds_leaks(
    base: str, first_wall_down: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the test above rests on: told that the tests look, the database shows everything."""
    monkeypatch.setattr(people_sight, "sight_of", lambda _: TESTS)
    user = User.objects.get(username="police-handler1")
    client = Client()
    with looking(TESTS):
        client.force_login(user)
    key = client.cookies[settings.SESSION_COOKIE_NAME].value
    with worlds(base) as both:
        pages = [("cases", "/cases/"), ("cases", "/api/v1/cases/"), ("events", "/api/v1/events/"), ("audit", "/audit/")]
        with on_database(base):
            before = everywhere({user.pk: key}, pages)
        for name in both["more"]:
            with on_database(name):
                after = everywhere({user.pk: key}, pages)
            assert all(before[k] != after[k] for k in before)


def test_the_wall_hides_what_it_hides_and_shows_what_it_shows(base: str) -> None:
    """Cases by person, counted through the wall and by the participants: the same."""
    with looking(TESTS):
        all_cases = [str(r[0]) for r in rows("SELECT id FROM cases_case")]
    for user in people():
        expected = sorted(case for case in all_cases if sees(user, case))
        with seeing(find_actor(user.username)):
            assert sorted(str(r[0]) for r in rows("SELECT id FROM cases_case")) == expected, user.username
            tasks = {str(UUID(str(r[0]))) for r in rows("SELECT case_id FROM cases_task")}
            assert tasks <= set(expected)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM cases_case")
        assert cursor.fetchone() == (0,)

"""Cases are found by what they hold as far as whoever looks reads it there; the index itself tells nothing."""

from __future__ import annotations

import io

import orjson
import pytest
from django.core.management import call_command
from django.db import Error, connection, connections

from agencies.actors import find_actor
from agencies.sight import seeing
from audit import clock
from audit.sight import nobody
from cases.intake.sites import backfill
from cases.models import Case
from cases.models.listing.terms import asked, terms_of, terms_shown
from cases.selectors.cases import CaseFilter, count_cases, list_cases
from cases.selectors.masking import mask
from cases.selectors.precision.personal import Opened, personal
from cases.workflow import engine
from tests.intake.samples import bring
from tests.selectors.sites import CARRIER, GRID, READERS, build, to_measures

VALUES = {
    "name of the carrier": CARRIER["subscriber"],
    "line": CARRIER["line_account"],
    "address of the carrier": CARRIER["address"],
    "holder": GRID["holder"],
    "number": GRID["account"],
    "address of the grid company": GRID["address"],
    "network": "58.218.10.21",
}
SECOND = "源IP地址,源端口,矿池地址,首次发现时间\n58.218.77.9,51317,qpool.example:7777,2026-10-16 07:53:00\n"
KEYS = "SELECT (to_jsonb(k) - 'id')::text AS key FROM cases_searchkey k ORDER BY to_jsonb(k) - 'id'"
SOURCES = ("record_id", "row_id", "event_id")
METERS = "户号,户名,用电地址,年月,总电量\n3203012345678,淮盛数据服务有限公司,徐州市铜山区大许镇人民路8号,2026.09,9120\n"
NOTHING = Opened({})


def found(username: str, typed: str) -> bool:
    return count_cases(find_actor(username), [CaseFilter(q=typed, personal=True)]) != [0]


def read(username: str, case: str) -> tuple[set[str], set[str]]:
    """What this person reads of the case in clear, and what in stars."""
    rows = personal(find_actor(username), case, opened=NOTHING)
    return {r["value"] for r in rows if not r["masked"]}, {r["value"] for r in rows if r["masked"]}


@pytest.mark.parametrize("measures", [False, True], ids=["verification", "measures"])
def test_a_search_is_no_oracle_and_finds_all_that_is_read(demo_city, monkeypatch, measures):
    world, case = build(monkeypatch)
    if measures:
        to_measures(world, case)
    monkeypatch.undo()  # from here on each reads the part that is theirs
    for reader, username in READERS.items():
        clear, _stars = read(username, case)
        for about, value in VALUES.items():
            assert found(username, value) == (value in clear), (reader, about)
            if len(value) > 5:
                assert found(username, value[:-1] + "〇") is False, (reader, about)


def test_of_a_masked_value_what_is_shown_is_found_and_no_more(demo_city, monkeypatch):
    _world, case = build(monkeypatch)
    monkeypatch.undo()
    auditor = READERS["auditor"]
    _clear, stars = read(auditor, case)
    assert {"CTLI****8899", "3203*****4572", "58.218.*.*"} <= stars
    for shown in ("CTLI", "8899", "3203", "4572", "58.218", "徐州市", "铜山" if "铜山" in str(stars) else "泉山"):
        assert found(auditor, shown), shown
    for hidden in ("CTLIN", "78899", "32031", "24572", "58.218.10", "孟庄", "水口村", "邵建", "建国", "桂兰"):
        assert not found(auditor, hidden), hidden
    # Who reads them in clear finds by any part of them.
    assert all(found(READERS["grid"], part) for part in ("32031", "24572", "水口", "桂兰", "水口村1号"))
    assert all(found(READERS["commission"], part) for part in ("58.218.10", "孟庄村", "庄村3组"))


def test_the_values_of_a_list_are_found_by_whoever_sent_it_and_a_withdrawn_address_by_nobody(demo_city):
    bring("grid", METERS.encode())
    bring("telecom", SECOND.encode())
    # Before they take part the grid company and the bureau see no case, whoever brought its values.
    assert not found("grid-handler1", "3203012345678")
    for case in Case.objects.all():
        kinds = ["check_consumption", "trace_subscriber"]
        engine.perform(
            case_id=str(case.pk), action="dispatch_verification", actor=find_actor("drc-handler1"),
            data={"findings": kinds}, expected_version=None, idempotency_key=None, now=clock.now(),
        )  # fmt: skip
    for typed in ("3203012345678", "320301", "5678", "淮盛", "大许镇", "3203 0123 45678"):
        assert found("grid-handler1", typed), typed
    assert found("telecom-handler1", "58.218.77.9")
    assert found("drc-handler1", "58.218.77.9")
    assert not found("grid-handler1", "58.218.77.9")
    assert not found("telecom-handler1", "3203012345678")
    # In charge, the commission reads the address; the number is not its own to read.
    assert found("drc-handler1", "大许镇")
    assert not found("drc-handler1", "3203012345678")
    with seeing(find_actor("drc-handler1")), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM cases_searchkey")
        assert cursor.fetchone() == (0,)


def test_what_is_merged_into_a_case_is_found_there(demo_city, monkeypatch):
    world, case = build(monkeypatch)
    bring("telecom", SECOND.encode(), name="第二份")
    other = str(Case.objects.exclude(pk=case).get().pk)
    world.act(other, "drc-handler1", "merge_case", survivor=Case.objects.get(pk=case).number, reason_code="same_site")
    monkeypatch.undo()
    wanted = CaseFilter(q="58.218.77.9", personal=True)
    assert {row["id"] for row in list_cases(find_actor("drc-handler1"), wanted, size=9).rows} == {case, other}


def test_without_the_key_a_term_tells_nothing_and_kinds_are_told_apart(settings):
    number = terms_of("number", "3203145824572")
    assert not set(number) & set(terms_of("line", "3203145824572"))
    before = asked("3203145824572")
    assert set(before["number"][0]) <= set(number)
    assert asked("王") == {}  # one character is in no pair
    assert set(asked("58.218")) >= {"ip"}
    assert asked("58.218.*.*")["ip"] == asked("58.218.")["ip"] == asked("58.218")["ip"]
    assert "ip" not in asked("58.999")
    assert terms_shown("number", mask("meter", "3203145824572")) == sorted(
        {t for t in number if t in set(asked("3203")["number"][0]) | set(asked("4572")["number"][1])}
    )
    assert terms_shown("name", mask("holder", "邵建国")) == []
    assert set(terms_shown("name", mask("holder", "淮盛数据服务公司"))) == {
        *asked("淮盛")["name"][0],
        *asked("公司")["name"][0],
    }


def test_two_characters_of_a_title_and_of_a_value_are_one_search(demo_city, monkeypatch):
    world, case = build(monkeypatch)
    titled = world.open(title="水口养殖场配电房")
    monkeypatch.undo()
    assert {row["id"] for row in list_cases(find_actor("drc-handler1"), CaseFilter(q="水口", personal=True)).rows} >= {
        titled
    }
    grid = list_cases(find_actor("grid-handler1"), CaseFilter(q="水口", personal=True)).rows
    assert [row["id"] for row in grid] == [case]
    assert list_cases(find_actor("grid-handler1"), CaseFilter(q="水口")).rows == []


def test_what_is_erased_is_found_no_more(fresh_db, demo_city):
    bring("telecom", SECOND.encode())
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT count(*) FROM cases_searchkey WHERE kind = 'ip'")
        assert cursor.fetchone() == (1,)
        cursor.execute("UPDATE cases_listrow SET erased_at = %s", [clock.now()])
        cursor.execute("SELECT count(*) FROM cases_searchkey WHERE kind = 'ip'")
        assert cursor.fetchone() == (0,)


def keys() -> list[dict[str, object]]:
    with connections["owner"].cursor() as cursor:
        cursor.execute(KEYS)
        return [orjson.loads(row[0]) for row in cursor.fetchall()]


@pytest.fixture
def written(fresh_db, demo_city, monkeypatch):
    """The terms of a case, two lists and their acts as they were written with these, and taken away."""
    world, case = build(monkeypatch)
    to_measures(world, case)
    bring("telecom", SECOND.encode(), name="第二份")
    bring("grid", METERS.encode(), name="第三份")
    monkeypatch.undo()
    found = keys()
    assert {"record_id", "row_id", "event_id"} == {name for key in found for name in SOURCES if key[name]}
    with connections["owner"].cursor() as cursor:
        cursor.execute("DELETE FROM cases_searchkey")
    return found


def test_what_was_stored_before_there_were_terms_gets_them_and_keeps_them(written, monkeypatch):
    assert not found("drc-handler1", "58.218.77.9")
    monkeypatch.setattr(backfill, "AT_ONCE", 2)

    def broken_off(name: str, _looked: int) -> None:
        if name == "rows":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        backfill.write_all(progress=broken_off)
    half = keys()
    assert half
    assert all(key in written for key in half)
    assert len(half) < len(written)
    with nobody():
        call_command("search_terms", stdout=io.StringIO(), stderr=io.StringIO())
    assert keys() == written
    assert found("drc-handler1", "58.218.77.9")
    out = io.StringIO()
    call_command("search_terms", stdout=out, stderr=io.StringIO())
    assert "补建检索词 0 条" in out.getvalue()
    assert keys() == written


ERASED = {
    "_RECORDS": "DELETE FROM cases_personalrecord",
    "_NETWORKS": "UPDATE cases_listrow SET erased_at = now() WHERE erased_at IS NULL",
    "_ACTS": "ALTER TABLE audit_sealed DISABLE TRIGGER audit_sealed_recorded_erasure; DELETE FROM audit_sealed",
}


def test_what_is_erased_while_it_is_read_gets_no_terms(written, monkeypatch):
    read, erased = backfill.fetch, {getattr(backfill, name): sql for name, sql in ERASED.items()}

    def then_erased(sql, values):
        rows = read(sql, values)
        if sql in erased:
            with connections["owner"].cursor() as cursor:
                cursor.execute(erased[sql])
        return rows

    monkeypatch.setattr(backfill, "fetch", then_erased)
    done = backfill.write_all()
    assert all(done.looked.values()), done.looked
    assert keys() == []


def test_nobody_but_the_system_fills_in_terms(demo_city):
    with seeing(find_actor("drc-handler1")), connection.cursor() as cursor, pytest.raises(Error, match="system actor"):
        cursor.execute("SELECT search_fill('[]')")

"""What the database keeps of entered rules, whoever writes: two people, one version a day, the content, events."""

from __future__ import annotations

from contextlib import closing
from datetime import date
from typing import Any

import psycopg2
import pytest
from django.db import DatabaseError, connection, transaction

from agencies.actors import find_actor
from audit.verification import verify
from cases.models.rules import RuleVersion
from cases.rules.deciding import approve
from tests.rules.papers import NOW, approved, proposed
from tests.servers import Servers


def code_of(error: pytest.ExceptionInfo[DatabaseError]) -> str:
    cause: Any = error.value.__cause__
    return str(cause.pgcode)


def run(sql: str, *values: Any) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def test_the_same_person_cannot_be_written_as_the_one_who_approved(demo_city: None) -> None:
    version = proposed()
    with pytest.raises(DatabaseError) as error:
        run(
            "UPDATE cases_ruleversion SET status = 'approved', decided_by_id = proposed_by_id, decided_at = now()"
            " WHERE id = %s",
            str(version.pk),
        )
    assert code_of(error) == "23514"
    assert "ruleversion_four_eyes" in str(error.value)


def test_an_approval_without_an_event_is_not_committed(demo_city: None) -> None:
    version, other = proposed(), find_actor("js-drc-approver1").user_id
    connection.cursor().execute("SET CONSTRAINTS ALL IMMEDIATE")
    with pytest.raises(DatabaseError) as error:
        run(
            "UPDATE cases_ruleversion SET status = 'approved', decided_by_id = %s, decided_at = now() WHERE id = %s",
            other,
            str(version.pk),
        )
    assert code_of(error) == "LZ002"
    assert RuleVersion.objects.get().status == "proposed"


@pytest.mark.parametrize(
    "change",
    [
        'body = body || \'{"rate": "9.0000"}\'',
        "effective_from = effective_from - 30",
        "source = 'x'",
        "region_id = '33'",
        "certainty = 'BG'",
        "holds_to = NULL, effective_to = NULL",
        "digest = repeat('0', 64)",
        "status = 'proposed', decided_by_id = NULL, decided_at = NULL",
        "status = 'rejected'",
        "decided_at = now()",
        "holds_to = '2026-10-01'",
        "holds_to = '2029-01-01'",
    ],
)
def test_an_approved_version_stays_as_it_is(demo_city: None, change: str) -> None:
    version = approved(effective_to=date(2028, 12, 31))
    with pytest.raises(DatabaseError) as error:
        run(f"UPDATE cases_ruleversion SET {change} WHERE id = %s", str(version.pk))
    assert code_of(error) == "LZ013"


def test_a_version_that_has_ended_does_not_come_back(demo_city: None) -> None:
    old = approved()
    approved(supersedes=str(old.pk), effective_from=date(2027, 3, 1))
    for change in ("holds_to = NULL", "holds_to = '2027-03-01'"):
        with pytest.raises(DatabaseError) as error:
            run(f"UPDATE cases_ruleversion SET {change} WHERE id = %s", str(old.pk))
        assert code_of(error) == "LZ013"


def test_two_approved_versions_of_one_rule_never_share_a_day(demo_city: None) -> None:
    one, other = proposed(), proposed("js-drc-handler2")
    approve(actor=find_actor("js-drc-approver1"), version_id=one.pk, now=NOW)
    with pytest.raises(DatabaseError) as error:
        run(
            "UPDATE cases_ruleversion SET status = 'approved', decided_by_id = %s, decided_at = now() WHERE id = %s",
            find_actor("js-drc-approver2").user_id,
            str(other.pk),
        )
    assert code_of(error) == "23P01"
    assert "ruleversion_one_a_day" in str(error.value)


@pytest.mark.parametrize("table", ["cases_ruleversion", "cases_rulefile"])
def test_nothing_is_deleted(demo_city: None, fresh_db: Any, servers: Servers, table: str) -> None:
    """Not even by the owner."""
    proposed()
    with closing(psycopg2.connect(fresh_db.owner_url)) as owner, owner.cursor() as cursor:
        cursor.execute("SELECT set_config('lianzhi.system', 'tests', false)")
        if table == "cases_ruleversion":
            with pytest.raises(psycopg2.DatabaseError) as error:
                cursor.execute(f"DELETE FROM {table}")
            assert error.value.pgcode == "LZ003"
            owner.rollback()
        with pytest.raises(psycopg2.DatabaseError) as truncated:
            cursor.execute(f"TRUNCATE {table} CASCADE")
        assert truncated.value.pgcode == "LZ003"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ('body = body || \'{"rate": "9.0000"}\'', "body, digest"),
        ("effective_from = effective_from - 30", "digest, effective_from"),
        ("holds_to = '2026-12-31'", "holds_to"),
        ("reason = 'x'", "reason"),
        ("article = 'x'", "article, digest"),
        ("proposed_by_id = (SELECT min(id) FROM agencies_user WHERE id <> decided_by_id)", "proposed_by"),
    ],
)
def test_the_verification_names_a_version_that_was_changed_behind_its_back(
    demo_city: None, fresh_db: Any, change: str, said: str
) -> None:
    version = approved()
    behind(fresh_db.owner_url, f"UPDATE cases_ruleversion SET {change} WHERE id = '{version.pk}'")
    (problem,) = verify().problems
    assert (problem.code, problem.stream) == ("rules", "rules/surcharge_document")
    assert problem.en == f"the version {version.pk} of a rule: differs from its events: {said}"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("DELETE FROM cases_ruleversion", "it is gone"),
        (
            """INSERT INTO cases_ruleversion SELECT (jsonb_populate_record(v, jsonb_build_object('id',
            gen_random_uuid(), 'key', 'other'))).* FROM cases_ruleversion v""",
            "no event tells of it",
        ),
    ],
)
def test_the_verification_names_a_version_that_is_gone_or_was_slipped_in(
    demo_city: None, fresh_db: Any, change: str, said: str
) -> None:
    approved()
    behind(fresh_db.owner_url, change)
    (problem,) = verify().problems
    assert problem.code == "rules"
    assert problem.en.endswith(said)


def behind(owner_url: str, sql: str) -> None:
    """As the owner, with the triggers off: what a thief of all rights can do."""
    with closing(psycopg2.connect(owner_url)) as owner:
        with owner.cursor() as cursor:
            cursor.execute("ALTER TABLE cases_ruleversion DISABLE TRIGGER USER")
            cursor.execute("ALTER TABLE cases_ruleversion DISABLE ROW LEVEL SECURITY")
            cursor.execute(sql)
            assert cursor.rowcount == 1
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("ALTER TABLE cases_ruleversion ENABLE ROW LEVEL SECURITY")
            cursor.execute("ALTER TABLE cases_ruleversion ENABLE TRIGGER USER")
        owner.commit()

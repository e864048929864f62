"""No table with case or personal data stands outside the wall, no view looks over it, and no door stands open."""

from __future__ import annotations

import pytest
from django.db import connection

from audit.sight import nobody, working_as
from config.database import wall
from config.database.grants import OPEN_FUNCTIONS

pytestmark = pytest.mark.django_db

# Why a table needs no wall. Whoever adds a table adds a wall (`sight_wall`) or a line with the reason.
OPEN_TABLES = {
    "agencies_agency": "the public directory of agencies",
    "agencies_client": "which accounts are systems': read before anybody is known, so that none logs in; no secret",
    "agencies_membership": "who holds which post: every decision reads it, and it names no case",
    "agencies_region": "the reference of regions",
    "agencies_regionparameter": "published rules of a region",
    "agencies_stamp": "a number that says whether the directory changed",
    "agencies_substitution": "who stands in for whom: read with the posts, before it is known who looks; names no case",
    "agencies_user": "officials' names and password hashes: read before anybody is known, to log in",
    "cases_calendarcount": "by which calendar the deadlines of a region were counted; names no case",
    "audit_democlock": "the clock of the demo",
    "auth_group": "Django's; empty",
    "auth_group_permissions": "Django's; empty",
    "auth_permission": "Django's names of rights",
    "django_content_type": "Django's names of models",
    "django_migrations": "which migrations ran",
    "django_session": "read before anybody is known; holds a user id and the times of a session",
}
# Columns that say that a row is about a case or a person.
TELLING = ("case_id", "user_id", "actor_id", "sealed", "salt", "body", "payload", "grams", "content", "blind", "value")


def rows(sql: str, *values: object) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values or None)
        return cursor.fetchall()


def tables() -> dict[str, tuple[bool, bool]]:
    found = rows(
        "SELECT relname, relrowsecurity, relforcerowsecurity FROM pg_class"
        " WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')"
    )
    return {name: (enabled, forced) for name, enabled, forced in found}


def test_every_table_has_a_wall_or_a_reason() -> None:
    walled = {name for name, (enabled, _) in tables().items() if enabled}
    assert tables().keys() - walled == OPEN_TABLES.keys()
    assert all(OPEN_TABLES.values())


def test_no_open_table_holds_what_a_wall_is_for() -> None:
    telling = rows(
        "SELECT table_name, column_name FROM information_schema.columns"
        " WHERE table_schema = 'public' AND column_name = ANY(%s)",
        list(TELLING),
    )
    known = {("agencies_client", "user_id"), ("agencies_membership", "user_id"), ("agencies_regionparameter", "value")}
    assert {pair for pair in telling if pair[0] in OPEN_TABLES} == known


@pytest.mark.parametrize("policy", ["seen", "added", "changed"])
def test_every_wall_is_whole(policy: str) -> None:
    """Each asks the list of system actors about this very table, and nothing is simply true."""
    found = {
        table: (command, roles, f"{using or ''} {check or ''}")
        for table, command, roles, using, check in rows(
            "SELECT tablename, cmd, roles, qual, with_check FROM pg_policies"
            " WHERE schemaname = 'public' AND policyname = %s AND permissive = 'PERMISSIVE'",
            policy,
        )
    }
    command = {"seen": "SELECT", "added": "INSERT", "changed": "UPDATE"}[policy]
    assert found.keys() == tables().keys() - OPEN_TABLES.keys()
    for table, (for_, roles, text) in found.items():
        assert (for_, roles) == (command, ["public"]), table
        assert f"sight_may('{table} {command}'::text)" in text, table
        assert "true" not in text.replace("is_true", ""), table


def test_there_is_no_policy_beside_the_wall() -> None:
    others = rows(
        "SELECT tablename, policyname FROM pg_policies"
        " WHERE policyname NOT IN ('seen', 'added', 'changed', 'removed') ORDER BY 1, 2"
    )
    assert others == [("audit_event", "access_log"), ("audit_event", "calendar")]


def test_rows_are_deleted_by_system_actors_alone() -> None:
    found = rows("SELECT tablename, cmd, qual FROM pg_policies WHERE policyname = 'removed'")
    assert {table for table, *_ in found} >= {
        table for of in wall.rights().values() for table, listed in of.items() if "DELETE" in listed
    }
    for table, command, text in found:
        assert command == "DELETE"
        assert text.endswith(" OR false)"), table
        assert f"sight_may('{table} DELETE'::text)" in text, table


def test_every_view_looks_with_the_rights_of_whoever_asks() -> None:
    assert (
        rows(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('v', 'm')"
            " AND NOT coalesce('security_invoker=true' = ANY(reloptions), false)"
        )
        == []
    )


def test_the_application_owns_nothing_and_passes_nothing() -> None:
    assert rows("SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user") == [(False, False)]
    assert rows("SELECT relname FROM pg_class WHERE relowner = current_user::regrole") == []
    assert rows("SELECT polname FROM pg_policy WHERE polroles <> '{0}'") == []


# The doors: functions of the owner with the owner's rights. What each asks stands in the file that makes it.
DOORS = {
    "agencies_today": "nothing: it tells the day",
    "audit_access_settled": "sight_may",
    "audit_append": "no stream of a case, nor of sealed data; tells nothing but the id of the event",
    "audit_erase": "sight_may",
    "audit_head": "no stream of a case",
    "audit_note_access": "the line is the looker's; one of no person: sight_may",
    "audit_prune_access": "sight_may",
    "audit_seal": "an event of this transaction, by its commitment",
    "calendar_entered": "nothing: the calendar's entries in force, the same for everybody",
    "case_commit": "triggers: the case is in sight, the event is the looker's",
    "case_draw_number": "a series of one's own agency",
    "case_erase": "the case is in sight and led by the looker's commission, the event is the looker's",
    "case_list": "cases in sight only",
    "case_list_counts": "cases in sight only",
    "bill_figures_seen": "cases in sight only",
    "case_figures_differing": "the verifier alone",
    "case_figures_seen": "cases in sight only; of an own part what stands in its head",
    "case_list_of_row": "a row of a case in sight",
    "case_load": "the case is in sight, the person is the looker",
    "case_open_load": "the person is the looker",
    "case_participants": "the case is in sight",
    "case_relapses": "the case is in sight, and so is each that is told",
    "document_check": "nothing: it tells one word to whoever has number and hash of a document",
    "document_correct": "the case is in sight, the document is of the looker's agency, the event is the looker's",
    "document_register": "a series of one's own agency, or of one in the region that one supervises",
    "document_series": "the same",
    "document_void": "the case is in sight, the document is of the looker's agency, the event is the looker's",
    **dict.fromkeys(("escalation_due", "escalation_fire", "escalation_regions", "escalation_take"), "sight_may"),
    "fold_task_counters": "sight_may",
    "rules_entered": "nothing: approved versions of rules, the same for everybody",
    "list_delta": "the list is in sight, and so is the one before where it is named; beside it counts only",
    "list_erase": "sight_may",
    "list_figures": "lists in sight; counts only",
    "list_release": "sight_may, and a withdrawal in this transaction",
    "list_unanswered": "lists in sight",
    "list_withdraw": "sight_may",
    "outbox_notice": "sight_may",
    "search_fill": "sight_may",
    "search_note": "an event of the looker with sealed data",
    "tip_erase": "sight_may",
}


def test_every_door_of_the_owner_is_known() -> None:
    doors = rows(
        "SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prosecdef"
        " AND has_function_privilege(oid, 'EXECUTE') AND prorettype <> 'trigger'::regtype"
    )
    assert {name for (name,) in doors} == DOORS.keys()
    assert DOORS.keys() <= OPEN_FUNCTIONS


def test_what_lies_behind_a_door_is_locked() -> None:
    assert (
        rows(
            "SELECT proname FROM pg_proc WHERE proname LIKE '%\\_unchecked' AND has_function_privilege(oid, 'EXECUTE')"
        )
        == []
    )


def test_every_right_of_a_system_actor_names_something_that_is_there() -> None:
    doors = {name for (name,) in rows("SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace")}
    for actor, rights in wall.rights().items():
        for target, listed in rights.items():
            for right in (each.strip() for each in listed.split(",")):
                known = (
                    doors
                    if right == "EXECUTE"
                    else {*tables().keys() - OPEN_TABLES.keys(), "config/calendar", "access/log"}
                )
                assert target in known, (actor, target)


def test_no_system_actor_may_more_than_the_list_says() -> None:
    names = list(tables())
    for actor, rights in wall.rights().items():
        mine = {f"{t} {r.strip()}" for t, listed in rights.items() for r in listed.split(",")}
        others = {f"{t} {r}" for t in names for r in ("SELECT", "INSERT", "UPDATE", "DELETE")}
        with working_as(actor):
            found = rows("SELECT array_agg(r) FROM unnest(%s::text[]) r WHERE sight_may(r)", sorted(mine | others))
        assert set(found[0][0] or ()) == mine, actor


def test_an_actor_whom_the_list_does_not_name_may_nothing() -> None:
    for name in ("nobody", "tests_", "owner", "test"):
        with working_as(name):
            assert rows("SELECT sight_may('cases_case SELECT'), sight_may('')") == [(False, False)], name
    with nobody():
        assert rows("SELECT sight_may('cases_case SELECT')") == [(False,)]


def test_only_the_database_of_the_tests_knows_the_actor_of_the_tests() -> None:
    assert "tests" not in wall.rights()

"""The migrations of the wall and of what came with it are taken back and come again, with a case in the database."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.db import connections

from audit.verification import verify
from tests.wall.conftest import rows
from tests.workflow.world import World

# Where each part stood before there was a wall.
BEFORE = (
    ("notifications", "0001_inbox"),
    ("cases", "0021_intake"),
    ("agencies", "0033_clients"),
    ("audit", "0001_events"),
)
# Whatever a migration makes; `sight_may` is written by the command `migrate` itself, without the actor of the tests.
MADE = """
SELECT 'function', oid::regprocedure::text, pg_get_functiondef(oid) FROM pg_proc p
 WHERE pronamespace = 'public'::regnamespace AND prokind = 'f' AND proname <> 'sight_may'
   AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
UNION ALL SELECT 'policy', tablename || '.' || policyname, concat_ws(' / ', cmd, qual, with_check) FROM pg_policies
UNION ALL SELECT 'trigger', tgrelid::regclass || '.' || tgname, concat(tgenabled, pg_get_triggerdef(oid))
    FROM pg_trigger WHERE NOT tgisinternal
UNION ALL SELECT 'constraint', conrelid::regclass || '.' || conname, pg_get_constraintdef(oid)
    FROM pg_constraint WHERE connamespace = 'public'::regnamespace
UNION ALL SELECT 'index', indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
UNION ALL SELECT 'column', table_name || '.' || column_name, concat_ws(' ', data_type, is_nullable, column_default)
    FROM information_schema.columns WHERE table_schema = 'public'
UNION ALL SELECT 'wall', relname, relrowsecurity::text FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
"""


def made() -> dict[tuple[str, str], str]:
    return {(sort, name): text for sort, name, text in rows(MADE)}


@pytest.mark.usefixtures("demo_city", "fresh_db")
def test_the_wall_goes_and_comes_back_with_everything_that_rests_on_it() -> None:
    World().open()
    stood = made()
    for target in BEFORE:
        call_command("migrate", *target, verbosity=0)
    gone = made()
    assert not [name for sort, name in gone if sort == "policy" or name.startswith(("sight_", "case_in_sight"))]
    assert rows("SELECT to_regprocedure('sight_may(text)')::text") == [(None,)]
    assert rows("SELECT count(*) FROM cases_case") == [(1,)]
    call_command("migrate", verbosity=0)
    assert made() == stood
    for connection in connections.all():
        connection.close()
    assert verify().ok

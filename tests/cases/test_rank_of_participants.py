"""Who sees a case sees it at the case's confidentiality: `cases_caseagency.rank` follows the case, whoever writes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import IntegrityError, connections, transaction
from django.db.backends.utils import CursorWrapper

from cases.models import CaseAgency, Confidentiality
from tests.workflow.world import World

pytestmark = pytest.mark.usefixtures("demo_city")


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def owner(fresh_db: object) -> Iterator[CursorWrapper]:
    """As the owner, in a transaction that is rolled back: the owner could write rows that the engine does not."""
    with transaction.atomic("owner"):
        with connections["owner"].cursor() as cursor:
            yield cursor
        transaction.set_rollback(True, "owner")


def ranks(cursor: CursorWrapper, case: str) -> list[int]:
    cursor.execute("SELECT DISTINCT rank FROM cases_caseagency WHERE case_id = %s", [case])
    return [row[0] for row in cursor.fetchall()]


def make(cursor: CursorWrapper, case: str, confidentiality: str) -> None:
    cursor.execute("UPDATE cases_case SET confidentiality = %s WHERE id = %s", [confidentiality, case])


def test_a_case_opens_with_the_rank_of_an_ordinary_one(world: World) -> None:
    case = world.open()
    assert set(CaseAgency.objects.filter(case_id=case).values_list("rank", flat=True)) == {0}


def test_rows_follow_the_case_up_and_down(world: World, owner: CursorWrapper) -> None:
    case = world.open()
    for level, rank in (("sensitive", 1), ("internal", 2), ("ordinary", 0), ("internal", 2)):
        make(owner, case, level)
        assert ranks(owner, case) == [rank]


def test_a_new_row_takes_the_rank_of_its_case_and_not_the_one_it_brings(world: World, owner: CursorWrapper) -> None:
    case = world.open()
    make(owner, case, "sensitive")
    owner.execute(
        "INSERT INTO cases_caseagency (agency_id, case_id, relation, since, rank)"
        " SELECT id, %s, 'task', now(), 0 FROM agencies_agency WHERE code = '320300-police'",
        [case],
    )
    owner.execute("UPDATE cases_caseagency SET rank = 0 WHERE case_id = %s", [case])
    assert ranks(owner, case) == [1]


def test_a_rank_that_is_none_is_refused_even_with_the_triggers_gone(world: World, owner: CursorWrapper) -> None:
    world.open()
    owner.execute("ALTER TABLE cases_caseagency DISABLE TRIGGER case_take_rank")
    with pytest.raises(IntegrityError, match="caseagency_rank_known"):
        owner.execute("UPDATE cases_caseagency SET rank = 3")


def test_every_confidentiality_has_its_rank(owner: CursorWrapper) -> None:
    owner.execute("SELECT array_agg(agencies_rank(x)) FROM unnest(%s::text[]) AS x", [Confidentiality.values])
    assert owner.fetchone()[0] == [0, 1, 2]
    owner.execute("SELECT agencies_rank('unheard of')")
    assert owner.fetchone()[0] == 2

"""Rows of lists that led to no case: after their own period they go, on record, and the rows of cases stay."""

from __future__ import annotations

from contextlib import closing
from datetime import date
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from agencies.actors import find_actor
from agencies.directory import get_directory
from agencies.services.parameters import set_parameter
from audit import clock
from audit.models import Event
from audit.sight import working_as
from audit.verification import verify
from cases.intake.receiving import receive_list
from cases.intake.services import process_list
from cases.intake.steps.mapping import SheetAnswer, confirm_mapping
from cases.intake.steps.mending import mend_row
from cases.intake.steps.moving import commit_list
from cases.intake.steps.preview import run_preview
from cases.models import ListBatch, ListMend, ListPart, ListRow, PreviewRow
from cases.models.intake import INTAKE_LOCK
from cases.retention.lists import erase_lists
from cases.tasks import propose_erasures
from cases.workflow.errors import GuardRefused
from tests.intake.samples import bring
from tests.retention.story import later
from tests.servers import Servers
from tests.web.test_access_lines import LIST
from tests.web.test_reading import entered

ACCEPTED, REFUSED = "58.218.10.21", "10.0.0.1"


@pytest.fixture(autouse=True)
def clock_back() -> Any:
    yield
    clock.forget()


def brought() -> ListBatch:
    """One row that opened a case and one that was refused."""
    bring("telecom", LIST.encode(), name="两行的名单")
    return ListBatch.objects.get()


def cells() -> list[str]:
    return [" ".join(str(cell) for cell in row.raw_cells()) for row in ListRow.objects.order_by("number")]


def problems() -> set[str]:
    return {problem.code for problem in verify().problems}


def test_a_row_without_a_case_goes_on_its_day_and_that_of_the_case_stays(demo_city: None) -> None:
    batch = brought()
    later(days=89)
    assert erase_lists(clock.now()) == 0
    later(days=1)
    propose_erasures()
    accepted, refused = cells()
    assert ACCEPTED in accepted
    assert not refused.strip()
    row = ListRow.objects.get(number=2)
    assert (row.identity, row.sight, row.erased_at is not None) == (None, None, True)
    assert REFUSED not in str(row.figures)
    assert ListRow.objects.get(number=1).identity is not None
    assert not ListPart.objects.exists(), "the file holds the row, too"
    assert Event.objects.filter(stream=f"list/{batch.pk}", action="list_rows_erased").count() == 1
    assert problems() == set()
    assert erase_lists(clock.now()) == 0
    assert Event.objects.filter(action="list_rows_erased").count() == 1


def test_its_page_and_the_file_for_the_sender_still_open_and_show_nothing_of_it(demo_city: None) -> None:
    batch = brought()
    sender = entered("telecom-handler1")
    assert REFUSED in sender.get(f"/imports/{batch.pk}/refused.csv").content.decode()
    later(days=91)
    erase_lists(clock.now())
    sender = entered("telecom-handler1")
    for path in (f"/imports/{batch.pk}/", f"/imports/{batch.pk}/refused.csv", f"/api/v1/imports/{batch.pk}/rows"):
        answer = sender.get(path)
        assert answer.status_code == 200, path
        assert REFUSED not in answer.content.decode(), path


def test_a_row_that_equals_one_of_a_case_stays_with_it(demo_city: None) -> None:
    brought()
    bring("telecom", LIST.replace("序号", "编号").encode(), name="同样的名单")
    same = ListRow.objects.get(batch__name="同样的名单", number=1)
    assert (same.site_id, same.same_as_id is not None) == (None, True)
    later(days=91)
    erase_lists(clock.now())
    same.refresh_from_db()
    assert same.erased_at is None
    assert ListRow.objects.get(batch__name="同样的名单", number=2).erased_at is not None


def test_a_region_sets_its_own_period(demo_city: None) -> None:
    brought()
    set_parameter(
        actor=find_actor("drc-approver1"), region="320300", key="retention.list", value={"days": 30},
        effective_from=date(2020, 1, 1), source="徐发改〔2026〕12号", now=clock.now(),
    )  # fmt: skip
    later(days=30)
    assert erase_lists(clock.now()) == 1


def test_nobody_but_the_system_actor_for_it_erases_rows(demo_city: None) -> None:
    brought()
    with (
        working_as("receiving"),
        pytest.raises(DatabaseError, match="by the system actor for it"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("SELECT list_erase('{}', '{}', '{}')")


def test_the_row_of_a_case_is_refused_by_the_database(demo_city: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """The way round the service: a query that takes too much."""
    brought()
    monkeypatch.setattr(
        "cases.retention.lists._ROWS",
        "SELECT r.id, r.number, r.sealed FROM cases_listrow r WHERE r.batch_id = %s ORDER BY r.id LIMIT %s",
    )
    later(days=91)
    with pytest.raises(Exception, match="the record of the erasure says"):
        erase_lists(clock.now())
    assert ACCEPTED in cells()[0]
    assert ListPart.objects.exists()


def test_a_row_that_comes_back_is_found(servers: Servers, fresh_db: Any, demo_city: None) -> None:
    brought()
    later(days=91)
    erase_lists(clock.now())
    with closing(servers.cluster.connect(fresh_db.name)) as root, root.cursor() as cursor:
        cursor.execute("UPDATE cases_listrow SET erased_at = NULL WHERE number = 2")
        root.commit()
    assert problems() == {"erasure"}


def test_the_erasure_waits_for_an_import_that_is_placing_rows(fresh_db: Any, demo_city: None, servers: Servers) -> None:
    """The import has read a row that waits for its list, and will join it to a site: it is not blanked meanwhile."""
    brought()
    later(days=90)
    with closing(servers.cluster.connect(fresh_db.name)) as importing, importing.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [INTAKE_LOCK])
        with connection.cursor() as own:
            own.execute("SET lock_timeout = '300ms'")
        with pytest.raises(DatabaseError, match="lock timeout"):
            erase_lists(clock.now())
        assert all(cells())
    assert erase_lists(clock.now()) == 1


def test_a_list_that_nobody_confirms_goes_too_with_what_was_read_on_trial_and_set_right(demo_city: None) -> None:
    sender = find_actor("telecom-handler1")
    batch, _ = receive_list(
        actor=sender, content=LIST.encode(), filename="a.csv", kind="telecom",
        agency=get_directory().by_code["320300-telecom"], batch_name="未确认", now=clock.now(), led=True,
    )  # fmt: skip
    columns = batch.columns["sheets"][0]["columns"]
    confirm_mapping(actor=sender, batch=batch, answers=[SheetAnswer(columns)], save=False, now=clock.now())
    run_preview(batch.pk)
    mend_row(actor=sender, batch=batch, number=2, cells={columns["ip"]: ACCEPTED}, now=clock.now())
    later(days=91)
    propose_erasures()
    assert [m.objects.count() for m in (ListPart, PreviewRow, ListMend)] == [0, 0, 0]
    assert problems() == set()
    fresh = ListBatch.objects.get()
    with pytest.raises(GuardRefused, match="请重新上传同一文件"):
        commit_list(actor=sender, batch=fresh, now=clock.now())
    # Sent once more, it has its file again and begins anew.
    again, new = receive_list(
        actor=sender, content=LIST.encode(), filename="a.csv", kind="telecom",
        agency=get_directory().by_code["320300-telecom"], batch_name="未确认", now=clock.now(), led=True,
    )  # fmt: skip
    assert (again.pk, new) == (batch.pk, False)
    confirm_mapping(actor=sender, batch=again, answers=[SheetAnswer(columns)], save=False, now=clock.now())
    assert run_preview(batch.pk).preview["finished"]
    assert erase_lists(clock.now()) == 0
    assert ListPart.objects.exists()


def test_a_mended_cell_goes_with_the_row_it_stood_for(demo_city: None) -> None:
    sender = find_actor("telecom-handler1")
    batch, _ = receive_list(
        actor=sender, content=LIST.encode(), filename="a.csv", kind="telecom",
        agency=get_directory().by_code["320300-telecom"], batch_name="更正", now=clock.now(), led=True,
    )  # fmt: skip
    columns = batch.columns["sheets"][0]["columns"]
    confirm_mapping(actor=sender, batch=batch, answers=[SheetAnswer(columns)], save=False, now=clock.now())
    run_preview(batch.pk)
    mend_row(actor=sender, batch=batch, number=1, cells={columns["port"]: "51318"}, now=clock.now())
    mend_row(actor=sender, batch=batch, number=2, cells={columns["ip"]: "10.0.0.2"}, now=clock.now())
    commit_list(actor=sender, batch=batch, now=clock.now())
    process_list(batch_id=batch.pk, actor=sender, now=clock.now())
    later(days=91)
    erase_lists(clock.now())
    assert [mend.number for mend in ListMend.objects.all()] == [1], "that of the row of a case stays with it"

"""A list that was cancelled behind some of its rows is taken back like a whole one, under the same guards."""

from __future__ import annotations

import pytest
from django.test import Client

from agencies.actors import find_actor
from audit import clock
from audit.errors import StreamRefusedError
from audit.models import Event
from cases.intake import services
from cases.intake.ledger.withdrawal import withdraw_batch
from cases.intake.steps.moving import cancel_list, resume_list
from cases.models import Case, ListBatch, ListRow, Signal, SiteKey
from cases.workflow.errors import GuardRefused
from tests.intake.ledgers import batch, bring, by_the_door, cases, site, telecom
from tests.intake.test_again import world
from tests.web.test_reading import entered
from tests.workflow.world import World

pytestmark = pytest.mark.usefixtures("demo_city")
LIST = telecom(site(1), site(2), site(3), site(4))


@pytest.fixture
def half(monkeypatch: pytest.MonkeyPatch) -> ListBatch:
    """Two of its four rows are in cases, then somebody stopped it."""
    monkeypatch.setattr(services, "CHUNK_ROWS", 2)

    def stop(done: int, rows: int) -> None:
        if done == 2:
            cancel_list(actor=find_actor("telecom-handler1"), batch=batch("误导入"), now=clock.now())

    bring(LIST, "误导入", progress=stop)
    found = batch("误导入")
    assert (found.state, found.rows_done, found.rows_total) == ("cancelled", 2, 4)
    assert Case.objects.count() == 2
    return found


def take_back(username: str = "telecom-handler1") -> ListBatch:
    return withdraw_batch(actor=find_actor(username), batch=batch("误导入"), why="wrong_file", now=clock.now())


def test_its_rows_are_taken_back_and_kept(half: ListBatch) -> None:
    cells = [row.raw_cells() for row in ListRow.objects.filter(batch=half).order_by("number")]
    done = take_back()
    assert (done.state, done.rows_done, done.withdrawn_by.username) == ("withdrawn", 2, "telecom-handler1")
    assert [row.raw_cells() for row in ListRow.objects.filter(batch=half).order_by("number")] == cells
    assert not Signal.objects.filter(withdrawn_at__isnull=True).exists()
    assert not SiteKey.objects.exists()
    assert [case.facts.get("signals") for case in Case.objects.all()] == [None, None]
    told = Event.objects.get(action="import_withdrawn")
    assert '"rows":2' in bytes(told.body).decode()


def test_the_whole_file_comes_in_anew_under_the_same_name(half: ListBatch) -> None:
    take_back()
    wrong = set(Case.objects.values_list("number", flat=True))
    again = bring(LIST, "误导入")
    assert (again.again, again.state, again.effects) == (False, "done", {"new_case": 4})
    assert wrong.isdisjoint(cases("误导入"))


def test_it_is_not_gone_on_with_afterwards(half: ListBatch) -> None:
    take_back()
    with pytest.raises(GuardRefused) as told:
        resume_list(actor=find_actor("telecom-handler1"), batch=half, now=clock.now())
    assert told.value.code == "not_cancelled"
    services.process_list(batch_id=half.id, actor=find_actor("telecom-handler1"), now=clock.now())
    assert (batch("误导入").state, batch("误导入").rows_done) == ("withdrawn", 2)


def test_what_somebody_has_acted_on_stays_here_too(half: ListBatch) -> None:
    case = Case.objects.order_by("number").first()
    assert case is not None
    World(now="2027-01-04 10:00").act(str(case.pk), "drc-handler1", "accept_task")
    before = world()
    with pytest.raises(GuardRefused) as told:
        take_back("drc-handler1")
    assert (told.value.code, batch("误导入").state, world()) == ("acted_on", "cancelled", before)
    assert case.number in told.value.text.zh


@pytest.mark.parametrize(("username", "status"), [("telecom-reviewer1", 403), ("sup-supervisor1", 403)])
def test_nobody_else_may(half: ListBatch, username: str, status: int) -> None:
    assert entered(username).post(f"/imports/{half.id}/withdraw/", {"reason": "trial"}).status_code == status
    assert batch("误导入").state == "cancelled"


def test_its_page_offers_both_to_go_on_and_to_take_back(half: ListBatch) -> None:
    client: Client = entered("telecom-handler1")
    address = f"/imports/{half.id}/"
    page = client.get(address).content.decode()
    assert f"{address}withdraw/" in page
    assert "从停下的地方继续导入" in page
    assert "2 行的原文" in client.get(f"{address}withdraw/").content.decode(), "what was not written is not spoken of"
    done = client.post(f"{address}withdraw/", {"reason": "wrong_file"}, follow=True).content.decode()
    assert "该批次已撤回" in done
    assert "从停下的地方继续导入" not in done


@pytest.mark.parametrize("state", ["received", "mapping", "preview", "importing", "cancelled", "refused"])
def test_where_nothing_is_written_or_something_is_on_its_way_it_says_what_to_do(state: str) -> None:
    bring(telecom(site(1)), "误导入")
    ListBatch.objects.update(state=state, rows_done=0)
    with pytest.raises(GuardRefused) as told:
        take_back()
    assert told.value.code == "not_imported"
    assert "先停止导入" in told.value.text.zh
    assert "Stop the import first" in told.value.text.en
    page = entered("telecom-handler1").get(f"/imports/{batch('误导入').id}/").content.decode()
    assert "/withdraw/" not in page


@pytest.mark.parametrize("state", ["importing", "cancelled"])
def test_the_database_refuses_it_too(state: str) -> None:
    bring(telecom(site(1)), "误导入")
    ListBatch.objects.update(state=state, rows_done=0)
    with pytest.raises(StreamRefusedError, match="not one that was imported"):
        by_the_door(batch("误导入"))

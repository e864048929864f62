"""The same file under another name is the same batch, and every one of its names leads to it."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, connections, transaction

from agencies.actors import find_actor
from audit import clock
from audit.models import Event
from audit.sight import working_as
from cases.intake.ledger.withdrawal import withdraw_batch
from cases.models import ListBatch, ListName
from cases.workflow.errors import InvalidInput
from tests.intake.ledgers import batch, bring, site, telecom

pytestmark = pytest.mark.usefixtures("demo_city")


def command(path: Path, name: str) -> dict[str, object]:
    out = StringIO()
    options = {"kind": "telecom", "agency": "telecom_bureau", "batch": name, "json": True}
    call_command("import_list", str(path), stdout=out, stderr=StringIO(), **options)
    told: dict[str, object] = json.loads(out.getvalue())
    return told


def printed(name: str) -> list[dict[str, object]]:
    out = StringIO()
    call_command("batch_rows", name, "--json", stdout=out)
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_the_second_name_prints_the_rows_of_the_batch_and_says_what_it_is(tmp_path: Path) -> None:
    path = tmp_path / "名单.csv"
    path.write_bytes(telecom(site(1), site(2), site(1)))
    first, second = command(path, "甲"), command(path, "乙")
    assert second["batch"] == first["batch"] == "甲", "a batch keeps its first name"
    assert {k: second[k] for k in ("id", "rows", "done", "fates", "effects")} == {
        k: first[k] for k in ("id", "rows", "done", "fates", "effects")
    }
    assert (first["again"], first["names"], first["note"]) == (False, [], None)
    assert (second["again"], second["names"]) == (True, ["乙"])
    assert str(second["note"]).startswith("同一文件已于 2")
    assert "以批次“甲”报送，本次没有再导入任何行" in str(second["note"])
    assert len(printed("乙")) == 3
    assert printed("乙") == printed("甲")


def test_a_name_is_kept_once_with_who_and_when_and_an_event() -> None:
    content = telecom(site(1))
    bring(content, "甲")
    handler = find_actor("drc-handler1")
    for name in ("乙", " 乙 ", "甲", "丙", "乙"):
        bring(content, name, actor=handler)
    kept = list(ListName.objects.order_by("id").values_list("name", "sent_by_id"))
    assert kept == [("乙", handler.user_id), ("丙", handler.user_id)]
    events = Event.objects.filter(action="import_named").order_by("id")
    assert [json.loads(bytes(e.body))["data"]["other_name"] for e in events] == ["乙", "丙"]
    assert {e.actor_id for e in events} == {handler.user_id}
    assert {e.stream for e in events} == {"agency/320300-telecom"}


def test_a_name_of_another_list_is_refused_whichever_way_that_list_came_by_it() -> None:
    one, two, three = telecom(site(1)), telecom(site(2)), telecom(site(3))
    bring(one, "甲")
    bring(one, "乙")
    bring(two, "丙")
    for content, taken in ((three, "甲"), (three, "乙"), (two, "乙"), (one, "丙")):
        with pytest.raises(InvalidInput) as refused:
            bring(content, taken)
        assert "batch" in refused.value.fields, taken
        assert taken in refused.value.fields["batch"].zh
    assert sorted(ListBatch.objects.values_list("name", flat=True)) == ["丙", "甲"]
    assert list(ListName.objects.values_list("name", flat=True)) == ["乙"]


def test_the_database_itself_lets_no_name_lead_to_two_lists() -> None:
    bring(telecom(site(1)), "甲")
    bring(telecom(site(1)), "乙")
    bring(telecom(site(2)), "丙")
    who = find_actor("drc-handler1").user_id
    for name in ("甲", "乙"):
        with pytest.raises(DatabaseError, match="leads to another list"), working_as("receiving"), transaction.atomic():
            ListName.objects.create(batch=batch("丙"), name=name, sent_by_id=who, sent_at=clock.now())
    for statement in ("UPDATE cases_listname SET name = '丁'", "DELETE FROM cases_listname"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_the_same_bytes_of_another_agency_are_another_list_with_a_name_of_its_own() -> None:
    content = telecom(site(1))
    bring(content, "甲")
    other = bring(content, "乙", agency="development_commission")
    assert (other.again, other.name) == (False, "乙")
    assert not ListName.objects.exists()
    with pytest.raises(InvalidInput):
        bring(telecom(site(2)), "乙")


def test_a_withdrawn_list_gives_back_all_its_names_and_is_still_found_by_them() -> None:
    content = telecom(site(1))
    bring(content, "甲")
    bring(content, "乙")
    handler = find_actor("drc-handler1")
    withdraw_batch(actor=handler, batch=batch("乙"), why="trial", now=clock.now())
    assert batch("乙").state == "withdrawn"
    again = bring(content, "乙")
    assert (again.again, again.name) == (False, "乙")
    assert batch("乙").id == again.id
    assert batch("甲").state == "withdrawn"


def test_an_unknown_name_is_said_to_be_unknown() -> None:
    with pytest.raises(CommandError, match="没有名为“丁”的批次"):
        printed("丁")


@pytest.mark.usefixtures("fresh_db")
def test_two_lists_that_want_one_name_at_the_same_moment_do_not_both_get_it(settings: Any) -> None:
    settings.OUTBOX_TASK = ""  # no broker here to ring
    one, two = telecom(site(1)), telecom(site(2))
    bring(one, "甲")
    bring(two, "乙")

    def want(content: bytes) -> str:
        try:
            return bring(content, "丙").name
        except InvalidInput:
            return ""
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        got = sorted(pool.map(want, (one, two)))
    assert got[0] == ""
    assert got[1] in ("甲", "乙")
    assert ListName.objects.count() == 1

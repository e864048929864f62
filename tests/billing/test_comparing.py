"""What was really billed beside the bills here: every kind of difference, nothing acted on, nobody else looks in."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction

from agencies.sight import seeing
from audit import clock
from audit.models import Event
from cases.billing.comparing.selecting import file_rows, list_files
from cases.billing.comparing.services import compare, find_file
from cases.billing.runs.acts import review_run, start_run
from cases.billing.runs.working import work
from cases.models import Case
from cases.models.money import BilledFile, BilledRow
from cases.policy.billing.reconciliation import Ours, Theirs, differences
from cases.workflow.errors import InvalidInput, NotAllowed, NotVisible
from tests.billing.city import account, city, month, person, receive
from tests.web.conftest import LogIn
from tests.workflow.world import World

D = Decimal
HERE, SAME = Ours(D(100), D("96.64"), "B01"), Theirs(D("100.0"), D("96.64"))
HEAD = "户号,月份,电量,金额"


@pytest.fixture
def world(demo_city: None, monkeypatch: pytest.MonkeyPatch) -> World:
    made = World()
    monkeypatch.setattr(clock, "now", lambda: made.now)
    return made


@pytest.mark.parametrize(
    ("ours", "theirs", "more", "found"),
    [
        (HERE, SAME, {}, ()),
        (HERE, Theirs(D(100), D("96.65")), {}, ("amount",)),
        (HERE, Theirs(D(101), D("96.64")), {}, ("kwh",)),
        (HERE, Theirs(D(101), D(97)), {"ended_before": True}, ("ended", "kwh", "amount")),
        (None, SAME, {}, ("missing_here",)),
        (None, SAME, {"ended_before": True}, ("ended", "missing_here")),
        (HERE, None, {}, ("missing_there",)),
        (None, SAME, {"known": False}, ("unknown_account",)),
        (None, None, {}, ()),
    ],
)
def test_each_kind_of_difference(
    ours: Ours | None, theirs: Theirs | None, more: dict[str, bool], found: tuple[str, ...]
) -> None:
    assert differences(ours, theirs, **more) == found


def billed(world: World, count: int) -> list[str]:
    """So many accounts billed for October; of the first the list ends with the month."""
    cases = city(world, count)
    run = receive(world, month(count))
    start_run(actor=person("grid-billing1"), run_id=run.id, now=world.now)
    work(run.id)
    review_run(actor=person("grid-reviewer1"), run_id=run.id, now=world.now)
    work(run.id)
    world.act(cases[0], "drc-handler1", "report_cessation", stopped_on="2026-10-31", proof="load")
    end = world.attach(cases[0], "drc-approver1", "停止执行函.pdf")
    world.act(cases[0], "drc-approver1", "end_surcharge", ends_on="2026-10-31", end_file=end)
    return cases


def amount(case: str) -> str:
    return str(Case.objects.get(pk=case).facts["surcharge"]["bills"][0]["amount"])


def content(cases: list[str]) -> bytes:
    rows = (
        f"{account(1)},2026-10,35001,{amount(cases[0])}",
        f"{account(1)},2026-11,500,483.20",
        f"{account(2)},2026-10,35002,1.00",
        f"{account(3)},2026-11,7,6.76",
        "9999999999999,2026-10,7,6.76",
        f"{account(3)},十月,7,6.76",
        f"{account(3)},2026-12,7,six",
        f"{account(4)},2026-10,1,1",
        f"{account(4)},2026-10,2,2",
    )
    return "\n".join((HEAD, *rows)).encode()


def test_every_account_and_month_stands_beside_its_bill(world: World) -> None:
    cases = billed(world, 4)
    before = {case: Case.objects.get(pk=case).version for case in cases}
    found = compare(actor=person("grid-billing1"), content=content(cases), filename="实收.csv", now=world.now)
    rows = [(row["line"], row["month"], row["differences"], row["reason"]) for row in file_rows(found, size=100).rows]
    assert rows == [
        (1, "2026-10", [], ""),
        (2, "2026-11", ["ended", "missing_here"], ""),
        (3, "2026-10", ["amount"], ""),
        (4, "2026-11", ["missing_here"], ""),
        (5, "2026-10", ["unknown_account"], ""),
        (6, "", [], "month"),
        (7, "2026-12", [], "not_a_number"),
        (8, "2026-10", [], "twice"),
        (9, "2026-10", [], "twice"),
        (None, "2026-10", ["missing_there"], ""),
        (None, "2026-10", ["missing_there"], ""),
    ]
    assert found.counts["agree"] == 1 and found.counts["unusable"] == 4
    assert {case: Case.objects.get(pk=case).version for case in cases} == before, "records only"
    assert Event.objects.filter(action="bills_compared").count() == 1
    assert file_rows(found, shown="different").total == 6
    assert file_rows(found, shown="ended").total == 1
    assert account(1) not in str(list(BilledRow.objects.values_list("account", flat=True)))


def test_what_was_compared_does_not_change(world: World) -> None:
    city(world, 1)
    found = compare(
        actor=person("grid-billing1"),
        content=f"{HEAD}\n{account(1)},2026-10,1,1".encode(),
        filename="a.csv",
        now=world.now,
    )
    with pytest.raises(Exception, match="only added to"), transaction.atomic():
        BilledRow.objects.filter(file_id=found.id).update(bill="X")
    with pytest.raises(Exception, match="only added to"), transaction.atomic():
        BilledFile.objects.filter(id=found.id).update(counts={})


@pytest.mark.parametrize("content", [b"", b"a,b\n1,2", HEAD.encode(), b"%PDF-1.7"])
def test_what_is_no_such_file_is_refused(world: World, content: bytes) -> None:
    with pytest.raises(InvalidInput) as wrong:
        compare(actor=person("grid-billing1"), content=content, filename="a.csv", now=world.now)
    assert "file" in wrong.value.fields


def test_only_the_company_compares_and_looks(world: World) -> None:
    city(world, 1)
    sent = f"{HEAD}\n{account(1)},2026-10,1,1".encode()
    with pytest.raises(NotAllowed):
        compare(actor=person("grid-reviewer1"), content=sent, filename="a.csv", now=world.now)
    found = compare(actor=person("grid-billing1"), content=sent, filename="a.csv", now=world.now)
    assert find_file(person("grid-reviewer1"), found.id).id == found.id
    for username in ("drc-handler1", "nj-grid-billing1", "sup-supervisor1"):
        assert list_files(person(username)).rows == []
        with pytest.raises(NotVisible):
            find_file(person(username), found.id)
        for table, column in (("cases_billedfile", "id"), ("cases_billedrow", "file_id")):
            with seeing(person(username)), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(f"SELECT count(*) FROM {table} WHERE {column} = %s", [str(found.id)])
                assert cursor.fetchone()[0] == 0


def test_the_page_shows_the_differences_and_the_way_to_the_correction(world: World, log_in: LogIn) -> None:
    cases = billed(world, 4)
    client = log_in("grid-billing1")
    answer = client.post("/reconciliation/", {"file": SimpleUploadedFile("实收.csv", content(cases))})
    address = answer["Location"]
    page = client.get(address).content.decode()
    number = Case.objects.get(pk=cases[1]).number
    assert f"/cases/{number}/actions/adjust_bill/" in page and "名单已停止仍计收" in page and "应写作" not in page
    assert "35,00" in page and ".000000" not in page, "no more places of energy than were given"
    assert "应写作 2026-11" in client.get(f"{address}?show=unusable").content.decode()
    text = client.get(f"{address}differences.csv").content.decode("utf-8-sig")
    assert text.count("实际未计收") == 2 and account(2) not in text
    assert client.get(f"{address}differences.xlsx").status_code == 200
    assert client.post("/reconciliation/", {}).status_code == 400
    api = f"/api/v1{address}"
    assert client.get(api).json()["counts"]["missing_there"] == 2
    found = client.get(f"{api}rows?show=amount").json()["results"]
    assert [(row["our_amount"], row["their_amount"], row["difference"]) for row in found] == [
        ("33825.93", "1.00", "-33824.93")
    ]
    assert client.get(f"{api}rows?show=unusable").json()["results"][0]["said"] == "月份“十月”应写作 2026-11"
    assert log_in("drc-handler1").get("/api/v1/reconciliation/").status_code == 403
    assert log_in("drc-handler1").get(api).status_code == 404
    assert log_in("drc-handler1").get("/reconciliation/").status_code == 403
    assert log_in("drc-handler1").get(address).status_code == 404

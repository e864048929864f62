"""A month's bills in one run: every row once, resumable, reviewed by somebody else, and nobody else looks in."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from agencies.actors import system_actor
from agencies.models import Membership
from agencies.services.roles import end_role
from audit import clock
from audit.models import Event
from audit.sight import working_as
from audit.verification import verify
from cases.billing.access import find_run
from cases.billing.runs import working
from cases.billing.runs.acts import discard_run, open_steps, review_run, start_run
from cases.billing.runs.selecting import list_runs
from cases.billing.runs.working import work
from cases.models.money import BillRun, BillRunRow
from cases.workflow.errors import GuardRefused, InvalidInput, NotAllowed, NotVisible
from tests.billing.city import account, bills, city, listed, month, person, readings, receive, rows
from tests.web.conftest import LogIn
from tests.workflow.world import World, at


@pytest.fixture
def world(demo_city: None, monkeypatch: pytest.MonkeyPatch) -> World:
    made = World()
    monkeypatch.setattr(clock, "now", lambda: made.now)
    return made


def started(world: World, content: bytes) -> BillRun:
    run = receive(world, content)
    start_run(actor=person("grid-billing1"), run_id=run.id, now=world.now)
    return work(run.id)


def test_a_months_bills_are_one_run_and_somebody_else_reviews_them(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    cases = city(world, 3)
    run = receive(world, month(3), due_on=date(2026, 12, 20))
    assert (run.state, run.rows_total, run.counts) == ("ready", 3, {"unusable": 0})
    assert not bills(cases[0]), "nothing is billed before somebody starts"
    start_run(actor=person("grid-billing1"), run_id=run.id, now=world.now)
    monkeypatch.setattr(working, "CHUNK_ROWS", 2)
    with CaptureQueriesContext(connection) as asked:
        run = work(run.id, budget_seconds=0)
    assert (run.state, run.counts["billed"], run.rows_done) == ("billing", 2, 2), "the place is kept with each chunk"
    assert any("FOR UPDATE" in q["sql"] and 'FROM "cases_billrun"' in q["sql"] for q in asked), "one worker at a time"
    run = work(run.id)
    assert (run.state, run.counts["billed"], run.rows_done) == ("billed", 3, 3)
    assert [(b["state"], b["kwh"], b["due_on"]) for b in bills(cases[0])] == [("issued", "35001", "2026-12-20")]
    assert [row.bill for row in rows(run.id)] == [bills(case)[0]["no"] for case in cases]
    with pytest.raises(NotAllowed):
        review_run(actor=person("grid-billing2"), run_id=run.id, now=world.now)
    review_run(actor=person("grid-reviewer1"), run_id=run.id, send_back=[2], note_text="示数存疑", now=world.now)
    run = work(run.id)
    assert (run.state, run.counts["approved"], run.counts["sent_back"]) == ("reviewed", 2, 1)
    assert [bills(case)[0]["state"] for case in cases] == ["reviewed", "refused", "reviewed"]
    assert world.open_tasks(cases[1]) == ["issue_bill"], "a bill that was sent back is made anew"
    told = Event.objects.filter(action__startswith="bill_run").order_by("id").values_list("action", flat=True)
    assert list(told) == [
        *("bill_run_received", "bill_run_started", "bill_run_billed", "bill_run_review_started", "bill_run_reviewed"),
    ]
    assert {problem.code for problem in verify().problems} == set()


def test_rows_that_cannot_be_used_are_kept_with_a_sentence(world: World) -> None:
    city(world, 3)
    listed_again = listed(world, account(9))
    world.now = at("2026-12-20 10:00")
    content = readings(
        f"{account(1)},2026-10-01,2026-10-31,-1",
        f"{account(2)},2026-10-01,2026-10-31,100",
        f"{account(2)},2026-11-01,2026-11-30,100",
        "9999999999999,2026-10-01,2026-10-31,100",
        f"{account(3)},2026-09-01,2026-09-30,100",
        f"{account(9)},2026-10-01,2026-10-31,100",
    )
    run = started(world, content)
    assert [(row.number, row.fate, row.reason) for row in rows(run.id)] == [
        (1, "unusable", "not_read"),
        (2, "unusable", "twice"),
        (3, "unusable", "twice"),
        (4, "unusable", "unknown_account"),
        (5, "refused", "no_listed_day"),
        (6, "billed", ""),
    ]
    assert bills(listed_again)[0]["kwh"] == "100"
    assert "不得加价" in rows(run.id)[4].says["zh"]
    assert account(1) not in str([row.account for row in rows(run.id)]), "the account stands masked"


def test_a_cycle_that_was_billed_is_not_billed_again(world: World) -> None:
    cases = city(world, 1)
    run = started(world, month(1))
    again = receive(world, readings(f"{account(1)},2026-10-15,2026-11-14,900"))
    assert [row.reason for row in rows(again.id)] == ["no_open_bill"], "its first bill awaits the review"
    review_run(actor=person("grid-reviewer1"), run_id=run.id, now=world.now)
    work(run.id)
    later = receive(world, readings(f"{account(1)},2026-10-15,2026-11-14,901"))
    assert [(row.fate, row.reason) for row in rows(later.id)] == [("unusable", "billed_before")]
    assert receive(world, month(1)).id == run.id, "the same file is the same run"
    assert len(bills(cases[0])) == 1


def test_a_run_without_a_row_to_bill_offers_only_to_be_thrown_away(world: World) -> None:
    city(world, 1)
    run = receive(world, readings("9999999999999,2026-10-01,2026-10-31,100"))
    assert open_steps(run, person("grid-billing1")) == ("discard",)
    assert open_steps(receive(world, month(1)), person("grid-billing1")) == ("start", "discard")


def test_two_runs_of_one_cycle_make_one_bill(world: World) -> None:
    """Both read before either was billed: the gate of the engine turns the second down."""
    cases = city(world, 2)
    one, two = receive(world, month(2)), receive(world, month(2) + b"\n")
    for run in (one, two):
        start_run(actor=person("grid-billing1"), run_id=run.id, now=world.now)
    assert work(one.id).counts["billed"] == 2
    assert work(two.id).counts == {"unusable": 0, "refused": 2}
    assert [len(bills(case)) for case in cases] == [1, 1]


def test_a_case_and_cycle_stand_once_in_a_run_whatever_is_written(world: World) -> None:
    city(world, 2)
    run = started(world, month(2))
    first = rows(run.id)[0]
    again = BillRunRow(
        run_id=run.id, number=3, fate="billed", case_id=first.case_id, cycle_from=first.cycle_from,
        cycle_to=first.cycle_to, bill="X",
    )  # fmt: skip
    with pytest.raises(IntegrityError, match="billrunrow_cycle_once"), transaction.atomic():
        again.save(force_insert=True)
    again.cycle_from, again.bill = date(2026, 9, 1), first.bill
    with pytest.raises(IntegrityError, match="billrunrow_bill_once"), transaction.atomic():
        again.save(force_insert=True)
    same = {"agency_id": run.agency_id, "sha256": run.sha256, "uploaded_by_id": run.uploaded_by_id, "size": 1}
    with pytest.raises(IntegrityError, match="billrun_file_once"), transaction.atomic():
        BillRun.objects.create(**same, month="2026-10", filename="x", uploaded_at=world.now, moved_at=world.now)
    with pytest.raises(Exception, match="has been billed"), transaction.atomic():
        BillRunRow.objects.filter(run_id=run.id, number=1).update(fate="ready", bill="")


def test_who_bills_does_not_review_even_with_both_roles(world: World) -> None:
    city(world, 1)
    world.give("grid-billing1", "reviewer", "320300-grid")
    run = started(world, month(1))
    with pytest.raises(GuardRefused) as refused:
        review_run(actor=person("grid-billing1"), run_id=run.id, now=world.now)
    assert refused.value.code == "four_eyes"
    # And past the first check the engine turns each row down.
    with working_as("bill_run"), pytest.raises(IntegrityError), transaction.atomic():
        BillRun.objects.filter(id=run.id).update(reviewed_by=run.started_by_id)
    answers = working.perform_many(
        [working.Request("review_bill", {"decision": "approve"}, str(rows(run.id)[0].case_id))],
        actor=person("grid-billing1"),
        now=world.now,
    )
    assert getattr(answers[0], "code", "") == "four_eyes"


def test_a_run_whose_starter_left_stops_and_somebody_else_goes_on(world: World) -> None:
    cases = city(world, 2)
    run = receive(world, month(2))
    start_run(actor=person("grid-billing1"), run_id=run.id, now=world.now)
    for held in Membership.objects.filter(user__username="grid-billing1", active=True):
        end_role(actor=system_actor(), membership=held, now=world.now)
    run = work(run.id)
    assert (run.state, run.problem, bills(cases[0])) == ("stopped", "starter_gone", [])
    start_run(actor=person("grid-billing2"), run_id=run.id, now=world.now)
    assert work(run.id).counts["billed"] == 2


def failing(monkeypatch: pytest.MonkeyPatch, *faulty: str) -> None:
    """The engine breaks, in a way that no gate foresaw, wherever one of these cases is among the acts."""
    real = working.perform_many

    def breaks(asked: Any, **how: Any) -> Any:
        if any(request.case_id in faulty for request in asked):
            raise ZeroDivisionError
        return real(asked, **how)

    monkeypatch.setattr(working, "perform_many", breaks)


def test_a_fault_at_one_account_keeps_no_other_from_its_bill(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    cases = city(world, 5)
    failing(monkeypatch, cases[2])
    run = started(world, month(5))
    assert (run.state, run.counts["billed"], run.counts["refused"]) == ("billed", 4, 1)
    assert [(row.number, row.reason) for row in rows(run.id) if row.fate == "refused"] == [(3, "fault")]
    assert "请在案件中单独办理" in rows(run.id)[2].says["zh"]
    assert [len(bills(case)) for case in cases] == [1, 1, 0, 1, 1]
    failing(monkeypatch, cases[0])
    review_run(actor=person("grid-reviewer1"), run_id=run.id, now=world.now)
    run = work(run.id)
    assert (run.state, run.counts["approved"], run.counts["not_reviewed"]) == ("reviewed", 3, 1)
    assert world.open_tasks(cases[0]) == ["review_bill"], "its bill still awaits the review on the case"


def test_what_fails_at_every_row_stops_the_run_and_it_goes_on_later(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    cases = city(world, 4)
    with monkeypatch.context() as broken:
        failing(broken, *cases)
        run = started(world, month(4))
    assert (run.state, run.problem, run.counts.get("billed"), run.counts["refused"]) == ("stopped", "fault", None, 1)
    start_run(actor=person("grid-billing1"), run_id=run.id, now=world.now)
    assert work(run.id).counts["billed"] == 3


def test_a_row_that_another_worker_did_meanwhile_is_not_set_aside(world: World) -> None:
    city(world, 2)
    run = receive(world, month(2))
    start_run(actor=person("grid-billing1"), run_id=run.id, now=world.now)
    seen = BillRun.objects.get(id=run.id)
    assert work(run.id).counts["billed"] == 2
    with working_as("bill_run"):
        working._set_aside(seen, ZeroDivisionError(), world.now, stop=True)
    run.refresh_from_db()
    assert (run.state, run.problem, [row.review for row in rows(run.id)]) == ("billed", "", ["", ""])


def test_only_billing_officers_of_the_company_upload_and_only_its_people_look(world: World) -> None:
    city(world, 1)
    for username in ("grid-reviewer1", "drc-handler1", "nj-grid-billing1", "sup-supervisor1"):
        if username == "nj-grid-billing1":
            continue
        with pytest.raises(NotAllowed):
            receive(world, month(1), username)
    run = receive(world, month(1))
    assert find_run(person("grid-reviewer1"), run.id).id == run.id
    for username in ("drc-handler1", "nj-grid-billing1", "sup-supervisor1", "telecom-handler1"):
        with pytest.raises(NotVisible):
            find_run(person(username), run.id)
        assert list_runs(person(username)).rows == []
    other = receive(world, readings(f"{account(1)},2026-10-01,2026-10-31,7"), "nj-grid-billing1")
    assert [row.reason for row in rows(other.id)] == ["unknown_account"], "another company's account is not theirs"


def test_a_run_that_made_nothing_may_be_thrown_away_and_come_again(world: World) -> None:
    city(world, 1)
    run = receive(world, month(1))
    discard_run(actor=person("grid-billing2"), run_id=run.id, now=world.now)
    with pytest.raises(GuardRefused):
        start_run(actor=person("grid-billing1"), run_id=run.id, now=world.now)
    again = receive(world, month(1))
    assert again.id != run.id
    start_run(actor=person("grid-billing1"), run_id=again.id, now=world.now)
    work(again.id)
    with pytest.raises(GuardRefused):
        discard_run(actor=person("grid-billing1"), run_id=again.id, now=world.now)


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7", b"a,b\n1,2", "户号,抄表周期起,抄表周期止,电量\n".encode()])
def test_what_is_no_list_of_readings_is_refused(world: World, content: bytes) -> None:
    with pytest.raises(InvalidInput) as wrong:
        receive(world, content)
    assert "file" in wrong.value.fields


def test_the_page_leads_from_the_file_to_the_review(world: World, log_in: LogIn) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    city(world, 2)
    billing, reviewer = log_in("grid-billing1"), log_in("grid-reviewer1")
    asked = {"month": "2026-13", "energy_price": "0.6664", "file": SimpleUploadedFile("十月.csv", month(2))}
    wrong = billing.post("/bill-runs/", asked)
    assert wrong.status_code == 400 and 'value="2026-13"' in wrong.content.decode()
    # Where the page has room for them, the reasons are taken over alone and the chosen file stays chosen.
    assert '<div id="refused"><div class="esum"' in wrong.content.decode()
    assert all(
        '<div id="refused"></div>' in billing.get(page).content.decode() for page in ("/bill-runs/", "/reconciliation/")
    )
    asked |= {"month": "2026-10", "file": SimpleUploadedFile("十月.csv", month(2))}
    address = billing.post("/bill-runs/", asked)["Location"]
    assert 'value="start"' in billing.get(address).content.decode()
    assert 'value="start"' not in reviewer.get(address).content.decode()
    assert reviewer.post(address, {"act": "start"}).status_code == 403
    assert billing.post(address, {"act": "start"}).status_code == 302
    run_id = address.strip("/").split("/")[-1]
    work(run_id)
    page = reviewer.get(address).content.decode()
    assert "复核本批账单" in page and "33,825.93" not in page.split("逐行结果")[0]
    assert "复核本批账单" not in billing.get(address).content.decode()
    api = f"/api/v1/bill-runs/{run_id}"
    told = [client.get(api).json() for client in (billing, reviewer)]
    assert [(run["state"], run["counts"]["billed"], run["steps"]) for run in told] == [
        *(("billed", 2, []), ("billed", 2, ["review"])),
    ]
    # 35,001 and 35,002 kWh at 0.6664 and 0.30 more.
    assert (told[0]["bills"], told[0]["amount"], told[0]["surcharge"]) == (2, "67650.90", "21000.90")
    line = billing.get(f"{api}/rows?fate=billed&page_size=1").json()
    assert (line["total"]["value"], line["results"][0]["amount"], line["results"][0]["kwh"]) == (2, "33824.97", "35001")
    for body in ({"send_back": ["1"]}, {"send_back": [1]}, {"back": [1]}):
        sent = reviewer.post(f"{api}/review", body, content_type="application/json")
        assert sent.status_code == 400, "no row that is none, no refusal without its reason, no field that is none"
    assert billing.post(f"{api}/review", {}, content_type="application/json").status_code == 403
    assert reviewer.post(address, {"act": "review", "back": "1"}).status_code == 400, "a refusal needs its reason"
    assert reviewer.post(address, {"act": "review", "back": "x"}).status_code == 400
    assert reviewer.post(address, {"act": "review"}).status_code == 302
    work(run_id)
    text = billing.get(f"{address}bills.csv").content.decode("utf-8-sig")
    assert text.count("复核通过") == 2 and account(1) not in text
    assert billing.get(f"{address}bills.xlsx").status_code == 200
    for username in ("drc-handler1", "sup-supervisor1"):
        assert log_in(username).get("/bill-runs/").status_code == 403
        assert log_in(username).get(address).status_code == 404
        assert log_in(username).get("/api/v1/bill-runs/").status_code == 403
        assert log_in(username).get(f"{api}/rows").status_code == 404


def test_an_upload_by_the_api_is_refused_for_the_post_first_and_then_with_every_problem_at_once(
    demo_city: None, log_in: LogIn
) -> None:
    sent = {"month": "2026-13", "energy_price": "x"}
    assert log_in("grid-reviewer1").post("/api/v1/bill-runs/", sent).json()["code"] == "may_not_bill"
    assert log_in("grid-reviewer1").post("/api/v1/reconciliation/").json()["code"] == "may_not_bill"
    wrong = log_in("grid-billing1").post("/api/v1/bill-runs/", sent)
    assert (wrong.status_code, set(wrong.json()["errors"])) == (400, {"month", "energy_price", "file"})


WALL = [("cases_billrun", "id"), ("cases_billrunrow", "run_id")]


@pytest.mark.parametrize(("table", "column"), WALL)
def test_the_database_shows_a_run_to_its_company_only(world: World, table: str, column: str, as_user: Any) -> None:
    city(world, 1)
    run = receive(world, month(1))
    statement = f"SELECT count(*) FROM {table} WHERE {column} = %s"
    assert as_user("grid-reviewer1", statement, [str(run.id)]) == 1
    for username in ("drc-handler1", "nj-grid-billing1", "sup-supervisor1"):
        assert as_user(username, statement, [str(run.id)]) == 0


@pytest.fixture
def as_user() -> Any:
    """What one statement finds in the sight of a person, in a savepoint of the test's transaction."""
    from agencies.sight import seeing

    def ask(username: str, statement: str, values: list[Any]) -> int:
        with seeing(person(username)), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, values)
            found: int = cursor.fetchone()[0]
            return found

    return ask

"""Erasure after retention: two people, everything recoverable goes, and every audit proof stays valid."""

from __future__ import annotations

import io
import json
from contextlib import closing
from datetime import date
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from agencies.actors import find_actor
from agencies.errors import AgencyError, BadInput, NotPermitted
from agencies.services.parameters import set_parameter
from audit import clock, errors
from audit.models import Event, Sealed
from audit.verification import verify
from cases.models import Case, Erasure, ListPart, ListRow, PersonalRecord, SiteKey
from cases.models.sealing import key_ring, open_cells, part_place
from cases.retention.acts import confirm, erase, hold, propose
from cases.retention.finding import what_goes
from tests.retention import story
from tests.retention.story import CANARIES, later
from tests.servers import Servers
from tests.web.test_reading import entered


@pytest.fixture(autouse=True)
def clock_back() -> Any:
    yield
    clock.forget()


def due() -> tuple[Case, Erasure]:
    """A case whose time has come, put down by the nightly task."""
    case = story.closed()
    later(days=91)
    (row,) = propose(clock.now())
    return case, row


def due_again() -> tuple[Case, Erasure]:
    """The same for a case that is there already."""
    case = story.close(Case.objects.get())
    later(days=91)
    (row,) = propose(clock.now())
    return case, row


def gone() -> tuple[Case, Erasure]:
    case, row = due()
    confirm(actor=find_actor("drc-reviewer1"), erasure_id=row.pk, now=clock.now())
    return case, erase(actor=find_actor("drc-reviewer2"), erasure_id=row.pk, now=clock.now())


def problems() -> list[str]:
    return [f"{problem.code} {problem.stream} {problem.en}" for problem in verify().problems]


def data_of(event: Event) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(bytes(event.body))["data"]
    return data


def test_a_case_is_put_down_on_its_day_and_only_once(demo_city: None) -> None:
    case = story.closed()
    later(days=89)
    assert propose(clock.now()) == []
    later(days=1)
    (row,) = propose(clock.now())
    assert (row.case_id, row.scope, row.rule, row.state) == (case.pk, "everything", "false_positive", "proposed")
    assert propose(clock.now()) == []
    assert Event.objects.filter(stream=f"erasure/{case.pk}", action="erasure_proposed").count() == 1


def test_before_the_erasure_there_is_something_of_everything_to_erase(demo_city: None) -> None:
    case = story.closed()
    going = what_goes(case.pk, "everything").counts
    assert all(going.values()), going


def test_everything_goes_and_every_proof_and_the_replay_stay_valid(demo_city: None) -> None:
    case, row = due()
    before = {event.pk: bytes(event.body) for event in Event.objects.filter(stream=f"case/{case.pk}")}
    facts, version, head = case.facts, case.version, bytes(case.head)
    assert problems() == []
    going = what_goes(case.pk, "everything").counts
    confirm(actor=find_actor("drc-reviewer1"), erasure_id=row.pk, now=clock.now())
    erase(actor=find_actor("drc-reviewer2"), erasure_id=row.pk, now=clock.now())
    assert problems() == []
    assert verify().erased == going["sealed"]
    assert verify().missing_sealed == ()
    after = {event.pk: bytes(event.body) for event in Event.objects.filter(stream=f"case/{case.pk}")}
    assert after == before
    case.refresh_from_db()
    assert (case.facts, case.version, bytes(case.head)) == (facts, version, head)
    said = data_of(Event.objects.get(action="personal_data_erased"))
    assert (said["gone"], said["rule"], said["basis"]) == (
        going,
        "false_positive",
        ["pipl.retention", "pipl.erasure"],
    )
    assert not PersonalRecord.objects.exists()
    assert not SiteKey.objects.exists()
    assert not ListPart.objects.exists()
    assert not Sealed.objects.filter(event__stream=f"case/{case.pk}").exists()
    assert what_goes(case.pk, "everything").total == 0


def test_nothing_recoverable_is_left_in_the_whole_database(
    servers: Servers, fresh_db: Any, demo_city: None, settings: Any
) -> None:
    """A dump is searched for the values as text and as bytes, and everything sealed in it is opened with every key."""
    blind = [key_ring().blind(kind, value).hex() for kind in ("phone", "holder") for value in CANARIES]
    settings.VAULT_KEYS = {"old": b"o" * 32}
    story.known()
    settings.VAULT_KEYS = {"new": b"n" * 32, "old": b"o" * 32}
    _case, row = due_again()
    dump, opened = dumped(servers, fresh_db), all_opened()
    assert found_in(dump + opened) == set(CANARIES)  # the search finds what is there
    confirm(actor=find_actor("drc-reviewer1"), erasure_id=row.pk, now=clock.now())
    erase(actor=find_actor("drc-reviewer2"), erasure_id=row.pk, now=clock.now())
    dump, opened = dumped(servers, fresh_db), all_opened()
    assert found_in(dump + opened) == set()
    assert not [digest for digest in blind if digest in dump]


def found_in(text: str) -> set[str]:
    return {value for value in CANARIES if value in text or value.encode().hex() in text}


def dumped(servers: Servers, database: Any) -> str:
    """Every row of every table, as a dump writes it: what is binary stands in hex."""
    buffer = io.StringIO()
    with closing(servers.cluster.connect(database.name)) as root, root.cursor() as cursor:
        cursor.execute(
            "SELECT quote_ident(relname) FROM pg_class WHERE relkind IN ('r', 'S', 'm')"
            " AND relnamespace = 'public'::regnamespace ORDER BY 1"
        )
        for (table,) in cursor.fetchall():
            cursor.copy_expert(f"COPY (SELECT * FROM {table}) TO STDOUT", buffer)
    return buffer.getvalue()


def all_opened() -> str:
    """Every sealed value that any key of the ring still opens, wherever it lies."""
    ring = key_ring()
    texts = [record.value for record in PersonalRecord.objects.all()]
    for line in ListRow.objects.all():
        texts += [str(cell) for cell in open_cells(line.sealed, line.batch_id.bytes, line.number)]
    for part in ListPart.objects.all():
        texts.append(ring.open(part.sealed, part_place(part.batch_id.bytes, part.number)).decode())
    return "\n".join(texts)


def test_the_same_household_on_a_new_list_is_a_new_lead(demo_city: None) -> None:
    """The blind index and the hashes of the rows no longer lead to the erased case."""
    case, _ = gone()
    story.bring("telecom", story.TELECOM.replace("2026-10", "2027-10").encode(), name="后来的名单")
    assert Case.objects.exclude(pk=case.pk).count() == 1


def test_the_page_of_an_erased_case_still_opens_and_shows_nothing(demo_city: None) -> None:
    case, _ = gone()
    client = entered("drc-handler1")
    text = client.get(f"/cases/{case.number}/").content.decode()
    assert found_in(text) == set()
    assert "已依规清除" in text
    assert client.get(f"/api/v1/cases/{case.number}/timeline").status_code == 200
    assert found_in(client.get(f"/api/v1/cases/{case.number}/timeline").content.decode()) == set()


def test_an_erased_file_is_gone_for_whoever_kept_its_address(demo_city: None) -> None:
    case = story.known()
    file_id = str(case.attachments.get().pk)
    story.act("drc-handler1", "propose_exclusion", case, reason_code="node", explanation="普通节点")
    story.act("drc-reviewer1", "decide_exclusion", case, decision="approve")
    later(days=91)
    (row,) = propose(clock.now())
    confirm(actor=find_actor("drc-reviewer1"), erasure_id=row.pk, now=clock.now())
    erase(actor=find_actor("drc-reviewer2"), erasure_id=row.pk, now=clock.now())
    client = entered("drc-handler1")
    assert client.get(f"/cases/{case.number}/files/{file_id}/").status_code == 404
    assert client.get(f"/api/v1/attachments/{file_id}").status_code == 404
    listed = client.get(f"/api/v1/cases/{case.number}/attachments").json()["results"]
    assert [item["filename"] for item in listed] == [""]
    assert [item["erased_at"] is not None for item in listed] == [True]


# --- two people ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "who", ["drc-handler1", "drc-approver1", "js-drc-reviewer1", "grid-reviewer1", "sup-supervisor1"]
)
def test_only_a_reviewer_of_the_leading_commission_confirms(demo_city: None, who: str) -> None:
    _, row = due()
    with pytest.raises(NotPermitted, match="由牵头发展改革委的审核人确认"):
        confirm(actor=find_actor(who), erasure_id=row.pk, now=clock.now())


def test_nothing_goes_before_somebody_has_confirmed(demo_city: None) -> None:
    _, row = due()
    with pytest.raises(AgencyError, match="请先由审核人确认"):
        erase(actor=find_actor("drc-reviewer2"), erasure_id=row.pk, now=clock.now())
    assert PersonalRecord.objects.exists()


def test_who_confirmed_does_not_erase(demo_city: None) -> None:
    _, row = due()
    confirm(actor=find_actor("drc-reviewer1"), erasure_id=row.pk, now=clock.now())
    with pytest.raises(NotPermitted, match="确认人不能自己清除"):
        erase(actor=find_actor("drc-reviewer1"), erasure_id=row.pk, now=clock.now())
    assert PersonalRecord.objects.exists()


def test_the_database_itself_wants_two_people(demo_city: None) -> None:
    """The way round the service: the row says confirmed by another, the events know better."""
    _, row = due()
    Erasure.objects.filter(pk=row.pk).update(state="confirmed", confirmed_by=find_actor("drc-reviewer2").user_id)
    reviewer = find_actor("drc-reviewer1")
    with pytest.raises(errors.StreamRefusedError, match="was not confirmed by another"), transaction.atomic():
        erase(actor=reviewer, erasure_id=row.pk, now=clock.now())
    confirm(actor=reviewer, erasure_id=row.pk, now=clock.now())
    Erasure.objects.filter(pk=row.pk).update(confirmed_by=find_actor("drc-reviewer2").user_id)
    with pytest.raises(errors.StreamRefusedError, match="was not confirmed by another"), transaction.atomic():
        erase(actor=reviewer, erasure_id=row.pk, now=clock.now())
    assert PersonalRecord.objects.exists()


def test_a_held_erasure_waits_until_it_is_confirmed_again(demo_city: None) -> None:
    _, row = due()
    reviewer, other = find_actor("drc-reviewer1"), find_actor("drc-reviewer2")
    confirm(actor=reviewer, erasure_id=row.pk, now=clock.now())
    with pytest.raises(BadInput, match="请选择暂缓清除的原因"):
        hold(actor=other, erasure_id=row.pk, reason="因为", now=clock.now())
    hold(actor=other, erasure_id=row.pk, reason="lawsuit", now=clock.now())
    with pytest.raises(AgencyError, match="请先由审核人确认"):
        erase(actor=other, erasure_id=row.pk, now=clock.now())
    later(days=30)
    assert propose(clock.now()) == []
    assert problems() == []


def test_a_case_that_was_reopened_meanwhile_keeps_its_data(demo_city: None) -> None:
    case, row = due()
    confirm(actor=find_actor("drc-reviewer1"), erasure_id=row.pk, now=clock.now())
    story.act("drc-reviewer1", "reopen_case", case, to="verification", reason_code="relapse", reason="再次命中")
    with pytest.raises(AgencyError, match="该案已重启"):
        erase(actor=find_actor("drc-reviewer2"), erasure_id=row.pk, now=clock.now())
    assert PersonalRecord.objects.exists()


def test_a_region_sets_its_own_period(demo_city: None) -> None:
    story.closed()
    for value in ({"days": 0}, {"days": "90"}, {"days": 99999}, 90, {}):
        with pytest.raises(BadInput):
            set_parameter(
                actor=find_actor("drc-approver1"), region="320300", key="retention.false_positive", value=value,
                effective_from=date(2020, 1, 1), source="徐发改〔2026〕12号", now=clock.now(),
            )  # fmt: skip
    set_parameter(
        actor=find_actor("drc-approver1"), region="320300", key="retention.false_positive", value={"days": 30},
        effective_from=date(2020, 1, 1), source="徐发改〔2026〕12号", now=clock.now(),
    )  # fmt: skip
    later(days=30)
    assert len(propose(clock.now())) == 1


# --- what the verification finds -------------------------------------------------------------------------------------


def test_data_that_come_back_after_their_erasure_are_found(servers: Servers, fresh_db: Any, demo_city: None) -> None:
    _case, row = due()
    kept = PersonalRecord.objects.values_list().first()
    confirm(actor=find_actor("drc-reviewer1"), erasure_id=row.pk, now=clock.now())
    erase(actor=find_actor("drc-reviewer2"), erasure_id=row.pk, now=clock.now())
    names = [field.column for field in PersonalRecord._meta.concrete_fields]
    marks = ", ".join(["%s"] * len(names))
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO cases_personalrecord ({', '.join(names)}) VALUES ({marks})",
            [str(value) if not isinstance(value, bytes | memoryview | bool) else value for value in kept or ()],
        )
    assert [problem for problem in problems() if "erasure" in problem]


def test_a_file_that_was_emptied_without_an_erasure_is_found(servers: Servers, fresh_db: Any, demo_city: None) -> None:
    story.closed()
    with closing(servers.cluster.connect(fresh_db.name)) as root, root.cursor() as cursor:
        cursor.execute("UPDATE cases_attachment SET content = '', erased_at = now()")
        root.commit()
    assert any(problem.startswith("file case/") for problem in problems())


def test_a_state_that_no_event_tells_is_found(demo_city: None) -> None:
    _, row = due()
    Erasure.objects.filter(pk=row.pk).update(state="erased")
    assert any("the erasure of everything is erased, the events say proposed" in problem for problem in problems())


def test_the_application_cannot_erase_anything_by_itself(demo_city: None) -> None:
    story.closed()
    for statement in (
        "DELETE FROM cases_personalrecord",
        "DELETE FROM cases_sitekey",
        "DELETE FROM cases_listpart",
        "UPDATE cases_attachment SET content = ''",
        "UPDATE cases_listrow SET identity = NULL",
        "DELETE FROM cases_erasure",
    ):
        with (
            pytest.raises(DatabaseError, match="permission denied"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)

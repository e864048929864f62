"""A new key takes over: every value moves, opens as before, and the old key may be thrown away."""

from __future__ import annotations

import io
import json
from typing import Any

import orjson
import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from agencies.access.second.factors import check_code
from agencies.actors import find_actor, system_actor
from agencies.directory import get_directory
from agencies.models import Agency, User
from audit import clock
from audit.models import Event
from audit.verification import verify
from cases.intake import rotation
from cases.intake.feedback.checking import pieces_of
from cases.intake.receiving import original_file, receive_list
from cases.intake.rotation import keys_in_use, rotate
from cases.intake.steps.mapping import SheetAnswer, confirm_mapping
from cases.intake.steps.mending import mend_row
from cases.intake.steps.preview import file_row, run_preview
from cases.intake.steps.reader import mends_of
from cases.intake.uploads.beginning import Announced, begin
from cases.intake.uploads.parts import append_part, whole_file
from cases.models import Case, Feedback, ListBatch, ListPart, ListRow, ListUpload, PersonalRecord, PreviewRow
from cases.models.bulk import BulkRun
from cases.models.sealing import CannotOpen
from cases.workflow.drafts import services as drafts
from cases.workflow.many.steps import Chosen, fill, typed
from cases.workflow.many.steps import begin as begin_bulk
from notifications.channels.endpoints.services import Draft, add_endpoint
from notifications.choices.services import enter_contact
from tests.entry_tools import code_of, with_app
from tests.intake.feedback.telling import draw
from tests.intake.samples import bring, content_of
from tests.tips.reporting import PERSON
from tests.tips.reporting import send as report

pytestmark = pytest.mark.usefixtures("demo_city")
TABLES = (
    *("cases_draft", "cases_personalrecord", "cases_listrow", "cases_listpart", "cases_listmend", "cases_previewrow"),
    *("cases_feedbackpart", "cases_listuploadpart", "cases_tip", "cases_tippart"),
    *("notifications_contact", "notifications_endpoint", "cases_bulkinput"),
)


@pytest.fixture
def old_key(settings: Any) -> bytes:
    """Tips with feedback, the grid's list and one on trial under the key `old`; the ring then begins with `new`."""
    key = bytes(range(32))
    settings.VAULT_KEYS = {"old": key}
    for kind in ("tips", "grid"):
        bring(kind)
    draw("tips", "system")
    on_trial()
    sent_in_part()
    report(**PERSON)
    in_writing()
    for_many()
    with_app("drc-approver1")
    add_webhook(settings)
    settings.MAIL = object()
    enter_contact(actor=find_actor("drc-handler1"), channel="email", typed="someone@example.gov.cn", now=clock.now())
    settings.VAULT_KEYS = {"new": bytes(range(32, 64)), "old": key}
    return key


def add_webhook(settings: Any) -> None:
    """A webhook of the grid company."""
    settings.OUTGOING_HOSTS = frozenset({"hooks.city.gov.cn"})
    draft = Draft("webhook", "值班系统", "https://hooks.city.gov.cn/", "", ["handoffs"], "zh")
    grid = Agency.objects.get(code="320300-grid")
    add_endpoint(actor=find_actor("grid-admin1"), agency=grid, draft=draft, now=clock.now())


def in_writing() -> None:
    """An act that somebody has begun to fill in: one on a case, and one that opens one."""
    actor, case = find_actor("drc-handler1"), Case.objects.order_by("number").first()
    assert case
    drafts.save(actor, case.pk, "comment", {"comment": "未完"}, version=1, now=clock.now())
    drafts.save(actor, None, "open_case", {"title": "未立"}, version=None, now=clock.now())


def for_many() -> None:
    """What somebody has typed for an act on many cases."""
    actor, case = find_actor("drc-handler1"), Case.objects.order_by("number").first()
    assert case
    run = begin_bulk(actor=actor, act="comment", chosen=Chosen(cases=[str(case.pk)], key="k"), now=clock.now())
    fill(actor=actor, run_id=run.id, data={"comment": "一并备注"}, now=clock.now())


def unfinished() -> list[dict[str, Any]]:
    actor, case = find_actor("drc-handler1"), Case.objects.order_by("number").first()
    assert case
    kept = [
        drafts.load(actor, case.pk, "comment", now=clock.now()),
        drafts.load(actor, None, "open_case", now=clock.now()),
    ]
    return [*(each.data for each in kept if each), *(typed(run) for run in BulkRun.objects.all())]


def on_trial() -> None:
    """A list in its preview, with a cell set right."""
    sender = find_actor("telecom-handler1")
    batch, _ = receive_list(
        actor=sender,
        content="源IP地址,源端口\n36.154.192.217,1\n36.154.192.300,2".encode(),
        filename="a.csv",
        kind="telecom",
        agency=get_directory().by_code["320300-telecom"],
        batch_name="试读",
        now=clock.now(),
        led=True,
    )
    answers = [SheetAnswer({"ip": 0, "port": 1})]
    confirm_mapping(actor=sender, batch=batch, answers=answers, save=False, now=clock.now())
    run_preview(batch.id)
    mend_row(actor=sender, batch=batch, number=2, cells={0: "36.154.192.30"}, now=clock.now())


def sent_in_part() -> None:
    """A list of which the first part is here."""
    actor, agency, now = find_actor("telecom-handler1"), get_directory().by_code["320300-telecom"], clock.now()
    upload = begin(actor=actor, announced=Announced("telecom", agency, "分片", "a.csv", 100_001), now=now)
    append_part(actor=actor, upload_id=upload.id, start=0, content=b"58.218.10.2," * 8_000, now=now)


def everything() -> tuple[Any, ...]:
    """All values in clear."""
    values = {record.id: record.value for record in PersonalRecord.objects.all()}
    cells = [row.raw_cells() for row in ListRow.objects.order_by("id")]
    batches = ListBatch.objects.order_by("id")
    trial = [file_row(row).cells for row in PreviewRow.objects.order_by("batch_id", "number")]
    files = [original_file(batch) for batch in batches]
    told = [b"".join(pieces_of(version)) for version in Feedback.objects.all()]
    files += [whole_file(upload) for upload in ListUpload.objects.all()]
    return values, cells, [*files, *told], trial, mends_of(batch.id for batch in batches), unfinished()


def run(*arguments: str) -> str:
    out = io.StringIO()
    call_command("rotate_vault_key", *arguments, stdout=out, stderr=io.StringIO())
    return out.getvalue()


def test_everything_moves_and_the_old_key_is_needed_no_more(old_key: bytes, settings: Any) -> None:
    before = everything()
    assert all(before)
    assert all(set(counts) == {"old"} for counts in keys_in_use().values())
    told = json.loads(run("--json"))
    assert told["removable"] == ["old"]
    assert told["unreadable"] == 0
    assert told["moved"] == {name: sum(counts.values()) for name, counts in told["in_use"].items()}
    assert told["moved"].keys() == {*TABLES, "mfa_authenticator"}
    assert all(told["moved"].values())
    settings.VAULT_KEYS = {"new": settings.VAULT_KEYS["new"]}
    assert everything() == before
    assert set(PersonalRecord.objects.values_list("key_id", flat=True)) == {"new"}


def test_second_factors_open_their_doors_after_the_old_key_is_gone(old_key: bytes, settings: Any) -> None:
    secret, codes = with_app("drc-reviewer1")
    settings.VAULT_KEYS = {"newer": bytes(range(64, 96)), **settings.VAULT_KEYS}
    run()
    settings.VAULT_KEYS = {"newer": settings.VAULT_KEYS["newer"]}
    person = User.objects.get(username="drc-reviewer1")
    assert check_code(person, code_of(secret)) == "totp"
    assert check_code(person, codes[0]) == "recovery_codes"


def test_a_rotation_is_an_event_and_a_second_one_changes_nothing(old_key: bytes) -> None:
    run()
    event = Event.objects.get(stream="config/vault")
    told = orjson.loads(bytes(event.body))["data"]
    assert (told["vault_key"], told["unreadable"]) == ("new", 0)
    rows = list(ListRow.objects.order_by("id").values_list("sealed", flat=True))
    assert "重新封存 0 项" in run()
    assert [bytes(row) for row in ListRow.objects.order_by("id").values_list("sealed", flat=True)] == [
        bytes(row) for row in rows
    ]
    assert Event.objects.filter(stream="config/vault").count() == 1
    assert verify().ok


def test_a_check_moves_nothing(old_key: bytes) -> None:
    told = json.loads(run("--check", "--json"))
    assert "moved" not in told
    assert told["removable"] == []
    assert all(set(counts) == {"old"} for counts in told["in_use"].values())
    assert "cases_listrow：old " in run("--check")


def test_a_run_that_ends_in_the_middle_is_gone_on_with(old_key: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rotation, "_TABLES", tuple(table._replace(at_once=7) for table in rotation._TABLES))
    before = everything()

    class Killed(Exception):
        pass

    def kill(_what: str, moved: int) -> None:
        if moved >= 21:
            raise Killed

    with pytest.raises(Killed):
        rotate(actor=system_actor(), now=clock.now(), progress=kill)
    half = keys_in_use()["cases_personalrecord"]
    assert half["new"] == 21
    assert half["old"] > 0
    assert everything() == before
    rest = rotate(actor=system_actor(), now=clock.now())
    assert rest.moved["cases_personalrecord"] == half["old"]
    assert all(set(counts) == {"new"} for counts in keys_in_use().values())
    assert everything() == before


def test_what_does_not_open_stays_and_is_named_and_the_rest_moves(old_key: bytes, settings: Any) -> None:
    settings.VAULT_KEYS = {"lost": bytes(32)}
    bring("telecom", b"\n".join(content_of("telecom").splitlines()[:40]))
    settings.VAULT_KEYS = {"new": bytes(range(32, 64)), "old": old_key}
    with pytest.raises(CommandError, match=r"无法解密.*cases_listrow"):
        run()
    in_use = keys_in_use()
    assert in_use["cases_listrow"].keys() == {"lost", "new"}
    assert in_use["cases_personalrecord"].keys() <= {"lost", "new"}
    with pytest.raises(CannotOpen):
        everything()
    settings.VAULT_KEYS = {"new": bytes(range(32, 64)), "lost": bytes(32)}
    assert json.loads(run("--json"))["removable"] == ["lost"]
    assert all(everything())


def test_a_value_moved_elsewhere_does_not_open_for_the_rotation_either(old_key: bytes) -> None:
    """Else a rotation would make a swapped ciphertext a good one."""
    first, second = ListPart.objects.order_by("batch_id")[:2]
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE cases_listpart SET sealed = %s WHERE batch_id = %s", [bytes(second.sealed), first.batch_id]
        )
    with pytest.raises(CommandError, match="cases_listpart"):
        run()
    assert keys_in_use()["cases_listpart"].keys() == {"old", "new"}

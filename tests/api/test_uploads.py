"""A list in parts: whatever breaks off, arrives twice or is somebody else's, it becomes the batch of the whole file."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
from contextlib import closing
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import connection, transaction

from agencies.access import rates
from agencies.actors import find_actor
from agencies.models import User
from agencies.sight import seeing
from audit import clock
from audit.models import Event
from audit.sight import nobody, working_as
from bench.importing.lists import as_csv, make_rows
from cases import tasks
from cases.api.views import imports
from cases.documents.uploads import FileRefused
from cases.intake import receiving
from cases.intake.receiving import original_file
from cases.intake.services import process_list
from cases.intake.uploads import beginning, parts
from cases.intake.uploads.finishing import discard_expired
from cases.models import ListBatch, ListPart, ListUpload, ListUploadPart
from tests.api.conftest import V1
from tests.api.test_clients import System

LIST = as_csv(make_rows(2_000, 0))
PART = 100_000
WHERE = "imports/uploads/"
SAID = {"kind": "telecom", "agency": "320300-telecom", "batch": "十一月名单", "filename": "名单.csv"}


@pytest.fixture(autouse=True)
def rung(monkeypatch):
    """No broker in these tests: the bell is only heard."""
    heard: list[Any] = []
    monkeypatch.setattr(imports, "ring", lambda batch: heard.append(batch.id))
    return heard


@pytest.fixture
def handler(person):
    return person("telecom-handler1")


def begin(person: Any, content: bytes = LIST, **said: Any) -> Any:
    return person.post(WHERE, {**SAID, "size": len(content), **said})


def part(person: Any, upload: Any, start: int, content: bytes, **headers: str) -> Any:
    """PATCH one part; `upload` is the answer to its beginning."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    answer = person.client.generic(
        "PATCH", f"{V1}/{WHERE}{upload.data['id']}", content, "application/partial-upload",
        headers={"Upload-Offset": str(start), **named, **person.language},
    )  # fmt: skip
    answer.data = json.loads(answer.content) if answer.content else None
    return answer


def send_all(person: Any, upload: Any, content: bytes = LIST, start: int = 0, size: int = PART) -> None:
    for at in range(start, len(content), size):
        answer = part(person, upload, at, content[at : at + size])
        assert answer.status_code == 200, answer.data
        assert answer.headers["Upload-Offset"] == str(min(at + size, len(content)))


def finish(person: Any, upload: Any) -> Any:
    return person.post(f"{WHERE}{upload.data['id']}/finish")


def whole(person: Any, content: bytes = LIST, **said: str) -> Any:
    """The same list in one request."""
    form = {name: value for name, value in {**SAID, **said}.items() if name != "filename"}
    answer = person.client.post(
        f"{V1}/imports/", {"file": SimpleUploadedFile(SAID["filename"], content), **form}, headers=person.language
    )
    answer.data = answer.json()
    return answer


def nothing_came() -> bool:
    return not ListBatch.objects.exists() and not ListPart.objects.exists()


# -- the same batch ----------------------------------------------------------------------------------------------------


def test_a_list_in_parts_is_the_batch_of_the_whole_file(handler, rung):
    assert len(LIST) > 2 * PART, "three parts at least"
    stated = {"issuer": "江苏省通信管理局", "level": "priority", "due": "2026-12-31"}
    begun = begin(handler, sha256=hashlib.sha256(LIST).hexdigest().upper(), **stated)
    assert begun.status_code == 201, begun.data
    assert begun.headers["Location"] == f"/api/v1/{WHERE}{begun.data['id']}"
    assert (begun.headers["Upload-Offset"], begun.data["offset"], begun.data["size"]) == ("0", 0, len(LIST))
    send_all(handler, begun)
    assert nothing_came(), "nothing is imported before the end"
    done = finish(handler, begun)
    assert (done.status_code, done.data["state"], done.data["again"]) == (202, "received", False)
    assert done.headers["Location"] == f"/api/v1/imports/{done.data['id']}"
    assert [str(batch) for batch in rung] == [done.data["id"]]
    batch = ListBatch.objects.get()
    assert (batch.sha256, batch.size, batch.filename) == (hashlib.sha256(LIST).hexdigest(), len(LIST), "名单.csv")
    assert original_file(batch) == LIST
    assert (batch.issuer, batch.level, batch.due_rule) == ("江苏省通信管理局", "priority", "stated")
    events = Event.objects.filter(stream="agency/320300-telecom").exclude(action="agency_created")
    assert [event.action for event in events] == ["import_received"]
    assert not ListUploadPart.objects.exists(), "the parts are gone once there is a batch"
    in_one_piece = whole(handler, **stated)
    assert (in_one_piece.status_code, in_one_piece.data["id"], in_one_piece.data["again"]) == (202, str(batch.id), True)
    process_list(batch_id=batch.id, actor=find_actor("telecom-handler1"), now=clock.now())
    assert handler.get(f"imports/{batch.id}").data["done"] == 2_000


def test_in_one_piece_first_and_then_in_parts_is_the_same_batch(handler):
    first = whole(handler)
    begun = begin(handler)
    send_all(handler, begun)
    again = finish(handler, begun)
    assert (again.data["id"], again.data["again"]) == (first.data["id"], True)
    assert ListBatch.objects.count() == 1


def test_with_steps_it_waits_at_its_columns(handler, rung):
    begun = begin(handler, steps=True)
    send_all(handler, begun)
    done = finish(handler, begun)
    assert (done.status_code, done.data["state"]) == (201, "mapping")
    assert not rung
    assert handler.get(f"imports/{done.data['id']}/mapping").data["sheets"]


def test_finishing_again_is_the_same_import_whatever_became_of_the_answer(handler):
    begun = begin(handler)
    send_all(handler, begun)
    first, again = finish(handler, begun), finish(handler, begun)
    assert (again.status_code, again.data["id"], again.data["again"]) == (202, first.data["id"], True)
    assert ListBatch.objects.count() == 1
    assert handler.get(WHERE + begun.data["id"]).data["imported"] == first.data["id"]
    late = part(handler, begun, 0, LIST[:PART])
    assert (late.status_code, late.data["code"]) == (409, "upload_finished")


# -- broken off, twice, out of order -----------------------------------------------------------------------------------


def test_after_a_broken_connection_it_is_gone_on_with_where_it_stood(handler):
    begun = begin(handler)
    send_all(handler, begun, LIST[:PART])
    for method in ("GET", "HEAD"):
        asked = handler.send(method, WHERE + begun.data["id"])
        assert (asked.status_code, asked.headers["Upload-Offset"]) == (200, str(PART)), method
    assert handler.get(WHERE).data["results"][0]["offset"] == PART, "who has lost the address finds it"
    early = finish(handler, begun)
    assert (early.status_code, early.data["code"]) == (409, "upload_incomplete")
    assert early.headers["Upload-Offset"] == early.data["figures"]["expected_offset"] == str(PART)
    send_all(handler, begun, start=PART)
    assert finish(handler, begun).data["sha256"] == hashlib.sha256(LIST).hexdigest()


def test_a_part_sent_twice_is_one_part(handler):
    begun = begin(handler)
    for start in (0, 0, PART, 0, PART):
        answer = part(handler, begun, start, LIST[start : start + PART])
        assert answer.status_code == 200, answer.data
    assert (answer.data["offset"], ListUploadPart.objects.count()) == (2 * PART, 2)
    send_all(handler, begun, start=2 * PART)
    assert original_file(ListBatch.objects.get(id=finish(handler, begun).data["id"])) == LIST


@pytest.mark.parametrize(
    ("start", "content"),
    [
        (PART + 1, LIST[:PART]),
        (0, LIST[1 : PART + 1]),  # another part at the place of one that is here
        (0, LIST[: PART - 1]),
        (1, LIST[1:PART]),
        (2**31 - 1, LIST[:PART]),
    ],
)
def test_a_part_at_a_wrong_offset_is_told_the_right_one(handler, start, content):
    begun = begin(handler)
    part(handler, begun, 0, LIST[:PART])
    answer = part(handler, begun, start, content)
    assert (answer.status_code, answer.data["code"]) == (409, "mismatching_upload_offset")
    assert answer.data["figures"] == {"expected_offset": str(PART), "provided_offset": str(start)}
    assert answer.headers["Upload-Offset"] == str(PART)
    assert ListUploadPart.objects.count() == 1


@pytest.mark.parametrize("offset", ["", "-1", "a", "1.5", "９", "99999999999", "0, 0"])
def test_an_offset_that_cannot_be_read_is_refused(handler, offset):
    begun = begin(handler)
    answer = part(handler, begun, 0, LIST[:PART], Upload_Offset=offset)
    assert (answer.status_code, answer.data["code"]) == (400, "unreadable_offset")
    assert not ListUploadPart.objects.exists()


def test_of_two_at_the_same_moment_the_second_finds_the_first(fresh_db, demo_city, person):
    handler = person("telecom-handler1")
    begun, answers = begin(handler), []

    def send() -> None:
        answers.append(part(person("telecom-handler1"), begun, 0, LIST[:PART]).status_code)
        connection.close()

    both = [threading.Thread(target=send) for _ in range(4)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert answers == [200] * 4
    assert (ListUploadPart.objects.count(), ListUpload.objects.get().received) == (1, PART)


def test_who_sends_a_part_looks_where_the_upload_stands_once_nobody_else_is_at_it(servers, fresh_db, demo_city, person):
    begun, answers = begin(person("telecom-handler1")), []

    def send() -> None:
        answers.append(part(person("telecom-handler1"), begun, 0, LIST[:PART]))
        connection.close()

    with closing(servers.cluster.connect(fresh_db.name)) as other:
        other.autocommit = False
        with other.cursor() as cursor:
            cursor.execute("UPDATE cases_listupload SET received = %s", [PART])
            late = threading.Thread(target=send)
            late.start()
            late.join(1)
            assert (late.is_alive(), answers) == (True, [])
            other.commit()
        late.join()
    assert (answers[0].status_code, answers[0].headers["Upload-Offset"]) == (409, str(PART))
    assert not ListUploadPart.objects.exists()


# -- too much, too little, not what was said ---------------------------------------------------------------------------


def test_more_than_was_announced_is_refused_and_nothing_of_it_kept(handler):
    begun = begin(handler)
    send_all(handler, begun, LIST[:PART])
    answer = part(handler, begun, PART, LIST[PART:] + b"x")
    assert (answer.status_code, answer.data["code"]) == (400, "upload_too_long")
    assert handler.get(WHERE + begun.data["id"]).data["offset"] == PART
    send_all(handler, begun, start=PART)
    over = part(handler, begun, len(LIST), b"x")
    assert (over.status_code, over.data["code"]) == (400, "upload_too_long")
    assert finish(handler, begun).status_code == 202


@pytest.mark.parametrize("content", [b"", LIST[: (64 << 10) - 1]])
def test_a_part_that_is_too_small_and_not_the_last_is_refused(handler, content):
    answer = part(handler, begin(handler), 0, content)
    assert (answer.status_code, answer.data["code"]) == (400, "part_size")
    assert not ListUploadPart.objects.exists()


def test_a_part_that_is_too_large_is_not_read(handler):
    begun = begin(handler, size=100 << 20)
    answer = part(handler, begun, 0, b"x" * (parts.LARGEST_PART + 1))
    assert (answer.status_code, answer.data["code"]) == (413, "too_large")
    assert part(handler, begun, 0, b"x" * parts.LARGEST_PART).status_code == 200


def digest(content: bytes) -> str:
    return f"sha-256=:{base64.b64encode(hashlib.sha256(content).digest()).decode()}:"


def test_a_part_is_held_against_its_digest(handler):
    begun = begin(handler)
    wrong = part(handler, begun, 0, LIST[:PART], Content_Digest=digest(LIST[1:PART]))
    assert (wrong.status_code, wrong.data["code"]) == (400, "digest_mismatch")
    for unreadable in ("", "md5=:x:", "sha-256=x", f"sha-256=:{'=' * 44}:", f"sha-256=:{'A' * 42}==:"):
        answer = part(handler, begun, 0, LIST[:PART], Content_Digest=unreadable)
        assert (answer.status_code, answer.data["code"]) == (400, "unreadable_digest"), unreadable
    assert not ListUploadPart.objects.exists()
    right = f"sha-512=:{'A' * 86}==:, {digest(LIST[:PART])}"
    assert part(handler, begun, 0, LIST[:PART], Content_Digest=right).status_code == 200


def test_another_file_than_was_announced_is_not_imported_and_the_upload_stays(handler):
    begun = begin(handler, sha256=hashlib.sha256(LIST + b"x").hexdigest())
    send_all(handler, begun)
    for _ in range(2):
        answer = finish(handler, begun)
        assert (answer.status_code, answer.data["code"]) == (409, "digest_mismatch")
        assert answer.data["figures"]["received"] == hashlib.sha256(LIST).hexdigest()
    assert nothing_came()
    assert handler.get(WHERE + begun.data["id"]).data["offset"] == len(LIST)
    assert handler.send("DELETE", WHERE + begun.data["id"]).status_code == 204
    assert not ListUploadPart.objects.exists()


def test_another_content_type_is_no_part(handler):
    begun = begin(handler)
    answer = handler.client.generic(
        "PATCH", f"{V1}/{WHERE}{begun.data['id']}", LIST[:PART], "text/csv", headers={"Upload-Offset": "0"}
    )
    assert answer.status_code == 415


def test_an_empty_file_is_refused_like_one_in_one_piece(handler):
    begun = begin(handler, b"")
    answer, in_one_piece = finish(handler, begun), whole(handler, b"")
    assert (answer.status_code, answer.data["code"]) == (400, "not_a_list")
    assert answer.data["errors"] == in_one_piece.data["errors"]
    assert answer.data["figures"] == in_one_piece.data["figures"], "it is kept, and the same batch"


def test_a_file_that_is_no_list_is_kept_and_refused_with_the_reason_every_time(handler, rung):
    begun = begin(handler, b"%PDF-1.7 not a list", filename="letter.pdf")
    send_all(handler, begun, b"%PDF-1.7 not a list")
    first, again = finish(handler, begun), finish(handler, begun)
    assert (first.status_code, first.data["code"]) == (again.status_code, again.data["code"]) == (400, "not_a_list")
    assert first.data["figures"]["import"] == str(ListBatch.objects.get(state="refused").id)
    assert not rung


def test_what_the_scanner_finds_is_not_kept_and_leaves_the_upload(handler, monkeypatch):
    def infected(*_: Any) -> None:
        raise FileRefused("文件含有病毒", "The file holds a virus")

    begun = begin(handler)
    send_all(handler, begun)
    with monkeypatch.context() as patch:
        patch.setattr(receiving, "scan", infected)
        answer = finish(handler, begun)
    assert (answer.status_code, answer.data["code"]) == (400, "file_refused")
    assert nothing_came()
    assert finish(handler, begun).status_code == 202, "as after a scanner that was silent"


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"kind": "poems"}, "kind"),
        ({"kind": "grid"}, "kind"),
        ({"kind": ["telecom"]}, "kind"),
        ({"agency": "nobody"}, "agency"),
        ({"agency": 7}, "agency"),
        ({"batch": " "}, "batch"),
        ({"batch": None}, "batch"),
        ({"filename": ""}, "file"),
        ({"filename": "/a/"}, "file"),
        ({"size": -1}, "size"),
        ({"size": 200_000_000}, "size"),
        ({"size": "12"}, "size"),
        ({"size": True}, "size"),
        ({"size": 1.5}, "size"),
        ({"sha256": "abc"}, "sha256"),
        ({"sha256": "g" * 64}, "sha256"),
        ({"steps": "true"}, "steps"),
        ({"level": "urgent"}, "level"),
        ({"due": "2020-01-01"}, "due"),
        ({"issuer": "某" * 81}, "issuer"),
        ({"file": "x"}, "file"),
    ],
)
def test_what_can_be_refused_before_the_first_byte_is(handler, said, field):
    answer = begin(handler, **said)
    assert answer.status_code == 400, answer.data
    assert field in answer.data["errors"]
    assert not ListUpload.objects.exists()


def test_the_file_has_the_name_that_a_form_would_give_it(handler):
    for given, kept in (("C:\\lists\\名单.csv", "名单.csv"), ("/lists/of/b.csv", "b.csv"), ("a\u202eb.csv", "ab.csv")):
        begun = begin(handler, filename=given)
        assert begun.data["filename"] == kept
        handler.send("DELETE", WHERE + begun.data["id"])


# -- whose it is -------------------------------------------------------------------------------------------------------


def test_to_everybody_else_there_is_no_such_upload(handler, person):
    begun = begin(handler)
    send_all(handler, begun, LIST[:PART])
    missing = "01a00000-0000-7000-8000-000000000000"
    for username in ("telecom-handler2", "drc-handler1", "sup-supervisor1", "admin1"):
        other = person(username)
        assert other.get(WHERE).data == {"results": []}
        for method, tail in (("GET", ""), ("HEAD", ""), ("DELETE", ""), ("POST", "/finish")):
            hidden, none = (other.send(method, f"{WHERE}{each}{tail}", {} if method == "POST" else None)
                            for each in (begun.data["id"], missing))  # fmt: skip
            assert (hidden.status_code, hidden.content) == (404, none.content), (username, method)
            assert "Upload-Offset" not in hidden.headers
        assert part(other, begun, PART, LIST[PART : 2 * PART]).status_code == 404
    assert handler.get(WHERE + begun.data["id"]).data["offset"] == PART


def test_who_may_send_no_list_begins_none_and_whoever_lost_the_post_goes_on_with_none(handler, person):
    for username in ("telecom-reviewer1", "drc-approver1", "grid-handler1", "sup-supervisor1"):
        answer = begin(person(username))
        assert (answer.status_code, answer.data["code"]) == (403, "may_not_import"), username
    assert not ListUpload.objects.exists()
    begun = begin(handler)
    send_all(handler, begun, LIST[:PART])
    call_command("change_role", "end", "telecom-handler1", "320300-telecom", "handler")
    assert part(handler, begun, PART, LIST[PART : 2 * PART]).status_code == 403
    assert finish(handler, begun).status_code == 403
    assert (ListUploadPart.objects.count(), nothing_came()) == (1, True)


def test_a_change_needs_the_token_of_the_session(handler):
    begun = begin(handler)
    handler.client.handler.enforce_csrf_checks = True
    for answer in (part(handler, begun, 0, LIST[:PART]), begin(handler), finish(handler, begun),
                   handler.send("DELETE", WHERE + begun.data["id"])):  # fmt: skip
        assert (answer.status_code, answer.json()["code"]) == (403, "csrf_failed")
    assert ListUpload.objects.get().received == 0


def test_a_system_with_the_scope_sends_a_list_in_parts_and_no_other_sees_it(demo_city):
    system, other = System(scopes=("signals:write",)), System(scopes=("signals:write",), username="other-feed")
    begun = system.send(system.token, "POST", WHERE, {**SAID, "size": len(LIST)})
    assert begun.status_code == 201, begun.data
    address = f"{V1}/{WHERE}{begun.data['id']}"
    for start in range(0, len(LIST), PART):
        sent = system.browser.generic(
            "PATCH", address, LIST[start : start + PART], "application/partial-upload",
            headers={"Upload-Offset": str(start), "Authorization": f"Bearer {system.token}"},
        )  # fmt: skip
        assert sent.status_code == 200, sent.content
    assert other.send(other.token, "GET", WHERE + begun.data["id"]).status_code == 404
    done = system.send(system.token, "POST", f"{WHERE}{begun.data['id']}/finish")
    assert (done.status_code, done.data["agency"]) == (202, "320300-telecom")
    assert ListBatch.objects.get().received_by.username == "telecom-feed"


@pytest.mark.parametrize("scope", ["cases:read", "signals:push", "findings:write"])
def test_a_system_without_the_scope_sends_nothing(demo_city, scope):
    system = System(scopes=(scope,))
    missing = f"{WHERE}01a00000-0000-7000-8000-000000000000"
    for method, path in (("GET", WHERE), ("POST", WHERE), ("GET", missing), ("PATCH", missing), ("DELETE", missing),
                         ("POST", f"{missing}/finish")):  # fmt: skip
        answer = system.send(system.token, method, path)
        assert (answer.status_code, answer.data["code"]) == (403, "insufficient_scope"), (method, path)


def test_the_database_shows_an_upload_to_the_one_who_began_it_alone(handler):
    begun = begin(handler)
    send_all(handler, begun, LIST[:PART])
    own, same_agency = find_actor("telecom-handler1"), find_actor("telecom-handler2")

    def seen() -> tuple[int, int]:
        return ListUpload.objects.count(), ListUploadPart.objects.count()

    with seeing(own):
        assert seen() == (1, 1)
        assert ListUpload.objects.all()._raw_delete("default") == 0, "what is deleted is deleted by the system actor"
    for actor in (same_agency, find_actor("drc-handler1"), find_actor("admin1")):
        with seeing(actor):
            assert (seen(), ListUpload.objects.update(received=0)) == ((0, 0), 0)
            with pytest.raises(Exception, match="row-level security"), transaction.atomic():
                ListUploadPart.objects.create(upload_id=begun.data["id"], start=PART, size=1, sealed=b"x")
    with nobody():
        assert seen() == (0, 0)
    with working_as("receiving"):
        assert seen() == (0, 0)


def test_no_byte_of_it_lies_in_clear(handler):
    begun = begin(handler)
    send_all(handler, begun)
    value = LIST.splitlines()[1].split(b",")[0]
    assert value in LIST
    for each in ListUploadPart.objects.all():
        assert value not in bytes(each.sealed)


# -- how much, how often, how long -------------------------------------------------------------------------------------


def test_an_account_has_a_few_unfinished_uploads_and_no_more(handler, person):
    begun = [begin(handler) for _ in range(beginning.MOST_UNFINISHED)]
    answer = begin(handler)
    assert (answer.status_code, answer.data["code"]) == (409, "too_many_uploads")
    assert begin(person("telecom-handler2")).status_code == 201, "others have their own"
    send_all(handler, begun[0])
    finish(handler, begun[0])
    assert begin(handler).status_code == 201, "a finished one does not count"
    assert begin(handler).status_code == 409
    handler.send("DELETE", WHERE + begun[1].data["id"])
    assert begin(handler).status_code == 201, "nor does one given up"


def test_what_is_announced_counts_before_it_has_come(handler):
    largest = receiving.LARGEST_FILE
    assert [begin(handler, size=size).status_code for size in (largest, largest - 1, 2, 1)] == [201, 201, 409, 201]


def test_two_beginnings_at_the_same_moment_are_not_one_too_many(fresh_db, demo_city, person):
    handler = person("telecom-handler1")
    for _ in range(beginning.MOST_UNFINISHED - 1):
        assert begin(handler).status_code == 201
    answers: list[int] = []

    def start() -> None:
        answers.append(begin(person("telecom-handler1")).status_code)
        connection.close()

    several = [threading.Thread(target=start) for _ in range(4)]
    for one in several:
        one.start()
    for one in several:
        one.join()
    assert sorted(answers) == [201, 409, 409, 409]


def test_after_a_day_it_is_gone_for_its_owner_and_from_the_database(handler, monkeypatch):
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now - timedelta(hours=24))
    begun = begin(handler)
    send_all(handler, begun, LIST[:PART])
    monkeypatch.setattr(clock, "now", lambda: now - timedelta(seconds=1))
    kept = begin(handler)
    send_all(handler, kept, LIST[:PART])
    assert handler.get(WHERE + begun.data["id"]).status_code == 200, "it has its whole day"
    monkeypatch.setattr(clock, "now", lambda: now)
    assert [each["id"] for each in handler.get(WHERE).data["results"]] == [kept.data["id"]]
    assert part(handler, begun, PART, LIST[PART : 2 * PART]).status_code == 404
    for method, tail in (("GET", ""), ("DELETE", ""), ("POST", "/finish")):
        assert handler.send(method, f"{WHERE}{begun.data['id']}{tail}").status_code == 404
    tasks.discard_uploads()
    assert [str(each.id) for each in ListUpload.objects.all()] == [kept.data["id"]]
    assert [str(each.upload_id) for each in ListUploadPart.objects.all()] == [kept.data["id"]]


def test_the_sweep_takes_the_finished_ones_too_and_no_batch(handler, capsys, monkeypatch):
    begun = begin(handler)
    send_all(handler, begun)
    batch = finish(handler, begun).data["id"]
    assert discard_expired(clock.now() + timedelta(hours=23)) == 0
    later = clock.now() + timedelta(hours=24)
    monkeypatch.setattr(clock, "now", lambda: later)
    call_command("discard_uploads")
    assert "已清除 1 次上传" in capsys.readouterr().out
    assert not ListUpload.objects.exists()
    assert original_file(ListBatch.objects.get(id=batch)) == LIST


def test_uploads_and_parts_are_counted(handler, settings):
    settings.RATE_FACTOR = 1
    begun = begin(handler)
    user = User.objects.get(username="telecom-handler1").pk
    rates.count(f"part/{user}", 60, rates.PARTS.times)
    assert part(handler, begun, 0, LIST[:PART]).status_code == 429
    rates.count(f"upload/{user}", 60, rates.UPLOADS.times)
    assert begin(handler).status_code == 429
    assert finish(handler, begun).status_code == 429

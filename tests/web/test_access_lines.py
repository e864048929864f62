"""Whatever shows or hands out personal data in clear leaves a line in the access log, or does not answer."""

from __future__ import annotations

import hashlib
from typing import Any
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import connections

from agencies.access.reads import note_read
from agencies.actors import Actor, find_actor
from agencies.directory import get_directory
from audit import clock
from audit.access.writing import Way
from audit.models import Access
from cases.documents.attachments import store_attachment
from cases.models import ListBatch
from tests.intake.samples import bring
from tests.web import story
from tests.web.test_personal import ADDRESS, HOLDER, PHONE, known
from tests.web.test_reading import entered

LIST = (
    "序号,源IP地址,源端口,矿池地址,币种,首次发现时间,最近发现时间,提交次数,运营商,疑似区县,名单级别\n"
    "1,58.218.10.21,51317,pool.example:7777,BTC,2026-10-16 07:56:00,2026-10-18 06:22:00,999,电信,云龙区,重点\n"
    "2,10.0.0.1,51317,pool.example:7777,BTC,2026-10-16 07:56:00,2026-10-18 06:22:00,999,电信,云龙区,重点\n"
)


def lines(way: str) -> list[Access]:
    return list(Access.objects.filter(way=way).order_by("id"))


def reveal(case: Any) -> None:
    story.do(
        "drc-handler1", "reveal_personal_data", case, items=["phone"], purpose="visit", reason="联系当事人约定检查时间"
    )


def attached() -> tuple[Any, UUID]:
    case = known()
    upload = SimpleUploadedFile("现场照片.txt", "照片".encode())
    now = clock.now()
    kept = store_attachment(
        actor=find_actor("drc-handler1"), case_id=case.case_id, kind="attach_document", upload=upload, now=now
    )
    return case, UUID(kept)


def test_a_masked_page_leaves_no_line_and_an_opened_one_says_what_stands_there_in_clear(demo_city: None) -> None:
    case = known()
    client, address = entered("drc-handler1"), f"/cases/{case.number}/"
    entered("cac-handler1").get(address)
    assert lines("page") == []
    reveal(case)
    client.get(address)
    (line,) = lines("page")
    actor = find_actor("drc-handler1")
    assert (line.user_id, line.agency_id, line.role) == (actor.user_id, actor.posts[0].agency_id, "handler")
    assert (str(line.case_id), line.items, line.purpose, line.rows) == (
        *(str(case.case_id), ["address", "phone"], "visit", 2),
    )
    assert line.address
    assert PHONE not in str(line.__dict__)
    entered("drc-handler2").get(address)
    assert lines("page")[1].items == ["address"], "the commission in charge has the place, not the phone"


def test_a_note_with_an_address_in_clear_leaves_a_line_and_one_without_leaves_none(demo_city: None) -> None:
    case = known()
    client, path = entered("drc-handler1"), f"/api/v1/cases/{case.number}/timeline"
    story.do("drc-handler1", "comment", case, comment=f"已电话联系，{PHONE}")
    assert PHONE not in client.get(path).content.decode()
    assert lines("api") == []
    story.do("drc-handler1", "comment", case, comment=f"门牌是{ADDRESS}")
    assert ADDRESS in client.get(path).content.decode()
    (line,) = lines("api")
    assert (str(line.case_id), line.target, line.items, line.rows) == (str(case.case_id), "timeline", ["address"], 1)
    other = entered("cac-handler1").get(path).content.decode()
    assert ADDRESS not in other
    assert len(lines("api")) == 1


@pytest.mark.parametrize(("path", "way"), [("/cases/{n}/files/{f}/", "download"), ("/api/v1/attachments/{f}", "api")])
def test_a_downloaded_file_leaves_its_hash(demo_city: None, path: str, way: str) -> None:
    case, file_id = attached()
    answer = entered("drc-handler1").get(path.format(n=case.number, f=file_id))
    assert answer.status_code == 200
    (line,) = lines(way)
    assert (line.target, str(line.case_id)) == (f"file/{file_id}", str(case.case_id))
    assert line.file_hash == hashlib.sha256(answer.content).hexdigest()


@pytest.mark.parametrize(("path", "way"), [("/imports/{b}/", "list"), ("/api/v1/imports/{b}/rows", "list")])
def test_the_rows_of_a_list_leave_how_many_and_which_columns_stand_in_full(
    demo_city: None, path: str, way: str
) -> None:
    bring("telecom", LIST.encode(), name="两行的名单")
    batch = ListBatch.objects.get()
    assert entered("drc-handler1").get(path.format(b=batch.pk)).status_code == 200
    (line,) = lines(way)
    assert (line.target, line.rows, line.case_id) == (f"import/{batch.pk}", 2, None)
    assert line.items == ["first", "ip", "last", "port"]


def test_the_refused_rows_leave_the_hash_of_the_very_file(demo_city: None) -> None:
    bring("telecom", LIST.encode(), name="两行的名单")
    batch = ListBatch.objects.get()
    answer = entered("telecom-handler1").get(f"/imports/{batch.pk}/refused.csv")
    assert answer.status_code == 200
    (line,) = lines("export")
    assert (line.items, line.rows) == (["refused_rows"], 1)
    assert line.file_hash == hashlib.sha256(answer.content).hexdigest()
    assert "10.0.0.1" in answer.content.decode()


def test_somebody_at_the_shell_is_noted_too(demo_city: None, capsys: Any) -> None:
    bring("telecom", LIST.encode(), name="两行的名单")
    call_command("batch_rows", "两行的名单")
    (line,) = lines("command")
    assert (line.user_id, line.username, line.rows) == (None, "system", 2)


def test_what_was_refused_leaves_no_line(demo_city: None) -> None:
    case, file_id = attached()
    bring("telecom", LIST.encode(), name="两行的名单")
    stranger = entered("culture-handler1")
    for path in (f"/cases/{case.number}/files/{file_id}/", f"/api/v1/attachments/{file_id}"):
        assert stranger.get(path).status_code == 404
    assert entered("drc-handler1").get(f"/imports/{ListBatch.objects.get().pk}/refused.csv").status_code == 403
    assert not Access.objects.exists()


def test_what_cannot_be_logged_is_not_shown(fresh_db: Any, demo_city: None) -> None:
    """Fail closed: the log's function is gone, as after a botched migration or on a full disk."""
    case, file_id = attached()
    bring("telecom", LIST.encode(), name="两行的名单")
    batch = ListBatch.objects.get()
    reveal(case)
    client, sender = entered("drc-handler1"), entered("telecom-handler1")
    client.raise_request_exception = sender.raise_request_exception = False
    paths = [
        (client, f"/cases/{case.number}/"),
        (client, f"/cases/{case.number}/files/{file_id}/"),
        (client, f"/api/v1/attachments/{file_id}"),
        (client, f"/imports/{batch.pk}/"),
        (client, f"/api/v1/imports/{batch.pk}/rows"),
        (sender, f"/imports/{batch.pk}/refused.csv"),
    ]
    assert [reader.get(path).status_code for reader, path in paths] == [200] * 6
    with connections["owner"].cursor() as owner:
        owner.execute("ALTER FUNCTION audit_note_access(jsonb) RENAME TO audit_note_access_gone")
    before = Access.objects.count()
    for reader, path in paths:
        answer = reader.get(path)
        assert answer.status_code == 500, path
        body = answer.content.decode()
        assert not any(clear in body for clear in (PHONE, HOLDER, "照片", "58.218.10.21", "10.0.0.1")), path
    assert Access.objects.count() == before


def test_the_post_that_takes_part_in_the_case_is_the_one_that_is_noted(demo_city: None) -> None:

    case = known()
    telecom, drc = find_actor("telecom-handler1"), find_actor("drc-handler1")
    stranger = find_actor("culture-handler1")
    both = Actor(drc.user_id, drc.username, drc.display_name, "zh", (*stranger.posts, *telecom.posts))
    line = Access.objects.get(pk=note_read(actor=both, way=Way.PAGE, case_id=case.case_id))
    assert get_directory().by_id[line.agency_id or 0].kind == "telecom_bureau"

"""Problem rows downloaded from the preview and the corrected file uploaded there, by forms that need no script."""

from __future__ import annotations

from urllib.parse import unquote

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from audit.models import Access
from cases.intake.lists.reading import open_list
from cases.models import ListBatch, ListMend
from cases.web.views.lists import corrections
from tests.intake.samples import workbook
from tests.web.test_import_steps import BAD, GOOD, previewed, shown
from tests.web.test_reading import entered

pytestmark = pytest.mark.usefixtures("demo_city")


def downloaded(client: Client, preview: str) -> list[list[str]]:
    answer = client.get(f"{preview}problems.xlsx")
    assert answer.status_code == 200
    (sheet,) = open_list(b"".join(answer.streaming_content))
    return list(sheet.rows())


def upload(client: Client, preview: str, content: bytes, status: int = 302) -> str:
    file = SimpleUploadedFile("更正.xlsx", content)
    answer = client.post(f"{preview}corrections/", {"file": file, "step": "now"}, follow=status == 302)
    assert (answer.redirect_chain if status == 302 else answer.status_code) == (
        [(preview, 302)] if status == 302 else status
    )
    return answer.content.decode()


def test_rows_are_downloaded_set_right_and_uploaded() -> None:
    client = entered("telecom-handler1")
    preview = previewed(client, GOOD, BAD)
    page = shown(client, preview)
    assert f'href="{preview}problems.xlsx"' in page
    assert f'action="{preview}corrections/"' in page
    rows = downloaded(client, preview)
    rows[2][3] = "36.154.192.30"
    page = upload(client, preview, workbook(("更正", rows)))
    assert "已更正 1 行的 1 个单元格，预览已重新生成" in page
    assert "没有需要处理的行" in page
    assert "corrections/" not in page, "nothing is left to be corrected"
    assert "更正：原为 36.154.192.300，现为 36.154.192.30" in shown(client, f"{preview}?show=all")
    client.post(preview.replace("preview/", "commit/"))
    assert ListBatch.objects.get().counts["fates"] == {"accept": 2}


def test_the_file_bears_the_name_of_the_list_and_is_noted() -> None:
    client = entered("telecom-handler1")
    preview = previewed(client, BAD)
    answer = client.get(f"{preview}problems.xlsx")
    assert "一批需处理的行.xlsx" in unquote(answer["Content-Disposition"])
    assert answer["Content-Type"].endswith("spreadsheetml.sheet")
    assert b"".join(answer.streaming_content)
    line = Access.objects.order_by("-pk")[0]
    assert (line.items, line.rows) == (["problem_rows"], 1)
    assert "预览中需处理的行（原文）" in shown(entered("sup-supervisor1"), "/audit/access/")


def test_a_row_that_does_not_fit_is_named_and_nothing_is_taken() -> None:
    client = entered("telecom-handler1")
    preview = previewed(client, GOOD, BAD)
    rows = downloaded(client, preview)
    rows[2][0], rows[2][3] = "1", "36.154.192.30"
    page = upload(client, preview, workbook(("更正", rows)), 400)
    assert '<a href="#corrections">第 1 行不是本名单的行' in page
    assert 'id="corrections"' in page
    assert not ListMend.objects.exists()
    assert "请选择名单文件" in client.post(f"{preview}corrections/", {"step": "now"}).content.decode()


def test_others_are_offered_nothing_and_get_nothing() -> None:
    preview = previewed(entered("telecom-handler1"), GOOD, BAD)
    for username, status in (("drc-handler1", 403), ("telecom-reviewer1", 403), ("grid-handler1", 404)):
        other = entered(username)
        if status == 403:
            assert "problems.xlsx" not in shown(other, preview)
            assert "corrections/" not in shown(other, preview)
        assert other.get(f"{preview}problems.xlsx").status_code == status
        upload(other, preview, b"x", status)
    assert not ListMend.objects.exists()


def test_a_list_that_moved_on_says_so() -> None:
    client = entered("telecom-handler1")
    preview = previewed(client, GOOD, BAD)
    client.post(preview.replace("preview/", "commit/"))
    assert client.get(f"{preview}problems.xlsx").status_code == 409
    assert "不能更正" in upload(client, preview, b"x,y", 409)


def test_a_long_list_is_read_anew_by_a_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    rung = []
    monkeypatch.setattr(corrections, "ring", rung.append)
    monkeypatch.setattr(corrections, "run_preview", lambda batch_id, **_: ListBatch.objects.get(id=batch_id))
    client = entered("telecom-handler1")
    preview = previewed(client, GOOD, BAD)
    rows = downloaded(client, preview)
    rows[2][3] = "36.154.192.30"
    page = upload(client, preview, workbook(("更正", rows)))
    assert "正在试读" in page
    assert "problems.xlsx" not in page
    assert rung == [ListBatch.objects.get()]
    assert client.get(f"{preview}problems.xlsx").status_code == 409, "its problems are not all known yet"


def test_a_form_that_comes_back_from_a_new_log_in_looks_first() -> None:
    client = entered("telecom-handler1")
    preview = previewed(client, GOOD, BAD)
    assert client.post(f"{preview}corrections/", {"step": "edit"})["Location"] == preview
    assert client.get(f"{preview}corrections/")["Location"] == preview, "as after a refusal, loaded once more"


def test_corrections_speak_english() -> None:
    client = entered("telecom-handler1")
    client.post("/language/", {"language": "en", "next": "/imports/"})
    preview = previewed(client, GOOD, BAD)
    page = shown(client, preview).partition('id="main"')[2]
    assert "Download problem rows" in page
    assert "Upload corrected file" in page
    assert "更正" not in page
    rows = downloaded(client, preview)
    assert "The file says what the list says" in upload(client, preview, workbook(("更正", rows)), 400)
    rows[2][3] = "36.154.192.30"
    assert "Cells corrected: 1, in rows: 1. The preview was made anew" in upload(
        client, preview, workbook(("更正", rows))
    )

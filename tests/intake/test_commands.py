"""The list commands as a person types them, and the worker that does the same."""

from __future__ import annotations

import io
import json
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from agencies.actors import find_actor
from agencies.directory import get_directory
from audit import clock
from cases.intake.receiving import find_agency, receive_list
from cases.models import Case, ListBatch
from cases.tasks import import_batch, resume_imports
from cases.workflow.errors import InvalidInput
from tests.intake.samples import FILES, SAMPLE, content_of

pytestmark = pytest.mark.usefixtures("demo_city")


def run(command: str, *arguments: str, **options: Any) -> tuple[str, str]:
    out, err = io.StringIO(), io.StringIO()
    call_command(command, *arguments, stdout=out, stderr=err, **options)
    return out.getvalue(), err.getvalue()


def import_tips(*more: str) -> tuple[str, str]:
    path = str(SAMPLE / FILES["tips"])
    return run("import_list", path, "--kind", "tips", "--agency", "development_commission", "--batch", "举报", *more)


def test_it_prints_counts_and_rows_as_json() -> None:
    out, err = import_tips("--json")
    summary = json.loads(out)
    assert (summary["rows"], summary["fates"], summary["effects"]) == (22, {"accept": 22}, {"new_case": 22})
    assert (summary["agency"], summary["state"], summary["again"]) == ("320300-drc", "done", False)
    assert "已处理 22/22 行" in err
    rows = [json.loads(line) for line in run("batch_rows", "举报", "--json")[0].splitlines()]
    assert [row["row"] for row in rows] == list(range(1, 23))
    assert set(rows[0]) >= {"row", "fate", "effect", "reason", "case"}
    assert rows[0]["case"].startswith("XZ26-")


def test_it_says_in_words_what_it_did_and_what_it_did_not() -> None:
    out, _ = import_tips("--as", "drc-handler1")
    assert "批次“举报”：22 行（accept 22）" in out
    assert "新立案 22 行" in out
    again, _ = import_tips()
    assert "以批次“举报”报送，本次没有再导入任何行" in again
    assert Case.objects.count() == 22
    assert "已接收。" in run("batch_rows", "举报")[0].splitlines()[0]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["missing.csv", "--kind", "tips", "--agency", "320300-drc", "--batch", "x"], "无法读取文件"),
        ([str(SAMPLE / "tips.csv"), "--kind", "tips", "--agency", "nobody", "--batch", "x"], "请写单位代码"),
        ([str(SAMPLE / "tips.csv"), "--kind", "tips", "--agency", "320300-drc", "--batch", " "], "1至80字"),
        (
            [str(SAMPLE / "tips.csv"), "--kind", "tips", "--agency", "320300-drc", "--batch", "x", "--as", "x"],
            "没有账号",
        ),
        (
            [str(SAMPLE / "tips.csv"), "--kind", "grid", "--agency", "320300-grid", "--batch", "x"],
            "没有找到用电异常名单的表头",
        ),
    ],
    ids=["file", "agency", "name", "person", "kind"],
)
def test_a_mistake_is_answered_by_a_sentence_that_says_what_to_do(arguments: list[str], says: str) -> None:
    with pytest.raises(CommandError, match=says):
        run("import_list", *arguments)
    assert not Case.objects.exists()


def test_a_file_that_is_no_list_is_kept_and_gives_its_name_back(tmp_path: Path) -> None:
    letter = tmp_path / "通知.csv"
    letter.write_text("各单位：请于周五前反馈。", encoding="utf-8")
    with pytest.raises(CommandError, match="没有找到举报清单的表头"):
        run("import_list", str(letter), "--kind", "tips", "--agency", "320300-drc", "--batch", "举报")
    refused = ListBatch.objects.get()
    assert (refused.state, refused.size) == ("refused", letter.stat().st_size)
    import_tips()
    assert ListBatch.objects.filter(name="举报", state="done").count() == 1


def test_an_unknown_batch_has_no_rows_to_print() -> None:
    with pytest.raises(CommandError, match="没有名为“十二月”的批次"):
        run("batch_rows", "十二月")


def test_a_kind_means_the_agency_of_the_city_with_all_kinds() -> None:
    directory = get_directory()
    assert find_agency("grid_company", directory).code == "320300-grid"
    assert find_agency("320100-grid", directory).code == "320100-grid"
    with pytest.raises(InvalidInput) as refused:
        find_agency("partner", directory)
    assert "320300-police" in refused.value.fields["agency"].zh


def receive(kind: str = "tips") -> ListBatch:
    batch, _ = receive_list(
        actor=find_actor("drc-handler1"),
        content=content_of(kind),
        filename=FILES[kind],
        kind=kind,
        agency=find_agency("development_commission", get_directory()),
        batch_name="举报",
        now=clock.now(),
    )
    return batch


def test_the_worker_finishes_what_was_received(monkeypatch: pytest.MonkeyPatch) -> None:
    batch = receive()
    import_batch(str(batch.id))
    batch.refresh_from_db()
    assert (batch.state, batch.rows_done) == ("done", 22)
    # A message that comes twice does nothing.
    monkeypatch.setattr(import_batch, "delay", lambda _id: pytest.fail("nothing is left to do"))
    import_batch(str(batch.id))
    assert Case.objects.count() == 22


def test_a_list_that_stands_still_is_taken_up_again(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(import_batch, "delay", asked.append)
    batch = receive()
    resume_imports()
    assert asked == []
    ListBatch.objects.filter(id=batch.id).update(moved_at=clock.now() - timedelta(minutes=6))
    resume_imports()
    assert asked == [str(batch.id)]


@pytest.mark.usefixtures("celery_worker_process", "fresh_db")
def test_a_live_worker_imports_a_list_that_a_page_has_received() -> None:
    batch = receive()
    import_batch.delay(str(batch.id))
    until = time.monotonic() + 60
    while ListBatch.objects.get(id=batch.id).state != "done":
        assert time.monotonic() < until, "the worker did not finish the list"
        time.sleep(0.1)
    assert Case.objects.count() == 22

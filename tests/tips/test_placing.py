"""A tip becomes a row of a list of its commission, finds the site that it is about, and nothing of it is lost."""

from __future__ import annotations

import logging

import pytest

from cases import tasks
from cases.intake.tips import placing
from cases.models import Case, ListBatch, ListRow, PersonalRecord, Tip
from tests.intake.samples import bring, rows_of
from tests.intake.test_one_site import FLAT, GRID, sheet
from tests.retention.story import act
from tests.tips.reporting import NAME, PERSON, PHONE, number_in, send, standing
from tests.web.test_reading import entered

pytestmark = pytest.mark.usefixtures("demo_city")


def close(case: Case) -> None:
    act("drc-handler1", "propose_exclusion", case, reason_code="node", explanation="普通节点")
    act("drc-reviewer1", "decide_exclusion", case, decision="approve")


def test_a_tip_joins_the_site_that_a_list_knows_as_a_row_of_a_tips_list_does() -> None:
    bring("grid", sheet(GRID, ("3203000000017", "孙玲", FLAT, "2026.09", "9120")), name="户")
    number = number_in(send(**PERSON))
    tasks.place_tips()
    batch = ListBatch.objects.get(kind="tips")
    assert (batch.state, batch.rows_total, batch.agency.code) == ("done", 1, "320300-drc")
    (row,) = rows_of(batch.name)
    assert (row["fate"], row["effect"]) == ("accept", "added")
    assert Case.objects.get().facts["signals"] == {"energy": 1, "report": 1}
    tip = Tip.objects.get()
    assert (tip.batch_id, tip.number, tip.words()) == (batch.id, 1, {})
    assert standing(number) == "received", "the case is still being looked at"


def test_the_reporter_is_in_no_row_no_file_and_no_record_of_the_case() -> None:
    send(**PERSON)
    tasks.place_tips()
    cells = [str(row.raw_cells()) for row in ListRow.objects.all()]
    values = [record.value for record in PersonalRecord.objects.all()]
    assert cells
    assert values
    for text in (*cells, *values):
        assert NAME not in text
        assert PHONE not in text
    assert not PersonalRecord.objects.filter(protected=True).exists()


def test_the_words_follow_the_case_to_its_end() -> None:
    number = number_in(send())
    tasks.place_tips()
    case = Case.objects.get()
    assert standing(number) == "received"
    act("drc-handler1", "dispatch_verification", case, findings=["inspect_site"])
    assert standing(number) == "checking"
    other = number_in(send(address="子房街道民主路99号1号楼1单元101室", content="另一处"))
    tasks.place_tips()
    close(Case.objects.exclude(id=case.id).get())
    assert standing(other) == "done"


def test_what_waits_at_one_moment_is_one_batch_and_later_tips_another() -> None:
    for n in range(3):
        send(content=f"第{n}次")
    tasks.place_tips()
    tasks.place_tips()
    assert ListBatch.objects.filter(kind="tips").count() == 1
    send(content="后来的")
    tasks.place_tips()
    assert sorted(ListBatch.objects.filter(kind="tips").values_list("rows_total", flat=True)) == [1, 3]
    assert Case.objects.count() == 1, "they speak of one door"


def test_a_place_that_is_no_address_is_kept_and_named() -> None:
    number = number_in(send(address="不详地点"))
    tasks.place_tips()
    (row,) = rows_of(ListBatch.objects.get().name)
    assert row["fate"] == "accept"
    assert standing(number) == "received"


@pytest.mark.parametrize("words", ["合计", "备注：没有", "地点", "=1+1", '"', "a\nb\nc", "，" * 30, "{}", "公司,\t;|"])
def test_no_words_make_a_tip_vanish_from_its_list(words) -> None:
    send(address=words + "路口附近", content=words + words)
    tasks.place_tips()
    batch = ListBatch.objects.get()
    assert (batch.rows_total, batch.rows_done, ListRow.objects.count()) == (1, 1, 1)


def test_a_worker_that_dies_between_keeping_and_placing_loses_nothing(monkeypatch) -> None:
    send(**PERSON)
    with monkeypatch.context() as patch:
        patch.setattr(placing, "process_list", lambda **_: (_ for _ in ()).throw(MemoryError))
        with pytest.raises(MemoryError):
            tasks.place_tips()
    batch = ListBatch.objects.get()
    assert (batch.state, batch.rows_done) == ("received", 0)
    tasks.import_batch(str(batch.id))
    assert ListRow.objects.count() == 1
    tasks.place_tips()
    assert ListBatch.objects.count() == 1


def test_a_worker_that_dies_while_it_makes_the_batch_leaves_the_tip_waiting(monkeypatch) -> None:
    send()
    with monkeypatch.context() as patch:
        patch.setattr(Tip.objects, "bulk_update", lambda *_: (_ for _ in ()).throw(MemoryError))
        with pytest.raises(MemoryError):
            tasks.place_tips()
    assert not ListBatch.objects.exists()
    tasks.place_tips()
    assert ListRow.objects.count() == 1


def test_a_silent_scanner_lets_tips_wait(monkeypatch, caplog) -> None:
    from cases.documents.uploads import FileRefused

    send()
    with monkeypatch.context() as patch, caplog.at_level(logging.WARNING):
        patch.setattr(
            "cases.intake.receiving.scan", lambda *_: (_ for _ in ()).throw(FileRefused("扫描没有回答", "silent"))
        )
        tasks.place_tips()
    assert "wait" in caplog.text
    assert Tip.objects.filter(batch__isnull=True).count() == 1
    tasks.place_tips()
    assert ListRow.objects.count() == 1


def test_an_official_sees_the_row_among_the_lists_of_the_commission() -> None:
    send(**PERSON)
    tasks.place_tips()
    batch = ListBatch.objects.get()
    handler = entered("drc-handler1")
    shown = handler.get(f"/imports/{batch.id}/").content.decode()
    assert "已接收" in shown
    assert f"/tips/{Tip.objects.get().id}/" in shown
    assert NAME not in shown
    assert entered("grid-handler1").get(f"/imports/{batch.id}/").status_code == 404

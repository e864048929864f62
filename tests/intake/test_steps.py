"""A list led in step by step: columns, dates that are asked, the dry reading, cells set right, commit, cancel."""

from __future__ import annotations

import re
from typing import Any

import orjson
import pytest
from django.utils.timezone import now

from agencies.actors import Actor, find_actor
from agencies.directory import get_directory
from audit.models import Event
from cases.intake.receiving import receive_list
from cases.intake.selectors import row_results
from cases.intake.services import import_file, process_list
from cases.intake.steps import moving, preview
from cases.intake.steps.mapping import SheetAnswer, confirm_mapping
from cases.intake.steps.mending import mend_row
from cases.intake.steps.preview import run_preview
from cases.intake.steps.trial import trial_row, trial_rows
from cases.models import Case, ListBatch, ListMend, ListRow, PreviewRow, Signal, Site, SourceMapping
from cases.workflow.errors import GuardRefused, InvalidInput, NotAllowed
from tests.web.test_reading import entered

pytestmark = pytest.mark.usefixtures("demo_city")

HEADER = "源IP地址,源端口,矿池地址,首次发现时间"
GOOD = "36.154.192.217,1159,p.example,2026-10-03 08:00"
COLUMNS = {"ip": 0, "port": 1, "pool": 2, "first": 3}


def sender() -> Actor:
    return find_actor("telecom-handler1")


def led(*rows: str, header: str = HEADER, name: str = "名单", kind: str = "telecom") -> ListBatch:
    batch, fresh = receive_list(
        actor=sender(),
        content="\n".join([header, *rows]).encode(),
        filename="a.csv",
        kind=kind,
        agency=get_directory().by_code["320300-telecom"],
        batch_name=name,
        now=now(),
        led=True,
    )
    assert fresh
    return batch


def confirm(batch: ListBatch, columns: dict[str, int] | None = None, *, save: bool = False, **orders: str) -> ListBatch:
    answer = SheetAnswer(COLUMNS if columns is None else columns, orders)
    return confirm_mapping(actor=sender(), batch=batch, answers=[answer], save=save, now=now())


def previewed(*rows: str) -> ListBatch:
    return run_preview(confirm(led(*rows)).id)


def commit(batch: ListBatch) -> ListBatch:
    started = moving.commit_list(actor=sender(), batch=batch, now=now())
    process_list(batch_id=started.id, actor=sender(), now=now())
    return ListBatch.objects.get(id=batch.id)


def mend(batch: ListBatch, number: int, **cells: str) -> PreviewRow:
    values = {int(name[1:]): value for name, value in cells.items()}
    return mend_row(actor=sender(), batch=batch, number=number, cells=values, now=now())


def fates(batch: ListBatch) -> list[str]:
    return list(PreviewRow.objects.filter(batch_id=batch.id).order_by("number").values_list("fate", flat=True))


def told(action: str) -> dict[str, Any]:
    """What the one event of this sort says."""
    data: dict[str, Any] = orjson.loads(bytes(Event.objects.get(action=action).body))["data"]
    return data


# -- columns -----------------------------------------------------------------------------------------------------------


def test_a_list_waits_at_its_columns_and_no_worker_takes_it_further() -> None:
    batch = led(GOOD)
    assert batch.state == ListBatch.State.MAPPING
    process_list(batch_id=batch.id, actor=sender(), now=now())
    batch.refresh_from_db()
    assert (batch.state, Case.objects.count()) == (ListBatch.State.MAPPING, 0)


def test_columns_of_unknown_words_are_mapped_by_a_person_and_known_the_next_time() -> None:
    header = "甲,乙,丙,丁"
    first = led(GOOD, header=header)
    assert first.columns["sheets"][0]["columns"] == {}
    done = commit(run_preview(confirm(first, save=True).id))
    assert done.counts["fates"] == {"accept": 1}
    second = led(GOOD.replace("1159", "1160"), header=header, name="第二批")
    sheet = second.columns["sheets"][0]
    assert (sheet["columns"], sheet["known"]) == (COLUMNS, True)
    # The simple way, too, reads it by what was said.
    third, _ = receive_list(
        actor=sender(),
        content=f"{header}\n{GOOD.replace('1159', '1161')}".encode(),
        filename="b.csv",
        kind="telecom",
        agency=get_directory().by_code["320300-telecom"],
        batch_name="第三批",
        now=now(),
    )
    assert third.state == ListBatch.State.RECEIVED


def test_what_is_read_differently_from_now_on_is_on_record_with_what_was_before() -> None:
    """Once for a new header, once for each change; who confirms what stood has changed nothing."""
    header, ways = "甲,乙,丙,丁", (COLUMNS, COLUMNS, COLUMNS | {"ip": 1, "port": 0})
    for n, columns in enumerate(ways):
        confirm(led(GOOD.replace("1159", f"116{n}"), header=header, name=f"第{n}批"), columns, save=True)
    bodies = [orjson.loads(bytes(e.body)) for e in Event.objects.filter(action="source_mapped").order_by("seq")]
    was, became = ["ip", "port", "pool", "first"], ["port", "ip", "pool", "first"]
    assert [body["data"]["columns"] for body in bodies] == [was, became]
    assert [body["data"].get("columns_before") for body in bodies] == [None, was]
    assert {body["actor"]["username"] for body in bodies} == {sender().username}
    page = entered("audit-admin1").get("/settings/").content.decode()
    assert "确认名单来源对应" in page
    told = re.search(r"列对应[^<]*", page)
    assert told is not None
    assert "源IP地址、源端口、矿池地址、首次发现时间 改为 源端口、源IP地址" in told[0]


def test_a_saved_mapping_is_of_one_source_only() -> None:
    confirm(led(GOOD, header="甲,乙,丙,丁"), save=True)
    other, _ = receive_list(
        actor=find_actor("drc-handler1"),
        content=f"甲,乙,丙,丁\n{GOOD}".encode(),
        filename="a.csv",
        kind="telecom",
        agency=get_directory().by_code["320300-drc"],
        batch_name="委里",
        now=now(),
        led=True,
    )
    assert not other.columns["sheets"][0]["known"]
    assert SourceMapping.objects.get().kind == "telecom"


def test_a_corrected_column_is_what_the_import_reads() -> None:
    batch = led("1,36.154.192.217,1159,2026-10-03 08:00,7", header="序号,源IP地址,端口甲,首次发现时间,源端口")
    assert batch.columns["sheets"][0]["columns"]["port"] == 4
    done = commit(run_preview(confirm(batch, {"ip": 1, "port": 2, "first": 3}).id))
    assert ListRow.objects.get(batch=done).reading["port"] == 1159


@pytest.mark.parametrize(
    ("columns", "says"),
    [
        ({"port": 1}, "请指定“源IP地址”所在的列"),
        ({"ip": 0, "poem": 1}, "没有字段"),
        ({"ip": 9}, "列号应为 0 至 3"),
        ({"ip": 0, "port": 0}, "一列只能对应一个字段"),
        ({}, "没有要导入的列"),
    ],
)
def test_columns_that_cannot_be_are_refused_with_a_sentence(columns: dict[str, int], says: str) -> None:
    batch = led(GOOD)
    with pytest.raises(InvalidInput) as refused:
        confirm(batch, columns)
    assert says in refused.value.fields["sheet-0"].zh
    batch.refresh_from_db()
    assert batch.state == ListBatch.State.MAPPING


def test_who_may_not_import_confirms_nothing() -> None:
    batch = led(GOOD)
    for username in ("grid-handler1", "nj-drc-handler1", "telecom-reviewer1"):
        with pytest.raises(NotAllowed):
            confirm_mapping(actor=find_actor(username), batch=batch, answers=[], save=False, now=now())


# -- dates -------------------------------------------------------------------------------------------------------------

SWAPPED = "36.154.192.217,1159,p.example,10/3/2026 08:00"


def test_a_date_that_could_be_two_days_is_asked_once_for_its_column() -> None:
    batch = led(SWAPPED, SWAPPED.replace("1159", "1160").replace("10/3", "9/4"))
    assert batch.columns["sheets"][0]["asked"] == {
        "first": {"examples": ["10/3/2026 08:00", "9/4/2026 08:00"], "mixed": False}
    }
    with pytest.raises(InvalidInput) as asked:
        confirm(batch)
    assert list(asked.value.fields) == ["order-0-first"]
    batch.refresh_from_db()
    assert batch.state == ListBatch.State.MAPPING
    done = commit(run_preview(confirm(batch, first="mdy").id))
    assert [row.reading["first"][:10] for row in ListRow.objects.filter(batch=done).order_by("number")] == [
        "2026-10-03",
        "2026-09-04",
    ]


def test_the_answer_is_kept_with_the_batch_and_for_the_source() -> None:
    first = confirm(led(SWAPPED), save=True, first="dmy")
    assert first.columns["sheets"][0]["orders"] == {"first": "dmy"}
    second = led(SWAPPED.replace("1159", "1160"), name="第二批")
    assert second.columns["sheets"][0]["orders"] == {"first": "dmy"}
    assert second.columns["sheets"][0]["asked"], "it is still shown, with the answer of the last time"


def test_another_value_of_the_column_proves_the_order_and_nothing_is_asked() -> None:
    batch = led(SWAPPED, SWAPPED.replace("1159", "1160").replace("10/3", "25/10"))
    sheet = batch.columns["sheets"][0]
    assert (sheet["orders"], sheet["asked"]) == ({"first": "dmy"}, {})


def test_another_column_proves_nothing() -> None:
    batch = led(f"{SWAPPED},25/10/2026 09:00", header=f"{HEADER},最近发现时间")
    sheet = batch.columns["sheets"][0]
    assert sheet["orders"] == {"last": "dmy"}
    assert list(sheet["asked"]) == ["first"]


def test_who_does_not_know_the_order_leaves_the_rows_weak() -> None:
    batch = run_preview(confirm(led(SWAPPED), first="unknown").id)
    assert fates(batch) == ["weak:no_time"]


# -- the dry reading ---------------------------------------------------------------------------------------------------

MIXED = (
    GOOD,
    GOOD,
    "10.0.0.1,1160,p.example,2026-10-03 08:00",
    "36.154.192.300,1160,p.example,2026-10-03 08:00",
    "36.154.192.218,,p.example,2026-10-03 08:00",
)


def test_the_dry_reading_says_the_fate_that_every_row_then_has_and_writes_nothing_to_a_case() -> None:
    batch = previewed(*MIXED)
    assert fates(batch) == ["accept", "duplicate", "reject:not_global", "reject:bad_ip", "weak:no_port"]
    assert batch.preview["problems"] == 3
    assert [m.objects.count() for m in (Case, Site, Signal, ListRow)] == [0, 0, 0, 0]
    before = fates(batch)
    done = commit(batch)
    assert [row["fate"] for row in row_results(done.id)] == before
    assert not PreviewRow.objects.exists(), "what was read on trial is gone"


def test_the_dry_reading_knows_the_lists_that_came_before() -> None:
    commit(previewed(GOOD))
    second = run_preview(confirm(led(GOOD, GOOD.replace("1159", "1160"), name="第二批")).id)
    assert fates(second) == ["duplicate", "accept"]


def test_a_dry_reading_that_is_stopped_at_any_chunk_goes_on_where_it_stood(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preview, "CHUNK_ROWS", 2)
    batch = confirm(led(*MIXED, GOOD))
    turns = 0
    while preview.is_reading(batch):
        batch = run_preview(batch.id, budget_seconds=0)
        turns += 1
    assert turns >= 3
    assert fates(batch) == ["accept", "duplicate", "reject:not_global", "reject:bad_ip", "weak:no_port", "duplicate"]
    assert sum(batch.preview["fates"].values()) == batch.preview["done"] == 6


def test_the_rows_come_page_by_page_narrowed_to_what_needs_a_look() -> None:
    batch = previewed(*MIXED)
    page, following = trial_rows(sender(), batch, limit=2)
    assert ([row["row"] for row in page], following) == ([3, 4], 4)
    rest, end = trial_rows(sender(), batch, after=4, limit=2)
    assert ([row["row"] for row in rest], end) == ([5], None)
    everything, _ = trial_rows(sender(), batch, show="all")
    assert [row["row"] for row in everything] == [1, 2, 3, 4, 5]


def test_the_sender_sees_cells_in_clear_and_the_commission_masked() -> None:
    row = f"{GOOD},孙玲娜,18049472055"
    batch = run_preview(confirm(led(row, header=f"{HEADER},户名,联系电话"), COLUMNS | {"holder": 4, "phone": 5}).id)
    (own,), _ = trial_rows(sender(), batch, show="all")
    (other,), _ = trial_rows(find_actor("drc-handler1"), batch, show="all")
    assert own["cells"][4:] == ["孙玲娜", "18049472055"]
    assert "孙玲娜" not in str(other)
    assert "18049472055" not in str(other)
    assert other["suspects"] == []


# -- cells set right ---------------------------------------------------------------------------------------------------


def test_a_cell_set_right_is_read_anew_with_the_raw_one_beside_it() -> None:
    batch = previewed(*MIXED)
    row = mend(batch, 4, c0="36.154.192.30")
    assert (row.fate, row.notes) == ("accept", [["mended", {"field": "ip"}]])
    batch.refresh_from_db()
    assert batch.preview["problems"] == 2
    told = trial_row(sender(), batch, 4)
    (shown,) = told["mends"]
    assert (shown["before"], shown["value"], shown["who"]) == ("36.154.192.300", "36.154.192.30", sender().display_name)
    done = commit(batch)
    stored = ListRow.objects.get(batch=done, number=4)
    assert stored.raw_cells()[0] == "36.154.192.300"
    assert stored.fate == "accept"
    assert done.counts["fates"]["accept"] == 2


def test_the_commit_is_recorded_with_who_mended_which_cells_and_no_value() -> None:
    batch = previewed(*MIXED)
    mend(batch, 4, c0="36.154.192.30")
    commit(batch)
    data = told("import_started")
    assert data["mends"] == [{"row": 4, "column": 1, "username": "telecom-handler1"}]
    assert data["columns"][0] == {"sheet": 1, "column": 1, "field": "ip"}
    assert "36.154.192" not in str(data)


def test_mending_a_row_frees_those_that_repeated_it_and_finds_the_one_it_now_repeats() -> None:
    other = GOOD.replace("1159", "2000")
    batch = previewed(GOOD, GOOD, other)
    assert fates(batch) == ["accept", "duplicate", "accept"]
    mend(batch, 1, c1="2000")
    assert fates(batch) == ["accept", "accept", "duplicate"]
    batch.refresh_from_db()
    assert batch.preview["fates"] == {"accept": 2, "duplicate": 1}
    mend(batch, 1, c1="1159")
    assert fates(batch) == ["accept", "duplicate", "accept"]
    assert [row["fate"] for row in row_results(commit(batch).id)] == ["accept", "duplicate", "accept"]


def test_only_the_sender_mends_and_only_before_the_commit() -> None:
    batch = previewed(*MIXED)
    with pytest.raises(NotAllowed):
        mend_row(actor=find_actor("drc-handler1"), batch=batch, number=4, cells={0: "1.1.1.1"}, now=now())
    for number, cells in ((99, {0: "x"}), (4, {99: "x"}), (4, {}), (4, {0: "x" * 501}), (4, {0: "a\x00"})):
        with pytest.raises(InvalidInput):
            mend_row(actor=sender(), batch=batch, number=number, cells=cells, now=now())
    commit(batch)
    with pytest.raises(GuardRefused):
        mend(batch, 4, c0="36.154.192.30")
    assert not ListMend.objects.exists()


def test_mended_values_are_sealed() -> None:
    batch = previewed(*MIXED)
    mend(batch, 4, c0="36.154.192.30")
    assert b"36.154" not in bytes(ListMend.objects.get().sealed)


# -- commit and cancel -------------------------------------------------------------------------------------------------


def test_nothing_is_committed_before_the_preview_is_through() -> None:
    batch = led(GOOD)
    for step in (batch, confirm(batch)):
        with pytest.raises(GuardRefused):
            moving.commit_list(actor=sender(), batch=step, now=now())
    assert not Case.objects.exists()


def test_a_cancelled_import_stops_behind_its_chunk_keeps_what_it_has_and_can_be_gone_on_with(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from cases.intake import services

    monkeypatch.setattr(services, "CHUNK_ROWS", 2)
    batch = previewed(*(GOOD.replace("1159", str(2000 + n)) for n in range(6)))
    started = moving.commit_list(actor=sender(), batch=batch, now=now())

    def stop(done: int, _total: int) -> None:
        if done == 2:
            moving.cancel_list(actor=sender(), batch=started, now=now())

    process_list(batch_id=started.id, actor=sender(), now=now(), progress=stop)
    batch.refresh_from_db()
    assert (batch.state, batch.rows_done, ListRow.objects.count()) == (ListBatch.State.CANCELLED, 2, 2)
    process_list(batch_id=batch.id, actor=sender(), now=now())
    assert ListRow.objects.count() == 2, "a worker that comes later leaves it alone"
    assert told("import_cancelled")["rows"] == 2
    resumed = moving.resume_list(actor=sender(), batch=batch, now=now())
    process_list(batch_id=resumed.id, actor=sender(), now=now())
    batch.refresh_from_db()
    assert (batch.state, batch.rows_done, ListRow.objects.count()) == (ListBatch.State.DONE, 6, 6)


def test_cancelled_before_the_commit_nothing_was_written_and_it_begins_at_its_columns_again() -> None:
    batch = moving.cancel_list(actor=sender(), batch=previewed(*MIXED), now=now())
    assert (batch.state, PreviewRow.objects.count(), Case.objects.count()) == (ListBatch.State.CANCELLED, 0, 0)
    assert moving.resume_list(actor=sender(), batch=batch, now=now()).state == ListBatch.State.MAPPING
    with pytest.raises(GuardRefused):
        moving.resume_list(actor=sender(), batch=batch, now=now())


def test_a_finished_list_cannot_be_cancelled_and_nobody_else_cancels() -> None:
    batch = previewed(GOOD)
    with pytest.raises(NotAllowed):
        moving.cancel_list(actor=find_actor("nj-drc-handler1"), batch=batch, now=now())
    with pytest.raises(GuardRefused):
        moving.cancel_list(actor=sender(), batch=commit(batch), now=now())


def test_the_same_file_by_the_command_line_is_imported_with_the_columns_as_they_stand() -> None:
    batch = led(GOOD)
    summary = import_file(
        actor=sender(),
        content=f"{HEADER}\n{GOOD}".encode(),
        filename="a.csv",
        kind="telecom",
        agency=get_directory().by_code["320300-telecom"],
        batch_name="又名",
        now=now(),
    )
    assert (summary.id, summary.state, summary.fates) == (batch.id, ListBatch.State.DONE, {"accept": 1})

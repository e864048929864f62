"""No name, phone, account or installed address stands anywhere in the database in clear."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest
from django.db import connection

from agencies.actors import find_actor
from agencies.directory import get_directory
from audit import clock
from cases.intake.export import error_csv, neutral
from cases.intake.ledger.names import find_batch
from cases.intake.receiving import is_own, original_file, receive_list
from cases.intake.selectors import batch_rows, get_batch, visible_batches
from cases.models import Case, ListBatch, ListPart, ListRow, PersonalRecord
from tests.intake.samples import TRUTH, bring, content_of, workbook

# A firm's name may stand in the title of its case; a person's nowhere.
TITLED = {"enterprise", "data_centre", "state_unit", "compromised"}


def text_columns() -> Iterator[tuple[str, str]]:
    """Every column of every table that can hold text, byte strings included."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'"
            " AND (data_type IN ('text', 'character varying', 'jsonb', 'json', 'bytea', 'ARRAY'))"
        )
        yield from cursor.fetchall()


def dumped(table: str, column: str) -> str:
    """All values of a column as a dump would show them, bytes read as UTF-8 where they are."""
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT "{column}" FROM "{table}" WHERE "{column}" IS NOT NULL')
        parts = []
        for (value,) in cursor.fetchall():
            parts.append(bytes(value).decode("utf-8", "ignore") if isinstance(value, memoryview) else str(value))
        return "\n".join(parts)


@pytest.mark.usefixtures("demo_city")
def test_a_scan_of_the_whole_database_finds_no_personal_value() -> None:
    for kind in ("trace", "grid", "tips"):
        bring(kind)
    lines = content_of("telecom").decode("gb18030").splitlines()
    bring("telecom", "\n".join(lines[:900]).encode("gb18030"), name="名单")
    assert PersonalRecord.objects.count() > 500
    canaries: set[str] = set()
    for site in TRUTH["sites"]:
        canaries |= {site["phone"], site["account"], site["broadband"], f"{site['road']}{site['no']}号"}
        if site["kind"] not in TITLED and len(site["holder"]) > 2:
            canaries.add(site["holder"])
    # A canary stands in a row of its own characters: all others need not be searched a thousand times.
    own, shortest = re.escape("".join(sorted(set().union(*canaries)))), min(map(len, canaries))
    parts = re.compile(f"[{own}]{{{shortest},}}")
    for table, column in text_columns():
        text = "\n".join(set(parts.findall(dumped(table, column))))
        # Numbers and ids may hold any digits by chance; what is looked for is long or Chinese.
        found = {canary for canary in canaries if canary in text}
        assert not found, f"{table}.{column}: {sorted(found)[:5]}"


@pytest.mark.usefixtures("demo_city")
def test_sealed_cells_open_only_at_their_own_row() -> None:
    bring("tips")
    first, second = ListRow.objects.order_by("number")[:2]
    assert first.raw_cells()[2] == "铜山区刘集镇中山北路52号"
    second.sealed = first.sealed
    with pytest.raises(ValueError, match="VAULT_KEYS"):
        second.raw_cells()


@pytest.mark.usefixtures("demo_city")
def test_the_original_file_is_kept_sealed_and_comes_back_to_the_byte() -> None:
    bring("telecom", content_of("telecom")[:40_000].rsplit(b"\n", 1)[0], name="名单")
    batch = ListBatch.objects.get()
    assert original_file(batch) == content_of("telecom")[:40_000].rsplit(b"\n", 1)[0]
    assert b"36.154.192.217" not in bytes(ListPart.objects.get().sealed)


@pytest.mark.usefixtures("demo_city")
def test_a_viewer_sees_cells_masked_and_only_batches_of_his_region() -> None:
    bring("grid")
    handler, outsider, other = (find_actor(name) for name in ("drc-handler1", "nj-drc-handler1", "ct-handler1"))
    batch = visible_batches(handler).get()
    assert not visible_batches(outsider).exists()
    assert not visible_batches(other).exists()
    assert visible_batches(find_actor("grid-handler1")).exists()
    page, after = batch_rows(handler, batch, limit=2)
    assert after == 2
    assert page[1]["cells"][:3] == ["***", "郑**", "徐州市邳州市***"], "the commission has the month and the class"
    own, _ = batch_rows(find_actor("grid-handler1"), batch, limit=2)
    assert own[1]["cells"][:3] == ["3203*****0088", "郑**", "徐州市邳州市***"]
    assert page[1]["cells"][-1] == "9838.83"
    follow, _ = batch_rows(handler, batch, after=after, limit=2)
    assert [row["row"] for row in follow] == [3, 4]
    refused, last = batch_rows(handler, batch, fate="reject")
    assert (refused, last) == ([], None)


@pytest.mark.usefixtures("demo_city")
def test_a_sender_learns_of_no_case_that_its_agency_takes_no_part_in() -> None:
    from agencies.actors import find_actor
    from cases.selectors.case import find_case_id

    bring("telecom")
    bring("trace")
    bring("grid")
    commission, grid = find_actor("drc-handler1"), find_actor("grid-handler1")
    batch = visible_batches(grid).get()
    of_commission, _ = batch_rows(commission, batch, limit=1000)
    of_grid, _ = batch_rows(grid, batch, limit=1000)
    assert all(
        row["case"] and find_case_id(commission, row["case"]) for row in of_commission if row["effect"] != "none"
    )
    # The system opened them all: the grid company, which only sent a list, takes part in none.
    hidden = {row["case"] for row in of_commission}
    assert [(row["case"], row["case_id"]) for row in of_grid] == [(None, None)] * len(of_grid)
    assert [row["effect"] for row in of_grid] == [row["effect"] for row in of_commission]
    named = [note for row in of_commission for note in row["notes"] if "地址相近" in note]
    assert named
    assert not any("地址相近" in note for row in of_grid for note in row["notes"])
    exported = b"".join(error_csv(batch)).decode()
    assert not any(number in exported for number in hidden if number)


@pytest.mark.usefixtures("demo_city")
def test_the_error_file_answers_bad_rows_in_their_own_columns_and_runs_no_formula() -> None:
    head, *rows = [
        "源IP地址,源端口,矿池地址,首次发现时间",
        ',1234,=HYPERLINK("x"),2026-10-01 08:00',
        "36.154.192.217,,p.example,2026-10-01 08:00",
    ]
    bring("telecom", "\n".join([head, *rows]).encode(), name="名单")
    batch = find_batch("名单")
    assert batch is not None
    text = b"".join(error_csv(batch)).decode("utf-8-sig").splitlines()
    assert text[0] == f"{head},行号,处理结果,原因与办法"
    assert "\"'=HYPERLINK" in text[1]
    assert text[1].startswith(",1234,")
    assert "reject:no_ip" in text[1]
    assert "weak:no_port" in text[2]
    assert [neutral(cell) for cell in ("-1", "-3.5", "-1+2", "+86", "@x", -1.0)] == [
        "-1",
        "-3.5",
        "'-1+2",
        "'+86",
        "'@x",
        "-1",
    ]


@pytest.mark.usefixtures("demo_city")
def test_the_error_file_keeps_cells_as_they_stood_under_their_own_headers() -> None:
    short = "源IP地址,源端口,矿池地址,首次发现时间\n１９２．１６８．１．１ \n"
    bring("telecom", short.encode(), name="短")
    batch = find_batch("短")
    assert batch is not None
    head, row = b"".join(error_csv(batch)).decode("utf-8-sig").splitlines()
    assert dict(zip(head.split(","), row.split(","), strict=True)) | {"原因与办法": ""} == {
        "源IP地址": "１９２．１６８．１．１ ",
        "源端口": "",
        "矿池地址": "",
        "首次发现时间": "",
        "行号": "1",
        "处理结果": "reject:not_global",
        "原因与办法": "",
    }
    assert [neutral(cell) for cell in ("＝1+1", " =1+1")] == ["'＝1+1", "' =1+1"]


@pytest.mark.usefixtures("demo_city")
def test_the_sheets_of_a_workbook_are_answered_each_under_its_own_header() -> None:
    content = workbook(
        ("一", [["源IP地址", "源端口"], ["10.0.0.1", "1"]]), ("二", [["源端口", "源IP地址"], ["2", "10.0.0.2"]])
    )
    bring("telecom", content, name="两表")
    batch = find_batch("两表")
    assert batch is not None
    lines = [line.split(",")[:2] for line in b"".join(error_csv(batch)).decode("utf-8-sig").splitlines()]
    assert lines == [["源IP地址", "源端口"], ["10.0.0.1", "1"], ["源端口", "源IP地址"], ["2", "10.0.0.2"]]


@pytest.mark.usefixtures("demo_city")
def test_who_sent_a_list_sees_what_became_of_it_and_others_of_his_principal_do_not() -> None:
    def receive(username: str, agency: str) -> ListBatch:
        batch, _ = receive_list(
            actor=find_actor(username),
            content=content_of("telecom")[:5000].rsplit(b"\n", 1)[0],
            filename="a.csv",
            kind="telecom",
            agency=get_directory().by_code[agency],
            batch_name=agency,
            now=clock.now(),
        )
        return batch

    for agency in ("320300-telecom", "320300-telecom-ct"):
        batch = receive("ct-handler1", agency)
        assert get_batch(find_actor("ct-handler1"), batch.id) is not None
        assert get_batch(find_actor("telecom-handler1"), batch.id) is not None
        assert get_batch(find_actor("cu-handler1"), batch.id) is None
        own = [name for name in ("ct-handler1", "telecom-handler1", "drc-handler1") if is_own(find_actor(name), batch)]
        assert own == ["ct-handler1", "telecom-handler1"]


@pytest.mark.usefixtures("demo_city")
def test_a_row_that_slipped_by_a_column_shows_nobody_on_a_page() -> None:
    rows = [
        "源IP地址,源端口,矿池地址,币种,首次发现时间,运营商",
        "36.154.192.217,18049472055,孙玲娜,孙玲娜,18049472055,孙玲娜",
        "孙玲娜,1159,18049472055,18049472055,2026-10-03 08:00,18049472055",
    ]
    bring("telecom", "\n".join(rows).encode(), name="名单")
    (case,) = Case.objects.all()
    assert case.title == "徐州市 待溯源 · 挖矿流量"
    stored = json.dumps(list(ListRow.objects.values("reading", "figures", "notes")), ensure_ascii=False)
    page, _ = batch_rows(find_actor("drc-handler1"), ListBatch.objects.get())
    assert page[0]["cells"] == ["36.154.192.217", "180…55", "***", "***", "180…55", "***"]
    assert page[1]["cells"] == ["□□□", "1159", "***", "***", "2026-10-03 08:00", "***"]
    for canary in ("孙玲娜", "18049472055"):
        assert canary not in stored


@pytest.mark.usefixtures("demo_city")
def test_no_misplaced_column_carries_a_name_into_a_reason() -> None:
    rows = [
        "源IP地址,源端口,矿池地址,首次发现时间",
        "孙玲娜,18049472055,p.example,徐州市建国西路226号",
        "8.8.4.4,孙玲娜,p.example,18049472055",
    ]
    bring("telecom", "\n".join(rows).encode(), name="名单")
    stored = json.dumps(list(ListRow.objects.values("reading", "figures", "notes")), ensure_ascii=False)
    for canary in ("孙玲娜", "18049472055", "建国西路"):
        assert canary not in stored


@pytest.mark.usefixtures("demo_city")
def test_the_file_to_correct_says_who_took_it_out_and_is_read_as_a_list_again() -> None:
    bring("telecom", TWO_ROWS.encode(), name="名单")
    batch = find_batch("名单")
    assert batch is not None
    signature = "许昊 XZ1024 · 徐州市通信行业管理办公室 · 2026-11-25 21:30:05 · 名单"
    first, head, row = b"".join(error_csv(batch, signature)).decode("utf-8-sig").splitlines()
    assert first.endswith(signature) and "含个人信息" in first
    assert head.startswith("源IP地址,源端口")
    corrected = "\n".join([first, head, row.replace("10.0.0.1", "36.154.192.218")])
    summary = bring("telecom", corrected.encode(), name="更正")
    assert (summary.rows_total, summary.fates) == (1, {"accept": 1})


TWO_ROWS = (
    "源IP地址,源端口,矿池地址,首次发现时间\n"
    "10.0.0.1,1234,p.example,2026-10-01 08:00\n"
    "36.154.192.217,1235,p.example,2026-10-01 08:00\n"
)

"""The workloads of imports, small: the hand writes what the product writes, and each line has what it promises."""

from __future__ import annotations

from tests.conftest import Bench

# Openings and one more act of cases that the list names again, as often as they are named, or once a chunk.
BY_PRODUCT_AND_HAND_ALIKE = ("case", "task", "caseagency", "clockinterval", "outbox", "casesearch", "listrow", "site")


def test_an_import_is_measured_beside_a_hand_that_writes_as_many_rows(bench: Bench) -> None:
    (line,) = bench("import", "--rows", "3000")
    for table in BY_PRODUCT_AND_HAND_ALIKE:
        assert line["written"][table] == line["written_by_hand"][table] > 0, table
    assert sum(line["fates"].values()) == sum(line["effects"].values()) == line["rows"] == 3000
    assert line["effects"]["new_case"] == line["written"]["case"]
    assert line["ratio"] > 0
    assert line["peak_mb"] >= line["peak_mb_before"] > 0


def test_lists_are_imported_into_a_base_that_grows_with_each(bench: Bench) -> None:
    lines = bench("growth", "--cases", "800", "--lists", "3", "--rows", "250")
    assert [line["list"] for line in lines] == [1, 2, 3]
    cases = [line["cases_before"] for line in lines]
    assert 800 < cases[0] < cases[1] < cases[2]
    assert lines[0]["ratio"] == 1


def test_a_large_workbook_is_measured_beside_the_parser_alone(bench: Bench) -> None:
    lines = bench("workbooks", "--rows", "40000")
    assert [line["texts"] for line in lines] == ["in_cells", "apart"]
    for line in lines:
        assert line["read_rows"] == 40_001
        assert min(line["reader_peak_mb"], line["caller_peak_mb"], line["parser_peak_mb"]) > 0


def test_a_list_is_withdrawn_with_every_case_and_signal_that_it_brought(bench: Bench) -> None:
    (line,) = bench("withdrawal", "--rows", "600")
    assert line["rows"] == 600
    assert line["cases"] > 0
    assert (line["signals"] > 0, line["signals_left"]) == (True, 0)
    assert line["rows_per_s"] > 0

"""What differs between the tables and the replay, each difference named by row and column."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from audit.verification.projections import Problem
from cases.workflow.replay.lines import NULL, plain
from cases.workflow.replay.tables import CASES, TABLES, TASKS, Lines, Table

PREFIX = "case/"


def differences(told: Lines, found: Lines, *, skipped: set[str]) -> Iterator[Problem]:
    """The problems of all cases, those of one case together. Whole tables are compared first: mostly they agree."""
    by_case: dict[str, list[tuple[str, str]]] = {}
    for table in TABLES:
        expected, lines = told.tables[table.name], found.tables[table.name]
        if expected != lines and (len(expected) != len(lines) or set(expected) != set(lines)):
            for case_id, zh, en in _lines_differ(table, expected, lines):
                by_case.setdefault(case_id, []).append((zh, en))
    for case_id, facts in told.facts.items():
        if case_id in found.facts and found.facts[case_id] != facts:
            by_case.setdefault(case_id, []).extend(_keys_differ(CASES, "facts", facts, found.facts[case_id]))
    if told.data != found.data:
        for case_id, task_id in (line.split("\t", 2)[:2] for line in found.tables[TASKS.name]):
            expected_data, data = told.data.get(task_id, {}), found.data.get(task_id, {})
            by_case.setdefault(case_id, []).extend(_keys_differ(TASKS, f"{task_id} data", expected_data, data))
    for case_id in sorted(by_case.keys() - skipped):
        for zh, en in by_case[case_id]:
            yield Problem(None, PREFIX + case_id, told.versions.get(case_id), "projection", zh, en)


def files_differ(told: Lines, found: dict[str, tuple[str, str]]) -> Iterator[Problem]:
    """Files that acts named, against the hash beside them and the hash of their content."""
    for case_id, files in told.files.items():
        for file_id, digest in files.items():
            beside, computed = found.get(file_id, ("", ""))
            if beside == computed == digest:
                continue
            zh, en = f"材料 {file_id} 已不在库中", f"the file {file_id} is gone"
            if computed:
                zh = f"材料 {file_id} 已被改动：事件记载的哈希为 {digest}，登记为 {beside}，按内容计算为 {computed}"
                en = f"the file {file_id} was changed: told {digest}, noted {beside}, computed {computed}"
            yield Problem(None, PREFIX + case_id, told.versions[case_id], "file", zh, en)


def _lines_differ(table: Table, expected: list[str], lines: list[str]) -> Iterator[tuple[str, str, str]]:
    """Case, Chinese and English sentence of each row that is missing, changed or there without an event."""
    told, found = Counter(expected), Counter(lines)
    unknown = {tuple(values[: table.keys]): values for values in _taken_apart(found - told)}
    for values in _taken_apart(told - found):
        changed = unknown.pop(tuple(values[: table.keys]), None)
        if changed is None:
            shown = _joined(values)
            yield values[0], f"{table.zh}缺少事件所记的一行：{shown}", f"{table.name} lacks a row that is told: {shown}"
            continue
        row = " ".join(values[1 : table.keys])
        for column, should, value in zip(table.columns, values, changed, strict=False):
            if should != value:
                yield values[0], *_differs(table, f"{row} {column}".strip(), _value(should), _value(value))
    for values in unknown.values():
        shown = _joined(values)
        yield values[0], f"{table.zh}中有一行没有事件记载：{shown}", f"{table.name} has a row no event tells: {shown}"


def _taken_apart(lines: Counter[str]) -> list[list[str]]:
    return [line.split("\t") for line in sorted(lines.elements())]


def _keys_differ(table: Table, where: str, told: dict[str, Any], found: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for key in sorted(told.keys() | found.keys()):
        if told.get(key) != found.get(key):
            yield _differs(table, f"{where}.{key}", told.get(key), found.get(key))


def _differs(table: Table, what: str, told: object, found: object) -> tuple[str, str]:
    return (
        f"{table.zh}的“{what}”与事件重放不符：事件为 {told}，表中为 {found}",
        f"{table.name}: {what} differs from the replay of the events: told {told}, found {found}",
    )


def _value(written: str) -> str | None:
    return None if written == NULL else plain(written)


def _joined(values: list[str]) -> str:
    return " ".join(plain(value) for value in values[1:] if value != NULL)

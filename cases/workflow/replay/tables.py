"""The tables of a case: the lines that COPY writes for a range of cases, and those that rebuilt cases should have.

Every line begins with the id of its case.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from agencies.vocabulary import Confidentiality
from cases.workflow.replay.lines import NULL, json_of
from cases.workflow.replay.state import CASE_COLUMNS, CLOCK_COLUMNS, TASK_COLUMNS, State

_ID = 36  # characters
_UTC = "{} AT TIME ZONE 'UTC'"
_RANKS = {level.value: str(level.rank) for level in Confidentiality}


class Table(NamedTuple):
    """A table, how people call it, and its columns in the order of a line. The first `keys` say which row it is.

    `json` is the column behind them that is not compared as text, since jsonb writes keys in an order of its own.
    """

    name: str
    zh: str
    columns: tuple[str, ...]
    keys: int
    json: str = ""

    def query(self) -> str:
        written = {"head": "encode(head, 'hex')", "at": _UTC.format("at")}
        shown = (_UTC.format(c) if c.endswith(("_at", "since")) else written.get(c, c) for c in self.columns)
        more = f", {self.json}" if self.json else ""
        return f"SELECT {', '.join(shown)}{more} FROM {self.name} WHERE {self.columns[0]} BETWEEN %s AND %s"


CASES = Table("cases_case", "案件", ("id", *CASE_COLUMNS), 1, "facts")
TASKS = Table("cases_task", "待办", ("case_id", *TASK_COLUMNS, "rank"), 2, "data")
CLOCKS = Table(
    "cases_clockinterval",
    "计时",
    ("case_id", "task_id", "agency_id", "state", "reason", "started_at", *CLOCK_COLUMNS, "ended_at"),
    6,
)
SEEN_BY = Table("cases_caseagency", "参与单位", ("case_id", "agency_id", "relation", "since", "rank"), 2)
DOCUMENTS = Table(
    "cases_document",
    "文书",
    (
        *("case_id", "id", "kind", "agency_id", "year", "serial", "number", "attachment_id", "sha256", "template"),
        *("template_sha256", "event_seq", "at"),
    ),
    2,
)
TABLES = (CASES, TASKS, CLOCKS, SEEN_BY, DOCUMENTS)


@dataclass(slots=True)
class Lines:
    """The lines of a range of cases, by table; beside them what is no line.

    `data` is that of each task that has any; the last three are known on the side of the events only.
    """

    tables: dict[str, list[str]] = field(default_factory=lambda: {table.name: [] for table in TABLES})
    facts: dict[str, dict[str, Any]] = field(default_factory=dict)
    data: dict[str, dict[str, Any]] = field(default_factory=dict)
    files: dict[str, dict[str, str]] = field(default_factory=dict)
    versions: dict[str, int] = field(default_factory=dict)
    regions: dict[str, list[str]] = field(default_factory=dict)


def read(connection: Any, first: str, last: str) -> Lines:
    """The lines of the cases first <= id <= last."""
    found, bounds = Lines(), [first, last]
    for table in TABLES:
        found.tables[table.name] = _copy(connection, table.query(), bounds)
    for line, facts in _apart(found.tables[CASES.name]):
        found.facts[line[:_ID]] = json_of(facts)
    for line, data in _apart(found.tables[TASKS.name]):
        if data != "{}":
            found.data[line[_ID + 1 : 2 * _ID + 1]] = json_of(data)
    return found


def _apart(lines: list[str]) -> Iterator[tuple[str, str]]:
    """Takes the JSON value off the end of each line."""
    for n, written in enumerate(lines):
        lines[n], _, value = written.rpartition("\t")
        yield lines[n], value


def read_files(connection: Any, ids: list[str]) -> dict[str, tuple[str, str]]:
    """The hash that stands beside each of these files, and the hash of its content."""
    # The content of a file whose erasure is on record is not there any more; its hash was right until then.
    query = """SELECT a.id, a.sha256, CASE WHEN a.content = '' AND EXISTS (
            SELECT 1 FROM audit_event e WHERE e.action = 'personal_data_erased' AND e.stream LIKE 'erasure/%%'
            AND convert_from(e.body, 'UTF8')::jsonb -> 'data' -> 'files' ? a.id::text)
        THEN a.sha256 ELSE encode(sha256(a.content), 'hex') END
        FROM cases_attachment a WHERE a.id = ANY(%s::uuid[])"""
    rows = (line.split("\t") for line in _copy(connection, query, [ids]))
    return {file_id: (told, computed) for file_id, told, computed in rows}


def _copy(connection: Any, query: str, parameters: list[Any]) -> list[str]:
    received = _Sink()
    with connection.cursor() as cursor:
        cursor.copy_expert(f"COPY ({cursor.mogrify(query, parameters).decode()}) TO STDOUT", received)
    # Not splitlines(): it would also divide at U+2028, which COPY leaves as it is.
    return b"".join(received).decode().split("\n")[:-1]


class _Sink(list[bytes]):
    """What psycopg2 writes the COPY to."""

    write = list.append


def tell(lines: Lines, state: State) -> None:
    """Add the lines that this case should have."""
    case_id = state.case_id
    cases, tasks, clocks, seen_by, documents = lines.tables.values()
    cases.append("\t".join((case_id, *state.row.values())))
    # Whatever the events say of it, a task and whoever sees the case stand at the case's own confidentiality.
    rank = _RANKS.get(state.row["confidentiality"], "")
    tasks += ["\t".join((case_id, *task.values(), rank)) for task in state.tasks.values()]
    clocks += state.clocks
    clocks += [f"{case_id}\t{task_id}\t{begun.line()}\t{NULL}" for task_id, begun in state.running.items()]
    seen_by += [f"{line}\t{rank}" for line in state.seen_by.values()]
    documents += state.documents
    if state.data:
        lines.data.update({task_id: data for task_id, data in state.data.items() if data})
    if state.files:
        lines.files[case_id] = state.files
    lines.facts[case_id] = state.facts
    lines.versions[case_id] = state.version
    lines.regions[case_id] = state.regions

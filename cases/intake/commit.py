"""A chunk into the tables: sites and their keys, rows with their fate, signals, personal values, all by COPY.

In the same transaction as the acts on the cases: a killed import leaves whole chunks or nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

import orjson
from django.db import connection

from audit.ids import new_id
from cases.intake.acts import FAMILY, Import, Target
from cases.intake.copying import copy_rows
from cases.intake.lines import Line
from cases.intake.lists.rows import FIGURES, ReadRow
from cases.intake.lists.values import CST, read_time
from cases.intake.sites.found import write_keys, write_networks
from cases.intake.sites.plan import Placement, Plan
from cases.intake.suggestions.writing import write_suggestions
from cases.models.sealing import key_ring
from cases.models.vault import record_place
from cases.policy.matching.weights import model_on

PROTECTED = frozenset({"reporter", "reporter_phone"})
# A row that turned out to be another subscriber's: its signal is withdrawn and written anew at the right case. Why it
# had gone to the first one stays with it, for nobody may change that; the row of the reply says why it went on.
_MOVE = """
    WITH moved(row_id, site_id, case_id) AS (SELECT * FROM unnest(%s::bigint[], %s::uuid[], %s::uuid[])),
    led AS (
        UPDATE cases_listrow r SET site_id = m.site_id FROM moved m WHERE r.id = m.row_id
    ), ended AS (
        UPDATE cases_signal s SET withdrawn_at = %s FROM moved m WHERE s.row_id = m.row_id AND s.withdrawn_at IS NULL
        RETURNING m.case_id, s.family, s.numbers, s.observed_from, s.observed_to, s.row_id
    )
    SELECT case_id::text, family, numbers::text, observed_from, observed_to, row_id FROM ended
"""


def write_chunk(
    plan: Plan, lines: Sequence[Line], targets: dict[str, Target], numbers: dict[str, str], imported: Import
) -> dict[str, dict[str, int]]:
    """Write it all; returns the counts of the chunk by fate, effect and reason. `numbers`: case numbers by site."""
    by_line = {id(line.placement): line for line in lines if line.placement}
    effects = effects_of(plan.placements, targets, imported.kind)
    _write_sites(targets.values(), imported.now)
    copy_rows("cases_listrow", _ROW, _rows(lines, targets, effects, numbers, imported))
    copy_rows("cases_sitekey", _KEY, _keys(plan, targets, imported.now))
    copy_rows("cases_signal", _SIGNAL, _signals(targets.values(), by_line, imported))
    placed = [placement for target in targets.values() for placement in target.placements]
    write_networks(
        [(by_line[id(p)].row_id, p.read.reading["ip"]) for p in placed if p.read.reading.get("ip")], imported
    )
    _write_persons(plan, targets, imported)
    _move(plan, targets, imported.now)
    copy_rows("cases_rowanswer", _ANSWER, _answers(plan, imported.now))
    write_suggestions(plan, targets, imported)
    counts: dict[str, dict[str, int]] = {"fates": {}, "effects": {}, "reasons": {}}
    for line in lines:
        effect = effects.get(id(line.placement), "none")
        for name, value in (("fates", line.read.fate), ("effects", effect), ("reasons", line.read.reason)):
            counts[name][value] = counts[name].get(value, 0) + 1
    return counts


def effects_of(placements: Sequence[Placement], targets: dict[str, Target], kind: str) -> dict[int, str]:
    """The first row of a case that was opened now made it, the others were added to it."""
    effects: dict[int, str] = {}
    made: set[str] = set()
    for placement in placements:
        root = placement.root
        if root is None or not placement.counts:
            continue
        target = targets[root.ref]
        if kind == "trace" and target.stored and not target.opened and not root.open:
            continue
        opening = (target.opened or target.rerouted) and root.ref not in made
        made.add(root.ref)
        effects[id(placement)] = "new_case" if opening else "added"
    return effects


def _write_sites(targets: Iterable[Target], now: datetime) -> None:
    new, again, located = [], [], []
    for target in targets:
        if target.stored is None and target.opened:
            new.append(
                (target.site_id, target.case_id, None, target.region_code, _subject(target), target.state.located, now)
            )
        elif target.opened:
            again.append((str(target.site_id), target.case_id))
        elif target.stored and target.state.located and not target.stored.located:
            located.append((str(target.site_id), _subject(target)))
    copy_rows("cases_site", _SITE, new)
    with connection.cursor() as cursor:
        if again:
            cursor.execute(
                "UPDATE cases_site s SET previous_case_id = s.case_id, case_id = x.case_id"
                " FROM unnest(%s::uuid[], %s::uuid[]) AS x(id, case_id) WHERE s.id = x.id",
                [list(column) for column in zip(*again, strict=True)],
            )
        if located:
            cursor.execute(
                "UPDATE cases_site s SET located = true, subject = x.subject"
                " FROM unnest(%s::uuid[], %s::text[]) AS x(id, subject) WHERE s.id = x.id",
                [list(column) for column in zip(*located, strict=True)],
            )


def _subject(target: Target) -> str:
    return target.located_by.subject if target.located_by else "unknown"


_SITE = ("id", "case_id", "previous_case_id", "region_code", "subject", "located", "created_at")
_ROW = (
    *("id", "batch_id", "number", "sealed", "reading", "fate", "reason", "figures", "notes", "effect", "matched"),
    *("score", "identity", "sight", "same_as_id", "site_id"),
)
_KEY = ("site_id", "kind", "value", "township", "holder", "flat", "seen_on", "created_at")
_PERSON = ("id", "case_id", "field", "source", "sealed", "key_id", "blind", "protected", "created_at")
_ANSWER = ("row_id", "reply_id", "moved", "matched", "score", "at")
_SIGNAL = ("case_id", "family", "numbers", "observed_from", "observed_to", "row_id", "created_at")


def _rows(
    lines: Sequence[Line],
    targets: dict[str, Target],
    effects: dict[int, str],
    numbers: dict[str, str],
    imported: Import,
) -> Iterator[tuple[Any, ...]]:
    model = model_on(imported.now.astimezone(CST).date())
    for line in lines:
        read, placement = line.read, line.placement
        root = placement.root if placement else None
        target = targets.get(root.ref) if root else None
        yield (
            line.row_id,
            imported.batch_id,
            read.number,
            line.sealed,
            # The network address stays in the sealed cells; the keyed hashes find it.
            {name: value for name, value in read.reading.items() if name != "ip"},
            read.fate,
            read.reason,
            read.figures,
            [[code, figures] for code, figures in (*read.notes, *_named_cases(placement, numbers))],
            effects.get(id(placement), "none"),
            placement.reasons if placement else [],
            model.score(placement.reasons) if placement and placement.reasons else None,
            line.identity,
            line.sight,
            line.same_as,
            target.site_id if target and target.case_id else None,
        )


def _named_cases(placement: Placement | None, numbers: dict[str, str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The case that an earlier reply had led to; cases that only look alike are named to a person, never merged."""
    if placement is None:
        return
    root = placement.root
    if placement.left and placement.left.root().ref in numbers:
        yield "reply_moves", {"case": numbers[placement.left.root().ref]}
    for ref in sorted({site.root().ref for site in placement.alike}):
        if (root is None or ref != root.ref) and ref in numbers:
            yield "alike", {"case": numbers[ref]}


def _keys(plan: Plan, targets: dict[str, Target], now: datetime) -> Iterator[tuple[Any, ...]]:
    for learned in plan.learned:
        target = targets.get(learned.site.root().ref)
        if target is None or not target.case_id:
            continue
        door = learned.door
        yield (
            target.site_id,
            learned.kind,
            learned.value,
            door.township if door else None,
            door.holder if door else learned.holder,
            bool(door and door.flat),
            learned.day,
            now,
        )


def _answers(plan: Plan, now: datetime) -> Iterator[tuple[Any, ...]]:
    model = model_on(now.astimezone(CST).date())
    for answer in plan.answers:
        reasons = list(answer.reasons)
        yield answer.row_id, answer.reply_id, answer.moved, reasons, model.score(reasons), now


def _signals(targets: Iterable[Target], by_line: dict[int, Line], imported: Import) -> Iterator[tuple[Any, ...]]:
    family = FAMILY.get(imported.kind)
    if family is None:
        return
    for target in targets:
        for placement in target.placements:
            read = placement.read
            begin, end = _observed(read)
            row_id = by_line[id(placement)].row_id
            yield target.case_id, family, _numbers(read), begin, end, row_id, imported.now


def _numbers(read: ReadRow) -> dict[str, Any]:
    return {name: read.reading[name] for name in FIGURES if name in read.reading}


def _observed(read: ReadRow) -> tuple[datetime | None, datetime | None]:
    """From first to last sight, or the whole billing month, or the moment of the report."""
    reading = read.reading
    if "first" in reading:
        first, last = datetime.fromisoformat(reading["first"]), datetime.fromisoformat(reading["last"])
        return first, max(first, last)
    if "month" in reading:
        begin = read_time(f"{reading['month']}-01") or datetime.min.replace(tzinfo=CST)
        return begin, (begin + timedelta(days=32)).replace(day=1) - timedelta(seconds=1)
    if "reported" in reading:
        at = datetime.fromisoformat(reading["reported"])
        return at, at
    return None, None


def _write_persons(plan: Plan, targets: dict[str, Target], imported: Import) -> None:
    """Every personal value once per case, sealed and bound to its own record."""
    values: dict[tuple[str, str, str], str] = {}
    for placement in plan.placements:
        root = placement.root
        target = targets.get(root.ref) if root else None
        if target is None or not target.case_id:
            continue
        for read in placement.spoken:
            source = imported.kind if read is placement.read else "trace"
            for field, value in read.personal.items():
                values.setdefault((target.case_id, field, value), source)
    ring = key_ring()
    records = []
    for (case_id, field, value), source in values.items():
        record = new_id()
        sealed = ring.seal(value.encode(), record_place(record.bytes, field))
        blind = ring.blind(f"person/{field}", value)
        protected = field in PROTECTED
        records.append((record, case_id, field, source, sealed, ring.current, blind, protected, imported.now))
    copy_rows("cases_personalrecord", _PERSON, records, once="(case_id, field, blind)")
    write_keys([(case_id, field, value) for case_id, field, value in values], imported)


def _move(plan: Plan, targets: dict[str, Target], now: datetime) -> None:
    moves = [(move, targets[move.site.root().ref]) for move in plan.moves]
    answered = [(row_id, targets[state.root().ref]) for row_id, state in plan.attached]
    with connection.cursor() as cursor:
        if moves:
            ids, sites, cases = zip(*((move.row_id, str(t.site_id), t.case_id) for move, t in moves), strict=True)
            cursor.execute(_MOVE, [list(ids), list(sites), list(cases), now])
            # As JSON, not as the text of it: a string in its place breaks every page that reads the numbers.
            rows = [(*row[:2], orjson.loads(row[2]), *row[3:], now) for row in cursor.fetchall()]
            copy_rows("cases_signal", _SIGNAL, rows)
        if answered:
            cursor.execute(
                "UPDATE cases_listrow r SET site_id = x.site_id"
                " FROM unnest(%s::bigint[], %s::uuid[]) AS x(id, site_id) WHERE r.id = x.id",
                [[r for r, _ in answered], [str(t.site_id) for _, t in answered]],
            )

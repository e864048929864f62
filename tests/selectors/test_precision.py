"""Every cell of the field table, against pages, API and proofs, with values that stand nowhere else.

precision.csv is kept by hand from domain.md 6.3 and docs/decisions/0062; the product does not read it.
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest

from tests.selectors.sites import FORMS, READERS, build, everything, findings, to_measures

TABLE = list(csv.DictReader((Path(__file__).parent / "precision.csv").read_text(encoding="utf-8").splitlines()))


def wrong_cells(case: str, relation: str, forms: dict[str, dict[str, str]]) -> list[str]:
    wrong = []
    for reader, username in READERS.items():
        text = everything(username, case)
        for row in TABLE:
            if row["relation"] == relation:
                found = findings(text, row["field"], row[reader], forms[row["field"]])
                wrong += [f"{reader}: {line}" for line in found]
    return wrong


def test_every_cell_while_the_findings_are_made(demo_city: None, monkeypatch: pytest.MonkeyPatch) -> None:
    _world, case = build(monkeypatch)
    assert wrong_cells(case, "verification", FORMS) == []


def test_every_cell_once_a_measure_was_handed_to_the_grid_company(
    demo_city: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    world, case = build(monkeypatch)
    amount = to_measures(world, case)
    bill = {"clear": amount, "masked": amount[:1] + "".join("*" if c.isdigit() else c for c in amount[1:])}
    assert wrong_cells(case, "measures", FORMS | {"amount of the bill": bill}) == []


def test_the_table_names_every_reader_and_every_field_of_the_case() -> None:
    assert {row["field"] for row in TABLE} == set(FORMS)
    assert set(TABLE[0]) == {"field", "relation", *READERS}
    assert all(row[reader] in {"clear", "masked", "district", "hash", "none"} for row in TABLE for reader in READERS)


def same(value: Any, *_: Any) -> Any:
    return value


# One mask less each: what is left out, and a reader and field at which it has to be seen.
MASKS: dict[str, tuple[str, Any, str, str]] = {
    "members of facts": ("cases.selectors.precision.facts.detail_of", lambda _path: None, "cyberspace", "monthly kwh"),
    "values of persons": (
        "cases.selectors.precision.personal.masked", lambda value, _form: value.text, "auditor", "phone",
    ),
    "districts": ("cases.selectors.masking.address", same, "cyberspace", "address of the carrier"),
    "figures of signals": (
        "cases.selectors.evidence._number", lambda _name, value, _form: value, "grid", "pool",
    ),
    "times of signals": ("cases.selectors.evidence._moment", same, "auditor", "seen at"),
    "known values in notes": (
        "cases.selectors.precision.texts._known", lambda *_: [], "grid", "subscriber of the carrier",
    ),
    "bodies of events": (
        "cases.selectors.precision.proofs.body_shown", lambda body, *_: (body, []), "auditor", "monthly kwh",
    ),
}  # fmt: skip


def test_each_mask_is_missed_where_it_is_left_out(demo_city: None, monkeypatch: pytest.MonkeyPatch) -> None:
    _world, case = build(monkeypatch)
    unseen = []
    for name, (target, instead, reader, field) in MASKS.items():
        with monkeypatch.context() as left_out:
            left_out.setattr(target, instead)
            form = next(row[reader] for row in TABLE if (row["field"], row["relation"]) == (field, "verification"))
            if not findings(everything(READERS[reader], case), field, form, FORMS[field]):
                unseen.append(name)
    assert not unseen

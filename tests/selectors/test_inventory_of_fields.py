"""Everything through which a value of a case leaves is known: members of facts, shapes of the API, columns, templates.

members.csv and the other tables are kept by hand: what is new and not in them fails here, so that somebody decides what
it is before it is shown.
"""

from __future__ import annotations

import csv
import inspect
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from types import ModuleType

import pytest
from rest_framework import serializers

from cases.api import shapes
from cases.intake.lists.synonyms import SYNONYMS
from cases.models import Case, PersonalRecord
from cases.selectors.evidence import NUMBERS
from cases.selectors.precision import facts, lists, personal
from cases.web.show.changes import MEMBERS
from cases.web.show.evidence import FIGURES
from cases.workflow.transitions import TRANSITIONS
from tests.selectors.sites import build, to_measures

HERE = Path(__file__).resolve().parent
TEMPLATES = HERE.parents[1] / "cases" / "templates"
# Every module of shapes there is, so that a new one is classified too.
SHAPES: tuple[ModuleType, ...] = tuple(
    import_module(f"{shapes.__name__}.{found.name}") for found in iter_modules(shapes.__path__)
)
# Columns of a list that say nothing about a person, a place or a connection.
PLAIN_COLUMNS = {"county", "level", "result", "reported", "seq"}


def table(path: Path) -> list[list[str]]:
    return list(csv.reader(path.read_text(encoding="utf-8").splitlines()))[1:]


def known_members() -> dict[str, str]:
    return {row[0]: row[1] for row in table(HERE / "members.csv")}


def asked() -> Iterator[str]:
    """Every input of an act whose value goes into an event in clear."""
    for transition in TRANSITIONS.values():
        for field in transition.inputs:
            yield from (inner.name for inner in (field, *field.fields) if not inner.sealed)


def test_every_member_of_an_event_is_classified_and_treated_as_it_is() -> None:
    known = known_members()
    assert {*MEMBERS, *asked()} <= set(known), {*MEMBERS, *asked()} - set(known)
    for member, part in known.items():
        inside_a_bill = part == "bill in a bill"
        path = ("surcharge", "bills", member) if inside_a_bill else ("set", member)
        wanted = "bill" if inside_a_bill else part
        assert str(facts.detail_of(path) or "plain") == wanted, member
    assert facts.detail_of(("signals", "energy")) is None, "a count of signals is no amount"


def test_the_facts_of_a_whole_case_hold_no_member_that_nobody_classified(
    demo_city: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    world, case = build(monkeypatch)
    to_measures(world, case)
    kept = Case.objects.get(pk=case).facts
    # Keys that are data: kinds of findings, families of signals, price classes.
    data = {"check_consumption", "inspect_site", "analyse_traffic", "trace_subscriber", "traffic"}
    named = {name for name in facts.names_in(kept) if "+" not in name} - data
    tops = set(kept)
    simulated = set(facts.names_in(kept["surcharge"]["simulation"]))
    unknown = named - tops - simulated - set(known_members())
    assert not unknown, unknown


def members_of_shapes() -> set[tuple[str, str]]:
    return {
        (name, member)
        for module in SHAPES
        for name, shape in vars(module).items()
        if inspect.isclass(shape) and issubclass(shape, serializers.Serializer) and shape.__module__ == module.__name__
        for member in shape().get_fields()
    }


def test_every_member_of_an_answer_is_classified() -> None:
    known = {(shape, member): what for shape, member, what in table(HERE.parent / "api" / "outputs.csv")}
    assert members_of_shapes() == set(known), members_of_shapes() ^ set(known)
    kinds = {"plain", "title", "facts", "personal", "proof", "free text", "refusal", "reader", "input"}
    kinds |= {"codes of the task", "name of a file", "sentence of a list", "cells of a list"}
    assert set(known.values()) == kinds


def test_every_column_of_a_list_is_classified() -> None:
    columns = {name for names in SYNONYMS.values() for name in names}
    unknown = columns - set(lists.COLUMNS) - PLAIN_COLUMNS
    assert not unknown, unknown


def test_every_figure_of_a_signal_and_every_field_of_the_vault_has_its_part() -> None:
    assert set(FIGURES) <= set(NUMBERS)
    assert set(personal.VAULT) == set(PersonalRecord.Field.values)
    sealed = {field.name for transition in TRANSITIONS.values() for field in transition.inputs if field.sealed} - {
        "officers"
    }
    texts = {f.name for t in TRANSITIONS.values() for f in t.inputs if f.sealed and f.kind == "longtext"}
    # Who objected, signed for a paper or saw it is read in the paper itself and shown nowhere.
    assert sealed - texts - set(personal.TYPED) == {
        "recipient",
        "relation",
        "witness",
        "witness_unit",
        "objector",
    }


def said(source: str) -> set[str]:
    """What a template writes: the first two steps of every variable."""
    found = re.findall(r"\{\{\s*([a-z_]+(?:\.[a-z_0-9]+)?)", source)
    return {name for name in found if name != "frame"}


def test_everything_a_template_writes_is_classified() -> None:
    known = {(name, variable) for name, variable, _what in table(HERE.parent / "web" / "outputs.csv")}
    written = {
        (str(path.relative_to(TEMPLATES)), variable)
        for path in TEMPLATES.rglob("*.html")
        for variable in said(path.read_text(encoding="utf-8"))
    }
    assert written == known, written ^ known

"""The templates of the papers: files with dated versions. Which one an act uses is chosen by its day.

A version is never edited once documents were made from it: its hash stands in every one of them. What changes gets a
new version with its own first day.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from audit.chain import canonical

KINDS_DIR = Path(__file__).resolve().parent / "kinds"
RIGHTS = Path(__file__).resolve().parent / "rights.toml"


@dataclass(frozen=True, slots=True)
class Template:
    """One version of the template of one kind.

    `facts` and `decision` are paragraphs; a pair (name, text) is printed only where that value is there. A paper that
    is adverse to somebody (`rights` is not empty) has headings, its basis and what can be done against it.
    """

    kind: str
    name: str
    effective_from: date
    effective_to: date | None
    title: str
    to: str
    facts: tuple[tuple[str, str], ...]
    decision: tuple[tuple[str, str], ...]
    copies: tuple[tuple[str, str], ...]
    blanks: tuple[str, ...]
    rights: tuple[str, ...]
    against: str
    signer: bool
    sha256: str

    @property
    def reference(self) -> str:
        """How a document names its template."""
        return f"{self.kind}@{self.effective_from}"


@dataclass(frozen=True, slots=True)
class Right:
    """What somebody may do against a paper; `clock` is the period by law that is counted for it, if there is one."""

    key: str
    clock: str
    text: str


def kinds() -> tuple[str, ...]:
    """Every kind that has a template."""
    return tuple(_all())


def template_for(kind: str, day: date) -> Template:
    """The template in force on that day; KeyError for a kind without one, or for a day before the first."""
    for found in _all()[kind]:
        if found.effective_from <= day and (found.effective_to is None or day <= found.effective_to):
            return found
    raise KeyError(f"no template of {kind} is in force on {day}")


def name_of(kind: str) -> str:
    """What a kind of paper is called in Chinese."""
    return _all()[kind][0].name


@cache
def rights() -> Mapping[str, Right]:
    rows = tomllib.loads(RIGHTS.read_text(encoding="utf-8"))["right"]
    return {row["key"]: Right(row["key"], row.get("clock", ""), row["text"]) for row in rows}


@cache
def _all() -> dict[str, tuple[Template, ...]]:
    return {path.stem: _read(path) for path in sorted(KINDS_DIR.glob("*.toml"))}


def _read(path: Path) -> tuple[Template, ...]:
    found = tomllib.loads(path.read_text(encoding="utf-8"))
    versions = [_version(path.stem, found["zh"], row) for row in found["version"]]
    return tuple(sorted(versions, key=lambda version: version.effective_from, reverse=True))


def _version(kind: str, name: str, row: Mapping[str, Any]) -> Template:
    said = {key: value.isoformat() if isinstance(value, date) else value for key, value in row.items()}
    return Template(
        kind=kind,
        name=name,
        effective_from=row["effective_from"],
        effective_to=row.get("effective_to"),
        title=row["title"],
        to=row.get("to", ""),
        facts=_paragraphs(row["facts"]),
        decision=_paragraphs(row.get("decision", ())),
        copies=_paragraphs(row.get("copies", ())),
        blanks=tuple(row.get("blanks", ())),
        rights=tuple(row.get("rights", ())),
        against=row.get("against", ""),
        signer=row.get("signer", False),
        sha256=hashlib.sha256(canonical({"kind": kind, "zh": name, **said})).hexdigest(),
    )


def _paragraphs(rows: Sequence[Any]) -> tuple[tuple[str, str], ...]:
    return tuple(("", row) if isinstance(row, str) else (row["if"], row["text"]) for row in rows)

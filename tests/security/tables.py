"""The policy tables beside this module (policy/*.csv), read by hand-made rules: the most specific line answers.

A cell of a line is `*`, one value, or several with `|` between them. Of the lines that fit a case, the one that names
the most columns counts; two equally specific ones that disagree, and a line that answers for nothing, are errors.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

POLICY = Path(__file__).parent / "policy"
# The five stages, and a case in verification that is more confidential than the ceiling of everybody in the table.
STAGES = ("monitoring", "verification", "suspension", "penalty_tariff", "closed", "confidential")
ROLES = (
    *("handler", "reviewer", "approver", "field_crew", "billing", "supervisor"),
    *("agency_admin", "system_admin", "security_admin", "audit_admin"),
)
# Who has an account and no role any more, whose account is disabled, and who has not logged in.
OUTSIDERS = ("none", "disabled", "nobody")
# What is open to everybody, with an account or without.
PUBLIC = frozenset({"page_report", "page_follow"})


def lines(name: str) -> list[dict[str, str]]:
    with (POLICY / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


class Unanswered(AssertionError):
    """A case that no line, or more than one, answers for."""


@dataclass
class Table:
    """One policy table; `used` counts how often each line had the last word."""

    name: str
    rows: list[dict[str, str]] = field(default_factory=list)
    used: dict[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.rows = lines(self.name)
        self._parsed = [
            ({k: frozenset(v.split("|")) for k, v in row.items() if k != "answer" and v != "*"}, row["answer"])
            for row in self.rows
        ]

    def answer(self, **case: str) -> str:
        fits = [(len(named), i) for i, (named, _) in enumerate(self._parsed) if _fits(named, case)]
        if not fits:
            raise Unanswered(f"{self.name}.csv says nothing about {case}")
        most = max(count for count, _ in fits)
        best = [i for count, i in fits if count == most]
        answers = {self._parsed[i][1] for i in best}
        if len(answers) > 1:
            raise Unanswered(f"{self.name}.csv says {sorted(answers)} about {case}: lines {[i + 2 for i in best]}")
        for i in best:
            self.used[i] = self.used.get(i, 0) + 1
        return answers.pop()

    def words(self, column: str) -> frozenset[str]:
        return frozenset().union(*(named.get(column, frozenset()) for named, _ in self._parsed))

    def dead_lines(self) -> list[str]:
        return [f"{self.name}.csv:{i + 2} {row}" for i, row in enumerate(self.rows) if i not in self.used]


def _fits(named: dict[str, frozenset[str]], case: dict[str, str]) -> bool:
    return all(case[column] in values for column, values in named.items())


class Cell(NamedTuple):
    """One person at one stage and one thing: what has to be answered. `kind`: act, read or elsewhere."""

    place: str
    role: str
    stage: str
    kind: str
    thing: str
    answer: str


@dataclass
class Policy:
    """All tables together, expanded into cells."""

    sight: Table = field(default_factory=lambda: Table("sight"))
    acts: Table = field(default_factory=lambda: Table("acts"))
    reads: Table = field(default_factory=lambda: Table("reads"))
    elsewhere: Table = field(default_factory=lambda: Table("elsewhere"))
    places: list[dict[str, str]] = field(default_factory=lambda: lines("places"))

    def cells(self, acts: Iterable[str]) -> Iterator[Cell]:
        acts = [act for act in acts if act != "open_case"] + ["upload"]
        reads = [row["read"] for row in self.reads.rows]
        things = list(dict.fromkeys(read for names in reads for read in names.split("|")))
        for place in self.places:
            for role in (*ROLES, *OUTSIDERS):
                for stage in STAGES:
                    yield from self._on_case(place, role, stage, acts, things)
                yield from self._elsewhere(place, role)

    def _on_case(
        self, place: dict[str, str], role: str, stage: str, acts: list[str], reads: list[str]
    ) -> Iterator[Cell]:
        about = {"agency": place["agency"], "relation": place[stage], "role": role}
        seen = self.sight.answer(relation=place[stage], region=place["region"], role=role)
        for act in acts:
            found = seen if seen != "sees" else self.acts.answer(act=act, stage=stage, **about)
            yield Cell(place["place"], role, stage, "act", act, found)
        for read in reads:
            found = seen if seen != "sees" else self.reads.answer(read=read, stage=stage, **about)
            listed = self.listed(read)
            yield Cell(place["place"], role, stage, "read", read, "absent" if listed and found == "404" else found)

    def listed(self, read: str) -> bool:
        """Whether it is a list, which holds the case or does not."""
        return any(row["answer"] in ("shown", "absent") for row in self.reads.rows if read in row["read"].split("|"))

    def _elsewhere(self, place: dict[str, str], role: str) -> Iterator[Cell]:
        for thing in sorted(frozenset().union(*(row["thing"].split("|") for row in self.elsewhere.rows))):
            if role in ("disabled", "nobody") and thing not in PUBLIC:
                found = "401"
            else:
                found = self.elsewhere.answer(
                    thing=thing, place=place["place"], agency=place["agency"], region=place["region"], role=role
                )
            yield Cell(place["place"], role, "-", "elsewhere", thing, found)

    def dead_lines(self) -> list[str]:
        return [line for t in (self.sight, self.acts, self.reads, self.elsewhere) for line in t.dead_lines()]

"""A sample in words: its cases, what was found of each agency, and the table that leaves as a file."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from django.urls import reverse

from agencies.directory import get_directory
from cases.models import Sample
from cases.oversight.sampling.reviewing import KINDS, RESULTS, SEVERITIES
from cases.policy.sampling import Member, draw, population_hash, seed_of
from cases.selectors import sampling
from cases.selectors.paging import Row
from cases.web.show import words
from cases.web.show.due import when_words
from cases.web.show.sampling.texts import WORDS
from cases.web.show.words import say
from cases.workflow.view import Text

__all__ = ["BY", "STATES", "WORDS", "by_agency", "card", "population_table", "redrawn", "table", "unit"]
STATES: Final = {
    sampling.TO_REVIEW: Text("待评查", "To be reviewed"),
    sampling.PASSED: Text("合格", "Passed"),
    sampling.NOTED: Text("有问题，未要求整改", "Problem, nothing demanded"),
    sampling.ASKED: Text("整改中，待答复", "Correction asked"),
    sampling.ANSWERED: Text("已答复，待销号", "Answered, to be accepted"),
    sampling.ACCEPTED: Text("已销号", "Put right"),
}
BY: Final = {
    "agency": Text("牵头单位", "Leading agency"),
    "county": Text("区县", "District"),
    "outcome": Text("办结结果", "Outcome"),
}
TONES: Final = {sampling.PASSED: "ok", sampling.ACCEPTED: "ok", sampling.NOTED: "warn", sampling.ANSWERED: "info"}
HEADS: Final = (
    Text("抽查编号", "Sample"), Text("抽取序号", "Place"), Text("案件编号", "Case"), Text("牵头单位", "Leading agency"),
    Text("层", "Stratum"), Text("评查人", "Reviewer"), Text("结论", "Result"), Text("问题种类", "Kind"),
    Text("严重程度", "Severity"), Text("整改期限", "To be put right by"), Text("状态", "State"),
)  # fmt: skip


def stratum(by: str, code: str) -> str:
    """A stratum by its name."""
    directory = get_directory()
    if by == "agency" and code in directory.by_code:
        return directory.by_code[code].short_name
    if by == "county":
        return directory.region_path(code) or code
    return say(words.OUTCOMES[code].text) if code in words.OUTCOMES else code


def unit(sample: Sample, row: Row, today: date) -> dict[str, Any]:
    """A drawn case."""
    late = bool(row["correct_by"] and row["correct_by"] < today and row["state"] in (sampling.ASKED, sampling.ANSWERED))
    return {
        **row,
        "href": reverse("web:sample_unit", args=[sample.pk, row["position"]]),
        "stratum_name": stratum(sample.by, row["stratum"]),
        "state_text": STATES[row["state"]],
        "tone": "bad" if late else TONES.get(row["state"], ""),
        "late": late,
        "result_text": RESULTS.get(row["result"] or "", ""),
        "kind_text": KINDS.get(row["kind"] or "", ""),
        "severity_text": SEVERITIES.get(row["severity"] or "", ""),
        "outcome_text": words.OUTCOMES[row["outcome"]].text if row["outcome"] in words.OUTCOMES else "",
    }


def by_agency(units: Sequence[Row], today: date) -> list[dict[str, Any]]:
    """What was found of each leading agency, the one with most problems first."""
    found: dict[int, dict[str, Any]] = defaultdict(
        lambda: dict.fromkeys(("drawn", "reviewed", "passed", "problems", "grave", "demanded", "accepted", "late"), 0)
    )
    for row in units:
        line = found[row["lead_id"]]
        line["name"] = row["lead"]["name"]
        line["drawn"] += 1
        line["reviewed"] += row["result"] is not None
        line["passed"] += row["result"] == "pass"
        line["problems"] += row["result"] == "problem"
        line["grave"] += row["severity"] == "grave"
        line["demanded"] += row["task_id"] is not None
        line["accepted"] += row["accepted_at"] is not None
        line["late"] += bool(row["correct_by"] and row["correct_by"] < today and row["accepted_at"] is None)
    lines = [{**line, "lead_id": agency, "rate": _rate(line)} for agency, line in found.items()]
    return sorted(lines, key=lambda line: (-line["problems"], line["name"]))


def _rate(line: dict[str, Any]) -> str:
    return f"{line['passed'] / line['reviewed']:.0%}" if line["reviewed"] else "--"


def redrawn(sample: Sample, rows: Sequence[Row]) -> dict[str, Any]:
    """The draw done again from what is on record: whether population, seed and cases come out the same."""
    members = [Member(row["number"], row["stratum"]) for row in rows]
    taken = [row["number"] for row in sorted((r for r in rows if r["position"]), key=lambda r: r["position"])]
    whole = population_hash(members) == sample.population_sha256
    seed = seed_of(sample.plan, sample.drawn) == sample.seed
    same = draw(members, sample.size, sample.seed) == taken
    return {"whole": whole, "seed": seed, "same": same, "ok": whole and seed and same, "taken": len(taken)}


def card(sample: Sample, figures: Row | None) -> dict[str, Any]:
    """A sample in the list."""
    counted = figures or dict.fromkeys(("drawn", "reviewed", "problems", "demanded", "accepted"), 0)
    return {
        **counted,
        "number": sample.number,
        "href": reverse("web:sample", args=[sample.pk]),
        "region": sample.region_id,
        "agency": sample.agency.short_name,
        "who": sample.planned_by.display_name,
        "from": sample.closed_from,
        "to": sample.closed_to,
        "population": sample.population,
        "size": sample.size,
        "at": when_words(sample.as_of),
        "is_drawn": bool(sample.seed),
        "open": counted["drawn"] - counted["reviewed"],
    }


def table(sample: Sample, units: Sequence[Row], today: date) -> list[list[str]]:
    """The drawn cases as they leave."""
    rows = [
        [
            sample.number,
            str(line["position"]),
            line["number"],
            line["lead"]["name"],
            line["stratum_name"],
            line["found_by"] or line["reviewer"] or "",
            say(line["result_text"]),
            say(line["kind_text"]),
            say(line["severity_text"]),
            line["correct_by"].isoformat() if line["correct_by"] else "",
            say(line["state_text"]),
        ]
        for line in (unit(sample, row, today) for row in units)
    ]
    return [[say(head) for head in HEADS], *rows]


def population_table(sample: Sample, rows: Sequence[Row]) -> list[list[str]]:
    """All that somebody needs to draw again: seed, size, and each case with its stratum and place."""
    heads = [Text("案件编号", "Case"), Text("层", "Stratum"), Text("抽取序号", "Place"), Text("种子", "Seed"),
             Text("抽取件数", "Size")]  # fmt: skip
    body = [[r["number"], r["stratum"], str(r["position"] or ""), sample.seed, str(sample.size)] for r in rows]
    return [[say(head) for head in heads], *body]

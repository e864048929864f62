"""Which open cases a change of the rules newly covers or uncovers: a list that somebody can act on, and no act.

Two states of the rules are compared: two days, or one day with and without an entered version. A region in which no
rule of the decision differs between them is not looked at; of the others every open case is decided twice.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import orjson

from agencies.actors import Actor
from agencies.directory import Directory
from cases.policy.entered import Entered
from cases.policy.measures.changes import Change, State, changes, in_effect
from cases.selectors import refs
from cases.selectors.law.opencases import open_cases, open_regions
from cases.selectors.paging import Row
from cases.workflow.measures.facts import explain
from cases.workflow.view import CaseView, Text

# What a page or an answer compares at most; the command compares all.
MOST_COMPARED: Final = 3_000
PROPOSALS: Final = {
    "stop": Text(
        "正在采取的措施当日已无依据，请立即复核，停止执行或另选依据",
        "A measure under way has no basis on that day: review it at once, end it or find another basis",
    ),
    "redetermine": Text("原拟定的措施已无依据，请重新认定", "What was determined has lost its basis: determine anew"),
    "open": Text(
        "新增可采取的措施，请复核后决定是否重新认定",
        "A measure opens: look at the case and decide whether to determine anew",
    ),
    "note": Text("仅供了解，无须办理", "For information; nothing is owed"),
}


@dataclass(frozen=True, slots=True)
class Comparison:
    """What changed. `compared`: how many cases were decided twice; `left`: how many more were not looked at."""

    rows: list[dict[str, Any]]
    regions: list[str]
    cases: int
    compared: int
    left: int


def compare(
    actor: Actor | None, directory: Directory, before: State, after: State, *, region: str | None, most: int, seen: date
) -> Comparison:
    """Compare over the open cases of this person, or of the operator (None), by the facts as told on the day `seen`."""
    places = open_regions(actor, region)
    affected = [(code, n) for code, n in places if in_effect(code, before) != in_effect(code, after)]
    names = sorted(code for code, _ in affected)
    rows: list[dict[str, Any]] = []
    compared = 0
    for case in open_cases(actor, names, most) if names else ():
        compared += 1
        rows += _changed(case, directory, before, after, seen)
    # What somebody has to act on stands first.
    rows.sort(key=lambda row: list(PROPOSALS).index(row["proposal"]))
    total = sum(n for _, n in affected)
    return Comparison(rows, names, sum(n for _, n in places), compared, total - compared)


def without(entered: Entered, version: str) -> Entered:
    """The rules without one entered version."""
    return Entered(tuple(v for v in entered.versions if v.id != version))


def _changed(case: Row, directory: Directory, before: State, after: State, seen: date) -> Iterator[dict[str, Any]]:
    view = _view(case)
    # The same facts under both: what differs is the rules alone.
    old, new = (explain(view, directory, state.day, rules=state.entered, seen=seen) for state in (before, after))
    for change in changes(old, new):
        yield _row(case, view, directory, change)


def _row(case: Row, view: CaseView, directory: Directory, change: Change) -> dict[str, Any]:
    measure = change.measure
    proposal = _proposal(view, change)
    return {
        "id": str(case["id"]),
        "number": case["number"],
        "title": case["title"],
        "stage": case["stage"],
        "region": refs.region(directory, case["region_code"]),
        "measure": measure.kind.code,
        "ground": measure.ground.code if measure.ground else None,
        "zh": f"{measure.kind.zh}：{measure.ground.zh}" if measure.ground else measure.kind.zh,
        "en": f"{measure.kind.en}: {measure.ground.en}" if measure.ground else measure.kind.en,
        "opened": change.opened,
        "articles": list(measure.articles),
        "because": [{"code": o.code, "zh": o.zh, "en": o.en, "article": o.article} for o in change.because],
        "proposal": proposal,
        "proposal_zh": PROPOSALS[proposal].zh,
        "proposal_en": PROPOSALS[proposal].en,
    }


def _proposal(view: CaseView, change: Change) -> str:
    """What somebody could do about it; nothing is done by the product."""
    if change.opened:
        return "open" if change.measure.kind.adverse else "note"
    chosen = {(row["kind"], row.get("ground")) for row in (view.facts.get("determination") or {}).get("disposals", [])}
    ground = change.measure.ground.code if change.measure.ground else None
    if (change.measure.kind.code, ground) not in chosen:
        return "note"
    return "stop" if view.stage in ("suspension", "penalty_tariff") else "redetermine"


def _view(case: Row) -> CaseView:
    """The case as far as a decision looks at it: its facts, without tasks and past acts."""
    names = ("number", "title", "stage", "version", "region_code", "level", "source", "outcome", "review_on")
    return CaseView(
        id=str(case["id"]), **{name: case[name] for name in names}, merged_into=None,
        lead_agency_id=case["lead_agency_id"], facts=orjson.loads(case["facts"]), tasks=(), acts=(),
        opened_at=case["opened_at"], stage_since=case["stage_since"], confidentiality=case["confidentiality"],
    )  # fmt: skip

"""疑似同一场所: the list of pairs, and two dossiers side by side with what agrees and what differs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext

from agencies.actors import Actor
from cases.intake.suggestions.answering import BY_ACT, WHY, may_answer
from cases.intake.suggestions.reading import shared_values
from cases.intake.suggestions.words import percent, words_of
from cases.policy.matching.weights import comparisons
from cases.selectors.case import get_case
from cases.selectors.paging import Row
from cases.selectors.precision.personal import VAULT, Opened, personal
from cases.web.show import words
from cases.web.show.case import LEVELS, SOURCES, SUBJECTS
from cases.web.show.privacy.personal import lines
from cases.web.show.words import clauses, listed, say
from cases.workflow.view import Text

STATES: Final = {
    "open": (Text("待核对", "To be answered"), "warn"),
    "accepted": (Text("已并案", "Merged"), "info"),
    "rejected": (Text("不是同一场所", "Not one site"), ""),
}
SAME, OTHER, ONE_SIDED = (
    (Text("相同", "Same"), "ok"),
    (Text("不同", "Differs"), "warn"),
    (Text("仅一方", "One only"), ""),
)


@dataclass(slots=True)
class Side:
    """One dossier of a pair, with its personal values in the form that this person may see."""

    case: Row
    personal: list[dict[str, Any]] = field(default_factory=list)
    in_clear: list[str] = field(default_factory=list)


def reasons(codes: list[str]) -> list[dict[str, Any]]:
    """Each reason in words, with its weight and whether it speaks for or against."""
    known = comparisons()
    bits = {code: known[code].bits if code in known else 0.0 for code in codes}
    return [
        {"code": code, "text": words_of(code), "bits": f"{bits[code]:+.1f}", "for": bits[code] >= 0} for code in codes
    ]


def row(found: Row) -> dict[str, Any]:
    """One line of the list."""
    label, tone = STATES[found["state"]]
    why = WHY.get(found["why"]) or BY_ACT.get(found["why"])
    said = [say(label), *([say(why)] if why and found["why"] != "merged" else [])]
    return {
        "id": found["id"],
        "href": reverse("web:suggestion", args=[found["id"]]),
        "cases": [{**case, "stage_text": words.STAGES[case["stage"]].text} for case in found["cases"]],
        "score": "--" if found["score"] is None else f"{found['score']:+.1f}",
        "likely": "" if found["score"] is None else percent(found["score"]),
        "grounds": listed(say(words_of(code)) for code in found["reasons"]),
        "since": found["since"],
        "state": found["state"],
        "answer": clauses(said),
        "tone": tone,
        "decided_by": found["decided_by"]["name"] if found["decided_by"] else "",
        "decided_at": found["decided_at"],
    }


def sides(actor: Actor, found: Row) -> list[Side]:
    """Both dossiers as this person reads them; none where one of them cannot be read any more."""
    read = [(case["id"], get_case(actor, case["id"])) for case in found["cases"]]
    result = []
    for case_id, case in read:
        if case is not None:
            # A reveal on the page of a case opens nothing here.
            values = personal(actor, case_id, opened=Opened({}))
            clear = sorted({value["item"] for value in values if not value["masked"]})
            result.append(Side(case, values, clear))
    return result


def comparison(actor: Actor, found: Row, both: list[Side]) -> dict[str, Any]:
    """The page of one pair."""
    may = found["state"] == "open" and may_answer(actor, found)
    return {
        "pair": row(found),
        "reasons": reasons(found["reasons"]),
        "heads": [_head(side.case) for side in both],
        "rows": [*_plain(both), *_personal(both)],
        "may_answer": may,
        "merges": _merges(found) if may else [],
        "why": list(WHY.items()),
        "withheld": any(side.case["withheld"] for side in both),
    }


def _head(case: Row) -> dict[str, Any]:
    look = words.STAGES[case["stage"]]
    return {"number": case["number"], "title": case["title"], "stage": look.text}


def _plain(both: list[Side]) -> Iterator[dict[str, Any]]:
    """What both cases say of the site and how they came in."""
    told = [_told(side.case) for side in both]
    for label in told[0]:
        one, other = (each[label] for each in told)
        if one or other:
            yield _compared(Text(*label), [one], [other], same=one == other if one and other else None)


def _told(case: Row) -> dict[tuple[str, str], str]:
    facts = case["facts"]
    signals = facts.get("signals") or {}
    counted = (f"{say(words.SIGNALS[name].text)} {count}" for name, count in signals.items() if name in words.SIGNALS)
    source = facts.get("source") or {}
    return {
        ("所在地区", "Region"): str(case["region"]["path"]),
        ("名单级别", "Level"): say(LEVELS.get(case["level"], "")),
        ("来源", "Source"): say(SOURCES.get(case["source"], case["source"])),
        ("名单批次", "Batch"): str(source.get("batch") or ""),
        ("线索", "Signals"): listed(counted),
        ("主体", "Subject"): say(SUBJECTS.get((facts.get("determination") or {}).get("subject") or "")),
    }


def _personal(both: list[Side]) -> Iterator[dict[str, Any]]:
    """The personal values, masked as everywhere; whether they agree is found by their keyed hashes."""
    same = shared_values(both[0].case["id"], both[1].case["id"])
    by_kind = {VAULT[name][1]: agrees for name, agrees in same.items()}
    shown = [{say(line["label"]): line for line in lines(side.personal)} for side in both]
    kinds = {
        label: _kind(side, line["values"])
        for side, drawn in zip(both, shown, strict=True)
        for label, line in drawn.items()
    }
    for label in dict.fromkeys([*shown[0], *shown[1]]):
        one, other = (each.get(label, {}).get("values", []) for each in shown)
        agrees = by_kind.get(kinds[label], one == other) if one and other else None
        yield _compared(Text(label, label), one, other, same=agrees)


def _kind(side: Side, values: list[str]) -> str:
    return next((str(each["kind"]) for each in side.personal if each["value"] in values), "")


def _compared(label: Text, one: list[str], other: list[str], *, same: bool | None) -> dict[str, Any]:
    verdict, tone = ONE_SIDED if same is None else SAME if same else OTHER
    return {"label": label, "one": one, "other": other, "verdict": verdict, "tone": tone}


def _merges(found: Row) -> list[dict[str, str]]:
    """Merging the later case into the earlier one, or the other way round: the forms of the act, filled in."""
    earlier, later = sorted(found["cases"], key=lambda case: (case["opened_at"], case["number"]))
    return [_merge(later, earlier), _merge(earlier, later)]


def _merge(case: Mapping[str, Any], survivor: Mapping[str, Any]) -> dict[str, str]:
    query = urlencode({"survivor": survivor["number"], "reason_code": "same_site"})
    return {
        "href": f"{reverse('web:action', args=[case['number'], 'merge_case'])}?{query}",
        "label": gettext("%(case)s 并入 %(survivor)s") % {"case": case["number"], "survivor": survivor["number"]},
    }

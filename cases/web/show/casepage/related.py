"""关联案件: merged, relapsed, suggested, or with something in common; each with its reasons and how much they say."""

from __future__ import annotations

from typing import Any, Final

from django.urls import reverse
from django.utils.translation import gettext

from agencies.actors import Actor
from cases.intake.suggestions.reading import Wanted, list_suggestions
from cases.intake.suggestions.words import percent, words_of
from cases.selectors.casepage.related import MOST, named, sharing
from cases.selectors.paging import Row
from cases.selectors.reach.parts import Reading
from cases.web.show import words
from cases.web.show.sites.lineage import related as lineage
from cases.web.show.words import listed, say
from cases.workflow.view import Text

STRONG: Final = (Text("强", "Strong"), 3)
MEDIUM: Final = (Text("中", "Medium"), 2)
WEAK: Final = (Text("弱", "Weak"), 1)
# What two cases share, in words, and how much one such value says of their being about the same people or place.
REASONS: Final = {
    "meter": (Text("同一户号", "Same meter account"), STRONG),
    "broadband": (Text("同一宽带账号", "Same broadband account"), STRONG),
    "flat": (Text("同一门牌户室", "Same flat"), STRONG),
    "door": (Text("同一门牌", "Same building"), MEDIUM),
    "address": (Text("同一地址", "Same address"), MEDIUM),
    "phone": (Text("同一联系电话", "Same telephone"), MEDIUM),
    "holder": (Text("用户名称相同", "Same name of the holder"), WEAK),
    "lead": (Text("同一 IP 与矿池", "Same IP and pool"), WEAK),
    "spot": (Text("坐标相近", "Close coordinates"), WEAK),
}
# Weak reasons beside each other do not add up to a strong one; two of the middle do.
_ENOUGH: Final = 2
_OPEN_STAGES: Final = ("monitoring", "verification")


def related(actor: Actor, case: Row, read: Reading | None) -> dict[str, Any]:
    """The rows, the surest first; `more` says how many share something and are not named."""
    rows = [_of_lineage(row) for row in lineage(case)]
    seen = {row["number"] for row in rows} | ({case["merged_into"]["number"]} if case["merged_into"] else set())
    pairs = _suggested(actor, case) if case["stage"] in _OPEN_STAGES else []
    shared = {row["number"]: _sharing(row) for row in (sharing(actor, case["id"], read) if read else ())}
    for pair in pairs:
        found = shared.pop(pair["number"], None)
        rows.append({**pair, "why": listed([pair["why"], found["why"]]) if found else pair["why"]})
        seen.add(pair["number"])
    others = sorted((row for row in shared.values() if row["number"] not in seen), key=lambda row: -row["level"])
    about = named(actor, [row["number"] for row in rows if "title" not in row])
    rows = [_described({**about.get(row["number"], {}), **row}) for row in [*rows, *others[:MOST]]]
    return {"rows": rows, "more": max(0, len(others) - MOST), "pairs": len(pairs)}


def from_record(actor: Actor, case: Row) -> dict[str, Any]:
    """Those that the record of the case names: merged into it, begun where it ended."""
    rows = [_of_lineage(row) for row in lineage(case)]
    about = named(actor, [row["number"] for row in rows])
    titles = [{"title": about.get(row["number"], {}).get("title", ""), **row} for row in rows]
    return {"rows": [_described(row) for row in titles], "more": 0, "pairs": 0}


def _of_lineage(row: dict[str, Any]) -> dict[str, Any]:
    why = listed([say(row["label"]), *([row["note"]] if row["note"] else [])])
    return {"number": row["number"], "why": why, "strength": STRONG[0], "level": STRONG[1]}


def _suggested(actor: Actor, case: Row) -> list[dict[str, Any]]:
    """The pairs that wait for an answer, with the score that suggested them."""
    found = []
    for pair in list_suggestions(actor, Wanted(case=case["number"]), cursor=None, size=MOST).rows:
        other = next(each for each in pair["cases"] if each["number"] != case["number"])
        grounds = listed(say(words_of(code)) for code in pair["reasons"])
        sure = "" if pair["score"] is None else gettext("可能性约 %(n)s") % {"n": percent(pair["score"])}
        found.append(
            {
                **{name: other[name] for name in ("number", "title", "stage")},
                "outcome": None,
                "why": listed(part for part in (gettext("疑似同一场所"), grounds, sure) if part),
                "strength": MEDIUM[0],
                "level": MEDIUM[1],
                "answer": reverse("web:suggestion", args=[pair["id"]]),
            }
        )
    return found


def _sharing(row: Row) -> dict[str, Any]:
    known = [REASONS[code] for code in REASONS if code in row["reasons"]]
    middling = sum(strength == MEDIUM for _, strength in known)
    best = max((strength for _, strength in known), key=lambda s: s[1], default=WEAK)
    strength = STRONG if middling >= _ENOUGH else best
    return {
        **{name: row[name] for name in ("number", "title", "stage", "outcome")},
        "why": listed(say(text) for text, _ in known),
        "strength": strength[0],
        "level": strength[1],
    }


def _described(row: dict[str, Any]) -> dict[str, Any]:
    stage = row.get("stage")
    return {**row, "stage_text": words.STAGES[stage].text if stage else "", "title": row.get("title", "")}

"""The round a case is in: a relapse begins a new one, and what was found and done before proves nothing about it.

Reopened for any other reason (an error, a court, new evidence) the case goes on with all it had.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cases.workflow.view import CaseView, Facts

Signals = tuple[dict[str, int], dict[str, list[str]]]


def relapsed_at(view: CaseView) -> int:
    """The event that took up the latest relapse; 0 where there was none."""
    rows = view.facts.get("reopened") or []
    return max((int(row["seq"]) for row in rows if row["reason"] == "relapse"), default=0)


def of_round(view: CaseView, signed: Mapping[str, Any]) -> bool:
    """What was signed (with the number of its event) belongs to this round.

    A report that came with a merged case has no event here, and goes on closing what it closes.
    """
    return "seq" not in signed or int(signed["seq"]) > relapsed_at(view)


def counted(rows: list[dict[str, Any]], before: dict[str, int] | None = None) -> dict[str, int]:
    """Signals per family, added to those there were."""
    total = dict(before or {})
    for row in rows:
        total[row["family"]] = total.get(row["family"], 0) + int(row["count"])
    return total


def sourced(
    rows: list[dict[str, Any]], source: str, before: dict[str, list[str]] | None = None
) -> dict[str, list[str]]:
    """Which kinds of list each family rests on: two families of one list are one piece of evidence."""
    known = {family: set(kinds) for family, kinds in (before or {}).items()}
    for row in rows:
        known.setdefault(row["family"], set()).add(source)
    return {family: sorted(kinds) for family, kinds in known.items()}


def hit_again(view: CaseView, rows: list[dict[str, Any]], source: str) -> Facts:
    """The signals since the relapse, kept beside the total: the total cannot tell a new hit from an old one."""
    if not relapsed_at(view):
        return {}
    since = view.facts.get("since_relapse") or {}
    signals, sources = counted(rows, since.get("signals")), sourced(rows, source, since.get("sources"))
    return {"since_relapse": {"signals": signals, "sources": sources}}


def signals_of_round(view: CaseView) -> Signals:
    """Signals per family and what each rests on: all of them, or after a relapse those that came in since."""
    if not relapsed_at(view):
        return dict(view.facts.get("signals") or {}), dict(view.facts.get("signal_sources") or {})
    since = view.facts.get("since_relapse") or {}
    signals, sources = dict(since.get("signals") or {}), dict(since.get("sources") or {})
    for gained in view.facts.get("merged_cases") or []:
        if of_round(view, gained):
            for family, count in gained["signals"].items():
                signals[family] = signals.get(family, 0) + count
            for family, kinds in gained["sources"].items():
                sources[family] = sorted({*sources.get(family, []), *kinds})
    return signals, sources

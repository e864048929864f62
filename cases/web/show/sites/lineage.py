"""Which cases a case comes from and leads to: merged into it, begun where it ended."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext

from cases.policy.privacy.retention import NOTHING_FOUND
from cases.selectors.paging import Row
from cases.web.show import words
from cases.web.show.words import listed, say
from cases.workflow.view import Text


def related(case: Row) -> list[dict[str, Any]]:
    """The cases merged into this one, the case it relapsed from, and those that relapsed from it."""
    rows = [_link(Text("并入本案", "Merged into this case"), other["number"]) for other in case["absorbed"]]
    relapse = case["facts"].get("relapse") or {}
    if relapse.get("of"):
        found = relapse.get("outcome") not in NOTHING_FOUND
        label = Text("复燃的原案", "Relapse of") if found else Text("再次命中的原案", "Hit again after")
        rows.append(_link(label, relapse["of"], _how_often(relapse)))
    return rows + [_link(Text("后续复燃案件", "Relapsed in"), other["number"]) for other in case["relapses"]]


def _link(label: Text, number: str, note: str = "") -> dict[str, Any]:
    return {"label": label, "number": number, "note": note}


def _how_often(relapse: Mapping[str, Any]) -> str:
    ended = words.OUTCOMES.get(relapse.get("outcome") or "")
    count = int(relapse.get("count", 0))
    return listed(
        [*([say(ended.text)] if ended else []), *([gettext("第 %(n)s 次复燃") % {"n": count}] if count else [])]
    )

"""The pairs of a chunk that may be one site, in one statement. What an officer said of a pair is not asked again."""

from __future__ import annotations

from typing import Any

import orjson
from django.db import connection

from audit.ids import new_id
from audit.log import timestamp
from cases.intake.acts import Import, Target
from cases.intake.sites.identity import SiteState
from cases.intake.sites.plan import Plan
from cases.policy.dated import CHINA
from cases.policy.matching.weights import model_on

# A pair that is open learns the stronger reasons; one that was decided stays as it is.
_WRITE = """
    INSERT INTO cases_sitesuggestion AS s (id, one_id, other_id, score, reasons, since, state, why)
    SELECT x.id, x.one, x.other, x.score, x.reasons, x.since, 'open', ''
    FROM jsonb_to_recordset(%s::jsonb)
         AS x(id uuid, one uuid, other uuid, score double precision, reasons jsonb, since timestamptz)
    ON CONFLICT (one_id, other_id) DO UPDATE SET score = excluded.score, reasons = excluded.reasons
        WHERE s.state = 'open' AND excluded.score > s.score
"""


def write_suggestions(plan: Plan, targets: dict[str, Target], imported: Import) -> int:
    """Write the suggestions of a chunk; returns how many pairs it found."""
    model = model_on(imported.now.astimezone(CHINA).date())
    pairs: dict[tuple[str, str], tuple[float, list[str]]] = {}
    for placement in plan.placements:
        here = _case(placement.root, targets) if placement.suggested else None
        for candidate in placement.suggested:
            if "one_named" in candidate.codes and _both_named(placement.root, candidate.site):
                continue
            there = _case(candidate.site.root(), targets)
            if here is None or there is None or here == there or frozenset((here, there)) in plan.apart:
                continue
            score, pair = model.score(candidate.codes), (min(here, there), max(here, there))
            if pair not in pairs or score > pairs[pair][0]:
                pairs[pair] = score, candidate.codes
    rows: list[dict[str, Any]] = [
        {
            "id": str(new_id()),
            "one": one,
            "other": other,
            "score": score,
            "reasons": codes,
            "since": timestamp(imported.now),
        }
        for (one, other), (score, codes) in pairs.items()
    ]
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(_WRITE, [orjson.dumps(rows).decode()])
    return len(rows)


def _both_named(one: SiteState | None, other: SiteState) -> bool:
    """The rest of the chunk named the other one too: one address says no more about two named subscribers."""
    return bool(one and one.located and other.root().located)


def _case(site: SiteState | None, targets: dict[str, Target]) -> str | None:
    """The case of a site, where it can still be merged."""
    if site is None:
        return None
    target = targets.get(site.ref)
    if target is not None and target.opened:
        return target.case_id
    return site.case_id if site.mergeable else None

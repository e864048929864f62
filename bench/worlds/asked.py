"""What an officer is asked about the sites of an imported world, and how often the two cases are one site."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any


def asked(truth: Mapping[str, Sequence[Mapping[str, Any]]], rows: Mapping[str, Sequence[Mapping[str, Any]]]) -> Any:
    """By the reasons of the question: how many pairs are open, and of how many the rows of both are of one true site.

    Every pair that touches the world counts, also where the truth knows no site for one of the two: that is not one
    site. Rows that nobody traced count too, unlike in the score, for the truth knows whose they are.
    """
    from django.db.models import Q

    from audit.sight import working_as
    from cases.models import Case, SiteSuggestion

    sites: dict[str, set[int]] = defaultdict(set)
    for kind in ("telecom", "grid", "tips"):
        for wanted, got in zip(truth[kind], rows[kind], strict=True):
            if got.get("case"):
                sites[got["case"]] |= {wanted["site"]} - {None}
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    with working_as("intake"):
        numbers = dict(Case.objects.filter(number__in=list(sites)).values_list("pk", "number"))
        touched = Q(one__in=numbers) | Q(other__in=numbers)
        for pair in SiteSuggestion.objects.filter(touched, state="open"):
            one, other = (sites.get(numbers.get(each, ""), set()) for each in (pair.one_id, pair.other_id))
            count = counts["+".join(pair.reasons)]
            count[0] += 1
            count[1] += bool(one & other)
    return {reasons: {"pairs": pairs, "one_site": same} for reasons, (pairs, same) in sorted(counts.items())}

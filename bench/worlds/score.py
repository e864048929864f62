"""How well an imported world was read: refusals by reason, and which rows are one site.

The arithmetic is that of the score kept beside the sample. Sites are asked of the rows that can be told: traced rows
of the monitoring list, rows of the grid that are a site's, tips. A row without a case is a site of its own.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Rows = Sequence[Mapping[str, Any]]
PRECISION, RECALL = 0.995, 0.97


@dataclass(frozen=True, slots=True)
class Score:
    """`wrong`: (fate wanted, fate read) → rows; `refusals`: reason → (precision, recall)."""

    rows: int
    wrong: dict[tuple[str, str], int]
    refusals: dict[str, tuple[float, float]]
    precision: float
    recall: float
    b_cubed: float

    @property
    def good(self) -> bool:
        return not self.wrong and self.precision >= PRECISION and self.recall >= RECALL

    def as_dict(self) -> dict[str, Any]:
        return {
            "rows": self.rows,
            "wrong_fates": {f"{wanted} read as {got}": n for (wanted, got), n in self.wrong.items()},
            "refusals": {reason: [round(x, 4) for x in pair] for reason, pair in self.refusals.items()},
            "precision": round(self.precision, 5),
            "recall": round(self.recall, 5),
            "b_cubed_f1": round(self.b_cubed, 5),
            "good": self.good,
        }


def score(truth: Mapping[str, Rows], rows: Mapping[str, Rows]) -> Score:
    """Compare what `batch_rows` printed for each list with the truth. Raises ValueError where rows are missing."""
    fates = [
        (wanted.get("fate", "accept"), got["fate"])
        for kind in ("telecom", "grid", "tips")
        for wanted, got in zip(truth[kind], rows[kind], strict=True)
    ]
    items = list(_held(truth, rows))
    together, by_site, by_case = Counter(items), Counter(s for s, _ in items), Counter(c for _, c in items)
    both = _pairs(together)
    return Score(
        rows=len(fates),
        wrong=dict(Counter(pair for pair in fates if pair[0] != pair[1]).most_common()),
        refusals=_refusals(fates),
        precision=both / max(_pairs(by_case), 1),
        recall=both / max(_pairs(by_site), 1),
        b_cubed=_b_cubed(items, together, by_site, by_case),
    )


def _held(truth: Mapping[str, Rows], rows: Mapping[str, Rows]) -> Iterable[tuple[int, str]]:
    for kind in ("telecom", "grid", "tips"):
        for number, (wanted, got) in enumerate(zip(truth[kind], rows[kind], strict=True)):
            told = wanted.get("traced") if kind == "telecom" else wanted["site"] is not None
            if told:
                yield wanted["site"], got.get("case") or f"{kind}-{number}"


def _pairs(counts: Mapping[Any, int]) -> int:
    return sum(n * (n - 1) // 2 for n in counts.values())


def _refusals(fates: Sequence[tuple[str, str]]) -> dict[str, tuple[float, float]]:
    """For every fate but the plain one: of the rows read so, how many are; of those that are, how many were read."""
    hit, said, meant = (defaultdict(int) for _ in range(3))
    for wanted, got in fates:
        said[got] += 1
        meant[wanted] += 1
        hit[wanted] += wanted == got
    reasons = sorted({*said, *meant} - {"accept"})
    return {r: (hit[r] / said[r] if said[r] else 1.0, hit[r] / meant[r] if meant[r] else 1.0) for r in reasons}


def _b_cubed(
    items: Sequence[tuple[int, str]],
    together: Mapping[tuple[int, str], int],
    by_site: Mapping[int, int],
    by_case: Mapping[str, int],
) -> float:
    if not items:
        return 1.0
    precision = sum(together[item] / by_case[item[1]] for item in items) / len(items)
    recall = sum(together[item] / by_site[item[0]] for item in items) / len(items)
    return 2 * precision * recall / (precision + recall)

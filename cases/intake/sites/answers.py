"""What the carriers' replies of a chunk say, looked at before any of them is acted on.

A dossier without a name holds untraced sights of several households. Its rows leave it one by one as they are answered;
it becomes somebody's only when every row that is left in it names him.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from cases.intake.sites.evidence import Evidence
from cases.intake.sites.identity import SiteState
from cases.intake.sites.plan import Reply, Sighting


class Answers:
    """The last reply to each list row, and how much of every dossier without a name is answered.

    `rows`: how many rows such a dossier holds, by its case.
    """

    def __init__(self, sights: Mapping[bytes, list[Sighting]], rows: Mapping[str, int]) -> None:
        self.sights = sights
        self._rows = dict(rows)
        self._left = dict(rows)
        self._last: dict[int, Evidence] = {}
        self._answered: dict[str, dict[int, Evidence]] = {}

    def expect(self, replies: Iterable[Reply]) -> None:
        """Replies in the order in which they came; a later one corrects an earlier one about the same row."""
        for reply in replies:
            for sighting in self.about(reply.evidence) if reply.locates else ():
                self._last[sighting.row_id] = reply.evidence
                case = sighting.site.root()
                if not case.located:
                    self._answered.setdefault(case.ref, {})[sighting.row_id] = reply.evidence

    def about(self, evidence: Evidence) -> list[Sighting]:
        """The stored list rows that a reply is about."""
        return self.sights.get(evidence.sight, []) if evidence.sight else []

    def is_last(self, sighting: Sighting, evidence: Evidence) -> bool:
        """No later reply of the chunk is about the same row."""
        return self._last.get(sighting.row_id) is evidence

    def names(self, case: SiteState, *, known: bool) -> bool:
        """Whether a dossier without a name becomes the subscriber's; where not, the row alone goes to him.

        It does when every row is answered. A subscriber who has a dossier already (`known`) takes it over whole only if
        all its rows are his, or this is the last one.
        """
        answered = self._answered.get(case.ref, {})
        if len(answered) < self._rows.get(case.ref, 0):
            return False
        return not known or self._left.get(case.ref, 0) <= 1 or len({_who(each) for each in answered.values()}) == 1

    def was_unnamed(self, case: SiteState) -> bool:
        """It named nobody before this chunk."""
        return case.ref in self._answered

    def left(self, case: SiteState) -> None:
        """A row went from there to its subscriber."""
        if case.ref in self._left:
            self._left[case.ref] -= 1


def _who(evidence: Evidence) -> object:
    """What the subscriber is known by, the strongest first."""
    return evidence.broadband or evidence.meter or evidence.door

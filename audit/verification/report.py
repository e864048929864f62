"""The result of a verification, for the command, the page and the record."""

from dataclasses import dataclass, field
from typing import Any

from audit.verification.projections import Problem


@dataclass(frozen=True, slots=True)
class Report:
    """What was verified, how fast, and what is wrong. `problems` are in order of event id; `problem_count` is exact."""

    events: int
    streams: int
    seconds: float
    last_id: int
    # Sealed parts that open their commitment; erased on record; gone without a record of their erasure.
    sealed: int
    erased: int
    missing_sealed: tuple[int, ...]
    # Ids never used or no longer there (rolled back transactions use up ids); None when one stream was verified.
    unused_ids: int | None
    # Events of transactions that may still be followed by lower ids; they count as verified, a sealer would wait.
    unsettled: int | None
    projections: tuple[str, ...]
    problem_count: int = 0
    problems: tuple[Problem, ...] = field(default=())

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return self.problem_count == 0

    @property
    def first(self) -> Problem | None:
        """The problem with the lowest event id."""
        return self.problems[0] if self.problems else None

    @property
    def events_per_second(self) -> int:
        """Events verified a second, all processes together."""
        return round(self.events / self.seconds) if self.seconds else 0

    def as_dict(self) -> dict[str, Any]:
        """The report as JSON values."""
        return {
            "ok": self.ok,
            "events": self.events,
            "streams": self.streams,
            "seconds": round(self.seconds, 3),
            "events_per_second": self.events_per_second,
            "last_id": self.last_id,
            "sealed": self.sealed,
            "erased": self.erased,
            "missing_sealed": list(self.missing_sealed),
            "unused_ids": self.unused_ids,
            "unsettled": self.unsettled,
            "projections": list(self.projections),
            "problem_count": self.problem_count,
            "problems": [problem._asdict() for problem in self.problems],
        }

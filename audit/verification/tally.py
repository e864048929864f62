"""What one pass over a range of streams found: picklable, so that several processes can add up."""

from dataclasses import dataclass, field

from audit.verification.projections import Problem

# Beyond this many, problems are counted but no longer listed: a broken table must not fill the memory.
MAX_LISTED = 1_000


@dataclass(slots=True)
class Tally:
    """Counts and problems of a pass. `erased` are sealed parts erased on record, `missing` those gone without one."""

    events: int = 0
    streams: int = 0
    last_id: int = 0
    sealed: int = 0
    erased: int = 0
    missing: list[int] = field(default_factory=list)
    problem_count: int = 0
    problems: list[Problem] = field(default_factory=list)
    # The one with the lowest event id, which the list may have had no room for.
    first: Problem | None = None
    # The newest earlier verification on record: (id up to which it counted, how many events it saw).
    checkpoint: tuple[int, int] = (0, 0)

    def report(self, problem: Problem) -> None:
        """Count a problem, and list it while there is room."""
        self.problem_count += 1
        if len(self.problems) < MAX_LISTED:
            self.problems.append(problem)
        if self.first is None or place(problem) < place(self.first):
            self.first = problem

    def add(self, other: "Tally") -> None:
        """Add the findings of another range."""
        self.events += other.events
        self.streams += other.streams
        self.last_id = max(self.last_id, other.last_id)
        self.sealed += other.sealed
        self.erased += other.erased
        self.missing = (self.missing + other.missing)[:MAX_LISTED]
        self.checkpoint = max(self.checkpoint, other.checkpoint)
        self.problems = (self.problems + other.problems)[:MAX_LISTED]
        self.problem_count += other.problem_count
        if other.first is not None and (self.first is None or place(other.first) < place(self.first)):
            self.first = other.first

    def in_order(self) -> tuple[Problem, ...]:
        """The listed problems by event id, the first of all among them; those without an event come last."""
        unlisted = [self.first] if self.first is not None and self.first not in self.problems else []
        return tuple(sorted([*self.problems, *unlisted], key=place))


def place(problem: Problem) -> tuple[bool, int]:
    """Where a problem stands among others."""
    return (problem.event_id is None, problem.event_id or 0)

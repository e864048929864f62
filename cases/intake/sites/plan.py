"""What a chunk of rows comes to: where each one goes, what sites are known by, what merges, moves and waits.

`matching` and `answers` decide it, `acts` and `commit` write it down.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from cases.intake.lists.rows import ReadRow
from cases.intake.sites.evidence import Door, Evidence
from cases.intake.sites.identity import Candidate, SiteState


@dataclass(slots=True)
class Sighting:
    """A stored list row that a carrier's reply is about."""

    site: SiteState
    row_id: int


@dataclass(slots=True)
class Reply:
    """A carrier's reply; `number` and `batch` say where it stands."""

    row_id: int
    read: ReadRow
    evidence: Evidence
    number: int = 0
    batch: str = ""

    @property
    def locates(self) -> bool:
        """The carrier found the subscriber and names him."""
        return self.read.reading.get("result") == "located" and self.evidence.locates


@dataclass(slots=True)
class Placement:
    """Where a row went and why; `counts`: it tells its case something. `replies` that came before name its subscriber.

    `suggested`: other sites that it may belong to, for an officer to say. `left`: the site of another subscriber that
    an earlier reply had named for the list row. `row_id`: the row that says it, once it has one.
    """

    read: ReadRow
    evidence: Evidence
    row_id: int = 0
    site: SiteState | None = None
    reasons: list[str] = field(default_factory=list)
    alike: list[SiteState] = field(default_factory=list)
    suggested: list[Candidate] = field(default_factory=list)
    replies: list[Reply] = field(default_factory=list)
    counts: bool = True
    left: SiteState | None = None

    @property
    def root(self) -> SiteState | None:
        return self.site.root() if self.site else None

    @property
    def spoken(self) -> list[ReadRow]:
        """What was said of the site: by the row itself, where it counts, and by the reply that names its subscriber.

        A reply that another one corrected names a stranger.
        """
        return [*([self.read] if self.counts else []), *(reply.read for reply in self.replies)]


@dataclass(frozen=True, slots=True)
class Learned:
    """A key that became known for a site, with the day of a lead and the holder beside a telephone."""

    site: SiteState
    kind: str
    value: bytes
    door: Door | None = None
    day: date | None = None
    holder: bytes | None = None


@dataclass(frozen=True, slots=True)
class Merge:
    """Two cases that turned out to be one site."""

    loser: SiteState
    survivor: SiteState
    reason: str


@dataclass(frozen=True, slots=True)
class Move:
    """A stored row that turned out to be another site's."""

    row_id: int
    source: SiteState
    site: SiteState


@dataclass(frozen=True, slots=True)
class Answer:
    """What a carrier's reply did for a stored row: it went to another site, or its own became the subscriber's."""

    row_id: int
    reply_id: int
    moved: bool
    reasons: tuple[str, ...]


@dataclass(slots=True)
class Plan:
    """What a chunk comes to. `moves`: stored rows that turned out to be another subscriber's."""

    placements: list[Placement] = field(default_factory=list)
    learned: list[Learned] = field(default_factory=list)
    merges: list[Merge] = field(default_factory=list)
    moves: list[Move] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    attached: list[tuple[int, SiteState]] = field(default_factory=list)
    # Pairs of cases that an officer said are two.
    apart: set[frozenset[str]] = field(default_factory=set)

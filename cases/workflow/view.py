"""What a decision looks at and what it answers: values only, no database.

The engine loads a `CaseView`, a guard reads it and may refuse, an effect turns it into an `Outcome`, and the
engine writes the outcome down as one audit event. Because nothing here touches the database, guards and effects
can be walked through millions of states in memory.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from cases.policy.entered import NONE as NO_RULES
from cases.policy.entered import Entered

if TYPE_CHECKING:
    from agencies.actors import Actor, Post
    from agencies.directory import Directory

Facts = dict[str, Any]


class Text(NamedTuple):
    """One sentence in the two languages of the product, Chinese first."""

    zh: str
    en: str

    def get(self, language: str) -> str:
        return self.en if language.startswith("en") else self.zh


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why an act is not possible now; the same sentence stands in the 409 and under the greyed button."""

    code: str
    text: Text
    article: str = ""
    missing: tuple[str, ...] = ()
    status: int = 409
    figures: dict[str, str] | None = None


@dataclass(frozen=True, slots=True)
class TaskView:
    """An open task: this agency owes this piece of work by this time."""

    id: str
    kind: str
    agency_id: int
    unit_id: int | None
    roles: tuple[str, ...]
    assignee_id: int | None
    opened_at: datetime
    due_at: datetime | None
    provisional: bool
    accepted_at: datetime | None
    returns: int
    data: dict[str, Any]
    due_rule: str
    # The event that opened it.
    opened_seq: int = 0


@dataclass(frozen=True, slots=True)
class Act:
    """One past event of the case, as the audit chain holds it."""

    seq: int
    action: str
    user_id: int | None
    agency_id: int | None
    at: datetime
    # The absent person for whom it was done, of a substitution.
    on_behalf: int | None = None

    @property
    def persons(self) -> frozenset[int]:
        """Who counts as having done it: nobody among them is a second person for it."""
        return frozenset(person for person in (self.user_id, self.on_behalf) if person is not None)


@dataclass(slots=True)
class CaseView:
    """The case as it stands, with its open tasks and everything that was done on it."""

    id: str
    number: str
    title: str
    stage: str
    version: int
    region_code: str
    level: str
    source: str
    outcome: str | None
    review_on: date | None
    merged_into: str | None
    lead_agency_id: int
    facts: Facts
    tasks: tuple[TaskView, ...]
    acts: tuple[Act, ...]
    opened_at: datetime
    stage_since: datetime
    participants: frozenset[int] = frozenset()
    confidentiality: str = "ordinary"

    def task(self, task_id: str) -> TaskView | None:
        return next((t for t in self.tasks if t.id == task_id), None)

    def tasks_of(self, *kinds: str) -> tuple[TaskView, ...]:
        return tuple(t for t in self.tasks if t.kind in kinds)

    def last(self, *actions: str) -> Act | None:
        return next((a for a in reversed(self.acts) if a.action in actions), None)


@dataclass(frozen=True, slots=True)
class Context:
    """Who acts, when, and what else the decision may look at.

    `task` is the open task that the act works on, where it works on one. `attachments` holds, by id, those named in
    the data (`kind`, `sha256`, `size`, `at`, `uploaded_by`); `people`, by username, those named in the data
    (`id`, `name`, `posts`: an agency's id, the roles there and the rank of the ceiling there); `related` the other case
    named in the data. `rules` are the versions of rules that people entered and others approved.
    """

    now: datetime
    actor: Actor
    post: Post
    directory: Directory
    task: TaskView | None = None
    attachments: dict[str, dict[str, Any]] = field(default_factory=dict)
    people: dict[str, dict[str, Any]] = field(default_factory=dict)
    related: CaseView | None = None
    rules: Entered = NO_RULES


@dataclass(slots=True)
class OpenTask:
    """A task to open; what is None is resolved by the engine from the kind and the case's region.

    `due_rule` says how a given `due_at` was found, so that a provisional one can be counted again. `id` is that of a
    task which had ended and goes on as the one it was, with its receipt (`accepted_at`).
    """

    kind: str
    agency_id: int | None = None
    unit_id: int | None = None
    assignee_id: int | None = None
    due_at: datetime | None = None
    due_rule: str = "named"
    provisional: bool = False
    data: dict[str, Any] = field(default_factory=dict)
    roles: tuple[str, ...] | None = None
    returns: int = 0
    id: str | None = None
    accepted_at: datetime | None = None


@dataclass(slots=True)
class Outcome:
    """What an act changes. The engine adds: the completed task, the tasks of a stage that is left, the clocks.

    `paper_in` is the fact that keeps the issued document until it is handed over, `hands_over` the one that is now;
    `issuer` the agency in whose name it is issued, where that is not the agency of whoever acts.
    """

    to: str | None = None
    facts: Facts = field(default_factory=dict)
    case: dict[str, Any] = field(default_factory=dict)
    open: list[OpenTask] = field(default_factory=list)
    close: dict[str, str] = field(default_factory=dict)
    touch: dict[str, dict[str, Any]] = field(default_factory=dict)
    clock: list[tuple[str, str, str]] = field(default_factory=list)
    share: list[tuple[int, str]] = field(default_factory=list)
    sealed: dict[str, Any] = field(default_factory=dict)
    basis: tuple[str, ...] = ()
    document: tuple[str, str | None] | None = None
    paper_in: str = ""
    issuer: int | None = None
    hands_over: dict[str, Any] | None = None
    also: list[tuple[str, Outcome]] = field(default_factory=list)


Guard = Callable[[CaseView, "dict[str, Any] | None", Context], "Refusal | None"]
Effect = Callable[[CaseView, "dict[str, Any]", Context], Outcome]

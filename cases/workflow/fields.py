"""What a row of the workflow table is made of: its inputs and the row itself. No default decides who may act."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from cases.workflow.actions import Action
from cases.workflow.view import Effect, Guard, Text

Bound = int | Decimal | date | datetime | None
Choices = tuple[tuple[str, Text], ...]

FIELD_KINDS: Final = frozenset(
    {
        "text",
        "longtext",
        "choice",
        "multichoice",
        "date",
        "datetime",
        "decimal",
        "integer",
        "boolean",
        "task",
        "attachment",
        "attachments",
        "agency",
        "case",
        "user",
        "list",
    }
)


@dataclass(frozen=True, slots=True)
class Field:
    """One thing a person fills in. `sealed` values never reach an event body, only the erasable sealed part.

    `minimum` and `maximum` bound numbers (the value), texts (characters) and lists (rows); `places` are the decimals a
    number may have (2 for amounts, 4 for prices). `read` brings a text into
    its one form (a region code, a month) or raises `forms.reading.Unreadable`.
    """

    name: str
    kind: str
    label: Text
    required: bool = False
    choices: Choices = ()
    help: Text | None = None
    sealed: bool = False
    minimum: Bound = None
    maximum: Bound = None
    places: int = 6
    fields: tuple[Field, ...] = ()
    read: Callable[[str], str] | None = None

    def __post_init__(self) -> None:
        if self.kind not in FIELD_KINDS:
            raise ValueError(f"field {self.name}: unknown kind {self.kind}")


@dataclass(frozen=True, slots=True)
class Transition:
    """One row of the workflow table: who may do what, from which stage, to which, and what it leaves.

    Signs in the columns: from "any" and "-" (a new case); to "="; tasks "=task", "=finding", "=last_finding",
    "=disposal", "=ruling"; agency "=task" and "any_participant"; role "=task" and "any_but_supervisor_and_admin".
    `step_up` wants whoever acts through a page or the API to have proved anew, minutes ago, who it is.
    `over` says that the completed task may belong to another agency (a withdrawal, a waiver).
    """

    action: Action
    label: Text
    agency: tuple[str, ...]
    role: tuple[str, ...]
    from_stages: tuple[str, ...]
    to_stages: tuple[str, ...]
    completes: tuple[str, ...]
    opens: tuple[str, ...]
    must_differ_from: tuple[str, ...]
    inputs: tuple[Field, ...]
    guards: tuple[Guard, ...]
    effect: Effect
    basis: tuple[str, ...]
    one_way: bool = False
    over: bool = False
    step_up: bool = False

"""All case tables, one file per family."""

from cases.models.case import Case, CaseAgency, CaseOutcome, Confidentiality, Level, Stage
from cases.models.records import Attachment, Document, DocumentSeries, IdempotencyKey, Outbox
from cases.models.task import ClockInterval, Task, TaskCounter, TaskCounterDelta, TaskState

__all__ = [
    "Attachment",
    "Case",
    "CaseAgency",
    "CaseOutcome",
    "ClockInterval",
    "Confidentiality",
    "Document",
    "DocumentSeries",
    "IdempotencyKey",
    "Level",
    "Outbox",
    "Stage",
    "Task",
    "TaskCounter",
    "TaskCounterDelta",
    "TaskState",
]

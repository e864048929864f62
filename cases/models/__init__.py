"""All case tables, one file per family."""

from cases.models.case import Case, CaseAgency, CaseOutcome, Confidentiality, Level, Stage
from cases.models.erasure import Erasure
from cases.models.intake import ListBatch, ListPart, ListRow, Signal, Site, SiteKey
from cases.models.records import Attachment, Document, DocumentSeries, IdempotencyKey, Outbox, SignalRequest
from cases.models.task import ClockInterval, Task, TaskCounter, TaskCounterDelta, TaskState
from cases.models.tips import Tip, TipPart
from cases.models.vault import PersonalRecord

__all__ = [
    "Attachment",
    "Case",
    "CaseAgency",
    "CaseOutcome",
    "ClockInterval",
    "Confidentiality",
    "Document",
    "DocumentSeries",
    "Erasure",
    "IdempotencyKey",
    "Level",
    "ListBatch",
    "ListPart",
    "ListRow",
    "Outbox",
    "PersonalRecord",
    "Signal",
    "SignalRequest",
    "Site",
    "SiteKey",
    "Stage",
    "Task",
    "TaskCounter",
    "TaskCounterDelta",
    "TaskState",
    "Tip",
    "TipPart",
]

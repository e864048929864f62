"""All case tables, one file per family."""

from cases.models.bulk import BulkInput, BulkRow, BulkRun
from cases.models.calendar import CalendarCount, CalendarEntry
from cases.models.case import Case, CaseAgency, CaseOutcome, Confidentiality, Level, Stage
from cases.models.desk import Draft, SecondCode
from cases.models.erasure import Erasure
from cases.models.escalation import DeadlineWatch, Escalation
from cases.models.feedback import Feedback, FeedbackPart, FeedbackRow
from cases.models.intake import ListBatch, ListName, ListPart, ListRow, Signal
from cases.models.listing.saved import ListSetting, SavedView
from cases.models.money import BilledFile, BilledRow, BillRun, BillRunRow
from cases.models.records import (
    Attachment,
    Document,
    DocumentSeries,
    DocumentVersion,
    DocumentVoid,
    IdempotencyKey,
    Outbox,
    SignalRequest,
)
from cases.models.reports import Report, ReportFile, ReportPart, ReportVersion
from cases.models.rules import RuleFile, RuleVersion
from cases.models.sampling import Sample, SampleFinding, SampleUnit
from cases.models.site import RowAnswer, Site, SiteKey
from cases.models.steps import ListMend, ListUpload, ListUploadPart, PreviewKey, PreviewRow, SourceMapping
from cases.models.suggestion import SiteSuggestion
from cases.models.task import ClockInterval, Task, TaskCounter, TaskCounterDelta, TaskState
from cases.models.tips import Tip, TipPart
from cases.models.vault import PersonalRecord

__all__ = [
    "Attachment",
    "BillRun",
    "BillRunRow",
    "BilledFile",
    "BilledRow",
    "BulkInput",
    "BulkRow",
    "BulkRun",
    "CalendarCount",
    "CalendarEntry",
    "Case",
    "CaseAgency",
    "CaseOutcome",
    "ClockInterval",
    "Confidentiality",
    "DeadlineWatch",
    "Document",
    "DocumentSeries",
    "DocumentVersion",
    "DocumentVoid",
    "Draft",
    "Erasure",
    "Escalation",
    "Feedback",
    "FeedbackPart",
    "FeedbackRow",
    "IdempotencyKey",
    "Level",
    "ListBatch",
    "ListMend",
    "ListName",
    "ListPart",
    "ListRow",
    "ListSetting",
    "ListUpload",
    "ListUploadPart",
    "Outbox",
    "PersonalRecord",
    "PreviewKey",
    "PreviewRow",
    "Report",
    "ReportFile",
    "ReportPart",
    "ReportVersion",
    "RowAnswer",
    "RuleFile",
    "RuleVersion",
    "Sample",
    "SampleFinding",
    "SampleUnit",
    "SavedView",
    "SecondCode",
    "Signal",
    "SignalRequest",
    "Site",
    "SiteKey",
    "SiteSuggestion",
    "SourceMapping",
    "Stage",
    "Task",
    "TaskCounter",
    "TaskCounterDelta",
    "TaskState",
    "Tip",
    "TipPart",
]

"""The shapes of answers and parameters, for the OpenAPI page only: answers are rendered from plain dictionaries.

The tests hold every answer against these shapes.
"""

from cases.api.shapes.cases import CaseDetail, CasePage, Personal
from cases.api.shapes.feedback import FeedbackAnswers, FeedbackVersion, FeedbackVersions, Letter
from cases.api.shapes.imports import (
    Import,
    ImportDetail,
    ImportMapping,
    ImportPage,
    ImportPreview,
    ImportRows,
    ListFile,
    MappingAnswer,
    Mend,
    Push,
    Pushed,
    TrialRow,
    Withdrawal,
)
from cases.api.shapes.params import (
    AGENCY_FILTERS,
    ANSWER_FILTERS,
    CASE_FILTERS,
    EVENT_FILTERS,
    IMPORT_FILTERS,
    ORDER,
    PAGING,
    REGION_FILTERS,
    ROW_FILTERS,
    SUGGESTION_FILTERS,
    TASK_FILTERS,
    TRIAL_FILTERS,
)
from cases.api.shapes.records import Agencies, Attachment, Attachments, EventDetail, EventPage, Regions, Upload
from cases.api.shapes.session import Credentials, Proof, Proven, Session
from cases.api.shapes.suggestions import Rejection, Suggestion, SuggestionPage
from cases.api.shapes.uploads import AnnouncedList, ListUpload, ListUploads
from cases.api.shapes.work import Actions, Done, TaskPage, TimelinePage

__all__ = [
    "AGENCY_FILTERS",
    "ANSWER_FILTERS",
    "CASE_FILTERS",
    "EVENT_FILTERS",
    "IMPORT_FILTERS",
    "ORDER",
    "PAGING",
    "REGION_FILTERS",
    "ROW_FILTERS",
    "SUGGESTION_FILTERS",
    "TASK_FILTERS",
    "TRIAL_FILTERS",
    "Actions",
    "Agencies",
    "AnnouncedList",
    "Attachment",
    "Attachments",
    "CaseDetail",
    "CasePage",
    "Credentials",
    "Done",
    "EventDetail",
    "EventPage",
    "FeedbackAnswers",
    "FeedbackVersion",
    "FeedbackVersions",
    "Import",
    "ImportDetail",
    "ImportMapping",
    "ImportPage",
    "ImportPreview",
    "ImportRows",
    "Letter",
    "ListFile",
    "ListUpload",
    "ListUploads",
    "MappingAnswer",
    "Mend",
    "Personal",
    "Proof",
    "Proven",
    "Push",
    "Pushed",
    "Regions",
    "Rejection",
    "Session",
    "Suggestion",
    "SuggestionPage",
    "TaskPage",
    "TimelinePage",
    "TrialRow",
    "Upload",
    "Withdrawal",
]

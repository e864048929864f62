"""The shapes of answers and parameters, for the OpenAPI page only: answers are rendered from plain dictionaries.

The tests hold every answer against these shapes.
"""

from cases.api.shapes.cases import CaseDetail, CasePage, Personal
from cases.api.shapes.imports import Import, ImportPage, ImportRows, ListFile, Push, Pushed
from cases.api.shapes.params import (
    AGENCY_FILTERS,
    CASE_FILTERS,
    EVENT_FILTERS,
    IMPORT_FILTERS,
    ORDER,
    PAGING,
    REGION_FILTERS,
    ROW_FILTERS,
    TASK_FILTERS,
)
from cases.api.shapes.records import Agencies, Attachment, Attachments, EventDetail, EventPage, Regions, Upload
from cases.api.shapes.session import Credentials, Proof, Proven, Session
from cases.api.shapes.work import Actions, Done, TaskPage, TimelinePage

__all__ = [
    "AGENCY_FILTERS",
    "CASE_FILTERS",
    "EVENT_FILTERS",
    "IMPORT_FILTERS",
    "ORDER",
    "PAGING",
    "REGION_FILTERS",
    "ROW_FILTERS",
    "TASK_FILTERS",
    "Actions",
    "Agencies",
    "Attachment",
    "Attachments",
    "CaseDetail",
    "CasePage",
    "Credentials",
    "Done",
    "EventDetail",
    "EventPage",
    "Import",
    "ImportPage",
    "ImportRows",
    "ListFile",
    "Personal",
    "Proof",
    "Proven",
    "Push",
    "Pushed",
    "Regions",
    "Session",
    "TaskPage",
    "TimelinePage",
    "Upload",
]

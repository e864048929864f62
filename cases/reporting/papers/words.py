"""Chinese words of the two papers: official papers are in Chinese alone (decision 0082)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Final

from agencies.directory import Directory
from cases.intake.feedback.answers import FINDINGS, SUBJECTS
from cases.models import CaseOutcome, Stage
from cases.policy.dated import CHINA
from cases.workflow.forms.choices import LEVELS, SOURCES
from cases.workflow.task_kinds import KINDS

STAGES: Final[Mapping[str, str]] = {stage.value: str(stage.label) for stage in Stage}
OUTCOMES: Final[Mapping[str, str]] = {outcome.value: str(outcome.label) for outcome in CaseOutcome}
SOURCE_NAMES: Final[Mapping[str, str]] = {code: text.zh for code, text in SOURCES}
LEVEL_NAMES: Final[Mapping[str, str]] = {code: text.zh for code, text in LEVELS}
FINDING_NAMES: Final[Mapping[str, str]] = {code: text.zh for code, text in FINDINGS.items()}
SUBJECT_NAMES: Final[Mapping[str, str]] = {code: text.zh for code, text in SUBJECTS.items()}
TASK_NAMES: Final[Mapping[str, str]] = {code: kind.label.zh for code, kind in KINDS.items()}
UNSAID: Final = "尚未认定"
# Of whom the ledger names no name: people, and whoever nobody has told from people yet.
NAMELESS: Final = frozenset({"natural_person", "sole_trader", "landlord", "unknown", ""})


def day_text(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def moment_text(at: datetime) -> str:
    here = at.astimezone(CHINA)
    return f"{day_text(here.date())}{here:%H时%M分}"


def week_text(first: date, last: date) -> str:
    return f"{day_text(first)}至{day_text(last)}"


def region_text(code: str, directory: Directory) -> str:
    found = directory.regions.get(code)
    return found.name if found else code


def agency_text(agency_id: int | None, directory: Directory) -> str:
    found = directory.by_id.get(agency_id) if agency_id is not None else None
    return found.name if found else ""

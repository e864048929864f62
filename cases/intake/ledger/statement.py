"""What is stated about a list when it comes: who issued it, at which level, by when it has to be answered.

Not said means: issued by the agency that sends it, a full list, due by the rule of its region. What was stated belongs
to the batch like its file and never changes; the same file with another statement is refused, not quietly ignored.
What nobody issued to be answered (a push of signals, tips of residents) has no day.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final

from django.utils.dateparse import parse_date, parse_datetime

from agencies.directory import AgencyRef, Directory, get_directory
from cases.models import ListBatch
from cases.policy.dated import CHINA
from cases.policy.deadlines import Deadline
from cases.policy.lists import due
from cases.workflow.errors import InvalidInput
from cases.workflow.forms.reading import Unreadable, impersonal
from cases.workflow.view import Text
from cases.workflow.workdays import calendar_for

LONGEST_ISSUER: Final = 80
LONGEST: Final = timedelta(days=366)
LEVELS: Final = {"full": Text("全量", "Full"), "priority": Text("重点", "Priority")}


@dataclass(frozen=True, slots=True)
class Stated:
    """As it was typed; empty where nothing was said. `due` is a day or an instant.

    `issued`: somebody issued it as a list and waits for the answer; not said by people, but by the way that it came.
    """

    issuer: str = ""
    level: str = ""
    due: str = ""
    issued: bool = field(default=True, kw_only=True)


NOT_ISSUED: Final = Stated(issued=False)


@dataclass(frozen=True, slots=True)
class Statement:
    """As the batch keeps it."""

    issuer: str
    level: str
    due: Deadline | None

    def write_to(self, batch: ListBatch) -> None:
        batch.issuer, batch.level = self.issuer, self.level
        if self.due is None:
            batch.due_at, batch.due_rule, batch.due_provisional = None, due.NOT_ISSUED, False
        else:
            batch.due_at, batch.due_rule, batch.due_provisional = self.due.at, self.due.rule, self.due.provisional


def read_statement(stated: Stated, agency: AgencyRef, received: datetime) -> Statement:
    """What holds for a new batch. Raises InvalidInput for what cannot be read, each at its field."""
    directory, problems = get_directory(), {}
    level = stated.level.strip() or ListBatch.Level.FULL.value
    if level not in LEVELS:
        problems["level"] = Text("名单级别应为：full（全量）、priority（重点）。", "The level is full or priority.")
    try:
        issuer = issuer_of(stated.issuer, agency, directory)
    except Unreadable as wrong:
        problems["issuer"] = wrong.text
    try:
        deadline = _stated_day(stated.due, received) if stated.due.strip() else None
    except Unreadable as wrong:
        problems["due"] = wrong.text
    if problems:
        raise InvalidInput(fields=problems)
    if not stated.issued:
        return Statement(issuer, level, None)
    return Statement(issuer, level, deadline or _by_rule(level, agency, directory, received))


def issuer_of(typed: str, agency: AgencyRef, directory: Directory) -> str:
    """The issuer's name in one form, so that its lists are found as its own; an agency may be named by its code."""
    name = " ".join(typed.split())
    known = directory.by_code.get(name)
    if not name or known:
        return (known or agency).name[:LONGEST_ISSUER]
    if len(name) > LONGEST_ISSUER or not name.isprintable():
        raise Unreadable("下发单位应为1至80字", "The issuer has 1 to 80 characters")
    return impersonal(name)


def refuse_contradiction(batch: ListBatch, stated: Stated, agency: AgencyRef) -> None:
    """The same file came before. Raises InvalidInput where it is now said to be something else."""
    now, problems = read_statement(stated, agency, batch.received_at), {}
    was = Text(f"这份文件已作为批次“{batch.name}”导入", f"This file is the batch “{batch.name}” already")
    mend = Text("填错的，先撤回该批次再导入", "if that was wrong, withdraw the batch first")
    if stated.level.strip() and now.level != batch.level:
        level = LEVELS[batch.level]
        problems["level"] = Text(
            f"{was.zh}，级别为{level.zh}；{mend.zh}。", f"{was.en}, {level.en.lower()}; {mend.en}."
        )
    if stated.issuer.strip() and now.issuer != batch.issuer:
        problems["issuer"] = Text(
            f"{was.zh}，下发单位为{batch.issuer}；{mend.zh}。", f"{was.en}, issued by {batch.issuer}; {mend.en}."
        )
    if stated.due.strip() and now.due and now.due.at != batch.due_at:
        day = batch.due_at.astimezone(CHINA).date() if batch.due_at else "--"
        problems["due"] = Text(f"{was.zh}，反馈期限为{day}；{mend.zh}。", f"{was.en}, due on {day}; {mend.en}.")
    if problems:
        raise InvalidInput(fields=problems)


def _by_rule(level: str, agency: AgencyRef, directory: Directory, received: datetime) -> Deadline:
    key = due.WEEKDAY if level == "priority" else due.PERIOD
    override = directory.parameter(key, agency.region_code, received.astimezone(CHINA).date())
    return due.due_of(level, received, calendar_for(agency.region_code, directory), override)


def _stated_day(typed: str, received: datetime) -> Deadline:
    """A day, until 18:00, or an instant. Raises Unreadable."""
    deadline = _read(typed.strip())
    first = received.astimezone(CHINA).date()
    if not first <= deadline.at.astimezone(CHINA).date() <= first + LONGEST:
        raise Unreadable(
            f"反馈期限应在 {first} 至 {first + LONGEST} 之间", f"The list is due between {first} and {first + LONGEST}"
        )
    return deadline


def _read(typed: str) -> Deadline:
    try:
        day: date | None = parse_date(typed)
        if day is not None:
            return due.stated(day)
        moment = parse_datetime(typed)
    except ValueError:
        moment = None
    if moment is None:
        raise Unreadable(
            "反馈期限应为日期（2026-11-27）或时间（2026-11-27T18:00）",
            "Write the due date as 2026-11-27 or 2026-11-27T18:00",
        )
    return Deadline(moment if moment.tzinfo else moment.replace(tzinfo=CHINA), due.STATED, provisional=False)

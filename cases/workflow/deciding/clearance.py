"""No work on a confidential case for an agency in which nobody could see it.

Asked of the outcome of an act before it is written, and only where the case is (or becomes) more than ordinary.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from django.db import connection

from agencies.vocabulary import LABELS, Confidentiality
from cases.workflow.errors import GuardRefused
from cases.workflow.task_kinds import KINDS
from cases.workflow.texts import describe_roles
from cases.workflow.view import CaseView, Context, OpenTask, Outcome, Text


class _Owed(NamedTuple):
    """Work that is open after the act: whose, the sub-unit that has it, and the roles it takes."""

    agency_id: int
    unit_id: int | None
    roles: tuple[str, ...]


def refuse_uncleared(view: CaseView, outcome: Outcome, ctx: Context, completed: Sequence[str] = ()) -> None:
    """Raises GuardRefused where an agency would owe work on a case that nobody there who could do it may open."""
    level = Confidentiality(outcome.case.get("confidentiality", view.confidentiality))
    if level.rank == 0:
        return
    raised = level.rank > Confidentiality(view.confidentiality).rank
    owed = {*_opened(view, outcome, ctx), *_kept(view, outcome, completed, everything=raised)}
    for work in sorted(owed, key=lambda work: (work.agency_id, work.unit_id or 0, work.roles)):
        if not _somebody(work, level.rank):
            raise _nobody(work, level, ctx)


def _opened(view: CaseView, outcome: Outcome, ctx: Context) -> Iterator[_Owed]:
    region = outcome.case.get("region_code", view.region_code)
    for task in outcome.open:
        agency_id = _addressee(task, region, ctx)
        if agency_id is not None:
            yield _Owed(agency_id, task.unit_id, tuple(task.roles or KINDS[task.kind].roles))


def _addressee(task: OpenTask, region: str, ctx: Context) -> int | None:
    """None where nobody is registered: writing the act down says so."""
    if task.agency_id is not None:
        return task.agency_id
    found = ctx.directory.addressee(KINDS[task.kind].addressee, region)
    return found.id if found else None


def _kept(view: CaseView, outcome: Outcome, completed: Sequence[str], *, everything: bool) -> Iterator[_Owed]:
    """The tasks that stay open: all of them where the level rises, else those that change hands."""
    to = outcome.to or view.stage
    for task in view.tasks:
        ends = (
            task.id in completed or task.id in outcome.close or (to != view.stage and not KINDS[task.kind].survives(to))
        )
        unit_id = outcome.touch.get(task.id, {}).get("unit_id", task.unit_id)
        if not ends and (everything or unit_id != task.unit_id):
            yield _Owed(task.agency_id, unit_id, task.roles)


_SOMEBODY = """
SELECT EXISTS (
    SELECT 1 FROM agencies_membership m JOIN agencies_user u ON u.id = m.user_id AND u.is_active
    WHERE m.active AND agencies_in_days(m.first_day, m.last_day) AND m.agency_id = ANY(%s)
        AND agencies_works_on_cases(m.role)
    GROUP BY m.agency_id, m.user_id HAVING bool_or(m.role = ANY(%s)) AND max(agencies_rank(m.ceiling)) >= %s)
"""


def _somebody(work: _Owed, rank: int) -> bool:
    """A person of the agency, or of the sub-unit that has the work, with a role for it and a ceiling that reaches."""
    agencies = [work.agency_id] if work.unit_id is None else [work.agency_id, work.unit_id]
    with connection.cursor() as cursor:
        cursor.execute(_SOMEBODY, [agencies, list(work.roles), rank])
        return bool(cursor.fetchone()[0])


def _nobody(work: _Owed, level: Confidentiality, ctx: Context) -> GuardRefused:
    agency, need = ctx.directory.by_id[work.unit_id or work.agency_id], describe_roles(work.roles)
    return GuardRefused(
        Text(
            f"{agency.name}没有密级上限达到“{LABELS[level].zh}”的“{need.zh}”人员，无人能办理本案待办。"
            "请先由该单位管理员在“账号”中授予密级上限，再办理。",
            f"Nobody at {agency.name} who is {need.en} may open a case that is “{LABELS[level].en}”. Have its"
            " administrator grant somebody that ceiling under Accounts first.",
        ),
        code="nobody_cleared",
        figures={"agency": agency.code},
    )

"""Who reads which reports, who may have one drawn up, and taking a file along.

The commission whose report it is, and whoever watches over its region (supervision and commissions of the region and of
those around it), read both papers; every other agency its own excerpt of the bulletins. Only handlers, reviewers and
approvers of the region's own commission have a report drawn up. The database holds the same (`0066_reports`).
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest

from agencies.access.reads import note_read
from agencies.actors import Actor, Post
from agencies.authority import event_actor
from agencies.directory import AgencyRef, get_directory
from agencies.sight import WATCHERS
from agencies.visibility import case_agencies
from agencies.vocabulary import Kind
from audit.access.writing import Way
from audit.actions import Action
from audit.services import record
from cases.models import Report, ReportFile, ReportVersion
from cases.policy.reports.figures import ENERGY
from cases.policy.reports.numbers import KINDS
from cases.policy.reports.weeks import Week, last_complete
from cases.reporting.drawing import PREFIX
from cases.reporting.papers.ledger import sees_all
from cases.reporting.pieces import AGENCY, COMMISSION, WATCH
from cases.reporting.plan import begin
from cases.workflow.errors import InvalidInput, NotAllowed, NotVisible
from cases.workflow.view import Text

DRAWING: Final = frozenset({"handler", "reviewer", "approver"})
FORMS: Final = ("xlsx", "pdf")
NO_SUCH: Final = Text("没有这份报告，或你所在机构不能查看。", "There is no such report, or it is not your agency's.")
NOT_YOURS: Final = Text(
    "工作台账和逾期通报由本地区发展改革委的经办、审核或签发人员生成；请交由该单位办理。",
    "Ledgers and bulletins are drawn up by handlers, reviewers and approvers of the region's own commission.",
)
NOT_OVER: Final = Text(
    "该周尚未结束，不能生成；请选择已经结束的一周。", "This week is not over yet; choose one that is."
)
NO_MONDAY: Final = Text(
    "请填写周期的起始日期（周一），如2026-11-16。", "Write the Monday of the week, such as 2026-11-16."
)
NO_KIND: Final = Text("请选择报告的种类。", "Choose the kind of report.")
TOO_EARLY: Final = Text("该周早于系统启用，没有可统计的案件。", "No case is as old as this week.")
FIRST_WEEK: Final = 2020


def watched_regions(actor: Actor) -> list[str]:
    """The regions over which this person watches."""
    working = set(case_agencies(actor))
    return sorted({p.region_code for p in actor.posts if p.agency_id in working and p.kind in WATCHERS})


def visible_reports(actor: Actor) -> Q:
    """Which reports this person reads, as a condition."""
    found = Q(readers__overlap=case_agencies(actor))
    for code in watched_regions(actor):
        found |= Q(region__code__startswith=code)
    return found


def drawing_post(actor: Actor) -> Post | None:
    """The post in a commission through which this person has reports drawn up."""
    posts = (p for p in actor.posts if p.kind == Kind.DEVELOPMENT_COMMISSION and not p.is_unit)
    return next((post for post in posts if not post.roles.isdisjoint(DRAWING)), None)


def find_report(actor: Actor, report_id: UUID | str) -> Report:
    """Raises NotVisible, whether there is one or not."""
    found = Report.objects.filter(visible_reports(actor), pk=report_id).select_related("region", "agency").first()
    if found is None:
        raise NotVisible(NO_SUCH)
    return found


def edition_of(actor: Actor, report: Report) -> tuple[str, tuple[int | None, ...]]:
    """Which files of a report are made for this person: the audience, and whose excerpts."""
    own = set(case_agencies(actor))
    if report.agency_id in own:
        return COMMISSION, (None,)
    if any(report.region_id.startswith(code) for code in watched_regions(actor)):
        return WATCH, (None,)
    return AGENCY, tuple(sorted(own.intersection(report.readers)))


def files_for(actor: Actor, version: ReportVersion) -> list[ReportFile]:
    """The files of this version that are this person's to read, workbook first."""
    audience, agencies = edition_of(actor, version.report)
    files = ReportFile.objects.filter(version=version, audience=audience).select_related("agency")
    return [file for file in files.order_by("agency_id", "-form") if file.agency_id in agencies]


def changes_for(version: ReportVersion, audience: str) -> list[list[Any]]:
    """What a version says otherwise than the one before it, as far as these readers see the figures themselves.

    Of an excerpt nothing; no energy where its sums may be left out, since a change of one would tell what a case uses.
    """
    if audience == AGENCY or not version.changes:
        return []
    # A bulletin has no energy.
    whole = version.report.kind == Report.Kind.OVERDUE or sees_all(audience, version.figures)
    return [change for change in version.changes if whole or change[0][-1] not in ENERGY]


def draw_now(*, actor: Actor, kind: str, week: str, now: datetime) -> tuple[ReportVersion, bool]:
    """Have a report drawn up; and whether this call began it. Raises NotAllowed, InvalidInput (kind, week)."""
    post = drawing_post(actor)
    if post is None:
        raise NotAllowed(NOT_YOURS, code="may_not_draw")
    chosen, agency = asked(kind, week, now), get_directory().by_id[post.agency_id]
    return begin(kind, agency, chosen, actor.user_id, now)


def asked(kind: str, week: str, now: datetime) -> Week:
    """The week that somebody chose. Raises InvalidInput."""
    wrong: dict[str, Text] = {} if kind in KINDS else {"kind": NO_KIND}
    chosen = None
    try:
        chosen = Week(datetime.strptime(week.strip(), "%Y-%m-%d").date())  # noqa: DTZ007 - a day, no instant
    except ValueError:
        wrong["week"] = NO_MONDAY
    if chosen is not None and chosen > last_complete(now):
        wrong["week"] = NOT_OVER
    elif chosen is not None and chosen.first.year < FIRST_WEEK:
        wrong["week"] = TOO_EARLY
    if wrong or chosen is None:
        raise InvalidInput(fields=wrong)
    return chosen


def drawing_agency(actor: Actor) -> AgencyRef | None:
    post = drawing_post(actor)
    return get_directory().by_id[post.agency_id] if post else None


def find_file(actor: Actor, report_id: UUID | str, version: int, form: str, agency: int | None = None) -> ReportFile:
    """One file of a version that was drawn up. Raises NotVisible."""
    report = find_report(actor, report_id)
    drawn = ReportVersion.objects.filter(report=report, version=version, state=ReportVersion.State.DRAWN).first()
    if drawn is None:
        raise NotVisible(NO_SUCH)
    drawn.report = report
    found = [file for file in files_for(actor, drawn) if file.form == form and agency in (None, file.agency_id)]
    if not found:
        raise NotVisible(NO_SUCH)
    found[0].version = drawn
    return found[0]


def note_taken(*, actor: Actor, file: ReportFile, now: datetime, request: HttpRequest | None) -> None:
    """Put on record who takes which file, before its first byte leaves."""
    version = file.version
    post = next((p for p in actor.posts if p.agency_id in (file.agency_id, version.report.agency_id)), None)
    with transaction.atomic():
        note_read(
            actor=actor,
            way=Way.EXPORT,
            target=f"report/{version.report_id}",
            items=["report"],
            rows=file.rows,
            file_hash=file.sha256,
            request=request,
            post=post,
            now=now,
        )
        record(
            stream=f"{PREFIX}{version.report_id}",
            action=Action.REPORT_TAKEN,
            actor=event_actor(actor, post or (actor.posts[0] if actor.posts else None)),
            data={
                "number": version.report.number,
                "version": version.version,
                "audience": file.audience,
                "form": file.form,
                "sha256": file.sha256,
            },
            now=now,
        )


def filename(file: ReportFile) -> str:
    """Such as 徐整治台账〔2026〕12号.xlsx."""
    version = file.version
    edition = f"（第{version.version}版）" if version.version > 1 else ""
    return f"{version.report.number}{edition}.{file.form}"

"""What a region says of its own days: entered, corrected, withdrawn. Nothing is deleted; each step is an event."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from celery import current_app
from django.db import transaction

from agencies.actors import Actor
from agencies.directory import get_directory
from agencies.regions import UnknownRegion, normalise
from audit.actions import Action
from audit.log import EventActor
from audit.services import hold
from cases.calendar.authority import keeper
from cases.calendar.telling import content_of, digest_of, stream_of, tell
from cases.models.calendar import CalendarEntry
from cases.policy.dated import CHINA
from cases.policy.entered.days import LOCAL_KINDS, LONGEST_SPAN, LocalDay
from cases.workflow.errors import GuardRefused, InvalidInput, NotVisible
from cases.workflow.view import Text

LONGEST_TEXT: Final = 200
FAR: Final = timedelta(days=731)
STATUS = CalendarEntry.Status
TASK: Final = "cases.recount_deadlines"

logger = logging.getLogger(__name__)


class NoSuchEntry(NotVisible):
    """There is no such entry."""

    default = Text("没有这条日历记录。", "There is no such entry of the calendar.")


@dataclass(frozen=True, slots=True)
class Draft:
    """What somebody says of days, as it was typed; `supersedes` is the id of the entry that it corrects."""

    kind: str
    region: str
    first: date | None = None
    last: date | None = None
    reason: str = ""
    source: str = ""
    supersedes: str = ""


@dataclass(frozen=True, slots=True)
class Checked:
    """A draft that may be entered."""

    kind: str
    region: str
    first: date
    last: date
    reason: str
    source: str
    before: CalendarEntry | None

    @property
    def days(self) -> LocalDay:
        return LocalDay(self.region, self.kind, self.first, self.last)


def checked(draft: Draft, now: datetime) -> Checked:
    """The draft in the form that is stored. Raises InvalidInput with every field that is wrong."""
    flaws: dict[str, Text] = {}
    if draft.kind not in LOCAL_KINDS:
        flaws["kind"] = Text("请选择种类。", "Choose the kind.")
    region = _region(draft.region, flaws)
    _check_days(draft, now.astimezone(CHINA).date(), flaws)
    texts = {name: check_text(name, getattr(draft, name), flaws) for name in ("reason", "source")}
    before = _before(draft, region, flaws)
    if flaws or draft.first is None:
        raise InvalidInput(fields=flaws)
    ready = Checked(draft.kind, region, draft.first, draft.last or draft.first, **texts, before=before)
    if clash := _clashing(ready):
        raise InvalidInput(fields={"first": _said_already(clash)})
    return ready


@transaction.atomic
def enter(*, actor: Actor, draft: Draft, now: datetime) -> CalendarEntry:
    """Let days count from now on; a correction ends the entry before. Raises NotAllowed, InvalidInput."""
    hold(stream_of(_code(draft.region)))
    ready = checked(draft, now)
    acting = keeper(actor, ready.region)
    before = ready.before
    if before is not None:
        _end(before, STATUS.SUPERSEDED, actor, now)
    entry = CalendarEntry(
        kind=ready.kind,
        region_id=ready.region,
        first_day=ready.first,
        last_day=ready.last,
        reason=ready.reason,
        source=ready.source,
        status=STATUS.IN_FORCE,
        supersedes=before,
        entered_by_id=actor.user_id,
        entered_agency_id=acting.agency,
        entered_at=now,
    )
    put_down(entry, Action.CALENDAR_ENTERED, acting, now, ended=before)
    return entry


@transaction.atomic
def withdraw(*, actor: Actor, entry_id: UUID, reason: str, now: datetime) -> CalendarEntry:
    """Let an entry count no more: the days are again as the regions around, or the national plan, have them.

    Raises NoSuchEntry, NotAllowed, InvalidInput, GuardRefused.
    """
    entry = locked(entry_id)
    if entry.kind == CalendarEntry.Kind.PLAN:
        raise NoSuchEntry
    acting = keeper(actor, str(entry.region_id))
    end_for(entry, reason, actor, acting, now)
    return entry


def end_for(entry: CalendarEntry, reason: str, actor: Actor, acting: EventActor, now: datetime) -> None:
    """Withdraw an entry that is in force, with a reason. Raises InvalidInput, GuardRefused."""
    refuse_ended(entry)
    flaws: dict[str, Text] = {}
    entry.ended_reason = check_text("reason", reason, flaws)
    if flaws:
        raise InvalidInput(fields=flaws)
    _end(entry, STATUS.WITHDRAWN, actor, now)
    tell(entry, Action.CALENDAR_WITHDRAWN, acting, now)
    transaction.on_commit(ring)


def put_down(
    entry: CalendarEntry, action: Action, acting: EventActor, now: datetime, *, ended: CalendarEntry | None = None
) -> None:
    """Store an entry with its event, and have the deadlines counted again once both are committed."""
    content = content_of(vars(entry))
    entry.digest = digest_of(content)
    entry.save(force_insert=True)
    tell(entry, action, acting, now, content=content, ended=ended)
    if entry.status == STATUS.IN_FORCE:
        transaction.on_commit(ring)


def locked(entry_id: UUID) -> CalendarEntry:
    """An entry, one step at a time. Raises NoSuchEntry."""
    region = CalendarEntry.objects.filter(pk=entry_id).values_list("region_id", flat=True)
    if not region:
        raise NoSuchEntry
    hold(stream_of(region[0]))
    return CalendarEntry.objects.select_for_update().get(pk=entry_id)


def refuse_ended(entry: CalendarEntry) -> None:
    if entry.status != STATUS.IN_FORCE:
        raise GuardRefused(
            Text(
                "这条记录已更正或撤销，请刷新后查看。",
                "This entry was corrected or withdrawn already; reload the page.",
            ),
            code="already_ended",
        )


def end_before(entry: CalendarEntry, actor_id: int, now: datetime) -> None:
    """The entry that another one supersedes; the event of that one tells of it."""
    entry.status, entry.ended_by_id, entry.ended_at = STATUS.SUPERSEDED, actor_id, now
    entry.save(update_fields=["status", "ended_by", "ended_at"])


def check_text(name: str, typed: str, flaws: dict[str, Text]) -> str:
    """A text that has to be there. Puts down what is wrong with it."""
    text = typed.strip()
    if not text or len(text) > LONGEST_TEXT or "\0" in text:
        flaws[name] = (
            Text(f"请填写事由，不超过 {LONGEST_TEXT} 字。", f"Give the reason in at most {LONGEST_TEXT} characters.")
            if name == "reason"
            else Text(
                f"请填写所依据的文件（如“徐政办发〔2026〕12号”），不超过 {LONGEST_TEXT} 字。",
                f"Name the paper that this rests on, in at most {LONGEST_TEXT} characters.",
            )
        )
    return text


def ring() -> None:
    """Have a worker count again; a sweep does it where this is lost."""
    try:
        current_app.send_task(TASK, retry=False, ignore_result=True)
    except Exception:
        logger.warning("the recount of deadlines could not be rung for", exc_info=True)


def _end(entry: CalendarEntry, status: str, actor: Actor, now: datetime) -> None:
    entry.status, entry.ended_by_id, entry.ended_at = status, actor.user_id, now
    entry.save(update_fields=["status", "ended_by", "ended_at", "ended_reason"])


def _check_days(draft: Draft, today: date, flaws: dict[str, Text]) -> None:
    if draft.first is None:
        flaws["first"] = Text("请填写日期，如 2026-12-14。", "Give a day such as 2026-12-14.")
        return
    last = draft.last or draft.first
    if last < draft.first:
        flaws["last"] = Text("末日早于首日。", "The last day lies before the first.")
    elif (last - draft.first).days >= LONGEST_SPAN:
        flaws["last"] = Text(
            f"一条记录最多 {LONGEST_SPAN} 天，请核对，或分条录入。",
            f"One entry has at most {LONGEST_SPAN} days; check it, or enter several.",
        )
    elif abs(draft.first - today) > FAR or abs(last - today) > FAR:
        flaws["first"] = Text("日期距今超过两年，请核对。", "This is more than two years away; check the day.")


def _region(typed: str, flaws: dict[str, Text]) -> str:
    code = _code(typed)
    if not code or code not in get_directory().regions:
        flaws["region"] = Text("没有这个地区，请填代码或全称。", "There is no such region; give its code or full name.")
    return code


def _code(typed: str) -> str:
    try:
        return normalise(typed)
    except UnknownRegion:
        return ""


def _before(draft: Draft, region: str, flaws: dict[str, Text]) -> CalendarEntry | None:
    if not draft.supersedes:
        return None
    try:
        found = CalendarEntry.objects.filter(pk=UUID(draft.supersedes), kind__in=LOCAL_KINDS).first()
    except ValueError:
        found = None
    if found is None or found.region_id != region:
        flaws["supersedes"] = Text("请选择同一地区的记录来更正。", "Choose an entry of the same region to correct.")
        return None
    refuse_ended(found)
    return found


def _clashing(ready: Checked) -> CalendarEntry | None:
    others = CalendarEntry.objects.filter(
        region_id=ready.region, status=STATUS.IN_FORCE, first_day__lte=ready.last, last_day__gte=ready.first
    )
    if ready.before is not None:
        others = others.exclude(pk=ready.before.pk)
    return others.order_by("first_day").first()


def _said_already(other: CalendarEntry) -> Text:
    days = f"{other.first_day} – {other.last_day}" if other.last_day > other.first_day else str(other.first_day)
    return Text(
        f"本地区已有一条记录（{days}），同一天不能有两条。请更正或撤销该条，或改期。",
        f"This region has an entry for {days} already. Correct or withdraw that one, or choose other days.",
    )

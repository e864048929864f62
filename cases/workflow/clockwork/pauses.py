"""What holds a clock, and what its end moves: assistance that is awaited, a stay, an objection that is not answered.

Several may hold a clock at once. The ledger says the latest reason; the deadline moves by the whole time, once:
whatever ends moves it up to where the next one began, and the last one moves the rest.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from cases.policy.deadlines import postponed
from cases.workflow.effects.base import asked_for, instant, moved_by
from cases.workflow.task_kinds import KINDS
from cases.workflow.view import CaseView, Context, Facts, Outcome, TaskView
from cases.workflow.workdays import calendar_for

ASSISTANCE: Final = "assistance"
STAY: Final = "stay"
OBJECTION: Final = "objection"
# The window of a notice runs whatever happens: a stay forbids the cut in it, an objection does not even that.
WINDOW: Final = "execute_suspension"


def stayed(kind: str, facts: Facts) -> bool:
    """A stay holds the clock of every adverse step: nobody may do it."""
    return KINDS[kind].adverse and bool((facts.get("stay") or {}).get("active"))


def objected(kind: str, facts: Facts) -> bool:
    """Nobody is late with an adverse step for having waited for the answer to an objection; it may still be done."""
    return KINDS[kind].adverse and kind != WINDOW and (facts.get("objection") or {}).get("state") == "open"


def opened_standing(kind: str, facts: Facts) -> str | None:
    """Why a task that is opened under these facts stands still from the start."""
    return STAY if stayed(kind, facts) else OBJECTION if objected(kind, facts) else None


def holds(view: CaseView, task: TaskView, besides: TaskView | None = None) -> dict[str, datetime]:
    """What holds the clock of this task, each with its beginning."""
    found = {}
    asked = asked_for(view, task.id, besides)
    if asked is not None:
        found[ASSISTANCE] = asked
    if stayed(task.kind, view.facts):
        found[STAY] = max(instant(view.facts["stay"]["since"]), task.opened_at)
    if objected(task.kind, view.facts):
        found[OBJECTION] = max(instant(view.facts["objection"]["at"]), task.opened_at)
    return found


def let_go(view: CaseView, ctx: Context, task: TaskView, reason: str, why: str, outcome: Outcome) -> None:
    """This reason is gone: the clock goes on (`why`), or stands still for what is left; the deadline moves."""
    since = holds(view, task).get(reason)
    left = holds(view, task, besides=ctx.task)
    if reason != ASSISTANCE:
        left.pop(reason, None)
    if since is None or reason in left:
        return
    if not left:
        outcome.clock.append((task.id, "running", why))
    elif since > max(left.values()):
        outcome.clock.append((task.id, "paused", max(left, key=left.__getitem__)))
    # A stay that outlasts the window of a notice needs a new notice, not a longer window.
    if task.kind != WINDOW:
        changes = moved_by(view, ctx, task, since, min(left.values(), default=ctx.now))
        outcome.touch |= {task.id: changes} if changes else {}


def deadline_now(view: CaseView, ctx: Context, task: TaskView) -> datetime | None:
    """The deadline of a task, moved on by the time its clock has stood still so far."""
    since = min(holds(view, task).values(), default=None)
    if task.due_at is None or since is None or task.kind == WINDOW:
        return task.due_at
    return postponed(task.due_at, [(since, ctx.now)], calendar_for(view.region_code, ctx.directory))


def no_longer(view: CaseView, ctx: Context, reason: str, why: str) -> dict[str, Any]:
    """What the end of a stay or an objection changes of all clocks: the members `clock` and `touch` of an outcome."""
    outcome = Outcome()
    for task in view.tasks:
        let_go(view, ctx, task, reason, why, outcome)
    return {"clock": outcome.clock, "touch": outcome.touch}
